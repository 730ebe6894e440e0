"""A file that lacks columns of last time: only these are asked, all else is read as it was."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cx.errors import CxError
from cx.ingest.candidates import LayoutCandidate
from cx.ingest.known_mappings import nearly_fitting
from cx.ingest.mapping import Mapping
from cx.ingest.renamed_columns import (
    can_be_dropped,
    free_columns,
    missing_columns,
    nearest_columns,
    uses_of,
    with_renamed,
)
from cx.ui import failure
from cx.ui.frame import Reader
from cx.ui.import_navigation import another_way, navigation
from cx.ui.import_state import Import, Step
from cx.ui.text import plain
from cx.warehouse.home import Home

_GONE = ""
_SAMPLES, _SAMPLE_LETTERS = 4, 40


def nearly_known(reader: Reader, work: Import) -> tuple[Mapping, ...]:
    """The kept mappings that would fit a reading of the file if a few columns were called otherwise."""
    found: dict[str, Mapping] = {}
    for candidate in work.candidates:
        for mapping in nearly_fitting(Home(reader.settings.home), candidate.header):
            found.setdefault(mapping.source, mapping)
    return tuple(found.values())


def ask(reader: Reader, work: Import) -> None:
    """The screen: which columns are missing, what each is called now, then the check."""
    t = reader.t
    mapping = work.nearly[0]
    if len(work.nearly) > 1:
        place = st.selectbox(t("Read it as"), range(len(work.nearly)), key=work.key("nearly"),
                             format_func=lambda place: work.nearly[place].title)
        mapping = work.nearly[place or 0]
    candidate = _reading(work, mapping)
    missing = missing_columns(mapping, candidate.header)
    st.markdown(plain(t.plural(
        "This file has the columns of {title}, which was loaded before, but for {n} of them. Choose what it is called "
        "now; all else is read as last time.",
        "This file has the columns of {title}, which was loaded before, but for {n} of them. Choose what they are "
        "called now; all else is read as last time.", len(missing), title=mapping.title)))
    if mapping.source not in work.new_names:
        near = nearest_columns(mapping, candidate.header, candidate.rows)
        work.new_names[mapping.source] = {name: near.get(name) for name in missing}
    names = work.new_names[mapping.source]
    for number, name in enumerate(missing):
        with st.container(border=True):
            names[name] = _new_name(reader, work, mapping, candidate, name, f"{mapping.source}_{number}")
    chosen = {name: new for name, new in names.items() if new is not None}
    twice = len(set(new for new in chosen.values() if new)) < sum(map(bool, chosen.values()))
    if twice:
        st.error(t("A column of the file is chosen twice."), icon=":material/error:")
    navigation(reader, work, lambda: _buttons(reader, work, mapping, candidate, chosen,
                                              is_whole=len(chosen) == len(missing) and not twice))


def _reading(work: Import, mapping: Mapping) -> LayoutCandidate:
    """The way to read the file that misses the fewest columns; among equal ones that of last time."""
    return min(work.candidates, key=lambda candidate: (len(missing_columns(mapping, candidate.header)),
                                                       candidate.layout != mapping.layout))


def _new_name(reader: Reader, work: Import, mapping: Mapping, candidate: LayoutCandidate, name: str, key: str
              ) -> str | None:
    t, before = reader.t, work.new_names[mapping.source][name]
    options = [*free_columns(mapping, candidate.header), *([_GONE] if can_be_dropped(mapping, name) else [])]
    uses = reader.write.listing(dict.fromkeys(t(column.meaning).rstrip(".。") for _, column in uses_of(mapping, name)))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chosen = st.selectbox(
            plain(t("“{column}” of last time: {meaning}", column=name, meaning=uses)), options,
            index=options.index(before) if before in options else None, key=work.key(f"renamed_{key}"),
            format_func=lambda one: one or t("Not in this file any more"), placeholder=t("Choose a column"))
    place = candidate.header.index(chosen) if chosen else None
    samples = dict.fromkeys(row[place] for row in candidate.rows if place < len(row) and row[place].strip()) \
        if place is not None else {}
    if samples:
        shown = " · ".join(sample[:_SAMPLE_LETTERS].replace("\n", " ") for sample in list(samples)[:_SAMPLES])
        right.caption(plain(t("For example: {samples}", samples=shown)))
    return chosen


def _buttons(reader: Reader, work: Import, mapping: Mapping, candidate: LayoutCandidate, chosen: dict[str, str], *,
             is_whole: bool) -> None:
    if st.button(reader.t("Check the file"), type="primary", icon=":material/fact_check:", disabled=not is_whole,
                 key=work.key("renamed_done")):
        try:
            work.mapping = with_renamed(replace(mapping, layout=candidate.layout), chosen)
        except CxError as error:
            failure.show(error)
            return
        work.by_known_mapping, work.step = True, Step.CHECK
        st.rerun()
    another_way(reader, work)
