"""Rejected records that come back: mended, half mended, or as they were."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from cx.errors import FileError
from cx.ingest.load import load
from cx.ingest.mapping import Mapping
from cx.ingest.report import LoadReport
from cx.ingest.sources import file_job, mended_job
from cx.say.rejects import mend_header, mend_rows
from cx.say.translator import translator
from cx.settings import Settings
from cx.ui.downloads import csv_text
from cx.warehouse.home import Home
from cx.warehouse.loads import RejectedFile, mendable_records, rejected_files
from cx.warehouse.scope import authorize
from tests.companies import current_snapshot, mapping_of, rows_of

EVERYTHING = authorize(Settings())
MAPPING = """source = "branch"
[responses]
response_id = "id"
survey = { constant = "transaction" }
score = "score"
responded_at = "at"
unit_id = "unit"
comment = "text"
"""
HEADER = ("id", "score", "at", "unit", "text")
Rows = list[list[str]]
SIGNS = "'=+-@1a \t\u00a0\u1680\u2003\u2028\u3000\u200b\x85\x1c\ufeff\u0301"


def load_file(home: Home, mapping: Mapping, rows: Sequence[Sequence[str]], name: str = "a.csv",
              header: Sequence[str] = HEADER) -> LoadReport:
    path = Path(tempfile.mkdtemp(dir=home.folder.parent)) / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return load(home, (file_job(mapping, (path,)),), "UTC")


def rejected(home: Home) -> tuple[RejectedFile, ...]:
    return rejected_files(current_snapshot(home), EVERYTHING)


def downloaded(home: Home, file: RejectedFile) -> Rows:
    """The download of a page, as a spreadsheet reads it: header and rows."""
    rows = mend_rows(translator("en"), file, mendable_records(current_snapshot(home), EVERYTHING, file))
    text = csv_text(mend_header(file), rows)
    return [list(row) for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))]


def bring_back(home: Home, mapping: Mapping, rows: Sequence[Sequence[str]], name: str = "mended.csv",
               delimiter: str = ",") -> LoadReport:
    path = Path(tempfile.mkdtemp(dir=home.folder.parent)) / name
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return load(home, (mended_job(mapping, (path,)),), "UTC", mended=True)


def mended(rows: Rows, change: Callable[[dict[str, str]], dict[str, str]]) -> Rows:
    header, *records = rows
    return [header, *(list((record | change(record)).values())
                      for record in (dict(zip(header, row, strict=True)) for row in records))]


bad = st.sampled_from([
    ["{}", "11", "2026-01-02", "A", "x"], ["{}", "9,5", "soon", "A", "=1"], ["", "9", "2026-01-02", "A", "\u00a0=1"],
    ["{}", "9", "2026-01-02", "A"], ["{}"], ["{}", "9", "2026-01-02", "A", "x", "more", " · ", "=2"],
    ["{}", "9", "2026-01-02", "A", "x", ""], ["{}", "9", "2026-01-02", "A", "x", "'", ""],
    ["same", "3", "2026-01-02", "B", "y"],
    ["same", "4", "2026-01-02", "B", "y"], ["{}", "", "2026-01-02", "", "'=x"],
])  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(bad, min_size=1, max_size=8))
def test_what_comes_back_unmended_is_rejected_by_the_same_rules_and_kept_as_it_was(tmp_path: Path, rows: Rows) -> None:
    home = Home(Path(tempfile.mkdtemp(dir=tmp_path)) / "home")
    mapping = mapping_of(tmp_path, MAPPING)
    good = [["g1", "9", "2026-01-02", "A", "fine"]]
    rows = [[cell.replace("{}", f"r{number}") for cell in row] for number, row in enumerate(rows)]
    kinds = {tuple(row) for row in rows if row[0] == "same"}
    rows = [row for row in rows if row[0] != "same"] + [list(row) for row in sorted(kinds)]
    if len(kinds) == 1:
        rows.append(["same", "5", "2026-01-02", "B", "y"])
    load_file(home, mapping, [*good, *rows])
    what = """select cells, list((column_name, rule) order by all) from rejected_records
        join rejects using (load_id, source, file, line) group by load_id, file, line, cells order by all"""
    before = rows_of(home, what)
    assert len(before) == len(rows)
    (file,) = rejected(home)
    report = bring_back(home, mapping, downloaded(home, file))
    assert (report.read, report.loaded) == (len(rows), 0)
    assert rows_of(home, what) == before
    assert rows_of(home, "select distinct file from rejects") == [("mended.csv",)]
    assert rows_of(home, "select response_id, score from responses") == [("g1", 9)]


def test_what_is_mended_in_two_goes_is_loaded_and_leaves_nothing_behind(tmp_path: Path) -> None:
    home, mapping = Home(tmp_path / "home"), mapping_of(tmp_path, MAPPING)
    load_file(home, mapping, [["r1", "11", "2026-01-02", "A", "x"], ["r2", "12", "soon", "A", "=1"],
                              ["r3", "9", "2026-01-02", "A", "x", "y"]])
    (file,) = rejected(home)
    once = mended(downloaded(home, file), lambda row: {"score": "9", "cx_surplus": ""})
    assert bring_back(home, mapping, once, "once.csv").loaded == 2
    (again,) = rejected(home)
    assert (again.file, again.names, again.records) == ("once.csv", HEADER, 1)
    assert rows_of(home, "select cells from rejected_records") == [(["r2", "9", "soon", "A", "=1"],)]
    twice = mended(downloaded(home, again), lambda row: {"at": "2026-01-03"})
    assert bring_back(home, mapping, twice, "twice.csv").loaded == 1
    assert rejected(home) == ()
    assert rows_of(home, "select response_id, score, comment from responses order by all") == [
        ("r1", 9, "x"), ("r2", 9, "=1"), ("r3", 9, "x")]


def test_a_line_that_a_spreadsheet_wrote_as_a_number_leaves_only_its_own_month(tmp_path: Path) -> None:
    home, mapping = Home(tmp_path / "home"), mapping_of(tmp_path, MAPPING)
    load_file(home, mapping, [["r1", "11", "2026-01-02", "A", "x"], ["r2", "9", "2026-01-02", "A", "x"]])
    load_file(home, mapping, [["r3", "12", "2026-02-02", "A", "x"], ["r4", "9", "2026-02-02", "A", "x"]])
    january, _ = rejected(home)
    back = mended(downloaded(home, january), lambda row: {"score": "3", "cx_line": row["cx_line"] + ".0"})
    assert bring_back(home, mapping, back).loaded == 1
    assert rows_of(home, "select value from rejects") == [("12",)]
    assert len(rejected(home)) == 1


def test_a_rejected_rating_is_downloaded_mended_and_loaded(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    mapping = mapping_of(tmp_path, MAPPING + '[ratings]\ncolumns = { Price = "price", Speed = "speed" }\n')
    header = (*HEADER, "Price", "Speed")
    load_file(home, mapping, [["r1", "9", "2026-01-02", "A", "x", "5", "4"],
                              ["r2", "8", "2026-01-02", "A", "y", "high", "3"]], header=header)
    (file,) = rejected(home)
    assert (file.records, rows_of(home, "select count(*) from ratings")) == (1, [(3,)])
    back = downloaded(home, file)
    assert back[1][:7] == ["r2", "8", "2026-01-02", "A", "y", "high", "3"]
    assert bring_back(home, mapping, mended(back, lambda row: {"Price": "4"})).rejected == 0
    assert rejected(home) == ()
    assert rows_of(home, "select driver, rating from ratings where response_id = 'r2' order by 1") == [
        ("price", 4), ("speed", 3)]
    assert rows_of(home, "select count(*) from responses") == [(2,)]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.sampled_from(SIGNS), max_size=5), min_size=1, max_size=12))
def test_what_a_spreadsheet_would_run_comes_back_as_it_was(tmp_path: Path, texts: list[str]) -> None:
    home = Home(Path(tempfile.mkdtemp(dir=tmp_path)) / "home")
    mapping = mapping_of(tmp_path, MAPPING.replace('"text"', '"=text"'))
    texts = [f"{text}z" for text in texts]
    load_file(home, mapping, [[f"r{number:02}", "11", "2026-01-02", "A", text] for number, text in enumerate(texts)],
              name="-a.csv", header=(*HEADER[:4], "=text"))
    (file,) = rejected(home)
    back = downloaded(home, file)
    assert not any(cell.lstrip("\u200b\ufeff").lstrip()[:1] in "=@" for row in back for cell in row if cell.strip())
    assert bring_back(home, mapping, mended(back, lambda row: {"score": "9"})).loaded == len(texts)
    assert rows_of(home, "select comment from responses order by response_id") == [(text,) for text in texts]
    assert rejected(home) == ()


@pytest.mark.parametrize(
    ("delimiter", "quoting"), [(";", csv.QUOTE_ALL), ("\t", csv.QUOTE_MINIMAL), (",", csv.QUOTE_ALL)])
def test_a_mended_file_is_read_however_a_spreadsheet_divides_it(tmp_path: Path, delimiter: str, quoting: Any) -> None:
    home, mapping = Home(tmp_path / "home"), mapping_of(tmp_path, MAPPING)
    load_file(home, mapping, [["r1", "11", "2026-01-02", "A", "a;b,c\td"]])
    (file,) = rejected(home)
    path = tmp_path / "back.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = mended(downloaded(home, file), lambda row: {"score": "3"})
        csv.writer(stream, delimiter=delimiter, quoting=quoting).writerows(rows)
    assert load(home, (mended_job(mapping, (path,)),), "UTC", mended=True).loaded == 1
    assert rows_of(home, "select score, comment from responses") == [(3, "a;b,c\td")]
    assert rejected(home) == ()


def test_a_mended_file_may_be_a_workbook(tmp_path: Path) -> None:
    home, mapping = Home(tmp_path / "home"), mapping_of(tmp_path, MAPPING)
    load_file(home, mapping, [["r1", "11", "2026-01-02", "A", "=1"], ["r2", "12", "2026-01-02", "A", ""]])
    (file,) = rejected(home)
    book, path = Workbook(), tmp_path / "back.xlsx"
    for row in mended(downloaded(home, file), lambda row: {"score": "3"}):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(path)
    report = load(home, (mended_job(mapping, (path,)),), "UTC", mended=True)
    assert (report.loaded, rejected(home)) == (2, ())
    assert rows_of(home, "select response_id, score, comment from responses order by 1") == [
        ("r1", 3, "=1"), ("r2", 3, None)]


def test_a_file_that_is_no_download_of_rejects_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,score,at,unit,text\nr1,9,2026-01-02,A,x\n", encoding="utf-8")
    with pytest.raises(FileError) as caught:
        mended_job(mapping_of(tmp_path, MAPPING), (path,))
    assert "cx_line" in str(caught.value.message)
    assert "Download the rejected records" in str(caught.value.remedy)
