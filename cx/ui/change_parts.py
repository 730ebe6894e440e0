"""Part of the NPS trends page: why the newest figure differs from its past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, fields

import pandas as pd
import streamlit as st

from cx.charts.change_parts import MAX_PARTS, Taken
from cx.charts.change_parts import change_parts as change_picture
from cx.phrase import Phrase, phrase
from cx.say.change_parts import (
    DIMENSIONS,
    PartRow,
    change_sentence,
    other_dimension,
    part_rows,
    parts_that_moved,
    weighted_change_sentence,
)
from cx.say.trends import period_label
from cx.stats.change_parts import ChangeParts
from cx.stats.trends import Trends, TrendSeries, reference_points
from cx.ui import address
from cx.ui.downloads import download
from cx.ui.figures import figure
from cx.ui.frame import View
from cx.ui.text import plain
from cx.warehouse.change_parts import TOUCHPOINTS, UNITS, known_dimensions, parts_of_change

_COLUMNS: dict[str, Phrase] = {
    "part": phrase("Part"), "performance_pts": phrase("by its score"), "mix_pts": phrase("by its share of the answers"),
    "share_before_pct": phrase("Share before %"), "share_after_pct": phrase("Share after %"),
    "own_change_pts": phrase("Own change"), "own_low_pts": phrase("from"), "own_high_pts": phrase("to"),
}


def show_change_parts(view: View, trends: Trends, *, weighted: bool) -> None:
    """The change of the one unit shown, by the dimension that the reader chooses; or why it cannot be taken apart."""
    t, main = view.t, trends.main
    known = known_dimensions(view.snapshot, view.scope, trends, view.filters)
    found = {name: parts for name in known if (parts := _parts(view, trends, name, weighted)) is not None}
    if main is None or not found or not _is_firm(main, view):
        st.info(_why_not(view, trends))
        return
    dimension = _dimension(view, list(found))
    parts, names = found[dimension], _names(view, trends, dimension)
    before, after = _compared(view, trends, main)
    movement = main.weighted_movement if weighted else main.movement
    sentence = change_sentence(t, parts, movement, before, after, view.settings.smallest_change_pts / 100)
    st.markdown(plain(sentence))
    taken = Taken(t, parts, names)
    figure(change_picture(taken), sentence, "change_parts")
    notes = [parts_that_moved(t, parts, names)]
    if trends.is_weighted and not weighted and (with_weights := _parts(view, trends, dimension, True)) is not None:
        notes.append(weighted_change_sentence(t, with_weights))
    notes += [t("The same change taken apart {parts}.", parts=other_dimension(t, name, one))
              for name, one in found.items() if name != dimension]
    st.markdown("\n".join(f"- {plain(note)}" for note in notes))
    if len(parts.parts) > MAX_PARTS:
        st.caption(t("Drawn are the {shown} largest parts of {all}. The table has all of them.", shown=MAX_PARTS,
                     all=view.write.count(len(parts.parts))))
    _table(view, taken, dimension)


def _is_firm(main: TrendSeries, view: View) -> bool:
    """Whether the newest figure has answers enough for a verdict: nothing is explained with fewer."""
    return main.points[-1].n >= view.thresholds.firm


def _parts(view: View, trends: Trends, dimension: str, weighted: bool) -> ChangeParts | None:
    return parts_of_change(view.snapshot, view.scope, trends.survey, view.filters, view.settings, dimension, weighted)


def _dimension(view: View, known: list[str]) -> str:
    chosen = address.chosen("by")
    st.session_state["by"] = chosen if chosen in known else known[0]
    return str(st.selectbox(
        view.t("Taken apart by"), known, key="by", width=240, format_func=lambda name: view.t(DIMENSIONS[name]),
        on_change=lambda: address.choose("by", st.session_state["by"])))


def _names(view: View, trends: Trends, dimension: str) -> Mapping[str, str]:
    if dimension == UNITS:
        return {one.unit_id: one.name for one in trends.series}
    return view.dimensions.touchpoint_names if dimension == TOUCHPOINTS else {}


def _compared(view: View, trends: Trends, main: TrendSeries) -> tuple[str, str]:
    """What the newest period is compared with, and the period, as shown."""
    newest = main.points[-1]
    reference = reference_points(main.points, trends.compared_with == "wave")
    before = (period_label(view.t, trends.survey, reference[-1]) if len(reference) == 1
              else view.write.months(reference[0].starts_on, reference[-1].starts_on))
    return before, period_label(view.t, trends.survey, newest)


def _why_not(view: View, trends: Trends) -> str:
    t, main = view.t, trends.main
    if main is None:
        return t("Choose one unit to see why its score changed.")
    if not main.points or main.points[-1].estimate is None:
        return t("The newest figure is not shown, so there is no change to take apart.")
    if not _is_firm(main, view):
        return t("The newest figure has {n} of the {needed} answers needed for a verdict, so nothing is taken apart.",
                 n=main.points[-1].n, needed=view.thresholds.firm)
    if not reference_points(main.points, trends.compared_with == "wave"):
        return t("There is nothing earlier to compare with, so there is no change to take apart.")
    return t("The answers carry no product, segment, channel or unit below with enough answers before and after, "
             "so it cannot be told whether others answer.")


def _table(view: View, taken: Taken, dimension: str) -> None:
    t, rows = view.t, list(part_rows(view.t, taken.found, taken.names))
    with st.expander(t("The parts as a table")):
        st.dataframe(
            pd.DataFrame([{t(_COLUMNS[name]): getattr(row, name) for name in _COLUMNS} for row in rows]),
            hide_index=True, alt=t("The parts as a table"),
            column_config={t(_COLUMNS[name]): st.column_config.NumberColumn(format="%.1f")
                           for name in _COLUMNS if name != "part"})
        download(t("Download the parts"), f"nps-change-by-{dimension}.csv",
                 [*(field.name for field in fields(PartRow)), "filters"],
                 lambda: ((*astuple(row), view.words) for row in rows))
