"""The sections of a mapping file that say where the values of a table come from."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cx.contract.check import SPACES
from cx.contract.columns import Column, Table, Type
from cx.ingest.mapping_errors import mapping_error, unknown
from cx.phrase import phrase

# What DuckDB's strptime understands, without %Z: abbreviations of zones are guessed there, such as CST.
DATE_CODES = frozenset("aAbBcdfgHIjmMnpSuUwWxXyYz%") | {f"-{code}" for code in "dmHIMSyj"}
CELL_KEYS = ("column", "constant", "template", "from_record", "parts", "format", "values", "blank", "unused")
MELT_KEYS = ("columns", "response_id", "values", "blank", "unused")


@dataclass(frozen=True)
class Cell:
    """Where the value of a contract's column comes from. Exactly one of the first five says the source.

    column: a column of the file; constant: the same value for all, "" for none (None: the value is no constant);
    template: text with `{column}` in it; from_record: a key made from the whole record; parts: year, month and day,
    each a number or a column. format: strptime format of a date; values: translation of values; blank, unused: codes
    without a value.
    """

    column: str = ""
    constant: str | None = None
    template: str = ""
    from_record: bool = False
    parts: MappingType[str, int | str] = field(default_factory=dict)
    format: str = ""
    values: MappingType[str, str] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Melt:
    """Columns of the file that become rows of `ratings`: file column → driver, and codes without a rating.

    values: translation of ratings, such as "Very favorably" → "5". response_id: the key of the answer, for a file
    without [responses]; None when [responses] says it.
    """

    drivers: MappingType[str, str]
    blank: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    values: MappingType[str, str] = field(default_factory=dict)
    response_id: Cell | None = None


def cells_of(table: Table, section: MappingType[str, Any], path: Path) -> dict[str, Cell]:
    """The cells that a section declares for a table; MappingError for what is not known, wrong or missing."""
    cells = {}
    for name, declared in section.items():
        if name not in table.column_names:
            raise mapping_error(path, unknown(f"{table.name}.{name}",
                                              [f"{table.name}.{known}" for known in table.column_names]))
        cells[name] = cell_of(table.name, table.column(name), declared, path)
    for column in table.columns:
        if column.required and column.name not in cells:
            raise mapping_error(path, phrase("{name} is required and not mapped.", name=f"{table.name}.{column.name}"))
    return cells


def cell_of(table_name: str, column: Column, declared: Any, path: Path) -> Cell:
    """The cell that is declared for a column of a table."""
    name = f"{table_name}.{column.name}"
    cell = _cell(name, declared, path)
    if cell.format and column.type not in (Type.DATE, Type.TIMESTAMP, Type.MONTH):
        raise mapping_error(path, phrase("{name} has a format, but is not a date.", name=name))
    if cell.constant is not None and not cell.constant.strip() and column.required and not column.may_be_blank:
        raise mapping_error(path, phrase("{name}.constant is empty, but a value is required here.", name=name))
    return cell


def _cell(name: str, declared: Any, path: Path) -> Cell:
    if isinstance(declared, str) and declared:
        return Cell(column=declared)
    if not isinstance(declared, dict):
        raise mapping_error(path, phrase("{name} must be the name of a column, or a table such as {example}.",
                                         name=name, example='{ column = "NPS", blank = ["11"] }'))
    for key in declared:
        if key not in CELL_KEYS:
            raise mapping_error(path, unknown(f"{name}.{key}", [f"{name}.{allowed}" for allowed in CELL_KEYS]))
    sources = [key for key in CELL_KEYS[:5] if declared.get(key) or (key == "constant" and key in declared)]
    if len(sources) != 1:
        raise mapping_error(path, phrase(
            "{name} must have exactly one of column, constant, template, from_record, parts.", name=name))
    _check_kinds(name, declared, path)
    parts = declared.get("parts", {})
    if parts and set(parts) != {"year", "month", "day"}:
        raise mapping_error(path, phrase("{name}.parts must hold year, month and day.", name=name))
    if re.search(r"%Z", declared.get("format", "").replace("%%", "")):
        raise mapping_error(path, phrase(
            "{name}.format has %Z, but an abbreviation such as CST is the name of several time zones. Declare "
            "time_zone and leave the name of the zone out of the format, or export times with their offset and use %z.",
            name=name))
    strange = sorted(set(re.findall(r"%(-?.?)", declared.get("format", ""))) - DATE_CODES)
    if strange:
        raise mapping_error(path, phrase("{name}.format has %{code}, which is not a part of a date.", name=name,
                                         code=strange[0]))
    return Cell(
        column=declared.get("column", ""), constant=_text(declared["constant"]) if "constant" in declared else None,
        template=declared.get("template", ""), from_record=bool(declared.get("from_record", False)), parts=parts,
        format=declared.get("format", ""), values=_translation(name, declared, path),
        blank=_codes(name, declared, "blank", path), unused=_codes(name, declared, "unused", path),
    )


def _check_kinds(name: str, declared: MappingType[str, Any], path: Path) -> None:
    """Refuse what TOML allows and a cell cannot use, such as `blank = "11"`, which would be read as 1 and 1."""
    for key, value in declared.items():
        if key in ("column", "template", "format") and not isinstance(value, str):
            wanted = phrase("a text in quotes")
        elif key in ("blank", "unused") and not _is_list_of_codes(value):
            wanted = phrase('a list such as ["0", "99"]')
        elif key == "values" and not (isinstance(value, dict) and _is_list_of_codes(list(value.values()))):
            wanted = phrase('a translation such as {{ 1 = "yes", 2 = "no" }}')
        elif key == "parts" and not (isinstance(value, dict) and all(map(_is_part, value.values()))):
            wanted = phrase('a table such as {{ year = 2017, month = 5, day = "DAY" }}')
        elif key == "from_record" and value is not True:
            wanted = phrase("the word true")
        elif key == "constant" and isinstance(value, dict | list):
            wanted = phrase("one value")
        else:
            continue
        raise mapping_error(path, phrase("{name}.{key} == {value!r}, must be {wanted}.", name=name, key=key,
                                         value=value, wanted=wanted))


def _is_list_of_codes(value: Any) -> bool:
    return isinstance(value, list) and all(type(code) in (str, int, float) for code in value)


def _is_part(value: Any) -> bool:
    """Whether a part of a date is a whole number or the name of a column."""
    return type(value) is int or (isinstance(value, str) and bool(value.strip()))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _codes(name: str, declared: MappingType[str, Any], key: str, path: Path) -> tuple[str, ...]:
    """Codes as cells are read: without the spaces around them."""
    codes = tuple(str(code).strip(SPACES) for code in declared.get(key, ()))
    _refuse_empty(name, key, codes, path)
    return codes


def _translation(name: str, declared: MappingType[str, Any], path: Path) -> dict[str, str]:
    old = [str(code).strip(SPACES) for code in declared.get("values", {})]
    _refuse_empty(name, "values", old, path)
    twice = next((code for code in old if old.count(code) > 1), None)
    if twice is not None:
        raise mapping_error(path, phrase("{name}.values translates {code!r} twice.", name=name, code=twice))
    return dict(zip(old, map(str, declared.get("values", {}).values()), strict=True))


def _refuse_empty(name: str, key: str, codes: Sequence[str], path: Path) -> None:
    if "" in codes:
        raise mapping_error(path, phrase(
            "{name}.{key} holds an empty text, but a cell without text is blank and is never compared with a code. "
            "Take it out.", name=name, key=key))


def constant_rows_of(table: Table, section: list[Any], path: Path) -> tuple[MappingType[str, str], ...]:
    """The rows that a mapping file states itself, as text."""
    rows = []
    for row in section:
        if not isinstance(row, dict):
            raise mapping_error(path, phrase(
                "{name} must be a section [{name}], or rows that each begin with [[{name}]].", name=table.name))
        for key in row:
            if key not in table.column_names:
                raise mapping_error(path, unknown(f"{table.name}.{key}",
                                                  [f"{table.name}.{n}" for n in table.column_names]))
        rows.append({key: _text(value) for key, value in row.items()})
    return tuple(rows)


def melt_of(table: Table, section: MappingType[str, Any], path: Path) -> Melt:
    """The columns that become rows of ratings, as [ratings] and [ratings.columns] declare them."""
    for key in section:
        if key not in MELT_KEYS:
            raise mapping_error(path, unknown(f"ratings.{key}", [f"ratings.{allowed}" for allowed in MELT_KEYS]))
    _check_kinds("ratings", section, path)
    drivers = section.get("columns", {})
    if not drivers or not isinstance(drivers, dict):
        raise mapping_error(path, phrase(
            "[ratings.columns] is empty: name the columns of the file and their drivers."))
    for column, driver in drivers.items():
        if not isinstance(driver, str) or list(drivers.values()).count(driver) > 1:
            raise mapping_error(path, phrase(
                "ratings.columns.{column} == {driver!r}, must be the name of a driver of its own.",
                column=column, driver=driver))
    blank, unused = (_codes("ratings", section, key, path) for key in ("blank", "unused"))
    if set(blank) & set(unused):
        raise mapping_error(path, phrase(
            "The code {code} stands in ratings.blank and in ratings.unused; it can mean one only.",
            code=min(set(blank) & set(unused))))
    key_column = table.column("response_id")
    response_id = cell_of("ratings", key_column, section["response_id"], path) if "response_id" in section else None
    return Melt(dict(drivers), blank, unused, _translation("ratings", section, path), response_id)
