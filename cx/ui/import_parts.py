"""A day that the file writes in parts: year, month and day, each a column or the same number for all records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from cx.ingest.column_profile import ColumnProfile
from cx.ingest.mapping import Cell
from cx.phrase import Phrase, phrase
from cx.ui.frame import Reader

_PARTS: Mapping[str, tuple[Phrase, int, int]] = {
    "year": (phrase("Year"), 1900, 2200), "month": (phrase("Month"), 1, 12), "day": (phrase("Day"), 1, 31)}


def choose_parts(reader: Reader, profiles: Sequence[ColumnProfile], cell: Cell | None, key: str) -> Cell:
    """The cell with the parts that are chosen so far."""
    t, before = reader.t, cell.parts if cell else {}
    names = {profile.name: f"{profile.name}  ·  {profile.lowest:.0f}–{profile.highest:.0f}" for profile in profiles
             if profile.lowest is not None and profile.highest is not None}
    parts: dict[str, int | str] = {}
    for (part, (label, lowest, highest)), place in zip(_PARTS.items(), st.columns(3), strict=True):
        fitting = [profile.name for profile in profiles if _lies_in(profile, lowest, highest)]
        said = str(before.get(part, ""))
        options = [*fitting, *([said] if said and said not in fitting else [])]
        chosen = place.selectbox(
            t(label), options, index=options.index(said) if said else None, key=f"{key}_{part}",
            format_func=lambda one: names.get(one, one), accept_new_options=True,
            placeholder=t("Choose a column or write a number"))
        value = part_of(chosen or "", tuple(names), lowest, highest)
        if value is not None:
            parts[part] = value
    return Cell(parts=parts)


def part_of(text: str, columns: Sequence[str], lowest: int, highest: int) -> int | str | None:
    """A part of a day: the name of a column, else a number; None if the text is neither, or out of range.

    >>> part_of("INTDATE", ["INTDATE"], 1, 31), part_of(" 5", [], 1, 12), part_of("13", [], 1, 12)
    ('INTDATE', 5, None)
    """
    if text in columns:
        return text
    number = int(text) if re.fullmatch(r"[0-9]{1,4}", text := text.strip()) else 0
    return number if lowest <= number <= highest else None


def _lies_in(profile: ColumnProfile, lowest: int, highest: int) -> bool:
    return profile.kind == "integers" and profile.lowest is not None and profile.highest is not None and \
        lowest <= profile.lowest and profile.highest <= highest
