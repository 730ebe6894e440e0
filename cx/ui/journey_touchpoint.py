"""One touchpoint opened on the page Journey: scores, units, pain points, voices, visits, and what systems measured."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cx.charts import compare as unit_pictures
from cx.charts.compare import Compared
from cx.charts.measured import measured as measured_picture
from cx.charts.trends import Shown as ShownTrends
from cx.say.compare import compare_headline
from cx.say.touchpoint_details import agreement_sentence, pain_point_sentence, solved_sentence
from cx.say.trends import headline
from cx.stats.measured import MeasuredMonth, solved_by
from cx.stats.trends import Trends
from cx.ui import address, trends_page, trends_pictures
from cx.ui.figures import figure
from cx.ui.frame import View
from cx.ui.journey_page import Shown
from cx.ui.text import plain
from cx.warehouse import touchpoint_details as details
from cx.warehouse.compare import SPAN_MONTHS, asked_for, compared_units
from cx.warehouse.journey import SURVEY
from cx.warehouse.nps import nps_trends


def choose(view: View, shown: Shown) -> None:
    """The touchpoint to open, without a pointer: what stands in the map, and the one that is open."""
    t, names = view.t, view.dimensions.touchpoint_names
    ids = list(dict.fromkeys(["", *(one.id for one in shown.named.touchpoints), view.filters.touchpoint]))
    st.session_state["opened"] = view.filters.touchpoint
    st.selectbox(t("Open a touchpoint (or click it in the map)"), ids, key="opened", width=420,
                 format_func=lambda one: names.get(one, one) if one else t("none"),
                 on_change=lambda: address.choose("touchpoint", st.session_state["opened"] or ""))


def opened(view: View) -> None:
    """Everything known of the touchpoint that is open; nothing while none is."""
    if not view.filters.touchpoint:
        return
    t = view.t
    st.header(plain(view.dimensions.touchpoint_names[view.filters.touchpoint]), anchor=False)
    trends = nps_trends(view.snapshot, view.scope, SURVEY, view.filters, view.settings)
    st.markdown(plain(headline(t, trends, view.thresholds)))
    trends_page.cards(view, trends, weighted=False)
    trends_pictures.picture(view, trends, "together", weighted=False)
    if any(one.shown for one in trends.series):
        st.subheader(t("Promoters, passives and detractors"), anchor=False)
        trends_pictures.picture(view, trends, "shares", weighted=False)
    _units(view)
    _pain_points(view)
    _voices(view)
    _visits(view)
    _measured(view, trends)


def _units(view: View) -> None:
    """The units below the chosen one at this touchpoint, by expected rank."""
    t = view.t
    asked = asked_for(view.hierarchy, view.filters.units, SURVEY, 0, "")
    found = compared_units(view.snapshot, view.scope, asked, view.filters, view.settings) if asked.unit_ids else None
    if found is None or len(found.shown) < 2:
        return
    st.subheader(t("Units at this touchpoint, by expected rank"), anchor=False)
    drawn = Compared(found, t, found.shown, {}, found.total.nps if found.total else None)
    said = compare_headline(t, found)
    st.markdown(plain(said))
    figure(unit_pictures.scores(drawn), unit_pictures.alt(drawn, said), "units_here")
    st.caption(t("Sorted by expected rank. The diamond pulls the score of a small unit towards the others; its line "
                 "is the 95% interval."))


def _pain_points(view: View) -> None:
    t, write = view.t, view.write
    found = details.open_pain_points(view.snapshot, view.scope, view.filters)
    st.subheader(t("Open pain points"), anchor=False)
    day = write.day(details.loaded_on(view.snapshot, view.scope))
    if not found:
        st.caption(t("No pain point of this touchpoint is open, as far as the table pain_points was loaded on {day}.",
                     day=day))
        return
    st.markdown(pain_point_sentence(t, found))
    due = {True: t("overdue"), False: t("not yet due"), None: t("no due date")}
    st.dataframe(pd.DataFrame({
        t("Pain point"): [one.title for one in found], t("Business unit"): [one.unit for one in found],
        t("Severity"): [one.severity for one in found], t("Owner"): [one.owner for one in found],
        t("Opened"): [write.day(one.opened_on) for one in found], t("Due"): [write.day(one.due_on) for one in found],
        t("State"): [due[one.overdue] for one in found]}), hide_index=True, alt=pain_point_sentence(t, found))
    st.caption(t("Overdue as of {day}, the day of the load.", day=day))


def _voices(view: View) -> None:
    t = view.t
    count = details.excerpt_count(view.snapshot, view.scope, view.filters)
    st.subheader(t("Recorded voices"), anchor=False)
    st.markdown(t.plural("{n} recorded excerpt of this touchpoint is on file, with consent.",
                         "{n} recorded excerpts of this touchpoint are on file, with consent.", count) if count else
                t("No recorded excerpt of this touchpoint is on file. Bring the table excerpts, with consent."))


def _visits(view: View) -> None:
    t, write = view.t, view.write
    found = details.visits(view.snapshot, view.scope, view.filters, view.settings)
    st.subheader(t("Mystery visits"), anchor=False)
    if found is None:
        st.caption(t("No mystery visit to this touchpoint in these months. Bring the table visits."))
        return
    said = agreement_sentence(t, found)
    st.markdown(plain(said))
    st.dataframe(pd.DataFrame({
        t("Business unit"): [unit.name for unit in found.units], t("Visits"): [unit.visits for unit in found.units],
        t("Mean score of the visits, %"): [unit.score_pct for unit in found.units],
        t("NPS"): [100 * unit.estimate.nps if unit.estimate else None for unit in found.units],
        t("from"): [100 * unit.estimate.low if unit.estimate else None for unit in found.units],
        t("to"): [100 * unit.estimate.high if unit.estimate else None for unit in found.units],
        t("Answers (n)"): [unit.n for unit in found.units]}), hide_index=True, alt=said, placeholder="—",
        column_config={name: st.column_config.NumberColumn(format="%.1f") for name in (
            t("Mean score of the visits, %"), t("NPS"), t("from"), t("to"))})
    st.caption(t("Visits and answers of {months}, the worst visits first.",
                 months=write.months(found.span.first_month, found.span.last_month)))


def _measured(view: View, trends: Trends) -> None:
    """The score above loss, time to an answer and contacts; and who solved the contacts."""
    t = view.t
    months = details.measured(view.snapshot, view.scope, view.filters)
    st.subheader(t("What the systems measured"), anchor=False)
    if not months:
        st.caption(t("Nothing was measured here. Bring the table touchpoint_metrics: entered, completed, "
                     "response_seconds_median and contacts by touchpoint, unit and month."))
        return
    series = trends.main or (trends.series[0] if trends.series else None)
    if series is not None:
        figure(measured_picture(ShownTrends(trends, t, view.thresholds, weighted=False), series, months),
               t("T-NPS above what the systems measured, month by month"), "measured")
        st.caption(plain(t("T-NPS of {unit}. The bars of the loss are 95% intervals; what happens together need not "
                           "have one cause.", unit=series.name)))
    _solved(view, months[-SPAN_MONTHS:])


def _solved(view: View, months: tuple[MeasuredMonth, ...]) -> None:
    t, write, found = view.t, view.write, solved_by(months)
    if found is None:
        st.caption(t("What became of the contacts is known when touchpoint_metrics holds solved_centrally, "
                     "sent_to_branch and solved_by_expert."))
        return
    st.markdown(solved_sentence(t, found, months))
    with st.container(horizontal=True, key="solved_cards"):
        for label, n, interval in ((t("Solved centrally"), found.centrally, found.intervals.promoters),
                                   (t("Sent to branches"), found.to_branch, found.intervals.passives),
                                   (t("Solved by experts"), found.by_expert, found.intervals.detractors)):
            st.metric(label, write.percent(n / found.n), plain(f"{write.percent_interval(*interval)} · "
                                                               f"{write.sample(n)}"),
                      delta_color="off", delta_arrow="off", border=True)
