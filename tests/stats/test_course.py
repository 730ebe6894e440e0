"""The course of a unit: steps are found in the right months, and series are compared where both are known."""

from __future__ import annotations

from datetime import date

from cx.stats.course import level_steps, part_ways
from cx.stats.divergence import Course
from cx.stats.nps import Counts, nps_estimate
from cx.stats.trends import TrendPoint


def point(year: int, month: int, nps: float, n: int = 2000) -> TrendPoint:
    promoters = round(n * (0.5 + nps / 2))
    estimate = nps_estimate(Counts(promoters, 0, n - promoters))
    return TrendPoint(f"{year}-{month:02}", date(year, month, 1), n, 0, estimate, estimate, None, 0, True, None, None)


def withheld(year: int, month: int) -> TrendPoint:
    return TrendPoint(f"{year}-{month:02}", date(year, month, 1), 3, 0, None, None, None, 7, False, None, None)


def months(first: int, count: int, *nps: float) -> list[TrendPoint]:
    return [point(2024 + (first + k - 1) // 12, (first + k - 1) % 12 + 1, nps[k % len(nps)]) for k in range(count)]


def test_a_step_lies_in_the_months_where_it_happened_and_gaps_count():
    points = [*months(1, 8, 0.20, 0.21), *months(11, 8, 0.40, 0.41)]  # September and October 2024 are missing
    (step,) = level_steps(points, 0.0)
    assert (step.first_month, step.last_month) == (date(2024, 9, 1), date(2024, 11, 1))
    assert step.found.after > step.found.before
    assert level_steps([*points[:8], withheld(2024, 9), *points[8:]], 0.0)[0].first_month == date(2024, 9, 1)


def test_a_steady_series_has_no_step():
    assert level_steps(months(1, 24, 0.20, 0.21, 0.19), 0.0) == ()
    assert level_steps([], 0.0) == ()


def rising(first: int, count: int, a_year: float, start: float = 0.1) -> list[TrendPoint]:
    return [point(2024 + (first + k - 1) // 12, (first + k - 1) % 12 + 1, start + a_year * k / 12)
            for k in range(count)]


def test_series_are_compared_over_the_time_that_both_cover():
    monthly = rising(1, 36, 0.12)
    flat = [one for number, one in enumerate(rising(13, 24, 0.0)) if number % 3 == 0]
    found = part_ways(monthly, flat)
    assert found is not None
    assert found.course is Course.DIVERGING
    assert found.first.points == 24  # 2025 and 2026, not the year before the first wave
    assert part_ways(monthly, monthly[::3]).course is Course.TOGETHER  # type: ignore[union-attr]


def test_without_enough_of_both_nothing_is_said():
    assert part_ways([], rising(1, 5, 0.1)) is None
    assert part_ways(rising(1, 24, 0.1), rising(1, 2, 0.1)) is None
