"""What a file is, by its content and not by its name, before anything reads it."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path

from cx.ingest.batches import cannot_open, empty_file, file_error
from cx.phrase import Phrase, phrase

MAX_UNPACKED_BYTES = 500_000_000
_SAMPLE_BYTES = 65_536
_MAGIC = (
    (b"PAR1", "parquet"), (b"PARE", "encrypted parquet"), (b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"), (b"%PDF-", "pdf"), (b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf", "7z"), (b"Rar!", "rar"),
    (b"BZh", "bzip2"), (b"SQLite format 3\0", "sqlite"), (b"ARROW1", "arrow"), (b"{\\rtf", "rtf"), (b"RIFF", "riff"),
    (b"OggS", "ogg"), (b"ID3", "mp3"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FORMAT_OF = {"csv-like text": "csv", "xlsx": "xlsx", "parquet": "parquet"}
# Control characters other than NUL, tab, ends of lines, page break and ESC, which some encodings use. Random bytes have
# 10 % of them.
_CONTROL = bytes({*range(1, 9), 11, *range(14, 27), *range(28, 32), 127})
_MOST_CONTROL = 0.08
_FEWEST_SAMPLED = 200
_BOMB_ENTRY_BYTES = 4_000_000
_BOMB_RATIO = 100
_MOST_ENTRIES = 10_000


def kind_of(path: Path) -> str:
    """What a file holds: "csv-like text", "xlsx", "parquet", or a name of what is none of them; "empty" if nothing.

    FileError if it cannot be opened.
    """
    try:
        if not path.exists():
            raise FileNotFoundError(path)
        if not path.is_file():
            return "folder" if path.is_dir() else "device"
        with path.open("rb") as stream:
            sample = stream.read(_SAMPLE_BYTES)
        if not sample:
            return "empty"
        if sample.startswith(_OLE):
            return _kind_of_ole(path)
        if sample.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _kind_of_zip(path)
    except OSError as error:
        raise cannot_open(path.name, error) from error
    for magic, kind in _MAGIC:
        if sample.startswith(magic):
            return kind
    if sample[8:12] == b"DUCK":
        return "duckdb"
    return _kind_of_text(sample)


def refuse_what_is_no_table(
    path: Path, layout_format: str, max_bytes: int | None = None, max_unpacked_bytes: int = MAX_UNPACKED_BYTES
) -> None:
    """FileError if the file is not of the declared format, is larger than `max_bytes`, or would unpack to too much."""
    kind = kind_of(path)
    if kind == "empty":
        raise empty_file(path.name)
    if kind not in _FORMAT_OF:
        message, remedy = _what_it_is(kind)
        raise file_error(path.name, message, remedy)
    if _FORMAT_OF[kind] != layout_format:
        raise file_error(
            path.name, phrase("It is {found}, but the mapping file declares {declared}.", found=_READABLE[kind],
                              declared=layout_format),
            phrase("Declare file.format = \"{format}\" in the mapping file, or bring the right file; nothing was "
                   "loaded.", format=_FORMAT_OF[kind]))
    size = path.stat().st_size
    if max_bytes is not None and size > max_bytes:
        raise file_error(
            path.name, phrase("It has {size} bytes; at most {most} are read.", size=size, most=max_bytes),
            phrase("Export it in parts, such as one file a year; nothing was loaded."))
    if kind == "xlsx":
        _refuse_bomb(path, max_unpacked_bytes)


def _kind_of_text(sample: bytes) -> str:
    start = sample[:2048].decode("utf-16" if sample[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "ignore")
    start = start.removeprefix("ï»¿").lstrip().casefold()
    is_page = re.match(r"<!doctype html|<html|<head|<body|<script|<meta", start)
    if is_page or (start.startswith("<") and "<html" in start):
        return "html"
    if start.startswith("<?xml"):
        return "xml"
    if re.match(r'(\[\s*)?\{\s*"[^"]*"\s*:', start):
        return "json"
    control = len(sample) - len(sample.translate(None, _CONTROL))
    if len(sample) < _FEWEST_SAMPLED or control <= len(sample) * _MOST_CONTROL or _is_utf_16(sample):
        return "csv-like text"
    return "binary"


def _is_utf_16(sample: bytes) -> bool:
    """Whether a text in UTF-16 is likely: a mark, or the NULs of its digits and delimiters all in one of two places."""
    fewer, more = sorted((sample[::2].count(0), sample[1::2].count(0)))
    return sample[:2] in (b"\xff\xfe", b"\xfe\xff") or (fewer < len(sample) / 1000 and more > len(sample) / 100)


def _kind_of_ole(path: Path) -> str:
    """What an Office file of the old kind holds, by the names of its streams."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            return "encrypted office"
        if any(content.find(name.encode("utf-16-le") + b"\0\0") >= 0 for name in ("Workbook", "Book")):
            return "xls"
    return "old office"


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            types = b""
            if "[Content_Types].xml" in names:
                with archive.open("[Content_Types].xml") as stream:
                    types = stream.read(_SAMPLE_BYTES)
            elif "mimetype" in names:
                with archive.open("mimetype") as stream:
                    return "ods" if b"opendocument.spreadsheet" in stream.read(200) else "zip"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        return "broken zip"
    if b"sheet.macroEnabled" in types or "xl/vbaProject.bin" in names:
        return "xlsm"
    if any(name.startswith("xl/") and name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if re.search(rb"spreadsheetml\.(sheet|template)\.main\+xml", types):
        return "xlsx"
    return "zip"


def _refuse_bomb(path: Path, max_unpacked_bytes: int) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    bomb = any(entry.file_size > _BOMB_ENTRY_BYTES and entry.file_size > _BOMB_RATIO * max(entry.compress_size, 1)
               for entry in entries)
    if unpacked > max_unpacked_bytes or bomb or len(entries) > _MOST_ENTRIES:
        raise file_error(
            path.name, phrase("It would unpack from {size} to {unpacked} bytes.", size=path.stat().st_size,
                              unpacked=unpacked),
            phrase("Bring the sheet as CSV, or in parts; at most {most} bytes are unpacked, and nothing was loaded.",
                   most=max_unpacked_bytes))


_READABLE = {"csv-like text": phrase("a text file"), "xlsx": phrase("an Excel workbook"),
             "parquet": phrase("a Parquet file")}
_EXPORT = phrase("Export the answers as CSV, XLSX or Parquet; nothing was loaded.")
_UNPACK = phrase("Unpack it and bring the files in it; nothing was loaded.")
_WHAT_IT_IS = {
    "folder": (phrase("The file cannot be opened: it is a folder."), phrase("Name the files in it.")),
    "device": (phrase("The file cannot be opened: it is no ordinary file."), phrase("Copy it to a file.")),
    "html": (phrase("It is a web page (HTML), such as the sign-in page of a site, not a table."),
             phrase("Sign in and download it again; nothing was loaded.")),
    "xls": (phrase("It is an Excel workbook of the old kind (.xls)."),
            phrase("Save it as .xlsx or CSV; nothing was loaded.")),
    "xlsb": (phrase("It is a binary Excel workbook (.xlsb)."), phrase("Save it as .xlsx or CSV; nothing was loaded.")),
    "ods": (phrase("It is an OpenDocument spreadsheet (.ods)."),
            phrase("Save it as .xlsx or CSV; nothing was loaded.")),
    "xlsm": (phrase("It is a workbook with macros, which are programs."),
             phrase("Save it as .xlsx, which holds the same cells without macros; nothing was loaded.")),
    "encrypted office": (phrase("It is protected by a password."),
                         phrase("Save it without a password; nothing was loaded.")),
    "encrypted parquet": (phrase("It is an encrypted Parquet file."), _EXPORT),
    "broken zip": (phrase("It is a ZIP file or workbook that is damaged or broke off."),
                   phrase("Export or copy the file again; nothing was loaded.")),
    "zip": (phrase("It is a ZIP file that is no workbook."), _UNPACK),
    "gzip": (phrase("It is a compressed file (gzip)."), _UNPACK),
    "binary": (phrase("It is neither text nor a workbook nor a Parquet file."), _EXPORT),
}


def _what_it_is(kind: str) -> tuple[Phrase, Phrase]:
    return _WHAT_IT_IS.get(kind, (phrase("It is no table: it looks like {kind}.", kind=kind.upper()), _EXPORT))
