"""The XML of one worksheet → its rows as text, and what in it is hidden or merged.

Expat reads it directly: no tree is built, and a document type, the root of all attacks by XML, is refused.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter, range_boundaries

from cx.ingest.cell_text import number_text
from cx.ingest.workbook import Sheet, Workbook, unescaped

_BLOCK_BYTES = 1 << 18
_LAST_COLUMN = 16_384


@dataclass(frozen=True)
class Row:
    """A row of a sheet: its number and the texts of its cells by number of column, from 1."""

    number: int
    cells: dict[int, str]


@dataclass(frozen=True)
class Area:
    """Merged cells."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int

    def __str__(self) -> str:
        """As Excel writes it: B2:C4."""
        return (f"{get_column_letter(self.first_column)}{self.first_row}:"
                f"{get_column_letter(self.last_column)}{self.last_row}")


@dataclass
class Extent:
    """How far a sheet reaches and what of it is hidden (rows that hold values, columns) or merged."""

    columns: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)


class _DocumentTypeError(ValueError):
    def __init__(self) -> None:
        super().__init__("it declares a document type")


def read_extent(archive: zipfile.ZipFile, sheet: Sheet) -> Extent:
    """What is hidden and merged in a sheet, and its last column with a value."""
    reader = _Extents()
    for _ in _parse(archive, sheet.part, reader.start, reader.end, lambda _: None):
        pass
    return reader.extent


def read_rows(archive: zipfile.ZipFile, sheet: Sheet, book: Workbook) -> Generator[Row, None, None]:
    """The rows that stand in the XML of a sheet, in its order."""
    reader = _Rows(book)
    for _ in _parse(archive, sheet.part, reader.start, reader.end, reader.text):
        yield from reader.rows
        reader.rows.clear()


def _parse(
    archive: zipfile.ZipFile, part: str, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None],
    text: Callable[[str], None],
) -> Iterator[None]:
    """Feed a part to the handlers, block by block."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition("}")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition("}")[2])
    parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise _DocumentTypeError

    parser.StartDoctypeDeclHandler = refuse
    try:
        with archive.open(part) as stream:
            while block := stream.read(_BLOCK_BYTES):
                parser.Parse(block, False)
                yield
            parser.Parse(b"", True)
            yield
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error


class _Position:
    """Row and column of the cell that is read; both may be left out in the XML and are then counted."""

    def __init__(self) -> None:
        self.row = 0
        self.column = 0

    def at_row(self, attributes: dict[str, str]) -> None:
        self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
        self.column = 0

    def at_cell(self, attributes: dict[str, str]) -> None:
        if "r" in attributes:
            self.column = _column(attributes["r"])
        else:
            self.column += 1


def _column(reference: str) -> int:
    """The number of the column in a reference such as AB12."""
    number = 0
    for letter in reference:
        if letter.isdigit():
            break
        number = number * 26 + ord(letter.upper()) - 64
    if not 1 <= number <= _LAST_COLUMN:
        raise ValueError(f"{reference[:20]} is no cell")
    return number


class _Extents(_Position):
    """Handlers that find what is hidden and merged."""

    def __init__(self) -> None:
        super().__init__()
        self.extent = Extent()
        self._hidden = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "row":
                self.at_row(attributes)
                self._hidden = _is_true(attributes.get("hidden"))
            case "c":
                self.at_cell(attributes)
            case "v" | "is" | "f":
                self.extent.columns = max(self.extent.columns, self.column)
                if self._hidden:
                    self.extent.hidden_rows.add(self.row)
            case "col" if _is_true(attributes.get("hidden")):
                last = min(int(attributes["max"]), _LAST_COLUMN)
                self.extent.hidden_columns.update(range(int(attributes["min"]), last + 1))
            case "mergeCell":
                first_column, first_row, last_column, last_row = range_boundaries(attributes["ref"])
                self.extent.merged.append(Area(first_column or 1, first_row or 1, last_column or 1, last_row or 1))

    def end(self, name: str) -> None:
        """Nothing ends that would say more."""


def _is_true(value: str | None) -> bool:
    return value in ("1", "true")


class _Rows(_Position):
    """Handlers that gather the texts of rows."""

    def __init__(self, book: Workbook) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._book = book
        self._cells: dict[int, str] = {}
        self._kind = "n"
        self._style = 0
        self._value: str | None = None
        self._formula: str | None = None
        self._shared: dict[str, tuple[str, str]] = {}
        self._shared_by = ""
        self._pieces: list[str] = []
        self._inline: list[str] = []
        self._in: str = ""
        self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "c":
                self.at_cell(attributes)
                self._kind = attributes.get("t", "n")
                self._style = int(attributes.get("s", "0"))
                self._value = self._formula = None
                self._inline = []
            case "v" | "t":
                self._in, self._pieces = name, []
            case "f":
                self._in, self._pieces = name, []
                self._shared_by = attributes.get("si", "") if attributes.get("t") == "shared" else ""
            case "rPh":
                self._phonetic = True
            case "row":
                self.at_row(attributes)
                self._cells = {}

    def text(self, data: str) -> None:
        if self._in:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        match name:
            case "v":
                self._value, self._in = "".join(self._pieces), ""
            case "f":
                self._formula, self._in = self._formula_text("".join(self._pieces)), ""
            case "t":
                if not self._phonetic and self._kind == "inlineStr":
                    self._inline.append("".join(self._pieces))
                self._in = ""
            case "rPh":
                self._phonetic = False
            case "c":
                if text := self._cell_text():
                    self._cells[self.column] = text
            case "row":
                self.rows.append(Row(self.row, self._cells))

    def _formula_text(self, text: str) -> str:
        """A formula as it reads in this cell; a shared one is written out only where it stands first."""
        place = f"{get_column_letter(self.column)}{self.row}"
        if not self._shared_by:
            return "=" + text
        if text:
            self._shared[self._shared_by] = (place, "=" + text)
            return "=" + text
        origin, formula = self._shared.get(self._shared_by, (place, "="))
        try:
            return str(Translator(formula, origin=origin).translate_formula(place))
        except TokenizerError:
            return formula

    def _cell_text(self) -> str:
        if self._kind == "inlineStr":
            return unescaped("".join(self._inline))
        value = self._value
        if value is None or (not value and self._kind != "str"):
            return self._formula or ""
        match self._kind:
            case "s":
                return self._book.texts[int(value)]
            case "str":
                return unescaped(value)
            case "b":
                return {"1": "true", "0": "false"}.get(value.strip(), value)
            case "e":
                return value
            case "d":
                return _iso_text(value)
            case _:
                return number_text(value.strip(), self._format(), self._book.from_1904)

    def _format(self) -> str:
        formats = self._book.formats
        return formats[self._style] if 0 <= self._style < len(formats) else "General"


def _iso_text(value: str) -> str:
    """A date that stands as ISO text: T becomes a blank, and midnight of a plain day stays away."""
    return re.sub(r"T00:00:00(\.0+)?Z?$", "", value)
