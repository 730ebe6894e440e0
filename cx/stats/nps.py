"""The Net Promoter Score of a group and how sure it is: point, interval, shares, effective number of answers.

A promoter (9-10) scores +1, a passive (7-8) 0, a detractor (0-6) -1; NPS is the mean score, in [-1, 1].
Source: methods 0.1 and 1.1; Rocks 2016, The American Statistician 70:365 (adjusted Wald, "add 3").
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from scipy.special import chdtri, ndtri

PSEUDO_ANSWERS = 3.0
"""Answers added before an interval is computed: a quarter promoters, half passives, a quarter detractors."""


@dataclass(frozen=True)
class Counts:
    """Numbers of promoters, passives and detractors, or the sums of their weights."""

    promoters: float
    passives: float
    detractors: float

    def __post_init__(self) -> None:
        for name in ("promoters", "passives", "detractors"):
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} == {value}, must be >= 0 and finite")

    def __add__(self, other: Counts) -> Counts:
        """The counts of two groups together."""
        return Counts(
            self.promoters + other.promoters, self.passives + other.passives, self.detractors + other.detractors
        )

    @property
    def total(self) -> float:
        """Number of answers, or the sum of their weights."""
        return self.promoters + self.passives + self.detractors

    @property
    def nps(self) -> float:
        """NPS in [-1, 1]; ZeroDivisionError without answers.

        >>> Counts(45, 35, 20).nps
        0.25
        """
        return (self.promoters - self.detractors) / self.total

    @property
    def variance(self) -> float:
        """Variance of the score of one answer, in [0, 1]: p + d - NPS²; ZeroDivisionError without answers."""
        return max(0.0, (self.promoters + self.detractors) / self.total - self.nps**2)

    def with_pseudo_answers(self, pseudo_answers: float = PSEUDO_ANSWERS) -> Counts:
        """The counts with that many answers added, a quarter of them promoters and a quarter detractors."""
        quarter = pseudo_answers / 4
        return self + Counts(quarter, 2 * quarter, quarter)


@dataclass(frozen=True)
class ClusterSums:
    """Sums over customers who may have answered more than once.

    A customer c has m_c, the sum of the weights of its answers (their number if unweighted), and s_c, the sum of
    weight times score. Sums add over cells that share no customer (units, segments), not over months or touchpoints.
    """

    customers: int
    """Number of customers, C."""
    weight: float
    """Sum of m_c."""
    score: float
    """Sum of s_c."""
    squares: float
    """Sum of s_c²."""
    cross: float
    """Sum of s_c m_c."""
    weights_squared: float
    """Sum of m_c²."""

    def __add__(self, other: ClusterSums) -> ClusterSums:
        """The sums of two cells that share no customer."""
        return ClusterSums(
            self.customers + other.customers,
            self.weight + other.weight,
            self.score + other.score,
            self.squares + other.squares,
            self.cross + other.cross,
            self.weights_squared + other.weights_squared,
        )

    def nps_variance(self) -> float:
        """Variance of the NPS with customers as the sampled unit; ValueError with fewer than 2 customers.

        C/(C-1) * sum (s_c - NPS m_c)² / (sum m_c)²: the linearised variance of a ratio (methods 1.1).
        """
        if self.customers < 2:
            raise ValueError(f"customers == {self.customers}, must be >= 2")
        nps = self.score / self.weight
        spread = max(0.0, self.squares - 2 * nps * self.cross + nps**2 * self.weights_squared)
        return self.customers / (self.customers - 1) * spread / self.weight**2


@dataclass(frozen=True)
class Estimate:
    """The NPS of a group, with its interval."""

    n: int
    """Number of answers."""
    nps: float
    """The raw score, in [-1, 1]; with fewer than 3 answers it can lie outside the interval."""
    low: float
    """Lower end of the interval, >= -1."""
    high: float
    """Upper end of the interval, <= 1."""
    promoters: float
    """Share of promoters, in [0, 1]."""
    passives: float
    """Share of passives, in [0, 1]."""
    detractors: float
    """Share of detractors, in [0, 1]."""
    n_effective: float
    """Number of independent, equally weighted answers that would be as informative: n / design_effect."""
    design_effect: float
    """How many times the variance is that of n independent answers, >= 1."""

    @property
    def effective_counts(self) -> Counts:
        """The shares times `n_effective`: what every comparison of estimates is computed from."""
        return Counts(
            self.promoters * self.n_effective, self.passives * self.n_effective, self.detractors * self.n_effective
        )


class ShareIntervals(NamedTuple):
    """Simultaneous intervals (low, high) of the three shares, each in [0, 1]."""

    promoters: tuple[float, float]
    passives: tuple[float, float]
    detractors: tuple[float, float]


def normal_quantile(confidence: float) -> float:
    """Half-width, in standard errors, of a two-sided normal interval; ValueError unless 0 < confidence < 1.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence == {confidence}, must be > 0 and < 1")
    return float(ndtri(0.5 + confidence / 2))


