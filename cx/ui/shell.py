"""What Streamlit runs for every visit and every change: page settings, navigation, then the page."""

import streamlit as st

from cx.say.translator import translator
from cx.ui import address
from cx.ui.languages import current_language
from cx.ui.pages import PAGES, page_in_address

address.follow(page_in_address(st.context.url))
t = translator(current_language())
st.set_page_config(page_title=t("CX dashboard"), layout="wide")

pages = [st.Page(page.path, title=t(page.title), url_path=page.name) for page in PAGES]


def start() -> None:
    """Go on to the first page with the choices of the address: a default page has no address of its own name."""
    st.switch_page(pages[0], query_params={name: st.query_params.get_all(name) for name in st.query_params})


first = st.Page(start, title=t(PAGES[0].title), default=True, visibility="hidden")
st.navigation([first, *pages], position="top").run()
