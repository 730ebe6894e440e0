"""The import wizard: a file becomes data, one screen a step. Nothing is written before the person confirms."""

from __future__ import annotations

import streamlit as st

from cx.ui import address, import_check, import_columns, import_file, import_layout, import_report
from cx.ui.frame import IMPORT_PARAMETER, Reader, show_commands, write_address
from cx.ui.import_commit import commits
from cx.ui.import_finding import finding
from cx.ui.import_focus import begin_at_heading
from cx.ui.import_state import (
    STEP_NAMES,
    Import,
    Step,
    adopt_import,
    begin_import,
    current_import,
    resume_import,
)
from cx.ui.import_undo import show_undo_outcome
from cx.ui.text import plain
from cx.warehouse.home import Home

_SCREENS = {Step.FILE: import_file.step, Step.LAYOUT: import_layout.step, Step.COLUMNS: import_columns.step,
            Step.CHECK: import_check.step}


def on_empty_home(reader: Reader) -> None:
    """What the Data page shows while nothing is loaded: the wizard, and the commands."""
    if not reader.may_load:
        st.title(reader.t("Nothing is loaded yet"), anchor=False)
        return
    work = _import_of_this_page(reader) or begin_import()
    over = _is_over(work)
    if over and Home(reader.settings.home).current_id() is not None:
        st.rerun()  # the load ended after this run had found the home empty: the report stands above the data
    begins = work.step is Step.FILE and work.look is None and not (work.offered or work.nearly)
    st.title(reader.t("Nothing is loaded yet") if begins else plain(_title(reader, work)), anchor=False)
    if begins:
        st.markdown(reader.t("Bring the file that your survey tool exports. Only the answers to the recommend question "
                             "are required; the pages then show them, and no restart is needed."))
    _show(reader, work, over)
    if begins:
        st.divider()
        show_commands(reader.t)


def has_the_page(reader: Reader) -> bool:
    """Whether an import is under way; its screen then stands alone on the page, and has been shown."""
    if not reader.may_load:
        return False
    work = _import_of_this_page(reader)
    if work is None or _is_over(work):
        return False
    st.title(plain(_title(reader, work)), anchor=False)
    _show(reader, work, over=False)
    return True


def entrance(reader: Reader) -> None:
    """The report of the load that has just ended, or the button that begins an import."""
    if not reader.may_load:
        return
    show_undo_outcome(reader)
    work = current_import()
    if work is not None and work.commit is not None and _is_over(work):
        with st.container(border=True, key="load_report"):
            import_report.show_outcome(reader, work, work.commit)
        begin_at_heading("report")
        return
    st.button(reader.t("Load a file"), type="primary", icon=":material/upload_file:", key="begin_import",
              on_click=_begin)
    begin_at_heading("data")


def _begin() -> None:
    begin_import()


def _import_of_this_page(reader: Reader) -> Import | None:
    """The import of this session or, when the page was loaded anew, that of the address or a load confirmed here."""
    work = current_import() or resume_import(address.chosen(IMPORT_PARAMETER)) or _confirmed_load(reader)
    _keep_in_address(work)
    return work


def _confirmed_load(reader: Reader) -> Import | None:
    commit = commits().of(reader.settings.home)
    return None if commit is None or commit.seen else adopt_import(commit)


def _keep_in_address(work: Import | None) -> None:
    """While there is a file and no load, the address names the import, so that the page can be loaded anew."""
    token = work.token if work and work.upload and work.step is not Step.LOAD else ""
    if token != address.chosen(IMPORT_PARAMETER):
        address.choose(IMPORT_PARAMETER, token)
        write_address("data")


def _is_over(work: Import) -> bool:
    return work.step is Step.LOAD and not import_report.is_running(work)


def _title(reader: Reader, work: Import) -> str:
    """What was found, once it is; else what is done."""
    return finding(reader, work.preview) if _has_finding(work) and work.preview else _work_name(reader, work)


def _has_finding(work: Import) -> bool:
    return work.step is Step.CHECK and work.preview is not None


def _work_name(reader: Reader, work: Import) -> str:
    name = work.commit.file if work.commit else work.upload.name if work.upload else ""
    if work.mended:
        return reader.t("Load mended records: {file}", file=name) if name else reader.t("Load mended records")
    return reader.t("Load a file: {file}", file=name) if name else reader.t("Load a file")


def _show(reader: Reader, work: Import, over: bool) -> None:
    """The screen of the step that the import stands at, with the way back; the focus begins at its heading.

    over: whether its load has ended. It is asked once a run, so that the title and the screen say the same.
    """
    _show_step(reader, work, over)
    begin_at_heading(f"{work.step.name} {_has_finding(work)}")


def _show_step(reader: Reader, work: Import, over: bool) -> None:
    t = reader.t
    if _has_finding(work):
        st.caption(plain(_work_name(reader, work)))
    st.caption(t("Step {number} of {last}: {name}", number=work.step.value, last=len(Step),
                 name=STEP_NAMES[work.step]))
    if work.step is Step.LOAD:
        if work.commit and over:
            import_report.show_outcome(reader, work, work.commit)
        elif work.commit:
            import_report.show_running(reader, work.commit)
        return
    with st.container(key=f"import_step_{work.step.value}"):
        _SCREENS[work.step](reader, work)
