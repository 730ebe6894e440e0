"""A mapping as the TOML that a person would write: in the order of the contract, one line a column."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from typing import Any

import tomlkit
from tomlkit.items import Array, InlineTable, Item
from tomlkit.items import Table as Section

from cx.contract.columns import Type
from cx.contract.tables import TABLES
from cx.ingest.file_layout import FileLayout
from cx.ingest.mapping import Mapping
from cx.ingest.mapping_cells import Cell, Melt

_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
# Declared even where they are what is assumed without them: a reader must not have to know.
_ALWAYS = {"csv": ("encoding", "delimiter"), "xlsx": ("format",), "parquet": ("format",)}


def mapping_text(mapping: Mapping) -> str:
    """The mapping file of a mapping: `parse_mapping` reads the same mapping from it."""
    document = tomlkit.document()
    document.add(tomlkit.comment("How the files of this source become tables."))
    document.add("source", _text(mapping.source))
    document.add("title", _text(mapping.title))
    document.add("scale", _text(mapping.scale))
    if mapping.time_zone:
        document.add("time_zone", _text(mapping.time_zone))
    if mapping.confirmed:
        document.add("confirmed", _list(mapping.confirmed))
    document.add("file", _file(mapping.layout))
    for name in mapping.tables:
        if name in mapping.columns:
            document.add(name, _cells(mapping.columns[name], TABLES[name].column_names))
        elif name == "ratings" and mapping.ratings is not None:
            document.add(name, _melt(mapping.ratings))
    for name in mapping.tables:
        if name in mapping.rows:
            document.add(name, _rows(name, mapping.rows[name]))
    return tomlkit.dumps(document)


def _file(layout: FileLayout) -> Section:
    section = tomlkit.table()
    for key in FileLayout.__dataclass_fields__:
        value = getattr(layout, key)
        if key in _ALWAYS[layout.format] or value != getattr(FileLayout, key):
            section.add(key, _text(value) if isinstance(value, str) else tomlkit.item(value))
    return section


def _cells(cells: MappingType[str, Cell], order: Sequence[str]) -> Section:
    section = tomlkit.table()
    for column in sorted(cells, key=order.index):
        section.add(column, _cell(cells[column]))
    return section


def _cell(cell: Cell) -> Item:
    if cell == Cell(column=cell.column):
        return _text(cell.column)
    written = tomlkit.inline_table()
    for key in ("column", "template", "format"):
        if getattr(cell, key):
            written.append(key, _text(getattr(cell, key)))
    if cell.constant is not None:
        written.append("constant", _text(cell.constant))
    if cell.from_record:
        written.append("from_record", True)
    if cell.parts:
        written.append("parts", _inline(cell.parts))
    _add_codes(written, cell)
    return written


def _melt(melt: Melt) -> Section:
    section = tomlkit.table()
    if melt.response_id is not None:
        section.add("response_id", _cell(melt.response_id))
    _add_codes(section, melt)
    columns = tomlkit.table()
    for column, driver in melt.drivers.items():
        columns.add(_key(column), _text(driver))
    section.add("columns", columns)
    return section


def _add_codes(written: InlineTable | Section, declared: Cell | Melt) -> None:
    if declared.values:
        written.append("values", _inline(declared.values))
    if declared.blank:
        written.append("blank", _list(declared.blank))
    if declared.unused:
        written.append("unused", _list(declared.unused))


def _rows(name: str, rows: Sequence[MappingType[str, str]]) -> tomlkit.items.AoT:
    written = tomlkit.aot()
    for row in rows:
        section = tomlkit.table()
        for column in sorted(row, key=TABLES[name].column_names.index):
            section.add(column, _plain(row[column], TABLES[name].column(column).type))
        written.append(section)
    return written


def _plain(value: str, kind: Type) -> Item:
    """A value without quotes where it is a number or true or false, as a person would write it."""
    if kind in (Type.INTEGER, Type.NUMBER) and _WHOLE_NUMBER.fullmatch(value):
        return tomlkit.item(int(value))
    if kind is Type.BOOLEAN and value in ("true", "false"):
        return tomlkit.item(value == "true")
    return _text(value)


def _inline(pairs: MappingType[str, Any]) -> InlineTable:
    written = tomlkit.inline_table()
    for key, value in pairs.items():
        written.append(_key(key), _text(value) if isinstance(value, str) else tomlkit.item(value))
    return written


def _list(codes: Sequence[str]) -> Array:
    written = tomlkit.array()
    for code in codes:
        written.append(_text(code))
    return written


def _key(name: str) -> tomlkit.items.Key:
    """A key without quotes where TOML allows it, otherwise escaped like a text."""
    return tomlkit.key(name)


def _text(value: str) -> Item:
    return tomlkit.string(value)
