"""The map of the page Journey as a table, and as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, fields

import pandas as pd
import streamlit as st

from cx.phrase import Phrase, phrase
from cx.say.glossary import help_text
from cx.say.journey import JourneyRow, journey_headline, journey_rows
from cx.say.trends import VERDICTS
from cx.say.verdicts import withheld_reason
from cx.stats.suppression import Withheld
from cx.ui.downloads import download
from cx.ui.frame import View, freshness
from cx.ui.journey_page import Shown
from cx.ui.text import plain

_NAMES: Mapping[str, Phrase] = {
    "journey": phrase("Journey"), "stage": phrase("Stage"), "touchpoint": phrase("Touchpoint"),
    "column": phrase("Column"), "n": phrase("Answers (n)"), "nps_pts": phrase("NPS"), "low_pts": phrase("from"),
    "high_pts": phrase("to"), "change_pts": phrase("Against its own past"), "change_low_pts": phrase("change from"),
    "change_high_pts": phrase("change to"), "before_n": phrase("Answers before"), "verdict": phrase("Verdict"),
    "withheld": phrase("Not shown because"), "missing_answers": phrase("Answers missing"),
}
_COLUMN: Mapping[str, Phrase] = {"unit": phrase("Business unit"), "month": phrase("Month"),
                                 "segment": phrase("Segment"), "channel": phrase("Channel")}


def table(view: View, shown: Shown) -> None:
    """Every cell of the rows that were searched for, as a table where it is asked for, and as a file."""
    t, across = view.t, shown.found.across
    with st.container(horizontal=True, vertical_alignment="center"):
        as_table = st.toggle(t("Show as table"), key="as_table")
        download(t("Download"), f"journey-{across}.csv", [*(field.name for field in fields(JourneyRow)), "filters"],
                 lambda: ((*astuple(row), view.words) for row in journey_rows(shown.named, across)))
        st.caption(plain(freshness(view)))
    if not as_table:
        return
    rows = list(journey_rows(shown.named, across))
    names = {name: t(_COLUMN[across] if name == "column" else words) for name, words in _NAMES.items()}
    st.dataframe(
        pd.DataFrame({words: [_cell(view, row, name) for row in rows] for name, words in names.items()}),
        hide_index=True, placeholder="—", alt=journey_headline(t, shown.found, shown.named),
        column_config={words: st.column_config.NumberColumn(
            format="%.1f", help=help_text(t, "against_past") if name == "change_pts" else None)
            for name, words in names.items() if name.endswith("_pts")})


def _cell(view: View, row: JourneyRow, name: str) -> object:
    value = getattr(row, name)
    if name == "verdict":
        return view.t(VERDICTS[value]) if value else ""
    if name == "withheld":
        return withheld_reason(view.t, Withheld(value), row.n, view.thresholds) if value else ""
    return value
