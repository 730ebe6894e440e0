"""How a file may be read: every candidate with its first records, so that a person sees which one is right."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from cx.ingest.batches import column_names, empty_file, file_error
from cx.ingest.dialects import LEAST_EVEN, Dialect, Record, dialects, records_above
from cx.ingest.encodings import EncodingCandidate, encoding_candidates, lines_beyond_ascii
from cx.ingest.file_layout import FileLayout
from cx.ingest.first_records import FirstRecords, first_records
from cx.ingest.layouts import KnownLayout, recognised
from cx.ingest.precheck import kind_of, refuse_what_is_no_table
from cx.ingest.sheet import Extent, read_extent, read_rows
from cx.ingest.workbook import PROBLEMS, damaged, read_workbook
from cx.phrase import Phrase, phrase, phrase_n

MOST_ROWS = 20
# Of the records that are shown, so many are kept for those with characters beyond ASCII.
_ROWS_BEYOND_ASCII = 10
_HEAD_CHARACTERS = 4_000_000
_LONGEST_NAME = 300


@dataclass(frozen=True)
class LayoutCandidate:
    """A way to read a file.

    name: in a word or two; header: names of the columns; rows: the first 20 records, of which up to 10 are later ones
    with characters beyond ASCII where the encoding is not certain; records: how many were read to judge; certain:
    nothing was guessed; why: what speaks for it; notes: what a person should know before choosing it.
    """

    name: str
    layout: FileLayout
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    records: int
    certain: bool
    why: Phrase
    notes: tuple[Phrase, ...] = ()


def look_at(path: Path) -> tuple[LayoutCandidate, ...]:
    """The ways to read a file, best first, at least one; FileError if it is no table."""
    kind = {"xlsx": "xlsx", "parquet": "parquet"}.get(kind_of(path), "csv")
    refuse_what_is_no_table(path, kind)
    if kind == "xlsx":
        return _sheets(path)
    if kind == "parquet":
        layout = FileLayout(format="parquet")
        why = phrase("It is a Parquet file, which says itself how it is written.")
        return (_candidate("parquet", layout, first_records(path, layout), True, why, ()),)
    return _texts(path)


def _candidate(name: str, layout: FileLayout, found: FirstRecords, certain: bool, why: Phrase,
               notes: tuple[Phrase, ...]) -> LayoutCandidate:
    return LayoutCandidate(name, layout, found.header, found.rows(MOST_ROWS), found.records.num_rows, certain, why,
                           notes)


def _texts(path: Path) -> tuple[LayoutCandidate, ...]:
    candidates = []
    for encoding in encoding_candidates(path):
        text, is_whole = _head(path, encoding)
        ways = dialects(text, is_whole=is_whole)
        _refuse_prose(path, ways)
        for way in ways if encoding.certain else ways[:1]:
            candidates.append(_text_candidate(path, encoding, way, certain=encoding.certain and len(ways) == 1))
    return tuple(candidates)


def _head(path: Path, encoding: EncodingCandidate) -> tuple[str, bool]:
    """The first characters of a file up to the end of a line, and whether they are all."""
    errors = "backslashreplace" if encoding.stray_bytes == "escape" else "replace"
    with path.open(encoding=encoding.encoding, errors=errors, newline="") as stream:
        text = stream.read(_HEAD_CHARACTERS).removeprefix("\ufeff").replace("\0", "\ufffd")
        is_whole = not stream.read(1)
    return (text if is_whole else text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text), is_whole


def _refuse_prose(path: Path, ways: Sequence[Dialect]) -> None:
    if not ways:
        raise empty_file(path.name)
    header = ways[0].records[0].cells
    looks_named = 0 < len(header[0].strip()) <= _LONGEST_NAME and not set(header[0]) & set("\ufffd{}<>")
    if len(header) > 1 or (looks_named and ways[0].even == 1.0):
        return
    raise file_error(path.name, phrase("It is text, but no table: nothing divides its first line into columns."),
                     phrase("Export the answers as CSV, XLSX or Parquet; nothing was loaded."))


def _text_candidate(path: Path, encoding: EncodingCandidate, way: Dialect, *, certain: bool) -> LayoutCandidate:
    cells = [record.cells for record in way.records]
    known = recognised(cells[:3])
    layout = FileLayout(encoding=encoding.encoding, delimiter=way.delimiter, quote=way.quote,
                        stray_bytes=encoding.stray_bytes, skip_rows=way.skip_rows,
                        header_rows=known.header_rows if known else 1, names=known.names if known else "first")
    header = column_names(cells[: layout.header_rows], layout.names)
    below = cells[layout.header_rows :]
    notes = (*_about_layout(known), *_about_dialect(way), *_about_header(header, below))
    rows = below[:MOST_ROWS]
    if not encoding.certain:
        rows = _with_telling_rows(path, layout, cells[: layout.header_rows], below)
    sign = "TAB" if way.delimiter == "\t" else way.delimiter
    name = " · ".join(filter(None, (known.name if known else "", encoding.encoding, sign)))
    sound = not way.fault and way.even >= LEAST_EVEN and (way.declared or not way.skip_rows)
    return LayoutCandidate(name, layout, header, tuple(rows), len(below),
                           certain and sound and not _about_header(header, below), encoding.why, notes)


def _with_telling_rows(path: Path, layout: FileLayout, head: Sequence[tuple[str, ...]],
                       below: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The first records, and in place of the last of them later ones with characters beyond ASCII."""
    first = list(below[: MOST_ROWS - _ROWS_BEYOND_ASCII])
    telling = [row for row in below[len(first) :] if not "".join(row).isascii()]
    if not telling and "".join("".join(row) for row in first).isascii():
        lines = lines_beyond_ascii(path, layout.encoding, layout.stray_bytes, _ROWS_BEYOND_ASCII)
        text = "".join(line for _, line in lines)
        found = [record.cells for way in dialects(text, is_whole=False) if way.delimiter == layout.delimiter
                 for record in way.records]
        telling = [row for row in found if len(row) == len(head[0]) and row not in head]
    rows = first + telling[:_ROWS_BEYOND_ASCII]
    plain = [row for row in below[len(first) :] if row not in telling]
    return (rows + plain)[:MOST_ROWS]


