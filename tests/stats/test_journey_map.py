"""The map of journeys: moves against the own past, false discoveries over the whole map, hiding along both margins."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import false_discovery_control, norm

from cx.stats.comparison import SpanCounts
from cx.stats.crossed import Cell, Line
from cx.stats.journey_map import (
    against_past,
    hidden_along,
    month_cells,
    month_movements,
    span_movements,
    worst_first,
)
from cx.stats.movement import Verdict, wave_movement
from cx.stats.nps import Counts, nps_estimate
from cx.stats.suppression import Thresholds, Withheld
from cx.stats.touchpoint_map import MapCell, map_cell

LIMITS = Thresholds()
SMALLEST = 0.03
SEED = 1


def span(*classes: int) -> SpanCounts:
    return SpanCounts(Counts(*classes), float(sum(classes)), 0)


def cells(classes: dict[Cell, tuple[int, int, int]]) -> dict[Cell, MapCell]:
    return {key: map_cell(key, span(*one), False, LIMITS) for key, one in classes.items()}


def p_value(before: tuple[int, int, int], after: tuple[int, int, int], noise: float) -> float:
    """Methods 1.3 from scratch, 1.5 pseudo-answers on each side, with real variance of both spans added."""
    def adjusted(classes: tuple[int, int, int]) -> tuple[float, float]:
        n = sum(classes) + 1.5
        p, d = (classes[0] + 0.375) / n, (classes[2] + 0.375) / n
        return p - d, (p + d - (p - d) ** 2) / n
    (first, v1), (second, v2) = adjusted(before), adjusted(after)
    return float(2 * norm.sf(abs(second - first) / math.sqrt(v1 + v2 + 2 * noise)))


@pytest.mark.parametrize("tau2", [0.0, 0.04**2])
def test_moves_are_those_that_benjamini_and_hochberg_let_stand_over_the_whole_map(tau2: float):
    dice = np.random.default_rng(SEED)
    keys = [(f"t{row}", column) for row in range(40) for column in "ABCDE"]
    before = {key: (130, 60, 70) for key in keys}
    now = {key: tuple(int(n) for n in dice.multinomial(260, [0.5, 0.23, 0.27])) for key in keys}
    now["t3", "B"], now["t5", "D"] = (50, 40, 170), (210, 40, 10)
    movements = span_movements(cells(now), cells(before), tau2, LIMITS, SMALLEST)
    made = against_past([f"t{row}" for row in range(40)], "ABCDE", cells(now), movements)
    p_values = [p_value(before[key], now[key], tau2 / 12) for key in keys]
    assert [movements[key].p_value for key in keys] == pytest.approx(p_values, rel=1e-9)
    q_values = dict(zip(keys, false_discovery_control(p_values), strict=True))
    apart = {(cell.touchpoint_id, cell.unit_id) for cell in made.apart}
    assert {("t3", "B"), ("t5", "D")} <= apart
    assert apart == {key for key in keys if q_values[key] <= 0.1 and movements[key].verdict is Verdict.MOVED}
    alone = {key for key in keys if movements[key].verdict is Verdict.MOVED}
    assert tau2 > 0 or apart < alone  # chance moves that would stand by themselves do not stand among many
    assert all(made.cells[key].gap == pytest.approx(Counts(*now[key]).nps - Counts(*before[key]).nps) for key in keys)
    assert all(made.cells[key].movement.verdict is not Verdict.MOVED for key in alone - apart)


def test_a_cell_without_enough_answers_now_or_before_has_no_verdict():
    now = cells({("t", "few"): (12, 6, 2), ("t", "new"): (40, 20, 10), ("t", "firm"): (10, 20, 70)})
    before = cells({("t", "few"): (60, 20, 20), ("t", "new"): (3, 2, 1), ("t", "firm"): (70, 20, 10)})
    made = against_past(["t"], ["few", "new", "firm", "none"], now,
                        span_movements(now, before, 0, LIMITS, SMALLEST))
    assert [made.cells["t", one].gap is not None for one in made.unit_ids] == [False, False, True, False]
    assert made.compared == 1
    assert made.cells["t", "new"].movement is None
    assert made.cells["t", "none"].withheld is Withheld.TOO_FEW


def test_usual_variance_of_spans_widens_interval_and_expected_range_alike():
    before, after = nps_estimate(Counts(500, 300, 200)), nps_estimate(Counts(420, 300, 280))
    quiet, noisy = (wave_movement(before, after, LIMITS, SMALLEST, tau2) for tau2 in (0.0, 0.1**2))
    assert quiet.verdict is Verdict.MOVED
    assert noisy.verdict is not Verdict.MOVED
    half = [(one.high - one.low) / 2 / norm.ppf(0.975) for one in (quiet, noisy)]
    assert half[1] ** 2 == pytest.approx(half[0] ** 2 + 2 * 0.1**2, rel=1e-9)
    with pytest.raises(ValueError, match="tau2"):
        wave_movement(before, after, LIMITS, SMALLEST, -1e-9)


def test_a_month_is_compared_with_the_twelve_before_it_pooled():
    months = [f"2024-{one:02}" for one in range(1, 13)] + ["2025-01", "2025-02"]
    counts = {("t", month): span(30 + place, 15, 20) for place, month in enumerate(months)}
    counts["t", "2025-02"] = span(5, 15, 60)
    made = month_cells(counts, [], [], LIMITS)
    found = month_movements(made, months, 0.0, LIMITS, SMALLEST)["t", "2025-02"]
    earlier = [counts["t", month].counts for month in months[1:13]]
    pooled = sum(one.promoters - one.detractors for one in earlier) / sum(one.total for one in earlier)
    assert found.reference_nps == pytest.approx(pooled)
    assert found.change == pytest.approx(Counts(5, 15, 60).nps - pooled)
    assert found.verdict is Verdict.MOVED
    assert ("t", "2024-01") not in month_movements(made, months, 0.0, LIMITS, SMALLEST)


def test_what_the_margins_would_give_away_is_hidden():
    made = cells({("t1", "A"): (2, 1, 0), ("t1", "B"): (20, 10, 5), ("t2", "A"): (30, 5, 5), ("t2", "B"): (20, 5, 5)})
    lines = [Line((("t1", "A"), ("t1", "B")), 0), Line((("t2", "A"), ("t2", "B")), 0),
             Line((("t1", "A"), ("t2", "A")), 0), Line((("t1", "B"), ("t2", "B")), 0)]
    hidden = hidden_along(made, lines, LIMITS)
    assert hidden["t1", "A"].withheld is Withheld.PRIVACY
    assert {cell.withheld for key, cell in hidden.items() if key != ("t1", "A")} == {Withheld.PROTECTS_OTHERS}
    assert hidden_along({key: made[key] for key in made if key[0] == "t2"}, lines[1:2], LIMITS)[
        "t2", "A"].estimate is not None


def test_the_lowest_touchpoint_comes_first_and_one_without_figures_last():
    made = against_past(["high", "none", "low"], "AB", cells({
        ("high", "A"): (50, 5, 5), ("high", "B"): (5, 2, 8), ("low", "A"): (10, 10, 20), ("none", "A"): (2, 1, 1)}), {})
    assert worst_first(made) == ("low", "high", "none")
