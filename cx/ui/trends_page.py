"""Parts of the NPS trends page: choice of survey and picture, figures, picture, table."""

from __future__ import annotations

from dataclasses import astuple, fields

import pandas as pd
import streamlit as st

from cx.charts import trends as pictures
from cx.charts.course import course as course_picture
from cx.charts.trends import EventMark, Shown
from cx.phrase import Phrase, phrase
from cx.say.course import course_sentences
from cx.say.glossary import help_text
from cx.say.trends import (
    MEASURES,
    TrendRow,
    headline,
    parts_sentence,
    period_label,
    trend_rows,
    weighted_sentence,
    withheld_sentence,
)
from cx.say.verdicts import badge, evidence, withheld_reason
from cx.stats.nps import share_intervals
from cx.stats.suppression import Withheld
from cx.stats.trends import Trends
from cx.ui import address
from cx.ui.downloads import download
from cx.ui.figures import figure
from cx.ui.frame import View, freshness
from cx.ui.segments import segments
from cx.ui.text import plain
from cx.warehouse import nps
from cx.warehouse.course import unit_course
from cx.warehouse.filters import SURVEYS

CHARTS: dict[str, Phrase] = {
    "together": phrase("Together"), "multiples": phrase("Side by side"), "shares": phrase("Shares"),
    "course": phrase("R against T"), "response": phrase("Response rate"),
}
_MEASURE_TERMS = {"relationship": "r_nps", "transaction": "t_nps", "strategic": "strategic_nps"}
_PANEL_WIDTH = 405  # three beside each other on a desk, one on a phone
_COLUMN_NAMES: dict[str, Phrase] = {
    "unit": phrase("Business unit"), "period": phrase("Period"), "n": phrase("Answers (n)"), "nps_pts": phrase("NPS"),
    "low_pts": phrase("from"), "high_pts": phrase("to"), "weighted_nps_pts": phrase("NPS weighted"),
    "weighted_low_pts": phrase("weighted from"), "weighted_high_pts": phrase("weighted to"),
    "promoters_pct": phrase("Promoters %"), "passives_pct": phrase("Passives %"),
    "detractors_pct": phrase("Detractors %"), "blanks": phrase("Blank answers"), "sent": phrase("Sent"),
    "response_rate_pct": phrase("Response rate %"), "withheld": phrase("Not shown because"),
    "missing_answers": phrase("Answers missing"),
}


def choose_survey(view: View) -> str:
    """The kind of survey to show: as the address says, else the first that was loaded."""
    kinds = [survey.kind for survey in view.surveys]
    return segments(view.t("Survey"), "survey", kinds, lambda kind: view.t(SURVEYS[kind]))


def choose_chart(view: View) -> str:
    """The picture to show."""
    return segments(view.t("Picture"), "chart", list(CHARTS), lambda chart: view.t(CHARTS[chart]))


def choose_weights(view: View, trends: Trends) -> bool:
    """Whether weighted figures are drawn; asked only where answers carry weights."""
    if not trends.is_weighted:
        return False
    st.session_state["weights"] = address.chosen("weights") == "on"
    return st.toggle(view.t("Weighted"), key="weights", help=help_text(view.t, "weighted_nps"),
                     on_change=lambda: address.choose("weights", "on" if st.session_state["weights"] else ""))


def title(view: View, trends: Trends, *, weighted: bool) -> None:
    """The finding as the title, and under it what it rests on."""
    t = view.t
    st.title(plain(headline(t, trends, view.thresholds, weighted=weighted)), anchor=False)
    notes = [parts_sentence(t, trends, weighted=weighted), "" if weighted else weighted_sentence(t, trends),
             t("Filters: {filters}.", filters=view.words) if view.words else "",
             *scale_notes(view, trends), withheld_sentence(t, trends, view.thresholds)]
    gap = "" if t.code.startswith("zh") else " "  # Chinese sentences end in a full-width stop
    st.markdown(plain(gap.join(note for note in notes if note)))


