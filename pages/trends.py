"""NPS trends: did it really move?"""

import streamlit as st

from cx.ui import trends_page, trends_pictures, trends_table
from cx.ui.frame import open_page
from cx.ui.trends_level import choose_market
from cx.warehouse.nps import nps_trends

view = open_page("trends", choices=trends_page.address_values)
if not view.surveys:
    trends_page.missing(view)
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    survey = trends_page.choose_survey(view)
    chart = trends_page.choose_chart(view)
    trends = nps_trends(view.snapshot, view.scope, survey, view.filters, view.settings)
    market = choose_market(view, trends, chart)
    weighted = trends_page.choose_weights(view, trends)

trends_page.title(view, trends, chart, weighted=weighted)
trends_page.cards(view, trends, weighted=weighted)
trends_pictures.picture(view, trends, chart, market, weighted=weighted)
trends_table.table(view, trends)
