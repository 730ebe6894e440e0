"""The map of touchpoints from the warehouse: cell by cell what a filter by the touchpoint shows, and nothing more."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cx.settings import Settings
from cx.stats.suppression import Withheld
from cx.warehouse.compare import Asked, compared_units
from cx.warehouse.compare_touchpoints import NamedMap, compared_touchpoints
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot
from tests.companies import answer, current_snapshot, load_tables

EVERYTHING = Scope(None)
BRANCHES = {"A1": "A", "A2": "A", "A3": "A", "B1": "B", "B2": "B"}
TOUCHPOINTS = ("t1", "t2", "t3", "t4")


def rows() -> list[dict[str, object]]:
    """Answers of branches below two regions, many cells of a handful of answers a month, customers who come again."""
    dice = random.Random(5)
    made = []
    for number in range(4000):
        month = dice.randint(0, 15)
        made.append(answer(
            number, dice.choice(range(11)), f"{2025 + month // 12}-{month % 12 + 1:02}-1{dice.randint(0, 9)}",
            dice.choices(list(BRANCHES), [40, 20, 1, 30, 3])[0], customer_id=f"c{dice.randint(0, 500)}",
            product=dice.choice(["car", "home"]),
            touchpoint_id=dice.choices([*TOUCHPOINTS, ""], [30, 20, 10, 1, 5])[0]))
    return made


ROWS = rows()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("map")
    units = [{"unit_id": "all", "name": "All", "parent_id": ""}]
    units += [{"unit_id": unit, "name": f"Region {unit}", "parent_id": "all"} for unit in "AB"]
    units += [{"unit_id": unit, "name": f"Branch {unit}", "parent_id": parent} for unit, parent in BRANCHES.items()]
    names = [{"touchpoint_id": one, "name": f"Touch {one}", "journey": "J", "stage": f"S{number // 2}",
              "stage_order": number // 2 + 1} for number, one in enumerate(TOUCHPOINTS)]
    home = Home(folder / "home")
    load_tables(home, folder, {"units": units, "touchpoints": names, "responses": ROWS})
    return current_snapshot(home)


def found(snapshot: Snapshot, filters: Filters = Filters(), scope: Scope = EVERYTHING) -> NamedMap:  # noqa: B008
    made = compared_touchpoints(snapshot, scope, Asked("transaction", tuple(BRANCHES), "all", ""), filters, Settings())
    assert made is not None
    return made


@pytest.mark.parametrize("product", ["", "car"])
def test_each_cell_is_what_a_filter_by_its_touchpoint_shows_or_is_withheld(snapshot: Snapshot, product: str):
    made, shown = found(snapshot, Filters(product=product)), 0
    for touchpoint in TOUCHPOINTS:
        compared = compared_units(snapshot, EVERYTHING, Asked("transaction", tuple(BRANCHES), "all", ""),
                                  Filters(product=product, touchpoint=touchpoint), Settings())
        assert compared is not None
        for unit in compared.units:
            cell = made.map.cells[touchpoint, unit.unit_id]
            assert cell.n == unit.n
            assert cell.withheld in (unit.withheld, Withheld.PROTECTS_OTHERS)
            if cell.estimate is not None:
                shown += 1
                assert unit.estimate is not None
                assert cell.estimate.nps == pytest.approx(unit.estimate.nps, abs=1e-12)
                assert cell.estimate.n_effective == pytest.approx(unit.estimate.n_effective, rel=1e-9)
    assert shown > 8


def test_a_large_cell_is_what_the_raw_answers_say(snapshot: Snapshot):
    raw = [int(str(row["score"])) for row in ROWS if row["unit_id"] == "A1" and row["touchpoint_id"] == "t1"
           and "2025-05" <= str(row["responded_at"])[:7] <= "2026-04"]
    cell = found(snapshot).map.cells["t1", "A1"]
    assert cell.n == len(raw)
    assert cell.estimate is not None
    assert cell.estimate.nps == pytest.approx((sum(s >= 9 for s in raw) - sum(s <= 6 for s in raw)) / len(raw))


def test_touchpoints_stand_in_the_order_of_their_stages(snapshot: Snapshot):
    assert [(one.id, one.name, one.stage) for one in found(snapshot).touchpoints] == [
        ("t1", "Touch t1", "S0"), ("t2", "Touch t2", "S0"), ("t3", "Touch t3", "S1"), ("t4", "Touch t4", "S1")]


def test_the_map_of_some_units_has_the_touchpoints_where_they_have_answers(snapshot: Snapshot):
    whole = found(snapshot)
    some = whole.of_units(["A3"])
    answered = {row["touchpoint_id"] for row in ROWS if row["unit_id"] == "A3" and row["touchpoint_id"]
                and "2025-05" <= str(row["responded_at"])[:7] <= "2026-04"}
    assert [one.id for one in some.touchpoints] == list(some.map.touchpoint_ids) == sorted(answered)
    assert len(answered) < len(whole.touchpoints)
    assert set(some.map.cells) == {(touchpoint, "A3") for touchpoint in answered}


def test_whoever_sees_one_branch_gets_no_other(snapshot: Snapshot):
    made = found(snapshot, scope=Scope(frozenset({"A1"})))
    assert made.map.unit_ids == ("A1",)
    assert not made.map.compared


def test_without_touchpoints_there_is_no_map(tmp_path: Path):
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path, {"responses": [answer(number, 9, unit="AB"[number % 2]) for number in range(40)]})
    assert compared_touchpoints(current_snapshot(home), EVERYTHING, Asked("transaction", ("A", "B"), None, ""),
                                Filters(), Settings()) is None


def test_a_private_cell_does_not_follow_from_the_figures_of_units_and_touchpoints(tmp_path: Path):
    # A filter by one touchpoint hides a and b at t1 alone; from its own figure a would follow.
    sizes = {("a", "t1"): 3, ("a", "t2"): 60, ("a", "t3"): 65, ("b", "t1"): 40, ("b", "t2"): 50, ("b", "t3"): 55,
             ("c", "t1"): 70, ("c", "t2"): 80, ("c", "t3"): 90}
    made = []
    for (unit, touchpoint), count in sizes.items():
        made += [answer(len(made) + place, (10, 9, 8, 3, 9)[place % 5], "2026-03-10", unit, touchpoint_id=touchpoint)
                 for place in range(count)]
    units = [{"unit_id": "all", "name": "All", "parent_id": ""}]
    units += [{"unit_id": unit, "name": unit, "parent_id": "all"} for unit in "abc"]
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path, {"units": units, "responses": made})
    result = compared_touchpoints(current_snapshot(home), EVERYTHING, Asked("transaction", ("a", "b", "c"), "all", ""),
                                  Filters(), Settings())
    assert result is not None
    assert [(one.name, one.stage) for one in result.touchpoints] == [("t1", ""), ("t2", ""), ("t3", "")]  # unnamed
    hidden = {key for key, cell in result.map.cells.items() if cell.estimate is None}
    assert {("t1", "a"), ("t1", "b")} < hidden
    for line in ("a", "b", "t1", "t2", "t3"):
        assert len([key for key in hidden if line in key]) != 1
    assert len(hidden) < 9
