"""The only floor that imports streamlit: the server, the page frame, and what stands on a page."""
