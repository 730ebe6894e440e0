"""Bytes that a declared encoding does not have: where they stand, how many there are, and what to do."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path

from cx.errors import FileError
from cx.ingest.batches import file_error
from cx.phrase import Phrase, phrase, phrase_n

_FEW_LINES = 0.01
"""Share of lines with bytes that are not valid, up to which the encoding may be right and the bytes are strays."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", ("utf-32", "utf-32-le")),
    (codecs.BOM_UTF8, "utf-8", ("utf-8", "utf-8-sig")),
    (codecs.BOM_UTF16_LE, "utf-16", ("utf-16", "utf-16-le")),
    (codecs.BOM_UTF16_BE, "utf-16", ("utf-16", "utf-16-be")),
)


def refuse_another_mark(path: Path, encoding: str) -> None:
    """FileError if the file begins with the byte order mark of another encoding than declared."""
    with path.open("rb") as stream:
        start = stream.read(4)
    declared = codecs.lookup(encoding).name
    for mark, name, fitting in _MARKS:
        if start.startswith(mark):
            if declared not in fitting:
                raise file_error(
                    path.name, phrase("Its first bytes (line 1, byte 1) are the mark of {found}, but {declared} is "
                                      "declared.", found=name, declared=encoding),
                    phrase("Declare file.encoding = \"{found}\" in the mapping file; nothing was loaded.", found=name))
            return


def encoding_error(path: Path, encoding: str) -> FileError:
    """The error of a file that is not written in the declared encoding: where the first fault is, and how many are."""
    try:
        line, byte = _first_bad_byte(path, encoding)
    except UnicodeError:
        return file_error(
            path.name, phrase("It is not written in {encoding}: the byte order mark at its start is missing.",
                              encoding=encoding),
            phrase("Declare the encoding that the file was written in, such as {example}, as file.encoding in the "
                   "mapping file; nothing was loaded.", example=f"{encoding}-le"))
    message = phrase("It is not written in {encoding}: see line {line}, byte {byte} of the file.",
                     encoding=encoding, line=line, byte=byte)
    bad_lines, lines, bad_bytes = _count_bad(path, encoding)
    if bad_lines == 0:
        return file_error(path.name, message, _declare_encoding())
    counted = phrase_n(
        "It is not written in {encoding}: see line {line}, byte {byte} of the file. {n} of {lines} lines has such "
        "bytes ({bytes}).",
        "It is not written in {encoding}: see line {line}, byte {byte} of the file. {n} of {lines} lines have such "
        "bytes ({bytes}).", bad_lines, encoding=encoding, line=line, byte=byte, lines=lines, bytes=bad_bytes)
    if bad_lines <= max(1, lines * _FEW_LINES):
        return file_error(path.name, counted, phrase(
            "Declare the encoding that the file was written in, as file.encoding in the mapping file. If it is right "
            "and only these bytes are not, declare file.stray_bytes = \"escape\": they are then kept as text such as "
            "{example}; nothing was loaded.", example="\\x90"))
    return file_error(path.name, counted, _declare_encoding())


def _declare_encoding() -> Phrase:
    return phrase("Declare the encoding that the file was written in, as file.encoding in the mapping file; "
                  "nothing was loaded.")


def _first_bad_byte(path: Path, encoding: str) -> tuple[int, int]:
    """Line and offset (from 1) of the first byte that is not valid."""
    decoder = codecs.getincrementaldecoder(encoding)()
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    line, offset = 1, 0
    with path.open("rb") as stream:
        while True:
            block = stream.read(1 << 20)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, not block)
            except UnicodeDecodeError as error:
                good = decoder.decode(block[: max(error.start - pending, 0)])
                line += newlines.decode(good, final=True).count("\n")
                return line, offset - pending + error.start + 1
            line += newlines.decode(text).count("\n")
            offset += len(block)
            if not block:
                return line, offset


def _count_bad(path: Path, encoding: str) -> tuple[int, int, str]:
    """Lines with bytes that are not valid, all lines, such bytes as hexadecimal text; 0 lines if nobody can tell."""
    bad_lines = lines = 0
    found: set[str] = set()
    try:
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as stream:
            for text in stream:
                lines += 1
                if escaped := re.findall("[\udc80-\udcff]", text):
                    bad_lines += 1
                    found.update(f"{ord(character) - 0xDC00:02X}" for character in escaped)
    except UnicodeError:
        return 0, 0, ""
    shown = ", ".join(sorted(found)[:5])
    return bad_lines, lines, shown + (", …" if len(found) > 5 else "")
