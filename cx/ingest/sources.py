"""What a load reads: a name, a fingerprint, a header and batches of text. A file or a generated table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import pyarrow as pa

from cx.contract.disarm import armed
from cx.contract.tables import TABLES
from cx.errors import FileError
from cx.ingest import csv_text, parquet, xlsx
from cx.ingest.batches import Batch, OnRecords, file_error, sha256
from cx.ingest.doubt_codes import TRUNCATED
from cx.ingest.mapping import Cell, FileLayout, Mapping
from cx.ingest.mapping_sql import normalised, unmapped_columns
from cx.ingest.precheck import MAX_UNPACKED_BYTES, kind_of, refuse_what_is_no_table
from cx.phrase import phrase

__all__ = ["LoadJob", "OnRecords", "Source", "file_job", "table_job"]

_DELIMITERS = ";\t|,"
_SPREADSHEET_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Source:
    """Something to load: its name, size in bytes, column names, and how its batches are read.

    hashed: how its SHA-256 is found, which takes a while. path, layout: of a file; None for a generated table.
    """

    name: str
    hashed: Callable[[], str]
    size_bytes: int
    header: tuple[str, ...]
    batches: Callable[[OnRecords], Iterator[Batch]]
    path: Path | None = None
    layout: FileLayout | None = None

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of what is loaded, in hexadecimal."""
        return self.hashed()

    def as_file(self) -> tuple[Path, FileLayout]:
        """Path and layout of a file; ValueError for a generated table, which has none."""
        if self.path is None or self.layout is None:
            raise ValueError(f"source.path == None for {self.name}, must be a file")
        return self.path, self.layout


@dataclass(frozen=True)
class LoadJob:
    """Sources that one mapping describes."""

    mapping: Mapping
    sources: tuple[Source, ...]


def file_job(
    mapping: Mapping, paths: tuple[Path, ...], confirmed: Sequence[str] = (), max_bytes: int | None = None,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
) -> LoadJob:
    """The job of loading files as a mapping declares; FileError if one is missing, is no such table, or has no header.

    confirmed: codes of doubts that are meant, besides those of the mapping. max_bytes: the largest file that is read
    (None: any); max_unpacked_bytes: the largest content of a workbook.
    """
    for path in paths:
        refuse_what_is_no_table(path, mapping.layout.format, max_bytes, max_unpacked_bytes)
    truncated = TRUNCATED in (*mapping.confirmed, *confirmed)
    return LoadJob(mapping, tuple(_file_source(path, mapping, truncated) for path in paths))


def mended_job(mapping: Mapping, paths: tuple[Path, ...]) -> LoadJob:
    """The job of loading downloads of rejected records that were mended, as spreadsheets save them.

    What the mapping says of the company's own files does not hold for them. FileError if one is no such download.
    """
    return LoadJob(replace(mapping, layout=FileLayout()), tuple(_mended_source(path, mapping) for path in paths))


def _mended_source(path: Path, mapping: Mapping) -> Source:
    """A mended download; names of its columns are as they were before the download disarmed them."""
    layout = _layout_of_mended(path)
    refuse_what_is_no_table(path, layout.format, None)
    truncated = TRUNCATED in mapping.confirmed
    return _file_source(path, replace(mapping, layout=layout), truncated, armed)


def _layout_of_mended(path: Path) -> FileLayout:
    """How a download was saved: as a workbook, or as text with one of the delimiters of spreadsheets."""
    if kind_of(path) == "xlsx":
        layouts: tuple[FileLayout, ...] = (FileLayout(format="xlsx", hidden="read"),)
    else:
        refuse_what_is_no_table(path, "csv", None)
        layouts = tuple(FileLayout(delimiter=delimiter) for delimiter in _SPREADSHEET_DELIMITERS)
    faults = []
    for layout in layouts:
        try:
            names = {normalised(name) for name in _header_of(path, layout)}
        except FileError as error:  # quoted names divided by another sign are no valid text
            faults.append(error)
            continue
        if {"cx_load", "cx_file", "cx_line"} <= names:
            return layout
    if len(faults) == len(layouts):
        raise faults[0]
    raise file_error(
        path.name, phrase("It has no columns cx_load, cx_file and cx_line, which say which records it mends."),
        phrase("Download the rejected records, mend them in that file and leave these columns as they are; nothing "
               "was loaded."))


