"""Any text, clean or not: the fast way gives what the careful way gives, or leaves the file to it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cx.errors import FileError
from cx.ingest.csv_text import read_batches, read_header
from cx.ingest.fast_text import count_lines, may_be_fast, read_csv_sql
from cx.ingest.file_layout import FileLayout
from cx.ingest.load import load
from cx.ingest.report import LoadReport
from cx.ingest.sources import file_job
from cx.warehouse.home import Home
from tests.companies import content_of, mapping_of

COLUMNS = ("response_id", "survey", "score", "responded_at", "unit_id", "comment")
# The same encoding by a name that the fast way does not know, so that the careful one reads the file.
CAREFUL = "u8"
PIECES = (
    ",", ",", ",", "\n", "\n", "\r\n", "\r", '"', '""', ' "', '" ', "a", "b", "9", " ", "\t", ";", "|", "'", "\\", "#",
    "é", "滿", "\u2028", "\x85", "\x1c", "\x0b", "\x0c", "\0", "\ufeff", "\x1a", "NULL", '"a"', '"a,b"', '"a\nb"',
    ',"a"\n', '"a""b"', "a,b,c\n", "1,2\n", '"1","2"\r\n', ",,\n", "\n\n",
)  # fmt: skip
Records = list[tuple[int, tuple[str | None, ...]]]


def carefully(path: Path, layout: FileLayout) -> Records | None:
    """Line and cells of each record, as the careful reader finds them; None where it refuses or sets any aside."""
    records: Records = []
    try:
        for batch in read_batches(path, layout):
            if batch.ragged:
                return None
            columns = batch.records.to_pydict()
            records += zip(columns.pop("_line"), zip(*columns.values(), strict=True), strict=True)
    except FileError:
        return None
    return records


def fast(path: Path, layout: FileLayout, header: tuple[str, ...]) -> Records | None:
    """Line and cells of each record, as the fast way finds them; None where it leaves the file to the careful one."""
    count = count_lines(path, layout, len(header))
    if not may_be_fast(path, layout, header) or not count.clean:
        return None
    try:
        rows = duckdb.execute(f"select * from {read_csv_sql(path, layout, header)}").fetchall()
    except duckdb.Error:
        return None
    if len(rows) != count.lines:
        return None
    first = layout.skip_rows + layout.header_rows + 1
    return [(first + place, cells) for place, cells in enumerate(rows)]


def told_apart(records: Records) -> Records:
    """Records with None for an empty cell: nothing in the contract tells the two apart."""
    return [(line, tuple(cell or None for cell in cells)) for line, cells in records]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.sampled_from([",", ";"]))
def test_what_the_fast_way_reads_is_what_the_careful_way_reads(tmp_path: Path, text: str, delimiter: str) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(("x,y,z\n" + text).replace(",", delimiter).encode())
    layout = FileLayout(delimiter=delimiter)
    found = fast(path, layout, ("x", "y", "z"))
    if found is not None:
        expected = carefully(path, layout)
        assert expected is not None
        assert told_apart(found) == told_apart(expected)


clean_cells = st.sampled_from(
    ["", "a", "9", " a ", '"a"', '"a,b"', '"a""b"', '""', '"#"', "é", "'", "\\", "\u2028", "=1+1", "\x0b"]
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(clean_cells, min_size=3, max_size=3), max_size=8), st.sampled_from(["\n", "\r\n"]),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_clean_text_goes_the_fast_way(
    tmp_path: Path, rows: list[list[str]], newline: str, mark: bool, last_newline: bool
) -> None:
    """Otherwise the test above would say nothing. CRLF without one at the end is left to the careful way."""
    path = tmp_path / "clean.csv"
    text = newline.join(["x,y,z", *map(",".join, rows)]) + (newline if last_newline or newline == "\r\n" else "")
    path.write_bytes(b"\xef\xbb\xbf" * mark + text.encode())
    found = fast(path, FileLayout(), ("x", "y", "z"))
    assert found is not None
    assert told_apart(found) == told_apart(carefully(path, FileLayout()) or [])


def test_many_lines_are_read_in_their_order_by_many_threads(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("x,y,z\n")
        stream.writelines(
            f'{n},"{"a, " * (n % 7)}""{n}""",{"滿" * (n % 11)}\n' if n % 3 else f"{n},,\n" for n in range(400_000)
        )
    found = fast(path, FileLayout(), read_header(path, FileLayout()))
    assert found is not None
    assert told_apart(found) == told_apart(carefully(path, FileLayout()) or [])


rows = st.lists(
    st.sampled_from([
        "@1,transaction,9,2026-01-05,North,fine\n", "@2,transaction,11,2026-01-06,North,\n", "@3,x,9,2026-02-30,,a\n",
        '@4,transaction,,2026-01-07,South,"two, ""three"""\n', "@5,relationship,3,2026-01-08 12:30,South, spaces \n",
        "@6, transaction ,7,2026-01-09T12:00Z,#,\r\n", '@7,transaction,7,2026-01-09,South,"a\nb"\n', "@8,transaction\n",
        "@1,transaction,9,2026-01-05,North,fine\n", "@1,transaction,8,2026-01-05,North,other\n", ",,,,,\n", "\n",
        ' @9 ,transaction,10,2026-01-10,"North",""\n', "@0,transaction,10,2026-01-10,North,nul\0\n", "@10,,,,,\n",
        "@11,transaction,9,2026-01-11,North,last", '"@12","transaction","9","2026-01-11","North","x"\n',
        '@13,transaction,5,2026-01-11,North,a "quoted" word\n', "@14,transaction,5,2026-01-11,North,\u2028\n",
    ]), max_size=9,
).map("".join)  # fmt: skip


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)  # fmt: skip
@given(st.lists(rows, min_size=6, max_size=6).filter(any))
def test_both_ways_give_the_same_snapshot_and_report(tmp_path: Path, texts: list[str]) -> None:
    found: list[dict[str, object]] = []
    for encoding in ("utf-8", CAREFUL):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        cells = "".join(f'{name} = "{name}"\n' for name in COLUMNS)
        mapping = mapping_of(
            folder, f'source = "any"\ntime_zone = "UTC"\nfile = {{ encoding = "{encoding}" }}\n[responses]\n{cells}'
        )
        home, paths, refused = Home(folder / "home"), [], []
        for place, text in enumerate(texts):
            path = folder / f"{place}.csv"
            path.write_bytes((",".join(COLUMNS) + "\n" + text.replace("@", f"{place}-")).encode())
            (paths if is_readable(path) else refused).append(path)
        for path in refused:
            with pytest.raises(FileError):
                load(home, (file_job(mapping, (path,)),), "UTC")
        report = load(home, (file_job(mapping, tuple(paths)),), "UTC")
        content = content_of(home)
        content.pop("sources")
        found.append({"report": outcome(report), **content})
    for name, expected in found[1].items():
        assert found[0][name] == expected, name


def is_readable(path: Path) -> bool:
    """Whether the careful reader reads the file to its end."""
    try:
        return all(True for _ in read_batches(path, FileLayout()))
    except FileError:
        return False


def outcome(report: LoadReport) -> object:
    """What a report says, without the name of its snapshot."""
    return (report.tables, report.rejects, report.rejects_total, report.reject_counts, report.changes, report.effects,
            [(doubt.code, str(doubt.message)) for doubt in report.doubts])  # fmt: skip
