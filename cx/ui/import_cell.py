"""The control of one column of the contract: where its value comes from, why that is suggested, what stands there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import streamlit as st

from cx.contract.columns import Column, Type
from cx.contract.tables import TABLES
from cx.ingest.column_profile import ColumnProfile
from cx.ingest.mapping import Cell
from cx.ingest.proposals import Proposal
from cx.ingest.suggest import ColumnSuggestion, Suggestion
from cx.ui.frame import Reader
from cx.ui.import_dates import choose_format
from cx.ui.import_draft import DATES, Draft, faults
from cx.ui.import_key import choose_prefix
from cx.ui.import_parts import choose_parts
from cx.ui.import_state import Import
from cx.ui.import_units import choose_unit
from cx.ui.import_values import choose_codes, translate_values
from cx.ui.text import plain
from cx.warehouse.filters import SURVEYS

_SAMPLES = 4
_SAMPLE_LETTERS = 40
_COLUMN = "column:"
_NOTHING, _CONSTANT, _RECORD, _NOT_ASKED, _PARTS = "nothing", "constant", "record", "not asked", "parts"


@dataclass(frozen=True)
class CellContext:
    """What the control of a column works on: the import, its draft, what was suggested, the column."""

    reader: Reader
    work: Import
    draft: Draft
    suggestion: Suggestion
    column: Column

    @property
    def suggested(self) -> ColumnSuggestion:
        """What is suggested for this column."""
        return self.suggestion.of(self.column.name)

    @property
    def is_key(self) -> bool:
        """Whether the column is the key of its table, which can be made from the record."""
        return TABLES[self.draft.table].key == (self.column.name,)

    def key(self, name: str) -> str:
        """The key of a widget of this control."""
        return self.work.key(f"{self.draft.table}_{self.column.name}_{name}")

    def profile(self, name: str) -> ColumnProfile | None:
        """What stands in a column of the file."""
        return next((profile for profile in self.suggestion.profiles if profile.name == name), None)


def cell_control(context: CellContext) -> None:
    """One row of the step: the choice, what is missing of it, the reason, samples; the draft then holds the choice."""
    reader, draft, column = context.reader, context.draft, context.column
    t = reader.t
    with st.container(key=context.key("row")):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            options = _options(context)
            current = _token(draft.cells.get(column.name), context)
            token = st.selectbox(
                t(column.meaning).rstrip(".。"), options,
                index=options.index(current) if current in options else None,
                format_func=lambda option: _option_name(context, option), key=context.key("source"),
                placeholder=t("Choose where it comes from"))
            _details(context, token)
            if column.name == "response_id":
                cell = draft.cells.get(column.name)
                profile = context.profile(cell.column) if cell and cell.column else None
                choose_prefix(reader, context.work, draft, cell, profile)
            fault = faults(draft).get(column.name) if context.work.tried else None
            if fault:
                st.error(plain(t(fault)), icon=":material/error:")
        with right:
            _reason(context, token)


def _options(context: CellContext) -> list[str]:
    """What can be chosen: the suggested columns, what is no column of the file, then all other columns."""
    column = context.column
    suggested = [_COLUMN + proposal.cell.column for proposal in context.suggested.proposals if proposal.cell.column]
    others = [_COLUMN + profile.name for profile in context.suggestion.profiles]
    special = [_CONSTANT] if not context.is_key else []
    if context.is_key:
        special.append(_RECORD)
    if column.type in (Type.DATE, Type.TIMESTAMP):
        special.append(_PARTS)
    if column.may_be_blank:
        special.append(_NOT_ASKED)
    if not column.required:
        special.append(_NOTHING)
    return list(dict.fromkeys([*suggested, *special, *others]))


def _option_name(context: CellContext, option: str) -> str:
    t = context.reader.t
    if option.startswith(_COLUMN):
        name = option.removeprefix(_COLUMN)
        profile = context.profile(name)
        return f"{name}  ·  {t(profile.what)}" if profile else name
    return {_CONSTANT: t("The same for all records"), _RECORD: t("Made from the content of the record"),
            _PARTS: t("Put together from year, month and day"), _NOT_ASKED: t("The question was not asked"),
            _NOTHING: t("Not in the file")}[option]


def _token(cell: Cell | None, context: CellContext) -> str | None:
    if cell is None:
        if not context.column.required:
            return _NOTHING
        return _CONSTANT if context.suggested.needs_constant and not context.suggested.proposals else None
    if cell.column:
        return _COLUMN + cell.column
    if cell.from_record:
        return _RECORD
    if cell.constant is None:
        return _PARTS
    return _NOT_ASKED if cell.constant == "" and context.column.may_be_blank else _CONSTANT


def _details(context: CellContext, token: str | None) -> None:
    """What the choice needs beside the column, and the cell that it makes."""
    draft, column = context.draft, context.column
    draft.unread.discard(column.name)
    if token is None or token == _NOTHING:
        draft.cells.pop(column.name, None)
    elif token == _RECORD:
        draft.cells[column.name] = Cell(from_record=True)
    elif token == _NOT_ASKED:
        draft.cells[column.name] = Cell(constant="")
    elif token == _PARTS:
        draft.cells[column.name] = choose_parts(context.reader, context.suggestion.profiles,
                                                draft.cells.get(column.name), context.key("part"))
    elif token == _CONSTANT:
        draft.cells[column.name] = Cell(constant=_constant(context))
    else:
        draft.cells[column.name] = _of_column(context, token.removeprefix(_COLUMN))


def _of_column(context: CellContext, name: str) -> Cell:
    """The cell of a column of the file: as it was chosen before, else as suggested, with its format and codes."""
    before, profile = context.draft.cells.get(context.column.name), context.profile(name)
    if before is None or before.column != name:
        proposal = _proposal(context, name)
        before = not_yet_read(proposal) if proposal else Cell(column=name, blank=profile.codes if profile else ())
    if profile is None:
        return before
    if context.column.type in DATES:
        chosen = choose_format(context.reader, profile, before.format, context.key(f"format_{name}"))
        if chosen is None:
            context.draft.unread.add(context.column.name)
        return replace(before, format=chosen or "")
    if context.column.allowed:
        before = translate_values(context.reader, profile, context.column, before, context.key(f"values_{name}"))
    if context.column.name == "score" and context.draft.table == "responses":
        before = choose_codes(context.reader, profile, before, context.key(f"codes_{name}"))
    return before


def not_yet_read(proposal: Proposal) -> Cell:
    """The proposed cell, without a format where its dates can be read in several ways: the person chooses."""
    return replace(proposal.cell, format="") if proposal.is_ambiguous else proposal.cell


def _proposal(context: CellContext, name: str) -> Proposal | None:
    return next((proposal for proposal in context.suggested.proposals if proposal.cell.column == name), None)


def _constant(context: CellContext) -> str:
    """The value that stands for all records; empty while it is not given."""
    t, column = context.reader.t, context.column
    before = context.draft.cells.get(column.name)
    value = before.constant or "" if before else ""
    key = context.key("constant")
    if column.name == "unit_id":
        return choose_unit(context.reader, context.draft, value, key)
    if column.allowed:
        names = {name: t(SURVEYS[name]) for name in column.allowed} if column.name == "survey" else {}
        chosen = st.selectbox(t("Value for all records"), column.allowed, key=key,
                              format_func=lambda one: names.get(one, one),
                              index=column.allowed.index(value) if value in column.allowed else None,
                              placeholder=t("Choose one"))
        return chosen or ""
    if column.type in DATES:
        day = st.date_input(t("Day for all records"), value=_day(value), min_value=date(1990, 1, 1),
                            format="YYYY-MM-DD", key=key)
        return day.isoformat()[:7 if column.type is Type.MONTH else 10] if isinstance(day, date) else ""
    if column.type is Type.BOOLEAN:
        return st.selectbox(t("Value for all records"), ("true", "false"), key=key,
                            index=("true", "false").index(value) if value else None, placeholder=t("Choose one")) or ""
    return st.text_input(t("Value for all records"), value=value, key=key, max_chars=300).strip()


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value if len(value) == 10 else f"{value}-01")
    except ValueError:
        return None


def _reason(context: CellContext, token: str | None) -> None:
    """Why the choice is suggested, and values that stand in the column of the file."""
    t = context.reader.t
    if token is None:
        return
    found = next((one for one in context.suggested.proposals if _token(one.cell, context) == token), None)
    if found:
        st.caption(f":material/lightbulb: {plain(t(found.why))}")
    profile = context.profile(token.removeprefix(_COLUMN)) if token.startswith(_COLUMN) else None
    if profile and profile.samples:
        shown = " · ".join(sample[:_SAMPLE_LETTERS].replace("\n", " ") + ("…" if len(sample) > _SAMPLE_LETTERS else "")
                           for sample in profile.samples[:_SAMPLES])
        st.caption(plain(t("For example: {samples}", samples=shown)))
