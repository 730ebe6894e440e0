"""Step 3 of an import: what the columns of the file mean in a table of the contract. Nothing is taken silently."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence

import streamlit as st

from cx.contract.columns import Column, Type
from cx.contract.tables import TABLES
from cx.errors import CxError
from cx.ingest.confined import start_suggest
from cx.ingest.known_mappings import known
from cx.ingest.mapping import SCALES
from cx.ingest.suggest import Suggestion, taken_cells
from cx.phrase import Phrase, phrase
from cx.say.table_names import table_words
from cx.settings import is_time_zone
from cx.ui import failure
from cx.ui.frame import Reader
from cx.ui.import_cell import CellContext, cell_control, not_yet_read
from cx.ui.import_draft import (
    Draft,
    RatingsDraft,
    faults,
    mapping_of,
    needed_columns,
    optional_columns,
    source_name,
    title_of,
)
from cx.ui.import_navigation import navigation
from cx.ui.import_progress import is_done, show_progress
from cx.ui.import_ratings import ratings_control
from cx.ui.import_state import Import, Step
from cx.ui.text import plain
from cx.warehouse.home import Home

_ORDER = ("responses", "ratings", "customers")


def step(reader: Reader, work: Import) -> None:
    """The screen of this step: the table, then its columns as suggested, each to be changed."""
    t = reader.t
    names = [*_ORDER, *(name for name in TABLES if name not in _ORDER)]
    table = st.selectbox(
        t("What is one record of the file?"), names, index=names.index(work.table), key=work.key("table"),
        format_func=lambda name: f"{table_words(t, name)}: {t(TABLES[name].grain)}")
    if table != work.table:
        work.table, work.tried = table, False
        if work.suggesting is not None:
            work.suggesting.stop()
            work.suggesting = None
    suggestion = _suggestion(reader, work)
    if suggestion is None:
        navigation(reader, work)
        return
    if table not in work.drafts:
        work.drafts[table] = _first_draft(work, suggestion)
    _columns(reader, work, work.drafts[table], suggestion)


def _suggestion(reader: Reader, work: Import) -> Suggestion | None:
    """What a confined child suggests for the chosen table; None while it reads the file, or when it cannot."""
    if work.table in work.suggestions:
        return work.suggestions[work.table]
    if work.upload is None:
        return None
    if work.suggesting is None:
        work.suggesting = start_suggest(work.upload.path, work.layout, work.table)
    if not is_done(work.suggesting):
        show_progress(reader.t, work.suggesting, phrase("Reading the columns"), None, work.token)
        return None
    suggesting, work.suggesting = work.suggesting, None
    try:
        work.suggestions[work.table] = suggesting.result()
    except CxError as error:
        failure.show(error)
        return None
    return work.suggestions[work.table]


def _first_draft(work: Import, suggestion: Suggestion) -> Draft:
    """The draft as suggested; dates that are ambiguous stay to be chosen."""
    cells = taken_cells(suggestion)
    for suggested in suggestion.columns:
        best = suggested.proposals[0] if suggested.proposals else None
        if suggested.required and suggested.column not in cells and best and best.is_ambiguous:
            cells[suggested.column] = not_yet_read(best)
    title = title_of(work.upload.name) if work.upload else ""
    draft = Draft(work.table, title, suggestion.scale, suggestion.time_zone, cells)
    if suggestion.ratings and work.table == "ratings":
        draft.ratings = RatingsDraft.of(suggestion.ratings[0])
        draft.cells = {name: cell for name, cell in cells.items() if name == "response_id"}
    return draft


def _columns(reader: Reader, work: Import, draft: Draft, suggestion: Suggestion) -> None:
    t = reader.t
    if suggestion.tool:
        st.caption(f":material/verified: {plain(t('Laid out as {tool} exports it.', tool=suggestion.tool))}")
    for note in suggestion.notes:
        st.caption(f":material/info: {plain(t(note))}")
    if draft.table == "ratings":
        st.caption(":material/info: " + t(
            "Every rating belongs to an answer: where answers are loaded, ratings of other answers are rejected. "
            "If the file holds the answers too, choose answers above; its ratings are loaded with them."))
    found = faults(draft) if work.tried else {}
    st.header(t("What is needed"), anchor=False)
    for column in needed_columns(draft):
        with st.container(border=True):
            cell_control(CellContext(reader, work, draft, suggestion, column))
            if column.name == "score":
                _scale(reader, work, draft, suggestion)
    _time_zone(reader, work, draft, suggestion)
    _optional(reader, work, draft, suggestion, found)
    if draft.table in ("responses", "ratings"):
        _ratings(reader, work, draft, suggestion, fault_shown=found.get("rating") is not None)
    _name(reader, work, draft)
    if work.tried:
        _go_on(reader, work, draft)
    navigation(reader, work, lambda: st.button(
        t("Check the file"), type="primary", key=work.key("columns_done"), on_click=_try, args=(work,),
        icon=":material/fact_check:"))


def _scale(reader: Reader, work: Import, draft: Draft, suggestion: Suggestion) -> None:
    """The scale on which the recommend question was asked; it is always declared."""
    t, cell = reader.t, draft.cells.get("score")
    if cell is None or not cell.column:
        return
    draft.scale = st.radio(
        t("On which scale was the question asked?"), list(SCALES), index=list(SCALES).index(draft.scale),
        horizontal=True, key=work.key("scale"), format_func=lambda scale: scale.replace("-", "–")) or draft.scale
    st.caption(plain(t(suggestion.scale_why)))


def _time_zone(reader: Reader, work: Import, draft: Draft, suggestion: Suggestion) -> None:
    """The time zone of times without an offset, asked where there are any."""
    t = reader.t
    times = {column.name for column in TABLES[draft.table].columns if column.type is Type.TIMESTAMP}
    read = [draft.cells[name].column for name in times & draft.cells.keys()]
    readings = [reading for profile in suggestion.profiles if profile.name in read for reading in profile.dates[:1]]
    if not any(reading.has_time and not reading.has_offset for reading in readings):
        return
    zones = ["", *sorted(filter(is_time_zone, zoneinfo.available_timezones()))]
    with st.container(border=True):
        draft.time_zone = st.selectbox(
            t("Time zone in which the file writes its times"), zones, key=work.key("zone"),
            index=zones.index(draft.time_zone) if draft.time_zone in zones else 0,
            format_func=lambda zone: zone or t("that of the report ({zone})", zone=reader.settings.time_zone)) or ""
        st.caption(plain(t(suggestion.time_zone_why)))


def _optional(reader: Reader, work: Import, draft: Draft, suggestion: Suggestion, found: dict[str, Phrase]) -> None:
    t, columns = reader.t, optional_columns(draft)
    if not columns:
        return
    taken = sum(column.name in draft.cells for column in columns)
    with st.expander(t("Optional columns: {taken} of {all} found in the file", taken=taken, all=len(columns)),
                     expanded=any(column.name in found for column in columns), key=work.key(f"{draft.table}_optional"),
                     icon=":material/add_notes:"):
        for column in columns:
            cell_control(CellContext(reader, work, draft, suggestion, column))


def _ratings(reader: Reader, work: Import, draft: Draft, suggestion: Suggestion, *, fault_shown: bool
             ) -> None:
    t = reader.t
    if draft.table == "ratings":
        with st.container(border=True):
            ratings_control(reader, work, draft, suggestion)
        return
    label = t.plural("Ratings: {n} column chosen", "Ratings: {n} columns chosen", len(draft.ratings.columns)) \
        if draft.melts else t("Ratings of single points (optional)")
    with st.expander(label, expanded=fault_shown, key=work.key("ratings_part"), icon=":material/star_half:"):
        ratings_control(reader, work, draft, suggestion)


def _name(reader: Reader, work: Import, draft: Draft) -> None:
    """What the source is called: its rejects, its reports and its mapping are kept under this name."""
    t = reader.t
    with st.container(border=True):
        draft.title = st.text_input(
            t("Name of this source, the same every month"), value=draft.title, max_chars=100,
            key=work.key(f"{draft.table}_title"),
            help=t("Its mapping is kept under this name, so that next month's file is loaded with one click."))
        if any(mapping.source == source_name(draft.title) for mapping in known(Home(reader.settings.home))):
            st.caption(":material/info: " + t("A mapping of this name is kept already; a load puts this one in its "
                                              "place. Choose another name if it is another survey."))
        fault = faults(draft).get("") if work.tried else None
        if fault:
            st.error(plain(t(fault)), icon=":material/error:")


def _try(work: Import) -> None:
    work.tried, work.wants_check = True, True


def _go_on(reader: Reader, work: Import, draft: Draft) -> None:
    """To the check when nothing is missing; else the faults stand at their columns, and here is said where."""
    t, missing = reader.t, faults(draft)
    wanted, work.wants_check = work.wants_check, False
    if missing:
        st.error(plain(t("Still missing: {columns}.", columns=reader.write.listing(
            _column_name(reader, draft, name) for name in missing))), icon=":material/error:")
        return
    if not wanted:
        return
    try:
        work.mapping = mapping_of(draft, work.layout)
    except CxError as error:
        failure.show(error)
        return
    work.step, work.preview, work.check, work.error, work.confirmed = Step.CHECK, None, None, None, set()
    work.always = set()
    st.rerun()


def _column_name(reader: Reader, draft: Draft, name: str) -> str:
    columns: Sequence[Column] = TABLES[draft.table].columns
    return next((reader.t(column.meaning).rstrip(".。") for column in columns if column.name == name),
                reader.t("the name of the source"))
