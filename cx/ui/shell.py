"""What Streamlit runs for every visit and every change: page settings, navigation, then the page."""

import streamlit as st

from cx.say.translator import translator
from cx.ui import address
from cx.ui.languages import current_language
from cx.ui.pages import PAGES, page_in_address

address.follow(page_in_address(st.context.url))
t = translator(current_language())
st.set_page_config(page_title=t("CX dashboard"), layout="wide")
st.navigation(
    [st.Page(page.path, title=t(page.title), url_path=page.name, default=page is PAGES[0])
     for page in PAGES],
    position="top",
).run()
