"""The fast path: what it takes for clean, the careful reader reads alike; the rest goes the careful way."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cx.errors import FileError
from cx.ingest import stage
from cx.ingest.csv_text import read_batches, read_header
from cx.ingest.fast_text import count_lines, may_be_fast, read_csv_sql
from cx.ingest.file_layout import FileLayout
from cx.ingest.load import load
from cx.ingest.sources import file_job
from cx.warehouse.home import Home
from tests.companies import answer, content_of, job_of, mapping_of, rows_of

Rows = list[list[str]]


def carefully(path: Path, layout: FileLayout) -> tuple[Rows, int]:
    """The records as the careful reader has them, and how many it set aside."""
    rows, ragged = [], 0
    for batch in read_batches(path, layout):
        ragged += len(batch.ragged)
        rows += [[cell or "" for cell in list(record.values())[:-1]] for record in batch.records.to_pylist()]
    return rows, ragged


def fast(path: Path, layout: FileLayout) -> Rows | None:
    """The records as the fast path has them; None when it does not take the file for clean."""
    header = read_header(path, layout)
    if not may_be_fast(path, layout, header):
        return None
    count = count_lines(path, layout, len(header))
    try:
        rows = duckdb.connect().execute(f"select * from {read_csv_sql(path, layout, header)}").fetchall()
    except duckdb.Error:
        return None
    return [[cell or "" for cell in row] for row in rows] if count.clean and count.lines == len(rows) else None


pieces = st.sampled_from(
    ['"', '""', ",", ";", "\n", "\r\n", " ", "a", "#", "é", "推", "\\", "NULL", "", "x,", '",', ',"']
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(pieces, max_size=14).map("".join), st.sampled_from([",", ";"]), st.sampled_from(["\n", "\r\n"]))
@example(",,,", ",", "\n")  # DuckDB drops what is beyond the columns where it is empty
@example(',1""x"""1",\n', ",", "\n")
@example('"a\nb",c\n', ",", "\n")
@example("a,b\n\nc,d\n", ",", "\n")
def test_what_is_taken_for_clean_is_read_as_the_careful_reader_reads_it(
    body: str, delimiter: str, line_end: str
) -> None:
    layout = FileLayout(delimiter=delimiter)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(f"h0{delimiter}h1{line_end}{body}".encode())
        found = fast(path, layout)
        if found is not None:
            assert (found, 0) == carefully(path, layout)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(st.characters(blacklist_characters="\r\n\0", blacklist_categories=("Cs",)),
                                 max_size=6), min_size=3, max_size=3), max_size=8), st.booleans())
def test_a_table_without_line_ends_in_its_cells_is_clean_in_any_quoting(rows: Rows, all_quoted: bool) -> None:
    layout = FileLayout(delimiter="\t" if all_quoted else ",")
    text = io.StringIO()
    csv.writer(text, delimiter=layout.delimiter, lineterminator="\n",
               quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL).writerows([["a", "b", "c"], *rows])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(text.getvalue().encode())
        assert fast(path, layout) == rows


@pytest.mark.parametrize("body", [
    "1,2\n3\n", "1,2,3\n", "1,2\n\n3,4\n", '"1\n2",3\n', '1,2"\n', '"1"x,2\n', "1,2\r\n3,4\n", "1,\0\n", '1,"2\n'])
def test_what_a_line_by_line_reader_could_get_wrong_is_not_clean(tmp_path: Path, body: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(b"h0,h1\n" + body.encode())
    assert fast(path, FileLayout()) is None


edge_texts = st.text(st.sampled_from("ab \t\u00a0\u3000\ufeff推"), max_size=4)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(edge_texts, edge_texts), min_size=1, max_size=6), st.booleans(), st.sampled_from(",\t"))
def test_a_file_that_counts_as_trimmed_has_no_space_around_any_value(
    rows: list[tuple[str, str]], all_quoted: bool, delimiter: str
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n",
               quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL).writerows([("a", "b"), *rows])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(text.getvalue().encode())
        found = count_lines(path, FileLayout(delimiter=delimiter), 2)
    edges = [cell for row in rows for cell in row if cell != cell.strip("\ufeff \t\u00a0\u3000")]
    assert not (found.trimmed and edges)
    if all(set(cell) <= set("ab推") for row in rows for cell in row) and delimiter == ",":
        assert found.trimmed


@pytest.mark.parametrize("layout", [
    FileLayout(encoding="cp1252"), FileLayout(format="xlsx"), FileLayout(delimiter="~"), FileLayout(quote="'"),
    FileLayout(stray_bytes="escape")])
def test_other_layouts_go_the_careful_way(layout: FileLayout) -> None:
    assert not may_be_fast(Path("a.csv"), layout, ("a", "b"))
    assert may_be_fast(Path("a.csv"), FileLayout(), ("a", "b"))
    assert not may_be_fast(Path("a.csv"), FileLayout(), ("a",)), "readers differ about the empty line of one column"


