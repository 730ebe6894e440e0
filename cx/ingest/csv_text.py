"""CSV as it is declared → batches of text with the line of each record. Strict: nothing is guessed, nothing is lost.

Python's csv module in strict mode neither lost nor changed a row on any of the awkward files that were tried, which no
faster reader managed (reliability.md E). A record whose number of cells differs from the header's is set aside.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from cx.errors import FileError
from cx.ingest.mapping import FileLayout
from cx.phrase import Phrase, phrase

BATCH_RECORDS = 50_000
MAX_CELL_CHARACTERS = 10_000_000
csv.field_size_limit(MAX_CELL_CHARACTERS)


@dataclass(frozen=True)
class RaggedRecord:
    """A record whose number of cells is not that of the header."""

    line: int
    cells: int
    text: str


@dataclass(frozen=True)
class Batch:
    """Some records of a file: `records` has columns c0, c1, … of text and `_line`; `ragged` were set aside."""

    records: pa.Table
    ragged: tuple[RaggedRecord, ...]


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_header(path: Path, layout: FileLayout) -> tuple[str, ...]:
    """The column names in the first row of a file; FileError if it cannot be read as declared or is empty."""
    for _, header in _records(path, layout):
        return tuple(header)
    raise file_error(path.name, phrase("The file is empty."), phrase("Export it again; nothing was loaded."))


def read_batches(
    path: Path, layout: FileLayout, on_records: Callable[[int], None] = lambda _: None
) -> Iterator[Batch]:
    """The records of a file in batches; `on_records` is told the number of records of each batch."""
    records = _records(path, layout)
    width = 0
    for _, header in (next(records, (0, [])) for _ in range(layout.header_rows)):
        width = width or len(header)
    rows: list[list[str]] = []
    lines: list[int] = []
    ragged: list[RaggedRecord] = []
    for line, cells in records:
        if len(cells) == width:
            lines.append(line)
            rows.append(cells)
        else:
            ragged.append(RaggedRecord(line, len(cells), layout.delimiter.join(cells)[:1000]))
        if len(lines) + len(ragged) >= BATCH_RECORDS:
            on_records(len(lines) + len(ragged))
            yield _batch(width, rows, lines, ragged)
            rows, lines, ragged = [], [], []
    on_records(len(lines) + len(ragged))
    yield _batch(width, rows, lines, ragged)


def _batch(width: int, rows: list[list[str]], lines: list[int], ragged: list[RaggedRecord]) -> Batch:
    columns = zip(*rows, strict=True) if rows else ([] for _ in range(width))
    arrays = [pa.array(column, pa.string()) for column in columns]
    names = [f"c{number}" for number in range(width)]
    table = pa.table([*arrays, pa.array(lines, pa.int64())], names=[*names, "_line"])
    return Batch(table, tuple(ragged))


def _records(path: Path, layout: FileLayout) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it starts; lines that are wholly empty are no records."""
    try:
        with path.open(encoding=layout.encoding, errors="strict", newline="") as stream:
            reader = csv.reader(_lines(stream), delimiter=layout.delimiter, quotechar=layout.quote, strict=True)
            start = 1
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    raise _syntax_error(path, start, error) from error
                if cells:
                    yield start, cells
                start = reader.line_num + 1
    except FileNotFoundError as error:
        raise file_error(path.name, phrase("There is no such file."),
                         phrase("Check the name and the folder.")) from error
    except (IsADirectoryError, PermissionError) as error:
        raise file_error(path.name, phrase("The file cannot be opened: {reason}.", reason=str(error.strerror)),
                         phrase("Check the name and the permissions.")) from error
    except UnicodeError as error:
        raise _encoding_error(path, layout) from error


def _lines(stream: Iterable[str]) -> Iterator[str]:
    """The lines of a text without a byte order mark at its start; NUL, which nothing can show, becomes U+FFFD."""
    for number, text in enumerate(stream):
        yield (text if number else text.removeprefix("\ufeff")).replace("\0", "\ufffd")


def _syntax_error(path: Path, line: int, error: csv.Error) -> FileError:
    if "unexpected end of data" in str(error):
        message = phrase("A quote opened in the record of line {line} is never closed.", line=line)
    else:
        message = phrase("The record that starts in line {line} is not valid CSV: {reason}.", line=line,
                         reason=str(error))
    return file_error(path.name, message, phrase("Mend the line, or declare delimiter and quote in the mapping file; "
                                            "nothing was loaded."))


def _encoding_error(path: Path, layout: FileLayout) -> FileError:
    line, byte = _first_bad_byte(path, layout.encoding)
    return file_error(path.name, phrase("It is not written in {encoding}: see line {line}, byte {byte} of the file.",
                     encoding=layout.encoding, line=line, byte=byte),
        phrase("Declare the encoding that the file was written in, as file.encoding in the mapping file; "
               "nothing was loaded."))


def _first_bad_byte(path: Path, encoding: str) -> tuple[int, int]:
    """Line and offset (from 1) of the first byte that is not valid; the start if the encoding's mark is missing."""
    content = path.read_bytes()
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return content[: error.start].count(b"\n") + 1, error.start + 1
    return 1, 1


def file_error(name: str, message: Phrase, remedy: Phrase) -> FileError:
    """The error of a file that cannot be read as declared."""
    return FileError(phrase("The file {file} was not loaded", file=name), message, remedy)
