"""Targets that hold, and leads over rivals of the same market, period and method."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cx.settings import Settings
from cx.warehouse.compare import Asked, Span
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot
from cx.warehouse.yardsticks import market_leads, targets, yardsticks
from tests.companies import answer, current_snapshot, load_tables

EVERYTHING = Scope(None)
SPAN = Span(date(2025, 9, 1), date(2026, 8, 1))
TARGETS = [
    ("a", "t_nps", "2025", 10), ("a", "t_nps", "2026", 20), ("a", "t_nps", "2026 Q3", 25),
    ("a", "t_nps", "2026-09", 99), ("a", "r_nps", "2026", -5),
    ("b", "t_nps", "2024", 30), ("c", "t_nps", "soon", 30), ("c", "t_nps", "2026-08", 120),
    ("d", "t_nps", "2025", 15),
]
SCORES = [  # competitor, market, period, nps, n, method
    ("Unit a", "East", "2026 Q2", 30, 400, "panel"), ("Rival", "East", "2026 Q2", 20, 500, "panel"),
    ("Other", "East", "2026 Q2", 90, 500, "phone"), ("Unit b", "East", "2026 Q2", 80, 400, "panel"),
    ("Unit a", "East", "2026 Q4", 60, 400, "panel"), ("Rival", "East", "2026 Q4", 0, 500, "panel"),
    ("Unit a", "East", "2025 Q1", -30, 400, "panel"), ("Rival", "East", "2025 Q1", 0, 500, "panel"),
    ("Unit c", "West", "2026 Q2", 10, 400, ""), ("Rival", "West", "2026 Q2", 0, 400, ""),
    ("Unit d", "South", "2026 Q2", 10, "", "panel"), ("Rival", "South", "2026 Q2", 0, 400, "panel"),
    ("Rival", "North", "2026 Q2", 0, 400, "panel"),
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder: Path = tmp_path_factory.mktemp("yardsticks")
    home = Home(folder / "home")
    load_tables(home, folder, {
        "units": [{"unit_id": unit, "name": f"Unit {unit}", "parent_id": ""} for unit in "abcd"],
        "responses": [answer(number, 9, "2026-08-10", "abcd"[number % 4], product="x") for number in range(60)],
        "targets": [dict(zip(("unit_id", "metric", "period", "target"), row, strict=True)) for row in TARGETS],
        "benchmarks": [dict(zip(("competitor", "market", "period", "nps", "n", "method"), row, strict=True))
                       for row in SCORES]})
    return current_snapshot(home)


@pytest.mark.parametrize(("survey", "last", "expected"), [
    # A quarter before the year that holds it; what has not begun does not hold, nor what ended more than a year ago.
    ("transaction", date(2026, 8, 1), {"a": (0.25, "2026 Q3"), "d": (0.15, "2025")}),
    ("transaction", date(2026, 6, 1), {"a": (0.2, "2026"), "d": (0.15, "2025")}),
    ("transaction", date(2027, 6, 1), {"a": (0.99, "2026-09")}),
    ("transaction", date(2023, 6, 1), {}),
    ("relationship", date(2026, 8, 1), {"a": (-0.05, "2026")}),
    ("strategic", date(2026, 8, 1), {}),
])
def test_the_newest_target_that_began_holds(
        snapshot: Snapshot, survey: str, last: date, expected: dict[str, tuple[float, str]]):
    found = targets(snapshot, EVERYTHING, survey, tuple("abcd"), Span(last, last))
    assert {unit: (target.nps, target.period) for unit, target in found.items()} == expected


def test_leads_are_over_rivals_of_the_same_study_alone(snapshot: Snapshot):
    found = market_leads(snapshot, EVERYTHING, tuple("abcd"), SPAN, Settings())
    assert {unit: (one.lead.rival.name, round(100 * one.lead.difference.nps), one.period) for unit, one in found.items()
            } == {"a": ("Rival", 10, "2026 Q2"), "b": ("Rival", 60, "2026 Q2")}
    # c: nobody says how it was asked; d: nobody says how many were asked. Other, at 90, was asked by phone.


def test_filters_that_leave_answers_out_leave_yardsticks_out(snapshot: Snapshot):
    asked = Asked("transaction", tuple("abcd"), None, "")
    assert yardsticks(snapshot, EVERYTHING, asked, Filters(), Settings()).targets
    left = yardsticks(snapshot, EVERYTHING, asked, Filters(product="x"), Settings())
    assert not left.targets
    assert not left.leads


def test_leads_stand_beside_the_relationship_survey_alone(tmp_path: Path):
    home = Home(tmp_path / "home")
    rows = [answer(number, 9, "2026-08-10", "a", survey=survey) for number, survey in enumerate(
        ["transaction", "relationship"] * 20)]
    load_tables(home, tmp_path, {
        "units": [{"unit_id": "a", "name": "Unit a", "parent_id": ""}], "responses": rows,
        "benchmarks": [dict(zip(("competitor", "market", "period", "nps", "n", "method"), row, strict=True))
                       for row in SCORES]})
    found = {survey: yardsticks(current_snapshot(home), EVERYTHING, Asked(survey, ("a",), None, ""), Filters(),
                                Settings()).leads for survey in ("transaction", "relationship")}
    assert not found["transaction"]
    assert set(found["relationship"]) == {"a"}


def test_a_scope_sees_the_yardsticks_of_its_units(snapshot: Snapshot):
    scope = Scope(frozenset({"b"}))
    assert targets(snapshot, scope, "transaction", tuple("abcd"), SPAN) == {}
    assert set(market_leads(snapshot, scope, tuple("abcd"), SPAN, Settings())) == {"b"}
