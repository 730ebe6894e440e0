"""The section [file] of a mapping file: how a file is written."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cx.errors import MappingError
from cx.ingest.mapping_errors import mapping_error, unknown
from cx.phrase import Phrase, phrase

_CHOICES = {
    "format": ("csv", "xlsx", "parquet"),
    "stray_bytes": ("refuse", "escape"),
    "names": ("first", "joined"),
    "hidden": ("refuse", "read", "skip"),
    "merged": ("refuse", "fill"),
}
_MOST_HEADER_ROWS = 100
_MOST_SKIPPED_ROWS = 1_000_000
_FORMATS_OF = {
    "encoding": ("csv",), "delimiter": ("csv",), "quote": ("csv",), "stray_bytes": ("csv",),
    "sheet": ("xlsx",), "hidden": ("xlsx",), "merged": ("xlsx",),
    "skip_rows": ("csv", "xlsx"), "header_rows": ("csv", "xlsx"), "names": ("csv", "xlsx"),
}


@dataclass(frozen=True)
class FileLayout:
    r"""How a file is written. All but `format` and the rows concerns either text files or workbooks.

    format: csv, xlsx or parquet. encoding, delimiter, quote: of a text file. stray_bytes: what to do with bytes that
    the encoding does not have: refuse the file, or escape them as \x90. skip_rows: lines of a text file or rows of a
    sheet above the header, empty ones too. header_rows: rows from the first with column names to the last above the
    records. names: column names stand in the first of them, or are joined from all. sheet: of a workbook; empty for its
    only visible one. hidden: rows and columns that are hidden: refuse the file, read or skip them. merged: cells that
    are merged below the header: refuse the file, or fill each.
    """

    format: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    stray_bytes: str = "refuse"
    skip_rows: int = 0
    header_rows: int = 1
    names: str = "first"
    sheet: str = ""
    hidden: str = "refuse"
    merged: str = "refuse"


def layout_of(section: Any, path: Path) -> FileLayout:
    """The layout that a section [file] declares; MappingError where it says what cannot be done."""
    if not isinstance(section, dict):
        raise mapping_error(path, phrase("file must be a section [file]."))
    for key, value in section.items():
        if key not in FileLayout.__dataclass_fields__:
            raise mapping_error(path, unknown(f"file.{key}", [f"file.{name}" for name in _keys()]))
        if type(value) is not type(getattr(FileLayout, key)):
            is_number = isinstance(getattr(FileLayout, key), int)
            wanted = phrase("a whole number") if is_number else phrase("a text in quotes")
            raise _wrong(path, key, value, wanted)
        if key in _CHOICES and value not in _CHOICES[key]:
            raise _wrong(path, key, value, phrase("one of {choices}", choices=", ".join(_CHOICES[key])))
    layout = FileLayout(**section)
    _refuse_keys_without_effect(layout, path)
    _check_rows(layout, path)
    _check_signs(layout, path)
    return layout


def _keys() -> tuple[str, ...]:
    return tuple(FileLayout.__dataclass_fields__)


def _wrong(path: Path, key: str, value: Any, wanted: Phrase) -> MappingError:
    return mapping_error(path, phrase("file.{key} == {value!r}, must be {wanted}.", key=key, value=value,
                                      wanted=wanted))


def _refuse_keys_without_effect(layout: FileLayout, path: Path) -> None:
    for key, formats in _FORMATS_OF.items():
        if getattr(layout, key) != getattr(FileLayout, key) and layout.format not in formats:
            raise mapping_error(path, phrase(
                "file.{key} says nothing about a file of the format {format}; it belongs to {formats}.",
                key=key, format=layout.format, formats=", ".join(formats)))


def _check_rows(layout: FileLayout, path: Path) -> None:
    if layout.header_rows < 1:
        raise mapping_error(path, phrase(
            "file.header_rows must be at least 1: the first row holds the column names."))
    if layout.header_rows > _MOST_HEADER_ROWS:
        raise _wrong(path, "header_rows", layout.header_rows, phrase("at most {n}", n=f"{_MOST_HEADER_ROWS:,}"))
    if layout.skip_rows < 0:
        raise _wrong(path, "skip_rows", layout.skip_rows, phrase("0 or more"))
    if layout.skip_rows > _MOST_SKIPPED_ROWS:
        raise _wrong(path, "skip_rows", layout.skip_rows, phrase("at most {n}", n=f"{_MOST_SKIPPED_ROWS:,}"))
    if layout.names == "joined" and layout.header_rows < 2:
        raise mapping_error(path, phrase(
            "file.names == 'joined' needs at least two rows to join: declare file.header_rows."))


def _check_signs(layout: FileLayout, path: Path) -> None:
    if len(layout.delimiter) != 1 or len(layout.quote) != 1:
        raise mapping_error(path, phrase("file.delimiter and file.quote must be one character each."))
    if layout.delimiter == layout.quote or {layout.delimiter, layout.quote} & {"\n", "\r"}:
        raise mapping_error(path, phrase(
            "file.delimiter and file.quote must differ, and neither may be the end of a line."))
    try:
        "".encode(layout.encoding)
        known = codecs.lookup(layout.encoding).incrementaldecoder is not None
    except (LookupError, ValueError):
        known = False
    if not known:
        raise mapping_error(path, phrase("file.encoding == {encoding!r} is not known.", encoding=layout.encoding))
