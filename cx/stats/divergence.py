"""T-NPS rises and R-NPS does not: do they really part, or is one of them merely less well known?

"One is significant, the other is not" is no test: with the same true slope it says "they part" in 43 of 100 cases. The
difference of the slopes is tested, and "flat" must be shown. Source: methods 7; Schuirmann 1987, J. Pharmacokinet.
Biopharm. 15:657 (two one-sided tests).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.special import stdtr, stdtrit

from cx.stats.lines import noise_around_lines, weighted_line
from cx.stats.movement import pooled_reference
from cx.stats.nps import Estimate

FLAT_PER_YEAR = 0.05
"""A slope surely within ± this a year counts as flat."""
MIN_POINTS = 3
LONGEST_WAIT_QUARTERS = 20
_SIGNIFICANT = 0.05


class Course(Enum):
    """What can be said about two series."""

    DIVERGING = "diverging"
    TOGETHER = "moving together"
    CANNOT_TELL = "cannot tell yet"


@dataclass(frozen=True)
class Dated:
    """The NPS of one month, quarter or wave."""

    years: float
    """When, in years from any day, the same for all series."""
    estimate: Estimate


@dataclass(frozen=True)
class Slope:
    """The rise of one series, NPS a year."""

    per_year: float
    se: float
    low: float
    """Lower end of the 90 % interval: a rise is shown when it is above 0."""
    high: float
    """Upper end: flat or falling is shown when it is below what counts as flat."""
    points: int
    n: int
    """Number of answers in all points."""


@dataclass(frozen=True)
class Divergence:
    """Two series compared. `difference` is the slope of the first (T-NPS) minus that of the second (R-NPS)."""

    course: Course
    first: Slope
    second: Slope
    difference: float
    """NPS a year; negative when the second rises more."""
    low: float
    """Lower end of its 95 % interval."""
    high: float
    """Upper end of the same."""
    p_value: float
    """Two-sided, from Student's t with as many degrees of freedom as points - 4."""
    tau2: float
    """Real variance around the two lines."""
    quarters_needed: int | None
    """If it cannot be told yet: after about how many more quarters it can be, at these slopes and as many answers a
    quarter; None if not within five years, or if it can be told."""


def divergence(first: Sequence[Dated], second: Sequence[Dated], flat: float = FLAT_PER_YEAR) -> Divergence | None:
    """Whether two series part; None with fewer than 3 points in one of them.

    Diverging: the slopes differ at 5 %, and the lower one is surely no rise beyond `flat` (unless both fall). Moving
    together: both rise or both fall, or their slopes surely differ by less than `flat`. ValueError unless flat > 0.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> t = [Dated(k / 12, nps_estimate(Counts(150 + k, 93, 57 - k), n=300)) for k in range(12)]
    >>> r = [Dated(k / 4, nps_estimate(Counts(200, 124, 76))) for k in range(4)]
    >>> found = divergence(t, r)
    >>> found.course, round(100 * found.difference), found.quarters_needed
    (<Course.CANNOT_TELL: 'cannot tell yet'>, 8, 3)
    """
    if not flat > 0:
        raise ValueError(f"flat == {flat}, must be > 0")
    if min(len(first), len(second)) < MIN_POINTS:
        return None
    series = tuple(
        _Points(
            np.array([point.years for point in one]),
            np.array([point.estimate.nps for point in one]),
            pooled_reference([point.estimate for point in one]).variance
            / np.array([point.estimate.n_effective for point in one]),
            sum(point.estimate.n for point in one),
        ) for one in (first, second))
    return _compared(series[0], series[1], flat)


@dataclass(frozen=True)
class _Points:
    years: np.ndarray
    scores: np.ndarray
    variances: np.ndarray
    n: int

    def slope_se(self, tau2: float, quarters: int = 0) -> tuple[float, float, int]:
        """Slope, its standard error and the number of points, when the series goes on for some quarters as it did."""
        line = weighted_line(self.years, self.scores, self.variances + tau2)
        if not quarters:
            return line.slope, math.sqrt(line.slope_variance), line.points
        gap = (self.years.max() - self.years.min()) / (len(self.years) - 1)
        later = self.years.max() + gap * np.arange(1, int(quarters / 4 / gap + 1e-9) + 1)
        years = np.concatenate([self.years, later])
        variances = np.concatenate([self.variances, np.full(len(later), self.variances.mean())]) + tau2
        longer = weighted_line(years, years, variances)
        return line.slope, math.sqrt(longer.slope_variance), len(years)


def _compared(first: _Points, second: _Points, flat: float) -> Divergence:
    tau2 = noise_around_lines([weighted_line(one.years, one.scores, one.variances) for one in (first, second)])
    now = _Slopes(*first.slope_se(tau2), *second.slope_se(tau2))
    course = now.course(flat)
    needed = None
    if course is Course.CANNOT_TELL:
        needed = next((k for k in range(1, LONGEST_WAIT_QUARTERS + 1) if _Slopes(
            *first.slope_se(tau2, k), *second.slope_se(tau2, k)).course(flat) is not Course.CANNOT_TELL), None)
    half_width = now.half_width(now.se, 0.95)
    return Divergence(
        course=course,
        first=now.slope(now.first, now.first_se, now.first_points, first.n),
        second=now.slope(now.second, now.second_se, now.second_points, second.n),
        difference=now.difference,
        low=now.difference - half_width,
        high=now.difference + half_width,
        p_value=now.p_value,
        tau2=tau2,
        quarters_needed=needed,
    )


@dataclass(frozen=True)
class _Slopes:
    first: float
    first_se: float
    first_points: int
    second: float
    second_se: float
    second_points: int

    @property
    def difference(self) -> float:
        return self.first - self.second

    @property
    def se(self) -> float:
        return math.hypot(self.first_se, self.second_se)

    @property
    def df(self) -> int:
        return self.first_points + self.second_points - 4

    @property
    def p_value(self) -> float:
        return float(2 * stdtr(self.df, -abs(self.difference) / self.se))

    def half_width(self, se: float, confidence: float) -> float:
        return float(stdtrit(self.df, 0.5 + confidence / 2)) * se

    def slope(self, per_year: float, se: float, points: int, n: int) -> Slope:
        half_width = self.half_width(se, 0.90)
        return Slope(per_year, se, per_year - half_width, per_year + half_width, points, n)

    def course(self, flat: float) -> Course:
        one = self.slope(self.first, self.first_se, self.first_points, 0)
        other = self.slope(self.second, self.second_se, self.second_points, 0)
        lower = min(one, other, key=lambda slope: slope.per_year)
        both_fall = max(one.high, other.high) < 0
        if self.p_value < _SIGNIFICANT and lower.high < flat and not both_fall:
            return Course.DIVERGING
        alike = abs(self.difference) + self.half_width(self.se, 0.90) < flat
        if both_fall or min(one.low, other.low) > 0 or alike:
            return Course.TOGETHER
        return Course.CANNOT_TELL