def scale_notes(view: View, trends: Trends) -> list[str]:
    """What must be said when the question was not asked on 0-10, or on several scales."""
    scales = nps.scales(view.snapshot, view.scope, trends.survey, tuple(series.unit_id for series in trends.series))
    if len(scales) > 1:
        return [view.t("The question was asked on different scales here ({scales}); compare with care.",
                       scales=view.write.listing(scales))]
    return [view.t("Asked on 1–10: no zero was possible.")] if scales == ("1-10",) else []


def cards(view: View, trends: Trends, *, weighted: bool) -> None:
    """The newest period of the total in figures, all plain or all weighted, each with its interval."""
    series = trends.main
    if series is None or not series.points:
        return
    t, write, last = view.t, view.write, series.points[-1]
    period, weighted = period_label(t, trends.survey, last), weighted and trends.is_weighted
    measure = t("Weighted {measure}", measure=MEASURES[trends.survey]) if weighted else t(MEASURES[trends.survey])
    estimate = last.weighted if weighted else last.estimate
    if estimate is None:
        reason = withheld_reason(t, last.withheld or Withheld.TOO_FEW, last.n, view.thresholds)
        st.metric(f"{measure} · {plain(period)}", "—", reason, delta_color="off", delta_arrow="off", border=True)
        return
    n = write.sample(last.n)
    st.caption(plain(t("Figures of {period} from {n} answers, with 95% intervals", period=period,
                       n=write.count(last.n))))
    with st.container(horizontal=True, key="cards"):
        _card(f"{measure} · {plain(period)}", write.nps(estimate.nps),
              f"{write.interval(estimate.low, estimate.high)} · {n}", help_text(t, _MEASURE_TERMS[trends.survey]))
        if trends.is_weighted and not weighted and last.weighted:
            _card(t("Weighted"), write.nps(last.weighted.nps),
                  f"{write.interval(last.weighted.low, last.weighted.high)} · {n}", help_text(t, "weighted_nps"))
        movement = series.weighted_movement if weighted else series.movement
        if movement is not None and movement.change is not None:
            _card(t("Change: {verdict}", verdict=badge(t, movement)), write.nps(movement.change),
                  write.interval(movement.low, movement.high), evidence(t, movement, view.thresholds))
        shares = share_intervals(estimate.effective_counts, estimate.n_effective)
        _card(t("Promoters"), write.percent(estimate.promoters, 0),
              write.percent_interval(*shares.promoters, decimals=0), help_text(t, "promoter"))
        _card(t("Detractors"), write.percent(estimate.detractors, 0),
              write.percent_interval(*shares.detractors, decimals=0), help_text(t, "detractor"))
        if last.response_rate is not None:
            _card(t("Response rate"), write.percent(last.response_rate),
                  t("{answered} of {sent} sent", answered=write.count(last.answered), sent=write.count(last.sent)),
                  help_text(t, "response_rate"))


def _card(label: str, value: str, detail: str, help_: str) -> None:
    st.metric(label, value, plain(detail), delta_color="off", delta_arrow="off", help=help_, border=True)


def picture(view: View, trends: Trends, chart: str, *, weighted: bool) -> None:
    """The chosen picture with the notes on its time axis, or why there is none."""
    t = view.t
    shown = Shown(trends, t, view.thresholds, weighted)
    series = trends.main
    if not any(one.shown for one in trends.series):
        st.info(t("No figure can be shown here: every period has fewer than {n} answers. Choose a unit further up, "
                  "more months, or fewer filters.", n=view.thresholds.figure), icon=":material/visibility_off:")
        return
    alt = headline(t, trends, view.thresholds, weighted=weighted)
    if chart == "multiples":
        small_multiples(shown)
        _say_what_is_left_out(view, trends, pictures.MAX_PANELS)
    elif chart == "shares":
        figure(pictures.shares(shown, series or trends.series[0]), alt, "shares")
        if series is None:
            st.caption(plain(t("Shares of {unit}. Choose one unit to see its own.", unit=trends.series[0].name)))
    elif chart == "course":
        _course(view)
    elif chart == "response":
        _response(view, trends, shown)
    else:
        marks = _events(view, trends)
        figure(pictures.together(shown, marks), alt, "together")
        _say_what_is_left_out(view, trends, pictures.MAX_LINES)
        if marks:
            st.caption(plain(" · ".join(f"({mark.number}) {view.write.day(mark.on_date)}: {mark.title}"
                                        for mark in marks)))


