"""The level of one unit: the level of its months, gaps where figures are withheld, and the verdicts of the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from cx.stats.change_point import change_points
from cx.stats.course import estimates_by_month
from cx.stats.ewma import slow_drift
from cx.stats.level import drift_variance, local_level
from cx.stats.movement import Verdict, month_movement
from cx.stats.nps import Counts, nps_estimate
from cx.stats.suppression import Thresholds, Withheld
from cx.stats.trends import TrendPoint, Trends, month_noise, period_movements, trends
from cx.stats.unit_level import unit_level_of, wave_gap
from tests.stats.test_trends import cell

LIMITS = Thresholds()


def point(month: int, counts: tuple[int, int, int] | None, period: str = "") -> TrendPoint:
    """A month counted from January 2024, or one that is withheld."""
    starts_on = date(2024 + month // 12, 1 + month % 12, 1)
    estimate = nps_estimate(Counts(*counts)) if counts else None
    return TrendPoint(period or f"{starts_on:%Y-%m}", starts_on, sum(counts or (4,)), 0, estimate, estimate,
                      None if counts else Withheld.PRIVACY, 0, True, None, None)


def drawn(seed: int, months: int, n: int = 300, jump: float = 0.0) -> list[TrendPoint]:
    dice = np.random.default_rng(seed)
    return [point(k, tuple(int(x) for x in dice.multinomial(  # type: ignore[arg-type]
        n, (0.45 + jump * (k >= months // 2), 0.30, 0.25 - jump * (k >= months // 2))))) for k in range(months)]


def test_the_level_is_that_of_the_months_with_the_drift_of_all_units_like_it() -> None:
    like = [drawn(seed, 18) for seed in range(4)]
    found = unit_level_of("transaction", "A", like[0], [None] * 18, like, 0.0)
    series = [[one.estimate for one in points] for points in like]
    expected = local_level(series[0], drift_variance(series))
    assert found.level is not None
    assert found.level.smoothed.tolist() == expected.smoothed.tolist()
    assert found.units == 4
    assert found.level.drift2 == drift_variance(series)
    now = found.at(date(2025, 6, 1))
    assert now is not None
    assert (now.nps, now.low, now.high) == (expected.smoothed[-1], expected.band()[0][-1], expected.band()[1][-1])
    assert now.nps == expected.filtered[-1]


def test_a_month_that_is_withheld_counts_as_no_answers_and_not_as_zero() -> None:
    points = drawn(1, 12)
    withheld = [replace(one, estimate=None, withheld=Withheld.PRIVACY) if k == 5 else one
                for k, one in enumerate(points)]
    missing = [one for k, one in enumerate(points) if k != 5]
    levels = [unit_level_of("transaction", "A", one, [None] * len(one), [points], 0.0).level
              for one in (withheld, missing)]
    assert levels[0] is not None
    assert levels[1] is not None
    assert levels[0].smoothed.tolist() == levels[1].smoothed.tolist()
    assert levels[0].months == 11
    assert abs(levels[0].smoothed[5] - 0.2) < 0.1
    assert levels[0].smoothed_sd[5] >= levels[0].smoothed_sd[4]


@pytest.mark.parametrize(("months", "known"), [(0, False), (2, False), (3, True)])
def test_with_fewer_than_three_figures_there_is_no_level(months: int, known: bool) -> None:
    points = drawn(2, months) + [point(months + k, None) for k in range(3)]
    found = unit_level_of("transaction", "A", points, [None] * len(points), [points], 0.0)
    assert (found.level is not None) is known
    assert (found.next_one is not None) is known
    assert found.drift is None  # the newest month is withheld
    assert found.at(date(2023, 1, 1)) is None


def test_steps_and_slow_drift_are_those_of_the_months_and_are_not_told_of_waves() -> None:
    points = drawn(3, 24, 900, jump=0.08)
    estimates = [one.estimate for one in points]
    monthly = unit_level_of("transaction", "A", points, [None] * 24, [points], 0.0001)
    assert [step.found for step in monthly.steps] == list(change_points(estimates, 0.0001))
    assert len(monthly.steps) == 1
    assert monthly.drift == slow_drift(estimates, 0.0001)
    waves = unit_level_of("relationship", "A", points, [None] * 24, [points], 0.0)
    assert (waves.steps, waves.drift) == ((), None)


def test_where_the_next_month_lies_holds_it_as_often_as_said() -> None:
    inside = []
    for seed in range(400):
        points = drawn(seed, 13, 80)
        found = unit_level_of("transaction", "A", points[:12], [None] * 12, [points[:12]] * 2, 0.0)
        next_one, newest = found.next_one, points[12].estimate
        assert next_one is not None
        assert newest is not None
        inside.append(next_one.low <= newest.nps <= next_one.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_waves_that_begin_in_the_same_month_are_taken_together() -> None:
    points = [point(0, (50, 30, 20), "a"), point(0, (20, 30, 50), "b"), point(3, (40, 30, 30), "c")]
    months = estimates_by_month(points)
    assert [month for month, _ in months] == [date(2024, k, 1) for k in (1, 2, 3, 4)]
    first = months[0][1]
    assert first is not None
    assert (first.n, first.nps) == (200, 0.0)
    assert [estimate for _, estimate in months[1:3]] == [None, None]
    assert estimates_by_month([]) == ()
    assert wave_gap(points) == 3
    assert wave_gap(points[:1]) == 12


def company() -> Trends:
    """A total of two units over 20 months: a fall in month 14, and in month 18 one unit alone answers."""
    cells = []
    for month in range(20):
        a, b = (300, 125, 75), (300, 125, 75)
        if month == 14:
            a = b = (180, 125, 195)
        if month == 18:
            a = (1800, 800, 400)
            b = (0, 0, 0)
        cells += [cell("T", month, tuple(x + y for x, y in zip(a, b, strict=True))), cell("A", month, a),
                  cell("B", month, b)]
    return trends("transaction", cells, {"T": "All", "A": "A", "B": "B"}, "T", LIMITS, 0.03, tau2=month_noise(cells))


def test_each_month_is_judged_as_it_would_have_been_when_it_was_the_newest() -> None:
    whole = company()
    found = period_movements(whole, 0.0, LIMITS, 0.03)
    assert len(found) == 20
    assert found[0] is None
    points = whole.series[0].points
    for place in (5, 13, 14, 17):
        past = [one.estimate for one in points[max(0, place - 12):place] if one.estimate]
        newest = points[place].estimate
        assert newest is not None
        assert found[place] == month_movement(newest, past, 0.0, LIMITS, 0.03)
    verdicts = {place: movement.verdict for place, movement in enumerate(found) if movement}
    assert [place for place, verdict in verdicts.items() if verdict is Verdict.MOVED] == [14]
    assert verdicts[18] is Verdict.CANNOT_TELL  # other units answered than before
    assert verdicts[2] is Verdict.CANNOT_TELL  # two months before it are too few
    assert verdicts[3] is Verdict.NORMAL


@pytest.mark.parametrize("survey", ["transaction", "relationship"])
def test_the_newest_one_has_the_verdict_of_the_page(survey: str) -> None:
    dice = np.random.default_rng(4)
    for _ in range(20):
        cells = [cell("A", month, dice.multinomial(200, dice.dirichlet((9, 6, 5))).tolist()) for month in range(15)]
        whole = trends(survey, cells, {"A": "A"}, None, LIMITS, 0.03, tau2=0.0004)
        assert period_movements(whole, 0.0004, LIMITS, 0.03)[-1] == whole.series[0].movement
    beside = trends(survey, [*cells, cell("B", 3, (9, 9, 9))], {"A": "A", "B": "B"}, None, LIMITS, 0.03)
    assert period_movements(beside, 0.0, LIMITS, 0.03) == ()


def test_weighted_figures_are_judged_by_themselves() -> None:
    cells = [cell("A", month, (400, 300, 300), (400, 300, 300) if month < 8 else (250, 300, 450))
             for month in range(9)]
    whole = trends("transaction", cells, {"A": "A"}, None, LIMITS, 0.03, tau2=0.0)
    plain, weighted = (period_movements(whole, 0.0, LIMITS, 0.03, weighted=one)[-1] for one in (False, True))
    assert plain is not None
    assert weighted is not None
    assert (plain.verdict, weighted.verdict) == (Verdict.NORMAL, Verdict.MOVED)
