"""Downloads of rejected records that come back: what the download added, and records that are still ragged."""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from cx.contract.check import quoted
from cx.contract.disarm import DISARMED
from cx.ingest.mapping_sql import ABOUT_REJECTS, RawFile, normalised

_BETWEEN = " · "
"""What stands between the cells of a record beyond its header, in the column cx_surplus."""
_NOTHING_KEPT = "select null::varchar as load_id, null::varchar as file, 0 as line, []::varchar[] as cells where false"


def added_columns(header: Sequence[str]) -> frozenset[int]:
    """The numbers of the columns that a download of rejects added to those of the file."""
    return frozenset(number for number, name in enumerate(header) if normalised(name) in ABOUT_REJECTS)


def place_sql(raw: RawFile) -> tuple[str, str, str]:
    """SQL of where each record of a download of rejects stood: load, file and line, which a spreadsheet may write 2.0.

    The line is NULL where it is no number.
    """
    load, file, line = (raw.cell(name) for name in ("cx_load", "cx_file", "cx_line"))
    return f"trim({load})", file, f"try_cast({line} as double)"


def arm(con: DuckDBPyConnection, raw: RawFile) -> None:
    """Take away the apostrophes that the download has put before what a spreadsheet would run."""
    cells = ", ".join(f"{cell} = case when regexp_matches({cell}, {quoted(DISARMED)}) then {cell}[2:] else {cell} end"
                      for cell in raw.cells)
    con.execute(f"update {raw.relation} set {cells}")


def own_records(raw: RawFile, still_ragged: str) -> RawFile:
    """The records as they stood in the file that was rejected: without added columns, and without ragged records.

    still_ragged: a table whose column `line` has the lines of these.
    """
    own = _own(raw)
    cells = "".join(f"c{number} as c{new}, " for new, number in enumerate(own))
    relation = f"(select {cells}_line from {raw.relation} where _line not in (select line from {still_ragged}))"
    return RawFile(raw.name, relation, tuple(raw.header[number] for number in own), raw.first_line, raw.trims)


def still_ragged_sql(raw: RawFile, source: str, *, has_previous: bool) -> str:
    """SELECT of the records that are as ragged as before: line, text, rule, cells.

    Cells beyond the header are still there, or the record, filled up with empty cells, is as it was.
    """
    own = _own(raw)
    cells = ", ".join(f"coalesce(c{number}, '')" for number in own)
    load, file, line = place_sql(raw)
    surplus = f"coalesce({raw.cell('cx_surplus')}, '')"
    kept = f"""select load_id, file, line, cells from prev.rejected_records as record
        where source = {quoted(source)} and exists (
            from prev.rejects as fault where fault.load_id = record.load_id and fault.source = record.source
            and fault.file = record.file and fault.line = record.line and fault.rule = 'ragged')"""
    return f"""
        with back as (
            select _line, [{cells}] as own, {surplus} as surplus, {load} as load_id, {file} as file, {line} as line
            from {raw.relation}
        ),
        kept as ({kept if has_previous else _NOTHING_KEPT}),
        compared as (
            select back._line, own, surplus, kept.cells, list_resize(kept.cells[1:{len(own)}], {len(own)}, '') = own
                and array_to_string(kept.cells[{len(own) + 1}:], {quoted(_BETWEEN)}) = surplus as as_it_was
            from back left join kept on kept.load_id = back.load_id and kept.file = back.file and kept.line = back.line
        ),
        ragged as (
            select _line as line, case when as_it_was then cells
                else list_concat(own, string_split(surplus, {quoted(_BETWEEN)})) end as cells
            from compared where as_it_was or surplus <> ''
        )
        select line, array_to_string(cells, ',')[:1000] as text, 'ragged' as rule, cells from ragged"""


def _own(raw: RawFile) -> list[int]:
    added = added_columns(raw.header)
    return [number for number in range(len(raw.header)) if number not in added]
