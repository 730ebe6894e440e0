"""Data: can I trust it? What is loaded, what was rejected, and the way in for files."""

import streamlit as st

from cx.ui import data_page, import_wizard
from cx.ui.frame import open_page

view = open_page("data", with_filters=False, when_empty=import_wizard.on_empty_home)
if import_wizard.has_the_page(view):
    st.stop()

data_page.title(view)
import_wizard.entrance(view)
data_page.sections(view)
