"""Watching the child process that works on a file: how far it is, a way to stop it, and its result."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from cx.ingest.confined import Running
from cx.phrase import Phrase
from cx.say.translator import Translator, translator
from cx.ui.languages import current_language

_T = TypeVar("_T")
_EVERY_S = 0.7
_SOON_S = 0.3


def is_done(running: Running[_T]) -> bool:
    """Whether the child has ended, or does so within a moment: most files need no picture of progress."""
    until = time.monotonic() + _SOON_S
    while not running.done():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def show_progress(t: Translator, running: Running[_T], what: Phrase, stop: Callable[[], None] | None, key: str) -> None:
    """How far the child is, with a button to stop it where that is possible; the page runs again when it has ended."""
    with st.container(key=f"progress_{key}"):
        _watch(running, what, key)
        if stop:
            st.button(t("Stop"), on_click=stop, key=f"stop_{key}", icon=":material/stop_circle:")


@st.fragment(run_every=_EVERY_S)
def _watch(running: Running[_T], what: Phrase, key: str) -> None:
    t = translator(current_language())
    if running.done():
        st.rerun()
    stage, records = running.progress()
    with st.container(border=True):
        st.markdown(f":material/hourglass_top: **{t(what)}**")
        words = [t(stage)] if stage else []
        if records:
            words.append(t.plural("{n} record", "{n} records", records))
        st.caption(" · ".join(words) or t("Starting"))
