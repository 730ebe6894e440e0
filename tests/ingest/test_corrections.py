"""Corrected rows, value by value; doubts that hold a load up; rejects that come back mended."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from cx.ingest.load import load
from cx.ingest.report import Classes
from cx.ingest.sources import file_job, mended_job
from cx.say.rejects import mend_header, mend_rows
from cx.say.translator import translator
from cx.settings import Settings
from cx.warehouse.home import Home
from cx.warehouse.loads import change_counts, changed_values, load_history, mendable_records, rejected_files
from cx.warehouse.scope import Scope, authorize
from tests.companies import answer, current_snapshot, job_of, load_tables, mapping_of, rows_of

EVERYTHING = authorize(Settings())


def test_a_corrected_row_is_listed_value_by_value_and_the_same_row_is_not(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path, {"responses": [answer(1, 9, comment="fine"), answer(2, 3), answer(3, 10)]})
    job = job_of(tmp_path, "responses", [answer(1, 4, comment=""), answer(2, 3), answer(4, 8)], "corrected")
    report = load(home, (job,), "UTC")
    assert [(one.key, one.column, one.before, one.after, one.file, one.line) for one in report.changes] == [
        ("r1", "comment", "fine", None, "corrected.csv", 2),
        ("r1", "score", "9", "4", "corrected.csv", 2),
    ]
    assert (report.changes_total, report.tables[0].replaced) == (2, 1)
    assert [(effect.before, effect.after, effect.brought) for effect in report.effects] == [
        (Classes(2, 0, 1), Classes(1, 1, 2), Classes(0, 1, 2))]
    snapshot = current_snapshot(home)
    kept = changed_values(snapshot, EVERYTHING, 10)
    assert [(one.key, one.column, one.before, one.after) for one in kept] == [
        ("r1", "comment", "fine", None), ("r1", "score", "9", "4")]
    assert change_counts(snapshot, EVERYTHING) == {report.snapshot_id: 2}
    assert changed_values(snapshot, Scope(frozenset({"A"})), 10) == ()
    newest, first = load_history(snapshot, EVERYTHING)
    assert (newest.id, newest.files, newest.read, newest.replaced) == (report.snapshot_id, ("corrected.csv",), 3, 1)
    assert (first.files, first.read) == (("responses.csv",), 3)


def test_a_check_says_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path, {"responses": [answer(1, 9)]})
    report = load_tables(home, tmp_path / "b", {"responses": [answer(1, 2)]}, dry=True)
    assert [(one.before, one.after) for one in report.changes] == [("9", "2")]
    assert rows_of(home, "select score from responses") == [(9,)]
    assert rows_of(home, "select count(*) from changes") == [(0,)]
    assert not list(home.folder.glob(".checking-*"))


def test_scores_that_fill_half_the_scale_wait_until_somebody_confirms_them(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    rows = [answer(n, n % 6) for n in range(25)]
    report = load_tables(home, tmp_path, {"responses": rows})
    assert report.waits
    assert home.current_id() is None
    assert [(doubt.code, doubt.blocks) for doubt in report.doubts] == [("low_scores", True), ("one_day", False)]
    assert "highest of 25 scores is 5" in str(report.doubts[0].message)
    job = job_of(tmp_path, "responses", rows)
    assert load(home, (job,), "UTC", confirmed=("low_scores",)).snapshot_id == home.current_id()
    declared = replace(job, mapping=replace(job.mapping, confirmed=("low_scores",)))
    assert not load(Home(tmp_path / "other"), (declared,), "UTC").waits


@pytest.mark.parametrize(("scores", "doubtful"), [([5] * 19, False), ([5] * 20, True), ([5] * 30 + [6], False)])
def test_the_doubt_needs_twenty_scores_and_none_above_five(
    tmp_path: Path, scores: list[int], doubtful: bool
) -> None:
    rows = [answer(n, score, f"2024-01-{1 + n % 28:02}") for n, score in enumerate(scores)]
    report = load_tables(Home(tmp_path / "home"), tmp_path, {"responses": rows})
    assert (report.waits, [doubt.code for doubt in report.doubts]) == (doubtful, ["low_scores"] if doubtful else [])


def test_a_unit_that_is_spelled_almost_like_a_known_one_is_named(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    known = [answer(n, 9, f"2024-01-{1 + n % 28:02}", unit) for n, unit in enumerate(["North branch", "Branch 11"])]
    load_tables(home, tmp_path, {"responses": known})
    units = ["Nroth branch", "north Branch", "Branch 12", "Harbour"]
    new = [answer(10 + n, 9, f"2024-02-{1 + n:02}", unit) for n, unit in enumerate(units)]
    report = load(home, (job_of(tmp_path, "responses", new, "new"),), "UTC")
    said = [str(doubt.message) for doubt in report.doubts if doubt.code == "similar_unit"]
    assert [next(unit for unit in units if unit in text) for text in said] == ["Nroth branch", "north Branch"]
    assert all("North branch" in text for text in said)
    assert report.snapshot_id == home.current_id(), "a notice holds nothing up"


MAPPING = """source = "branch"
[file]
delimiter = ";"
encoding = "cp1252"
[responses]
response_id = { from_record = true }
survey = { constant = "transaction" }
score = "Note"
responded_at = { column = "Am", format = "%d.%m.%Y" }
unit_id = "Ort"
comment = "Text"
"""


def test_rejects_are_downloaded_mended_and_loaded_and_leave_the_list(tmp_path: Path) -> None:
    home, mapping = Home(tmp_path / "home"), mapping_of(tmp_path, MAPPING)
    path = tmp_path / "antworten.csv"
    path.write_bytes("Note;Am;Ort;Text;Rest\n9;01.02.2024;Köln;=1+1;a\n9,5;01.02.2024;Köln;=2+2;'=b\n"
                     "8;31.02.2024;Köln;;c\n7;01.02.2024;Köln;x;y;z\n".encode("cp1252"))
    load(home, (file_job(mapping, (path,)),), "UTC")
    snapshot = current_snapshot(home)
    (file,) = rejected_files(snapshot, EVERYTHING)
    assert (file.names, file.records) == (("Note", "Am", "Ort", "Text", "Rest"), 3)
    rows = list(mend_rows(translator("en"), file, mendable_records(snapshot, EVERYTHING, file)))
    assert [row[:5] for row in rows] == [
        ("9,5", "01.02.2024", "Köln", "'=2+2", "''=b"), ("8", "31.02.2024", "Köln", "", "c"),
        ("7", "01.02.2024", "Köln", "x", "y")]
    assert {row[5] for row in rows} == {file.load_id}
    assert [row[6:9] for row in rows] == [("antworten.csv", "3", "score: type"),
                                          ("antworten.csv", "4", "responded_at: type"),
                                          ("antworten.csv", "5", "response_id: ragged")]
    assert rows[2][10] == "z"
    mended = [("9", *rows[0][1:]), ("8", "29.02.2024", *rows[1][2:])]
    text = io.StringIO()
    csv.writer(text).writerows([mend_header(file), *mended])
    back = tmp_path / "mended.csv"
    back.write_text("\ufeff" + text.getvalue(), encoding="utf-8", newline="")
    job = mended_job(mapping, (back,))
    report = load(home, (job,), "UTC", mended=True)
    assert (report.read, report.loaded, report.ignored_columns) == (2, 2, ("Rest",))
    assert rows_of(home, "select score, comment from responses order by all") == [(8, None), (9, "=1+1"), (9, "=2+2")]
    assert rows_of(home, "select file, line, rule from rejects") == [("antworten.csv", 5, "ragged")]
    assert rows_of(home, "select line, cells from rejected_records") == [
        (5, ["7", "01.02.2024", "Köln", "x", "y", "z"])]
    assert load(home, (job,), "UTC", mended=True).already_loaded
    # The same records in a later, corrected export have the same keys: what stands beside them does not count.
    path.write_bytes("Note;Am;Ort;Text;Rest\n9;01.02.2024;Köln;=2+2;'=b\n".encode("cp1252"))
    again = load(home, (file_job(mapping, (path,)),), "UTC")
    assert (again.tables[0].replaced, rows_of(home, "select count(*) from responses")) == (0, [(3,)])


def test_millions_of_rejects_are_read_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cx.warehouse.loads.MENDABLE_PAGE", 3)
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path, {"responses": [answer(n, 11) for n in range(10)]})
    snapshot = current_snapshot(home)
    (file,) = rejected_files(snapshot, EVERYTHING)
    assert [record.line for record in mendable_records(snapshot, EVERYTHING, file)] == list(range(2, 12))
    assert rejected_files(snapshot, Scope(frozenset({"A"}))) == ()


def test_copies_and_records_of_one_key_are_kept_as_they_stand(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    rows = [answer(1, 9), answer(2, 3), answer(1, 9), answer(2, 4)]
    load_tables(home, tmp_path, {"responses": rows})
    assert rows_of(home, "select line, cells[1], cells[3] from rejected_records order by line") == [
        (3, "r2", "3"), (4, "r1", "9"), (5, "r2", "4")]
