"""Step 5 of an import: the load runs, then its report, what to do next month, and the way back."""

from __future__ import annotations

import shlex
from pathlib import Path

import streamlit as st

from cx.ingest.report import LoadReport
from cx.phrase import phrase
from cx.ui import failure
from cx.ui.frame import Reader, View
from cx.ui.import_commit import Commit, commits
from cx.ui.import_effect import show_effects
from cx.ui.import_finding import rows_in_words
from cx.ui.import_progress import is_done, show_progress
from cx.ui.import_state import Import, Step, begin_import, give_up_import
from cx.ui.import_tables import show_changes, show_records
from cx.ui.import_undo import load_name, undo_control
from cx.ui.text import plain


def is_running(work: Import) -> bool:
    """Whether the confirmed load of this import is still at work."""
    return work.commit is not None and not (is_done(work.commit.running) and work.commit.has_ended())


def show_running(reader: Reader, commit: Commit) -> None:
    """How far the load is; it cannot be harmed from here."""
    t = reader.t
    show_progress(t, commit.running, phrase("Loading {file}", file=commit.file), None, commit.token)
    st.caption(t("You can reload or close this page: the load goes on, and the Data page shows its report. "
                 "Until it has finished, all pages show the data as they were before."))


def show_outcome(reader: Reader, work: Import, commit: Commit) -> None:
    """The report of the load, or why it failed; both are said once and then put away."""
    commit.seen = True
    if commit.error or commit.report is None or commit.report.waits:
        _failed(reader, work, commit)
    else:
        _succeeded(reader, work, commit, commit.report)


def _failed(reader: Reader, work: Import, commit: Commit) -> None:
    t = reader.t
    if commit.error:
        failure.show(commit.error)
    else:
        st.warning(t("Something in the file looks wrong that did not before, so nothing was changed. "
                     "Look at the file again."))
    st.markdown(t("Nothing was changed: the pages show the data as they were before."))
    with st.container(horizontal=True):
        if work.upload and work.upload.path.exists():
            st.button(t("Check the file again"), key=work.key("again"), on_click=_check_again,
                      args=(reader, work, commit))
        _close_button(reader, work, commit, t("Close"))


def _check_again(reader: Reader, work: Import, commit: Commit) -> None:
    """Back to the check, as an import of its own: the load that failed is not started a second time by its name."""
    commits().put_away(reader.settings.home, commit)
    fresh = begin_from(work)
    fresh.step = Step.CHECK


def begin_from(work: Import) -> Import:
    """A new import in this session with the same file and mapping, which nothing else holds any longer."""
    upload, work.upload = work.upload, None
    fresh = begin_import(work.mending)
    fresh.upload, fresh.mapping, fresh.chosen = upload, work.mapping, work.chosen
    fresh.candidates, fresh.table, fresh.drafts = work.candidates, work.table, work.drafts
    fresh.suggestions, fresh.by_known_mapping = work.suggestions, work.by_known_mapping
    return fresh


def _succeeded(reader: Reader, work: Import, commit: Commit, report: LoadReport) -> None:
    t = reader.t
    rows = rows_in_words(reader, [(one.table, one.loaded) for one in report.tables]) or t("nothing")
    rejected = t.plural("{n} record was rejected", "{n} records were rejected", report.rejected) \
        if report.rejected else t("no record was rejected")
    st.success(plain(t("{file}: {rows} loaded; {rejected}.", file=commit.file, rows=rows, rejected=rejected)),
               icon=":material/task_alt:")
    if report.already_loaded:
        st.markdown(t("This file was loaded before with the same mapping, so nothing changed."))
    if report.put_demo_away:
        st.markdown(t("The demo company was put away; the pages now show your data."))
    show_effects(reader, report, done=True)
    st.header(t("The records"), anchor=False)
    show_records(reader, report, done=True)
    show_changes(reader, report)
    if report.rejected:
        st.caption(t.plural("{n} rejected record can be downloaded below, mended and loaded again.",
                            "{n} rejected records can be downloaded below, mended and loaded again.",
                            report.rejected))
    if commit.kept:
        _next_month(reader, work, commit, commit.kept)
    with st.container(horizontal=True):
        _close_button(reader, work, commit, t("Load another file"), another=True)
        _close_button(reader, work, commit, t("Close this report"))
        if not report.already_loaded:
            undo_control(reader, report.snapshot_id, work.key("undo"),
                         load_name(reader) if isinstance(reader, View) else commit.file)


def _next_month(reader: Reader, work: Import, commit: Commit, kept: Path) -> None:
    t = reader.t
    st.header(t("Next month"), anchor=False)
    st.markdown(t("The mapping is kept: bring the next file here and it is recognised, or load it by this command, "
                  "for instance from a scheduler:"))
    st.code(f"python -m cx load {shlex.quote(shown_path(reader, kept))} {shlex.quote(commit.file)}", language=None)
    st.download_button(t("Download the mapping file"), kept.read_bytes, file_name=kept.name,
                       mime="application/toml", on_click="ignore", icon=":material/download:",
                       key=work.key("download_mapping"))


def shown_path(reader: Reader, path: Path) -> str:
    """A file of the home as a command names it: below the working folder without the folders above it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _close_button(reader: Reader, work: Import, commit: Commit, label: str, *, another: bool = False) -> None:
    def close() -> None:
        commits().put_away(reader.settings.home, commit)
        if another:
            begin_import()
        else:
            give_up_import()

    st.button(label, key=work.key(f"close_{another}"), on_click=close, type="primary" if another else "secondary")

