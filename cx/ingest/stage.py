"""Files of one load → relations that the checks read. Clean text is read by DuckDB, all else record by record."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection

from cx.contract.check import Staged, quoted
from cx.contract.columns import Table
from cx.contract.tables import TABLES
from cx.ingest.batches import Batch
from cx.ingest.fast_text import LineCount, count_lines, may_be_fast, read_csv_sql
from cx.ingest.mapping import Mapping
from cx.ingest.mapping_sql import (
    RawFile,
    makes_keys,
    staged_file,
    staged_ratings,
    staged_rows,
    unmapped_columns,
    used_columns,
)
from cx.ingest.mended import added_columns, arm, own_records, still_ragged_sql
from cx.ingest.sources import LoadJob, OnRecords, Source

MAPPING_FILE = "(mapping file)"


@dataclass
class StagedFile:
    """A file of a load, with the mapping that describes it.

    raw: its records, once they are read; None while they are still to be read straight into the table of the contract.
    ragged: records that were set aside whole. replaced_nuls: NUL characters that became U+FFFD. added: numbers of the
    columns that are no part of its records, for a download of rejects has added them.
    """

    mapping: Mapping
    source: Source
    relation: str
    raw: RawFile | None = None
    ragged: int = 0
    replaced_nuls: int = 0
    added: frozenset[int] = frozenset()

    @property
    def place(self) -> tuple[str, str]:
        """Source and file."""
        return self.mapping.source, self.source.name

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the records of the file fill."""
        melted = ("ratings",) if self.mapping.ratings else ()
        return (*self.mapping.columns, *melted)

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """Columns of the file that the mapping does not use."""
        own = [name for number, name in enumerate(self.source.header) if number not in self.added]
        return unmapped_columns(self.mapping, own)


def stage(
    con: DuckDBPyConnection, jobs: tuple[LoadJob, ...], on_records: OnRecords, *, mended: bool = False,
    has_previous: bool = False,
) -> tuple[StagedFile, ...]:
    """The files of all jobs; those that need more than one look are read into temporary tables now.

    `mended`: they are downloads of rejected records, in which an apostrophe stands before what a spreadsheet would run.
    `has_previous`: the snapshot that has these rejects is attached as `prev`.
    """
    files: list[StagedFile] = []
    for job in jobs:
        for source in job.sources:
            file = StagedFile(job.mapping, source, f"raw_{len(files)}")
            _refuse_missing_columns(file)
            if mended:
                file.raw = _read_mended(con, file, on_records, has_previous=has_previous)
            elif not _reads_straight(file):
                file.raw = _read_clean(con, file, on_records) or read_carefully(con, file, on_records)
            files.append(file)
    return tuple(files)


def _read_mended(con: DuckDBPyConnection, file: StagedFile, on_records: OnRecords, *, has_previous: bool) -> RawFile:
    """The records of a download of rejects as they stood in the file that was rejected."""
    file.added = added_columns(file.source.header)
    raw = read_carefully(con, file, on_records)
    arm(con, raw)
    ragged = f"{file.relation}_ragged"
    still_ragged = still_ragged_sql(raw, file.mapping.source, has_previous=has_previous)
    con.execute(f"create temp table {ragged} as {still_ragged}")
    _reject_whole(con, file, ragged)
    return own_records(raw, ragged)


def _refuse_missing_columns(file: StagedFile) -> None:
    header = RawFile(file.source.name, "", file.source.header)
    for column in used_columns(file.mapping):
        header.cell(column)


def _reads_straight(file: StagedFile) -> bool:
    """Whether the file can go straight into the one table that it fills, without lying in a temporary one first."""
    return _may_be_clean(file.source) and len(file.tables) == 1 and not file.mapping.ratings \
        and not makes_keys(file.mapping)


def _may_be_clean(source: Source) -> bool:
    return source.path is not None and source.layout is not None \
        and may_be_fast(source.path, source.layout, source.header)


@contextmanager
def counting(file: StagedFile, on_records: OnRecords) -> Iterator[list[LineCount]]:
    """Count the lines of a clean file while something else reads it; the count is there at the end."""
    source, found = file.source, list[LineCount]()
    path, layout = source.as_file()
    with ThreadPoolExecutor(1) as beside:
        counted = beside.submit(count_lines, path, layout, len(source.header), on_records)
        beside.submit(lambda: source.sha256)
        yield found
        found.append(counted.result())


