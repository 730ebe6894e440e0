"""The page Data, run by Streamlit itself: what was loaded and what was rejected, in numbers that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from cx.contract.tables import TABLES
from cx.ingest.load import load
from cx.ingest.sources import file_job
from cx.say.table_names import TABLE_NAMES, column_words
from cx.say.translator import LANGUAGES, translator
from cx.warehouse.home import Home
from tests.companies import answer, job_of, load_tables, mapping_of, rows_of, write_csv
from tests.pages import homes
from tests.pages.reader import at_home, is_whole, received, said, visit

SCORE = "Answer to the recommend question; blank means not answered"


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A company with 40 good answers and three faults in two records."""
    rows = homes.answers(0, [10] * 30 + [3] * 10)
    rows += [answer(90, "eleven", comment="=cmd|' /C calc'!A0"), answer(91, 11, at="yesterday")]
    home = homes.company(tmp_path_factory.mktemp("faulty"), rows)
    with at_home(home.folder):
        yield home


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("company", ["demo", "public", "one_period", "many_branches", "hostile"], indirect=True)
def test_every_company_is_shown_in_every_language(company: Home, lang: str) -> None:
    at = visit("data", lang=lang)
    assert is_whole(at)
    assert len(at.title) == 1


def test_what_is_loaded_is_what_was_brought(demo: tuple[Home, dict[str, pd.DataFrame]]) -> None:
    home, tables = demo
    with at_home(home.folder):
        at = visit("data")
    valid = tables["responses"]["score"].notna().sum()
    assert at.title[0].value == f"{valid:,} answers are loaded; no record was rejected"
    names = {words.message: name for name, words in TABLE_NAMES.items()}
    loaded = {names[row["Table"]]: row for row in at.dataframe[0].value.to_dict("records")}
    assert loaded.keys() == set(TABLES)
    for name, table in tables.items():
        row = loaded[name]
        assert (row["Read"], row["Loaded"], row["Rejected"], row["Replaced"]) == (len(table), len(table), 0, 0), name
    assert loaded["responses"]["of which blank"] == len(tables["responses"]) - valid


def test_rejects_stand_with_their_place_value_rule_and_remedy(faulty: Home) -> None:
    at = visit("data")
    assert is_whole(at)
    assert at.title[0].value == "40 answers are loaded; 2 records were rejected"
    (row,) = at.dataframe[0].value.to_dict("records")
    assert (row["Read"], row["Loaded"], row["Rejected"]) == (42, 40, 2)
    rejected = at.dataframe[1].value.to_dict("records")
    assert {(one["Line"], one["Column"], one["Value"]) for one in rejected} == {
        (42, "score", "eleven"),
        (43, "score", "11"),
        (43, "responded_at", "yesterday"),
    }
    assert all(one["File"] == "responses.csv" and one["Rule"] and one["How to mend it"] for one in rejected)


def test_the_parts_of_the_page_stand_behind_tabs(faulty: Home, demo: tuple[Home, dict[str, pd.DataFrame]]) -> None:
    assert [tab.label for tab in visit("data").tabs] == [
        "What is loaded", "Rejected records (2)", "History of loads", "How figures are counted", "What you can bring"]
    with at_home(demo[0].folder):
        assert [tab.label for tab in visit("data").tabs] == [
            "What is loaded", "Rejected records", "How figures are counted", "What you can bring"]


def test_rejects_can_be_narrowed_to_a_rule(faulty: Home) -> None:
    at = visit("data")
    at.selectbox(key="reject_rule").select_index(1).run()
    assert is_whole(at)
    rules = {(row["File"], row["Rule"]) for row in at.dataframe[1].value.to_dict("records")}
    assert len(rules) == 1


def test_every_rule_of_every_table_column_and_source_can_be_chosen_and_counts_its_own(tmp_path: Path) -> None:
    """One file name from two sources, one file that feeds two tables: no row of the counts hides another."""
    home = Home(tmp_path / "home")
    jobs = []
    for source in ("one", "two"):
        folder = tmp_path / source
        folder.mkdir()
        path = write_csv(folder / "all.csv", ("id", "name", "score", "day", "month", "sent"), [
            ("1", "A", "9", "2024-01-15", "2024-01", "4"),
            ("2", "", "eleven", "yesterday", "never", "many"),
            ("3", "", "twelve", "2024-01-15", "2024-01", "4"),
        ] + [("4", "", "thirteen", "2024-01-15", "2024-01", "4")] * (source == "two"))
        mapping = mapping_of(folder, f'''
source = "{source}"
[responses]
response_id = "id"
survey = {{ constant = "transaction" }}
score = "score"
responded_at = "day"
unit_id = "name"
[invitations]
survey = {{ constant = "transaction" }}
unit_id = "name"
month = "month"
sent = "sent"
''')
        jobs.append(file_job(mapping, (path,)))
    load(home, tuple(jobs), "UTC")
    sql = "select source, file, table_name, file_column, column_name, rule from rejects"
    raw = Counter((*place, file_column or column, rule) for *place, file_column, column, rule in rows_of(home, sql))
    assert len({(file, rule) for _, file, _, _, rule in raw}) < len(raw)
    with at_home(home.folder):
        at = visit("data")
        options = at.selectbox(key="reject_rule").options
        assert len(set(options)) == len(options) == len(raw) + 1
        seen = set()
        for place in range(1, len(options)):
            at.selectbox(key="reject_rule").select_index(place).run()
            assert is_whole(at)
            rows = at.dataframe[1].value.to_dict("records")
            assert options[place].endswith(f"({len(rows)})")
            file, rule, column, table, source = options[place].rpartition(" (")[0].split(" · ")
            key = (source, file, {"Answers": "responses", "Invitations": "invitations"}[table], column, rule)
            if column in ("survey", "response_id"):  # no column of the file: said in words
                column = column_words(translator("en"), "responses", column)
            assert {(row["File"], row["Column"], row["Rule"]) for row in rows} == {(file, column, rule)}
            assert len(rows) == raw[key]
            seen.add(key)
        assert seen == set(raw)


