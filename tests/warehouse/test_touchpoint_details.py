"""What is known of one touchpoint: register, voices, visits and measures of the right units, days and touchpoint."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cx.settings import Settings
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot
from cx.warehouse.touchpoint_details import (
    excerpt_count,
    loaded_on,
    measured,
    open_pain_points,
    units_below,
    visits,
)
from cx.warehouse.units import hierarchy
from tests.companies import answer, current_snapshot, load_tables

EVERYTHING = Scope(None)
BRANCHES = [f"B{number}" for number in range(12)]


def pain(number: int, unit: str, **more: object) -> dict[str, object]:
    return {"pain_point_id": f"p{number}", "title": f"pain {number}", "unit_id": unit, "touchpoint_id": "t",
            "owner": "Operations", "opened_on": "2025-01-01", "closed_on": "", "due_on": "", **more}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("details")
    later = f"{date.today() + timedelta(days=400):%Y-%m-%d}"
    units = [{"unit_id": "all", "name": "All", "parent_id": ""}, {"unit_id": "R", "name": "Region", "parent_id": "all"},
             {"unit_id": "S", "name": "South", "parent_id": "all"}]
    units += [{"unit_id": one, "name": f"Branch {one}", "parent_id": "R"} for one in BRANCHES]
    rows = [answer(f"{unit}-{n}", 10 if n < 10 + 2 * place else 3, "2026-02-10", unit, touchpoint_id="t")  # type: ignore[arg-type]
            for place, unit in enumerate(BRANCHES) for n in range(40)]
    excerpts = [("e1", "B1", "t", "given", ""), ("e2", "B1", "t", "refused", ""), ("e3", "B2", "t", "given", later),
                ("e4", "B2", "t", "given", "2020-01-01"), ("e5", "B2", "u", "given", ""), ("e6", "S", "t", "given", "")]
    home = Home(folder / "home")
    load_tables(home, folder, {
        "units": units, "responses": rows,
        "touchpoints": [{"touchpoint_id": one, "name": one, "journey": "J", "stage": "S", "stage_order": 1}
                        for one in "tu"],
        "pain_points": [pain(1, "B1", due_on="2025-03-01"), pain(2, "all", due_on=later), pain(3, "R"),
                        pain(4, "B1", closed_on="2025-02-01"), pain(5, "B1", touchpoint_id="u"), pain(6, "S")],
        "excerpts": [{"excerpt_id": key, "media": f"{key}.wav", "unit_id": unit, "touchpoint_id": touchpoint,
                      "consent": consent, "expires_on": expires}
                     for key, unit, touchpoint, consent, expires in excerpts],
        "visits": [{"visit_id": f"{unit}-{n}", "unit_id": unit, "touchpoint_id": "t", "visited_on": "2026-01-15",
                    "score_pct": 50 + 3 * place + 2 * n} for place, unit in enumerate(BRANCHES) for n in range(2)]
        + [{"visit_id": "old", "unit_id": "B0", "touchpoint_id": "t", "visited_on": "2024-01-15", "score_pct": 0}],
        "touchpoint_metrics": [{"touchpoint_id": "t", "unit_id": unit, "month": month, "entered": 100,
                                "completed": 90} for unit in ("B1", "B2") for month in ("2026-01", "2026-02")]})
    return current_snapshot(home)


def test_units_below_are_the_chosen_ones_with_all_below_them(snapshot: Snapshot):
    tree = hierarchy(snapshot, EVERYTHING)
    assert set(units_below(tree, ("R",))) == {"R", *BRANCHES}
    assert set(units_below(tree, ("B1", "S"))) == {"B1", "S"}
    assert len(units_below(tree, ())) == 15


def test_open_pain_points_are_those_of_the_touchpoint_at_below_and_above_the_unit(snapshot: Snapshot):
    def found(*units: str) -> list[tuple[str, bool | None]]:
        return [(one.title, one.overdue) for one in open_pain_points(
            snapshot, EVERYTHING, Filters(units=units, touchpoint="t"))]
    assert found() == [("pain 1", True), ("pain 2", False), ("pain 3", None), ("pain 6", None)]
    assert found("R") == [("pain 1", True), ("pain 2", False), ("pain 3", None)]
    assert found("B2") == [("pain 2", False), ("pain 3", None)]
    assert loaded_on(snapshot, EVERYTHING) >= date(2025, 3, 2)


def test_excerpts_count_with_consent_and_before_they_expire(snapshot: Snapshot):
    assert excerpt_count(snapshot, EVERYTHING, Filters(touchpoint="t")) == 3
    assert excerpt_count(snapshot, EVERYTHING, Filters(touchpoint="t", units=("R",))) == 2
    assert excerpt_count(snapshot, Scope(frozenset({"S"})), Filters(touchpoint="t")) == 1


def test_visits_stand_beside_the_score_of_the_same_unit_and_months(snapshot: Snapshot):
    found = visits(snapshot, EVERYTHING, Filters(touchpoint="t"), Settings())
    assert found is not None
    assert [unit.unit_id for unit in found.units] == BRANCHES  # the worst visits first
    for place, unit in enumerate(found.units):
        assert (unit.visits, unit.score_pct, unit.n) == (2, pytest.approx(51 + 3 * place), 40)
        assert unit.estimate is not None
        assert unit.estimate.nps == pytest.approx((2 * (10 + 2 * place) - 40) / 40)
    assert found.agreement is not None
    assert found.agreement.r == pytest.approx(1)
    assert visits(snapshot, EVERYTHING, Filters(touchpoint="u"), Settings()) is None


def test_measures_are_those_of_the_units_and_months_asked_for(snapshot: Snapshot):
    months = measured(snapshot, EVERYTHING, Filters(touchpoint="t"))
    assert [(month.month, month.entered) for month in months] == [(date(2026, 1, 1), 200), (date(2026, 2, 1), 200)]
    (month,) = measured(snapshot, EVERYTHING, Filters(touchpoint="t", units=("B1",), first_month=date(2026, 2, 1)))
    assert month.entered == 100
    assert measured(snapshot, Scope(frozenset({"S"})), Filters(touchpoint="t")) == ()