def _about_layout(known: KnownLayout | None) -> tuple[Phrase, ...]:
    return (known.why,) if known else ()


def _about_dialect(way: Dialect) -> tuple[Phrase, ...]:
    notes = []
    if way.declared:
        notes.append(phrase("Its first line names the delimiter."))
    elif way.skip_rows:
        notes.append(_left_out(way.skip_rows))
    if way.fault and "unexpected end" in way.fault:
        notes.append(phrase("A quote opened in the record of line {line} is never closed.", line=way.fault_line))
    elif way.fault:
        notes.append(phrase("The record that starts in line {line} is not valid CSV: {reason}.", line=way.fault_line,
                            reason=way.fault))
    uneven = [record for record in way.records[1:] if len(record.cells) != len(way.records[0].cells)]
    if uneven:
        notes.append(phrase_n(
            "{n} record has other cells than the header, the first in line {line}.",
            "{n} records have other cells than the header, the first in line {line}.", len(uneven),
            line=uneven[0].line))
    return tuple(notes)


def _about_header(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Phrase, ...]:
    """What is odd in the names of the columns; nothing where all is well."""
    values = [cell for cell in header if re.fullmatch(r"-?\d+([.,:/-]\d+)*( \d+:\d+.*)?", cell.strip())]
    if len(values) > len(header) / 3:
        return (phrase("The first row looks like an answer, not like names of columns: it holds {value}.",
                       value=values[0]),)
    if not rows:
        return (phrase("It holds no record below the names of the columns."),)
    if len(header) == 1:
        return (phrase("It has a single column, {column}.", column=header[0]),)
    return ()


