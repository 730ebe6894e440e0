"""Doubts about what another load left: answers of another source, another time zone of the report."""

from __future__ import annotations

from pathlib import Path

from cx.ingest.load import load
from cx.warehouse.home import Home
from tests.companies import answer, job_of, load_tables, rows_of


def test_answers_of_another_source_are_not_replaced_unasked(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path, {"responses": [answer(1, 9), answer(2, 9)]})
    first = home.current_id()
    other = job_of(tmp_path, "responses", [answer(2, 3), answer(3, 3)], "other")
    text = other.mapping.text.replace("tiny-responses", "second")
    (tmp_path / "second.toml").write_text(text, encoding="utf-8")
    from cx.ingest.mapping import read_mapping
    from cx.ingest.sources import file_job

    job = file_job(read_mapping(tmp_path / "second.toml"), (tmp_path / "other.csv",))
    report = load(home, (job,), "UTC")
    assert (report.waits, home.current_id()) == (True, first)
    (doubt,) = (doubt for doubt in report.doubts if doubt.blocks)
    assert (doubt.code, doubt.file) == ("other_source", "other.csv")
    assert "1 answers have the key of an answer of the source tiny-responses" in str(doubt.message)
    assert "{…}" in str(doubt.message)
    assert not load(home, (job,), "UTC", confirmed=("other_source",)).waits
    assert rows_of(home, "select response_id, score from responses order by 1") == [("r1", 9), ("r2", 3), ("r3", 3)]


def test_another_time_zone_of_the_report_is_said(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path, {"responses": [answer(1, 9, "2026-02-01")]})
    report = load(home, (job_of(tmp_path, "responses", [answer(2, 9)], "b"),), "America/New_York")
    assert [(doubt.code, doubt.blocks) for doubt in report.doubts] == [("other_zone", False)]
    assert "UTC" in str(report.doubts[0].message)


def test_a_reject_shows_the_beginning_of_a_long_value_and_keeps_the_record_whole(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    report = load_tables(home, tmp_path, {"responses": [answer(1, "9" * 5000)]})
    assert len(report.rejects[0].value or "") == 1000
    assert rows_of(home, "select length(cells[3]) from rejected_records") == [(5000,)]
