"""A mapping compiled to SQL: the records of one file, staged as text for the tables of the contract.

A value that cannot be read as declared (a date in another format) is staged behind the character U+0001, which no rule
of the contract lets pass; its reject shows the value as it stands in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cx.contract.check import PLACE, quoted, trimmed_sql
from cx.contract.columns import Table, Type
from cx.errors import FileError
from cx.ingest.csv_text import file_error
from cx.ingest.mapping import Cell, Mapping, nearest
from cx.phrase import phrase

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_UNREADABLE = "chr(1)"
_ISO_DAY = "'[0-9]{4}-[0-9]{2}-[0-9]{2}'"
_ISO_LOCAL = r"'[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?'"
_ISO_OFFSET = _ISO_LOCAL[:-1] + r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)'"


@dataclass(frozen=True)
class RawFile:
    """The records of one file in a temporary table `relation` with columns c0, c1, … named by `header`."""

    name: str
    relation: str
    header: tuple[str, ...]

    def column_sql(self, name: str) -> str:
        """SQL for the trimmed text of a column of the file; FileError if it is missing or stands there twice."""
        wanted = normalised(name)
        found = [number for number, column in enumerate(self.header) if normalised(column) == wanted]
        if len(found) == 1:
            return trimmed_sql(f"c{found[0]}")
        remedy = phrase("Correct the mapping file or the header; nothing was loaded.")
        if found:
            raise file_error(self.name, phrase("The column {column} stands in it more than once.", column=name), remedy)
        raise self._missing(name)

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


def staged_sql(table: Table, mapping: Mapping, raw: RawFile, report_zone: str) -> str:
    """SELECT that stages the records of a file for a table: every column of the contract, and the place."""
    cells = mapping.columns[table.name]
    columns = [
        f"{_value_sql(cells[column.name], column.type, mapping, raw, report_zone)} as {column.sql}"
        if column.name in cells else f"null::varchar as {column.sql}" for column in table.columns
    ]
    return f"select {', '.join(columns)}, {_place_sql(mapping, raw)}, null::varchar as _column from {raw.relation}"


def staged_ratings_sql(mapping: Mapping, raw: RawFile, report_zone: str) -> str:
    """SELECT that stages the melted ratings of a file: a row per answer and driver, codes without a rating left out."""
    melt = mapping.ratings
    if melt is None:
        raise ValueError("mapping.ratings == None, must be declared")
    key = _value_sql(mapping.columns["responses"]["response_id"], Type.LABEL, mapping, raw, report_zone)
    values = ", ".join(
        f"{{'_column': {quoted(column)}, 'driver': {quoted(driver)}, 'rating': {raw.column_sql(column)}}}"
        for column, driver in melt.drivers.items()
    )
    codes = _list(melt.blank + melt.unused)
    keep = f"and cell.rating not in ({codes})" if codes else ""
    return f"""
        with melted as (
            select {key} as response_id, {_place_sql(mapping, raw)}, unnest([{values}]) as cell from {raw.relation}
        )
        select response_id, cell.driver as driver, cell.rating as rating, {", ".join(PLACE[:3])}, cell._column
        from melted where cell.rating is not null {keep}
    """


def rating_codes_sql(mapping: Mapping, raw: RawFile) -> str:
    """SELECT that counts the melted cells of a file: all, blank, not used."""
    melt = mapping.ratings
    if melt is None:
        raise ValueError("mapping.ratings == None, must be declared")
    cells = ", ".join(raw.column_sql(column) for column in melt.drivers)
    blank, unused = _list(melt.blank), _list(melt.unused)
    return f"""
        select count(*),
            count(*) filter (cell is null {f"or cell in ({blank})" if blank else ""}),
            {f"count(*) filter (cell in ({unused}))" if unused else "0"}
        from (select unnest([{cells}]) as cell from {raw.relation})
    """


def source_columns(cell: Cell) -> tuple[str, ...]:
    """The columns of the file that a value is made of."""
    if cell.column:
        return (cell.column,)
    if cell.template:
        return tuple(dict.fromkeys(_PLACEHOLDER.findall(cell.template)))
    return tuple(part for part in cell.parts.values() if isinstance(part, str))


def unmapped_columns(mapping: Mapping, header: Sequence[str]) -> tuple[str, ...]:
    """The columns of a file that the mapping does not use."""
    used = {normalised(name) for cells in mapping.columns.values() for cell in cells.values()
            for name in source_columns(cell)}
    used |= {normalised(name) for name in (mapping.ratings.drivers if mapping.ratings else ())}
    return tuple(name for name in header if normalised(name) not in used)


def _value_sql(cell: Cell, kind: Type, mapping: Mapping, raw: RawFile, report_zone: str) -> str:
    value = _source_sql(cell, mapping, raw)
    codes = _list(cell.blank + cell.unused)
    if codes:
        value = f"case when {value} in ({codes}) then null else {value} end"
    if cell.values:
        pairs = " ".join(f"when {quoted(old)} then {quoted(new)}" for old, new in cell.values.items())
        value = f"case {value} {pairs} else {value} end"
    convert = _DATES.get(kind)
    return convert(value, cell.format, mapping.time_zone or report_zone, report_zone) if convert else value


def _source_sql(cell: Cell, mapping: Mapping, raw: RawFile) -> str:
    if cell.column:
        return raw.column_sql(cell.column)
    if cell.constant:
        return quoted(cell.constant)
    if cell.template:
        return _template_sql(cell.template, raw)
    if cell.from_record:
        return _record_key_sql(mapping, raw)
    year, month, day = (
        quoted(str(part)) if isinstance(part, int) else raw.column_sql(part)
        for part in (cell.parts["year"], cell.parts["month"], cell.parts["day"])
    )
    return f"{year} || '-' || {_two_digits(month)} || '-' || {_two_digits(day)}"


def _template_sql(template: str, raw: RawFile) -> str:
    pieces = _PLACEHOLDER.split(template)
    return " || ".join(
        raw.column_sql(piece) if number % 2 else quoted(piece) for number, piece in enumerate(pieces) if piece
    )


def _record_key_sql(mapping: Mapping, raw: RawFile) -> str:
    """A key from the content of the record, and its number among equal records: it stays when the file is sorted."""
    cells = ", ".join(f"coalesce(c{number}, '')" for number in range(len(raw.header)))
    content = f"md5(concat_ws(chr(31), {cells}))"
    copy = f"row_number() over (partition by {content} order by _line)"
    return f"{quoted(mapping.source + '-')} || {content}[1:16] || '-' || {copy}"


def _two_digits(value: str) -> str:
    return f"case when length({value}) = 1 then '0' || {value} else {value} end"


def _date_sql(value: str, declared_format: str, _zone: str, _report_zone: str) -> str:
    if not declared_format:
        return value
    return _readable_sql(value, f"try_strptime({value}, {quoted(declared_format)})::date")


def _timestamp_sql(value: str, declared_format: str, zone: str, report_zone: str) -> str:
    """A time as UTC. A date without a time is a day of the report's calendar: midnight in the report's time zone."""
    if not declared_format:
        local = f"try_cast({value} as timestamp)"
        return _readable_sql(value, f"""case
            when regexp_full_match({value}, {_ISO_DAY}) then {_utc_sql(local, report_zone)}
            when regexp_full_match({value}, {_ISO_LOCAL}) then {_utc_sql(local, zone)}
            when regexp_full_match({value}, {_ISO_OFFSET})
                then timezone('UTC', try_cast({value} as timestamptz)) end""")
    parsed = f"try_strptime({value}, {quoted(declared_format)})"
    if re.search(r"%[zZ]", declared_format):
        return _readable_sql(value, f"timezone('UTC', {parsed})")
    has_time = re.search(r"%-?[HIcXs]", declared_format)
    return _readable_sql(value, _utc_sql(parsed, zone if has_time else report_zone))


def _utc_sql(local: str, zone: str) -> str:
    return local if zone == "UTC" else f"timezone('UTC', timezone({quoted(zone)}, {local}))"


def _readable_sql(value: str, converted: str) -> str:
    return f"case when {value} is not null then coalesce(({converted})::varchar, {_UNREADABLE} || {value}) end"


_DATES: dict[Type, Callable[[str, str, str, str], str]] = {Type.DATE: _date_sql, Type.TIMESTAMP: _timestamp_sql,
                                                          Type.MONTH: _date_sql}


def _list(codes: Sequence[str]) -> str:
    return ", ".join(quoted(code) for code in codes)


def _place_sql(mapping: Mapping, raw: RawFile) -> str:
    return f"{quoted(mapping.source)} as _source, {quoted(raw.name)} as _file, _line"
