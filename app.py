"""Entry point of the server: `make run`, `streamlit run app.py` or `uvicorn app:app`.

`streamlit run` recognises the line `app = st.App(`. The pages' script is cx/ui/shell.py.
"""

import streamlit as st

from cx.ui import server

server.use_project_config()
app = st.App(
    server.SCRIPT,
    lifespan=server.lifespan,
    middleware=server.middleware(),
    on_script_error=server.on_script_error,
)
