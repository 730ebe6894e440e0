"""The buttons below a step: forward, back, and out."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cx.ui.frame import Reader
from cx.ui.import_state import Import, Step, give_up_import


def navigation(reader: Reader, work: Import, forward: Callable[[], object] | None = None) -> None:
    """The button forward, drawn by `forward`, then the way back to the step before and out of the import."""
    t, back = reader.t, step_before(work)
    with st.container(horizontal=True, key="import_navigation"):
        if forward:
            forward()
        if back is not None:
            st.button(t("Back"), key=work.key("back"), icon=":material/arrow_back:", on_click=_go_back,
                      args=(work, back))
        if back is not None or work.upload is not None or not reader.is_first:
            st.button(t("Cancel"), key=work.key("cancel"), on_click=give_up_import)


def another_way(reader: Reader, work: Import) -> None:
    """The button that leaves what is known of earlier files aside."""
    if st.button(reader.t("Read it another way"), key=work.key("another_way")):
        work.offered, work.nearly, work.step = (), (), Step.LAYOUT
        st.rerun()


def step_before(work: Import) -> Step | None:
    """The step that the person can go back to; None where there is nothing to change."""
    if work.step is Step.CHECK:
        if work.mended:
            return None
        return Step.COLUMNS if not work.by_known_mapping else Step.FILE if work.nearly else Step.LAYOUT
    return {Step.COLUMNS: Step.LAYOUT}.get(work.step)


def _go_back(work: Import, step: Step) -> None:
    if work.check is not None and not work.check.done():
        work.check.stop()
    work.check, work.preview, work.error, work.by_known_mapping = None, None, None, False
    work.step = step
