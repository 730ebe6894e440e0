"""Downloads: what stands in the file is what stands on the page, and no cell can act as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from cx.contract.disarm import NUMBER, RUNS


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""A table as CSV with a byte order mark, so that spreadsheets read it as UTF-8; a formula becomes a text.

    >>> csv_text(["a"], [["=1+1"], [-2.5], [None]])
    '\ufeffa\r\n\'=1+1\r\n-2.5\r\n""\r\n'
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return "\ufeff" + stream.getvalue()


def safe_cell(value: object) -> object:
    """The value for a CSV cell: empty for None, and a text that a spreadsheet would run with an apostrophe before it.

    >>> safe_cell("@SUM(A1)"), safe_cell("-12.5"), safe_cell(None)
    ("'@SUM(A1)", '-12.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, str) and RUNS.match(value) and not NUMBER.fullmatch(value):
        return "'" + value
    return value


def download(label: str, file_name: str, header: Sequence[str],
             rows: Callable[[], Iterable[Sequence[object]]]) -> None:
    """A button that saves a table as CSV; the file is made when it is pressed."""
    st.download_button(label, lambda: csv_text(header, rows()).encode(), file_name=file_name, mime="text/csv",
                       on_click="ignore", icon=":material/download:", key=f"download_{file_name}")
