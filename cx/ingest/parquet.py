"""Parquet → batches of text. Every value is written as the contract reads it; none is rounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import types

from cx.errors import FileError
from cx.ingest import batches
from cx.ingest.batches import Batch, OnRecords, cannot_open, file_error, text_table
from cx.ingest.file_layout import FileLayout
from cx.ingest.numbers import plain_number
from cx.phrase import Phrase, phrase


def read_header(path: Path, _layout: FileLayout) -> tuple[str, ...]:
    """The column names of a file, also of columns that hold no text; FileError if it is no whole Parquet file."""
    with _opened(path) as file:
        return tuple(file.schema_arrow.names)


def columns_without_text(path: Path) -> dict[str, str]:
    """The columns that hold lists, records or bytes, and their types; they are read as blank."""
    with _opened(path) as file:
        return {field.name: str(field.type) for field in file.schema_arrow if not _has_text(field.type)}


def read_batches(
    path: Path, _layout: FileLayout, on_records: OnRecords = lambda _: None
) -> Iterator[Batch]:
    """The records of a file in batches, their line being the number of the record, from 1."""
    done = 0
    with _opened(path) as file:
        schema = file.schema_arrow
        wanted = [field.name for field in schema if _has_text(field.type)]
        _refuse_names_twice(path, schema.names)
        try:
            for batch in file.iter_batches(batches.BATCH_RECORDS, columns=wanted):
                yield _text_batch(batch, schema, done)
                done += batch.num_rows
                on_records(batch.num_rows)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, error) from error
    if done == 0:
        yield Batch(text_table([pa.array([], pa.string())] * len(schema.names), []), ())


def _text_batch(batch: pa.RecordBatch, schema: pa.Schema, done: int) -> Batch:
    columns, nuls = [], 0
    for field in schema:
        if not _has_text(field.type):
            columns.append(pa.nulls(batch.num_rows, pa.string()))
            continue
        column = _text(batch.column(field.name))
        column.validate(full=True)
        found = pc.sum(pc.count_substring(column, "\0")).as_py() or 0
        nuls += found
        columns.append(pc.replace_substring(column, "\0", "\ufffd") if found else column)
    return Batch(text_table(columns, range(done + 1, done + batch.num_rows + 1)), (), nuls)


def _has_text(kind: pa.DataType) -> bool:
    """Whether values of a type can be written as one text."""
    if isinstance(kind, pa.BaseExtensionType):
        return _has_text(kind.storage_type)
    if types.is_dictionary(kind):
        return _has_text(kind.value_type)
    return bool(any(check(kind) for check, _ in _WRITERS))


def _text(column: pa.Array) -> pa.Array:
    """A column as text; NaN is blank."""
    if isinstance(column.type, pa.BaseExtensionType):
        return _text(column.storage)
    if types.is_dictionary(column.type):
        return _text(column.dictionary_decode())
    write = next(write for check, write in _WRITERS if check(column.type))
    return write(column)


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(pa.string())


def _number(column: pa.Array) -> pa.Array:
    if types.is_float16(column.type):
        column = column.cast(pa.float32())
    return pa.array([plain_number(text) for text in column.cast(pa.string()).to_pylist()], pa.string())


def _timestamp(column: pa.Array) -> pa.Array:
    """ISO text; with a zone the time in UTC and its offset. Digits below a microsecond stay: the contract sees them."""
    zoned = column.type.tz is not None
    column = column.cast(pa.timestamp(column.type.unit)).cast(pa.string())
    column = pc.replace_substring_regex(column, r"(\.[0-9]*?)0*$", r"\1")
    column = pc.replace_substring_regex(column, r"\.$", "")
    return pc.binary_join_element_wise(column, "+00:00", "") if zoned else column


def _is_text(kind: pa.DataType) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


_WRITERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.Array]], ...] = (
    (_is_text, _plain),
    (types.is_integer, _plain),
    (types.is_floating, _number),
    (types.is_decimal, _number),
    (types.is_boolean, _plain),
    (types.is_date32, _plain),
    (types.is_date64, lambda column: column.cast(pa.date32()).cast(pa.string())),
    (types.is_timestamp, _timestamp),
    (types.is_time, _plain),
    (types.is_null, _plain),
)


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except pa.ArrowException as error:
        raise _damaged(path, error) from error
    except OSError as error:
        if error.errno is None:
            raise _damaged(path, error) from error
        raise cannot_open(path.name, error) from error


def _damaged(path: Path, error: Exception) -> FileError:
    try:
        with path.open("rb") as stream:
            starts = stream.read(4) == b"PAR1"
            stream.seek(-4, 2)
            ends = stream.read(4) == b"PAR1"
    except OSError:
        starts = ends = False
    if not starts:
        message: Phrase = phrase("It is no Parquet file: it does not begin with PAR1.")
    elif not ends:
        message = phrase("It breaks off: the footer at the end of a Parquet file is missing.")
    else:
        message = phrase("It is damaged: {reason}", reason=str(error)[:300])
    return file_error(path.name, message, phrase("Export or copy the file again; nothing was loaded."))


def _refuse_names_twice(path: Path, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise file_error(path.name, phrase("The column {column} stands in it more than once.", column=name),
                             phrase("Give its columns different names; nothing was loaded."))
