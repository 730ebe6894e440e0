"""CSV as it is declared → batches of text with the line of each record. Strict: nothing is guessed, nothing is lost.

Python's csv module in strict mode neither lost nor changed a row on any of the awkward files that were tried, which no
faster reader managed (reliability.md E). A record whose number of cells differs from the header's is set aside.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from cx.errors import FileError
from cx.ingest import batches
from cx.ingest.batches import (
    Batch,
    Gathered,
    OnRecords,
    RaggedRecord,
    cannot_open,
    column_names,
    empty_file,
    file_error,
)
from cx.ingest.file_layout import FileLayout
from cx.ingest.text_encoding import encoding_error, refuse_another_mark
from cx.phrase import Phrase, phrase

__all__ = ["file_error", "read_batches", "read_header"]

SHOWN_CHARACTERS = 1000
# A cell above batches.MAX_CELL_CHARACTERS costs its record; one above this the file, for the sake of memory.
_MOST_CHARACTERS = 32_000_000
csv.field_size_limit(_MOST_CHARACTERS)
# A quote that swallows more lines than this was not opened in a record that broke off.
_MOST_LINES_BROKEN_OFF = 100
_TIME = re.compile(r"(\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4})([ T]\d{1,2}:\d\d.*)?")
Record = tuple[int, list[str]]
"""The line on which a record starts, and its cells."""


@dataclass
class _Text:
    """A text file that is read line by line, and what was seen on the way; `characters` are those of one record."""

    path: Path
    layout: FileLayout
    nuls: int = 0
    characters: int = 0
    ends_without_newline: bool = False

    def lines(self, stream: TextIO) -> Iterator[str]:
        """The lines without a byte order mark at the start; NUL, which nothing can show, becomes U+FFFD."""
        text = ""
        for number, text in enumerate(stream):
            if not number:
                text = text.removeprefix("\ufeff")
                _refuse_declared_delimiter(self.path, self.layout, text)
            if number < self.layout.skip_rows:
                continue
            if "\0" in text:
                self.nuls += text.count("\0")
                text = text.replace("\0", "\ufffd")
            self.characters += len(text)
            yield text
        self.ends_without_newline = not text.endswith(("\n", "\r"))

    def records(self) -> Iterator[Record]:
        """Each record below the skipped lines; lines that are wholly empty are no records."""
        layout = self.layout
        errors = "backslashreplace" if layout.stray_bytes == "escape" else "strict"
        try:
            refuse_another_mark(self.path, layout.encoding)
            with self.path.open(encoding=layout.encoding, errors=errors, newline="") as stream:
                reader = csv.reader(self.lines(stream), delimiter=layout.delimiter, quotechar=layout.quote,
                                    strict=True)
                start = layout.skip_rows + 1
                while True:
                    self.characters = 0
                    try:
                        cells = next(reader)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        raise self._syntax_error(start, layout.skip_rows + reader.line_num, error) from error
                    if cells:
                        yield start, cells
                    start = layout.skip_rows + reader.line_num + 1
        except OSError as error:
            raise cannot_open(self.path.name, error) from error
        except UnicodeError as error:
            raise encoding_error(self.path, layout.encoding) from error

    def _syntax_error(self, start: int, end: int, error: csv.Error) -> FileError:
        if "unexpected end of data" in str(error):
            return _Unclosed(self.path, start, end)
        return file_error(
            self.path.name, phrase("The record that starts in line {line} is not valid CSV: {reason}.", line=start,
                                   reason=str(error)), _mend_line())


class _Unclosed(FileError):
    """A quote that was opened in the record of line `start` is not closed at the end of the file, line `end`."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self.start = start
        self.lines = end - start + 1
        super().__init__(
            phrase("The file {file} was not loaded", file=path.name),
            phrase("A quote opened in the record of line {line} is never closed.", line=start),
            _export_again() if self.lines <= _MOST_LINES_BROKEN_OFF else _mend_line())


def read_header(path: Path, layout: FileLayout) -> tuple[str, ...]:
    """The column names of a file; FileError if it cannot be read as declared or is empty."""
    text = _Text(path, layout)
    return _header(text, text.records())


