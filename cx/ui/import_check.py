"""Step 4 of an import: everything is checked and nothing changed; the person sees what would happen, and confirms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st

from cx.errors import CxError
from cx.ingest.confined import LoadOrder, Running, start_load
from cx.ingest.known_mappings import keep
from cx.ingest.mapping_text import mapping_text
from cx.ingest.report import Doubt, LoadReport
from cx.ingest.suggest import left_out
from cx.phrase import phrase
from cx.ui import failure
from cx.ui.frame import Reader, View
from cx.ui.import_commit import Commit, commits
from cx.ui.import_effect import show_effects
from cx.ui.import_navigation import navigation
from cx.ui.import_progress import is_done, show_progress
from cx.ui.import_state import Import, Step
from cx.ui.import_tables import show_changes, show_records, show_rejects
from cx.ui.import_upload import remove_upload
from cx.ui.text import plain
from cx.warehouse.home import Home
from cx.warehouse.loads import about


def step(reader: Reader, work: Import) -> None:
    """The screen of this step: the check runs, has failed, or shows what would be loaded."""
    if work.preview is None and work.check is None and work.error is None:
        _start_check(reader, work)
    if work.check is not None:
        if not is_done(work.check):
            show_progress(reader.t, work.check, phrase("Checking the file; nothing is changed"), None, work.token)
            navigation(reader, work)
            return
        _take_result(work)
        st.rerun()  # the title of the page is what was found
    if work.error:
        failure.show(work.error)
    if work.preview:
        _preview(reader, work, work.preview)
    else:
        navigation(reader, work)


def order_of(reader: Reader, work: Import, *, dry: bool) -> LoadOrder:
    """What the child is told to do with the file of an import; its mapping is written beside the file."""
    if work.mapping is None or work.upload is None:
        raise ValueError("mapping == None, must be chosen before the file is checked")
    work.mapping_path.write_text(work.mapping.text, encoding="utf-8")
    return LoadOrder(reader.settings.home, work.mapping_path, (work.upload.path,), reader.settings.time_zone, dry,
                     work.mended, tuple(sorted(work.confirmed)))


def _start_check(reader: Reader, work: Import) -> None:
    try:
        work.check = start_load(order_of(reader, work, dry=True))
    except CxError as error:
        work.error = error


def _take_result(work: Import) -> None:
    check, work.check = work.check, None
    if check is None:
        return
    try:
        work.preview = check.result()
    except CxError as error:
        work.error = error


def _preview(reader: Reader, work: Import, report: LoadReport) -> None:
    t = reader.t
    if report.already_loaded:
        show_records(reader, report, done=True)
        navigation(reader, work)
        return
    st.markdown(t("Nothing is changed until you confirm."))
    if isinstance(reader, View) and about(reader.snapshot, reader.scope).is_demo:
        st.info(t("The pages show the demo company now. It will be put away when this file is loaded; the pages then "
                  "show your data alone."), icon=":material/swap_horiz:")
    _without_nps(reader, work, report)
    show_effects(reader, report, done=False)
    ready = _doubts(reader, work, report)
    st.header(t("The records"), anchor=False)
    show_records(reader, report, done=False)
    show_changes(reader, report)
    show_rejects(reader, report, work.key("preview_rule"))
    if not ready:
        st.caption(t("Confirm what looks wrong above, or go back and correct it; then the file can be loaded."))
    elif not report.loaded:
        st.caption(t("No record would be loaded, so there is nothing to confirm. Go back and look at the columns."))
    navigation(reader, work, lambda: st.button(
        t("Load the file"), type="primary", icon=":material/download_done:", key=work.key("commit"),
        disabled=not ready or not report.loaded, on_click=_commit, args=(reader, work)))


def _without_nps(reader: Reader, work: Import, report: LoadReport) -> None:
    """Say that no NPS will come of the file when every answer of it is blank, and which column was left out."""
    t, answers = reader.t, [one for one in report.tables if one.table == "responses"]
    if not any(one.loaded for one in answers) or any(one.loaded > one.blank for one in answers):
        return
    words = [t("No NPS will come of this file: every answer in it is loaded as not answered.")]
    cell = work.mapping.columns.get("responses", {}).get("score") if work.mapping else None
    if cell is not None and cell.constant == "":
        words.append(t("No column is chosen as its recommend question."))
    suggestion = work.suggestions.get("responses")
    words += [t(why) for why in left_out(suggestion.profiles)] if suggestion else []
    st.warning(plain(" ".join(words)), icon=":material/help:")


def _doubts(reader: Reader, work: Import, report: LoadReport) -> bool:
    """Show what looks wrong though it is valid; whether everything that holds the load up is confirmed."""
    t = reader.t
    meant = set(work.mapping.confirmed if work.mapping else ())
    blocking = [doubt for doubt in report.doubts if doubt.blocks and doubt.code not in meant]
    notices = [doubt for doubt in report.doubts if doubt not in blocking]
    if blocking:
        st.header(t("What looks wrong"), anchor=False)
    confirmed = [_ask(reader, work, doubt, number) for number, doubt in enumerate(blocking)]
    for doubt in notices:
        st.info(plain(t(doubt.message)), icon=":material/info:")
    return all(confirmed)


def _ask(reader: Reader, work: Import, doubt: Doubt, number: int) -> bool:
    t = reader.t
    with st.container(border=True):
        st.warning(plain(t(doubt.message)), icon=":material/help:")
        sure = st.checkbox(t("This is meant"), key=work.key(f"doubt_{number}"), value=doubt.code in work.confirmed)
        always = sure and not work.mended and st.checkbox(
            t("It is always so with this source: do not ask again next month"), key=work.key(f"always_{number}"))
    (work.confirmed.add if sure else work.confirmed.discard)(doubt.code)
    (work.always.add if always else work.always.discard)(doubt.code)
    return sure


def _commit(reader: Reader, work: Import) -> None:
    """Start the load, once; the server follows it from here on."""
    if work.mapping is None or work.upload is None:
        return
    if work.always - set(work.mapping.confirmed):
        mapping = replace(work.mapping, confirmed=tuple(sorted({*work.mapping.confirmed, *work.always})))
        work.mapping = replace(mapping, text=mapping_text(mapping))
    home, mapping, upload, mended = Home(reader.settings.home), work.mapping, work.upload, work.mended

    def start() -> Commit:
        running: Running[LoadReport] = start_load(order_of(reader, work, dry=False))
        return Commit(work.token, upload.name, mended, running)

    def tidy() -> Path | None:
        kept = None if mended else keep(home, mapping)
        remove_upload(upload)
        return kept

    try:
        work.commit = commits().start(reader.settings.home, start, work.token, tidy)
        work.step = Step.LOAD
    except CxError as error:
        work.error = error
