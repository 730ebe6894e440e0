"""Compare units: who is truly different?"""

import streamlit as st

from cx.ui import compare_page, compare_pictures, compare_table, trends_page
from cx.ui.frame import open_page

view = open_page("compare", choices=compare_page.address_values)
if not view.surveys:
    trends_page.missing(view)
    st.stop()

asked = compare_page.choose(view)
shown = compare_page.compared(view, asked)
if shown is None:
    st.stop()

compare_page.title(view, shown)
compare_page.group_cards(view, shown)
chart = compare_pictures.choose_picture(view, shown)
compare_page.search(view, shown, in_rows=chart in compare_pictures.ROWS)
compare_pictures.picture(view, shown, chart)
compare_table.against(view, shown)
compare_page.pair(view, shown)
compare_table.table(view, shown, chart)
