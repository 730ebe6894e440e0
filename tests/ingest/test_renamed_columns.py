"""A column that has a new name this month: it is found by name or content, and nothing else is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from cx.errors import MappingError
from cx.ingest.known_mappings import keep, nearly_fitting
from cx.ingest.mapping import Mapping
from cx.ingest.renamed_columns import can_be_dropped, free_columns, missing_columns, nearest_columns, with_renamed
from cx.warehouse.home import Home
from tests.companies import mapping_of

TEXT = """source = "shop"
[responses]
response_id = { template = "s-{ID}" }
survey = { constant = "transaction" }
score = { column = "How likely are you to recommend us?", blank = ["99"] }
responded_at = { parts = { year = 2026, month = 3, day = "D" } }
unit_id = "Store"
comment = "Remark"
[ratings.columns]
Q1 = "speed"
Q2 = "price"
[[drivers]]
driver = "speed"
name = "Speed"
scale_min = 1
scale_max = 5
"""
HEADER = ["ID", "NPS", "Day", "Store", "Remarks", "Q1", "Question 2", "Other"]
ROWS = [[f"{n}", str(n % 11), str(1 + n % 28), "North", "Quick and friendly, as always", "5", "4", "x"]
        for n in range(20)]


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    return mapping_of(tmp_path, TEXT)


def test_what_is_missing_and_what_is_free_is_told_by_the_header(mapping: Mapping) -> None:
    assert missing_columns(mapping, HEADER) == ("How likely are you to recommend us?", "D", "Remark", "Q2")
    assert free_columns(mapping, HEADER) == ("NPS", "Day", "Remarks", "Question 2", "Other")
    assert missing_columns(mapping, [*HEADER, "store "]) == (
        "How likely are you to recommend us?", "D", "Store", "Remark", "Q2")


def test_the_nearest_column_is_found_by_its_name_or_by_what_stands_in_it(mapping: Mapping) -> None:
    found = nearest_columns(mapping, HEADER, ROWS)
    assert found["How likely are you to recommend us?"] == "NPS"
    assert found["Remark"] == "Remarks"
    assert found["D"] == "Day"
    assert "Other" not in found.values()


def test_a_column_whose_content_cannot_be_meant_is_not_proposed(mapping: Mapping) -> None:
    rows = [[row[0], "often", *row[2:]] for row in ROWS]
    assert "NPS" not in nearest_columns(mapping, HEADER, rows).values()


def test_new_names_take_the_place_of_the_old_ones_everywhere_and_all_else_stays(mapping: Mapping) -> None:
    names = {"How likely are you to recommend us?": "NPS", "D": "Day", "ID": "No.", "Q2": "Question 2", "Remark": ""}
    changed = with_renamed(mapping, names)
    cells = changed.columns["responses"]
    assert (cells["score"].column, cells["score"].blank) == ("NPS", ("99",))
    assert cells["responded_at"].parts == {"year": 2026, "month": 3, "day": "Day"}
    assert cells["response_id"].template == "s-{No.}"
    assert "comment" not in cells
    assert changed.ratings is not None
    assert changed.ratings.drivers == {"Q1": "speed", "Question 2": "price"}
    assert (changed.rows, changed.scale, changed.source) == (mapping.rows, mapping.scale, mapping.source)
    assert missing_columns(changed, ["No.", *HEADER[1:]]) == ()


def test_only_what_nothing_required_is_made_of_can_be_left_out(mapping: Mapping) -> None:
    assert [name for name in ("ID", "D", "Store", "Remark", "Q1") if can_be_dropped(mapping, name)] == ["Remark", "Q1"]
    with pytest.raises(MappingError):
        with_renamed(mapping, {"Store": ""})


def test_a_mapping_nearly_fits_when_most_of_its_columns_are_there(mapping: Mapping, tmp_path: Path) -> None:
    home = Home(tmp_path)
    keep(home, mapping)
    most = ["ID", "D", "Store", "Remark"]
    assert [found.source for found in nearly_fitting(home, most)] == ["shop"]
    assert nearly_fitting(home, most[1:]) == ()
    assert nearly_fitting(home, [*most, "Q1", "Q2", "How likely are you to recommend us?"]) == ()
