"""Columns of the file that are ratings of drivers: which ones, on which scale, and what their words and codes mean."""

from __future__ import annotations

from collections.abc import Sequence

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
        _scale(reader, work, draft, chosen)
        _meanings(reader, work, draft, suggestion, chosen)
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


def _scale(reader: Reader, work: Import, draft: Draft, chosen: int) -> None:
    t, key = reader.t, work.key(f"{draft.table}_scale_{chosen}")
    left, right = st.columns(2)
    draft.ratings.lowest = int(left.number_input(
        t("Lowest rating that could be given"), _LOWEST, _HIGHEST, draft.ratings.lowest, key=f"{key}_low"))
    draft.ratings.highest = int(right.number_input(
        t("Highest rating that could be given"), _LOWEST, _HIGHEST, draft.ratings.highest, key=f"{key}_high"))


def _meanings(reader: Reader, work: Import, draft: Draft, suggestion: Suggestion, chosen: int) -> None:
    """What words and codes mean: each a rating, no answer, or not used."""
    t, ratings = reader.t, draft.ratings
    profiles = [profile for profile in suggestion.profiles if profile.name in ratings.columns]
    words = words_of(profiles, ratings.lowest, ratings.highest)
    if not words:
        return
    blank, unused = t("not answered"), t("not used")
    numbers = [str(number) for number in range(ratings.lowest, min(ratings.highest, ratings.lowest + 20) + 1)]
    said = {**ratings.values, **dict.fromkeys(ratings.blank, blank), **dict.fromkeys(ratings.unused, unused)}
    before = [said.get(word) for word in words]
    st.caption(t("What the words and codes in these columns mean. What has no meaning here is rejected."))
    edited = st.data_editor(
        pd.DataFrame({"word": words, "rating": before}), hide_index=True, disabled=["word"],
        key=work.key(f"{draft.table}_words_{chosen}_{len(words)}"), alt=t("Meaning of words and codes"),
        column_config={"word": st.column_config.TextColumn(t("In the file")),
                       "rating": st.column_config.SelectboxColumn(t("Rating"), options=[*numbers, blank, unused])})
    meant = dict(zip(edited["word"], edited["rating"], strict=True))
    ratings.values = {word: value for word, value in meant.items() if value in numbers}
    ratings.blank = tuple(word for word, value in meant.items() if value == blank)
    ratings.unused = tuple(word for word, value in meant.items() if value == unused)


def words_of(profiles: Sequence[ColumnProfile], lowest: int, highest: int) -> list[str]:
    """What stands in the columns and is no number on the scale, in the order in which it is met."""
    found: dict[str, None] = {}
    for profile in profiles:
        for word in (*(value for value, _ in profile.values), *profile.codes, *profile.strays):
            if not _is_on_scale(word, lowest, highest):
                found.setdefault(word)
    return list(found)[:60]


def _is_on_scale(word: str, lowest: int, highest: int) -> bool:
    try:
        return lowest <= float(word) <= highest
    except ValueError:
        return False
