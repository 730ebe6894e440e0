"""Codes and words of a column of the file: which mean "no answer", which stand for a value of the contract."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cx.contract.columns import Column
from cx.ingest.column_profile import ColumnProfile
from cx.ingest.mapping import Cell
from cx.ui.frame import Reader
from cx.ui.text import plain

_MOST_TRANSLATED = 12


def choose_codes(reader: Reader, profile: ColumnProfile, cell: Cell, key: str) -> Cell:
    """The cell with the codes of the recommend question that mean: not answered."""
    t = reader.t
    values = [value for value, _ in profile.values]
    options = list(dict.fromkeys([*cell.blank, *profile.codes, *profile.strays, *values]))
    chosen = st.multiselect(
        t("Codes that mean: not answered (an empty cell always does)"), options, default=list(cell.blank), key=key,
        accept_new_options=True, placeholder=t("none"), select_all=False)
    return replace(cell, blank=tuple(code.strip() for code in chosen if code.strip()))


def translate_values(reader: Reader, profile: ColumnProfile, column: Column, cell: Cell, key: str) -> Cell:
    """The cell with the words of the file translated into the values that the contract allows."""
    t = reader.t
    foreign = [value for value, _ in profile.values if value not in column.allowed][:_MOST_TRANSLATED]
    values = {}
    for number, word in enumerate(foreign):
        before = cell.values.get(word)
        meant = st.selectbox(
            plain(t("{value} in the file means", value=word)), column.allowed, key=f"{key}_{number}",
            index=column.allowed.index(before) if before in column.allowed else None,
            placeholder=t("nothing: such records are rejected"))
        if meant:
            values[word] = meant
    return replace(cell, values=values)
