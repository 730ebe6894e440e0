"""The first records of a file as its layout declares it, by column: what suggestions are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from cx.ingest import batches, csv_text, parquet, xlsx
from cx.ingest.batches import Batch
from cx.ingest.file_layout import FileLayout


@dataclass(frozen=True)
class FirstRecords:
    """What stands at the start of a file.

    header: names of the columns; header_cells: the rows of the header as they stand in the file; records: a column of
    text for each; complete: the file has no more.
    """

    header: tuple[str, ...]
    header_cells: tuple[tuple[str, ...], ...]
    records: pa.Table
    complete: bool

    def column(self, number: int) -> list[str | None]:
        """The values of a column, None where a record has none."""
        values: list[str | None] = self.records.column(number).to_pylist()
        return values

    def rows(self, most: int) -> tuple[tuple[str, ...], ...]:
        """The first records, with empty text where there is no value."""
        return _rows(self.records, most)


def first_records(path: Path, layout: FileLayout) -> FirstRecords:
    """The first records of a file, at most 50,000; FileError if it cannot be read as declared."""
    header, batch = _first_batch(path, layout)
    cells: tuple[tuple[str, ...], ...] = (header,)
    if layout.header_rows > 1:
        first, below = _first_batch(path, replace(layout, header_rows=1, names="first"))
        cells = (first, *_rows(below.records.drop_columns(["_line"]), layout.header_rows - 1))
    complete = batch.records.num_rows + len(batch.ragged) < batches.BATCH_RECORDS
    return FirstRecords(header, cells, batch.records.drop_columns(["_line"]), complete)


def _first_batch(path: Path, layout: FileLayout) -> tuple[tuple[str, ...], Batch]:
    found: Iterator[Batch]
    match layout.format:
        case "xlsx":
            header, found = xlsx.read_header(path, layout), xlsx.read_batches(path, layout)
        case "parquet":
            header, found = parquet.read_header(path, layout), parquet.read_batches(path, layout)
        case _:
            header = csv_text.read_header(path, layout)
            found = csv_text.read_batches(path, layout, may_be_truncated=True)
    return header, next(found)


def _rows(records: pa.Table, most: int) -> tuple[tuple[str, ...], ...]:
    columns = [column.to_pylist() for column in records.slice(0, most).columns]
    return tuple(tuple(value or "" for value in row) for row in zip(*columns, strict=True))