def read_batches(
    path: Path, layout: FileLayout, on_records: OnRecords = lambda _: None, *, may_be_truncated: bool = False
) -> Iterator[Batch]:
    """The records of a file in batches; `on_records` is told the number of records of each batch.

    A file that broke off in its last record is an error; with `may_be_truncated`, that record alone is set aside.
    """
    text = _Text(path, layout)
    records = text.records()
    header = _header(text, records)
    named = max((number for number, name in enumerate(header, start=1) if name.strip()), default=0)
    gathered = Gathered(len(header))
    line, cells = 0, list(header)
    try:
        for line, cells in records:
            _gather(gathered, line, cells, named, text)
            if gathered.count >= batches.BATCH_RECORDS:
                on_records(gathered.count)
                yield gathered.batch(text.nuls)
                text.nuls = 0
    except _Unclosed as error:
        if not may_be_truncated or error.lines > _MOST_LINES_BROKEN_OFF:
            raise
        rest = _raw_lines(path, layout, error.start)
        gathered.ragged.append(RaggedRecord(error.start, 1, rest, record=(rest,)))
    if text.ends_without_newline and len(cells) < named and any(map(str.strip, cells)) and not may_be_truncated:
        raise file_error(
            path.name, phrase("It is cut off in line {line}: the last record has {cells} of {columns} cells and no end "
                              "of line.", line=line, cells=len(cells), columns=len(header)), _export_again())
    on_records(gathered.count)
    yield gathered.batch(text.nuls)


def _gather(gathered: Gathered, line: int, cells: list[str], named: int, text: _Text) -> None:
    """Take a record in, or set it aside. Cells may be missing only where the header has no name."""
    if named <= len(cells) < gathered.width:
        cells = [*cells, *[""] * (gathered.width - len(cells))]
    if text.characters > batches.MAX_CELL_CHARACTERS and max(map(len, cells)) > batches.MAX_CELL_CHARACTERS:
        gathered.ragged.append(RaggedRecord(line, len(cells), _shown(cells, text.layout), "cell_too_long",
                                            tuple(cells)))
        return
    if len(cells) != gathered.width:
        gathered.ragged.append(RaggedRecord(line, len(cells), _shown(cells, text.layout), record=tuple(cells)))
        return
    gathered.lines.append(line)
    gathered.rows.append(cells)


def _shown(cells: list[str], layout: FileLayout) -> str:
    return layout.delimiter.join(cells)[:SHOWN_CHARACTERS]


def _header(text: _Text, records: Iterator[Record]) -> tuple[str, ...]:
    numbered = list(islice(records, text.layout.header_rows))
    rows = [cells for _, cells in numbered]
    if not rows:
        raise empty_file(text.path.name)
    for line, cells in numbered[1:]:
        _refuse_answer_in_header(text.path, line, cells)
    header = column_names(rows, text.layout.names)
    if text.nuls:
        raise file_error(
            text.path.name,
            phrase("Its header holds NUL characters, as a file in utf-16 does that is read as {encoding}.",
                   encoding=text.layout.encoding),
            phrase("Declare the encoding that the file was written in, such as {example}, as file.encoding in the "
                   "mapping file; nothing was loaded.", example="utf-16-le"))
    return header


def _refuse_answer_in_header(path: Path, line: int, cells: list[str]) -> None:
    """FileError for a row of the header that holds a time: no name of a column does, and an answer would be lost."""
    time = next((cell for cell in cells if _TIME.fullmatch(cell.strip())), None)
    if time is not None:
        raise file_error(
            path.name, phrase("Line {line} is declared as a row of the header and holds a time, {time}: it looks like "
                              "an answer.", line=line, time=time.strip()),
            phrase("Correct file.header_rows in the mapping file; nothing was loaded."))


def _refuse_declared_delimiter(path: Path, layout: FileLayout, first_line: str) -> None:
    found = re.fullmatch(r'"?sep=(.)"?', first_line.rstrip("\r\n"), re.IGNORECASE)
    if found and layout.skip_rows == 0:
        raise file_error(
            path.name, phrase("Its first line says {line} and holds no column names.", line=found[0]),
            phrase("Declare file.skip_rows = 1 and file.delimiter = \"{delimiter}\" in the mapping file; nothing was "
                   "loaded.", delimiter=found[1].replace("\t", "\\t")))


def _raw_lines(path: Path, layout: FileLayout, start: int) -> str:
    with path.open(encoding=layout.encoding, errors="backslashreplace", newline="") as stream:
        return "".join(islice(stream, start - 1, None)).replace("\0", "\ufffd")[:SHOWN_CHARACTERS]


def _mend_line() -> Phrase:
    return phrase("Mend the line, or declare delimiter and quote in the mapping file; nothing was loaded.")


def _export_again() -> Phrase:
    return phrase("Export or copy the file again. If it is meant to be loaded without its last record, declare "
                  "confirmed = [\"truncated\"] in the mapping file; nothing was loaded.")
