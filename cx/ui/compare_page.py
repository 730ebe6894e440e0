"""Parts of the page Compare units: what is compared, the picture, two units side by side, the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import pandas as pd
import streamlit as st

from cx.charts import compare as pictures
from cx.charts.compare import Compared
from cx.phrase import Phrase, phrase
from cx.say.compare import (
    STANDING_WORDS,
    CompareRow,
    compare_headline,
    compare_rows,
    compared_what,
    groups_sentence,
    pair_sentence,
    withheld_units,
)
from cx.say.verdicts import withheld_reason
from cx.stats.comparison import Comparison, difference_split
from cx.stats.difference import Difference
from cx.stats.funnel import FUNNEL_MIN_UNITS, Standing
from cx.stats.suppression import Withheld
from cx.ui import address
from cx.ui.downloads import download
from cx.ui.figures import figure
from cx.ui.frame import View, freshness
from cx.ui.segments import segments
from cx.ui.text import plain
from cx.ui.trends_page import choose_survey
from cx.warehouse import compare
from cx.warehouse.compare import Asked, Span, compared_units
from cx.warehouse.units import Unit

PICTURES: dict[str, Phrase] = {"scores": phrase("Scores"), "ranks": phrase("Ranks"), "funnel": phrase("Funnel")}
MIXES: dict[str, Phrase] = {"product": phrase("product"), "segment": phrase("segment"), "channel": phrase("channel")}
_COLUMNS: dict[str, Phrase] = {
    "unit": phrase("Business unit"), "n": phrase("Answers (n)"), "nps_pts": phrase("NPS"), "low_pts": phrase("from"),
    "high_pts": phrase("to"), "pooled_pts": phrase("Best guess"), "pooled_low_pts": phrase("best guess from"),
    "pooled_high_pts": phrase("best guess to"), "expected_rank": phrase("Expected rank"),
    "rank_low": phrase("rank from"), "rank_high": phrase("rank to"), "top_third_pct": phrase("In the top third, %"),
    "standing": phrase("Among its like"), "same_mix_pts": phrase("At the same mix"),
    "same_mix_low_pts": phrase("same mix from"), "same_mix_high_pts": phrase("same mix to"),
    "mix_covered_pct": phrase("Mix covered, %"), "withheld": phrase("Not shown because"),
    "missing_answers": phrase("Answers missing"),
}


@dataclass(frozen=True)
class Shown:
    """What the page shows: what was asked for, the span of months, the comparison."""

    asked: Asked
    span: Span
    comparison: Comparison
    total_name: str


def choose(view: View) -> Asked:
    """The survey, the level and the mix, as the address says or the first that there are."""
    levels = view.hierarchy.levels(view.filters.units)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        survey = choose_survey(view)
        level = _level(view, levels)
        dimension = _mix(view)
    units = levels[level] if levels else ()
    return Asked(survey, tuple(unit.id for unit in units), _total(view), dimension)


def _total(view: View) -> str | None:
    """The unit above all that are compared; None where several were chosen."""
    if len(view.filters.units) == 1:
        return view.filters.units[0]
    return view.hierarchy.top[0].id if not view.filters.units and len(view.hierarchy.top) == 1 else None


def _level(view: View, levels: Sequence[tuple[Unit, ...]]) -> int:
    if len(levels) < 2:
        return 0
    wanted = address.chosen("level", "1")
    number = int(wanted) - 1 if wanted in {str(place + 1) for place in range(len(levels))} else 0
    st.session_state["level"] = number
    return int(st.selectbox(
        view.t("Level"), range(len(levels)), key="level", width=220,
        format_func=lambda place: _level_name(view, place, levels[place]),
        on_change=lambda: address.choose("level", str(st.session_state["level"] + 1))))


def _level_name(view: View, place: int, units: Sequence[Unit]) -> str:
    ((kind, _),) = Counter(unit.kind for unit in units).most_common(1)
    named = kind or view.t("Level {number}", number=place + 1)
    return view.t("{kind} ({n})", kind=named, n=view.write.count(len(units)))


def _mix(view: View) -> str:
    """The dimension whose mix is made equal; empty text when none is, or none is known."""
    known = _known_mixes(view, 2)
    if not known:
        return ""
    chosen = address.chosen("mix")
    st.session_state["mix"] = chosen if chosen in known else ""
    return str(st.selectbox(
        view.t("Same mix of"), ["", *known], key="mix", width=200,
        format_func=lambda name: view.t(MIXES[name]) if name else view.t("as answered"),
        help=view.t("Units differ in whom they serve. At the same mix every unit is counted as if its answers were "
                    "mixed like all answers of these units."),
        on_change=lambda: address.choose("mix", st.session_state["mix"])))


def _known_mixes(view: View, at_least: int) -> list[str]:
    """The dimensions of which answers have so many values."""
    dimensions = {"segment": view.dimensions.segments, "channel": view.dimensions.channels,
                  "product": view.dimensions.products}
    return [name for name, values in dimensions.items() if len(values) >= at_least]


def compared(view: View, asked: Asked) -> Shown | None:
    """The comparison that was asked for; None, and why is said, when there is none."""
    found = compare.span(view.snapshot, view.scope, asked.survey, view.filters)
    result = compared_units(view.snapshot, view.scope, asked, view.filters, view.settings)
    if found is None or result is None or not result.units:
        st.title(view.t("There is nothing to compare here"), anchor=False)
        st.markdown(view.t("Choose a unit with units below it, or two units or more."))
        return None
    name = view.hierarchy.by_id[asked.total_id].name if asked.total_id else ""
    return Shown(asked, found, result, name)


def title(view: View, shown: Shown) -> None:
    """The finding as the title, and under it what it rests on."""
    t, comparison = view.t, shown.comparison
    st.title(plain(compare_headline(t, comparison)), anchor=False)
    notes = [compared_what(t, shown.asked.survey, shown.span, comparison, shown.total_name),
             groups_sentence(t, comparison),
             t("Filters: {filters}.", filters=view.words) if view.words else "",
             withheld_units(t, comparison)]
    gap = "" if t.code.startswith("zh") else " "
    st.markdown(plain(gap.join(note for note in notes if note)))


def picture(view: View, shown: Shown) -> None:
    """The chosen picture, and how to read it."""
    t, comparison = view.t, shown.comparison
    if not comparison.shown:
        st.info(t("No figure can be shown here: every unit has fewer than {n} answers. Choose a level further up, or "
                  "fewer filters.", n=view.thresholds.figure), icon=":material/visibility_off:")
        return
    drawn = Compared(comparison, t)
    kinds = list(PICTURES) if comparison.funnel else ["scores", "ranks"]
    chart = segments(t("Picture"), "chart", kinds, lambda kind: t(PICTURES[kind]))
    alt = pictures.alt(drawn, compare_headline(t, comparison))
    if chart == "funnel":
        figure(pictures.funnel(drawn), alt, "funnel")
        st.caption(t("Small units scatter more. Beyond the outer line lies 1 usual unit in 500; what units usually "
                     "differ by is in the lines."))
        return
    figure(pictures.ranks(drawn) if chart == "ranks" else pictures.scores(drawn), alt, chart)
    st.caption(_how_to_read(view, chart))
    if len(comparison.shown) > pictures.MAX_ROWS:
        st.caption(t("Drawn are the first and the last {shown} units of {all}. The table has all of them.",
                     shown=pictures.MAX_ROWS // 2, all=view.write.count(len(comparison.shown))))


def _how_to_read(view: View, chart: str) -> str:
    if chart == "ranks":
        return view.t("The band holds the true rank with 95% certainty. Units whose bands overlap widely should not be "
                      "ranked.")
    return view.t("Sorted by expected rank. The diamond pulls the score of a small unit towards the others; its line "
                  "is the 95% interval.")


def pair(view: View, shown: Shown) -> None:
    """Two units beside each other: their difference, and what of it is performance and what is mix."""
    t, units = view.t, shown.comparison.shown
    if len(units) < 2:
        return
    names = {unit.unit_id: unit.name for unit in units}
    st.subheader(t("Two units side by side"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = _one_of(t("First unit"), "a", list(names), names, len(names) - 1)
        second = _one_of(t("Second unit"), "b", list(names), names, 0)
    dimension = shown.asked.dimension or next(iter(_known_mixes(view, 1)), "")
    if first == second or not dimension:
        st.caption(t("Choose two different units.") if dimension else
                   t("Answers carry no product, segment or channel, so the mix is not known."))
        return
    asked = Asked(shown.asked.survey, (first, second), None, dimension)
    strata = compare.strata(view.snapshot, view.scope, asked, (first, second), view.filters, shown.span)
    split = difference_split(strata.get(first, {}), strata.get(second, {}))
    if split is None:
        return
    st.markdown(plain(pair_sentence(t, names[first], names[second], split)))
    with st.container(horizontal=True, key="cards"):
        _part(view, t("Difference"), split.change)
        _part(view, t("Happier customers"), split.performance)
        _part(view, t("Other mix of {dimension}", dimension=MIXES[dimension]), split.mix)
    st.caption(t("The two parts add up to the difference. {share} of the answers lie where both units have some.",
                 share=view.write.percent(split.compared, 0)))


def _part(view: View, label: str, part: Difference) -> None:
    st.metric(plain(label), view.write.change(part.nps), plain(view.write.interval(part.low, part.high)),
              delta_color="off", delta_arrow="off", border=True)


def _one_of(label: str, parameter: str, ids: list[str], names: dict[str, str], otherwise: int) -> str:
    chosen = address.chosen(parameter)
    st.session_state[f"pair_{parameter}"] = chosen if chosen in names else ids[otherwise]
    return str(st.selectbox(label, ids, format_func=names.__getitem__, key=f"pair_{parameter}", width=320,
                            on_change=lambda: address.choose(parameter, st.session_state[f"pair_{parameter}"])))


def table(view: View, shown: Shown) -> None:
    """The same figures as a table, and as a file."""
    t, comparison = view.t, shown.comparison
    rows = list(compare_rows(comparison))
    names = [name for name in _COLUMNS if shown.asked.dimension or not name.startswith(("same_mix", "mix_"))]
    if len(comparison.shown) < FUNNEL_MIN_UNITS:
        names.remove("standing")
    with st.container(horizontal=True, vertical_alignment="center"):
        as_table = st.toggle(t("Show as table"), key="as_table")
        download(t("Download"), f"compare-units-{shown.asked.survey}.csv",
                 [*(field.name for field in fields(CompareRow)), "filters"],
                 lambda: ((*astuple(row), view.words) for row in rows))
        st.caption(plain(freshness(view)))
    if as_table:
        cells = {t(_COLUMNS[name]): [_cell(view, row, name) for row in rows] for name in names}
        number = st.column_config.NumberColumn(format="%.1f")
        st.dataframe(pd.DataFrame(cells), hide_index=True, alt=compare_headline(t, comparison),
                     column_config={t(_COLUMNS[name]): number for name in names
                                    if name.endswith(("_pts", "_pct")) or name == "expected_rank"})


def _cell(view: View, row: CompareRow, name: str) -> object:
    if name == "withheld":
        return withheld_reason(view.t, Withheld(row.withheld), row.n, view.thresholds) if row.withheld else ""
    if name == "standing":
        return view.t(STANDING_WORDS[Standing[row.standing.upper()]]) if row.standing else ""
    return getattr(row, name)
