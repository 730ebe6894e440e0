"""Parts of the NPS trends page about one unit: its level, and what it is held against: targets and competitors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from cx.charts.level import level as level_picture
from cx.charts.series import Shown
from cx.charts.yardsticks import MAX_COMPETITORS, Yardsticks
from cx.say.competitors import competitor_sentences
from cx.say.level import how_to_read, level_sentences
from cx.say.targets import target_sentences
from cx.stats.outlook import outlook
from cx.stats.trends import Trends
from cx.ui import address
from cx.ui.figures import figure
from cx.ui.frame import View
from cx.ui.text import plain
from cx.warehouse.benchmarks import market, markets
from cx.warehouse.level import unit_level
from cx.warehouse.targets import UnitTargets, unit_targets

HELD_AGAINST = ("level", "together")
"""The pictures that draw targets and competitors."""


def choose_market(view: View, trends: Trends, chart: str) -> str:
    """The market whose competitors are drawn; empty text for none. Asked only where they can be drawn."""
    known = markets(view.snapshot, view.scope)
    if trends.survey != "relationship" or trends.main is None or chart not in HELD_AGAINST or not known:
        return ""
    chosen = address.chosen("market")
    st.session_state["market"] = chosen if chosen in known else ""
    return str(st.selectbox(
        view.t("Market"), ["", *known], key="market", width=220, label_visibility="collapsed",
        format_func=lambda name: name or view.t("without competitors"),
        on_change=lambda: address.choose("market", st.session_state["market"])))


def yardsticks(view: View, trends: Trends, market_name: str) -> Yardsticks:
    """The targets of the one unit that is shown, and the competitors of the chosen market."""
    series = trends.main
    if series is None:
        return Yardsticks()
    own_names = frozenset((series.name, series.unit_id))
    found = market(view.snapshot, view.scope, market_name, own_names, _waves(trends)) if market_name else None
    return Yardsticks(_targets(view, trends).targets, found)


def level(view: View, trends: Trends, held_against: Yardsticks, *, weighted: bool) -> None:
    """The level of the one unit that is shown, and what can be said of it."""
    found = unit_level(view.snapshot, view.scope, trends.survey, view.filters, view.settings, weighted=weighted)
    if found is None:
        st.info(view.t("Choose one unit to see its level."))
        return
    sentences = level_sentences(view.t, found)
    figure(level_picture(Shown(trends, view.t, view.thresholds, weighted), found, held_against), " ".join(sentences),
           "level")
    _bullets(sentences)
    if found.level is not None:
        st.caption(plain(how_to_read(view.t, found)))
    if found.steps:
        st.caption(view.t("Each bar at the foot spans the months in which a step may have happened. Bars that overlap "
                          "tell of a gradual change."))


def say_held_against(view: View, trends: Trends, held_against: Yardsticks, *, weighted: bool) -> None:
    """What can be said of the targets and the competitors that the picture draws."""
    t, series = view.t, trends.main
    if series is None:
        return
    if held_against.targets:
        found = unit_level(view.snapshot, view.scope, trends.survey, view.filters, view.settings, weighted=weighted)
        outlooks = [outlook(found, target) for target in held_against.targets] if found else []
        if found:
            _bullets(target_sentences(t, found, [one for one in outlooks if one is not None]))
    known = _targets(view, trends)
    if known.unreadable:
        st.caption(plain(t("Targets left out, because their period is no year, quarter, month or wave, or their value "
                           "not from −100 to 100: {periods}.", periods=view.write.listing(known.unreadable))))
    if held_against.market is None:
        return
    _bullets(competitor_sentences(t, series.name, held_against.market, view.thresholds))
    if len(held_against.market.others) > MAX_COMPETITORS:
        st.caption(t("Drawn are {shown} competitors of {all}.", shown=MAX_COMPETITORS,
                     all=view.write.count(len(held_against.market.others))))
    if held_against.market.unreadable:
        st.caption(plain(t("Scores left out, because their period is no year, quarter, month or wave: {periods}.",
                           periods=view.write.listing(held_against.market.unreadable))))


def _targets(view: View, trends: Trends) -> UnitTargets:
    """The targets of the unit; none under a filter, because they are set for all its answers."""
    if trends.main is None or view.filters.narrows_answers:
        return UnitTargets((), ())
    return unit_targets(view.snapshot, view.scope, trends.main.unit_id, trends.survey, _waves(trends))


def _waves(trends: Trends) -> dict[str, date]:
    """The month in which each wave begins, by its name."""
    if trends.compared_with != "wave":
        return {}
    return {point.period: point.starts_on for series in trends.series for point in series.points}


def _bullets(sentences: Sequence[str]) -> None:
    if sentences:
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