def small_multiples(shown: Shown) -> None:
    """One small picture a unit, as many beside each other as fit."""
    with st.container(horizontal=True, gap="small"):
        for number, (one, panel) in enumerate(zip(shown.with_total(pictures.MAX_PANELS),
                                                  pictures.small_multiples(shown), strict=True)):
            figure(panel, pictures.panel_alt(shown, one), f"multiple_{number}", width=_PANEL_WIDTH)


def _course(view: View) -> None:
    """T-NPS beside R-NPS of one unit: whether they part, and the lasting steps."""
    found = unit_course(view.snapshot, view.scope, view.filters, view.settings)
    if found is None:
        st.info(view.t("Choose one unit with transaction answers to see whether its T-NPS and its R-NPS part."))
        return
    sentences = course_sentences(view.t, found)
    figure(course_picture(view.t, found), " ".join(sentences), "course")
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
    if found.steps:
        st.caption(view.t("Each bar at the foot spans the months in which a step may have happened. Bars that overlap "
                          "tell of a gradual change."))


def _response(view: View, trends: Trends, shown: Shown) -> None:
    rates = pictures.response_rates(shown)
    if rates.data:
        figure(rates, view.t("Response rate"), "response")
        _say_what_is_left_out(view, trends, pictures.MAX_LINES)
    elif view.filters.narrows_answers:
        st.info(view.t("Questionnaires sent are known by unit and period only. Take the filters of product, segment, "
                       "channel and touchpoint away to see the response rate."))
    else:
        st.info(view.t("The response rate is known when the table invitations is loaded: questionnaires sent by "
                       "survey, unit and month."))


def _say_what_is_left_out(view: View, trends: Trends, at_most: int) -> None:
    parts = len(trends.series) - (trends.total_id is not None)
    if parts > at_most:
        st.caption(view.t("Drawn are the {shown} units with the most answers, of {all}. The table has all of them.",
                          shown=at_most, all=view.write.count(parts)))


def _events(view: View, trends: Trends) -> tuple[EventMark, ...]:
    found = nps.events(view.snapshot, view.scope, tuple(series.unit_id for series in trends.series), view.filters)
    return tuple(EventMark(number, event.on_date, event.title) for number, event in enumerate(found, start=1))


def table(view: View, trends: Trends) -> None:
    """The same figures as a table, and as a file."""
    t = view.t
    rows = list(trend_rows(trends))
    names = [name for name in _COLUMN_NAMES if trends.is_weighted or not name.startswith("weighted")]
    with st.container(horizontal=True, vertical_alignment="center"):
        as_table = st.toggle(t("Show as table"), key="as_table")
        download(t("Download"), f"nps-trends-{trends.survey}.csv",
                 [*(field.name for field in fields(TrendRow)), "filters"],
                 lambda: ((*astuple(row), view.words) for row in rows))
        st.caption(plain(freshness(view)))
    if as_table:
        shown = {t(_COLUMN_NAMES[name]): [_cell(view, row, name) for row in rows] for name in names}
        number = st.column_config.NumberColumn(format="%.1f")
        st.dataframe(pd.DataFrame(shown), hide_index=True, alt=headline(t, trends, view.thresholds),
                     column_config={t(_COLUMN_NAMES[name]): number for name in names
                                    if name.endswith(("_pts", "_pct"))})


def _cell(view: View, row: TrendRow, name: str) -> object:
    if name == "period":
        return view.write.month(row.starts_on) if row.survey == "transaction" else row.period
    if name == "withheld":
        return withheld_reason(view.t, Withheld(row.withheld), row.n, view.thresholds) if row.withheld else ""
    return getattr(row, name)


def missing(view: View) -> None:
    """What to do when no answers were loaded."""
    st.title(view.t("No answers are loaded yet"), anchor=False)
    st.markdown(view.t("Bring the table responses: one row for each answer to the recommend question. "
                       "The Data page says what was loaded."))

