"""Journey: where does it hurt?"""

import streamlit as st

from cx.ui import journey_page, journey_table, journey_touchpoint, trends_page
from cx.ui.frame import open_page

view = open_page("journey", choices=journey_page.address_values)
if not view.surveys:
    trends_page.missing(view)
    st.stop()

across = journey_page.choose_across(view)
shown = journey_page.mapped(view, across)
if shown is not None:
    journey_page.title(view, shown)
    journey_page.narrow(view, shown)
    journey_page.picture(view, shown)
    journey_table.table(view, shown)
    journey_touchpoint.choose(view, shown)
    journey_touchpoint.opened(view)
