"""A load: every record is accounted for, the same input changes nothing, a failed load leaves all as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cx.contract.reasons import remedy
from cx.errors import CxError, FileError, LoadError, SnapshotError
from cx.ingest.load import load
from cx.ingest.sources import file_job
from cx.settings import PROJECT_FOLDER
from cx.warehouse.home import Home
from tests.companies import (
    answer,
    content_of,
    current_snapshot,
    job_of,
    load_tables,
    mapping_of,
    rows_of,
    write_csv,
)

MELTED = """
source = "melted"
[file]
delimiter = ";"
[responses]
response_id = { from_record = true }
survey = { constant = "transaction" }
score = { column = "NPS", blank = ["99"], unused = ["n/a"] }
responded_at = { column = "WHEN", format = "%d.%m.%Y" }
unit_id = { column = "U", values = { 1 = "North", 2 = "South" } }
comment = "TEXT"
[ratings]
blank = [0]
unused = [6]
columns = { Q1 = "speed", " q2 " = "kindness" }
[[drivers]]
driver = "speed"
name = "Speed"
scale_min = 1
scale_max = 5
[[drivers]]
driver = "kindness"
name = "Kindness"
scale_min = 1
scale_max = 5
"""
MELTED_HEADER = ("NPS", " WHEN ", "U", "TEXT", "q1", "Q2", "OTHER")


def home_in(folder: Path) -> Home:
    """A home that does not exist yet."""
    return Home(folder / "home")


def tables_of(report: object) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Read, loaded and rejected by file and table."""
    return {(one.file, one.table): (one.read, one.loaded, one.rejected) for one in report.tables}  # type: ignore[attr-defined]


