"""What a load reads: a name, a fingerprint, a header and batches of text. A CSV file or a generated table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from cx.contract.tables import TABLES
from cx.ingest.csv_text import Batch, read_batches, read_header, sha256
from cx.ingest.mapping import Cell, FileLayout, Mapping

OnRecords = Callable[[int], None]


@dataclass(frozen=True)
class Source:
    """Something to load: its name, SHA-256, size in bytes, column names, and how its batches are read."""

    name: str
    sha256: str
    size_bytes: int
    header: tuple[str, ...]
    batches: Callable[[OnRecords], Iterator[Batch]]


@dataclass(frozen=True)
class LoadJob:
    """Sources that one mapping describes."""

    mapping: Mapping
    sources: tuple[Source, ...]


def file_job(mapping: Mapping, paths: tuple[Path, ...]) -> LoadJob:
    """The job of loading CSV files as a mapping declares; FileError if a file is missing or has no header."""
    return LoadJob(mapping, tuple(_csv_source(path, mapping.layout) for path in paths))


def _csv_source(path: Path, layout: FileLayout) -> Source:
    header = read_header(path, layout)
    return Source(path.name, sha256(path), path.stat().st_size, header,
                  lambda on_records: read_batches(path, layout, on_records))


def table_job(source_name: str, title: str, table_name: str, table: pa.Table) -> LoadJob:
    """The job of loading a table that already has the columns of the contract, all of text."""
    cells = {name: Cell(column=name) for name in TABLES[table_name].column_names}
    mapping = Mapping(source_name, title, "", FileLayout(), "0-10", "", {table_name: cells}, {}, None)
    return LoadJob(mapping, (_table_source(f"{table_name}.csv", table),))


def _table_source(name: str, table: pa.Table) -> Source:
    digest = hashlib.sha256()
    for batch in table.to_batches():
        for column in batch.columns:
            for buffer in column.buffers():
                if buffer is not None:
                    digest.update(buffer)

    def batches(on_records: OnRecords) -> Iterator[Batch]:
        on_records(table.num_rows)
        lines = pa.array(range(2, table.num_rows + 2), pa.int64())
        names = [f"c{number}" for number in range(table.num_columns)]
        yield Batch(table.rename_columns(names).append_column("_line", lines), ())

    return Source(name, digest.hexdigest(), table.nbytes, tuple(table.column_names), batches)
