"""Exports known by name: recognised by their own marks, in any language of the account, and by nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cx.contract.tables import TABLES
from cx.ingest.file_layout import FileLayout
from cx.ingest.layouts import KNOWN_LAYOUTS, column_keys, recognised
from cx.ingest.suggest import suggest, taken_cells
from tests.companies import public_file, write_csv

EXPORTS = {
    "Typeform": (
        [["#", "How likely are you to recommend us?", "Why?", "Response Type", "Start Date (UTC)", "Stage Date (UTC)",
          "Submit Date (UTC)", "Network ID", "Tags"],
         ["a1b2c3", "9", "Quick help", "completed", "2026-01-05 10:00:00", "", "2026-01-05 10:02:11", "653e97", ""]],
        {"response_id": "#", "responded_at": "Submit Date (UTC)", "score": "How likely are you to recommend us?"}),
    "HubSpot": (
        [["Survey Response ID", "Survey Name", "Survey Type", "Response date", "Rating", "Sentiment",
          "Follow-up response", "Contact"],
         ["11", "NPS 2026", "NPS", "2026-01-05 10:00", "9", "Promoter", "Quick help", "Ann (ann@example.org)"]],
        {"response_id": "Survey Response ID", "responded_at": "Response date", "score": "Rating",
         "comment": "Follow-up response"}),
    "Google Forms": (
        [["時間戳記", "您有多大可能推薦我們？", "為什麼？"], ["2026/1/5 10:00:00", "9", "服務很好"]],
        {"responded_at": "時間戳記", "score": "您有多大可能推薦我們？"}),
    "SurveyMonkey": (
        [["Respondent ID", "Collector ID", "Start Date", "End Date", "How likely is it that you would recommend us?",
          "Please rate", ""],
         ["", "", "", "", "Response", "Speed", "Price"],
         ["101", "7", "01/25/2026 09:00:00", "01/25/2026 09:05:00", "9", "5", "4"]],
        {"response_id": "Respondent ID", "responded_at": "End Date",
         "score": "How likely is it that you would recommend us? / Response"}),
    "Qualtrics": (
        [["StartDate", "EndDate", "RecordedDate", "ResponseId", "UserLanguage", "Q1"],
         ["開始日期", "結束日期", "記錄日期", "回覆 ID", "使用者語言", "您有多大可能推薦我們？"],
         ['{"ImportId":"startDate","timeZone":"UTC"}', '{"ImportId":"endDate"}', '{"ImportId":"recordedDate"}',
          '{"ImportId":"_recordId"}', '{"ImportId":"userLanguage"}', '{"ImportId":"QID1"}'],
         ["2026-01-05 10:00:00", "2026-01-05 10:02:00", "2026-01-05 10:02:01", "R_1", "ZH-T", "9"]],
        {"response_id": "ResponseId", "responded_at": "RecordedDate", "language": "UserLanguage"}),
}


@pytest.mark.parametrize("tool", EXPORTS)
def test_an_export_is_recognised_and_its_columns_known(tmp_path: Path, tool: str) -> None:
    rows, meant = EXPORTS[tool]
    known = recognised(rows[:3])
    assert known is not None
    assert known.name == tool
    path = write_csv(tmp_path / "a.csv", rows[0], rows[1:])
    suggestion = suggest(path, FileLayout(header_rows=known.header_rows, names=known.names), "responses")
    assert suggestion.tool == tool
    assert {column: cell.column for column, cell in taken_cells(suggestion).items() if column in meant} == meant


@pytest.mark.parametrize(
    ("name", "tool"),
    [("exports/qualtrics.csv", "Qualtrics"), ("exports/qualtrics_legacy.csv", "Qualtrics legacy"),
     ("exports/surveymonkey.csv", "SurveyMonkey"), ("r_survey_2019/google_forms_spanish.csv", "Google Forms"),
     ("sfo/2017.csv", ""), ("zh_reviews/asap_sample.csv", ""), ("npsgame/nps.csv", "")],
)
def test_real_files_are_recognised_by_one_layout_or_none(name: str, tool: str) -> None:
    with public_file(name).open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        rows = [row for row, _ in zip(csv.reader(stream), range(3), strict=False)]
    assert [known.name for known in KNOWN_LAYOUTS if known.recognise(rows)] == ([tool] if tool else [])


def test_nothing_and_a_plain_table_are_recognised_as_none() -> None:
    for rows in ([], [[]], [["id", "nps"]], [["id", "nps"], ["1", "9"], ["2", "8"]], [["#", "nps"]], [["Timestamp"]],
                 [["RespondentID", "nps"], ["101", "9"]]):
        assert recognised(rows) is None, rows


def test_import_ids_say_what_german_labels_do_not() -> None:
    with public_file("exports/qualtrics.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row, _ in zip(csv.reader(stream), range(3), strict=False)]
    known = recognised(rows)
    assert known is not None
    keys = column_keys(known, rows[0], rows)
    assert keys[rows[1].index("Antwort-ID")] == "_recordid"
    assert keys[rows[1].index("Benutzersprache")] == "userlanguage"


def test_known_columns_are_columns_of_the_contract() -> None:
    for known in KNOWN_LAYOUTS:
        assert {column.column for column in known.columns} <= set(TABLES["responses"].column_names)
