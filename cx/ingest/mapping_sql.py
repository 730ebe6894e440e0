"""A mapping compiled to SQL: where in the records of a file the values of the contract's columns come from."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass

from cx.contract.check import Shown, Staged, quoted, trimmed_sql
from cx.contract.columns import Column, Table, Type
from cx.contract.tables import TABLES
from cx.errors import FileError
from cx.ingest.batches import file_error
from cx.ingest.dates_sql import date_sql
from cx.ingest.mapping import Cell, Mapping, nearest
from cx.phrase import phrase

ABOUT_REJECTS = ("cx_load", "cx_file", "cx_line", "cx_rule", "cx_remedy", "cx_surplus")
"""Columns that a download of rejected records adds: where each stood, and why it was rejected."""
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class RawFile:
    """The records of one file as a relation with columns c0, c1, … named by `header`.

    first_line: the line of the first record, where the relation does not say the lines as `_line`. trims: spaces around
    values are removed; a file without any is read faster without.
    """

    name: str
    relation: str
    header: tuple[str, ...]
    first_line: int | None = None
    trims: bool = True

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns of the relation that make up a record."""
        return tuple(f"c{number}" for number in range(len(self.header)))

    def cell(self, name: str) -> str:
        """The column of the relation for a column of the file; FileError if it is missing or stands there twice."""
        wanted = normalised(name)
        found = [number for number, column in enumerate(self.header) if normalised(column) == wanted]
        if len(found) == 1:
            return f"c{found[0]}"
        remedy = phrase("Correct the mapping file or the header; nothing was loaded.")
        if found:
            raise file_error(self.name, phrase("The column {column} stands in it more than once.", column=name), remedy)
        raise self._missing(name)

    def text_sql(self, name: str) -> str:
        """SQL for the trimmed text of a column of the file."""
        return trimmed_sql(self.cell(name)) if self.trims else self.cell(name)

    def _missing(self, name: str) -> FileError:
        remedy = phrase("Correct the mapping file or the header; nothing was loaded.")
        guess = nearest(name, list(self.header))
        if guess:
            return file_error(self.name, phrase("It has no column {column}; the nearest is {guess}.", column=name,
                                                guess=guess.strip()), remedy)
        return file_error(self.name, phrase("It has no column {column}.", column=name), remedy)


def normalised(name: str) -> str:
    """A column name without the differences that nobody means: spaces around it, and upper or lower case."""
    return name.strip().casefold()


def staged_file(table: Table, mapping: Mapping, raw: RawFile, report_zone: str) -> Staged:
    """The records of a file as the checks of a table read them."""
    cells = mapping.columns[table.name]
    texts = {name: _text_sql(cell, table.column(name), mapping, raw) for name, cell in cells.items()}
    zones = (mapping.time_zone or report_zone, report_zone)
    values = {name: value for name, cell in cells.items()
              if (value := date_sql(table.column(name).type, cell.format, *zones))}
    return Staged(mapping.source, raw.name, raw.relation, raw.cells, texts, values, _shown(cells, raw), raw.first_line)


def staged_ratings(mapping: Mapping, raw: RawFile) -> Staged:
    """The melted ratings of a file: a row per answer and driver, codes without a rating left out."""
    melt = mapping.ratings
    if melt is None:
        raise ValueError("mapping.ratings == None, must be declared")
    key_cell = melt.response_id or mapping.columns["responses"]["response_id"]
    key = _text_sql(key_cell, TABLES["ratings"].column("response_id"), mapping, raw)
    cells = ", ".join(
        f"{{'_column': {quoted(column)}, 'driver': {quoted(driver)}, 'rating': {raw.text_sql(column)}}}"
        for column, driver in melt.drivers.items())
    without = _list(melt.blank + melt.unused)
    keep = f"and cell.rating not in ({without})" if without else ""
    relation = f"""(
        with melted as (select {key} as its_answer, _line, unnest([{cells}]) as cell from {raw.relation} as record)
        select its_answer, cell.driver as its_driver, cell.rating as its_rating, _line, cell._column as _column
        from melted where cell.rating is not null {keep})"""
    texts = {"response_id": "its_answer", "driver": "its_driver", "rating": _translated("its_rating", melt.values)}
    shown = {"rating": Shown("", "its_rating")}
    return Staged(mapping.source, raw.name, relation, ("its_answer", "its_driver", "its_rating"), texts, shown=shown,
                  melted=True)


def staged_rows(table: Table, source: str, file: str, relation: str) -> Staged:
    """Rows that lie in a relation with a column of text c0, c1, … for each column of the contract, and `_line`."""
    cells = {column.name: f"c{number}" for number, column in enumerate(table.columns)}
    texts = {column.name: cells[column.name] if column.type is Type.TEXT else trimmed_sql(cells[column.name])
             for column in table.columns}
    return Staged(source, file, relation, tuple(cells.values()), texts)


