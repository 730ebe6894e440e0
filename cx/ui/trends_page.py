"""Parts of the NPS trends page: choice of survey and picture, title, figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

import streamlit as st

from cx.say.change_parts import DIMENSIONS
from cx.say.course import course_headline
from cx.say.glossary import help_text
from cx.say.silent import newest_asked, response_headline
from cx.say.trends import (
    MEASURES,
    headline,
    parts_sentence,
    period_label,
    provisional_sentence,
    weighted_sentence,
    withheld_sentence,
)
from cx.say.verdicts import badge, evidence, withheld_reason
from cx.stats.nps import share_intervals
from cx.stats.suppression import Withheld
from cx.stats.trends import Trends
from cx.ui import address
from cx.ui.frame import View
from cx.ui.pages import PICTURES, TRENDS
from cx.ui.segments import segments
from cx.ui.text import plain
from cx.warehouse import nps
from cx.warehouse.benchmarks import markets
from cx.warehouse.course import unit_course
from cx.warehouse.filters import SURVEYS
from cx.warehouse.loads import about
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot

_MEASURE_TERMS = {"relationship": "r_nps", "transaction": "t_nps", "strategic": "strategic_nps"}


def address_values(snapshot: Snapshot, scope: Scope) -> Mapping[str, Collection[str]]:
    """What the parameters of this page may be; a picture of another page is no odd value."""
    return {"chart": PICTURES, "weights": ("on",), "by": DIMENSIONS, "market": markets(snapshot, scope)}


def choose_survey(view: View) -> str:
    """The kind of survey to show: as the address says, else the first that was loaded."""
    kinds = [survey.kind for survey in view.surveys]
    return segments(view.t("Survey"), "survey", kinds, lambda kind: view.t(SURVEYS[kind]))


def choose_chart(view: View) -> str:
    """The picture to show."""
    return segments(view.t("Picture"), "chart", list(TRENDS.pictures), lambda chart: view.t(TRENDS.pictures[chart]))


def choose_weights(view: View, trends: Trends) -> bool:
    """Whether weighted figures are drawn; asked only where answers carry weights."""
    if not trends.is_weighted:
        return False
    st.session_state["weights"] = address.chosen("weights") == "on"
    return st.toggle(view.t("Weighted"), key="weights", help=help_text(view.t, "weighted_nps"),
                     on_change=lambda: address.choose("weights", "on" if st.session_state["weights"] else ""))


def title(view: View, trends: Trends, chart: str, *, weighted: bool) -> None:
    """The finding of the picture as the title, and under it what it rests on."""
    t = view.t
    finding = _finding_of(view, trends, chart) or headline(t, trends, view.thresholds, weighted=weighted)
    if view.filters.narrows_answers:  # else the finding would be read as one about all answers of the unit
        finding = t("Only {filters}: {finding}", filters=view.narrowing_words, finding=finding)
    st.title(plain(finding), anchor=False)
    notes = [parts_sentence(t, trends, weighted=weighted), "" if weighted else weighted_sentence(t, trends),
             t("Filters: {filters}.", filters=view.words) if view.words else "",
             *scale_notes(view, trends), _provisional(view, trends), withheld_sentence(t, trends, view.thresholds)]
    st.markdown(plain(t.paragraph(notes)))


def _finding_of(view: View, trends: Trends, chart: str) -> str:
    """The finding of a picture that has one of its own; empty text where it is that of the newest period."""
    if chart == "course":
        course = unit_course(view.snapshot, view.scope, view.filters, view.settings)
        return course_headline(view.t, course) if course else ""
    asked = newest_asked(trends) if chart == "response" else None
    return response_headline(view.t, trends.survey, asked) if asked else ""


def _provisional(view: View, trends: Trends) -> str:
    """What must be said of a month that was not over at the load; the months of the demo company are made up."""
    facts = about(view.snapshot, view.scope)
    loaded_on = facts.created_at.astimezone(ZoneInfo(facts.time_zone)).date()
    return "" if facts.is_demo else provisional_sentence(view.t, trends, loaded_on)


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



def missing(view: View) -> None:
    """What to do when no answers were loaded."""
    st.title(view.t("No answers are loaded yet"), anchor=False)
    st.markdown(view.t("Bring the table responses: one row for each answer to the recommend question. "
                       "The Data page says what was loaded."))

