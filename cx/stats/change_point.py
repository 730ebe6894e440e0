"""When did the NPS change? The months in which one lasting step may have happened, or none.

Every split of the months into before and after is tried, and the largest step judged against the largest that months
without any change give. Source: methods 2.4; Andrews 1993, Econometrica 61:821 (the sup-Wald test); Chib 1998, J.
Econometrics 86:221 (the probability of each month).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from cx.stats.difference import Difference, difference_of
from cx.stats.movement import pooled_reference
from cx.stats.nps import Estimate, normal_quantile

MIN_MONTHS = 3
"""Months with answers that each side of a split must have."""
SIGNIFICANT = 0.05
# Between splits closer than this the step hardly changes: they count as one, or the integral would need more nodes.
_RESOLUTION = 0.12
_NODES = 64


@dataclass(frozen=True)
class ChangePoint:
    """One lasting step. Months are positions in the series, 0 the oldest; each is the first at the new level."""

    first: int
    """Earliest month from which the new level may hold."""
    last: int
    """Latest such month."""
    likeliest: int
    """Likeliest such month; not to be named alone."""
    step: Difference
    """Level after - level before, at the likeliest month; the largest of many, so rather too large than too small."""
    before: float
    """NPS of all answers before the likeliest month."""
    after: float
    """NPS of all answers from it on."""
    p_value: float
    """Probability that months without any change show so large a step somewhere."""


@dataclass(frozen=True)
class _Splits:
    """Steps of all splits with enough months on each side [K]; split k has k months with answers before it."""

    months: np.ndarray
    steps: np.ndarray
    variances: np.ndarray
    information: np.ndarray
    """Share of the information that lies before each split, in (0, 1)."""

    @property
    def z(self) -> np.ndarray:
        """Steps in standard errors."""
        return np.asarray(self.steps / np.sqrt(self.variances))


def change_point_p_value(months: Sequence[Estimate | None], tau2: float = 0.0) -> float:
    """Probability that months without any change show so large a step; nan with fewer than 3 months for each side.

    For `discovery`, when many units are asked. None is a month without answers. `tau2` is `excess_variance`, the usual
    noise between months. ValueError if it is negative.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> low, high = nps_estimate(Counts(20, 15, 15)), nps_estimate(Counts(28, 12, 10))
    >>> round(change_point_p_value([low, low, low, low, high, high, high, high]), 4)
    0.004
    """
    splits = _splits(months, tau2)
    return math.nan if splits is None else _p_value(splits)


def change_point(
    months: Sequence[Estimate | None], tau2: float = 0.0, confidence: float = 0.95, significant: float = SIGNIFICANT
) -> ChangePoint | None:
    """The months in which one lasting step happened with probability `confidence`; None if none is significant.

    Also None with fewer than 3 months with answers for each side. A range over months without answers starts with the
    first of them. ValueError for a negative tau2 or a confidence outside (0, 1).

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> low, high = nps_estimate(Counts(20, 15, 15)), nps_estimate(Counts(28, 12, 10))
    >>> found = change_point([low, low, low, low, high, high, high, high])
    >>> found.first, found.last, round(100 * found.step.nps)  # one of the months 3 to 5
    (3, 5, 26)
    """
    normal_quantile(confidence)
    splits = _splits(months, tau2)
    if splits is None or (p_value := _p_value(splits)) >= significant:
        return None
    answered = [position for position, month in enumerate(months) if month is not None]
    low, high = _range(splits, confidence)
    best = int(np.argmax(splits.z**2))
    likeliest = answered[splits.months[best]]
    before, after = (
        pooled_reference([month for month in part if month is not None]).estimate.nps
        for part in (months[:likeliest], months[likeliest:]))
    return ChangePoint(
        first=answered[splits.months[low] - 1] + 1,
        last=answered[splits.months[high]],
        likeliest=likeliest,
        step=difference_of(
            after - before, float(splits.steps[best]), math.sqrt(splits.variances[best]), confidence),
        before=before,
        after=after,
        p_value=p_value,
    )


def change_points(
    months: Sequence[Estimate | None], tau2: float = 0.0, confidence: float = 0.95
) -> tuple[ChangePoint, ...]:
    """All lasting steps, oldest first: the largest, then those within the months before and after it, and so on.

    Each step compares the months between its neighbours only.
    """
    found = change_point(months, tau2, confidence)
    if found is None:
        return ()
    at = found.likeliest
    later = (_moved(one, at) for one in change_points(months[at:], tau2, confidence))
    return (*change_points(months[:at], tau2, confidence), found, *later)


def _moved(found: ChangePoint, by: int) -> ChangePoint:
    return ChangePoint(found.first + by, found.last + by, found.likeliest + by, found.step, found.before, found.after,
                       found.p_value)


def _splits(months: Sequence[Estimate | None], tau2: float) -> _Splits | None:
    if not 0 <= tau2 < math.inf:
        raise ValueError(f"tau2 == {tau2}, must be >= 0 and finite")
    answered = [month for month in months if month is not None]
    if len(answered) < 2 * MIN_MONTHS:
        return None
    variance = pooled_reference(answered).variance
    return _steps(np.array([month.nps for month in answered]),
                  np.array([variance / month.n_effective for month in answered]) + tau2)


def _steps(scores: np.ndarray, variances: np.ndarray) -> _Splits:
    months = np.arange(MIN_MONTHS, len(scores) - MIN_MONTHS + 1)
    weight, weighted = np.cumsum(1 / variances), np.cumsum(scores / variances)
    before, total = weight[months - 1], weight[-1]
    after = total - before
    steps = (weighted[-1] - weighted[months - 1]) / after - weighted[months - 1] / before
    return _Splits(months, steps, 1 / before + 1 / after, before / total)


def _p_value(splits: _Splits) -> float:
    """Probability that the largest |z| of all splits is at least the one seen.

    Without a change the z of the splits are a Markov chain of normal values: it is followed over nodes within ± the
    largest one, and what is lost on the way is the probability.
    """
    limit = float(np.abs(splits.z).max())
    single = 2 * float(ndtr(-limit))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    nodes, weights = limit * nodes, limit * weights
    density = np.exp(-(nodes**2) / 2) / math.sqrt(2 * math.pi)
    at = splits.information[0]
    for share in splits.information[1:]:
        correlation = math.sqrt(at * (1 - share) / (share * (1 - at)))
        sd = math.sqrt(max(0.0, 1 - correlation**2))
        if sd < _RESOLUTION:
            continue
        step = np.exp(-((nodes[:, None] - correlation * nodes) ** 2) / (2 * sd**2)) / (math.sqrt(2 * math.pi) * sd)
        density, at = step @ (weights * density), share
    beyond = 1 - float(weights @ density)
    return min(1.0, max(single, min(beyond, len(splits.months) * single)))


def _range(splits: _Splits, confidence: float) -> tuple[int, int]:
    """First and last of the shortest run of splits that holds the change with that probability; flat priors."""
    log_probability = splits.z**2 / 2 - np.log(splits.information * (1 - splits.information)) / 2
    probability = np.exp(log_probability - log_probability.max())
    reached = np.concatenate([[0.0], np.cumsum(probability / probability.sum())])
    runs = [(high - low, -(reached[high + 1] - reached[low]), low, high)
            for low in range(len(probability)) for high in range(low, len(probability))
            if reached[high + 1] - reached[low] >= confidence - 1e-9]
    return min(runs)[2:]
