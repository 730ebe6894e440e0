"""How the cells of a text file may be divided: delimiter, quote, rows above the header.

Judged from its first records.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|")
MOST_RECORDS = 1_000
# Rows above the header are looked for among so many records.
MOST_ROWS_ABOVE = 20
# A second way to divide the cells is offered when at least this share of its records agree with its header.
LEAST_EVEN = 0.9


@dataclass(frozen=True)
class Record:
    """A record of a file and the line on which it starts."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Dialect:
    """A way to divide the cells of a text.

    skip_rows: lines above the header. records: the header and the records below it. even: share of these with as many
    cells as the header. declared: the file says its delimiter itself. fault: why reading stopped; empty if it did not.
    """

    delimiter: str
    quote: str
    skip_rows: int
    records: tuple[Record, ...]
    even: float
    declared: bool = False
    fault: str = ""
    fault_line: int = 0


def dialects(text: str, *, is_whole: bool) -> tuple[Dialect, ...]:
    """The ways to divide the cells of a text, best first; none if it has no record.

    `is_whole`: the text is the whole file, so that an open quote at its end is a fault.
    """
    lines = list(io.StringIO(text, newline=""))
    first = lines[0].strip() if lines else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        found = _dialect(lines[1:], first[4], '"', is_whole=is_whole, above=1)
        return () if found is None else (found,)
    quote = "'" if first.startswith("'") and first.endswith("'") and "','" in first.replace(";", ",") else '"'
    found_all = [dialect for delimiter in DELIMITERS
                 if (dialect := _dialect(lines, delimiter, quote, is_whole=is_whole, above=0))]
    divided = [dialect for dialect in found_all if len(dialect.records[0].cells) > 1]
    if not divided:
        return tuple(found_all[:1])
    divided.sort(key=lambda dialect: (dialect.even >= LEAST_EVEN, len(dialect.records[0].cells)), reverse=True)
    return (divided[0], *(dialect for dialect in divided[1:] if dialect.even >= LEAST_EVEN))


def _dialect(lines: list[str], delimiter: str, quote: str, *, is_whole: bool, above: int) -> Dialect | None:
    records, fault, line = _read(lines, delimiter, quote, above)
    if not is_whole and fault and "unexpected end" in fault:
        fault = ""
    if not records:
        return None
    skipped = records_above(records)
    header = records[skipped]
    below = records[skipped + 1 :]
    even = sum(len(record.cells) == len(header.cells) for record in below) / len(below) if below else 1.0
    skip_rows = header.line - 1 if skipped else above
    return Dialect(delimiter, quote, skip_rows, tuple(records[skipped:]), even, bool(above), fault, line)


def _read(lines: Iterable[str], delimiter: str, quote: str, above: int) -> tuple[list[Record], str, int]:
    records: list[Record] = []
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True)
    start = above + 1
    while len(records) < MOST_RECORDS:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            return records, str(error), start
        if cells:
            records.append(Record(start, tuple(cells)))
        start = above + reader.line_num + 1
    return records, "", 0


def records_above(records: list[Record]) -> int:
    """How many records stand above the header: a title, a date of export, none of them as wide as the table."""
    widths = Counter(len(record.cells) for record in records)
    width, often = widths.most_common(1)[0]
    if width < 2 or often < 3:
        return 0
    for number, record in enumerate(records[:MOST_ROWS_ABOVE]):
        if len(record.cells) == width and sum(bool(cell.strip()) for cell in record.cells) > 1:
            return number
        if sum(bool(cell.strip()) for cell in record.cells) > max(2, width / 2):
            return 0
    return 0
