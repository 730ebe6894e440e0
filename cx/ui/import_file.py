"""Step 1 of an import: the file is brought, looked at by a confined child, and recognised when it came before."""

from __future__ import annotations

import streamlit as st

from cx.errors import CxError
from cx.ingest.confined import start_look
from cx.ingest.known_mappings import fitting
from cx.ingest.mapping import Mapping
from cx.phrase import phrase
from cx.ui import failure, import_mended, import_renamed
from cx.ui.frame import Reader
from cx.ui.import_navigation import another_way, navigation
from cx.ui.import_progress import is_done, show_progress
from cx.ui.import_state import Import, Step
from cx.ui.import_upload import keep_upload, remove_upload
from cx.ui.import_uploader import file_control
from cx.ui.text import plain
from cx.warehouse.home import Home


def step(reader: Reader, work: Import) -> None:
    """The screen of this step: ask for the file, show that it is looked at, or offer the mapping of last time."""
    if work.mending is not None:
        import_mended.ask_for_file(reader, work, work.mending)
        return
    if work.look is not None and not is_done(work.look):
        show_progress(reader.t, work.look, phrase("Looking at the file"), lambda: _forget_file(work), work.token)
        return
    if work.look is not None:
        _take_result(reader, work)
    if work.offered:
        _offer_known(reader, work)
        return
    if work.nearly:
        import_renamed.ask(reader, work)
        return
    if work.error:
        failure.show(work.error)
    _ask_for_file(reader, work)
    navigation(reader, work)


def _ask_for_file(reader: Reader, work: Import) -> None:
    brought = file_control(
        reader, reader.t("The file that your survey tool exports: CSV or another text file, Excel (.xlsx) or Parquet"),
        work.key(f"file_{work.attempts}"))
    if brought is None:
        return
    work.error = None
    work.upload = keep_upload(Home(reader.settings.home), brought.name, brought)
    work.look = start_look(work.upload.path)
    st.rerun()


def _take_result(reader: Reader, work: Import) -> None:
    """What the child found: candidates, or why the file cannot be read; then the next screen is clear."""
    look, work.look = work.look, None
    if look is None:
        return
    try:
        work.candidates = look.result()
    except CxError as error:
        _forget_file(work)
        work.error = error
        work.attempts += 1  # the widget of the next attempt is empty again
        return
    found: dict[str, Mapping] = {}
    for candidate in work.candidates:
        for mapping in fitting(Home(reader.settings.home), candidate.header):
            found.setdefault(mapping.source, mapping)
    work.offered = tuple(found.values())
    if not work.offered:
        work.nearly = import_renamed.nearly_known(reader, work)
    if not work.offered and not work.nearly:
        work.step = Step.LAYOUT
        st.rerun()


def _offer_known(reader: Reader, work: Import) -> None:
    t = reader.t
    st.markdown(t("This file has the columns of a file that was loaded before. It can be read the same way: "
                  "you then see what would be loaded."))
    for place, mapping in enumerate(work.offered):
        st.button(t("Load as {title} of last time", title=plain(mapping.title)), icon=":material/history:",
                  type="secondary" if place else "primary", key=work.key(f"known_{mapping.source}"),
                  on_click=_take_known, args=(work, mapping))
    navigation(reader, work, lambda: another_way(reader, work))


def _take_known(work: Import, mapping: Mapping) -> None:
    work.mapping, work.by_known_mapping, work.offered = mapping, True, ()
    work.step = Step.CHECK


def _forget_file(work: Import) -> None:
    if work.look is not None and not work.look.done():
        work.look.stop()
    if work.upload:
        remove_upload(work.upload)
    work.look, work.upload = None, None
