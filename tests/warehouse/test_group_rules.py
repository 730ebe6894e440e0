"""All units together by customers, revenue or premium: weights from the table business, of a unit or of those below."""

from __future__ import annotations

from pathlib import Path

import pytest

from cx.settings import Settings
from cx.stats.group_figure import GroupFigure
from cx.warehouse.compare import Asked
from cx.warehouse.filters import Filters
from cx.warehouse.group_rules import group_figures
from cx.warehouse.home import Home
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot
from tests.companies import answer, current_snapshot, load_tables

EVERYTHING = Scope(None)
# Promoters and detractors of each unit; C has too few answers for a figure.
ANSWERS = {"A1": (60, 20), "A2": (20, 20), "B": (30, 70), "C": (3, 3)}
UNITS = {"all": "", "A": "all", "A1": "A", "A2": "A", "B": "all", "C": "all"}


def business(unit: str, month: str, **figures: float) -> list[dict[str, object]]:
    return [{"unit_id": unit, "month": month, "metric": metric, "value": value} for metric, value in figures.items()]


ROWS = [
    *business("A1", "2026-02", customers_start=300, revenue=10),
    *business("A1", "2026-03", customers_start=400, revenue=30),
    *business("A2", "2026-03", customers_start=100, revenue=5),
    *business("B", "2026-03", customers_start=1000, revenue=25),
    *business("B", "2026-04", customers_start=9999, revenue=9999),  # after the answers
    *business("C", "2026-03", customers_start=500, revenue=0),
    *business("B", "2024-01", customers_start=7777, revenue=7777),  # long before
]


def loaded(folder: Path, rows: list[dict[str, object]]) -> Snapshot:
    made: list[dict[str, object]] = []
    for unit, (promoters, detractors) in ANSWERS.items():
        made += [answer(len(made) + place, 10 if place < promoters else 0, "2026-03-10", unit)
                 for place in range(promoters + detractors)]
    units = [{"unit_id": unit, "name": unit, "parent_id": parent} for unit, parent in UNITS.items()]
    home = Home(folder / "home")
    load_tables(home, folder, {"units": units, "responses": made, **({"business": rows} if rows else {})})
    return current_snapshot(home)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return loaded(tmp_path_factory.mktemp("rules"), ROWS)


def figures(snapshot: Snapshot, scope: Scope = EVERYTHING, units: tuple[str, ...] = ("A", "B", "C"),
            total: str | None = "all") -> dict[str, tuple[float, float, int]]:
    found = group_figures(snapshot, scope, Asked("transaction", units, total, ""), Filters(), Settings())
    return {rule: (round(100 * one.nps, 6), round(one.covered, 6), one.n) for rule, one in found.items()}


def test_each_rule_weighs_the_units_as_the_table_says(snapshot: Snapshot):
    a, b = 100 * 40 / 120, -40.0  # NPS of A and B
    assert figures(snapshot) == {
        "answers": (pytest.approx(100 * (110 - 110) / 220), pytest.approx(220 / 226, abs=1e-6), 220),
        "customers": (pytest.approx((500 * a + 1000 * b) / 1500), 0.75, 220),
        # the mean of the months known: A1 20, A2 5, B 25; C has none
        "revenue": (pytest.approx((25 * a + 25 * b) / 50), 1.0, 220)}


def test_the_weight_of_what_is_not_compared_counts_and_missing_units_are_named(snapshot: Snapshot):
    def found(units: tuple[str, ...], total: str) -> dict[str, GroupFigure]:
        return dict(group_figures(snapshot, EVERYTHING, Asked("transaction", units, total, ""), Filters(), Settings()))

    every = found(("A", "B", "C"), "all")
    assert {rule: one.left_out for rule, one in every.items()} == dict.fromkeys(every, ("C",))
    some = found(("A", "C"), "all")  # B has 1,000 of 2,000 customers, and 25 of 50 of the revenue
    assert (some["customers"].covered, some["revenue"].covered) == pytest.approx((0.25, 0.5))
    assert some["answers"].covered == pytest.approx(120 / 226)
    whole = found(("A1", "A2"), "A")
    assert whole["answers"].is_whole
    assert (whole["answers"].n, whole["answers"].left_out) == (120, ())
    assert not any(one.is_whole for one in every.values())


def test_without_a_unit_above_every_answer_of_the_units_shown_counts_alike(snapshot: Snapshot):
    assert figures(snapshot, total=None)["answers"] == (
        pytest.approx(100 * (110 - 110) / 220), pytest.approx(220 / 226, abs=1e-6), 220)


def test_rules_without_weights_are_not_there(tmp_path: Path):
    assert set(figures(loaded(tmp_path, []))) == {"answers"}


def test_a_scope_weighs_with_what_it_sees(snapshot: Snapshot):
    seen = group_figures(snapshot, Scope(frozenset({"A1", "B"})), Asked("transaction", ("A1", "B"), None, ""),
                         Filters(), Settings())
    assert seen["customers"].nps == pytest.approx((400 * 0.5 + 1000 * -0.4) / 1400)
    alone = group_figures(snapshot, Scope(frozenset({"A1"})), Asked("transaction", ("A1",), None, ""), Filters(),
                          Settings())
    assert alone["customers"].nps == pytest.approx(0.5)
