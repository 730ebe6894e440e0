"""Mapping files: how the columns of one source become tables of the contract.

A mapping file is TOML, one per source, kept under version control; `data/mappings/README.md` explains it by example.
Nothing is guessed: a name that is not known, a column that is mapped twice, a scale that is not declared is an error.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapidfuzz import process

from cx.contract.columns import Table, Type
from cx.contract.tables import TABLES
from cx.errors import MappingError
from cx.phrase import Phrase, phrase

SCALES = {"0-10": (0, 10), "1-10": (1, 10)}
_TOP_LEVEL = {"source", "title", "file", "scale", "time_zone"}
# What DuckDB's strptime understands.
_DATE_CODES = frozenset("aAbBcdfgHIjmMnpSuUwWxXyYZz%") | {f"-{code}" for code in "dmHIMSyj"}
_CELL_KEYS = {"column", "constant", "template", "from_record", "parts", "format", "values", "blank", "unused"}


@dataclass(frozen=True)
class FileLayout:
    """How a file is written. All but `format` and the rows concerns either text files or workbooks.

    format: csv, xlsx or parquet. encoding, delimiter, quote: of a text file. stray_bytes: what to do with bytes that the
    encoding does not have: refuse the file, or escape them as \\x90. skip_rows: rows above the header. header_rows: rows
    from the first with column names to the last above the records. names: column names stand in the first of them, or
    are joined from all. sheet: of a workbook; empty for its only visible one. hidden: rows and columns that are hidden:
    refuse the file, read or skip them. merged: cells that are merged below the header: refuse the file, or fill each.
    """

    format: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    stray_bytes: str = "refuse"
    skip_rows: int = 0
    header_rows: int = 1
    names: str = "first"
    sheet: str = ""
    hidden: str = "refuse"
    merged: str = "refuse"


@dataclass(frozen=True)
class Cell:
    """Where the value of a contract's column comes from. Exactly one of the first five says the source.

    column: a column of the file; constant: the same value for all; template: text with `{column}` in it;
    from_record: a key made from the whole record; parts: year, month and day, each a number or a column.
    format: strptime format of a date; values: translation of values; blank, unused: codes without a value.
    """

    column: str = ""
    constant: str = ""
    template: str = ""
    from_record: bool = False
    parts: MappingType[str, int | str] = field(default_factory=dict)
    format: str = ""
    values: MappingType[str, str] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Melt:
    """Columns of the file that become rows of `ratings`: file column → driver, and codes without a rating."""

    drivers: MappingType[str, str]
    blank: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """A mapping file, read and checked; `text` is the file as it was written."""

    source: str
    title: str
    text: str
    layout: FileLayout
    scale: str
    time_zone: str
    columns: MappingType[str, MappingType[str, Cell]]
    rows: MappingType[str, tuple[MappingType[str, str], ...]]
    ratings: Melt | None
    confirmed: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that a load of this mapping fills, in the order of the contract."""
        filled = set(self.columns) | set(self.rows) | ({"ratings"} if self.ratings else set())
        return tuple(name for name in TABLES if name in filled)


