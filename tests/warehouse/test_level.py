"""The level of the chosen unit: its own protected points, and the drift of the units of its level."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cx.settings import Settings
from cx.stats.level import drift_variance, local_level
from cx.stats.nps import Counts, nps_estimate
from cx.warehouse.filters import Filters
from cx.warehouse.level import unit_level, units_like
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot
from cx.warehouse.units import hierarchy
from tests.companies import Row, current_snapshot
from tests.pages import homes

EVERYTHING = Scope(None)
SETTINGS = Settings()
MONTHS = [f"2024-{month:02}" for month in range(1, 11)]


def scores() -> dict[tuple[str, str], list[int]]:
    """The scores of three branches and a far one, month by month; of A four answers in March, which are private."""
    dice = np.random.default_rng(6)
    made = {}
    for unit in ("A", "B", "C", "far"):
        for month in MONTHS:
            n = 4 if (unit, month) == ("A", "2024-03") else 40
            made[unit, month] = [int(one) for one in dice.choice([10, 8, 3], n, p=(0.5, 0.3, 0.2))]
    return made


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    units: list[Row] = [{"unit_id": unit, "name": unit, "parent_id": parent} for unit, parent in (
        ("top", ""), ("north", "top"), ("south", "top"), ("A", "north"), ("B", "north"), ("C", "north"),
        ("far", "south"))]
    rows: list[Row] = []
    for (unit, month), given in scores().items():
        rows += homes.answers(len(rows), given, unit=unit, at=f"{month}-10")
    return current_snapshot(homes.company(Path(tmp_path_factory.mktemp("levels")), rows, units=units))


def test_the_level_is_that_of_the_raw_answers_with_the_drift_of_its_siblings(snapshot: Snapshot) -> None:
    given = scores()

    def months(unit: str) -> list:
        return [nps_estimate(Counts(*(given[unit, month].count(score) for score in (10, 8, 3))))
                if len(given[unit, month]) >= 10 else None for month in MONTHS]

    found = unit_level(snapshot, EVERYTHING, "transaction", Filters(units=("A",)), SETTINGS)
    assert found is not None
    assert found.level is not None
    # What is withheld of A, and of the smallest of its siblings, so that subtraction gives nothing, is no answer here.
    shown = {unit: [point.estimate and months(unit)[place] for place, point in enumerate(series.points)]
             for unit, series in ((one.unit_id, one) for one in nps_trends(
                 snapshot, EVERYTHING, "transaction", Filters(units=("A", "B", "C")), SETTINGS).series)}
    assert shown["A"][2] is None
    expected = local_level(shown["A"], drift_variance(list(shown.values())))
    assert found.level.smoothed == pytest.approx(expected.smoothed)
    assert found.units == 3
    assert [point.estimate is None for point in found.points] == [month == "2024-03" for month in MONTHS]


def test_units_of_the_same_level_are_those_below_the_same_unit(snapshot: Snapshot) -> None:
    tree = hierarchy(snapshot, EVERYTHING)
    assert set(units_like(tree, "B")) == {"A", "B", "C"}
    assert set(units_like(tree, "north")) == {"north", "south"}
    assert set(units_like(tree, "top")) == {"north", "south"}
    assert units_like(tree, "far") == ("far",)
    alone = Scope(frozenset({"A"}))
    assert units_like(hierarchy(snapshot, alone), "A") == ("A",)


def test_the_drift_of_a_unit_does_not_know_units_outside_the_scope(snapshot: Snapshot) -> None:
    scope = Scope(frozenset({"A"}))
    found = unit_level(snapshot, scope, "transaction", Filters(units=("A",)), SETTINGS)
    assert found is not None
    assert found.units == 1
    hidden = unit_level(snapshot, scope, "transaction", Filters(units=("B",)), SETTINGS)
    assert hidden is not None
    assert (hidden.name, hidden.points) == ("A", found.points)


def test_several_units_side_by_side_have_no_level(snapshot: Snapshot) -> None:
    assert unit_level(snapshot, EVERYTHING, "transaction", Filters(units=("A", "B")), SETTINGS) is None
    assert unit_level(snapshot, EVERYTHING, "relationship", Filters(), SETTINGS) is None


def test_the_newest_verdict_of_the_level_is_that_of_the_page(snapshot: Snapshot) -> None:
    for units in ((), ("north",), ("A",)):
        page = nps_trends(snapshot, EVERYTHING, "transaction", Filters(units=units), SETTINGS).main
        found = unit_level(snapshot, EVERYTHING, "transaction", Filters(units=units), SETTINGS)
        assert page is not None
        assert found is not None
        assert found.movements[-1] == page.movement