def _header_of(path: Path, layout: FileLayout) -> tuple[str, ...]:
    match layout.format:
        case "xlsx":
            return xlsx.read_header(path, layout)
        case "parquet":
            return parquet.read_header(path, layout)
        case _:
            return csv_text.read_header(path, layout)


def _file_source(path: Path, mapping: Mapping, may_be_truncated: bool,
                 named: Callable[[str], str] = lambda name: name) -> Source:
    layout = mapping.layout
    header = tuple(named(name) for name in _header_of(path, layout))
    batches: Callable[[OnRecords], Iterator[Batch]]
    match layout.format:
        case "xlsx":
            batches = partial(xlsx.read_batches, path, layout)
        case "parquet":
            batches = partial(parquet.read_batches, path, layout)
            _refuse_columns_without_text(path, mapping)
        case _:
            batches = partial(csv_text.read_batches, path, layout, may_be_truncated=may_be_truncated)
    _refuse_foreign_header(path, header, mapping)
    return Source(path.name, partial(sha256, path), path.stat().st_size, header, batches, path, layout)


def _refuse_columns_without_text(path: Path, mapping: Mapping) -> None:
    """FileError if the mapping uses a column of a Parquet file that holds lists, records or bytes."""
    for name, kind in parquet.columns_without_text(path).items():
        if not unmapped_columns(mapping, (name,)):
            raise file_error(
                path.name, phrase("The column {column} holds values of the type {type}, which are no text or number.",
                                  column=name, type=kind),
                phrase("Export it as a column of its own, or do not map it; nothing was loaded."))


def _refuse_foreign_header(path: Path, header: tuple[str, ...], mapping: Mapping) -> None:
    """FileError if the header has none of the columns that the mapping uses: say what was seen instead."""
    unused = {normalised(name) for name in unmapped_columns(mapping, header)}
    if any(normalised(name) not in unused for name in header) or not _used_columns(mapping):
        return
    if _looks_undivided(header, mapping.layout):
        raise _one_column(path, header[0], mapping.layout)
    raise file_error(
        path.name, phrase("The column names were looked for in line {line}, and none that the mapping file uses is "
                          "there (such as {wanted}). It reads: {header}.", line=mapping.layout.skip_rows + 1,
                          wanted=_used_columns(mapping)[0], header=" · ".join(header)[:300]),
        phrase("Bring the right file, or correct file.skip_rows, file.delimiter or the columns in the mapping file; "
               "nothing was loaded."))


def _used_columns(mapping: Mapping) -> tuple[str, ...]:
    mapped = [cell.column for cells in mapping.columns.values() for cell in cells.values() if cell.column]
    return (*mapped, *(mapping.ratings.drivers if mapping.ratings else ()))


def _looks_undivided(header: tuple[str, ...], layout: FileLayout) -> bool:
    return layout.format == "csv" and len(header) == 1 and any(sign in header[0] for sign in _DELIMITERS)


def _one_column(path: Path, name: str, layout: FileLayout) -> FileError:
    found = max(_DELIMITERS, key=name.count).replace("\t", "\\t")
    return file_error(
        path.name, phrase("Its header has 1 column: {header}. The delimiter may be {found} instead of {declared}.",
                          header=name[:300], found=found, declared=layout.delimiter.replace("\t", "\\t")),
        phrase("Declare file.delimiter = \"{found}\" in the mapping file; nothing was loaded.", found=found))


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

    return Source(name, digest.hexdigest, table.nbytes, tuple(table.column_names), batches)
