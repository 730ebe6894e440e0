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

from cx.contract.check import quoted
from cx.ingest.file_layout import FileLayout

_BLOCK_BYTES = 1 << 22
_UTF8 = {"utf8", "utf_8", "utf_8_sig", "ascii", "us_ascii"}


@dataclass(frozen=True)
class LineCount:
    """What a file holds below its header: lines, and whether each is one record with the cells of the header."""

    lines: int
    clean: bool


def may_be_fast(layout: FileLayout, header: tuple[str, ...]) -> bool:
    """Whether a layout is one that DuckDB reads as the careful reader does."""
    return (layout.format == "csv" and layout.encoding.lower().replace("-", "_") in _UTF8
            and layout.quote == '"' and layout.delimiter in ",;\t|" and layout.stray_bytes == "refuse"
            and len(header) > 1 and not any("\n" in name or "\r" in name for name in header))


def count_lines(
    path: Path, layout: FileLayout, columns: int, on_lines: Callable[[int], None] = lambda _: None
) -> LineCount:
    """The lines below the header of a file; `on_lines` is told how many more were counted, block by block."""
    delimiter = layout.delimiter.encode()
    beside = re.escape(delimiter)
    quoted_cell = re.compile(rb'(?<=[' + beside + rb'\n])"(?:[^"\n]|"")*"(?=[' + beside + rb'\r\n])')
    lines, delimiters, returns, pairs, clean = 0, 0, 0, 0, True
    with path.open("rb") as stream:
        for _ in range(layout.skip_rows + layout.header_rows):
            clean = clean and b"\r" not in stream.readline().removesuffix(b"\n").removesuffix(b"\r")
        while clean and (block := stream.read(_BLOCK_BYTES)):
            block += stream.readline()
            if not block.endswith(b"\n"):
                block += b"\n"
            here = block.count(b"\n")
            if b"\r" in block:
                returns += block.count(b"\r")
                pairs += block.count(b"\r\n")
            rest = quoted_cell.sub(b"", b"\n" + block) if b'"' in block else block
            clean = b'"' not in rest and b"\0" not in rest
            delimiters += rest.count(delimiter)
            lines += here
            on_lines(here)
    alike = returns == pairs and returns in (0, lines)
    return LineCount(lines, clean and alike and delimiters == lines * (columns - 1))


def read_csv_sql(path: Path, layout: FileLayout, header: tuple[str, ...]) -> str:
    """SQL of the records of a file as columns c0, c1, … of text; it fails on anything but one record a line."""
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(header)))
    return (f"read_csv({quoted(str(path))}, columns = {{{columns}}}, auto_detect = false, header = false, "
            f"skip = {layout.skip_rows + layout.header_rows}, delim = {quoted(layout.delimiter)}, quote = '\"', "
            f"escape = '\"', comment = '', strict_mode = true, null_padding = false, "
            "ignore_errors = false, encoding = 'utf-8')")
