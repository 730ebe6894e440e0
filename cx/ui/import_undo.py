"""Taking the newest load back: the snapshot before it becomes current again, after a question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import streamlit as st

from cx.errors import CxError
from cx.ui import failure
from cx.ui.frame import Reader, View
from cx.ui.import_commit import commits
from cx.ui.import_state import current_import, give_up_import
from cx.ui.text import plain
from cx.warehouse.home import Home
from cx.warehouse.loads import about, load_history

UNDO_IN_HISTORY = "undo_newest"
_OUTCOME = "undo_outcome"


@dataclass(frozen=True)
class _Outcome:
    """What an undo did: the load, the snapshot that is shown again, or why it failed."""

    load: str
    snapshot: str = ""
    error: CxError | None = None


def load_name(view: View) -> str:
    """The newest load of a snapshot by its files and its time."""
    loads = load_history(view.snapshot, view.scope)
    zone = ZoneInfo(about(view.snapshot, view.scope).time_zone)
    return f"{view.write.listing(loads[0].files)}, {view.write.moment(loads[0].at, zone)}" if loads else ""


def undo_control(reader: Reader, snapshot_id: str | None, key: str, load: str) -> None:
    """A button that takes a load back, with a question before it; nothing when the load is no longer the newest."""
    t, home = reader.t, Home(reader.settings.home)
    if snapshot_id is None or not _can_be_undone(home, snapshot_id):
        return
    with st.popover(plain(t("Undo the load of {load}", load=load)), icon=":material/undo:", key=f"{key}_popover"):
        st.markdown(t("All pages will show the data as they were before this load. "
                      "The file itself can be loaded again at any time."))
        st.button(t("Yes, take it back"), key=f"{key}_yes", on_click=_undo, args=(home, snapshot_id, load))


def show_undo_outcome(reader: Reader) -> None:
    """What an undo did, said once, at the top of the page: its control may be gone, or behind a tab."""
    outcome = st.session_state.pop(_OUTCOME, None)
    if not isinstance(outcome, _Outcome):
        return
    if outcome.error:
        failure.show(outcome.error)
        return
    st.success(plain(reader.t("The load was taken back: {load}. The pages show snapshot {snapshot} again.",
                              load=outcome.load, snapshot=outcome.snapshot)), icon=":material/undo:")


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


def _undo(home: Home, snapshot_id: str, load: str) -> None:
    """Take the load back, and its report away, unless another one became current since the question was asked."""
    try:
        if home.current_id() == snapshot_id:
            _, shown = home.undo()
            st.session_state[_OUTCOME] = _Outcome(load, shown)
            _put_report_away(home, snapshot_id)
    except CxError as error:
        st.session_state[_OUTCOME] = _Outcome(load, error=error)


def _put_report_away(home: Home, snapshot_id: str) -> None:
    """The report of a load that was taken back says what is no longer so."""
    commit = commits().of(home.folder)
    if commit and commit.report and commit.report.snapshot_id == snapshot_id:
        commits().put_away(home.folder, commit)
    work = current_import()
    if work and work.commit and work.commit.report and work.commit.report.snapshot_id == snapshot_id:
        give_up_import()
