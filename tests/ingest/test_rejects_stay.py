"""Rejected records leave the list only when they are mended or when their own file comes again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cx.ingest.load import load
from cx.settings import Settings
from cx.warehouse.home import Home
from cx.warehouse.loads import loaded_files, mendable_records, rejected_files
from cx.warehouse.scope import authorize
from tests.companies import Row, answer, current_snapshot, job_of, load_tables, rows_of

EVERYTHING = authorize(Settings())
JANUARY = [answer(1, 9), answer(2, 11)]
FEBRUARY = [answer(3, 8, "2024-02-11"), answer(4, 12, "2024-02-12")]


def load_export(home: Home, folder: Path, rows: Sequence[Row], **more: Sequence[Row]) -> None:
    """Load rows of responses as a file that has the same name every month."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [job_of(folder, table, other) for table, other in more.items()]
    assert load(home, (*jobs, job_of(folder, "responses", rows, "export")), "UTC").snapshot_id


def rejected_values(home: Home) -> list[object]:
    return [value for (value,) in rows_of(home, "select value from rejects order by value")]


def test_the_rejects_of_another_month_stay_beside_those_of_a_file_of_the_same_name(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_export(home, tmp_path / "1", JANUARY)
    load_export(home, tmp_path / "2", FEBRUARY)
    assert rejected_values(home) == ["11", "12"]
    snapshot = current_snapshot(home)
    january, february = rejected_files(snapshot, EVERYTHING)
    assert (january.file, february.file, january.loaded_at < february.loaded_at) == ("export.csv", "export.csv", True)
    assert [[record.cells[0] for record in mendable_records(snapshot, EVERYTHING, file)]
            for file in (january, february)] == [["r2"], ["r4"]]
    assert [(file.file, file.read) for file in loaded_files(snapshot, EVERYTHING)] == [("export.csv", 2)] * 2


def test_a_file_of_the_same_name_with_a_key_again_takes_the_place_of_its_own_month_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_export(home, tmp_path / "1", JANUARY)
    load_export(home, tmp_path / "2", FEBRUARY)
    load_export(home, tmp_path / "3", [answer(1, 9), answer(2, 10)])
    assert rejected_values(home) == ["12"]
    assert len(rows_of(home, "from headers")) == 2


def test_a_file_that_brought_no_row_or_the_same_content_makes_place(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_export(home, tmp_path / "1", [answer(1, 11), answer(2, 12)])
    load_export(home, tmp_path / "2", [answer(1, 9), answer(2, 13)])
    assert rejected_values(home) == ["13"]
    other = [answer(5, 14, "2024-03-01"), answer(6, 3, "2024-03-01")]
    load_export(home, tmp_path / "3", other)
    load_export(home, tmp_path / "4", [answer(7, 3, "2024-04-01")])
    load_export(home, tmp_path / "5", other)
    assert rejected_values(home) == ["13", "14"]


def test_units_that_come_every_month_do_not_make_one_file_of_two_months(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    text = '\n[units]\nunit_id = "unit_id"\nname = "unit_id"\n'
    for month, rows in (("1", JANUARY), ("2", FEBRUARY)):
        folder = tmp_path / month
        folder.mkdir()
        load(home, (job_of(folder, "responses", [row | {"unit_id": f"U{month}{n}" if n else "U"} for n, row in
                                                 enumerate(rows)], "export", text),), "UTC")
    assert rows_of(home, "select count(*) from units where unit_id = 'U'") == [(1,)]
    assert rejected_values(home) == ["11", "12"]


def test_a_first_load_and_a_check_need_no_forerunner(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path / "a", {"responses": JANUARY})
    assert load_tables(home, tmp_path / "b", {"responses": FEBRUARY}, dry=True).rejected == 1
    assert rejected_values(home) == ["11"]


def test_what_became_of_a_file_is_said_once_and_of_this_file_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    other = [{"unit_id": "A", "name": "A"}]
    load_export(home, tmp_path / "1", JANUARY)
    load_export(home, tmp_path / "2", FEBRUARY)
    load_export(home, tmp_path / "1", JANUARY)
    (tmp_path / "3").mkdir()
    load(home, (job_of(tmp_path / "3", "units", other, "export"),), "UTC")
    again = load(home, (job_of(tmp_path / "1", "responses", JANUARY, "export"),), "UTC")
    assert again.already_loaded
    assert (again.read, again.loaded, again.rejected, again.rejects_total) == (2, 1, 1, 1)
