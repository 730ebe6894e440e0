"""Drivers: what should we mend first?"""

import streamlit as st

from cx.ui import drivers_page, trends_page
from cx.ui.frame import open_page

view = open_page("drivers", choices=drivers_page.address_values)
if not view.surveys:
    trends_page.missing(view)
    st.stop()

about = drivers_page.asked(view)
if about is None:
    st.stop()

chart = drivers_page.choose_chart(view, about)
drivers_page.title(view, about, chart)
drivers_page.picture(view, about, chart)
drivers_page.table(view, about)