def _sheets(path: Path) -> tuple[LayoutCandidate, ...]:
    candidates: list[LayoutCandidate] = []
    for sheet in _visible_sheets(path):
        for layout, notes in _readings(sheet):
            candidates.append(_sheet_candidate(path, layout, notes, sheet.start))
    if not candidates:
        raise empty_file(path.name)
    only = len(candidates) == 1
    return tuple(replace(candidate, certain=candidate.certain and only)
                 for candidate in sorted(candidates, key=lambda candidate: not candidate.records))


@dataclass(frozen=True)
class _SheetStart:
    """A sheet with values that can be seen: its first rows with a value, and what in it is hidden or merged."""

    name: str
    extent: Extent
    start: tuple[Record, ...]


def _visible_sheets(path: Path) -> list[_SheetStart]:
    found = []
    try:
        with zipfile.ZipFile(path) as archive:
            book = read_workbook(archive)
            for sheet in (sheet for sheet in book.sheets if sheet.visible):
                extent = read_extent(archive, sheet)
                filled = (row for row in read_rows(archive, sheet, book) if any(row.cells.values()))
                start = tuple(Record(row.number, tuple(row.cells.get(column, "") for column in
                                                       range(1, extent.columns + 1)))
                              for row in islice(filled, 2 * MOST_ROWS))
                if start:
                    found.append(_SheetStart(sheet.name, extent, start))
    except (*PROBLEMS, OSError) as error:
        raise damaged(path, error) from error
    return found


def _readings(sheet: _SheetStart) -> list[tuple[FileLayout, tuple[Phrase, ...]]]:
    """The layouts that say what is done with hidden and merged cells, where there are any."""
    layout, extent = FileLayout(format="xlsx", sheet=sheet.name), sheet.extent
    merged: tuple[Phrase, ...] = ()
    if any(area.last_row > area.first_row or area.first_row > 1 for area in extent.merged):
        layout = replace(layout, merged="fill")
        merged = (phrase("Cells are merged, the first at {place}: each of them gets the value of the first.",
                         place=str(extent.merged[0])),)
    if not extent.hidden_rows and not extent.hidden_columns:
        return [(layout, merged)]
    rows, columns = len(extent.hidden_rows), len(extent.hidden_columns)
    return [
        (replace(layout, hidden="read"), (*merged, phrase(
            "Hidden rows ({rows}) and hidden columns ({columns}) are read like the others.", rows=rows,
            columns=columns))),
        (replace(layout, hidden="skip"), (*merged, phrase(
            "Hidden rows ({rows}) and hidden columns ({columns}) are left out.", rows=rows, columns=columns))),
    ]


def _sheet_candidate(
    path: Path, layout: FileLayout, notes: tuple[Phrase, ...], start: tuple[Record, ...]
) -> LayoutCandidate:
    above = records_above([Record(record.line, _without_end(record.cells)) for record in start])
    if above:
        layout = replace(layout, skip_rows=start[above].line - 1)
        notes = (*notes, _left_out(layout.skip_rows))
    known = recognised([record.cells for record in start[above : above + 3]])
    if known:
        layout = replace(layout, header_rows=known.header_rows, names=known.names)
    found = first_records(path, layout)
    about = _about_header(found.header, found.rows(MOST_ROWS))
    why = known.why if known else _size(found)
    return _candidate(layout.sheet, layout, found, not notes and not about, why, (*notes, *about))


def _size(found: FirstRecords) -> Phrase:
    records, columns = found.records.num_rows, len(found.header)
    if not found.complete:
        return phrase("It holds more than {records} records in {columns} columns.", records=f"{records:,}",
                      columns=columns)
    return phrase_n("It holds {n} record in {columns} columns.", "It holds {n} records in {columns} columns.", records,
                    columns=columns)


def _without_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of a row up to the last with a value: rows of a sheet are all equally wide."""
    last = max((number for number, cell in enumerate(cells, start=1) if cell), default=0)
    return cells[:last]


def _left_out(rows: int) -> Phrase:
    return phrase_n("{n} line above the names of the columns is left out.",
                    "{n} lines above the names of the columns are left out.", rows)