def test_the_thresholds_in_use_are_said(faulty: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CX_PRIVACY_MIN_ANSWERS", "8")
    monkeypatch.setenv("CX_FIGURE_MIN_ANSWERS", "17")
    with at_home(faulty.folder):
        text = said(received(visit("data")))
    assert "fewer than 8" in text
    monkeypatch.undo()
    with at_home(faulty.folder):
        assert "fewer than 5" in said(received(visit("data")))


def test_filters_are_kept_on_the_way_there_and_back(demo: tuple[Home, dict[str, pd.DataFrame]]) -> None:
    with at_home(demo[0].folder):
        at = visit(unit="HL", survey="transaction")
        at.switch_page("../../pages/data.py").run()
        assert "answers are loaded" in at.title[0].value
        at.switch_page("../../pages/trends.py").run()
        assert said(at.title[0].value).startswith("T-NPS of Harbour Life")


def test_a_broken_home_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("20260101T000000-deadbeef\n")
    with at_home(tmp_path):
        for page in ("trends", "data"):
            at = visit(page)
            assert not at.exception
            assert not at.title
            (error,) = at.error
            assert said(error.value).startswith("**The current snapshot cannot be found**")
            assert "Put it back from a backup" in said(error.value)
            assert at.get("button_group")


def test_loads_stand_in_their_order_with_what_they_changed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path / "one", {"responses": [answer(number, 9) for number in range(12)]})
    corrected = [answer(0, 2), answer(1, 9, comment="better"), answer(2, 9), answer(12, 10)]
    (tmp_path / "two").mkdir()
    load(home, (job_of(tmp_path / "two", "responses", corrected, name="april"),), "UTC")
    with at_home(home.folder):
        at = visit("data")
        assert is_whole(at)
        (history,) = [frame.value for frame in at.dataframe if "Values changed" in frame.value.columns]
        (changes,) = [frame.value for frame in at.dataframe if "Before" in frame.value.columns]
    assert [(row["File"], row["Read"], row["Loaded"], row["Replaced"], row["Values changed"])
            for row in history.to_dict("records")] == [("april.csv", 4, 4, 2, 2), ("responses.csv", 12, 12, 0, 0)]
    assert {(row["Key"], row["Column"], row["Before"], row["After"]) for row in changes.to_dict("records")} == {
        ("r0", SCORE, "9", "2"), ("r1", "What the customer wrote", "—", "better")}


def test_the_newest_load_can_be_taken_back_and_the_first_cannot(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path / "one", {"responses": [answer(number, 9) for number in range(12)]})
    with at_home(home.folder):
        assert "Yes, take it back" not in [button.label for button in visit("data").button]
        first = home.current_id()
        (tmp_path / "two").mkdir()
        load(home, (job_of(tmp_path / "two", "responses", [answer(20, 1)], name="april"),), "UTC")
        at = visit("data")
        (yes,) = [button for button in at.button if button.label == "Yes, take it back"]
        yes.click().run()
        assert is_whole(at)
        assert at.title[0].value == "12 answers are loaded; no record was rejected"
        assert home.current_id() == first


def test_an_earlier_snapshot_is_shown_with_a_banner_when_the_newest_cannot_be_opened(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path / "one", {"responses": [answer(number, 9) for number in range(12)]})
    (tmp_path / "two").mkdir()
    load(home, (job_of(tmp_path / "two", "responses", [answer(20, 1)], name="april"),), "UTC")
    newest = home.current_id()
    assert newest
    home.snapshot_path(newest).write_bytes(b"broken")
    with at_home(home.folder):
        for page in ("trends", "data"):
            at = visit(page)
            assert not at.exception
            (banner,) = [said(warning.value) for warning in at.warning if "doctor" in warning.value]
            assert newest in banner
        assert at.title[0].value == "12 answers are loaded; no record was rejected"
