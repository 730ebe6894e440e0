"""Taking the newest load back: the snapshot before it becomes current again, after a question."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from cx.errors import CxError
from cx.ui import failure
from cx.ui.frame import Reader
from cx.ui.text import plain
from cx.warehouse.home import Home

_DONE = "undo_done"
_FAILED = "undo_failed"


def undo_control(reader: Reader, snapshot_id: str | None, key: str, label: str) -> None:
    """A button that takes a load back, with a question before it; nothing when the load is no longer the newest."""
    t, home = reader.t, Home(reader.settings.home)
    if snapshot_id is None or not _can_be_undone(home, snapshot_id):
        return
    with st.popover(label, icon=":material/undo:", key=f"{key}_popover"):
        st.markdown(t("All pages will show the data as they were before this load. "
                      "The file itself can be loaded again at any time."))
        st.button(t("Yes, take it back"), key=f"{key}_yes", on_click=_undo, args=(home, snapshot_id))


def show_undo_outcome(reader: Reader) -> None:
    """What the button did, once, after the page has run again."""
    t = reader.t
    error = st.session_state.pop(_FAILED, None)
    if isinstance(error, CxError):
        failure.show(error)
    done = st.session_state.pop(_DONE, None)
    if done:
        st.success(plain(t("The load was taken back: the pages show snapshot {snapshot} again.", snapshot=done)),
                   icon=":material/undo:")


def _can_be_undone(home: Home, snapshot_id: str) -> bool:
    """Whether a snapshot is the current one, and the one before it is there."""
    try:
        before = _before(home, snapshot_id) if home.current_id() == snapshot_id else None
        return before is not None and home.snapshot_path(before).exists()
    except CxError:
        return False


@lru_cache(maxsize=64)
def _before(home: Home, snapshot_id: str) -> str | None:
    """The snapshot that a snapshot replaced: it never changes."""
    return home.previous_id(snapshot_id)


def _undo(home: Home, snapshot_id: str) -> None:
    """Take the load back unless another one became current since the question was asked."""
    try:
        if home.current_id() == snapshot_id:
            _, st.session_state[_DONE] = home.undo()
    except CxError as error:
        st.session_state[_FAILED] = error
