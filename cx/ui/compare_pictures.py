"""The pictures of the page Compare units, and how to read them."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cx.charts import compare as pictures
from cx.charts import compare_touchpoints as maps
from cx.charts.compare import Compared
from cx.charts.compare_touchpoints import Mapped
from cx.charts.series import Shown as ShownTrends
from cx.charts.trends import MAX_PANELS
from cx.say.compare import compare_headline, uncovered_sentence, unranked_sentence
from cx.say.compare_touchpoints import map_sentence
from cx.ui.compare_page import MIXES, Shown
from cx.ui.figures import figure, scrolled
from cx.ui.frame import View
from cx.ui.pages import COMPARE
from cx.ui.segments import segments
from cx.ui.text import plain
from cx.ui.trends_pictures import small_multiples
from cx.warehouse.compare_touchpoints import NamedMap, compared_touchpoints
from cx.warehouse.nps import nps_trends

ROWS = ("scores", "ranks")
"""The pictures in which each unit is a row."""


def choose_picture(view: View, shown: Shown) -> str:
    """The picture to show; asked only where there is a figure to draw."""
    if not shown.comparison.shown:
        st.info(view.t("No figure can be shown here: every unit has fewer than {n} answers. Choose a level further up, "
                       "or fewer filters.", n=view.thresholds.figure), icon=":material/visibility_off:")
        return ""
    possible = {"funnel": shown.comparison.funnel is not None, "touchpoints": bool(view.dimensions.touchpoint_names),
                "ranks": bool(shown.comparison.ranked)}
    kinds = [kind for kind in COMPARE.pictures if possible.get(kind, True)]
    return segments(view.t("Picture"), "chart", kinds, lambda kind: view.t(COMPARE.pictures[kind]))


def picture(view: View, shown: Shown, chart: str) -> None:
    """The chosen picture, and how to read it."""
    if not shown.found:
        if chart:
            st.info(view.t("No unit with a figure has this text in its name."))
    elif chart == "touchpoints":
        _touchpoints(view, shown)
    elif chart == "multiples":
        _multiples(view, shown)
    elif chart:
        _units(view, shown, chart)


def _units(view: View, shown: Shown, chart: str) -> None:
    """Scores, ranks or the funnel."""
    t = view.t
    total = shown.group[shown.rule].nps if shown.group else None
    found = shown.found if chart != "ranks" else tuple(unit for unit in shown.found if unit.rank)
    if not found:
        st.info(t("No unit with this text in its name has enough answers for a rank."))
        return
    drawn = Compared(shown.comparison, t, found, shown.parents if shown.by_parent else {}, total)
    alt = pictures.alt(drawn, compare_headline(t, shown.comparison))
    if chart == "funnel":
        figure(pictures.funnel(drawn), alt, "funnel")
        st.caption(t("Small units scatter more. Beyond the outer line lies 1 usual unit in 500; what units usually "
                     "differ by is in the lines."))
        return
    figure(pictures.ranks(drawn) if chart == "ranks" else pictures.scores(drawn), alt, chart)
    st.caption(t("The band holds the true rank with 95% certainty. Units whose bands overlap widely should not be "
                 "ranked.") if chart == "ranks" else
               t("Sorted by expected rank. The diamond pulls the score of a small unit towards the others; its line "
                 "is the 95% interval."))
    for said in (unranked_sentence(t, shown.found, view.thresholds), _uncovered(view, shown)):
        if said:
            st.caption(plain(said))
    if drawn.is_cut:
        st.caption(t("Drawn are the first and the last {shown} units of {all}. The table has all of them.",
                     shown=pictures.MAX_ROWS // 2, all=view.write.count(len(found))))


def _uncovered(view: View, shown: Shown) -> str:
    dimension = shown.asked.dimension
    return uncovered_sentence(view.t, shown.found, MIXES[dimension], view.thresholds) if dimension else ""


def touchpoints_of(view: View, shown: Shown) -> NamedMap | None:
    """The map of the units that were searched for, with the verdicts that they have among all; None without one."""
    named = compared_touchpoints(view.snapshot, view.scope, shown.asked, view.filters, view.settings)
    if named is None:
        return None
    return named.of_units([unit.unit_id for unit in shown.comparison.units if shown.is_wanted(unit)])


def _touchpoints(view: View, shown: Shown) -> None:
    t = view.t
    with st.spinner(t("Comparing every unit at every touchpoint")):  # some seconds for thousands of units, once
        named = touchpoints_of(view, shown)
    if named is None:
        st.info(t("No answer of this survey names a touchpoint. Choose another survey."))
        return
    drawn, said = Mapped(named, t, view.thresholds), map_sentence(t, named)
    st.markdown(plain(said))
    with scrolled("touchpoint_map", maps.least_width(drawn)):
        figure(maps.touchpoint_map(drawn), said, "touchpoints")
    st.caption(t("Each cell: the NPS, under it the number of answers; × where it is withheld. Coloured and marked ▲ or "
                 "▼ are cells that can be told apart from the other units at the touchpoint; of all that are marked, "
                 "about 1 in 10 may be so by chance. Grey numbers: no difference can be told."))
    touchpoints, units = drawn.drawn
    if len(touchpoints) < len(named.touchpoints) or len(units) < len(named.map.unit_ids):
        st.caption(t("Drawn are {touchpoints} of {all_touchpoints} touchpoints and {units} of {all_units} units: those "
                     "that stand out most, then those with the most answers. The table has all of them.",
                     touchpoints=len(touchpoints), all_touchpoints=view.write.count(len(named.touchpoints)),
                     units=len(units), all_units=view.write.count(len(named.map.unit_ids))))


def _multiples(view: View, shown: Shown) -> None:
    """The periods of each unit as a small picture, all on one scale; of many units the first and the last."""
    t, half = view.t, MAX_PANELS // 2
    units = [unit.unit_id for unit in shown.found]
    if len(units) < 2:
        st.info(t("Two units with a figure are needed to stand side by side."))
        return
    drawn = units if len(units) <= MAX_PANELS else [*units[:half], *units[-half:]]
    trends = nps_trends(view.snapshot, view.scope, shown.asked.survey, replace(view.filters, units=tuple(drawn)),
                        view.settings)
    small_multiples(ShownTrends(trends, t, view.thresholds, weighted=False))
    st.caption(t("All on one scale, in the order of the expected rank. The band is the 95% interval, the number beside "
                 "the name the newest period."))
    if len(drawn) < len(units):
        st.caption(t("Drawn are the first and the last {shown} units of {all}. Search by name to see others.",
                     shown=half, all=view.write.count(len(units))))
