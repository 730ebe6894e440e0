"""The pictures of the NPS trends page, each with the notes that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from cx.charts import trends as pictures
from cx.charts.course import course as course_picture
from cx.charts.trends import EventMark, Shown
from cx.charts.yardsticks import Yardsticks
from cx.say.course import course_headline, course_sentences
from cx.say.driver_drift import drift_sentence
from cx.say.trends import headline
from cx.stats.trends import Trends
from cx.ui.change_parts import show_change_parts
from cx.ui.figures import figure
from cx.ui.frame import View
from cx.ui.silent import show_silent
from cx.ui.text import plain
from cx.ui.trends_level import level, say_held_against, yardsticks
from cx.warehouse import nps
from cx.warehouse.course import unit_course
from cx.warehouse.drivers import drifting_drivers

_PANEL_WIDTH = 405  # three beside each other on a desk, one on a phone


@dataclass(frozen=True)
class _Asked:
    """What is drawn: the trends of a view, plain or weighted, with what they are held against."""

    view: View
    trends: Trends
    shown: Shown
    held_against: Yardsticks
    weighted: bool

    @property
    def alt(self) -> str:
        """What a picture says, for readers who do not see it."""
        return headline(self.view.t, self.trends, self.view.thresholds, weighted=self.weighted)

    def say_what_is_left_out(self, at_most: int) -> None:
        """How many units are not drawn."""
        parts = len(self.trends.series) - (self.trends.total_id is not None)
        if parts > at_most:
            st.caption(self.view.t(
                "Drawn are the {shown} units with the most answers, of {all}. The table has all of them.",
                shown=at_most, all=self.view.write.count(parts)))


def picture(view: View, trends: Trends, chart: str, market: str = "", *, weighted: bool) -> None:
    """The chosen picture, or why there is none. `market`: whose competitors are drawn; empty text for none."""
    if not any(one.shown for one in trends.series):
        st.info(view.t("No figure can be shown here: every period has fewer than {n} answers. Choose a unit further "
                       "up, more months, or fewer filters.", n=view.thresholds.figure),
                icon=":material/visibility_off:")
        return
    shown = Shown(trends, view.t, view.thresholds, weighted)
    _PICTURES[chart](_Asked(view, trends, shown, yardsticks(view, trends, market), weighted))


def _together(asked: _Asked) -> None:
    view, trends = asked.view, asked.trends
    found = nps.events(view.snapshot, view.scope, tuple(series.unit_id for series in trends.series), view.filters)
    marks = tuple(EventMark(number, event.on_date, event.title) for number, event in enumerate(found, start=1))
    figure(pictures.together(asked.shown, marks, asked.held_against), asked.alt, "together")
    say_held_against(view, trends, asked.held_against, weighted=asked.weighted)
    asked.say_what_is_left_out(pictures.MAX_LINES)
    if marks:
        st.caption(plain(" · ".join(f"({mark.number}) {view.write.day(mark.on_date)}: {mark.title}"
                                    for mark in marks)))


def _level(asked: _Asked) -> None:
    level(asked.view, asked.trends, asked.held_against, weighted=asked.weighted)
    say_held_against(asked.view, asked.trends, asked.held_against, weighted=asked.weighted)


def _multiples(asked: _Asked) -> None:
    small_multiples(asked.shown)
    asked.say_what_is_left_out(pictures.MAX_PANELS)


def small_multiples(shown: Shown) -> None:
    """One small picture a unit, as many beside each other as fit."""
    with st.container(horizontal=True, gap="small"):
        for number, (one, panel) in enumerate(zip(shown.with_total(pictures.MAX_PANELS),
                                                  pictures.small_multiples(shown), strict=True)):
            figure(panel, pictures.panel_alt(shown, one), f"multiple_{number}", width=_PANEL_WIDTH)


def _shares(asked: _Asked) -> None:
    series, first = asked.trends.main, asked.trends.series[0]
    figure(pictures.shares(asked.shown, series or first), asked.alt, "shares")
    if series is None:
        st.caption(plain(asked.view.t("Shares of {unit}. Choose one unit to see its own.", unit=first.name)))


def _why(asked: _Asked) -> None:
    show_change_parts(asked.view, asked.trends, weighted=asked.weighted)


def _course(asked: _Asked) -> None:
    """T-NPS beside R-NPS of one unit: whether they part, the lasting steps, and drivers that count less or more."""
    view = asked.view
    found = unit_course(view.snapshot, view.scope, view.filters, view.settings)
    if found is None:
        st.info(view.t("Choose one unit with transaction answers to see whether its T-NPS and its R-NPS part."))
        return
    drifting = drifting_drivers(view.snapshot, view.scope, "relationship", found.transactional.unit_id, view.filters)
    said = [*course_sentences(view.t, found), *([drift_sentence(view.t, drifting)] if drifting else [])]
    figure(course_picture(view.t, found), " ".join([course_headline(view.t, found), *said]), "course")
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in said))
    if found.steps:
        st.caption(view.t("Each bar at the foot spans the months in which a step may have happened. Bars that overlap "
                          "tell of a gradual change."))


def _response(asked: _Asked) -> None:
    view, rates = asked.view, pictures.response_rates(asked.shown)
    if rates.data:
        figure(rates, view.t("Response rate"), "response")
        asked.say_what_is_left_out(pictures.MAX_LINES)
        st.caption(view.t("An answer counts in the month or wave in which it was asked for, so that late ones raise "
                          "the rate of the newest; figures of NPS count it when it came."))
        show_silent(view, asked.trends)
    elif view.filters.narrows_answers:
        st.info(view.t("Questionnaires sent are known by unit and period only. Take the filters of product, segment, "
                       "channel and touchpoint away to see the response rate."))
    else:
        st.info(view.t("The response rate is known when the table invitations is loaded: questionnaires sent by "
                       "survey, unit and month."))


_PICTURES: Mapping[str, Callable[[_Asked], None]] = {
    "together": _together, "level": _level, "multiples": _multiples, "shares": _shares, "why": _why,
    "course": _course, "response": _response,
}
