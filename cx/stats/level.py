"""The line through noisy months: a level that drifts, measured with a known error that depends on the answers.

y_t = level_t + e_t, e_t ~ N(0, variance / n_t); level_t = level_(t-1) + N(0, drift²). How fast levels drift is
estimated over all units together: from twelve months of one unit it cannot be.
Source: methods 2.3; Durbin and Koopman 2012, Time Series Analysis by State Space Methods, chapter 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cx.stats.movement import pooled_reference
from cx.stats.nps import Estimate, normal_quantile

_DRIFTS = np.arange(0, 0.3001, 0.003)


@dataclass(frozen=True)
class LocalLevel:
    """The level of T months. Arrays are [T], nan before the first month with answers."""

    filtered: np.ndarray
    """Level as known at the end of each month: say this of "now"."""
    filtered_sd: np.ndarray
    """Its standard deviation."""
    smoothed: np.ndarray
    """Level as known today, with hindsight: draw this of the past. The last one is the filtered one."""
    smoothed_sd: np.ndarray
    """Its standard deviation."""
    drift2: float
    """Variance of the monthly step of the level."""
    variance: float
    """Variance of the score of one answer, never 0."""
    n: int
    """Number of answers in all months."""
    months: int
    """Number of months with answers."""

    def band(self, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper end of the smoothed level, clipped to [-1, 1] [T]."""
        half_width = normal_quantile(confidence) * self.smoothed_sd
        return np.clip(self.smoothed - half_width, -1, 1), np.clip(self.smoothed + half_width, -1, 1)


@dataclass(frozen=True)
class Expected:
    """What a month still to come is expected to score."""

    nps: float
    """Middle: the level of now."""
    low: float
    """Lower end of the prediction interval, >= -1."""
    high: float
    """Upper end of the same, <= 1."""
    sd: float
    """Standard deviation of the score about the middle: of level, drift and sampling together."""


def local_level(months: Sequence[Estimate | None], drift2: float, variance: float | None = None) -> LocalLevel:
    """The level of consecutive months, None for a month without answers (there the band widens).

    `drift2` is `drift_variance` of all units of the level. `variance` None: that of all months together, with
    pseudo-answers. ValueError without any answers, or for a drift2 below 0.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> rows = [(20, 12, 8), (15, 10, 9), (26, 14, 10), (9, 6, 7), (30, 9, 6), (33, 10, 7)]
    >>> level = local_level([nps_estimate(Counts(*row)) for row in rows], drift2=0.03**2)
    >>> (100 * level.smoothed).round(1).tolist()  # raw: 30, 18, 32, 9, 53, 52
    [33.3, 33.5, 34.5, 35.6, 37.6, 38.6]
    """
    if not 0 <= drift2 < math.inf:
        raise ValueError(f"drift2 == {drift2}, must be >= 0 and finite")
    answered = [month for month in months if month is not None]
    if variance is None:
        variance = pooled_reference(answered).variance
    scores, noise = _measurements(months, variance)
    steps = list(_filter(scores, noise, np.asarray(drift2)))
    level, uncertainty = (np.array([float(step[k]) for step in steps]) for k in (0, 1))
    smoothed, smoothed_variance = level.copy(), uncertainty.copy()
    for t in range(len(months) - 2, -1, -1):
        predicted = uncertainty[t] + drift2
        gain = uncertainty[t] / predicted
        smoothed[t] += gain * (smoothed[t + 1] - level[t])
        smoothed_variance[t] += gain**2 * (smoothed_variance[t + 1] - predicted)
    return LocalLevel(level, np.sqrt(uncertainty), smoothed, np.sqrt(smoothed_variance), drift2, variance,
                      sum(month.n for month in answered), len(answered))


def expected_month(
    level: LocalLevel, n_effective: float, months_ahead: int = 1, confidence: float = 0.95
) -> Expected:
    """What a month to come is expected to score with that many effective answers if the level goes on as it did.

    `n_effective` inf: the true level itself. ValueError unless n_effective > 0 and months_ahead >= 0.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> level = local_level([nps_estimate(Counts(50, 30, 20))] * 12, drift2=0.01**2)
    >>> [round(100 * end) for n in (20, 400) for end in (expected_month(level, n).low, expected_month(level, n).high)]
    [-5, 65, 20, 40]
    """
    if not n_effective > 0:
        raise ValueError(f"n_effective == {n_effective}, must be > 0")
    if not months_ahead >= 0:
        raise ValueError(f"months_ahead == {months_ahead}, must be >= 0")
    nps = float(level.filtered[-1])
    sd = math.sqrt(level.filtered_sd[-1] ** 2 + months_ahead * level.drift2 + level.variance / n_effective)
    half_width = normal_quantile(confidence) * sd
    return Expected(nps, max(-1.0, nps - half_width), min(1.0, nps + half_width), sd)


def drift_variance(series: Sequence[Sequence[Estimate | None]]) -> float:
    """Variance of the monthly step of the level, pooled over units: `series` holds the months of each unit.

    Maximum likelihood over steps of 0, .3, … 30 points. 0 if no unit has two months with answers. Series may start in
    different months; None is a month without answers.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> flat = [nps_estimate(Counts(50, 30, 20)), nps_estimate(Counts(51, 30, 19)), nps_estimate(Counts(49, 31, 20))]
    >>> drift_variance([flat] * 20)
    0.0
    """
    used = [months for months in series if sum(month is not None for month in months) > 1]
    if not used:
        return 0.0
    length = max(map(len, used))
    scores, noise = np.full((2, len(used), length), np.nan)
    for unit, months in enumerate(used):
        variance = pooled_reference([month for month in months if month is not None]).variance
        scores[unit, :len(months)], noise[unit, :len(months)] = _measurements(months, variance)
    total = np.zeros(len(_DRIFTS))
    for _, _, log_likelihood in _filter(scores[:, None], noise[:, None], _DRIFTS**2):
        total += log_likelihood.sum(0)
    return float(_DRIFTS[int(np.argmax(total))] ** 2)


def _measurements(months: Sequence[Estimate | None], variance: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores and the variances of their errors, nan without answers [T]."""
    scores = np.array([math.nan if month is None else month.nps for month in months])
    noise = np.array([math.nan if month is None else variance / month.n_effective for month in months])
    return scores, noise


def _filter(scores: np.ndarray, noise: np.ndarray, drift2: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """For each month (the last axis): the level, its variance, and the log-density of the score given those before.

    The first score starts the level (exact diffuse start). A month without answers lets the variance grow.
    """
    shape = np.broadcast_shapes(scores.shape[:-1], drift2.shape)
    level, uncertainty = np.full(shape, np.nan), np.full(shape, np.nan)
    for t in range(scores.shape[-1]):
        score, error = scores[..., t], noise[..., t]
        known, here = ~np.isnan(level), ~np.isnan(score)
        predicted = uncertainty + drift2
        total = predicted + error
        surprise = score - level
        log_likelihood = np.where(known & here, -0.5 * (np.log(2 * np.pi * total) + surprise**2 / total), 0.0)
        gain = np.where(here, predicted / total, 0.0)
        level = np.where(known, level + np.where(here, gain * surprise, 0.0), score)
        uncertainty = np.where(known, predicted * (1 - gain), error)
        yield level, uncertainty, log_likelihood
