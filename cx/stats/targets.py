"""How likely a target is reached by a date: if the level holds, or if it goes on at the pace of the months so far.

A probability, never "on track": with few answers or few months it stays near a half, and that is the honest answer.
Source: methods 2.3 (the level) and 7 (the line); Seber and Lee 2003, Linear Regression Analysis, chapter 5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from scipy.special import ndtr

from cx.stats.level import Expected, LocalLevel, expected_month
from cx.stats.lines import weighted_line
from cx.stats.movement import pooled_reference
from cx.stats.nps import Estimate, normal_quantile

MIN_PACE_MONTHS = 6
"""Months with answers from which a pace is spoken of."""


@dataclass(frozen=True)
class Chance:
    """How likely a target is reached in one month to come."""

    probability: float
    """That the score of that month is at or above the target, in [0, 1]."""
    expected: Expected
    """What the month is expected to score."""
    per_year: float
    """Rise assumed, NPS a year: 0 if the level holds."""
    months: int
    """Number of months with answers that this rests on."""
    n: int
    """Number of answers in them."""


class Reached(Enum):
    """What can be said about a target whose time is over."""

    REACHED = "reached"
    MISSED = "missed"
    CANNOT_TELL = "cannot tell"


class Likelihood(Enum):
    """How likely something is, in five grades."""

    VERY_UNLIKELY = "very unlikely"
    UNLIKELY = "unlikely"
    EVEN = "about as likely as not"
    LIKELY = "likely"
    VERY_LIKELY = "very likely"


# The upper end of each grade: those of Mastrandrea et al. 2010, IPCC guidance note, without its finer ones.
_UP_TO = ((Likelihood.VERY_UNLIKELY, 0.1), (Likelihood.UNLIKELY, 1 / 3), (Likelihood.EVEN, 2 / 3),
          (Likelihood.LIKELY, 0.9), (Likelihood.VERY_LIKELY, 1.0))


def chance_if_level_holds(
    level: LocalLevel, target: float, months_ahead: int, n_effective: float = math.inf
) -> Chance:
    """Probability that the score is at or above `target` in a month to come if the level only drifts as it does.

    With `n_effective` answers in that month the score that will be measured; inf: the true level. ValueError for a
    target outside [-1, 1], unless n_effective > 0 and months_ahead >= 0.

    >>> from cx.stats.level import local_level
    >>> from cx.stats.nps import Counts, nps_estimate
    >>> level = local_level([nps_estimate(Counts(50, 30, 20))] * 12, drift2=0.01**2)
    >>> round(chance_if_level_holds(level, 0.35, months_ahead=6).probability, 2)
    0.09
    """
    _check_target(target)
    expected = expected_month(level, n_effective, months_ahead)
    return Chance(_beyond(expected, target), expected, 0.0, level.months, level.n)


def chance_at_this_pace(
    months: Sequence[Estimate | None], target: float, months_ahead: int, tau2: float = 0.0,
    n_effective: float = math.inf, confidence: float = 0.95,
) -> Chance | None:
    """Probability that the score is at or above `target` in a month to come if the line so far goes on.

    None with fewer than 6 months with answers: a line through them is no pace. `tau2` is `excess_variance`, the usual
    noise between months: it makes the line and the month less sure. The pace itself is only estimated, so the further
    ahead the less is known. ValueError for a target outside [-1, 1], a negative tau2, unless n_effective > 0 and
    months_ahead >= 1.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> rising = [nps_estimate(Counts(50 + k, 30, 20 - k)) for k in range(12)]  # NPS 30 to 52
    >>> found = chance_at_this_pace(rising, 0.60, months_ahead=6)
    >>> round(100 * found.per_year), round(100 * found.expected.nps), round(found.probability, 2), found.n
    (24, 64, 0.71, 1200)
    """
    _check_target(target)
    if not 0 <= tau2 < math.inf:
        raise ValueError(f"tau2 == {tau2}, must be >= 0 and finite")
    if not n_effective > 0:
        raise ValueError(f"n_effective == {n_effective}, must be > 0")
    if not months_ahead >= 1:
        raise ValueError(f"months_ahead == {months_ahead}, must be >= 1")
    answered = [(position, month) for position, month in enumerate(months) if month is not None]
    if len(answered) < MIN_PACE_MONTHS:
        return None
    variance = pooled_reference([month for _, month in answered]).variance
    line = weighted_line([position / 12 for position, _ in answered], [month.nps for _, month in answered],
                         [variance / month.n_effective + tau2 for _, month in answered])
    at = (len(months) - 1 + months_ahead) / 12
    nps = line.height(at)
    sd = math.sqrt(line.height_variance(at) + tau2 + variance / n_effective)
    half_width = normal_quantile(confidence) * sd
    expected = Expected(_clipped(nps), _clipped(nps - half_width), _clipped(nps + half_width), sd)
    return Chance(float(ndtr((nps - target) / sd)), expected, line.slope, len(answered),
                  sum(month.n for _, month in answered))


def target_reached(low: float, high: float, target: float) -> Reached:
    """Whether a level with the interval `low` to `high` has reached a target; ValueError unless -1 <= target <= 1.

    >>> target_reached(0.28, 0.36, 0.25).value, target_reached(0.28, 0.36, 0.30).value
    ('reached', 'cannot tell')
    """
    _check_target(target)
    if low >= target:
        return Reached.REACHED
    return Reached.MISSED if high < target else Reached.CANNOT_TELL


def likelihood(probability: float) -> Likelihood:
    """A probability in one of five grades; ValueError outside [0, 1].

    >>> [likelihood(p).value for p in (0.02, 0.5, 0.8)]
    ['very unlikely', 'about as likely as not', 'likely']
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"probability == {probability}, must be >= 0 and <= 1")
    return next(grade for grade, limit in _UP_TO if probability <= limit)


def _beyond(expected: Expected, target: float) -> float:
    return float(ndtr((expected.nps - target) / expected.sd))


def _clipped(nps: float) -> float:
    return min(1.0, max(-1.0, nps))


def _check_target(target: float) -> None:
    if not -1 <= target <= 1:
        raise ValueError(f"target == {target}, must be >= -1 and <= 1")
