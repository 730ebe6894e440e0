"""The map of journeys from the warehouse: cell by cell what filters show, against the own past, and nothing more."""

from __future__ import annotations

import random
from datetime import date
from itertools import product

import numpy as np
import pytest

from cx.settings import Settings
from cx.stats.suppression import Withheld
from cx.stats.touchpoint_map import TouchpointMap
from cx.warehouse.compare import Asked, compared_units, narrowing
from cx.warehouse.compare_touchpoints import reads_of
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.journey import JourneyMap, journey_map
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Read, Snapshot
from tests.companies import answer, current_snapshot, load_tables

EVERYTHING = Scope(None)
UNITS = ("A", "B", "C")
TOUCHPOINTS = ("t1", "t2", "t3", "t4")
MONTHS = [f"{2024 + month // 12}-{month % 12 + 1:02}" for month in range(26)]
NOW, BEFORE = MONTHS[-12:], MONTHS[-24:-12]


def rows() -> list[dict[str, object]]:
    """Three units, four touchpoints of which t1 falls at A in the newest year; rare ones with a handful of answers."""
    dice = random.Random(11)
    made = []
    for number in range(9000):
        month = dice.randint(0, 25)
        unit = dice.choices(UNITS, [60, 40, 30])[0]
        touchpoint = dice.choices([*TOUCHPOINTS, "" if unit == "B" else "t1"], [40, 30, 20, 1, 2])[0]
        low = unit == "A" and touchpoint == "t1" and month >= 14 and dice.random() < 0.35
        made.append(answer(
            number, dice.randint(0, 6) if low else dice.choice(range(11)), f"{MONTHS[month]}-1{dice.randint(0, 9)}",
            unit, touchpoint_id=touchpoint, segment=dice.choices(["young", "old", "rare"], [50, 40, 0.4])[0],
            channel=dice.choice(["app", "web"])))
    return made


ROWS = rows()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("journey")
    units = [{"unit_id": "all", "name": "All", "parent_id": ""}]
    units += [{"unit_id": unit, "name": f"Unit {unit}", "parent_id": "all"} for unit in UNITS]
    names = [{"touchpoint_id": one, "name": f"Touch {one}", "journey": f"J{number // 2}", "stage": "S",
              "stage_order": number + 1} for number, one in enumerate(TOUCHPOINTS)]
    home = Home(folder / "home")
    load_tables(home, folder, {"units": units, "touchpoints": names, "responses": ROWS})
    return current_snapshot(home)


def found(snapshot: Snapshot, across: str, filters: Filters = Filters()) -> JourneyMap:  # noqa: B008
    made = journey_map(snapshot, EVERYTHING, across, filters, Settings())
    assert made is not None
    return made


