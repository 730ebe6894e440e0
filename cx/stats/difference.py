"""The difference of two NPS: of two groups, two months, two waves, or the same customers asked twice.

One object gives the interval and the p-value, so they never contradict each other. Source: methods 1.3; Agresti and
Caffo 2000, The American Statistician 54:280 (the pseudo-answers); Zou and Donner 2008, Stat. Med. 27:1693 (MOVER).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from cx.stats.nps import PSEUDO_ANSWERS, Counts, Estimate, normal_quantile, nps_estimate


@dataclass(frozen=True)
class Difference:
    """A difference of two NPS, after - before, in [-2, 2]."""

    nps: float
    """The raw difference: the number to show."""
    low: float
    """Lower end of the interval, >= -2."""
    high: float
    """Upper end of the interval, <= 2."""
    se: float
    """Standard error of `mid`."""
    z: float
    """`mid` in standard errors."""
    p_value: float
    """Two-sided; below 1 - confidence exactly when the interval excludes 0."""
    mid: float
    """Centre of the interval before it is clipped: the difference after the pseudo-answers were added."""


def nps_difference(before: Estimate, after: Estimate, confidence: float = 0.95) -> Difference:
    """The difference of two independent groups: adjusted Wald, the 3 pseudo-answers shared between them.

    ValueError unless 0 < confidence < 1. Exact coverage .936 or more from 10 answers a group on (methods 1.3).

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> change = nps_difference(nps_estimate(Counts(45, 35, 20)), nps_estimate(Counts(60, 28, 12)))
    >>> round(100 * change.nps, 1), round(100 * change.low, 1), round(100 * change.high, 1), round(change.p_value, 3)
    (23.0, 2.4, 42.9, 0.028)
    """
    first = before.effective_counts.with_pseudo_answers(PSEUDO_ANSWERS / 2)
    second = after.effective_counts.with_pseudo_answers(PSEUDO_ANSWERS / 2)
    se = math.sqrt(first.variance / first.total + second.variance / second.total)
    return difference_of(after.nps - before.nps, second.nps - first.nps, se, confidence)


def published_difference(before: float, before_n: int, after: float, after_n: int) -> Difference:
    """The difference of two published NPS in [-1, 1] of which only score and number of answers are known.

    The shares are not known, so the variance is taken as large as these scores allow (nobody is a passive): the
    interval is rather too wide. ValueError outside [-1, 1] or without answers.

    >>> found = published_difference(0.25, 500, 0.35, 500)
    >>> round(100 * found.nps, 1), round(100 * found.low, 1), round(100 * found.high, 1)
    (10.0, -1.8, 21.8)
    """
    return nps_difference(_without_passives(before, before_n), _without_passives(after, after_n))


def _without_passives(nps: float, n: int) -> Estimate:
    if not -1 <= nps <= 1:
        raise ValueError(f"nps == {nps}, must be >= -1 and <= 1")
    return nps_estimate(Counts((1 + nps) / 2 * n, 0, (1 - nps) / 2 * n), n=n)


def nps_difference_mover(before: Estimate, after: Estimate) -> tuple[float, float]:
    """Interval of the difference recovered from the two single intervals, at their confidence: a cross-check."""
    below = math.hypot(max(0.0, after.nps - after.low), max(0.0, before.high - before.nps))
    above = math.hypot(max(0.0, after.high - after.nps), max(0.0, before.nps - before.low))
    change = after.nps - before.nps
    return max(-2.0, change - below), min(2.0, change + above)


def paired_difference(
    table: Sequence[Sequence[float]], confidence: float = 0.95, pseudo_pairs: float = PSEUDO_ANSWERS
) -> Difference:
    """The difference when the same customers answered twice, or rated two brands.

    `table[i][j]` counts customers, in the order detractor, passive, promoter: i the first answer, j the second.
    `pseudo_pairs` customers are added for interval and p-value, half of them without change, a quarter one step up, a
    quarter one step down; with 0 `se` is the plain one, of no use where nobody changed. ValueError for another shape,
    a negative count, an empty table, or if nothing is added and everybody changed alike.

    >>> round(100 * paired_difference([[91, 36, 11], [31, 45, 37], [7, 27, 115]]).nps, 2)
    5.75
    """
    counts = np.asarray(table, dtype=float)
    if counts.shape != (3, 3):
        raise ValueError(f"shape of table == {counts.shape}, must be (3, 3)")
    if not (counts >= 0).all() or not counts.sum() > 0:
        raise ValueError("table must hold counts >= 0 and at least one pair")
    steps = np.arange(-2, 3)
    pairs = np.array([np.trace(counts, offset=step) for step in steps])
    added = pairs + pseudo_pairs * np.array([0, 0.25, 0.5, 0.25, 0])
    mid = float(added @ steps / added.sum())
    variance = float(added @ (steps - mid) ** 2 / added.sum())
    if not variance > 0:
        raise ValueError(f"pseudo_pairs == {pseudo_pairs}, must be > 0 where everybody changed alike")
    raw = float(pairs @ steps / pairs.sum())
    return difference_of(raw, mid, math.sqrt(variance / float(added.sum())), confidence)


def probability_beyond(difference: Difference, smallest: float) -> float:
    """Probability that the true difference is larger than `smallest` in either direction, by the normal curve.

    ValueError unless 0 <= smallest <= 2.
    """
    if not 0 <= smallest <= 2:
        raise ValueError(f"smallest == {smallest}, must be >= 0 and <= 2")
    above = ndtr((difference.mid - smallest) / difference.se)
    below = ndtr((-smallest - difference.mid) / difference.se)
    return float(above + below)


def difference_of(nps: float, mid: float, se: float, confidence: float = 0.95) -> Difference:
    """The normal interval and p-value of a difference `mid` with standard error `se` > 0, shown as `nps`."""
    if not se > 0:
        raise ValueError(f"se == {se}, must be > 0")
    half_width = normal_quantile(confidence) * se
    z = mid / se
    return Difference(
        nps=nps,
        low=min(2.0, max(-2.0, mid - half_width)),
        high=max(-2.0, min(2.0, mid + half_width)),
        se=se,
        z=z,
        p_value=float(2 * ndtr(-abs(z))),
        mid=mid,
    )
