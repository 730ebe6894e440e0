"""Units against targets and rivals, and the table of the page Compare units: as the picture shows, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, fields

import pandas as pd
import streamlit as st

from cx.phrase import Phrase, phrase
from cx.say.compare import STANDING_WORDS, compare_headline
from cx.say.compare_rows import CompareRow, compare_rows
from cx.say.compare_touchpoints import AGAINST_WORDS, Against, MapRow, map_rows, map_sentence
from cx.say.glossary import help_text
from cx.say.translator import Translator
from cx.say.verdicts import withheld_reason
from cx.say.yardsticks import lead_sentence, target_sentences
from cx.stats.funnel import FUNNEL_MIN_UNITS, Standing
from cx.stats.suppression import Withheld
from cx.ui.compare_page import Shown
from cx.ui.compare_pictures import touchpoints_of
from cx.ui.downloads import download
from cx.ui.frame import View, freshness
from cx.ui.text import plain
from cx.warehouse.yardsticks import yardsticks

_NAMES: Mapping[str, Phrase] = {
    "unit": phrase("Business unit"), "parent": phrase("Unit above"), "n": phrase("Answers (n)"),
    "nps_pts": phrase("NPS"), "low_pts": phrase("from"), "high_pts": phrase("to"),
    "pooled_pts": phrase("Best guess"), "pooled_low_pts": phrase("best guess from"),
    "pooled_high_pts": phrase("best guess to"), "expected_rank": phrase("Expected rank"),
    "rank_low": phrase("rank from"), "rank_high": phrase("rank to"), "top_third_pct": phrase("In the top third, %"),
    "standing": phrase("Among its like"), "same_mix_pts": phrase("At the same mix"),
    "same_mix_low_pts": phrase("same mix from"), "same_mix_high_pts": phrase("same mix to"),
    "mix_covered_pct": phrase("Mix covered, %"), "target_pts": phrase("Target"), "target_period": phrase("target of"),
    "to_target_pts": phrase("Against the target"), "to_target_low_pts": phrase("against target from"),
    "to_target_high_pts": phrase("against target to"), "rival": phrase("Best rival"),
    "lead_pts": phrase("Lead over it"), "lead_low_pts": phrase("lead from"), "lead_high_pts": phrase("lead to"),
    "market": phrase("Market study"), "withheld": phrase("Not shown because"),
    "missing_answers": phrase("Answers missing"),
}
_MAP_NAMES: Mapping[str, Phrase] = {
    "journey": phrase("Journey"), "stage": phrase("Stage"), "touchpoint": phrase("Touchpoint"),
    "unit": phrase("Business unit"), "n": phrase("Answers (n)"), "nps_pts": phrase("NPS"), "low_pts": phrase("from"),
    "high_pts": phrase("to"), "difference_pts": phrase("Against the units together"),
    "difference_low_pts": phrase("against them from"), "difference_high_pts": phrase("against them to"),
    "verdict": phrase("Verdict"), "withheld": phrase("Not shown because"), "missing_answers": phrase("Answers missing"),
}

_TERMS = {"pooled_pts": "best_guess", "to_target_pts": "target", "lead_pts": "lead", "difference_pts": "against_all"}


def against(view: View, shown: Shown) -> None:
    """The units that are shown against their targets and their best rivals; nothing where neither is loaded."""
    t = view.t
    held_against = yardsticks(view.snapshot, view.scope, shown.asked, view.filters, view.settings)
    said = target_sentences(t, shown.found, held_against)
    leads = [lead_sentence(t, unit.name, held_against.leads[unit.unit_id]) for unit in shown.comparison.units
             if shown.is_wanted(unit) and unit.unit_id in held_against.leads]
    said += leads[:_MOST_LEADS]
    if not said:
        return
    st.header(t("Targets and rivals") if leads else t("Targets"), anchor=False)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in said))
    if len(leads) > _MOST_LEADS:
        st.caption(t("The table has the rivals of the other units."))


def table(view: View, shown: Shown, chart: str) -> None:
    """The figures of the picture as a table, and as a file."""
    t, named = view.t, touchpoints_of(view, shown) if chart == "touchpoints" else None
    if named is not None:
        _table(view, shown, _MAP_NAMES, MapRow, lambda: list(map_rows(named)), map_sentence(t, named), "touchpoints")
        return
    held_against = yardsticks(view.snapshot, view.scope, shown.asked, view.filters, view.settings)
    every = list(compare_rows(shown.comparison, shown.parents, held_against))
    wanted = {unit.unit_id for unit in shown.comparison.units if shown.is_wanted(unit)}
    rows = [row for row in every if row.unit_id in wanted]
    if shown.by_parent:
        first = {parent: place for place, parent in reversed(list(enumerate(row.parent for row in rows)))}
        rows.sort(key=lambda row: first[row.parent])
    _table(view, shown, _columns(shown, rows), CompareRow, lambda: rows, compare_headline(t, shown.comparison), "units")


def _columns(shown: Shown, rows: Sequence[CompareRow]) -> dict[str, Phrase]:
    """The columns in which something can stand."""
    left_out = {
        "parent": len(set(shown.parents.values())) < 2, "same_mix": not shown.asked.dimension,
        "mix_": not shown.asked.dimension, "standing": len(shown.comparison.shown) < FUNNEL_MIN_UNITS,
        **dict.fromkeys(("target", "to_target"), all(row.target_pts is None for row in rows)),
        **dict.fromkeys(("rival", "lead", "market"), all(row.rival is None for row in rows)),
    }
    return {name: words for name, words in _NAMES.items()
            if not any(name.startswith(start) and out for start, out in left_out.items())}


def _table(view: View, shown: Shown, columns: Mapping[str, Phrase], kind: type[CompareRow] | type[MapRow],
           rows: Callable[[], Sequence[CompareRow] | Sequence[MapRow]], alt: str, name: str) -> None:
    """The table where it is asked for, and the file; a map of many units is made into rows for them alone."""
    t = view.t
    with st.container(horizontal=True, vertical_alignment="center"):
        as_table = st.toggle(t("Show as table"), key="as_table")
        download(t("Download"), f"compare-{name}-{shown.asked.survey}.csv",
                 [*(field.name for field in fields(kind)), *_GROUP_COLUMNS, "filters"],
                 lambda: ((*astuple(row), *_group(shown), view.words) for row in rows()))
        st.caption(plain(freshness(view)))
    if as_table:
        made = rows()
        cells = {t(words): [_cell(view, row, column) for row in made] for column, words in columns.items()}
        st.dataframe(pd.DataFrame(cells), hide_index=True, alt=alt,
                     column_config={t(words): st.column_config.NumberColumn(format="%.1f", help=_help(t, column))
                                    for column, words in columns.items()
                                    if column.endswith(("_pts", "_pct")) or column == "expected_rank"})


def _help(t: Translator, column: str) -> str | None:
    """What a column means, where its name alone does not say it."""
    return help_text(t, _TERMS[column]) if column in _TERMS else None


_MOST_LEADS = 6
_GROUP_COLUMNS = ("group_rule", "group_pts", "group_low_pts", "group_high_pts")


def _group(shown: Shown) -> Iterable[object]:
    """The figure of all units together, by the rule in use."""
    if not shown.group:
        return (None,) * len(_GROUP_COLUMNS)
    figure = shown.group[shown.rule]
    return shown.rule, 100 * figure.nps, 100 * figure.low, 100 * figure.high


def _cell(view: View, row: CompareRow | MapRow, name: str) -> object:
    value = getattr(row, name)
    if name == "withheld":
        return withheld_reason(view.t, Withheld(value), row.n, view.thresholds) if value else ""
    if name == "standing":
        return view.t(STANDING_WORDS[Standing[value.upper()]]) if value else ""
    if name == "verdict":
        return view.t(AGAINST_WORDS[Against(value)]) if value else ""
    return "" if value is None and name in ("target_period", "rival", "market") else value