def raw(months: list[str], **wanted: str) -> tuple[int, float]:
    """Number and NPS of the raw answers of these months."""
    scores = [int(str(row["score"])) for row in ROWS if str(row["responded_at"])[:7] in months
              and all(row[name] == value for name, value in wanted.items())]
    return len(scores), (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / len(scores)


def test_a_cell_of_units_is_its_newest_year_against_the_year_before(snapshot: Snapshot):
    made = found(snapshot, "unit")
    assert (made.now.first_month, made.now.last_month) == (date(2025, 3, 1), date(2026, 2, 1))
    assert made.before is not None
    assert (made.before.first_month, made.before.last_month) == (date(2024, 3, 1), date(2025, 2, 1))
    for touchpoint, unit in product(("t1", "t2", "t3"), "A"):
        cell = made.named.map.cells[touchpoint, unit]
        (n, nps), (n_before, nps_before) = (raw(months, touchpoint_id=touchpoint, unit_id=unit)
                                            for months in (NOW, BEFORE))
        assert cell.n == n
        assert cell.estimate is not None
        assert cell.estimate.nps == pytest.approx(nps)
        assert cell.movement is not None
        assert (cell.movement.reference_n, cell.gap) == (n_before, pytest.approx(nps - nps_before))
    assert [(cell.touchpoint_id, cell.unit_id) for cell in made.named.map.apart] == [("t1", "A")]
    assert (made.named.map.apart[0].gap or 0) < 0


def test_the_touchpoint_that_is_opened_and_the_first_month_do_not_narrow_the_map(snapshot: Snapshot):
    assert found(snapshot, "unit", Filters(touchpoint="t2", first_month=date(2026, 1, 1))).named == found(
        snapshot, "unit").named


@pytest.mark.parametrize("filters", [Filters(), Filters(units=("A",)), Filters(units=("B",), channel="app")])
def test_a_cell_of_months_is_what_a_filter_by_its_touchpoint_shows_or_is_withheld(
    snapshot: Snapshot, filters: Filters
):
    made, shown = found(snapshot, "month", filters), 0
    unit = filters.units[0] if filters.units else "all"
    assert (made.named.map.unit_ids, made.unit_id) == (tuple(NOW), unit)
    for touchpoint in made.named.map.touchpoint_ids:
        trends = nps_trends(snapshot, EVERYTHING, "transaction",
                            Filters(units=(unit,), channel=filters.channel, touchpoint=touchpoint), Settings())
        points = {point.period: point for one in trends.series if one.unit_id == unit for point in one.points}
        for month in NOW:
            cell, point = made.named.map.cells[touchpoint, month], points.get(month)
            assert cell.n == (point.n if point else 0)
            if cell.estimate is not None:
                shown += 1
                assert point is not None
                assert point.estimate is not None
                assert cell.estimate.nps == pytest.approx(point.estimate.nps, abs=1e-12)
                assert cell.estimate.n_effective == pytest.approx(point.estimate.n_effective, rel=1e-9)
    assert shown > 12


def test_a_month_is_held_against_the_twelve_months_before_it(snapshot: Snapshot):
    made = found(snapshot, "month", Filters(units=("A",)))
    cell = made.named.map.cells["t1", "2026-01"]
    place = MONTHS.index("2026-01")
    (_, nps), (n_before, before) = (raw(months, touchpoint_id="t1", unit_id="A")
                                    for months in (["2026-01"], MONTHS[place - 12:place]))
    assert cell.movement is not None
    assert (cell.movement.reference_n, cell.movement.change) == (n_before, pytest.approx(nps - before))


@pytest.mark.parametrize("across", ["segment", "channel"])
def test_a_cell_of_values_is_what_both_filters_show_or_is_withheld(snapshot: Snapshot, across: str):
    made, shown = found(snapshot, across, Filters(units=("A",))), 0
    checked = 0
    for (touchpoint, value), cell in made.named.map.cells.items():
        compared = compared_units(snapshot, EVERYTHING, Asked("transaction", ("A",), None, ""), Filters(
            touchpoint=touchpoint, **{across: value}), Settings())  # type: ignore[arg-type]
        assert compared is not None
        (unit,) = compared.units
        assert cell.n == unit.n
        if cell.estimate is not None:
            shown += 1
            assert unit.estimate is not None
            assert cell.estimate.nps == pytest.approx(unit.estimate.nps, abs=1e-12)
            if cell.movement is not None and cell.movement.change is not None:
                (n, nps), (n_before, before) = (
                    raw(months, touchpoint_id=touchpoint, unit_id="A", **{across: value}) for months in (NOW, BEFORE))
                if (cell.n, cell.movement.reference_n) == (n, n_before):  # no month is left out for privacy
                    checked += 1
                    assert cell.movement.change == pytest.approx(nps - before)
    assert shown >= 2
    assert checked


def given_away(found: TouchpointMap, sums: list[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Private cells that follow from the known sums, by linear algebra over the hidden cells."""
    hidden = [key for key, cell in found.cells.items() if cell.n and cell.estimate is None
              and cell.withheld is not Withheld.TOO_FEW]
    matrix = np.array([[float(cell in keys) for cell in hidden] for keys in sums]).reshape(len(sums), len(hidden))
    rank = np.linalg.matrix_rank(matrix)
    return [key for place, key in enumerate(hidden) if found.cells[key].n < 5
            and np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(hidden))[place]])) == rank]


@pytest.mark.parametrize("across", ["month", "segment"])
def test_no_private_cell_follows_from_the_sums_of_rows_and_columns(snapshot: Snapshot, across: str):
    made = found(snapshot, across, Filters(units=("A",))).named.map
    private = [cell for cell in made.cells.values() if 0 < cell.n < 5]
    assert private
    assert all(cell.estimate is None and cell.movement is None for cell in private)
    # At A every answer names a touchpoint and a segment, so all rows and columns add up to sums that are known.
    rows = [[(row, column) for column in made.unit_ids] for row in made.touchpoint_ids]
    columns = [[(row, column) for row in made.touchpoint_ids] for column in made.unit_ids]
    assert given_away(made, rows + columns) == []


def test_a_query_of_periods_has_one_row_a_unit_and_period_whatever_else_answers_carry(snapshot: Snapshot):
    month = {"survey": "transaction", "units": ["A"], "first_month": date(2026, 2, 1), "last_month": date(2026, 2, 1)}
    n, _ = raw(["2026-02"], unit_id="A", segment="old")
    everybody, _ = raw(["2026-02"], unit_id="A")
    (row,) = snapshot.query(EVERYTHING, "unit_periods", {
        "counts": Read("counts_mix", narrowing(Filters(segment="old"))), "clusters": Read("counts_unit"),
        "everything": Read("counts_unit")}, **month)
    assert (sum(row[2:5]), row[6]) == (n, everybody - n)
    reads = reads_of(Filters(segment="old"))
    for touchpoint, *cell in snapshot.query(EVERYTHING, "touchpoint_periods", reads, wave="", privacy=5, **month):
        n, _ = raw(["2026-02"], unit_id="A", segment="old", touchpoint_id=touchpoint)
        assert (sum(cell[2:5]), cell[6]) == (n, everybody - n)


def test_a_scope_sees_its_own_units_alone(snapshot: Snapshot):
    made = journey_map(snapshot, Scope(frozenset({"B"})), "unit", Filters(), Settings())
    assert made is not None
    assert made.named.map.unit_ids == ("B",)
    assert journey_map(snapshot, Scope(frozenset()), "unit", Filters(), Settings()) is None
