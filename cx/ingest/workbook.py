"""The parts of an XLSX package: its sheets, shared texts and number formats. Macros and links are never looked at."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse
from openpyxl.styles.numbers import BUILTIN_FORMATS

from cx.errors import FileError
from cx.ingest.batches import cannot_open, file_error
from cx.phrase import phrase

PROBLEMS = (zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException, KeyError, ValueError, IndexError,
            EOFError, RuntimeError, OverflowError)
"""What reading a damaged package raises."""
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its name, its part in the package, and whether its tab can be seen."""

    name: str
    part: str
    visible: bool


@dataclass(frozen=True)
class Workbook:
    """What all sheets share: texts by number, the number format of each style, and the calendar of dates."""

    sheets: tuple[Sheet, ...]
    texts: tuple[str, ...]
    formats: tuple[str, ...]
    from_1904: bool


def read_workbook(archive: zipfile.ZipFile) -> Workbook:
    """What a package says about its sheets; one of PROBLEMS if it is damaged."""
    book_part = dict(_relations(archive, "").values())["officeDocument"]
    book = _root(archive, book_part)
    relations = _relations(archive, book_part)
    sheets = []
    for sheet in _all(book, "sheet"):
        kind, part = relations[next(value for key, value in sheet.items() if key.endswith("}id"))]
        if kind == "worksheet":
            sheets.append(Sheet(sheet.get("name", ""), part, sheet.get("state", "visible") == "visible"))
    from_1904 = any(item.get("date1904") in ("1", "true") for item in _all(book, "workbookPr"))
    parts = dict(relations.values())
    names = set(archive.namelist())
    texts = tuple(_texts(archive, parts["sharedStrings"])) if parts.get("sharedStrings") in names else ()
    formats = _formats(_root(archive, parts["styles"])) if parts.get("styles") in names else ()
    return Workbook(tuple(sheets), texts, formats, from_1904)


def unescaped(text: str) -> str:
    """A text of a workbook with the characters that XML cannot hold, which stand there as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def local(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def damaged(path: Path, error: Exception) -> FileError:
    """The error of a workbook that cannot be read."""
    if isinstance(error, OSError):
        return cannot_open(path.name, error)
    return file_error(path.name, phrase("The workbook is damaged: {reason}.", reason=str(error)[:300]),
                      phrase("Open it in Excel, save it anew and try again; nothing was loaded."))


def _root(archive: zipfile.ZipFile, part: str) -> Element:
    root: Element = fromstring(archive.read(part))
    return root


def _all(root: Element, name: str) -> list[Element]:
    return [element for element in root.iter() if local(element.tag) == name]


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The parts that a part names: id → kind and path in the package."""
    folder, name = posixpath.split(part)
    found = {}
    for element in _all(_root(archive, posixpath.join(folder, "_rels", f"{name}.rels")), "Relationship"):
        if element.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
            found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2], target)
    return found


def _texts(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    """The shared texts. A text in several scripts is joined; its reading aid (phonetic run) is none of it."""
    with archive.open(part) as stream:
        events: Iterator[tuple[str, Any]] = iterparse(stream, events=("end",))
        for _, element in events:
            if local(element.tag) == "si":
                yield item_text(element)
                element.clear()


def item_text(item: Element) -> str:
    """The text of a shared or inline text."""
    pieces = []
    for child in item:
        if local(child.tag) == "t":
            pieces.append(child.text or "")
        elif local(child.tag) == "r":
            pieces += [part.text or "" for part in child if local(part.tag) == "t"]
    return unescaped("".join(pieces))


def _formats(styles: Element) -> tuple[str, ...]:
    own = {int(element.get("numFmtId", "0")): element.get("formatCode", "") for element in _all(styles, "numFmt")}
    for cell_formats in _all(styles, "cellXfs"):
        numbers = [int(element.get("numFmtId", "0")) for element in cell_formats if local(element.tag) == "xf"]
        return tuple(own.get(number) or BUILTIN_FORMATS.get(number, "General") for number in numbers)
    return ()
