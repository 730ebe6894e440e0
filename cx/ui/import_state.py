"""Where an import stands: one file on its way in, kept in the session; each step reads and writes it here."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

import streamlit as st

from cx.errors import CxError
from cx.ingest.candidates import LayoutCandidate
from cx.ingest.confined import Running
from cx.ingest.known_mappings import file_name
from cx.ingest.mapping import FileLayout, Mapping
from cx.ingest.report import LoadReport
from cx.ingest.suggest import Suggestion
from cx.phrase import Phrase, phrase
from cx.ui.import_commit import Commit
from cx.ui.import_draft import Draft
from cx.ui.import_upload import KEPT_S, Upload, remove_upload
from cx.warehouse.loads import RejectedFile

_KEY = "import"


class Step(IntEnum):
    """The screens of an import, in their order."""

    FILE = 1
    LAYOUT = 2
    COLUMNS = 3
    CHECK = 4
    LOAD = 5


STEP_NAMES: dict[Step, Phrase] = {
    Step.FILE: phrase("The file"),
    Step.LAYOUT: phrase("How the file is written"),
    Step.COLUMNS: phrase("What the columns mean"),
    Step.CHECK: phrase("What would be loaded"),
    Step.LOAD: phrase("The load"),
}


@dataclass
class Import:
    """One file on its way in.

    token: tells this import from every other, also in the keys of widgets and in the address. mending: the file whose
    rejected records come back mended, read by the mapping of their source; None for a file of its own. attempts: files
    that were brought and refused before. offered: mappings of earlier loads that fit the header; nearly: those that
    would if a few of its columns were called otherwise, and new_names: what they are called in this file, by source.
    drafts: what was chosen for the columns, a table each. tried: the person wanted to go on, so what is missing is
    said; wants_check: and does so now. confirmed: codes of doubts that the person says are meant; always: those of them
    that are so with this source.
    """

    token: str = field(default_factory=lambda: secrets.token_hex(8))
    begun_at: float = field(default_factory=time.time)
    step: Step = Step.FILE
    mending: RejectedFile | None = None
    attempts: int = 0
    upload: Upload | None = None
    look: Running[tuple[LayoutCandidate, ...]] | None = None
    candidates: tuple[LayoutCandidate, ...] = ()
    offered: tuple[Mapping, ...] = ()
    nearly: tuple[Mapping, ...] = ()
    new_names: dict[str, dict[str, str | None]] = field(default_factory=dict)
    chosen: LayoutCandidate | None = None
    table: str = "responses"
    suggesting: Running[Suggestion] | None = None
    suggestions: dict[str, Suggestion] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    tried: bool = False
    wants_check: bool = False
    mapping: Mapping | None = None
    by_known_mapping: bool = False
    check: Running[LoadReport] | None = None
    preview: LoadReport | None = None
    confirmed: set[str] = field(default_factory=set)
    always: set[str] = field(default_factory=set)
    commit: Commit | None = None
    error: CxError | None = None

    @property
    def layout(self) -> FileLayout:
        """How the file is written, as chosen."""
        return self.chosen.layout if self.chosen else FileLayout()

    @property
    def mapping_path(self) -> Path:
        """Where the mapping lies until the load has succeeded."""
        if self.upload is None or self.mapping is None:
            raise ValueError("mapping == None, must be chosen before it is written")
        return self.upload.folder / file_name(self.mapping.source)

    @property
    def mended(self) -> bool:
        """Whether the file holds rejected records that were mended."""
        return self.mending is not None or (self.commit is not None and self.commit.mended)

    def key(self, name: str) -> str:
        """The key of a widget of this import."""
        return f"import_{self.token}_{name}"


@st.cache_resource
def _under_way() -> dict[str, Import]:
    """The imports that were begun on this server and not given up, by token: a page that is loaded anew goes on."""
    return {}


def current_import() -> Import | None:
    """The import of this session; None when none was begun, or it was given up in another tab."""
    found: Import | None = st.session_state.get(_KEY)
    if found is not None and found.commit is None and found.token not in _under_way():
        del st.session_state[_KEY]
        return None
    return found


def resume_import(token: str) -> Import | None:
    """The import of this token, now of this session too; None when it is over, or its file is gone."""
    found = _under_way().get(token)
    if found is None or found.commit is not None or (found.upload and not found.upload.path.exists()):
        return None
    st.session_state[_KEY] = found
    return found


def begin_import(mending: RejectedFile | None = None) -> Import:
    """A new import in this session; one that was under way is given up."""
    give_up_import()
    for old in [one for one in _under_way().values() if one.begun_at < time.time() - KEPT_S]:
        _under_way().pop(old.token, None)
    work = st.session_state[_KEY] = Import(mending=mending)
    _under_way()[work.token] = work
    return work


def adopt_import(commit: Commit) -> Import:
    """An import of this session that goes on with a load which another session, or this page before, confirmed."""
    st.session_state[_KEY] = Import(step=Step.LOAD, commit=commit)
    return st.session_state[_KEY]  # type: ignore[no-any-return]


def give_up_import() -> None:
    """Forget the import of this session: what runs for it is stopped and its file removed, except a confirmed load."""
    found = current_import()
    st.session_state.pop(_KEY, None)
    if found is None:
        return
    _under_way().pop(found.token, None)
    for running in (found.look, found.suggesting, found.check):
        if running is not None and not running.done():
            running.stop()
    if found.upload and found.commit is None:
        remove_upload(found.upload)
