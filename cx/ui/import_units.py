"""The business unit of a file that does not name one: a unit that is loaded, or a name of its own."""

from __future__ import annotations

import streamlit as st

from cx.ui.filter_bar import unit_label
from cx.ui.frame import Reader, View
from cx.ui.import_draft import Draft
from cx.warehouse.loads import about, loaded_files
from cx.warehouse.units import Unit


def choose_unit(reader: Reader, draft: Draft, value: str, key: str) -> str:
    """The id of the unit that all records belong to; empty while it is not given.

    Where a table of units is loaded, a new name is loaded as a unit with the file, or every record would be rejected.
    """
    t = reader.t
    units = known_units(reader)
    draft.unit_is_new = False
    if not units:
        return st.text_input(t("Name of the business unit, for all records"), value=value, key=key,
                             max_chars=300).strip()
    names = {unit.id: unit_label(unit) for unit in units}
    options = [*names, *([value] if value and value not in names else [])]
    chosen = st.selectbox(
        t("Business unit for all records; write a name for one that is not loaded yet"), options, key=key,
        index=options.index(value) if value in options else None, format_func=lambda one: names.get(one, one),
        accept_new_options=True, placeholder=t("Choose or write a unit"))
    unit = (chosen or "").strip()
    draft.unit_is_new = bool(unit) and unit not in names
    return unit


def known_units(reader: Reader) -> tuple[Unit, ...]:
    """The units of the company where a table of units is loaded; none of the demo company, which is put away."""
    if not isinstance(reader, View) or about(reader.snapshot, reader.scope).is_demo:
        return ()
    has_table = any(file.table == "units" for file in loaded_files(reader.snapshot, reader.scope))
    return tuple(reader.hierarchy.units) if has_table else ()
