"""Files of one load → staged text → good rows and faults, in temporary tables of the snapshot that is being built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from duckdb import DuckDBPyConnection

from cx.contract.check import FAULTS_DDL, check, identifier, quoted, trimmed_sql
from cx.contract.columns import Table
from cx.contract.tables import TABLES
from cx.errors import LoadError
from cx.ingest.mapping import SCALES, Mapping
from cx.ingest.mapping_sql import (
    RawFile,
    rating_codes_sql,
    source_columns,
    staged_ratings_sql,
    staged_sql,
    unmapped_columns,
)
from cx.ingest.report import TableReport
from cx.ingest.sources import LoadJob, OnRecords, Source
from cx.phrase import phrase

MAPPING_FILE = "(mapping file)"
Place = tuple[str, str, str]
"""Source, file and table."""
Replaced = list[tuple[str, str, int]]
"""Source, file, and how many of its rows replaced another content."""


@dataclass(frozen=True)
class StagedFile:
    """A file whose records lie in a temporary table, with the mapping that describes them."""

    mapping: Mapping
    source: Source
    raw: RawFile
    ragged: int

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """Columns of the file that the mapping does not use."""
        return unmapped_columns(self.mapping, self.raw.header)


def stage(
    con: DuckDBPyConnection, jobs: tuple[LoadJob, ...], report_zone: str, on_records: OnRecords
) -> tuple[StagedFile, ...]:
    """The files of all jobs, read into temporary tables `staged_<table>`."""
    con.execute(FAULTS_DDL)
    for table in TABLES.values():
        columns = ", ".join(f"{column.sql} varchar" for column in table.columns)
        con.execute(f"create temp table staged_{table.name} "
                    f"({columns}, _source varchar, _file varchar, _line bigint, _column varchar)")
    staged: list[StagedFile] = []
    for job in jobs:
        _stage_constant_rows(con, job.mapping)
        for source in job.sources:
            file = _stage_file(con, job.mapping, source, f"raw_{len(staged)}", on_records)
            for name in job.mapping.columns:
                con.execute(f"insert into staged_{name} {staged_sql(TABLES[name], job.mapping, file.raw, report_zone)}")
            if job.mapping.ratings:
                con.execute("insert into staged_ratings "
                            + staged_ratings_sql(job.mapping, file.raw, report_zone))
            staged.append(file)
    return tuple(staged)


def _stage_constant_rows(con: DuckDBPyConnection, mapping: Mapping) -> None:
    for name, rows in mapping.rows.items():
        columns = TABLES[name].column_names
        for number, row in enumerate(rows, start=1):
            con.execute(
                f"insert into staged_{name} values ({', '.join('?' * (len(columns) + 4))})",
                [*(row.get(column) for column in columns), mapping.source, MAPPING_FILE, number, None])


def _stage_file(
    con: DuckDBPyConnection, mapping: Mapping, source: Source, relation: str, on_records: OnRecords
) -> StagedFile:
    raw = RawFile(source.name, relation, source.header)
    for columns in (*mapping.columns.values(),):
        for cell in columns.values():
            for column in source_columns(cell):
                raw.column_sql(column)  # a missing column is an error before anything is read
    cells = ", ".join(f"c{number} varchar" for number in range(len(source.header)))
    con.execute(f"create temp table {relation} ({cells}, _line bigint)")
    ragged = 0
    for batch in source.batches(on_records):
        con.register("batch", batch.records)
        con.execute(f"insert into {relation} select * from batch")
        con.unregister("batch")
        for record in batch.ragged:
            ragged += 1
            for name in mapping.columns:
                con.execute("insert into faults values (?, ?, ?, ?, null, ?, ?, 'ragged')",
                            [name, mapping.source, source.name, record.line, TABLES[name].key[0], record.text])
    return StagedFile(mapping, source, raw, ragged)


def check_all(
    con: DuckDBPyConnection, staged: tuple[StagedFile, ...], merge: Callable[[Table], Replaced], has_previous: bool
) -> dict[Place, int]:
    """Rows replaced, by source, file and table. Every staged table is checked, then merged into the snapshot.

    The order is that of the contract, so that what is referred to is there before what refers to it.
    """
    lowest = {SCALES[file.mapping.scale][0] for file in staged if "responses" in file.mapping.columns}
    if len(lowest) > 1:
        raise LoadError(
            phrase("Nothing was loaded"), phrase("The files were asked on different scales."),
            phrase("Load the files of each scale by a command of its own."))
    replaced: dict[Place, int] = {}
    for table in TABLES.values():
        references = {column.references: relation for column in table.columns
                      if column.references and (relation := _known(con, table, column.references, has_previous))}
        check(con, _on_scale(table, max(lowest, default=0)), f"staged_{table.name}", references)
        replaced |= {(source, file, table.name): n for source, file, n in merge(table)}
    if max(lowest, default=0) > 0:  # the contract would name its own limit
        con.execute("update faults set rule = 'scale' "
                    "where table_name = 'responses' and column_name = 'score' and rule = 'minimum'")
    _name_file_columns(con, staged)
    con.execute("""
        update faults set rule = 'answer_rejected'
        where table_name = 'ratings' and rule = 'reference' and column_name = 'response_id' and exists (
            from faults as answer where answer.table_name = 'responses' and answer.file = faults.file
            and answer.line = faults.line)
    """)
    return replaced


def _known(con: DuckDBPyConnection, table: Table, referenced: str, has_previous: bool) -> str:
    """A relation with the known keys of a table that is referred to; empty text when it is not loaded."""
    if referenced != table.name:
        (count,) = con.execute(f"select count(*) from main.{referenced}").fetchone() or (0,)
        return f"main.{referenced}" if count else ""
    (key,) = TABLES[referenced].key
    earlier = f"union select {key} from prev.{referenced}" if has_previous else ""
    return f"(select distinct {trimmed_sql(key)} as {key} from staged_{referenced} {earlier})"


def _on_scale(table: Table, lowest_score: int) -> Table:
    """The table of responses with the lowest score that the declared scale allows."""
    if table.name != "responses" or lowest_score == 0:
        return table
    columns = tuple(replace(column, minimum=lowest_score) if column.name == "score" else column
                    for column in table.columns)
    return replace(table, columns=columns)


def _name_file_columns(con: DuckDBPyConnection, staged: tuple[StagedFile, ...]) -> None:
    """Say in each fault the column of the file and the value as it stands there, instead of the contract's."""
    for file in staged:
        found = con.execute(
            "select distinct table_name, column_name from faults where source = ? and file = ? and file_column is null "
            "and rule not in ('ragged', 'duplicate_key', 'duplicate_copy')",
            [file.mapping.source, file.raw.name]).fetchall()
        for table_name, column_name in found:
            cell = file.mapping.columns.get(table_name, {}).get(column_name)
            columns = source_columns(cell) if cell else ()
            if not columns:
                continue
            values = ", ".join(f"raw.{identifier(_cell_name(file.raw, column))}" for column in columns)
            con.execute(f"""
                update faults set file_column = {quoted(' · '.join(columns))}, value = concat_ws(' · ', {values})
                from {file.raw.relation} as raw
                where raw._line = faults.line and faults.source = ? and faults.file = ?
                    and faults.table_name = ? and faults.column_name = ?
                    and rule not in ('ragged', 'duplicate_key', 'duplicate_copy')
            """, [file.mapping.source, file.raw.name, table_name, column_name])


