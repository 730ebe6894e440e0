"""Rejected records that come back: the download to mend, and the file, read by the mapping of their source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st

from cx.errors import CxError
from cx.ingest.known_mappings import file_name
from cx.ingest.mapping import parse_mapping
from cx.say.rejects import mend_header, mend_rows
from cx.ui import failure
from cx.ui.downloads import download
from cx.ui.frame import Reader, View
from cx.ui.import_navigation import navigation
from cx.ui.import_state import Import, Step, begin_import
from cx.ui.import_upload import keep_upload
from cx.ui.import_uploader import file_control
from cx.ui.text import plain
from cx.warehouse.home import Home
from cx.warehouse.loads import RejectedFile, about, loaded_files, mendable_records, rejected_files


def mending_controls(view: View) -> None:
    """For each file with rejected records: the download to mend, and the way back in."""
    t, files = view.t, rejected_files(view.snapshot, view.scope)
    if not files or not view.may_load:
        return
    with st.container(border=True, key="mending"):
        st.markdown(t("Mend rejected records: download them with their reasons, correct them in a spreadsheet, save it "
                      "as CSV in UTF-8 and load the file here. What is loaded then leaves this list."))
        place = st.selectbox(t("File with rejected records"), range(len(files)), key="mending_file",
                             format_func=lambda number: _name_of(view, files[number]))
        file = files[place]
        with st.container(horizontal=True):
            download(t("Download to mend"), f"rejected-{file.file}.csv".replace(".csv.csv", ".csv"),
                     mend_header(file), lambda: _rows(view, file))
            st.button(t("Load mended records"), key="load_mended", icon=":material/upload_file:", on_click=_begin,
                      args=(file,))


def _name_of(view: View, file: RejectedFile) -> str:
    count = view.t.plural("{n} record", "{n} records", file.records)
    loaded_at = view.write.moment(file.loaded_at, ZoneInfo(about(view.snapshot, view.scope).time_zone))
    return f"{file.file} · {file.title} · {loaded_at} ({count})"


def _begin(file: RejectedFile) -> None:
    begin_import(file)


def _rows(view: View, file: RejectedFile) -> Iterator[tuple[str, ...]]:
    return mend_rows(view.t, file, mendable_records(view.snapshot, view.scope, file))


def ask_for_file(reader: Reader, work: Import, file: RejectedFile) -> None:
    """Take the mended file; its layout and mapping are known, so that the check comes next."""
    t = reader.t
    if work.error:
        failure.show(work.error)
    st.markdown(plain(t("Bring the download of the rejected records of {file}, mended. Its columns cx_file and cx_line "
                        "say which records it mends: leave them as they are.", file=file.file)))
    brought = file_control(reader, t("The mended file, saved as CSV in UTF-8"), work.key(f"file_{work.attempts}"))
    navigation(reader, work)
    if brought is None:
        return
    try:
        work.mapping = parse_mapping(tomllib.loads(file.mapping_text), file.mapping_text, Path(file_name(file.source)))
    except CxError as error:
        work.error = error
        st.rerun()
    name = free_name(brought.name, {one.file for one in loaded_files(reader.snapshot, reader.scope)}
                     if isinstance(reader, View) else set())
    work.upload = keep_upload(Home(reader.settings.home), name, brought)
    work.step, work.error = Step.CHECK, None
    st.rerun()


def free_name(name: str, taken: set[str]) -> str:
    """The name, numbered where a file of that name is loaded: two files of one name are hard to tell apart.

    >>> free_name("rejected-nps.csv", {"rejected-nps.csv", "rejected-nps (2).csv"})
    'rejected-nps (3).csv'
    """
    stem, dot, suffix = name.rpartition(".")
    stem, suffix = (stem, dot + suffix) if dot else (name, "")
    free, number = name, 2
    while free in taken:
        free, number = f"{stem} ({number}){suffix}", number + 1
    return free
