"""The NPS if everybody had the same mix of customers, and what of a difference is performance and what is mix.

A stratum is a product, a channel, a segment: what groups differ in although nobody served a customer better or worse.
Source: methods 3.5; Kitagawa 1955, J. Am. Stat. Assoc. 50:1168; Price and Bonett 2004, Comput. Stat. Data Anal. 45:449
(pseudo-answers shared between strata).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cx.stats.difference import Difference, difference_of
from cx.stats.nps import PSEUDO_ANSWERS, Estimate, normal_quantile


@dataclass(frozen=True)
class Standardised:
    """The NPS of one group at a given mix of customers."""

    nps: float
    """Raw NPS of the strata, weighted by the mix, in [-1, 1]."""
    low: float
    """Lower end of the interval, >= -1."""
    high: float
    """Upper end of the interval, <= 1."""
    se: float
    """Standard error, pseudo-answers included so that it is never 0."""
    n: int
    """Number of answers in the strata used."""
    covered: float
    """Share of the mix in strata with answers, in (0, 1]; the rest is left out, not imputed."""
    uncovered: tuple[str, ...]
    """Strata of the mix without answers."""


@dataclass(frozen=True)
class StandardisedDifference:
    """The difference of two groups at one mix of customers, over the strata that both have answers in."""

    difference: Difference
    covered: float
    """Share of the mix in those strata, in (0, 1]."""
    uncovered: tuple[str, ...]
    """Strata of the mix that one or both have no answers in."""


@dataclass(frozen=True)
class StratumPart:
    """What one stratum adds to a difference. Parts of all strata add up to those of the split."""

    stratum: str
    performance: float
    """Through its own score, at the mean of the two mixes; 0 where only one group has answers."""
    mix: float
    """Through its share of the customers: positive when a stratum above the mean grew, or one below it shrank."""
    share_before: float
    """Its share of the first group, in [0, 1]."""
    share_after: float
    """Its share of the second group, in [0, 1]."""
    compared: bool
    """Whether both groups have answers in it."""


@dataclass(frozen=True)
class Split:
    """A difference of two groups or months, after - before: `change` = `performance` + `mix`, exactly."""

    change: Difference
    """The whole raw difference."""
    performance: Difference
    """The difference there would be if both had the mean of the two mixes."""
    mix: Difference
    """The rest: the difference there would be if every stratum scored the mean of its two scores."""
    strata: tuple[StratumPart, ...]
    """In the order in which they were first named."""
    compared: float
    """Share of the two mixes (their mean) in strata with answers of both, in [0, 1]; what one lacks counts as mix."""


def standardised_nps(
    strata: Mapping[str, Estimate],
    mix: Mapping[str, float],
    *,
    confidence: float = 0.95,
    pseudo_answers: float = PSEUDO_ANSWERS,
) -> Standardised:
    """The NPS of a group if its customers were mixed as `mix` says: shares or numbers of *customers*, not of answers.

    `strata` holds the strata with answers. Strata of the mix without answers are left out and the rest weighs more;
    `covered` says how much is left. The pseudo-answers are shared equally by the strata and move the interval, not the
    score. ValueError for a negative or empty mix, or if no stratum of it has answers.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> unit = {"retail": nps_estimate(Counts(30, 30, 40)), "premium": nps_estimate(Counts(540, 270, 90))}
    >>> fair = standardised_nps(unit, {"retail": 0.5, "premium": 0.5})
    >>> round(100 * fair.nps, 1), round(100 * fair.se, 1), fair.covered
    (20.0, 4.3, 1.0)
    """
    names, weights, covered, uncovered = _covered_mix(mix, strata)
    mid, variance = _weighted([strata[name] for name in names], weights, pseudo_answers)
    half_width = normal_quantile(confidence) * math.sqrt(variance)
    return Standardised(
        nps=float(weights @ [strata[name].nps for name in names]),
        low=max(-1.0, mid - half_width),
        high=min(1.0, mid + half_width),
        se=math.sqrt(variance),
        n=sum(strata[name].n for name in names),
        covered=covered,
        uncovered=uncovered,
    )


def standardised_difference(
    before: Mapping[str, Estimate],
    after: Mapping[str, Estimate],
    mix: Mapping[str, float],
    *,
    confidence: float = 0.95,
    pseudo_answers: float = PSEUDO_ANSWERS,
) -> StandardisedDifference:
    """The difference of two groups, after - before, if the customers of both were mixed as `mix` says.

    Only strata with answers of both are compared, so that no group gains by what the other lacks. The pseudo-answers
    are shared by the two groups. ValueError as for `standardised_nps`, or if the two have no stratum in common.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> a = {"retail": nps_estimate(Counts(30, 30, 40)), "premium": nps_estimate(Counts(540, 270, 90))}
    >>> b = {"retail": nps_estimate(Counts(270, 270, 360)), "premium": nps_estimate(Counts(65, 25, 10))}
    >>> round(100 * standardised_difference(a, b, {"retail": 1, "premium": 1}).difference.nps, 1)  # crude: -47.5
    2.5
    """
    names, weights, covered, uncovered = _covered_mix(mix, set(before) & set(after))
    groups = [[group[name] for name in names] for group in (before, after)]
    (first, first_variance), (second, second_variance) = (
        _weighted(group, weights, pseudo_answers / 2) for group in groups)
    raw = float(weights @ [estimate.nps for estimate in groups[1]]) - float(
        weights @ [estimate.nps for estimate in groups[0]])
    difference = difference_of(raw, second - first, math.sqrt(first_variance + second_variance), confidence)
    return StandardisedDifference(difference, covered, uncovered)


def performance_and_mix(
    before: Mapping[str, Estimate],
    after: Mapping[str, Estimate],
    mix_before: Mapping[str, float] | None = None,
    mix_after: Mapping[str, float] | None = None,
    *,
    mix_is_known: bool = True,
    confidence: float = 0.95,
    pseudo_answers: float = PSEUDO_ANSWERS,
) -> Split:
    """The difference of two groups, or of two months, split into what performance and what the mix contributes.

    Without `mix_before` and `mix_after` the mixes are those of the answers, and their chance is in the standard errors;
    given ones are taken as known, like numbers of customers, unless `mix_is_known` is False, as for sums of weights. A
    stratum of one group alone has no performance that could be compared: it counts as mix. ValueError without answers,
    or if a stratum of a mix has none.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> a = {"retail": nps_estimate(Counts(30, 30, 40)), "premium": nps_estimate(Counts(540, 270, 90))}
    >>> b = {"retail": nps_estimate(Counts(270, 270, 360)), "premium": nps_estimate(Counts(65, 25, 10))}
    >>> split = performance_and_mix(a, b)
    >>> [round(100 * part.nps, 1) for part in (split.change, split.performance, split.mix)]
    [-47.5, 2.5, -50.0]
    """
    names = list(dict.fromkeys([*before, *after]))
    first = _group(names, before, mix_before, mix_is_known, pseudo_answers)
    second = _group(names, after, mix_after, mix_is_known, pseudo_answers)
    both = first.known & second.known
    first_score = np.where(first.known, first.scores, second.scores)
    second_score = np.where(second.known, second.scores, first_score)
    rise, middle = second_score - first_score, (first_score + second_score) / 2
    share, shift = (first.shares + second.shares) / 2, second.shares - first.shares
    performance = share * rise
    # Shifts add up to 0, so a mean may be taken off: then the part of a stratum does not depend on where 0 lies.
    mix = shift * (middle - share @ middle)
    on_mix = np.where(both, shift / 2, 0)

    def part(nps: float, *variances: float) -> Difference:
        se = math.sqrt(sum(variances))
        if se == 0:  # one stratum alone: no mix that could differ
            return Difference(nps, nps, nps, 0.0, 0.0, 1.0, nps)
        return difference_of(nps, nps, se, confidence)

    return Split(
        change=part(float((performance + mix).sum()), first.variance(first_score, first.shares),
                    second.variance(second_score, second.shares)),
        performance=part(float(performance.sum()), first.variance(rise / 2, share * both),
                         second.variance(rise / 2, share * both)),
        mix=part(float(mix.sum()), first.variance(middle, np.where(both, on_mix, first.shares)),
                 second.variance(middle, np.where(both, on_mix, second.shares))),
        strata=tuple(
            StratumPart(name, float(performance[k]), float(mix[k]), float(first.shares[k]), float(second.shares[k]),
                        bool(both[k])) for k, name in enumerate(names)),
        compared=float(share @ both),
    )


@dataclass(frozen=True)
class _Group:
    """One group by stratum: raw scores, their variances, shares; `n_effective` is infinite where shares are known."""

    known: np.ndarray
    scores: np.ndarray
    variances: np.ndarray
    shares: np.ndarray
    n_effective: float

    def variance(self, by_share: np.ndarray, by_score: np.ndarray) -> float:
        """Variance of a statistic with these derivatives by the shares and scores of the group (delta method)."""
        spread = self.shares @ (by_share - self.shares @ by_share) ** 2
        return float(by_score**2 @ self.variances + spread / self.n_effective)


def _group(
    names: list[str], strata: Mapping[str, Estimate], mix: Mapping[str, float] | None, mix_is_known: bool,
    pseudo_answers: float,
) -> _Group:
    if not strata:
        raise ValueError("number of strata with answers == 0, must be >= 1")
    n_effective = math.inf
    if mix is None or not mix_is_known:
        n = sum(estimate.n for estimate in strata.values())
        n_effective = n / max(1.0, sum(one.n * one.design_effect for one in strata.values()) / n)
    mix = mix or {name: estimate.n for name, estimate in strata.items()}
    used, weights, _, uncovered = _covered_mix(mix, strata)
    if uncovered:
        raise ValueError(f"strata without answers == {', '.join(uncovered)}, must have some or be left out of the mix")
    shares = dict(zip(used, weights, strict=True))
    added = pseudo_answers / len(strata)
    return _Group(
        known=np.array([name in shares for name in names]),
        scores=np.array([strata[name].nps if name in shares else 0.0 for name in names]),
        variances=np.array([_score_variance(strata[name], added) if name in shares else 0.0 for name in names]),
        shares=np.array([shares.get(name, 0.0) for name in names]),
        n_effective=n_effective,
    )


def _score_variance(estimate: Estimate, pseudo_answers: float) -> float:
    """Sampling variance of the raw score of a stratum."""
    return estimate.effective_counts.with_pseudo_answers(pseudo_answers).variance / estimate.n_effective


def _weighted(strata: list[Estimate], weights: np.ndarray, pseudo_answers: float) -> tuple[float, float]:
    """Weighted score and its variance after the pseudo-answers were shared between the strata."""
    counts = [estimate.effective_counts.with_pseudo_answers(pseudo_answers / len(strata)) for estimate in strata]
    variances = np.array([one.variance / one.total for one in counts])
    return float(weights @ [one.nps for one in counts]), float(weights**2 @ variances)


def _covered_mix(
    mix: Mapping[str, float], answered: Iterable[str]
) -> tuple[list[str], np.ndarray, float, tuple[str, ...]]:
    """Strata of the mix with answers, their weights (sum 1), the share of the mix that they are, and the others."""
    answered = set(answered)
    for name, share in mix.items():
        if not 0 <= share < math.inf:
            raise ValueError(f"mix of {name} == {share}, must be >= 0 and finite")
    total = sum(mix.values())
    names = [name for name, share in mix.items() if share > 0 and name in answered]
    if not names:
        raise ValueError("share of the mix with answers == 0, must be > 0")
    weights = np.array([mix[name] for name in names])
    uncovered = tuple(name for name, share in mix.items() if share > 0 and name not in answered)
    return names, weights / weights.sum(), float(weights.sum() / total), uncovered