def design_effect(counts: Counts, n: int, clusters: ClusterSums) -> float:
    """How many times repeat customers and weights inflate the variance of the NPS, >= 1 (methods 1.1).

    `n` is the number of answers behind `counts`. Where all answers agree, or one customer gave them all, the variance
    says nothing: then each customer counts as one answer. ValueError without answers or customers, or if `clusters` and
    `counts` are not of the same answers.

    >>> round(design_effect(Counts(60, 43, 17), 120, ClusterSums(60, 120, 43, 101, 99, 280)), 2)
    1.09
    """
    _check_answers(counts, n)
    if not 1 <= clusters.customers <= n:
        raise ValueError(f"customers == {clusters.customers}, must be >= 1 and <= n == {n}")
    if not math.isclose(clusters.weight, counts.total, rel_tol=1e-6):
        raise ValueError(f"weight == {clusters.weight}, must be the total of counts == {counts.total}")
    if counts.variance == 0 or clusters.customers < 2:
        return n / clusters.customers
    if clusters.customers == n == clusters.weights_squared:
        return 1.0  # nobody answered twice, and every answer counts the same
    return max(1.0, clusters.nps_variance() / (counts.variance / n))


def nps_estimate(
    counts: Counts, *, n: int | None = None, design_effect: float = 1.0, confidence: float = 0.95
) -> Estimate:
    """NPS with its adjusted Wald interval: 3 pseudo-answers, `n / design_effect` real ones; the point stays raw.

    `n` is the number of answers, needed when `counts` are sums of weights. ValueError without answers, for a design
    effect below 1, or a confidence outside (0, 1). Exact coverage .944 or more from 20 answers on (methods 1.1).

    >>> estimate = nps_estimate(Counts(45, 35, 20))
    >>> round(100 * estimate.low, 1), round(100 * estimate.nps, 1), round(100 * estimate.high, 1)
    (9.5, 25.0, 39.1)
    """
    if n is None:
        n = round(counts.total)
        if not math.isclose(n, counts.total, abs_tol=1e-6):
            raise ValueError(f"n == None, must be given with weights (their sum is {counts.total})")
    _check_answers(counts, n)
    if not 1 <= design_effect < math.inf:
        raise ValueError(f"design_effect == {design_effect}, must be >= 1 and finite")
    quantile = normal_quantile(confidence)
    n_effective = n / design_effect
    shares = [count / counts.total for count in (counts.promoters, counts.passives, counts.detractors)]
    adjusted = Counts(*(share * n_effective for share in shares)).with_pseudo_answers()
    half_width = quantile * math.sqrt(adjusted.variance / adjusted.total)
    return Estimate(
        n=n,
        nps=counts.nps,
        low=max(-1.0, adjusted.nps - half_width),
        high=min(1.0, adjusted.nps + half_width),
        promoters=shares[0],
        passives=shares[1],
        detractors=shares[2],
        n_effective=n_effective,
        design_effect=design_effect,
    )


def share_intervals(counts: Counts, n_effective: float, confidence: float = 0.95) -> ShareIntervals:
    """Intervals of the three shares that hold together with that confidence (Goodman 1965, Technometrics 7:247).

    They are for the shares shown side by side, not for the NPS. ValueError without answers.

    >>> [round(100 * end, 1) for end in share_intervals(Counts(45, 35, 20), 100).promoters]
    [33.7, 56.9]
    """
    _check_answers(counts, n_effective)
    normal_quantile(confidence)
    chi2 = float(chdtri(1, (1 - confidence) / 3))

    def interval(count: float) -> tuple[float, float]:
        share = count / counts.total
        centre = 2 * n_effective * share + chi2
        spread = math.sqrt(chi2 * (chi2 + 4 * n_effective * share * (1 - share)))
        width = 2 * (n_effective + chi2)
        return max(0.0, (centre - spread) / width), min(1.0, (centre + spread) / width)

    return ShareIntervals(interval(counts.promoters), interval(counts.passives), interval(counts.detractors))


def _check_answers(counts: Counts, n: float) -> None:
    if not n >= 1:
        raise ValueError(f"n == {n}, must be >= 1")
    if not counts.total > 0:
        raise ValueError(f"total of counts == {counts.total}, must be > 0")
