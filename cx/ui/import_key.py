"""The key of an answer where the file only numbers its records: other surveys have the same numbers."""

from __future__ import annotations

import streamlit as st

from cx.ingest.column_profile import ColumnProfile
from cx.ingest.known_mappings import known
from cx.ingest.mapping import Cell
from cx.ui.frame import Reader
from cx.ui.import_draft import Draft, may_have_prefix, source_name
from cx.ui.import_state import Import
from cx.ui.text import plain
from cx.warehouse.home import Home


def choose_prefix(reader: Reader, work: Import, draft: Draft, cell: Cell | None, profile: ColumnProfile | None) -> None:
    """What stands before the numbers of a key, said below its field; the draft then holds it, empty for nothing."""
    draft.key_prefix = ""
    if cell is None or profile is None or profile.kind != "integers" or not may_have_prefix(cell):
        return
    kept = _kept_keys(reader)
    if draft.table == "responses":
        source = source_name(st.session_state.get(work.key(f"{draft.table}_title"), draft.title))
        before = kept.get(source)
        draft.key_prefix = "" if before is not None and before.column else source
        example = profile.samples[0] if profile.samples else "1"
        if draft.key_prefix:
            st.caption(":material/info: " + plain(reader.t(
                "Other surveys may use the same numbers, so the name of this source is put before them: {number} "
                "becomes {key}.", number=example, key=f"{source}-{example}")))
        return
    prefixes = [source for source, key in kept.items() if key.template.startswith(f"{source}-{{")]
    if prefixes:
        draft.key_prefix = st.selectbox(
            reader.t("The numbers are those of the answers of this source"), [*prefixes, ""],
            key=work.key(f"{draft.table}_key_prefix"),
            format_func=lambda source: source or reader.t("none: the keys are these numbers alone"))


def _kept_keys(reader: Reader) -> dict[str, Cell]:
    """How the kept mappings make the keys of answers, by source."""
    return {mapping.source: mapping.columns["responses"]["response_id"]
            for mapping in known(Home(reader.settings.home)) if "response_id" in mapping.columns.get("responses", {})}
