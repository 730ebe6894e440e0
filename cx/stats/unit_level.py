"""The level of one unit behind its scattered months or waves, and what the rule says of each of them.

Built from points of trends, in which suppression has happened: a figure that is withheld counts as no answers.
Source: methods 2.2 and 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from cx.stats.course import Step, estimates_by_month, level_steps
from cx.stats.ewma import Drift, slow_drift
from cx.stats.level import Expected, LocalLevel, drift_variance, expected_month, local_level
from cx.stats.months import months_between
from cx.stats.movement import Movement, Verdict
from cx.stats.nps import Estimate
from cx.stats.trends import TrendPoint

LEVEL_MIN_PERIODS = 3
"""Months or waves with figures from which a level is spoken of."""


@dataclass(frozen=True)
class LevelAt:
    """The level in one month with its 95 % interval, as known today."""

    nps: float
    low: float
    high: float


@dataclass(frozen=True)
class UnitLevel:
    """One unit over time. Its months reach from the first to the last point; waves stand in the month they begin in.

    movements: for each point what the rule says of it. level: None with fewer than 3 figures. units: how many units the
    pace at which levels drift was taken from. steps, drift: of T-NPS by month only. weighted: whether the figures are.
    """

    survey: str
    name: str
    points: tuple[TrendPoint, ...]
    movements: tuple[Movement | None, ...]
    months: tuple[tuple[date, Estimate | None], ...]
    level: LocalLevel | None
    units: int
    tau2: float
    steps: tuple[Step, ...]
    drift: Drift | None
    weighted: bool = False

    @property
    def by_wave(self) -> bool:
        """Whether the points are waves."""
        return self.survey != "transaction"

    @property
    def estimates(self) -> tuple[Estimate | None, ...]:
        """The figure of each month, None where there is none."""
        return tuple(estimate for _, estimate in self.months)

    @property
    def shown(self) -> tuple[TrendPoint, ...]:
        """The points that carry a figure."""
        return tuple(point for point in self.points if point.estimate is not None)

    @property
    def moved(self) -> tuple[tuple[TrendPoint, Movement], ...]:
        """The points that moved, by the rule."""
        return tuple((point, movement) for point, movement in zip(self.points, self.movements, strict=True)
                     if movement is not None and movement.verdict is Verdict.MOVED)

    def at(self, month: date) -> LevelAt | None:
        """The level in a month from the first to the last point, with hindsight; None where it is not known."""
        place = months_between(self.months[0][0], month) if self.months else -1
        if self.level is None or not 0 <= place < len(self.months):
            return None
        low, high = self.level.band()
        nps = float(self.level.smoothed[place])
        return None if nps != nps else LevelAt(nps, float(low[place]), float(high[place]))

    @property
    def next_one(self) -> Expected | None:
        """Where the next month or wave lies with 95 % if it has as many answers as the newest figure."""
        if self.level is None:
            return None
        newest = self.shown[-1].estimate
        gap = wave_gap(self.points) if self.by_wave else 1
        return expected_month(self.level, newest.n_effective, gap) if newest else None


def unit_level_of(survey: str, name: str, points: Sequence[TrendPoint], movements: Sequence[Movement | None],
                  like: Sequence[Sequence[TrendPoint]], tau2: float, *, weighted: bool = False) -> UnitLevel:
    """The level of a unit from its points; the pace at which levels drift is taken from the units `like` it.

    `tau2` is the usual noise of months (0 for waves). `weighted`: whether the figures of the points are weighted.
    """
    months = estimates_by_month(points)
    estimates = [estimate for _, estimate in months]
    enough = sum(point.estimate is not None for point in points) >= LEVEL_MIN_PERIODS
    pooled = [[estimate for _, estimate in estimates_by_month(one)] for one in like]
    used = sum(sum(estimate is not None for estimate in one) > 1 for one in pooled)
    monthly = survey == "transaction"
    return UnitLevel(
        survey, name, tuple(points), tuple(movements), months,
        local_level(estimates, drift_variance(pooled)) if enough else None, used, tau2,
        level_steps(points, tau2) if monthly else (), slow_drift(estimates, tau2) if monthly and estimates else None,
        weighted)


def wave_gap(points: Sequence[TrendPoint]) -> int:
    """The usual number of months from one wave to the next, at least 1; 12 with a single wave."""
    starts = sorted({point.starts_on for point in points})
    gaps = sorted(months_between(before, after) for before, after in pairwise(starts))
    return max(1, gaps[len(gaps) // 2]) if gaps else 12