def read_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file; MappingError with the place and the remedy if it cannot be used."""
    try:
        text = path.read_text(encoding="utf-8")
        declared = tomllib.loads(text)
    except FileNotFoundError as error:
        raise _error(path, phrase("There is no such file.")) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _error(path, phrase("It is not valid TOML: {reason}", reason=str(error))) from error
    return parse_mapping(declared, text, path)


def parse_mapping(declared: MappingType[str, Any], text: str, path: Path) -> Mapping:
    """The mapping that a parsed TOML document declares."""
    for name in declared:
        if name not in _TOP_LEVEL and name not in TABLES:
            raise _error(path, _unknown(name, [*_TOP_LEVEL, *TABLES]))
        if name in TABLES and not isinstance(declared[name], dict | list):
            raise _error(path, phrase("{name} must be a section [{name}], or rows that each begin with [[{name}]].",
                                      name=name))
    if not isinstance(declared.get("source"), str) or not declared["source"].strip():
        raise _error(path, phrase("source is missing: give the source a short name, such as source = \"survey-2026\"."))
    scale = str(declared.get("scale", "0-10"))
    if scale not in SCALES:
        raise _error(path, phrase(
            "scale == {scale!r}, must be one of {scales}. "
            "Other scales are never turned into an NPS: load them as ratings.",
            scale=scale, scales=", ".join(SCALES)))
    time_zone = str(declared.get("time_zone", ""))
    _check_time_zone(time_zone, path)
    columns = {name: _cells(TABLES[name], section, path) for name, section in declared.items()
               if name in TABLES and name != "ratings" and isinstance(section, dict)}
    rows = {name: _constant_rows(TABLES[name], section, path) for name, section in declared.items()
            if name in TABLES and isinstance(section, list)}
    ratings = _melt(declared["ratings"], path) if isinstance(declared.get("ratings"), dict) else None
    if ratings and "responses" not in columns:
        raise _error(path, phrase("[ratings] needs [responses] in the same file: a rating belongs to an answer."))
    return Mapping(declared["source"].strip(), str(declared.get("title", declared["source"])), text,
                   _layout(declared.get("file", {}), path), scale, time_zone, columns, rows, ratings)


def _layout(section: Any, path: Path) -> FileLayout:
    if not isinstance(section, dict):
        raise _error(path, phrase("file must be a section [file]."))
    for key, value in section.items():
        if key not in FileLayout.__dataclass_fields__:
            raise _error(path, _unknown(f"file.{key}", [f"file.{name}" for name in FileLayout.__dataclass_fields__]))
        if type(value) is not type(getattr(FileLayout, key)):
            raise _error(path, phrase("file.{key} == {value!r}, must be {wanted}.", key=key, value=value,
                                      wanted="a whole number" if key == "header_rows" else "a text in quotes"))
    layout = FileLayout(**section)
    if len(layout.delimiter) != 1 or len(layout.quote) != 1:
        raise _error(path, phrase("file.delimiter and file.quote must be one character each."))
    if layout.delimiter == layout.quote or {layout.delimiter, layout.quote} & {"\n", "\r"}:
        raise _error(path, phrase("file.delimiter and file.quote must differ, and neither may be the end of a line."))
    if layout.header_rows < 1:
        raise _error(path, phrase("file.header_rows must be at least 1: the first row holds the column names."))
    try:
        "".encode(layout.encoding)
    except (LookupError, ValueError) as error:
        raise _error(path, phrase("file.encoding == {encoding!r} is not known.", encoding=layout.encoding)) from error
    return layout


def _cells(table: Table, section: MappingType[str, Any], path: Path) -> dict[str, Cell]:
    cells = {}
    for name, declared in section.items():
        if name not in table.column_names:
            raise _error(path, _unknown(f"{table.name}.{name}", [f"{table.name}.{n}" for n in table.column_names]))
        cells[name] = _cell(f"{table.name}.{name}", declared, path)
        if cells[name].format and table.column(name).type not in (Type.DATE, Type.TIMESTAMP, Type.MONTH):
            raise _error(path, phrase("{name} has a format, but is not a date.", name=f"{table.name}.{name}"))
    for column in table.columns:
        if column.required and column.name not in cells:
            raise _error(path, phrase("{name} is required and not mapped.", name=f"{table.name}.{column.name}"))
    return cells


def _cell(name: str, declared: Any, path: Path) -> Cell:
    if isinstance(declared, str):
        return Cell(column=declared)
    if not isinstance(declared, dict):
        raise _error(path, phrase("{name} must be the name of a column, or a table such as {example}.", name=name,
                                  example='{ column = "NPS", blank = ["11"] }'))
    for key in declared:
        if key not in _CELL_KEYS:
            raise _error(path, _unknown(f"{name}.{key}", [f"{name}.{allowed}" for allowed in sorted(_CELL_KEYS)]))
    sources = [key for key in ("column", "constant", "template", "from_record", "parts") if declared.get(key)]
    if len(sources) != 1:
        raise _error(path, phrase("{name} must have exactly one of column, constant, template, from_record, parts.",
                                  name=name))
    _check_kinds(name, declared, path)
    parts = declared.get("parts", {})
    if parts and set(parts) != {"year", "month", "day"}:
        raise _error(path, phrase("{name}.parts must hold year, month and day.", name=name))
    unknown = sorted(set(re.findall(r"%(-?.?)", declared.get("format", ""))) - _DATE_CODES)
    if unknown:
        raise _error(path, phrase("{name}.format has %{code}, which is not a part of a date.", name=name,
                                  code=unknown[0]))
    return Cell(
        column=declared.get("column", ""), constant=str(declared.get("constant", "")),
        template=declared.get("template", ""), from_record=bool(declared.get("from_record", False)), parts=parts,
        format=declared.get("format", ""), values={str(k): str(v) for k, v in declared.get("values", {}).items()},
        blank=tuple(map(str, declared.get("blank", ()))), unused=tuple(map(str, declared.get("unused", ()))),
    )


def _check_kinds(name: str, declared: MappingType[str, Any], path: Path) -> None:
    """Refuse what TOML allows and a cell cannot use, such as `blank = "11"`, which would be read as 1 and 1."""
    for key, value in declared.items():
        if key in ("column", "template", "format") and not isinstance(value, str):
            wanted = "a text in quotes"
        elif key in ("blank", "unused") and not _is_list_of_codes(value):
            wanted = 'a list such as ["0", "99"]'
        elif key == "values" and not (isinstance(value, dict) and _is_list_of_codes(list(value.values()))):
            wanted = 'a translation such as { 1 = "yes", 2 = "no" }'
        elif key == "parts" and not (isinstance(value, dict) and _is_list_of_codes(list(value.values()))):
            wanted = 'a table such as { year = 2017, month = 5, day = "DAY" }'
        elif key == "from_record" and value is not True:
            wanted = "true"
        elif key == "constant" and isinstance(value, dict | list):
            wanted = "one value"
        else:
            continue
        raise _error(path, phrase("{name}.{key} == {value!r}, must be {wanted}.", name=name, key=key, value=value,
                                  wanted=wanted))


def _is_list_of_codes(value: Any) -> bool:
    return isinstance(value, list) and all(type(code) in (str, int, float) for code in value)


def _constant_rows(table: Table, section: list[Any], path: Path) -> tuple[MappingType[str, str], ...]:
    rows = []
    for row in section:
        if not isinstance(row, dict):
            raise _error(path, phrase("{name} must be a section [{name}], or rows that each begin with [[{name}]].",
                                      name=table.name))
        for key in row:
            if key not in table.column_names:
                raise _error(path, _unknown(f"{table.name}.{key}", [f"{table.name}.{n}" for n in table.column_names]))
        rows.append({key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in row.items()})
    return tuple(rows)


def _melt(section: MappingType[str, Any], path: Path) -> Melt:
    for key in section:
        if key not in ("columns", "blank", "unused"):
            raise _error(path, _unknown(f"ratings.{key}", ["ratings.columns", "ratings.blank", "ratings.unused"]))
    _check_kinds("ratings", section, path)
    drivers = section.get("columns", {})
    if not drivers or not isinstance(drivers, dict):
        raise _error(path, phrase("[ratings.columns] is empty: name the columns of the file and their drivers."))
    for column, driver in drivers.items():
        if not isinstance(driver, str) or list(drivers.values()).count(driver) > 1:
            raise _error(path, phrase(
                "ratings.columns.{column} == {driver!r}, must be the name of a driver of its own.",
                                      column=column, driver=driver))
    both = set(map(str, section.get("blank", ()))) & set(map(str, section.get("unused", ())))
    if both:
        raise _error(path, phrase(
            "The code {code} stands in ratings.blank and in ratings.unused; it can mean one only.",
                                  code=min(both)))
    return Melt(dict(drivers), tuple(map(str, section.get("blank", ()))), tuple(map(str, section.get("unused", ()))))


def _check_time_zone(time_zone: str, path: Path) -> None:
    if not time_zone:
        return
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _error(path, phrase("time_zone == {zone!r}, must be an IANA name such as Asia/Taipei.",
                                  zone=time_zone)) from error


def nearest(name: str, known: list[str]) -> str:
    """The known name most like this one; empty when none is alike."""
    found = process.extractOne(name, known, score_cutoff=60)
    return found[0] if found else ""


def _unknown(name: str, known: list[str]) -> Phrase:
    guess = nearest(name, known)
    if guess:
        return phrase("{name} is not known. Did you mean {guess}?", name=name, guess=guess)
    return phrase("{name} is not known.", name=name)


def _error(path: Path, message: Phrase) -> MappingError:
    return MappingError(
        phrase("The mapping file {file} cannot be used", file=path.name), message,
        phrase("Mend the mapping file and run the command again; nothing was loaded."),
    )