def rating_codes_sql(mapping: Mapping, raw: RawFile) -> str:
    """SELECT that counts the melted cells of a file: all, blank, not used."""
    melt = mapping.ratings
    if melt is None:
        raise ValueError("mapping.ratings == None, must be declared")
    cells = ", ".join(raw.text_sql(column) for column in melt.drivers)
    blank, unused = _list(melt.blank), _list(melt.unused)
    return f"""
        select count(*),
            count(*) filter (cell is null {f"or cell in ({blank})" if blank else ""}),
            {f"count(*) filter (cell in ({unused}))" if unused else "0"}
        from (select unnest([{cells}]) as cell from {raw.relation} as record)
    """


def source_columns(cell: Cell) -> tuple[str, ...]:
    """The columns of the file that a value is made of."""
    if cell.column:
        return (cell.column,)
    if cell.template:
        return tuple(dict.fromkeys(_PLACEHOLDER.findall(cell.template)))
    return tuple(part for part in cell.parts.values() if isinstance(part, str))


def used_columns(mapping: Mapping) -> tuple[str, ...]:
    """The columns that a file must have for a mapping."""
    cells = [cell for section in mapping.columns.values() for cell in section.values()]
    melt = mapping.ratings
    if melt and melt.response_id:
        cells.append(melt.response_id)
    named = [name for cell in cells for name in source_columns(cell)]
    return tuple(dict.fromkeys([*named, *(melt.drivers if melt else ())]))


def unmapped_columns(mapping: Mapping, header: Sequence[str]) -> tuple[str, ...]:
    """The columns of a file that the mapping does not use."""
    used = {normalised(name) for name in used_columns(mapping)}
    return tuple(name for name in header if normalised(name) not in used)


def makes_keys(mapping: Mapping) -> bool:
    """Whether keys are made from whole records."""
    return any(cell.from_record for section in mapping.columns.values() for cell in section.values())


def _shown(cells: MappingType[str, Cell], raw: RawFile) -> dict[str, Shown]:
    """For each value that comes from the file, the columns there and what stands in them."""
    shown = {}
    for name, cell in cells.items():
        columns = source_columns(cell)
        if columns:
            values = ", ".join(f"coalesce({raw.cell(column)}, '')" for column in columns)
            value = f"concat_ws(' · ', {values})" if len(columns) > 1 else values
            shown[name] = Shown(" · ".join(columns), value)
    return shown


def _text_sql(cell: Cell, column: Column, mapping: Mapping, raw: RawFile) -> str:
    text = _source_sql(cell, mapping, raw)
    codes = _list(cell.blank + cell.unused)
    keeps_spaces = column.type is Type.TEXT and cell.column
    whole = raw.cell(cell.column) if keeps_spaces else text
    if codes:
        whole = f"case when {text} in ({codes}) then null else {whole} end"
    return _translated(text, cell.values, whole)


def _translated(text: str, values: MappingType[str, str], otherwise: str = "") -> str:
    """The value that a text is translated into; a text without a translation is `otherwise`, by default itself."""
    if not values:
        return otherwise or text
    pairs = " ".join(f"when {quoted(old)} then {quoted(new)}" for old, new in values.items())
    return f"case {text} {pairs} else {otherwise or text} end"


def _source_sql(cell: Cell, mapping: Mapping, raw: RawFile) -> str:
    if cell.column:
        return raw.text_sql(cell.column)
    if cell.constant is not None:
        return quoted(cell.constant) if cell.constant.strip() else "null::varchar"
    if cell.template:
        return _template_sql(cell.template, raw)
    if cell.from_record:
        return _record_key_sql(mapping, raw)
    year, month, day = (
        quoted(str(part)) if isinstance(part, int) else raw.text_sql(part)
        for part in (cell.parts["year"], cell.parts["month"], cell.parts["day"])
    )
    return f"{year} || '-' || {_two_digits(month)} || '-' || {_two_digits(day)}"


def _template_sql(template: str, raw: RawFile) -> str:
    pieces = _PLACEHOLDER.split(template)
    return " || ".join(
        raw.text_sql(piece) if number % 2 else quoted(piece) for number, piece in enumerate(pieces) if piece
    )


def _record_key_sql(mapping: Mapping, raw: RawFile) -> str:
    """A key from the content of the record, and its number among equal records: it stays when the file is sorted."""
    cells = ", ".join(f"coalesce({cell}, '')" for cell, name in zip(raw.cells, raw.header, strict=True)
                      if normalised(name) not in ABOUT_REJECTS)
    content = f"md5(concat_ws(chr(31), {cells}))"
    return f"{quoted(mapping.source + '-')} || {content}[1:16] || '-' || row_number() over (partition by {content})"


def _two_digits(value: str) -> str:
    return f"case when length({value}) = 1 then '0' || {value} else {value} end"


def _list(codes: Sequence[str]) -> str:
    return ", ".join(quoted(code) for code in codes)
