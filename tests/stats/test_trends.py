"""Trends from counts: a planted move is found, noise is not, errors among many units are held down."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from cx.stats.movement import Verdict
from cx.stats.nps import Counts
from cx.stats.suppression import Thresholds, Withheld
from cx.stats.trends import (
    FALSE_DISCOVERY_RATE,
    PeriodCounts,
    Trends,
    TrendSeries,
    month_noise,
    period_movements,
    trends,
)

BEFORE = (0.45, 0.30, 0.25)
AFTER = (0.30, 0.30, 0.40)


def cell(
    unit: str, number: int, counts: Sequence[float], weighted: Sequence[float] | None = None, **more: int
) -> PeriodCounts:
    """The counts of a unit in month `number` from January 2023."""
    starts_on = date(2023 + number // 12, 1 + number % 12, 1)
    return PeriodCounts(
        unit, f"{starts_on:%Y-%m}", starts_on, 0, Counts(*counts), Counts(*(weighted or counts)), 1.0, 1.0, **more
    )


def drawn(
    dice: np.random.Generator, unit: str, months: int, n: int, last: Sequence[float] = BEFORE
) -> list[PeriodCounts]:
    """Months of `n` answers with the shares of before, the last one with its own."""
    return [
        cell(unit, month, dice.multinomial(n, last if month == months - 1 else BEFORE).tolist())
        for month in range(months)
    ]


def judged(cells: Sequence[PeriodCounts], survey: str = "transaction", total_id: str | None = None) -> Trends:
    """The trends of all units of the cells."""
    names = {one.unit_id: f"unit {one.unit_id}" for one in cells}
    return trends(survey, cells, names, total_id, Thresholds(), 0.03)


def verdict(series: TrendSeries) -> Verdict | None:
    """What is said about the last period."""
    return series.movement.verdict if series.movement else None


@pytest.mark.parametrize("survey", ["transaction", "relationship"])
def test_a_planted_move_is_found_and_without_one_nothing_is(survey: str) -> None:
    dice = np.random.default_rng(1)
    moved = [verdict(judged(drawn(dice, "A", 14, 600, AFTER), survey).series[0]) for _ in range(30)]
    still = [verdict(judged(drawn(dice, "A", 14, 600), survey).series[0]) for _ in range(30)]
    assert moved.count(Verdict.MOVED) >= 28
    assert still.count(Verdict.MOVED) <= 2


def test_an_outlier_is_not_taken_for_the_usual_noise_of_months() -> None:
    usual = [cell("A", month, (600, 250, 150)) for month in range(6)]
    assert verdict(judged([*usual, cell("A", 6, (300, 250, 450))]).series[0]) is Verdict.MOVED


def test_another_mix_of_units_is_no_move_of_the_total() -> None:
    happy, unhappy = (700, 200, 100), (200, 300, 500)
    joined = [cell("T", 0, happy), cell("A", 0, happy), cell("T", 1, (900, 500, 600)), cell("A", 1, happy),
              cell("B", 1, unhappy)]
    still_in_the_field = [cell("T", 0, (900, 500, 600)), cell("A", 0, happy), cell("B", 0, unhappy),
                          cell("T", 1, (205, 303, 502)), cell("A", 1, (5, 3, 2)), cell("B", 1, unhappy)]
    for cells in (joined, still_in_the_field):
        for survey in ("relationship", "transaction"):
            found = judged(cells, survey, total_id="T")
            assert verdict(found.series[0]) is Verdict.CANNOT_TELL
            assert found.mix_changed
    same = [cell(unit, month, counts) for month in (0, 1) for unit, counts in
            (("T", (900, 500, 600)), ("A", happy), ("B", unhappy))]
    assert judged(same, "relationship", total_id="T").mix_changed == ()


def test_only_the_twelve_calendar_months_before_are_the_reference() -> None:
    old = [cell("A", month, (600, 250, 150)) for month in range(6)]
    found = judged([*old, cell("A", 40, (300, 250, 450))])
    assert found.series[0].movement is None
    recent = [cell("A", month, (300, 250, 450)) for month in range(30, 36)]
    assert verdict(judged([*old, *recent, cell("A", 40, (300, 250, 450))]).series[0]) is Verdict.NORMAL


def test_the_verdict_of_a_unit_does_not_depend_on_what_stands_beside_it() -> None:
    dice = np.random.default_rng(7)
    unit = [cell("A", month, (600, 250, 150)) for month in range(12)]
    unit.append(cell("A", 12, (400, 250, 350)))
    noisy = [cell("B", month, dice.multinomial(1000, (.6, .25, .15) if month % 2 else (.3, .25, .45)).tolist())
             for month in range(13)]
    names = {"A": "unit A", "B": "unit B"}
    alone = trends("transaction", unit, {"A": "unit A"}, None, Thresholds(), 0.03, tau2=month_noise(unit))
    beside = trends("transaction", [*unit, *noisy], names, None, Thresholds(), 0.03, tau2=month_noise(unit))
    assert verdict(alone.series[0]) is verdict(beside.series[0]) is Verdict.MOVED


def test_what_is_called_normal_lies_in_the_range_that_is_called_normal() -> None:
    dice = np.random.default_rng(11)
    for survey, n in (("transaction", 40), ("transaction", 400), ("relationship", 40), ("relationship", 400)):
        for _ in range(150):
            shares = dice.dirichlet((5, 3, 2))
            cells = [cell("A", month, dice.multinomial(n, shares).tolist()) for month in range(6)]
            movement = judged(cells, survey).series[0].movement
            if movement is not None and movement.verdict is Verdict.NORMAL:
                nps = movement.reference_nps + movement.change
                assert movement.expected_low - 1e-9 <= nps <= movement.expected_high + 1e-9


def test_among_many_units_false_discoveries_are_held_down_and_true_ones_stay() -> None:
    dice = np.random.default_rng(2)
    false, found = 0, 0
    for _ in range(12):
        cells = [
            one for number in range(40) for one in drawn(dice, str(number), 2, 400, AFTER if number < 4 else BEFORE)
        ]
        names = [series.unit_id for series in judged(cells, "strategic").series if verdict(series) is Verdict.MOVED]
        found += sum(int(name) < 4 for name in names)
        false += sum(int(name) >= 4 for name in names)
    assert found >= 36
    assert false <= 2 * FALSE_DISCOVERY_RATE * (found + false)


def test_a_unit_that_would_move_alone_is_not_said_to_among_many_but_the_total_is_judged_by_itself() -> None:
    strong = [cell("A", 0, (180, 120, 100)), cell("A", 1, (212, 120, 68))]
    alone = judged(strong, "relationship").series[0]
    assert verdict(alone) is Verdict.MOVED
    assert alone.movement is not None
    assert alone.movement.p_value is not None
    others = [cell(str(number), month, (180, 120, 100)) for number in range(400) for month in range(2)]
    among = judged([*strong, *others], "relationship").series[0]
    assert alone.movement.p_value * 401 > FALSE_DISCOVERY_RATE
    assert verdict(among) is Verdict.CANNOT_TELL
    assert verdict(judged([*strong, *others], "relationship", total_id="A").series[0]) is Verdict.MOVED


def test_the_weighted_figure_has_a_verdict_of_its_own() -> None:
    cells = [cell("A", 0, (400, 300, 300), (400, 300, 300)), cell("A", 1, (400, 300, 300), (300, 300, 500))]
    found = judged(cells, "relationship")
    (series,) = found.series
    assert found.is_weighted
    assert verdict(series) is Verdict.NORMAL
    assert series.weighted_movement is not None
    assert series.weighted_movement.verdict is Verdict.MOVED
    assert series.points[1].weighted is not None
    assert series.points[1].weighted.nps == pytest.approx(-200 / 1100)


def test_weights_that_add_up_to_the_number_of_answers_are_weights_all_the_same() -> None:
    assert judged([cell("A", 0, (40, 30, 30), (30, 30, 40))]).is_weighted
    assert not judged([cell("A", 0, (40, 30, 30))]).is_weighted


def test_points_stand_in_the_order_of_time_and_say_why_a_figure_is_missing() -> None:
    cells = [
        cell("A", 2, (3, 0, 1)),
        cell("A", 0, (20, 10, 10)),
        cell("A", 1, (4, 2, 1)),
        cell("B", 1, (9, 9, 9), complement=3),
        cell("B", 0, (9, 9, 9), complement=5),
    ]
    found = judged(cells)
    assert found.periods == ("2023-01", "2023-02", "2023-03")
    assert [(point.period, point.withheld, point.missing, point.firm) for point in found.series[0].points] == [
        ("2023-01", None, 0, True),
        ("2023-02", Withheld.TOO_FEW, 3, False),
        ("2023-03", Withheld.PRIVACY, 6, False),
    ]
    assert [point.withheld for point in found.series[1].points] == [None, Withheld.PROTECTS_OTHERS]
    assert found.withheld == 3
    assert found.series[0].movement is None
    for series in found.series:
        for point in series.points:
            assert (point.estimate is None) == (point.withheld is not None)
            assert (point.weighted is None) == (point.estimate is None)


def test_waves_of_a_unit_without_change_are_hardly_ever_marked() -> None:
    draw, marked, waves = random.Random(3), 0, 0
    for _ in range(150):
        counts = [Counter(draw.choices((0, 1, 2), (45, 30, 25), k=400)) for _ in range(12)]
        cells = [cell("A", month, (one[0], one[1], one[2])) for month, one in enumerate(counts)]
        found = period_movements(judged(cells, "relationship"), 0.0, Thresholds(), 0.03)
        earlier = [movement for movement in found[:-1] if movement is not None]
        waves += len(earlier)
        marked += sum(movement.verdict is Verdict.MOVED for movement in earlier)
    assert waves == 150 * 10
    assert marked / waves < 0.02  # 1 in 20 without control of false discoveries, less what is too small to act on