def _cell_name(raw: RawFile, column: str) -> str:
    wanted = column.strip().casefold()
    return next(f"c{number}" for number, name in enumerate(raw.header) if name.strip().casefold() == wanted)


def table_reports(con: DuckDBPyConnection, staged: tuple[StagedFile, ...], replaced: dict[Place, int]
                  ) -> tuple[TableReport, ...]:
    """What became of the records of each file, table by table."""
    return tuple(report for table in TABLES.values() for report in _reports_of(con, table, staged, replaced))


def _reports_of(
    con: DuckDBPyConnection, table: Table, staged: tuple[StagedFile, ...], replaced: dict[Place, int]
) -> list[TableReport]:
    melted = {(file.mapping.source, file.raw.name): file for file in staged if file.mapping.ratings}
    ragged = {(file.mapping.source, file.raw.name): file.ragged for file in staged
              if table.name in file.mapping.columns}
    read = dict(_by_file(con, f"select _source, _file, count(*) from staged_{table.name} group by all"))
    blank = "count(*) filter (score is null)" if table.name == "responses" else "0"
    loaded = dict(_by_file(con, f"select _source, _file, count(*), {blank} from good_{table.name} group by all"))
    rejected = dict(_by_file(con, f"""
        select source, file, count(distinct line), count(distinct (line, file_column))
        from faults where table_name = {quoted(table.name)} group by all"""))
    reports = []
    for place in sorted({*read, *ragged, *(melted if table.name == "ratings" else ())}):
        records = read.get(place, (0,))[0] + ragged.get(place, 0)
        records_rejected, cells_rejected = rejected.get(place, (0, 0))
        without_value = 0
        if table.name == "ratings" and place in melted:
            records, without_value = _melted_cells(con, melted[place])
            records_rejected = cells_rejected
        good, blanks = loaded.get(place, (0, 0))
        reports.append(TableReport(place[0], place[1], table.name, records, good, records_rejected, blanks,
                                   without_value, replaced.get((*place, table.name), 0)))
    return reports


def _melted_cells(con: DuckDBPyConnection, file: StagedFile) -> tuple[int, int]:
    """Cells of a file that are ratings, and those of them that hold a code without one."""
    cells, blank, unused = con.execute(rating_codes_sql(file.mapping, file.raw)).fetchone() or (0, 0, 0)
    return cells, blank + unused


def _by_file(con: DuckDBPyConnection, sql: str) -> list[tuple[tuple[str, str], tuple[int, ...]]]:
    return [((row[0], row[1]), tuple(row[2:])) for row in con.execute(sql).fetchall()]
