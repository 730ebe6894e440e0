"""The map of touchpoints and units: differences to all together, marks, cells that take no part."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import false_discovery_control, norm

from cx.stats.comparison import SpanCounts
from cx.stats.crossed import Cell, Line
from cx.stats.nps import Counts
from cx.stats.suppression import Thresholds, Withheld
from cx.stats.touchpoint_map import MapCell, TouchpointMap, touchpoint_map

LIMITS = Thresholds()
CLASSES: dict[Cell, tuple[int, int, int]] = {
    ("t1", "A"): (60, 20, 20), ("t1", "B"): (40, 30, 30), ("t1", "C"): (200, 90, 80),
    ("t2", "A"): (10, 8, 4), ("t2", "B"): (90, 5, 5), ("t2", "C"): (30, 40, 60),
    ("t3", "A"): (2, 1, 0), ("t3", "B"): (5, 1, 1), ("t3", "C"): (20, 20, 20),
}


def spans(worth: float = 1.0) -> dict[Cell, SpanCounts]:
    return {key: SpanCounts(Counts(*classes), worth * sum(classes), 0) for key, classes in CLASSES.items()}


def made(worth: float = 1.0, hidden: frozenset[Cell] = frozenset(), lines: list[Line] | None = None) -> TouchpointMap:
    return touchpoint_map(["t1", "t2", "t3"], ["A", "B", "C"], spans(worth), lambda key, _: key in hidden, lines or [],
                          LIMITS)


def score(classes: np.ndarray) -> float:
    return float(classes[0] - classes[2]) / float(classes.sum())


def p_value(own: np.ndarray, others: np.ndarray, worth: float) -> float:
    """Methods 1.3 from scratch: 1.5 pseudo-answers on each side."""
    def adjusted(classes: np.ndarray) -> tuple[float, float]:
        n = worth * classes.sum() + 1.5
        p, d = (worth * classes[0] + 0.375) / n, (worth * classes[2] + 0.375) / n
        return p - d, (p + d - (p - d) ** 2) / n
    (mine, v1), (theirs, v2) = adjusted(own), adjusted(others)
    return float(2 * norm.sf(abs(mine - theirs) / math.sqrt(v1 + v2)))


@pytest.mark.parametrize("worth", [1.0, 0.4])
def test_differences_and_marks_follow_from_the_answers(worth: float):
    found = made(worth)
    shown = {key for key, classes in CLASSES.items() if sum(classes) >= LIMITS.figure}
    tested = {}
    for key in shown:
        row = [np.array(CLASSES[other]) for other in shown if other[0] == key[0]]
        own, together = np.array(CLASSES[key]), np.sum(row, axis=0)
        if own.sum() >= LIMITS.firm and (together - own).sum() >= LIMITS.firm:
            tested[key] = p_value(own, together - own, worth)
            cell = found.cells[key]
            assert cell.difference is not None
            assert cell.difference.nps == pytest.approx(score(own) - score(together), abs=1e-12)
            assert cell.difference.p_value == pytest.approx(tested[key], rel=1e-9)
            assert (cell.difference.low > 0 or cell.difference.high < 0) == (tested[key] < 0.05)
    assert {key for key, cell in found.cells.items() if cell.difference} == set(tested) != set()
    q_values = dict(zip(tested, false_discovery_control(list(tested.values())), strict=True))
    assert {(cell.touchpoint_id, cell.unit_id) for cell in found.apart} == {
        key for key, q_value in q_values.items() if q_value <= 0.1 and tested[key] < 0.05}
    assert found.compared == len(tested)


def odd_one(promoters: int, others: int) -> MapCell:
    """The cell of a unit with so many promoters and 10 detractors of 100, beside units with 60 that are all alike."""
    ids = ["A", *(f"B{number}" for number in range(others))]
    found = {("t", unit): SpanCounts(Counts(count, 90 - count, 10), 100.0, 0)
             for unit, count in zip(ids, [promoters] + [60] * others, strict=True)}
    return touchpoint_map(["t"], ids, found, lambda *_: False, [], LIMITS).cells["t", "A"]


def with_p_value(low: float, high: float, others: int) -> MapCell:
    return next(cell for count in range(60, 91)
                if (cell := odd_one(count, others)).difference and low < cell.difference.p_value < high)


def test_among_many_cells_a_small_difference_is_no_mark_and_no_mark_contradicts_its_interval():
    assert with_p_value(0.01, 0.05, others=1).apart
    assert not with_p_value(0.01, 0.05, others=40).apart
    assert not with_p_value(0.05, 0.1, others=1).apart


def test_the_reasons_for_a_withheld_cell_and_what_it_takes_part_in():
    found = made(hidden=frozenset({("t1", "B")}))
    assert {key[1]: cell.withheld for key, cell in found.cells.items() if key[0] == "t3"} == {
        "A": Withheld.PRIVACY, "B": Withheld.TOO_FEW, "C": None}
    assert found.cells["t1", "B"].withheld == Withheld.PROTECTS_OTHERS
    # Without B, A stands against C alone.
    together = np.array(CLASSES["t1", "A"]) + np.array(CLASSES["t1", "C"])
    cell = found.cells["t1", "A"]
    assert cell.difference is not None
    assert cell.difference.nps == pytest.approx(score(np.array(CLASSES["t1", "A"])) - score(together))
    assert found.cells["t3", "C"].difference is None  # nobody is left to be compared with
    assert found.cells["t2", "A"].estimate is not None
    assert found.cells["t2", "A"].difference is None  # 22 answers are no verdict


def test_a_private_cell_is_protected_along_both_margins():
    lines = [Line(tuple((touchpoint, unit) for touchpoint in ("t1", "t2", "t3")), 0) for unit in "ABC"]
    lines += [Line(tuple((touchpoint, unit) for unit in "ABC"), 0) for touchpoint in ("t1", "t2", "t3")]
    found = made(lines=lines)
    masked = {key for key, cell in found.cells.items() if cell.withheld in (Withheld.PRIVACY, Withheld.PROTECTS_OTHERS)}
    for line in lines:
        assert len([key for key in line.cells if key in masked]) != 1
    assert ("t3", "A") in masked


def test_of_many_touchpoints_and_units_those_that_stand_out_are_drawn_in_their_order():
    found = made()
    marks = {side: {one: sum(cell.apart for key, cell in found.cells.items() if key[side] == one)
                    for one in (found.touchpoint_ids, found.unit_ids)[side]} for side in (0, 1)}
    touchpoints, units = found.standing_out(2, 1)
    assert touchpoints == ("t1", "t2")
    assert marks[1][units[0]] == max(marks[1].values())
    assert found.standing_out(9, 9) == (found.touchpoint_ids, found.unit_ids)


def test_the_columns_of_some_units_keep_the_verdicts_that_they_have_among_all():
    found = made()
    some = found.of_units(["C", "A"])
    assert some.unit_ids == ("A", "C")
    assert some.cells == {key: cell for key, cell in found.cells.items() if key[1] != "B"}
