"""Which units differ from the rest by more than units usually do: funnel limits with additive over-dispersion.

Units really differ, so limits of sampling alone would flag most large units. What they differ by, tau², is estimated
from all of them. Source: methods 3.2; Spiegelhalter 2005, Stat. Med. 24:1185; Spiegelhalter et al. 2012, J. R. Stat.
Soc. A 175:1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.special import ndtr

from cx.stats.discovery import FALSE_DISCOVERY_RATE, are_discoveries
from cx.stats.movement import pooled_reference
from cx.stats.nps import Estimate, normal_quantile
from cx.stats.suppression import Thresholds

FUNNEL_MIN_UNITS = 10
"""With fewer units what they usually differ by is not known well enough: draw their intervals only."""
INNER, OUTER = 0.95, 0.998
"""The two limits that are drawn. One unit in 500 is beyond the outer one by chance."""
_WINSORISED = 0.10
# Mean square of a standard normal value winsorised at 10 %: without dividing by it tau would come out a sixth too low,
# and usual units would be beyond the outer limit in 15 of 1000 cases instead of about 3.
_USUAL_PHI = 0.678655


class Standing(Enum):
    """What can be said about a unit among its like."""

    ABOVE = "above"
    """Above the outer limit, also after all the other units were looked at."""
    BELOW = "below"
    """Below it."""
    NORMAL = "within normal variation"
    TOO_FEW = "too few answers"
    CANNOT_TELL = "cannot tell yet"
    """Too few units for limits, or beyond the outer limit as some of so many must be."""


@dataclass(frozen=True)
class Funnel:
    """What units of one level usually score."""

    nps: float
    """NPS of all answers together: the middle line."""
    variance: float
    """Variance of the score of one answer, never 0."""
    tau2: float
    """Real variance between units, >= 0."""
    phi: float
    """Spread of the units in terms of sampling alone: about 1 if nothing else tells them apart."""
    units: int
    """Number of units it was estimated from."""

    def se(self, n_effective: float) -> float:
        """Standard deviation of the NPS of a usual unit with that many effective answers; ValueError unless > 0."""
        if not n_effective > 0:
            raise ValueError(f"n_effective == {n_effective}, must be > 0")
        return math.sqrt(self.variance / n_effective + self.tau2)

    def limits(self, n_effective: float, confidence: float = INNER) -> tuple[float, float]:
        """Between what a usual unit with that many effective answers scores, clipped to [-1, 1]."""
        half_width = normal_quantile(confidence) * self.se(n_effective)
        return max(-1.0, self.nps - half_width), min(1.0, self.nps + half_width)

    def z(self, unit: Estimate) -> float:
        """How many standard deviations a unit is above the middle line."""
        return (unit.nps - self.nps) / self.se(unit.n_effective)


def funnel_of(units: Sequence[Estimate]) -> Funnel:
    """The funnel of units of one level; ValueError without units. Draw its limits from `FUNNEL_MIN_UNITS` units on.

    The z of each unit are winsorised at their 10 % and 90 % quantiles, so that a few outliers do not pass for what is
    usual; what that takes off usual units too is given back, which the source does not do.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> rows = [(120, 60, 20), (45, 30, 25), (300, 180, 120), (80, 70, 50), (520, 260, 120)]
    >>> funnel = funnel_of([nps_estimate(Counts(*row)) for row in rows])
    >>> [round(100 * end, 1) for end in funnel.limits(200)]
    [7.1, 65.9]
    """
    pooled = pooled_reference(units)
    return _funnel(units, pooled.estimate.nps, pooled.variance, _USUAL_PHI)


def _funnel(units: Sequence[Estimate], nps: float, variance: float, usual_phi: float) -> Funnel:
    weights = np.array([unit.n_effective for unit in units]) / variance
    z = (np.array([unit.nps for unit in units]) - nps) * np.sqrt(weights)
    winsorised = np.clip(z, *np.quantile(z, [_WINSORISED, 1 - _WINSORISED]))
    phi = float(np.mean(winsorised**2)) / usual_phi
    scale = float(weights.sum() - weights @ weights / weights.sum())
    excess = len(units) * phi - (len(units) - 1)
    tau2 = max(0.0, excess / scale) if len(units) > 1 else 0.0
    return Funnel(nps, variance, tau2, phi, len(units))


def unit_standings(
    units: Sequence[Estimate], thresholds: Thresholds, rate: float = FALSE_DISCOVERY_RATE
) -> tuple[Standing, ...]:
    """What can be said about each unit of one level, in the order given.

    Above or below: beyond the outer limit, and a discovery at `rate` among all units that are judged. Units with fewer
    than `thresholds.firm` answers are not judged, and those with fewer than `thresholds.figure` not used either.
    """
    used = [unit for unit in units if unit.n >= thresholds.figure]
    if len(used) < FUNNEL_MIN_UNITS:
        return tuple(Standing.CANNOT_TELL if unit.n >= thresholds.firm else Standing.TOO_FEW for unit in units)
    funnel = funnel_of(used)
    z = np.array([funnel.z(unit) if unit.n >= thresholds.firm else math.nan for unit in units])
    sure = are_discoveries(2 * ndtr(-np.abs(z)), rate)
    return tuple(_standing(float(one), bool(discovery)) for one, discovery in zip(z, sure, strict=True))


def _standing(z: float, discovery: bool) -> Standing:
    if math.isnan(z):
        return Standing.TOO_FEW
    if abs(z) <= normal_quantile(OUTER):
        return Standing.NORMAL
    if not discovery:
        return Standing.CANNOT_TELL
    return Standing.ABOVE if z > 0 else Standing.BELOW
