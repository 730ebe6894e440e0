"""Targets and competitors from the warehouse: read by unit, metric and market; what cannot be read is told apart."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cx.stats.outlook import Target
from cx.warehouse.benchmarks import market, markets
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot
from cx.warehouse.targets import unit_targets
from tests.companies import Row, current_snapshot
from tests.pages import homes

EVERYTHING = Scope(None)
TARGETS = [
    ("A", "t_nps", "2026", 30), ("A", "T-NPS", "2025 Q2", 25), ("A", "r nps", "2026", 40), ("A", "r_nps", "Spring", 20),
    ("A", "t_nps", "someday", 10), ("A", "t_nps", "2027", 130), ("A", "renewal_rate", "2026", 0.9),
    ("B", "t_nps", "2026", -5.5), ("A", "strategic_nps", "2026-03", 0),
]
SCORES: list[tuple[str, str, str, float, object, str]] = [
    ("Rival", "Car", "2025 Q4", 12, 500, "panel"), ("Rival", "Car", "2025 Q1", 9, "", "panel"),
    ("Rival", "Car", "someday", 11, 500, "panel"), ("Other", "Car", "2025", -3, 400, ""),
    ("Branch A", "Car", "2025 Q4", 20, 300, "panel"), ("Rival", "Home", "2025 Q4", 50, 500, "phone"),
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    units: list[Row] = [{"unit_id": name, "name": f"Branch {name}", "parent_id": ""} for name in ("A", "B")]
    home = homes.company(
        Path(tmp_path_factory.mktemp("held")), homes.answers(0, [10] * 20), units=units,
        targets=[dict(zip(("unit_id", "metric", "period", "target"), row, strict=True)) for row in TARGETS],
        benchmarks=[dict(zip(("competitor", "market", "period", "nps", "n", "method"), row, strict=True))
                    for row in SCORES])
    return current_snapshot(home)


def test_targets_are_those_of_the_unit_and_the_survey_oldest_first(snapshot: Snapshot) -> None:
    found = unit_targets(snapshot, EVERYTHING, "A", "transaction")
    assert found.targets == (
        Target("2025 Q2", date(2025, 4, 1), date(2025, 6, 1), 0.25),
        Target("2026", date(2026, 1, 1), date(2026, 12, 1), 0.30))
    assert set(found.unreadable) == {"someday", "2027"}
    (of_b,) = unit_targets(snapshot, EVERYTHING, "B", "transaction").targets
    assert of_b.nps == pytest.approx(-0.055)
    assert unit_targets(snapshot, EVERYTHING, "B", "relationship").targets == ()
    (strategic,) = unit_targets(snapshot, EVERYTHING, "A", "strategic").targets
    assert strategic.first_month == strategic.last_month == date(2026, 3, 1)


def test_a_period_that_is_the_name_of_a_wave_is_where_the_wave_begins(snapshot: Snapshot) -> None:
    assert unit_targets(snapshot, EVERYTHING, "A", "relationship").unreadable == ("Spring",)
    found = unit_targets(snapshot, EVERYTHING, "A", "relationship", {"Spring": date(2026, 4, 1)})
    assert found.unreadable == ()
    assert found.targets[0] == Target("Spring", date(2026, 4, 1), date(2026, 4, 1), 0.20)


def test_a_scope_sees_no_target_of_another_unit(snapshot: Snapshot) -> None:
    scope = Scope(frozenset({"B"}))
    assert unit_targets(snapshot, scope, "A", "transaction").targets == ()
    assert len(unit_targets(snapshot, scope, "B", "transaction").targets) == 1
    own = market(snapshot, scope, "Car", {"A", "Branch A"}, {})
    assert own.own is None
    assert {one.name for one in own.others} == {"Rival", "Other"}


def test_the_competitors_of_a_market_with_the_own_unit_last(snapshot: Snapshot) -> None:
    assert markets(snapshot, EVERYTHING) == ("Car", "Home")
    found = market(snapshot, EVERYTHING, "Car", {"A", "Branch A"}, {"2025 Q4": date(2025, 12, 1)})
    assert [(one.name, one.is_own) for one in found.competitors] == [
        ("Other", False), ("Rival", False), ("Branch A", True)]
    rival = found.others[1]
    assert [(score.period, score.month, score.nps, score.n) for score in rival.scores] == [
        ("2025 Q1", date(2025, 2, 1), 0.09, None), ("2025 Q4", date(2025, 12, 1), 0.12, 500)]
    assert found.others[0].scores[0].month == date(2025, 7, 1)
    assert found.methods == ("panel",)
    assert found.unreadable == ("someday",)
    assert found.own is not None
    assert found.own.scores[0].n == 300
    assert rival.between(date(2025, 3, 1), date(2025, 12, 1)).scores == rival.scores[1:]
    assert market(snapshot, EVERYTHING, "Moon", (), {}).competitors == ()