def files_in(folder: Path) -> set[str]:
    """Every file and folder below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")} if folder.exists() else set()


cells = {
    "response_id": st.sampled_from(["r1", "r2", "r3", "r4", " r1", ""]),
    "survey": st.sampled_from(["transaction", "relationship", "x"]),
    "score": st.sampled_from(["0", "6", "7", "9", "10", "11", "-1", "9.5", ""]),
    "responded_at": st.sampled_from(["2024-01-31", "2024-02-30", ""]),
    "unit_id": st.sampled_from(["A", "B", "a", ""]),
}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.fixed_dictionaries(cells), max_size=12), min_size=2, max_size=2),
    st.lists(st.sampled_from(["1", "2,3", "1,2,3,4,5,6", '"x\ny"']), max_size=3),
    st.integers(0, 10**9),
)
def test_loaded_and_rejected_are_what_was_read(
    tmp_path: Path, files: list[list[dict[str, str]]], ragged: list[str], seed: int
) -> None:
    folder = tmp_path / str(seed)
    folder.mkdir(exist_ok=True)
    jobs = []
    for name, rows in zip("ab", files, strict=True):
        mapping = mapping_of(folder, f'source = "{name}"\n[responses]\n' + "\n".join(f'{c} = "{c}"' for c in cells))
        path = write_csv(folder / f"{name}.csv", list(cells), ([row[name] for name in cells] for row in rows))
        path.write_text(path.read_text() + "".join(line + "\r\n" for line in ragged))
        jobs.append(file_job(mapping, (path,)))
    home = Home(folder / "home")
    report = load(home, tuple(jobs), "UTC")
    assert {file: read for (file, _), (read, _, _) in tables_of(report).items()} == {
        f"{name}.csv": len(rows) + len(ragged) for name, rows in zip("ab", files, strict=True)
    }
    assert all(one.read == one.loaded + one.rejected for one in report.tables)
    assert rows_of(home, "select count(*) from responses") == [(report.loaded,)]
    assert rows_of(home, "select count(distinct (file, line)) from rejects") == [(report.rejected,)]
    valid = {tuple(row[name].strip() for name in cells) for rows in files for row in rows}
    valid = {
        row
        for row in valid
        if row[0] and row[1] != "x" and row[2] not in ("11", "-1", "9.5") and row[3] == "2024-01-31" and row[4]
    }
    ids = [row[0] for row in valid]
    assert rows_of(home, "select response_id from responses order by all") == sorted(
        (one,) for one in ids if ids.count(one) == 1
    )


def test_a_melted_file_is_loaded_cell_by_cell(tmp_path: Path) -> None:
    rows = [
        ("9", "31.01.2024", "1", " fine ", "5", "1", "x"),
        ("99", "31.01.2024", "2", "", "0", "6", "x"),
        ("n/a", "29.02.2024", "3", "", "", "7", "x"),
        ("11", "30.02.2024", "1", "", "4", "4", "x"),
        ("0", "01.03.2024", "2", "#", "x", "3", "x"),
    ]
    path = write_csv(tmp_path / "m.csv", MELTED_HEADER, rows, delimiter=";")
    home = home_in(tmp_path)
    report = load(home, (file_job(mapping_of(tmp_path, MELTED), (path,)),), "UTC")
    (answers,) = [one for one in report.tables if one.table == "responses"]
    (ratings,) = [one for one in report.tables if one.table == "ratings"]
    assert (answers.read, answers.loaded, answers.rejected, answers.blank) == (5, 4, 1, 2)
    assert (ratings.read, ratings.loaded, ratings.rejected, ratings.without_value) == (10, 3, 4, 3)
    assert report.ignored_columns == ("OTHER",)
    assert rows_of(home, "select score, responded_at::varchar, unit_id, comment from responses order by 2, 1") == [
        (9, "2024-01-31 00:00:00", "North", " fine "),
        (None, "2024-01-31 00:00:00", "South", None),
        (None, "2024-02-29 00:00:00", "3", None),
        (0, "2024-03-01 00:00:00", "South", "#"),
    ]
    assert rows_of(home, "select driver, rating from ratings order by all") == [
        ("kindness", 1.0),
        ("kindness", 3.0),
        ("speed", 5.0),
    ]
    assert rows_of(home, "select file, line, file_column, column_name, value, rule from rejects order by all") == [
        ("m.csv", 4, " q2 ", "rating", "7", "rating_on_scale"),
        (
            "m.csv",
            5,
            " q2 ",
            "response_id",
            rows_of(home, "select value from rejects where line = 5 and column_name = 'response_id'")[0][0],
            "answer_rejected",
        ),
        ("m.csv", 5, "NPS", "score", "11", "maximum"),
        (
            "m.csv",
            5,
            "Q1",
            "response_id",
            rows_of(home, "select value from rejects where line = 5 and column_name = 'response_id'")[0][0],
            "answer_rejected",
        ),
        ("m.csv", 5, "WHEN", "responded_at", "30.02.2024", "type"),
        ("m.csv", 6, "Q1", "rating", "x", "type"),
    ]
    for table, column, rule in rows_of(home, "select table_name, column_name, rule from rejects"):
        assert str(remedy(str(table), str(column), str(rule)))


def test_keys_made_from_records_stay_when_the_file_is_sorted_and_grows(tmp_path: Path) -> None:
    rows = [("9", "31.01.2024", "1", text, "5", "1", "x") for text in ("a", "b", "b", "c")]
    mapping = mapping_of(tmp_path, MELTED)
    home = home_in(tmp_path)
    load(home, (file_job(mapping, (write_csv(tmp_path / "m.csv", MELTED_HEADER, rows, ";"),)),), "UTC")
    first = dict(rows_of(home, "select response_id, comment from responses"))
    assert len(first) == 4
    again = [("0", "01.02.2024", "2", "new", "5", "1", "x"), *reversed(rows)]
    report = load(home, (file_job(mapping, (write_csv(tmp_path / "m.csv", MELTED_HEADER, again, ";"),)),), "UTC")
    then = dict(rows_of(home, "select response_id, comment from responses"))
    assert then.items() > first.items()
    assert len(then) == 5
    assert sum(one.replaced for one in report.tables) == 0


@pytest.mark.parametrize(
    ("zone", "declared", "value", "stored"),
    [
        ("Asia/Taipei", "", "2024-01-31T23:30:00-05:00", "2024-02-01 04:30:00"),
        ("Asia/Taipei", "", "2024-02-01", "2024-01-31 16:00:00"),
        ("Asia/Taipei", "", "2024-02-01 00:30", "2024-01-31 16:30:00"),
        ("UTC", 'time_zone = "America/New_York"', "2024-01-31 23:30", "2024-02-01 04:30:00"),
        ("UTC", 'time_zone = "America/New_York"', "2024-02-01", "2024-02-01 00:00:00"),
        ("UTC", 'time_zone = "America/New_York"', "2024-07-01 00:30:15.5", "2024-07-01 04:30:15.5"),
        ("UTC", "", "2024-01-31T23:30:00Z", "2024-01-31 23:30:00"),
        ("UTC", "", "2024-02-01T05:00:00+0530", "2024-01-31 23:30:00"),
    ],
)
def test_times_are_stored_in_utc_and_days_are_days_of_the_report(
    tmp_path: Path, zone: str, declared: str, value: str, stored: str
) -> None:
    home = home_in(tmp_path)
    load(home, (job_of(tmp_path, "responses", [answer(1, 9, value)], top=declared),), zone)
    assert rows_of(home, "select responded_at::varchar from responses") == [(stored,)]


def test_a_month_is_a_month_of_the_report_whatever_the_format(tmp_path: Path) -> None:
    head = (
        '[responses]\nresponse_id = "i"\nsurvey = { constant = "transaction" }\nscore = "s"\n'
        'unit_id = { constant = "A" }\n'
    )
    jobs = []
    for name, form, value in (
        ("offset", "%d/%m/%Y %H:%M %z", "31/01/2024 23:30 -0500"),
        ("local", "%d/%m/%Y %I:%M %p", "31/01/2024 11:30 PM"),
        ("day", "%m/%d/%Y", "1/31/2024"),
    ):
        mapping = mapping_of(
            tmp_path,
            f'source = "{name}"\ntime_zone = "America/New_York"\n{head}'
            f'responded_at = {{ column = "t", format = "{form}" }}\n',
        )
        jobs.append(file_job(mapping, (write_csv(tmp_path / f"{name}.csv", "ist", [(name, 9, value)]),)))
    home = home_in(tmp_path)
    load(home, tuple(jobs), "Asia/Taipei")
    assert rows_of(home, "select response_id, responded_at::varchar from responses order by 1") == [
        ("day", "2024-01-30 16:00:00"),
        *((name, "2024-02-01 04:30:00") for name in ("local", "offset")),
    ]
    assert rows_of(home, "select period, promoters from counts_unit order by 1") == [("2024-01", 1), ("2024-02", 2)]


def test_templates_and_parts_of_dates_make_values_or_rejects(tmp_path: Path) -> None:
    mapping = mapping_of(
        tmp_path,
        """
        source = "parts"
        [responses]
        response_id = { template = "x{A}/{B}'" }
        survey = { constant = "strategic" }
        score = "S"
        responded_at = { parts = { year = 2024, month = "M", day = "D" } }
        unit_id = { constant = "it's" }
    """,
    )
    path = write_csv(
        tmp_path / "p.csv",
        "ABSMD",
        [("1", "2", 9, "2", "29"), ("1", "", 9, 2, 3), ("3", "4", 9, 2, 30), ("5", "6", 9, "12", "01")],
    )
    home = home_in(tmp_path)
    load(home, (file_job(mapping, (path,)),), "UTC")
    assert rows_of(home, "select response_id, responded_at::date::varchar, unit_id from responses order by 1") == [
        ("x1/2'", "2024-02-29", "it's"),
        ("x5/6'", "2024-12-01", "it's"),
    ]
    assert rows_of(home, "select line, file_column, value, rule from rejects order by 1") == [
        (3, "A · B", "1 · ", "required"),
        (4, "M · D", "2 · 30", "type"),
    ]


def test_a_scale_from_1_refuses_0_and_says_so(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    load(
        home,
        (job_of(tmp_path, "responses", [answer(1, 0), answer(2, 1), answer(3, 10)], top='scale = "1-10"'),),
        "UTC",
    )
    assert rows_of(home, "select score from responses order by 1") == [(1,), (10,)]
    ((table, column, rule),) = rows_of(home, "select table_name, column_name, rule from rejects")
    assert "scale" in str(remedy(str(table), str(column), str(rule)))
    assert rows_of(home, "select unit_id, scale from scales") == [("A", "1-10")]


def test_two_scales_in_one_load_are_refused(tmp_path: Path) -> None:
    jobs = (
        job_of(tmp_path, "responses", [answer(1, 9)], "a", 'scale = "1-10"'),
        job_of(tmp_path, "responses", [answer(2, 9)], "b"),
    )
    with pytest.raises(LoadError, match="scale"):
        load(home_in(tmp_path), jobs, "UTC")


def test_an_earlier_file_loaded_again_undoes_its_correction(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    for score in (10, 1, 10):
        assert not load_tables(home, tmp_path, {"responses": [answer(n, score) for n in range(19)]}).already_loaded
        assert rows_of(home, "select distinct score from responses") == [(score,)]


def test_the_same_file_again_changes_nothing_and_a_corrected_row_replaces(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    rows = [answer(1, 9), answer(2, 3), answer(3, 11), answer(5, 7)]
    load_tables(home, tmp_path, {"responses": rows})
    before, files = content_of(home), files_in(home.folder)
    again = load_tables(home, tmp_path, {"responses": rows})
    assert again.already_loaded
    assert tables_of(again) == {("responses.csv", "responses"): (4, 3, 1)}
    assert (content_of(home), files_in(home.folder)) == (before, files)
    more = job_of(tmp_path, "responses", [answer(1, 8), answer(2, 3)], "b")
    other = job_of(tmp_path, "responses", [answer(4, 8)], "c")
    report = load(home, (more, other), "UTC")
    assert {one.file: one.replaced for one in report.tables} == {"b.csv": 1, "c.csv": 0}
    assert rows_of(home, "select response_id, score, file from responses join origins on origin_no = _origin "
                   "order by 1") == [
        ("r1", 8, "b.csv"),
        ("r2", 3, "b.csv"),
        ("r4", 8, "c.csv"),
        ("r5", 7, "responses.csv"),
    ]
    assert rows_of(home, "select file, line from rejects") == [("responses.csv", 4)]
    load_tables(home, tmp_path, {"responses": [answer(5, 7), answer(3, 10)]})
    assert rows_of(home, "select count(*) from rejects") == [(0,)]


def test_another_time_zone_of_the_report_is_no_load_of_before(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    rows = [answer(1, 9, "2024-01-31 23:30")]
    job = job_of(tmp_path, "responses", rows, top='time_zone = "UTC"')
    load(home, (job,), "UTC")
    assert not load(home, (job,), "Asia/Taipei").already_loaded
    assert rows_of(home, "select period from counts_unit") == [("2024-02",)]


def test_the_order_of_files_rows_and_columns_changes_no_content(tmp_path: Path) -> None:
    units = [{"unit_id": "A", "name": "A", "parent_id": "G"}, {"unit_id": "G", "name": "Group"}]
    rows = [answer(n, n % 12, f"2024-0{1 + n % 3}-11", "AG"[n % 2], customer_id=f"c{n % 5}") for n in range(30)]
    straight, turned = Home(tmp_path / "1"), Home(tmp_path / "2")
    load_tables(straight, tmp_path / "s", {"units": units, "responses": rows})
    turned_rows = [dict(reversed(row.items())) for row in reversed(rows)]
    load_tables(turned, tmp_path / "t", {"responses": turned_rows, "units": units[::-1]})
    contents = [content_of(home, with_places=False) for home in (straight, turned)]
    assert contents[0] == contents[1]
    assert len(contents[0]["responses"]) == len([n for n in range(30) if n % 12 <= 10])


def test_a_check_changes_nothing(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    load_tables(home, tmp_path, {"responses": [answer(1, 9)]})
    before, files, current = content_of(home), files_in(home.folder), home.current_id()
    report = load_tables(home, tmp_path, {"responses": [answer(1, 3), answer(2, 11)]}, dry=True)
    assert (report.snapshot_id, report.read, report.loaded, report.rejected, report.rejects_total) == (
        None,
        2,
        1,
        1,
        1,
    )
    assert (report.rejects[0].line, report.rejects[0].file_column, report.rejects[0].value) == (3, "score", "11")
    assert (content_of(home), files_in(home.folder), home.current_id()) == (before, files, current)


CIRCLE = [
    {"unit_id": "A", "name": "A", "parent_id": "B"},
    {"unit_id": "B", "name": "B", "parent_id": "C"},
    {"unit_id": "C", "name": "C", "parent_id": "A"},
    {"unit_id": "D", "name": "D", "parent_id": ""},
]


def test_a_failed_load_leaves_everything_as_it_was(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    load_tables(home, tmp_path, {"responses": [answer(1, 9)]})
    before, files, current = content_of(home), files_in(home.folder), home.current_id()
    with pytest.raises(LoadError, match="circle: A, B, C"):
        load_tables(home, tmp_path, {"units": CIRCLE, "responses": [answer(2, 9)]})
    broken = job_of(tmp_path, "responses", [answer(3, 9)], "broken")
    with (tmp_path / "broken.csv").open("a") as stream:
        stream.write('r4,"transaction')
    with pytest.raises(FileError, match="never closed"):
        load(home, (broken,), "UTC")
    with pytest.raises(LoadError, match="two\\.csv"):
        load(home, (job_of(tmp_path, "responses", [answer(5, 9)], "two"),) * 2, "UTC")
    assert (content_of(home), files_in(home.folder), home.current_id()) == (before, files, current)


def test_what_a_killed_load_left_is_removed_by_the_next(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    (home.folder / ".building-killed").mkdir(parents=True)
    (home.folder / ".building-killed" / "snapshot.duckdb").write_bytes(b"half")
    load_tables(home, tmp_path, {"responses": [answer(1, 9)]})
    assert {path.name for path in home.folder.iterdir()} == {"snapshots", "CURRENT", "load.lock"}


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("response_id,survey,scor,responded_at,unit_id", ("no column score", "nearest is scor")),
        ("response_id,survey,Score, SCORE ,responded_at,unit_id", ("score stands in it more than once",)),
        ("<!DOCTYPE html>", ("HTML",)),
    ],
)
def test_a_header_that_does_not_fit_names_the_column(tmp_path: Path, header: str, words: tuple[str, ...]) -> None:
    job_of(tmp_path, "responses", [answer(1, 9)])
    path = tmp_path / "other.csv"
    path.write_text(header + "\n")
    with pytest.raises(FileError) as caught:
        load(
            home_in(tmp_path),
            (file_job(mapping_of(tmp_path, (tmp_path / "responses.toml").read_text()), (path,)),),
            "UTC",
        )
    assert "other.csv" in str(caught.value.title)
    for word in words:
        assert word in str(caught.value.message)
    assert home_in(tmp_path).current_id() is None


def test_column_names_may_differ_in_case_and_spaces_only(tmp_path: Path) -> None:
    job_of(tmp_path, "responses", [answer(1, 9)])
    path = write_csv(
        tmp_path / "x.csv",
        [" UNIT_ID", "Score ", "Responded_At", "survey", "RESPONSE_ID"],
        [("A", 9, "2024-01-01", "transaction", "r1")],
    )
    home = home_in(tmp_path)
    load(home, (file_job(mapping_of(tmp_path, (tmp_path / "responses.toml").read_text()), (path,)),), "UTC")
    assert rows_of(home, "select response_id, score from responses") == [("r1", 9)]


def test_a_file_of_ragged_records_only_is_accounted_for_and_one_without_records_too(tmp_path: Path) -> None:
    ragged, empty = (
        job_of(tmp_path, "responses", [answer(1, 9)], "ragged"),
        job_of(tmp_path, "responses", [answer(1, 9)], "empty"),
    )
    header = (tmp_path / "ragged.csv").read_text().splitlines()[0]
    (tmp_path / "ragged.csv").write_text(f"{header}\nr1,transaction\nr2\n")
    (tmp_path / "empty.csv").write_text(header)
    home = home_in(tmp_path)
    jobs = tuple(file_job(job.mapping, (tmp_path / job.sources[0].name,)) for job in (ragged, empty))
    assert tables_of(load(home, jobs, "UTC")) == {
        ("ragged.csv", "responses"): (2, 0, 2),
        ("empty.csv", "responses"): (0, 0, 0),
    }
    assert rows_of(home, "select line, value, rule from rejects order by 1") == [
        (2, "r1,transaction", "ragged"),
        (3, "r2", "ragged"),
    ]
    assert load(home, jobs, "UTC").already_loaded


def test_undeclared_units_are_never_lost(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    load_tables(home, tmp_path, {"responses": [answer(1, 9, unit="X"), answer(2, 3, unit="Y")]})
    assert rows_of(home, "select unit_id, parent_id, depth from unit_tree order by 1") == [
        ("X", None, 0),
        ("Y", None, 0),
    ]
    load_tables(
        home,
        tmp_path,
        {
            "units": [
                {"unit_id": "X", "name": "Ex", "parent_id": "lost"},
                {"unit_id": "Z", "name": "Zet", "parent_id": "X"},
            ]
        },
    )
    assert rows_of(home, "select unit_id, name from unit_tree order by 1") == [("X", "X"), ("Y", "Y"), ("Z", "Zet")]
    assert rows_of(home, "select sum(promoters + detractors)::int from counts_unit") == [(2,)]


def test_the_demo_company_is_put_away_by_the_first_real_load_and_never_hides_it(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    load_tables(home, tmp_path / "demo", {"responses": [answer(n, 9) for n in range(5)]}, is_demo=True)
    load_tables(home, tmp_path / "demo", {"responses": [answer(n, 9) for n in range(6)]}, is_demo=True)
    assert rows_of(home, "select count(*) from responses") == [(6,)]
    report = load_tables(home, tmp_path / "real", {"responses": [answer(7, 3)]})
    assert report.put_demo_away
    assert rows_of(home, "select response_id from responses") == [("r7",)]
    with pytest.raises(LoadError, match="own data"):
        load_tables(home, tmp_path / "demo", {"responses": [answer(1, 9)]}, is_demo=True)
    assert not load_tables(home, tmp_path / "real", {"responses": [answer(8, 3)]}).put_demo_away
    assert rows_of(home, "select count(*) from responses") == [(2,)]


def test_constants_of_a_mapping_leave_no_trail_of_rejects(tmp_path: Path) -> None:
    text = 'source = "c"\n' + "[[units]]\nunit_id = 'A'\nname = 'A'\n" * 3 + "[[units]]\nunit_id = 'B'\n"
    text += (
        '[responses]\nresponse_id = "response_id"\nsurvey = "survey"\nscore = "score"\nunit_id = "unit_id"\n'
        'responded_at = "responded_at"\n'
    )
    home = home_in(tmp_path)
    for score in (3, 4):
        job_of(tmp_path, "responses", [answer(1, score)])
        report = load(home, (file_job(mapping_of(tmp_path, text), (tmp_path / "responses.csv",)),), "UTC")
        assert tables_of(report)["(mapping file)", "units"] == (4, 1, 3)
        assert rows_of(home, "select line, column_name, rule from rejects order by 1") == [
            (2, "unit_id", "duplicate_copy"),
            (3, "unit_id", "duplicate_copy"),
            (4, "name", "required"),
        ]
    job = file_job(mapping_of(tmp_path, text), (tmp_path / "responses.csv",))
    with pytest.raises(LoadError, match="source c"):
        load(
            home,
            (
                job,
                file_job(job.mapping, (tmp_path / "x.csv",))
                if (tmp_path / "x.csv").exists()
                else file_job(job.mapping, (write_csv(tmp_path / "x.csv", list(answer(1, 9)), []),)),
            ),
            "UTC",
        )


def test_a_load_beside_an_open_snapshot_disturbs_neither(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    load_tables(home, tmp_path, {"responses": [answer(1, 9)]})
    reader = current_snapshot(home)
    load_tables(home, tmp_path, {"responses": [answer(2, 9)]})
    assert reader.con.cursor().execute("select count(*) from snap.responses").fetchone() == (1,)
    assert rows_of(home, "select count(*) from responses") == [(2,)]


def test_two_loads_at_once_give_a_clear_error(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    home.folder.mkdir()
    program = (
        "import sys, filelock\nwith filelock.FileLock(sys.argv[1]):\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(home.lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT_FOLDER,
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(LoadError, match="Another load is running"):
            load_tables(home, tmp_path, {"responses": [answer(1, 9)]})
    finally:
        other.communicate()
    load_tables(home, tmp_path, {"responses": [answer(1, 9)]})
    assert rows_of(home, "select count(*) from responses") == [(1,)]


def test_a_current_snapshot_that_cannot_be_opened_stops_the_load_with_a_remedy(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    load_tables(home, tmp_path, {"responses": [answer(1, 9)]})
    home.snapshot_path(str(home.current_id())).write_bytes(b"no database" * 1000)
    with pytest.raises(LoadError, match="cannot be opened"):
        load_tables(home, tmp_path, {"responses": [answer(2, 9)]})
    (home.folder / "CURRENT").write_text("nonsense")
    with pytest.raises(SnapshotError, match="CURRENT"):
        load_tables(home, tmp_path, {"responses": [answer(2, 9)]})
    assert issubclass(SnapshotError, CxError)
