"""Targets: a past one is judged by the level of its last month, one to come has a chance for that month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from scipy.stats import norm

from cx.stats.outlook import Outlook, Target, outlook
from cx.stats.targets import Likelihood, Reached, chance_at_this_pace, likelihood, target_reached
from cx.stats.trends import TrendPoint
from cx.stats.unit_level import UnitLevel, unit_level_of
from tests.stats.test_unit_level import point

STEADY = [point(k, (500, 300, 200)) for k in range(18)]  # January 2024 to June 2025, NPS +30


def level_of(points: Sequence[TrendPoint], survey: str = "transaction") -> UnitLevel:
    return unit_level_of(survey, "A", points, [None] * len(points), [points], 0.0)


def target(nps: float, first: date, last: date) -> Target:
    return Target("it", first, last, nps)


def of(points: Sequence[TrendPoint], aim: Target, survey: str = "transaction") -> Outlook:
    found = outlook(level_of(points, survey), aim)
    assert found is not None
    return found


@pytest.mark.parametrize(("nps", "reached"), [
    (0.20, Reached.REACHED), (0.30, Reached.CANNOT_TELL), (0.40, Reached.MISSED)])
def test_a_past_target_is_judged_by_the_interval_of_the_level_in_its_last_month(nps: float, reached: Reached) -> None:
    found = of(STEADY, target(nps, date(2024, 1, 1), date(2024, 12, 1)))
    assert found.reached is reached
    assert found.month == date(2024, 12, 1)
    assert found.level == level_of(STEADY).at(date(2024, 12, 1))
    assert found.if_level_holds is found.at_this_pace is None


def test_the_newest_month_ends_the_time_of_a_target() -> None:
    assert of(STEADY, target(0.2, date(2025, 4, 1), date(2025, 6, 1))).reached is Reached.REACHED
    assert of(STEADY, target(0.2, date(2025, 5, 1), date(2025, 7, 1))).reached is None


def test_a_target_to_come_has_the_chance_of_its_last_month() -> None:
    found = of(STEADY, target(0.31, date(2025, 1, 1), date(2025, 12, 1)))
    unit = level_of(STEADY)
    assert unit.level is not None
    assert found.if_level_holds is not None
    sd = (unit.level.filtered_sd[-1] ** 2 + 6 * unit.level.drift2) ** 0.5
    assert found.if_level_holds.probability == pytest.approx(norm.sf(0.31, unit.level.filtered[-1], sd))
    assert found.at_this_pace == chance_at_this_pace([one.estimate for one in STEADY], 0.31, 6)
    assert found.level is found.reached is None


def test_with_too_few_months_nothing_is_claimed() -> None:
    few = STEADY[:2]
    found = of(few, target(0.2, date(2024, 1, 1), date(2024, 12, 1)))
    assert (found.level, found.reached, found.if_level_holds, found.at_this_pace) == (None, None, None, None)
    no_pace = of(STEADY[:5], target(0.2, date(2024, 1, 1), date(2024, 12, 1)))
    assert no_pace.if_level_holds is not None
    assert no_pace.at_this_pace is None


def test_a_target_before_all_points_is_not_spoken_of() -> None:
    assert outlook(level_of(STEADY), target(0.2, date(2023, 1, 1), date(2023, 12, 1))) is None


WAVES = [point(month, (500, 300, 200), f"w{month}") for month in (1, 4, 7, 10, 13)]  # February 2024 … February 2025


@pytest.mark.parametrize(("first", "last", "judged_in"), [
    (date(2024, 1, 1), date(2024, 12, 1), date(2024, 11, 1)),  # the last wave of the year
    (date(2025, 1, 1), date(2025, 3, 1), date(2025, 2, 1)),    # no further wave is due in this quarter
    (date(2025, 1, 1), date(2025, 12, 1), None),               # more waves are due in this year
    (date(2025, 4, 1), date(2025, 6, 1), None),
])
def test_a_target_of_waves_is_judged_in_its_last_wave(first: date, last: date, judged_in: date | None) -> None:
    found = of(WAVES, target(0.2, first, last), "relationship")
    assert (found.reached is not None) is (judged_in is not None)
    assert found.month == (judged_in or last)


@pytest.mark.parametrize(("probability", "grade"), [
    (0.0, Likelihood.VERY_UNLIKELY), (0.1, Likelihood.VERY_UNLIKELY), (0.11, Likelihood.UNLIKELY),
    (0.33, Likelihood.UNLIKELY), (0.34, Likelihood.EVEN), (0.5, Likelihood.EVEN), (0.66, Likelihood.EVEN),
    (0.67, Likelihood.LIKELY), (0.9, Likelihood.LIKELY), (0.91, Likelihood.VERY_LIKELY),
    (1.0, Likelihood.VERY_LIKELY)])
def test_grades_of_a_chance(probability: float, grade: Likelihood) -> None:
    assert likelihood(probability) is grade


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"probability == 1.5"):
        likelihood(1.5)
    with pytest.raises(ValueError, match=r"target == 30"):
        target_reached(0.1, 0.2, 30)
