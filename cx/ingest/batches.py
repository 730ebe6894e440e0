"""What every reader of files gives: batches of text with the line of each record, and errors that name the file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from cx.errors import FileError
from cx.phrase import Phrase, phrase

OnRecords = Callable[[int], None]
BATCH_RECORDS = 50_000
MAX_CELL_CHARACTERS = 10_000_000


@dataclass(frozen=True)
class RaggedRecord:
    """A record that was set aside whole: `rule` is ragged (other cells than the header has) or cell_too_long.

    text: its beginning, to be shown. record: its cells.
    """

    line: int
    cells: int
    text: str
    rule: str = "ragged"
    record: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Some records of a file: `records` has columns c0, c1, … of text and `_line`; `ragged` were set aside.

    replaced_nuls: NUL characters of these records that became U+FFFD, as nothing can show them.
    """

    records: pa.Table
    ragged: tuple[RaggedRecord, ...]
    replaced_nuls: int = 0


@dataclass
class Gathered:
    """Records on their way into a batch."""

    width: int
    rows: list[Sequence[str | None]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    ragged: list[RaggedRecord] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Records so far."""
        return len(self.lines) + len(self.ragged)

    def batch(self, replaced_nuls: int = 0) -> Batch:
        """What was gathered, as a batch; begins anew."""
        columns = zip(*self.rows, strict=True) if self.rows else ([] for _ in range(self.width))
        batch = Batch(text_table([pa.array(column, pa.string()) for column in columns], self.lines),
                      tuple(self.ragged), replaced_nuls)
        self.rows, self.lines, self.ragged = [], [], []
        return batch


def text_table(columns: Sequence[pa.Array], lines: Sequence[int]) -> pa.Table:
    """Columns of text as c0, c1, … with the line of each record as `_line`."""
    names = [f"c{number}" for number in range(len(columns))]
    return pa.table([*columns, pa.array(lines, pa.int64())], names=[*names, "_line"])


def column_names(rows: Sequence[Sequence[str]], names: str) -> tuple[str, ...]:
    """The names of the columns from the rows of a header, by the layout's `names`: first or joined.

    Joined, the first row is carried on over its empty cells, for a title that stands above several columns. Parts that
    are empty or were there already are left out.

    >>> column_names([["Id", "Films", "", ""], ["", "Star Wars", "Alien", "Films"]], "joined")
    ('Id', 'Films / Star Wars', 'Films / Alien', 'Films')
    """
    if names == "first" or not rows:
        return tuple(rows[0]) if rows else ()
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    title, joined = "", []
    for parts in zip(*padded, strict=True):
        title = parts[0].strip() or title
        named = any(part.strip() for part in parts)
        joined.append(" / ".join(dict.fromkeys(
            part.strip() for part in ((title if named else ""), *parts[1:]) if part.strip())))
    return tuple(joined)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def file_error(name: str, message: Phrase, remedy: Phrase) -> FileError:
    """The error of a file that cannot be read as declared."""
    return FileError(phrase("The file {file} was not loaded", file=name), message, remedy)


def cannot_open(name: str, error: OSError) -> FileError:
    """The error of a file that is missing or may not be read."""
    if isinstance(error, FileNotFoundError):
        return file_error(name, phrase("There is no such file."), phrase("Check the name and the folder."))
    return file_error(name, phrase("The file cannot be opened: {reason}.", reason=str(error.strerror or error)),
                      phrase("Check the name and the permissions."))


def empty_file(name: str) -> FileError:
    """The error of a file without anything in it."""
    return file_error(name, phrase("The file is empty."), phrase("Export it again; nothing was loaded."))