def test_both_paths_give_the_same_snapshot_with_the_same_lines_rejects_and_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [answer(n % 35, n % 13, f"2024-0{1 + n % 9}-11", "AB"[n % 2]) for n in range(40)]
    rows[7] = answer(7, "9.5", at="soon", unit="")
    rows.append(dict(rows[3]))
    job = job_of(tmp_path, "responses", rows)
    contents, used = [], []
    for way in ("fast", "careful"):
        if way == "careful":
            monkeypatch.setattr(stage, "may_be_fast", lambda *_: False)
        careful = stage.read_carefully
        monkeypatch.setattr("cx.ingest.checking.read_carefully", careful)
        home = Home(tmp_path / way)
        report = load(home, (file_job(job.mapping, (job.sources[0].path,)),), "Asia/Taipei")  # type: ignore[arg-type]
        contents.append(content_of(home))
        used.append((report.tables, report.rejects, report.reject_counts))
    assert contents[0] == contents[1]
    assert used[0] == used[1]
    assert contents[0]["rejected_records"]


def test_a_file_that_turns_out_not_to_be_clean_leaves_no_trace_of_the_attempt(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, 'source = "s"\n[responses]\n' + "\n".join(
        f'{name} = "{name}"' for name in ("response_id", "survey", "score", "responded_at", "unit_id", "comment")))
    path = tmp_path / "answers.csv"
    path.write_text("response_id,survey,score,responded_at,unit_id,comment\n"
                    "1,transaction,11,2024-01-01,A,x\n"
                    '2,transaction,9,2024-01-01,A,"two\nlines"\n', encoding="utf-8")
    report = load(Home(tmp_path / "home"), (file_job(mapping, (path,)),), "UTC")
    assert (report.read, report.loaded, report.rejected, report.rejects_total) == (2, 1, 1, 1)
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"response_id,survey,score,responded_at,unit_id,comment\n3,transaction,9,2024-01-01,A,\xff\n")
    with pytest.raises(FileError, match="line 2"):
        load(Home(tmp_path / "home"), (file_job(mapping, (broken,)),), "UTC")


def test_spaces_around_values_that_come_late_in_a_file_are_removed_all_the_same(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, 'source = "s"\n[responses]\n' + "\n".join(
        f'{name} = "{name}"' for name in ("response_id", "survey", "score", "responded_at", "unit_id")))
    path = tmp_path / "answers.csv"
    rows = "".join(f"{n},transaction,{n % 11},2024-01-0{1 + n % 9} 10:00:00,Branch {n % 7}\n" for n in range(120_000))
    path.write_text("response_id,survey,score,responded_at,unit_id\n" + rows
                    + "x,transaction, 9 ,2024-01-01, Branch 1 \ny,transaction,11,2024-01-01,B\n", encoding="utf-8")
    assert count_lines(path, FileLayout(), 5, blocks=1).trimmed
    home = Home(tmp_path / "home")
    report = load(home, (file_job(mapping, (path,)),), "UTC")
    assert (report.read, report.loaded, report.rejected, report.rejects_total) == (120_002, 120_001, 1, 1)
    assert rows_of(home, "select score, unit_id from responses where response_id = 'x'") == [(9, "Branch 1")]
    assert [(reject.line, reject.value) for reject in report.rejects] == [(120_003, "11")]


@pytest.mark.parametrize(("wanted", "twin"), [
    ("exp[1].csv", "exp1.csv"), ("f[1]/a.csv", "f1/a.csv"), ("ex*.csv", "exp.csv"), ("score=1/a.csv", "other/a.csv"),
    ("survey=relationship/a.csv", "x/a.csv"), ("{a,b}.csv", "a.csv")])
def test_the_name_of_a_file_is_a_name_and_no_pattern_of_others(tmp_path: Path, wanted: str, twin: str) -> None:
    mapping = mapping_of(tmp_path, 'source = "s"\n[responses]\nsurvey = { constant = "transaction" }\n' + "\n".join(
        f'{name} = "{name}"' for name in ("response_id", "score", "responded_at", "unit_id")))
    for name, scores in ((wanted, (9, 8)), (twin, (1, 2))):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        columns = "response_id,score" if name == wanted else "score,response_id"
        header = f"{columns},responded_at,unit_id\n"
        (tmp_path / name).write_text(header + "".join(f"{n},{score},2024-01-01,A\n" for n, score in enumerate(scores)))
    home = Home(tmp_path / "home")
    load(home, (file_job(mapping, (tmp_path / wanted,)),), "UTC")
    assert rows_of(home, "select response_id, survey, score from responses order by 1") == [
        ("0", "transaction", 9), ("1", "transaction", 8)]
