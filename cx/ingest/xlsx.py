"""XLSX → batches of text with the row of each record. Read as a stream: a sheet never lies in memory whole.

Texts stay as they are, so do ids with leading zeros. A number becomes what its format says that it is (a date, a
percentage, digits), an error its name, a formula that was never calculated its own text.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path

from openpyxl.utils import get_column_letter

from cx.ingest import batches
from cx.ingest.batches import Batch, Gathered, OnRecords, RaggedRecord, column_names, empty_file, file_error
from cx.ingest.file_layout import FileLayout
from cx.ingest.sheet import Area, Extent, Row, read_extent, read_rows
from cx.ingest.workbook import PROBLEMS, Sheet, Workbook, damaged, read_workbook
from cx.phrase import phrase

_SHOWN_CHARACTERS = 1000
_SHOWN_PLACES = 10


def read_header(path: Path, layout: FileLayout) -> tuple[str, ...]:
    """The column names of a sheet; FileError if it is empty or has hidden or merged cells, unless they are declared."""
    with _archive(path) as archive:
        book = read_workbook(archive)
        sheet = _sheet(path, book, layout)
        extent = read_extent(archive, sheet)
        with closing(read_rows(archive, sheet, book)) as rows:
            return _header(path, layout, extent, rows)[0]


def read_batches(path: Path, layout: FileLayout, on_records: OnRecords = lambda _: None) -> Iterator[Batch]:
    """The records of a sheet in batches; rows without any value are no records."""
    with ExitStack() as stack:
        archive = stack.enter_context(_archive(path))
        book = read_workbook(archive)
        sheet = _sheet(path, book, layout)
        extent = read_extent(archive, sheet)
        rows = stack.enter_context(closing(read_rows(archive, sheet, book)))
        header, columns = _header(path, layout, extent, rows)
        gathered, nuls = Gathered(len(header)), 0
        for row in _filled(rows, extent) if layout.merged == "fill" else rows:
            if layout.hidden == "skip" and row.number in extent.hidden_rows:
                continue
            cells = [row.cells.get(column, "") for column in columns]
            if not any(cells):
                continue
            nuls += sum(cell.count("\0") for cell in cells)
            _gather(gathered, row.number, cells)
            if gathered.count >= batches.BATCH_RECORDS:
                on_records(gathered.count)
                yield gathered.batch(nuls)
                nuls = 0
        on_records(gathered.count)
        yield gathered.batch(nuls)


def _gather(gathered: Gathered, number: int, cells: list[str]) -> None:
    if max(map(len, cells)) > batches.MAX_CELL_CHARACTERS:
        gathered.ragged.append(
            RaggedRecord(number, len(cells), " · ".join(cells)[:_SHOWN_CHARACTERS], "cell_too_long",
                         tuple(cells)))
        return
    gathered.lines.append(number)
    gathered.rows.append([cell.replace("\0", "\ufffd") for cell in cells])


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (*PROBLEMS, OSError) as error:
        raise damaged(path, error) from error


def _sheet(path: Path, book: Workbook, layout: FileLayout) -> Sheet:
    if layout.sheet:
        found = [sheet for sheet in book.sheets if sheet.name.strip().casefold() == layout.sheet.strip().casefold()]
    else:
        found = [sheet for sheet in book.sheets if sheet.visible]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f'"{sheet.name}"' for sheet in book.sheets)
    if layout.sheet:
        message = phrase("It has no sheet {sheet}; its sheets are {names}.", sheet=f'"{layout.sheet}"', names=names)
    else:
        message = phrase("It has several sheets: {names}.", names=names)
    raise file_error(path.name, message,
                     phrase("Name the sheet as file.sheet in the mapping file; nothing was loaded."))


def _header(
    path: Path, layout: FileLayout, extent: Extent, rows: Iterator[Row]
) -> tuple[tuple[str, ...], list[int]]:
    """The names of the columns, and their numbers in the sheet."""
    first = (row for row in rows if row.number > layout.skip_rows and any(row.cells.values()))
    named = list(islice(first, layout.header_rows))
    if not named:
        raise empty_file(path.name)
    columns = list(range(1, max(extent.columns, *(max(row.cells) for row in named)) + 1))
    _refuse_undeclared(path, layout, extent, columns, named[-1].number)
    if layout.hidden == "skip":
        columns = [column for column in columns if column not in extent.hidden_columns]
    cells = [[row.cells.get(column, "") for column in columns] for row in named]
    return column_names(cells, layout.names), columns


def _refuse_undeclared(path: Path, layout: FileLayout, extent: Extent, columns: list[int], header_row: int) -> None:
    hidden_rows = [str(row) for row in sorted(extent.hidden_rows) if row > header_row]
    hidden_columns = [get_column_letter(column) for column in columns if column in extent.hidden_columns]
    if layout.hidden == "refuse" and (hidden_rows or hidden_columns):
        raise file_error(
            path.name, phrase("Some of it is hidden: rows {rows}; columns {columns}.", rows=_places(hidden_rows),
                              columns=_places(hidden_columns)),
            phrase("Show or delete them, or declare file.hidden = \"read\" or \"skip\" in the mapping file; nothing "
                   "was loaded."))
    merged = sorted((area for area in extent.merged if area.last_row > header_row),
                    key=lambda area: (area.first_row, area.first_column))
    if any(area.first_row <= header_row for area in merged):
        raise file_error(
            path.name, phrase("Cells of the header are merged with cells below it: {places}.",
                              places=_places([str(area) for area in merged if area.first_row <= header_row])),
            phrase("Split them, or correct file.skip_rows and file.header_rows in the mapping file; nothing was "
                   "loaded."))
    if layout.merged == "refuse" and merged:
        raise file_error(
            path.name, phrase("Cells are merged: {places}.", places=_places([str(area) for area in merged])),
            phrase("Split them, or declare file.merged = \"fill\" in the mapping file: each of them then has the value "
                   "of the first; nothing was loaded."))


def _places(places: list[str]) -> str:
    more = f" … ({len(places)})" if len(places) > _SHOWN_PLACES else ""
    return ", ".join(places[:_SHOWN_PLACES]) + more if places else "–"


def _filled(rows: Iterator[Row], extent: Extent) -> Iterator[Row]:
    """Rows in which each merged cell has the value of the first of its area; a row without own values stays empty."""
    coming = sorted(extent.merged, key=lambda area: area.first_row, reverse=True)
    values: dict[Area, str] = {}
    for row in rows:
        values = {area: value for area, value in values.items() if area.last_row >= row.number}
        while coming and coming[-1].first_row <= row.number:
            area = coming.pop()
            values[area] = row.cells.get(area.first_column, "") if area.first_row == row.number else ""
        if any(row.cells.values()):
            for area, value in values.items():
                for column in range(area.first_column, area.last_column + 1):
                    row.cells.setdefault(column, value)
        yield row
