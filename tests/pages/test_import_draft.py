"""What a person chooses for the columns becomes a mapping that the load can read, or says what is missing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.contract.tables import TABLES
from cx.ingest.mapping import Cell, FileLayout, parse_mapping
from cx.ingest.rating_groups import RatingsProposal
from cx.phrase import phrase
from cx.ui.import_draft import (
    Draft,
    RatingsDraft,
    driver_keys,
    faults,
    mapping_of,
    needed_columns,
    optional_columns,
    source_name,
    title_of,
)

WHOLE = {
    "response_id": Cell(from_record=True),
    "survey": Cell(constant="transaction"),
    "score": Cell(column="Q 1"),
    "responded_at": Cell(column="When", format="%d/%m/%Y"),
    "unit_id": Cell(constant="Nordküste"),
}


def draft_of(**more: Cell) -> Draft:
    return Draft("responses", "Branch survey", "0-10", cells={**WHOLE, **more})


def test_every_column_of_every_table_is_asked_once_as_needed_or_as_optional() -> None:
    for name, table in TABLES.items():
        draft = Draft(name, "x", "0-10")
        asked = [column.name for column in (*needed_columns(draft), *optional_columns(draft))]
        assert sorted(asked) == (["response_id"] if name == "ratings" else sorted(table.column_names))


@pytest.mark.parametrize("missing", sorted(WHOLE))
def test_what_is_missing_is_said_at_its_column(missing: str) -> None:
    draft = draft_of()
    assert faults(draft) == {}
    del draft.cells[missing]
    assert set(faults(draft)) == {missing}


def test_a_value_for_all_records_must_be_given_but_the_question_need_not_have_been_asked() -> None:
    assert set(faults(draft_of(unit_id=Cell(constant="")))) == {"unit_id"}
    assert faults(draft_of(score=Cell(constant=""))) == {}


def test_dates_that_can_be_read_in_several_ways_hold_the_draft_up_until_one_is_chosen() -> None:
    draft = draft_of()
    draft.unread.add("responded_at")
    assert set(faults(draft)) == {"responded_at"}
    del draft.cells["responded_at"]
    draft.cells["responded_at"] = Cell(constant="2026-03-01")
    draft.unread.discard("responded_at")
    assert faults(draft) == {}


def test_the_mapping_says_what_was_chosen_and_reads_itself_back() -> None:
    layout = FileLayout(encoding="cp1252", delimiter=";")
    mapping = mapping_of(draft_of(comment=Cell(column="Was noch?", blank=("-",))), layout)
    assert (mapping.source, mapping.title, mapping.layout, mapping.scale) == (
        "branch-survey", "Branch survey", layout, "0-10")
    assert mapping.columns["responses"]["comment"] == Cell(column="Was noch?", blank=("-",))
    assert mapping.rows == {}
    assert parse_mapping(tomllib.loads(mapping.text), mapping.text, Path("x.toml")) == mapping


@pytest.mark.parametrize(("cell", "expected"), [
    (Cell(column="No."), Cell(template="north-{No.}")),
    (Cell(column="No. {x}"), Cell(column="No. {x}")),
    (Cell(column="No.", blank=("NA",)), Cell(column="No.", blank=("NA",))),
    (Cell(from_record=True), Cell(from_record=True))])
def test_the_name_of_a_source_is_put_before_numbers_where_that_can_be_written(cell: Cell, expected: Cell) -> None:
    draft = draft_of(response_id=cell)
    draft.key_prefix = "north"
    assert mapping_of(draft, FileLayout()).columns["responses"]["response_id"] == expected


def test_a_unit_that_is_not_loaded_yet_comes_with_the_file() -> None:
    draft = draft_of()
    draft.unit_is_new = True
    assert mapping_of(draft, FileLayout()).rows == {"units": ({"unit_id": "Nordküste", "name": "Nordküste"},)}


def test_ratings_without_answers_have_a_key_of_their_own_and_drivers_with_their_scale() -> None:
    proposed = RatingsProposal({"Q2": "speed"}, {"speed": "Speed"}, 1, 5, 80, phrase("labels"), {"Good": "4"}, ("-",))
    draft = Draft("ratings", "Stars", "0-10", cells={"response_id": Cell(column="ID")})
    assert set(faults(draft)) == {"rating"}
    draft.ratings = RatingsDraft.of(proposed)
    draft.ratings.columns = ("Q2", "How friendly were we?")
    mapping = mapping_of(draft, FileLayout())
    assert mapping.tables == ("drivers", "ratings")
    assert mapping.ratings is not None
    assert mapping.ratings.drivers == {"Q2": "speed", "How friendly were we?": "how_friendly_were_we"}
    assert (mapping.ratings.response_id, mapping.ratings.values, mapping.ratings.blank) == (
        Cell(column="ID"), {"Good": "4"}, ("-",))
    assert [(row["name"], row["scale_min"], row["scale_max"]) for row in mapping.rows["drivers"]] == [
        ("Speed", "1", "5"), ("How friendly were we?", "1", "5")]
    draft.ratings.lowest = 5
    assert set(faults(draft)) == {"rating"}


@given(st.lists(st.text(min_size=1, max_size=90), unique=True, max_size=8))
def test_every_driver_has_a_key_of_its_own(columns: list[str]) -> None:
    keys = driver_keys(tuple(columns), {})
    assert list(keys) == columns
    assert len(set(keys.values())) == len(columns)
    assert all(keys.values())


@given(st.text(max_size=200))
def test_the_name_of_a_source_is_empty_or_a_word_that_stays_itself(title: str) -> None:
    name = source_name(title)
    assert source_name(name) == name
    assert not name or name.replace("-", "").isalnum()
    assert set(faults(Draft("responses", title, "0-10", cells=dict(WHOLE)))) == (set() if name else {""})


@pytest.mark.parametrize(("first", "second"), [
    ("survey_2026-01.csv", "survey_2026-12.csv"), ("Umfrage 2025 Q4.xlsx", "Umfrage 2026 Q1.xlsx"),
    ("nps.csv", "nps (2).csv"), ("答卷20260131.csv", "答卷20260228.csv")])
def test_the_files_of_two_months_are_one_source(first: str, second: str) -> None:
    assert title_of(first) == title_of(second) != ""
