"""Clean text, read by DuckDB in parallel, and the proof that nothing of it was lost.

The proof knows nothing of CSV but this: when each quoted cell begins and ends beside a delimiter or the end of a line,
no other quote is in the file, and outside of quoted cells there are as many delimiters as so many lines of that many
columns have, then each line is one record with the cells of the header. DuckDB must have found as many records as
there are lines. Where it cannot be proven (cells over several lines, records of another length, stray quotes, mixed
line ends), the file is read by the careful reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cx.contract.check import SPACES, quoted
from cx.ingest.file_layout import FileLayout

_BLOCK_BYTES = 1 << 20
_UTF8 = {"utf8", "utf_8", "utf_8_sig", "ascii", "us_ascii"}
_NEWLINE, _SPACE = b"\n"[0], b" "[0]
_PATTERN_SIGNS = set("*?[]{}")
# Four row groups of 122,880 records, and a tenth more for records that are shorter than the mean.
_RECORDS_A_BUFFER, _LEAST_BUFFER, _MOST_BUFFER = 4 * 122_880 * 11 // 10, 32_000_000, 128_000_000
# Spaces beyond the one of the space bar and the ends of lines, as they are written in UTF-8; first those of ASCII.
_CONTROL_SPACES = tuple(space.encode() for space in SPACES if space.isascii() and space not in " \r\n")
_OTHER_SPACES = (*_CONTROL_SPACES, *(space.encode() for space in SPACES if not space.isascii()))


@dataclass(frozen=True)
class LineCount:
    """What a file holds below its header.

    lines: how many. clean: each is one record with the cells of the header. trimmed: no value has spaces around it.
    """

    lines: int
    clean: bool
    trimmed: bool

    def proves(self, records: int) -> bool:
        """Whether so many records are all that the file holds."""
        return self.clean and self.lines == records


def may_be_fast(path: Path, layout: FileLayout, header: tuple[str, ...]) -> bool:
    """Whether a layout is one that DuckDB reads as the careful reader does, and the name of the file is no pattern."""
    if _PATTERN_SIGNS & set(str(path)) or "=" in str(path):  # DuckDB would look for other files, or read the folders
        return False
    return (layout.format == "csv" and layout.encoding.lower().replace("-", "_") in _UTF8
            and layout.quote == '"' and layout.delimiter in ",;\t|" and layout.stray_bytes == "refuse"
            and len(header) > 1 and not any("\n" in name or "\r" in name for name in header))


def count_lines(
    path: Path, layout: FileLayout, columns: int, on_lines: Callable[[int], None] = lambda _: None, *,
    blocks: int | None = None,
) -> LineCount:
    """The lines below the header of a file, or of its first blocks; `on_lines` is told how many more there are."""
    delimiter = layout.delimiter.encode()
    lines, delimiters, returns, pairs, clean, trimmed = 0, 0, 0, 0, True, True
    with path.open("rb") as stream:
        for _ in range(layout.skip_rows + layout.header_rows):
            clean = clean and b"\r" not in stream.readline().removesuffix(b"\n").removesuffix(b"\r")
        while clean and blocks != 0 and (block := stream.read(_BLOCK_BYTES)):
            rest_of_line = stream.readline(_BLOCK_BYTES)
            if len(rest_of_line) == _BLOCK_BYTES:  # the careful reader knows how long a cell may be
                return LineCount(lines, clean=False, trimmed=False)
            block += rest_of_line
            if not block.endswith(b"\n"):
                block += b"\n"
            blocks = None if blocks is None else blocks - 1
            signs = np.frombuffer(block, np.uint8)
            at_newline, at_delimiter = signs == _NEWLINE, signs == delimiter[0]
            here = int(np.count_nonzero(at_newline))
            if b"\r" in block:
                returns += block.count(b"\r")
                pairs += block.count(b"\r\n")
            has_quotes = b'"' in block
            rest = _without_quoted_cells(block, delimiter) if has_quotes else block
            clean = b"\0" not in block and not (has_quotes and b'"' in rest)
            delimiters += rest.count(delimiter) if has_quotes else int(np.count_nonzero(at_delimiter))
            trimmed = trimmed and not _has_spaces_around_values(block, signs, delimiter, at_newline | at_delimiter)
            lines += here
            on_lines(here)
    alike = returns == pairs and returns in (0, lines)
    return LineCount(lines, clean and alike and delimiters == lines * (columns - 1), trimmed)


def _without_quoted_cells(block: bytes, delimiter: bytes) -> bytes:
    """The block without the cells that begin and end with a quote beside a delimiter or the end of a line."""
    beside = re.escape(delimiter)
    return re.sub(rb'(?<=[' + beside + rb'\n])"(?:[^"\n]|"")*"(?=[' + beside + rb'\r\n])', b"", b"\n" + block)


def _has_spaces_around_values(block: bytes, signs: np.ndarray, delimiter: bytes, at_ends: np.ndarray) -> bool:
    """Whether a space may stand at an edge of a cell; other spaces than that of the space bar anywhere count too.

    at_ends: where lines and cells end.
    """
    possible = _CONTROL_SPACES if block.isascii() else _OTHER_SPACES
    if any(space in block for space in possible if space != delimiter):
        return True
    if delimiter == b"\t" and b'"' in block:
        return True
    spaces = signs == _SPACE
    if spaces[0]:
        return True
    for sign in (b"\r", b'"'):
        if sign in block:
            at_ends = at_ends | (signs == sign[0])
    return bool((spaces[1:] & at_ends[:-1]).any() or (spaces[:-1] & at_ends[1:]).any())


def read_csv_sql(path: Path, layout: FileLayout, header: tuple[str, ...]) -> str:
    """SQL of the records of a file as columns c0, c1, … of text; it fails on anything but one record a line.

    Where a buffer holds fewer records than a few row groups of a table, DuckDB copies them once more to fill these,
    at a sixth of the cost of a load; so buffers follow the records. A limit of lines would make each read smaller.
    """
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(header)))
    buffer_bytes = min(max(_RECORDS_A_BUFFER * _record_bytes(path, layout), _LEAST_BUFFER), _MOST_BUFFER)
    return (f"read_csv({quoted(str(path))}, columns = {{{columns}}}, auto_detect = false, header = false, "
            f"skip = {layout.skip_rows + layout.header_rows}, delim = {quoted(layout.delimiter)}, quote = '\"', "
            f"escape = '\"', comment = '', strict_mode = true, null_padding = false, "
            "ignore_errors = false, encoding = 'utf-8', hive_partitioning = false, union_by_name = false, "
            f"filename = false, buffer_size = {buffer_bytes})")


def _record_bytes(path: Path, layout: FileLayout) -> int:
    """Bytes of a record, in the mean of the first block below the header, rounded up."""
    with path.open("rb") as stream:
        for _ in range(layout.skip_rows + layout.header_rows):
            stream.readline()
        block = stream.read(_BLOCK_BYTES)
    return -(-len(block) // max(block.count(b"\n"), 1))
