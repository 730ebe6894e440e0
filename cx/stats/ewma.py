"""Did the NPS drift slowly, by less each month than a single month can show? A weighted mean of the last months' z.

Each month is compared with the 12 months before it, so an old change is no news and alarms do not pile up: of 100 units
without a change 1 to 3 alarm in 12 months. With one fixed reference it would be twice as many.
Source: methods 2.1 and 2.2; Roberts 1959, Technometrics 1:239; Lucas and Saccucci 1990, Technometrics 32:1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from cx.stats.movement import REFERENCE_MIN_MONTHS, month_p_value, pooled_reference
from cx.stats.nps import Estimate

NEWEST_WEIGHT = 0.3
LIMIT_SIGMA_EWMA = 2.9
"""Beyond this many standard deviations the level drifted."""
REFERENCE_MONTHS = 12


@dataclass(frozen=True)
class Drift:
    """Whether the level drifted over the last months."""

    value: float
    """Weighted mean of the months' z, in its own standard deviations; below 0: downwards."""
    drifted: bool
    """Whether it is beyond the limit."""
    months: int
    """Number of months that were compared with their past."""


def ewma(z: Sequence[float] | np.ndarray, weight: float = NEWEST_WEIGHT) -> np.ndarray:
    """Exponentially weighted means of the z so far, each in its own standard deviations [T].

    nan is a month without z: the mean stays where it is. nan before the first. ValueError unless 0 < weight <= 1.

    >>> ewma([1.5] * 5).round(1).tolist()  # none of them unusual alone, together they are
    [1.5, 2.1, 2.5, 2.8, 3.0]
    """
    if not 0 < weight <= 1:
        raise ValueError(f"weight == {weight}, must be > 0 and <= 1")
    values, mean, variance = [], 0.0, 0.0
    for one in np.asarray(z, dtype=float):
        if not math.isnan(one):
            mean = weight * float(one) + (1 - weight) * mean
            variance = weight**2 + (1 - weight) ** 2 * variance
        values.append(mean / math.sqrt(variance) if variance else math.nan)
    return np.array(values)


def z_against_the_past(months: Sequence[Estimate | None], tau2: float) -> np.ndarray:
    """For each month how many standard errors it is above the 12 months before it, pooled [T].

    With few answers or extreme scores: the z of the same probability as in the exact tail. nan for months without
    answers (None) or with fewer than 3 such months before them. `tau2` is `excess_variance`.
    """
    z = np.full(len(months), math.nan)
    for t, month in enumerate(months):
        past = [one for one in months[max(0, t - REFERENCE_MONTHS):t] if one is not None]
        if month is not None and len(past) >= REFERENCE_MIN_MONTHS:
            reference = pooled_reference(past)
            p_value = month_p_value(month, reference, tau2)
            z[t] = math.copysign(-ndtri(p_value / 2), month.nps - reference.estimate.nps)
    return z


def slow_drift(months: Sequence[Estimate | None], tau2: float = 0.0) -> Drift | None:
    """Whether the level drifted over the last 12 months, as known after the newest one.

    `months` are consecutive, the newest last; 24 make full use of it. None where no month has a past to be compared
    with, or the newest has no answers. ValueError for a tau2 below 0.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> falling = [nps_estimate(Counts(50 - k, 30, 20 + k)) for k in [0] * 12 + [4, 7, 9, 10]]
    >>> found = slow_drift(falling)
    >>> round(found.value, 1), found.drifted
    (-3.2, True)
    """
    if not 0 <= tau2 < math.inf:
        raise ValueError(f"tau2 == {tau2}, must be >= 0 and finite")
    z = z_against_the_past(months, tau2)[-REFERENCE_MONTHS:]
    if not len(z) or math.isnan(z[-1]):
        return None
    value = float(ewma(z)[-1])
    return Drift(value, abs(value) > LIMIT_SIGMA_EWMA, int((~np.isnan(z)).sum()))
