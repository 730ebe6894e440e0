"""An error as a reader sees it: what happened, the facts, what to do. Details stay in the log."""

from __future__ import annotations

import logging

import streamlit as st

from cx.errors import CxError
from cx.say.translator import translator
from cx.ui.languages import current_language
from cx.ui.text import plain

_log = logging.getLogger(__name__)


def show(error: Exception) -> None:
    """Show an error on the page. Only errors that a person can mend are shown with their facts."""
    t = translator(current_language())
    if isinstance(error, CxError):
        st.error(f"**{plain(t(error.title))}**  \n{plain(t(error.message))}  \n{plain(t(error.remedy))}")
        return
    _log.error("a page failed", exc_info=error)
    st.error(t("**Something went wrong on this page.** It has been written to the server's log. "
               "Load the page again; if it happens again, tell whoever runs the server."))


