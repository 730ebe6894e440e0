"""Did the NPS really move? A month against the months before it, and one wave of a survey against another.

The sampling variance is known from the counts; what is estimated is only the real variation between months, pooled over
units. Source: methods 2.2; DerSimonian and Laird 1986, Controlled Clinical Trials 7:177. Words: methods 16.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import reduce

import numpy as np
from scipy.special import gammaln, ndtr

from cx.stats.difference import Difference, difference_of, nps_difference, probability_beyond
from cx.stats.nps import Counts, Estimate, normal_quantile, nps_estimate
from cx.stats.suppression import Thresholds

LIMIT_SIGMA = 3.0
"""A month beyond this many standard errors has moved: about one false alarm per unit in 30 years."""
SURE_ENOUGH = 0.9
"""Probability that the true change is larger than the smallest one of interest, from which a move is declared."""
REFERENCE_MIN_MONTHS = 3
_EXACT_BELOW = 100
_EXACT_BEYOND = 0.70
# Above this many answers the normal tail is good everywhere, and the enumeration would slow the page.
_EXACT_UP_TO = 1000
_NEGLIGIBLE_LOG = -40.0


class Verdict(Enum):
    """The four things that can be said about a change."""

    MOVED = "moved"
    NORMAL = "within normal variation"
    TOO_FEW = "too few answers"
    CANNOT_TELL = "cannot tell yet"


@dataclass(frozen=True)
class Movement:
    """A change of NPS, what can be said about it, and what was expected. A figure is None where it may not be shown."""

    verdict: Verdict
    change: float | None
    """Raw NPS minus the reference, in [-2, 2]."""
    low: float | None
    """Lower end of the 95 % interval of the change."""
    high: float | None
    """Upper end of the 95 % interval of the change."""
    z: float | None
    """The change in standard errors that hold if nothing moved."""
    p_value: float | None
    """Two-sided; for a month of few answers or an extreme score from the exact tail, so not the one of `z`."""
    expected_low: float | None
    """Lower end of where a figure of this many answers counts as normal variation, >= -1: of a wave in 95 % of cases,
    of a month as far as the rule for months lets it."""
    expected_high: float | None
    """Upper end of the same, <= 1."""
    reference_nps: float | None
    """What the NPS is compared with: the pooled months before, or the wave before."""
    reference_n: int
    """Number of answers in the reference."""
    n: int
    """Number of answers in the month or wave."""


@dataclass(frozen=True)
class Reference:
    """The pooled months (or the one wave) that an NPS is compared with."""

    estimate: Estimate
    """All answers together."""
    variance: float
    """Variance of the score of one answer, pseudo-answers included so that it is never 0."""
    months: int
    """Number of months, or 1 for a wave."""


def pooled_reference(months: Sequence[Estimate]) -> Reference:
    """All answers of some months together; ValueError without months.

    A month weighs by its answers, so the NPS is that of the pooled counts; so does its design effect.
    """
    if not months:
        raise ValueError("number of months == 0, must be >= 1")
    n = sum(month.n for month in months)
    design_effect = max(1.0, sum(month.n * month.design_effect for month in months) / n)
    estimate = nps_estimate(_sum_of_shares(months, [month.n for month in months]), n=n, design_effect=design_effect)
    return Reference(estimate, estimate.effective_counts.with_pseudo_answers().variance, len(months))


def excess_variance(series: Sequence[Sequence[Estimate]]) -> float:
    """Real variance of the NPS between months, tau², pooled over units: `series` holds the months of each unit.

    DerSimonian-Laird moment estimator, 0 if the months differ no more than sampling explains, or if no unit has two.

    >>> excess_variance([[nps_estimate(Counts(50, 30, 20)), nps_estimate(Counts(51, 30, 19))]])
    0.0
    """
    excess = scale = 0.0
    for months in series:
        if len(months) < 2:
            continue
        pooled = _sum_of_shares(months, [month.n_effective for month in months])
        q, c = heterogeneity(months, pooled.with_pseudo_answers().variance)
        excess += q - (len(months) - 1)
        scale += c
    return max(0.0, excess / scale) if scale > 0 else 0.0


def heterogeneity(months: Sequence[Estimate], variance: float) -> tuple[float, float]:
    """Cochran's Q of the months of one unit, and the factor c by which tau² raises its expected value.

    `variance` is that of the score of one answer; the weight of a month is its effective answers / `variance`.
    """
    weights = np.array([month.n_effective for month in months]) / variance
    scores = np.array([month.nps for month in months])
    q = float(weights @ (scores - weights @ scores / weights.sum()) ** 2)
    return q, float(weights.sum() - weights @ weights / weights.sum())


def prediction_se(reference: Reference, n_effective: float, tau2: float) -> float:
    """Standard deviation of the NPS of `n_effective` answers minus that of the reference if nothing moved."""
    sampling = reference.variance * (1 / n_effective + 1 / reference.estimate.n_effective)
    return math.sqrt(sampling + tau2 * (1 + 1 / reference.months))


def month_p_value(month: Estimate, reference: Reference, tau2: float) -> float:
    """Two-sided p-value of a month if nothing moved: exact below 100 answers or beyond an NPS of 70, else normal."""
    if _needs_exact_tail(month, reference.estimate):
        return exact_p_value(month.nps, month.n_effective, reference, tau2)
    se = prediction_se(reference, month.n_effective, tau2)
    return float(2 * ndtr(-abs(month.nps - reference.estimate.nps) / se))


def exact_p_value(nps: float, n_effective: float, reference: Reference, tau2: float) -> float:
    """Two-sided mid-p of an NPS under the Dirichlet-multinomial prediction from the reference, all outcomes enumerated.

    Pseudo-counts are the reference's + .5, their total shrunk to 1 / (1/n + tau² (1 + 1/months) / variance). A number
    of effective answers that is not whole is rounded, and the probability interpolated between. At least e⁻⁴⁰.
    """
    n = max(1, round(n_effective))
    known = reference.estimate
    size = 1 / (1 / known.n_effective + tau2 * (1 + 1 / reference.months) / reference.variance)
    shares = (known.promoters, known.passives, known.detractors)
    probability = net_promoter_probabilities(n, [share * size + 0.5 for share in shares])
    outcomes = np.arange(-n, n + 1)
    lower = np.interp(nps * n, outcomes, np.cumsum(probability) - probability / 2)
    upper = np.interp(nps * n, outcomes, np.cumsum(probability[::-1])[::-1] - probability / 2)
    return float(min(1.0, max(2 * min(lower, upper), math.exp(_NEGLIGIBLE_LOG))))


def net_promoter_probabilities(n: int, pseudo_counts: Sequence[float]) -> np.ndarray:
    """Probabilities of promoters - detractors = -n … n among `n` answers, Dirichlet-multinomial.

    `pseudo_counts` are the Dirichlet parameters of promoters, passives and detractors. The log-probability is a sum of
    three terms of one count each, so the table of outcomes is filled by looking up. Counts of promoters or detractors
    with a marginal probability below e^-40 are left out.
    """
    total = sum(pseudo_counts)
    counts = np.arange(n + 1)

    def term(pseudo_count: float) -> np.ndarray:
        return np.asarray(gammaln(counts + pseudo_count) - gammaln(pseudo_count) - gammaln(counts + 1.0))

    terms = [term(pseudo_count) for pseudo_count in pseudo_counts]
    constant = gammaln(n + 1.0) + gammaln(total) - gammaln(n + total)
    likely = [
        np.flatnonzero(terms[answer] + term(total - pseudo_counts[answer])[::-1] + constant > _NEGLIGIBLE_LOG)
        for answer in (0, 2)
    ]
    promoters, detractors = (grid.ravel() for grid in np.meshgrid(*likely))
    possible = promoters + detractors <= n
    promoters, detractors = promoters[possible], detractors[possible]
    log_probability = terms[0][promoters] + terms[2][detractors] + terms[1][n - promoters - detractors] + constant
    return np.bincount(promoters - detractors + n, weights=np.exp(log_probability), minlength=2 * n + 1)


def month_movement(
    month: Estimate,
    reference: Sequence[Estimate],
    tau2: float,
    thresholds: Thresholds,
    smallest_change: float = 0.03,
) -> Movement:
    """What can be said about a month against the months before it (12 of them, pooled; never the last month alone).

    Moved: beyond 3 standard errors (or its probability in the exact tail, below 100 answers or beyond an NPS of 70),
    the 95 % interval of the change excludes 0, and the true change is larger than `smallest_change` with
    probability .9. Beyond the limit without the rest, or with fewer than 3 months before: cannot tell yet.
    `tau2` is `excess_variance`; ValueError if it is negative.
    """
    if not 0 <= tau2 < math.inf:
        raise ValueError(f"tau2 == {tau2}, must be >= 0 and finite")
    if not reference:
        return _without_figures(Verdict.CANNOT_TELL if month.n >= thresholds.firm else Verdict.TOO_FEW, month.n, 0)
    pooled = pooled_reference(reference)
    fewest = min(month.n, pooled.estimate.n)
    if fewest < thresholds.figure:
        return _without_figures(Verdict.TOO_FEW, month.n, pooled.estimate.n)
    se = prediction_se(pooled, month.n_effective, tau2)
    z = (month.nps - pooled.estimate.nps) / se
    p_value = month_p_value(month, pooled, tau2)
    sampled = nps_difference(pooled.estimate, month)
    real_se = math.sqrt(sampled.se**2 + tau2 * (1 + 1 / pooled.months))
    change = difference_of(sampled.nps, sampled.mid, real_se)
    if fewest < thresholds.firm:
        verdict = Verdict.TOO_FEW
    elif pooled.months < REFERENCE_MIN_MONTHS:
        verdict = Verdict.CANNOT_TELL
    else:
        verdict = _verdict(p_value < 2 * ndtr(-LIMIT_SIGMA), change, smallest_change)
    return _movement(verdict, change, z, p_value, LIMIT_SIGMA * se, pooled, month.n)


def wave_movement(
    before: Estimate, after: Estimate, thresholds: Thresholds, smallest_change: float = 0.03, tau2: float = 0.0
) -> Movement:
    """What can be said about a wave of a survey against the wave before it, at 95 % and with the same gate by size.

    The expected interval is that of as many answers as the new wave has if nothing moved. So for any two spans of
    time; `tau2` is the usual real variance of the NPS of such a span, where it is known (of 12 months together, the
    12th part of that of one month). ValueError if it is negative.
    """
    if not 0 <= tau2 < math.inf:
        raise ValueError(f"tau2 == {tau2}, must be >= 0 and finite")
    if min(before.n, after.n) < thresholds.figure:
        return _without_figures(Verdict.TOO_FEW, after.n, before.n)
    reference = pooled_reference([before])
    sampled = nps_difference(before, after)
    change = difference_of(sampled.nps, sampled.mid, math.sqrt(sampled.se**2 + 2 * tau2)) if tau2 else sampled
    verdict = Verdict.TOO_FEW
    if min(before.n, after.n) >= thresholds.firm:
        verdict = _verdict(change.p_value < 0.05, change, smallest_change)
    se = prediction_se(reference, after.n_effective, tau2)
    return _movement(verdict, change, change.z, change.p_value, normal_quantile(0.95) * se, reference, after.n)


def _verdict(beyond_limit: bool, change: Difference, smallest_change: float) -> Verdict:
    if not beyond_limit:
        return Verdict.NORMAL
    excludes_zero = change.low > 0 or change.high < 0
    large_enough = probability_beyond(change, smallest_change) >= SURE_ENOUGH
    return Verdict.MOVED if excludes_zero and large_enough else Verdict.CANNOT_TELL


def _needs_exact_tail(month: Estimate, reference: Estimate) -> bool:
    if month.n_effective < _EXACT_BELOW:
        return True
    return max(abs(month.nps), abs(reference.nps)) > _EXACT_BEYOND and month.n_effective <= _EXACT_UP_TO


def _sum_of_shares(months: Sequence[Estimate], weights: Sequence[float]) -> Counts:
    """The shares of the months, each times its weight."""
    weighted = (
        Counts(month.promoters * weight, month.passives * weight, month.detractors * weight)
        for month, weight in zip(months, weights, strict=True)
    )
    return reduce(Counts.__add__, weighted)


def _movement(
    verdict: Verdict, change: Difference, z: float, p_value: float, half_width: float, reference: Reference, n: int
) -> Movement:
    """The movement with the range of normal variation: what the rule that judges lets pass.

    The figure itself is inside where it passed by the exact tail, and not inside where it did not: picture, sentence
    and verdict never contradict each other.
    """
    low, high = reference.estimate.nps - half_width, reference.estimate.nps + half_width
    nps = reference.estimate.nps + change.nps
    if verdict is Verdict.NORMAL:
        low, high = min(low, nps), max(high, nps)
    elif verdict is Verdict.MOVED:
        low, high = (low, min(high, nps)) if change.nps > 0 else (max(low, nps), high)
    return Movement(
        verdict=verdict,
        change=change.nps,
        low=change.low,
        high=change.high,
        z=z,
        p_value=p_value,
        expected_low=max(-1.0, low),
        expected_high=min(1.0, high),
        reference_nps=reference.estimate.nps,
        reference_n=reference.estimate.n,
        n=n,
    )


def _without_figures(verdict: Verdict, n: int, reference_n: int) -> Movement:
    return Movement(verdict, None, None, None, None, None, None, None, None, reference_n, n)