def begins_trimmed(file: StagedFile) -> bool:
    """Whether the first block of a file has no spaces around values, so that the rest may have none."""
    path, layout = file.source.as_file()
    return count_lines(path, layout, len(file.source.header), blocks=1).trimmed


def straight(file: StagedFile, *, trimmed: bool = True) -> RawFile:
    """The records of a clean file, as a relation that reads it; `trimmed`: spaces around values are removed."""
    source = file.source
    path, layout = source.as_file()
    return RawFile(source.name, read_csv_sql(path, layout, source.header), source.header,
                   layout.skip_rows + layout.header_rows + 1, trims=trimmed)


def _read_clean(con: DuckDBPyConnection, file: StagedFile, on_records: OnRecords) -> RawFile | None:
    """The records of a clean file in a temporary table; None when it is not clean after all."""
    if not _may_be_clean(file.source):
        return None
    raw = straight(file)
    try:
        with counting(file, on_records) as count:
            con.execute(f"create temp table {file.relation} as select * from {raw.relation} as record")
    except duckdb.Error:
        con.execute(f"drop table if exists {file.relation}")
        return None
    (read,) = con.execute(f"select count(*) from {file.relation}").fetchone() or (0,)
    if not count[0].proves(read):
        con.execute(f"drop table {file.relation}")
        return None
    with_lines = f"(select *, rowid + {raw.first_line} as _line from {file.relation})"
    return replace(raw, relation=with_lines, first_line=None)


def read_carefully(con: DuckDBPyConnection, file: StagedFile, on_records: OnRecords) -> RawFile:
    """The records of a file in a temporary table, read record by record; records of another length are set aside."""
    cells = ", ".join(f"c{number} varchar" for number in range(len(file.source.header)))
    con.execute(f"create temp table {file.relation} ({cells}, _line bigint)")
    for batch in file.source.batches(on_records):
        con.register("batch", batch.records)
        con.execute(f"insert into {file.relation} select * from batch")
        con.unregister("batch")
        file.replaced_nuls += batch.replaced_nuls
        _set_ragged_aside(con, file, batch)
    return RawFile(file.source.name, file.relation, file.source.header)


def _set_ragged_aside(con: DuckDBPyConnection, file: StagedFile, batch: Batch) -> None:
    if not batch.ragged:
        return
    cells = [[cell for number, cell in enumerate(record.record) if number not in file.added] for record in batch.ragged]
    con.register("ragged", pa.table({
        "line": pa.array([record.line for record in batch.ragged], pa.int64()),
        "text": pa.array([record.text for record in batch.ragged], pa.string()),
        "rule": pa.array([record.rule for record in batch.ragged], pa.string()),
        "cells": pa.array(cells, pa.list_(pa.string()))}))
    _reject_whole(con, file, "ragged")
    con.unregister("ragged")


def _reject_whole(con: DuckDBPyConnection, file: StagedFile, relation: str) -> None:
    """Set records aside whole: a relation with their line, text, rule and cells."""
    (found,) = con.execute(f"select count(*) from {relation}").fetchone() or (0,)
    file.ragged += int(found)
    source, name = (quoted(part) for part in file.place)
    con.execute(f"insert into faulty_records select {source}, {name}, line, cells from {relation}")
    for table in file.mapping.columns or file.tables:
        con.execute(f"insert into faults select {quoted(table)}, {source}, {name}, line, null, "
                    f"{quoted(TABLES[table].key[0])}, text, rule from {relation}")


def staged_for(file: StagedFile, raw: RawFile, table: Table, report_zone: str) -> Staged:
    """The records of a file as the checks of one of its tables read them."""
    if table.name == "ratings" and file.mapping.ratings:
        return staged_ratings(file.mapping, raw)
    return staged_file(table, file.mapping, raw, report_zone)


def stage_constant_rows(con: DuckDBPyConnection, mapping: Mapping, table: Table, relation: str) -> Staged:
    """The rows of a table that a mapping file states itself."""
    cells = ", ".join(f"c{number} varchar" for number in range(len(table.columns)))
    con.execute(f"create temp table {relation} ({cells}, _line bigint)")
    for number, row in enumerate(mapping.rows[table.name], start=1):
        con.execute(f"insert into {relation} values ({', '.join('?' * (len(table.columns) + 1))})",
                    [*(row.get(column) for column in table.column_names), number])
    return staged_rows(table, mapping.source, MAPPING_FILE, relation)
