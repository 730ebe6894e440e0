"""Columns of the file that are ratings of drivers: which ones, on which scale, and what their words and codes mean."""

from __future__ import annotations

import math
from collections.abc import Sequence, Set

import pandas as pd
import streamlit as st

from cx.ingest.column_profile import ColumnProfile
from cx.ingest.rating_groups import RatingsProposal
from cx.ingest.suggest import Suggestion
from cx.ui.frame import Reader
from cx.ui.import_draft import Draft, RatingsDraft, faults
from cx.ui.import_state import Import
from cx.ui.text import plain

_NONE, _OWN = -2, -1
_LOWEST, _HIGHEST = -100, 100
_MOST_VALUES = 60


def ratings_control(reader: Reader, work: Import, draft: Draft, suggestion: Suggestion) -> None:
    """Which columns are ratings, and how they are read; the draft then holds it."""
    t, groups = reader.t, suggestion.ratings
    options = [*range(len(groups)), _OWN, *([_NONE] if draft.table != "ratings" else [])]
    chosen = st.radio(
        t("Which columns are ratings of single points, such as waiting time or friendliness?"), options,
        index=options.index(_current(draft, groups)), key=work.key(f"{draft.table}_ratings"),
        format_func=lambda number: _group_name(reader, groups, number))
    if chosen == _NONE:
        draft.ratings = RatingsDraft()
        return
    if chosen >= 0 and draft.ratings.proposed != groups[chosen]:
        draft.ratings = RatingsDraft.of(groups[chosen])
    elif chosen == _OWN and draft.ratings.proposed is not None:
        draft.ratings = RatingsDraft()
    _columns(reader, work, draft, suggestion, chosen)
    if draft.ratings.columns:
        profiles = [profile for profile in suggestion.profiles if profile.name in draft.ratings.columns]
        _codes(reader, work, draft, profiles, chosen)
        _scale(reader, work, draft, chosen)
        _meanings(reader, work, draft, profiles, chosen)
    fault = faults(draft).get("rating") if work.tried else None
    if fault:
        st.error(plain(t(fault)), icon=":material/error:")


def _current(draft: Draft, groups: Sequence[RatingsProposal]) -> int:
    if draft.ratings.proposed in groups:
        return groups.index(draft.ratings.proposed)
    return _OWN if draft.ratings.columns or draft.table == "ratings" else _NONE


def _group_name(reader: Reader, groups: Sequence[RatingsProposal], number: int) -> str:
    t = reader.t
    if number < 0:
        return t("None") if number == _NONE else t("Columns that I choose myself")
    return plain(t(groups[number].why))


def _columns(reader: Reader, work: Import, draft: Draft, suggestion: Suggestion, chosen: int) -> None:
    taken = {cell.column for cell in draft.cells.values() if cell.column}
    options = [profile.name for profile in suggestion.profiles
               if profile.kind in ("integers", "numbers", "labels") and profile.name not in taken]
    known = [*dict.fromkeys([*draft.ratings.columns, *options])]
    draft.ratings.columns = tuple(st.multiselect(
        reader.t("Columns with ratings"), known, default=list(draft.ratings.columns),
        key=work.key(f"{draft.table}_rated_{chosen}"), placeholder=reader.t("Choose columns"), select_all=False))


def _codes(reader: Reader, work: Import, draft: Draft, profiles: Sequence[ColumnProfile], chosen: int) -> None:
    """Which values of the columns are no ratings; a code at an end of the scale is no longer part of it."""
    t, ratings, key = reader.t, draft.ratings, work.key(f"{draft.table}_codes_{chosen}")
    found = values_of(profiles)
    left, right = st.columns(2)
    blank = left.multiselect(
        t("Codes that mean: not answered (an empty cell always does)"), [*dict.fromkeys([*ratings.blank, *found])],
        default=list(ratings.blank), key=f"{key}_blank", accept_new_options=True, placeholder=t("none"),
        select_all=False)
    others = [value for value in dict.fromkeys([*ratings.unused, *found]) if value not in blank]
    unused = right.multiselect(
        t("Codes that mean: not used, or does not apply"), others,
        default=[code for code in ratings.unused if code in others], key=f"{key}_unused_{'|'.join(blank)}",
        accept_new_options=True, placeholder=t("none"), select_all=False)
    ratings.blank, ratings.unused = tuple(blank), tuple(unused)
    ratings.values = {word: value for word, value in ratings.values.items() if word not in (*blank, *unused)}
    ratings.lowest, ratings.highest = scale_without(ratings.lowest, ratings.highest, {*blank, *unused})


def _scale(reader: Reader, work: Import, draft: Draft, chosen: int) -> None:
    t, ratings = reader.t, draft.ratings
    key = work.key(f"{draft.table}_scale_{chosen}_{'|'.join((*ratings.blank, *ratings.unused))}")
    left, right = st.columns(2)
    ratings.lowest = int(left.number_input(
        t("Lowest rating that could be given"), _LOWEST, _HIGHEST, ratings.lowest, key=f"{key}_low"))
    ratings.highest = int(right.number_input(
        t("Highest rating that could be given"), _LOWEST, _HIGHEST, ratings.highest, key=f"{key}_high"))


def _meanings(reader: Reader, work: Import, draft: Draft, profiles: Sequence[ColumnProfile], chosen: int) -> None:
    """Which rating each word means that is neither a code nor a number on the scale."""
    t, ratings = reader.t, draft.ratings
    codes = {*ratings.blank, *ratings.unused}
    words = [word for word in values_of(profiles)
             if word not in codes and not _is_on_scale(word, ratings.lowest, ratings.highest)]
    if not words:
        return
    numbers = [str(number) for number in range(ratings.lowest, min(ratings.highest, ratings.lowest + 20) + 1)]
    st.caption(t("Which rating each of these means. What has none, and is no code above, is rejected."))
    edited = st.data_editor(
        pd.DataFrame({"word": words, "rating": [ratings.values.get(word) for word in words]}), hide_index=True,
        disabled=["word"], key=work.key(f"{draft.table}_words_{chosen}_{len(words)}"), alt=t("Meaning of words"),
        column_config={"word": st.column_config.TextColumn(t("In the file")),
                       "rating": st.column_config.SelectboxColumn(t("Rating"), options=numbers)})
    meant = dict(zip(edited["word"], edited["rating"], strict=True))
    ratings.values = {word: value for word, value in meant.items() if value in numbers}


def values_of(profiles: Sequence[ColumnProfile]) -> list[str]:
    """What stands in the columns: numbers in their order, then words as they are met."""
    found = dict.fromkeys(word for profile in profiles for word in (
        *(value for value, _ in profile.values), *profile.codes, *profile.strays))
    return sorted(found, key=_number_or_last)[:_MOST_VALUES]


def scale_without(lowest: int, highest: int, codes: Set[str]) -> tuple[int, int]:
    """The ends of a scale without the codes at them; as it was where no two ratings would be left.

    >>> scale_without(0, 6, {"0", "6", "99"}), scale_without(1, 5, {"3"}), scale_without(1, 2, {"1"})
    ((1, 5), (1, 5), (1, 2))
    """
    low, high = lowest, highest
    while low < high and str(low) in codes:
        low += 1
    while low < high and str(high) in codes:
        high -= 1
    return (low, high) if low < high else (lowest, highest)


def _number_or_last(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        return math.inf
    return number if math.isfinite(number) else math.inf


def _is_on_scale(word: str, lowest: int, highest: int) -> bool:
    try:
        return lowest <= float(word) <= highest
    except ValueError:
        return False
