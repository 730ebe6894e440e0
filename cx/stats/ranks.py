"""How sure a ranking is: the rank each unit may have, and which units cannot be told apart.

Never rank raw scores: of units that are alike the smallest come first and last. Source: methods 3.4; Mogstad, Romano,
Shaikh and Wilhelm 2024, Rev. Econ. Stud. 91:476 (rank sets); Hayter 1984, Ann. Stat. 12:61 (Tukey-Kramer).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from cx.stats.movement import SURE_ENOUGH
from cx.stats.nps import PSEUDO_ANSWERS, Estimate, normal_quantile
from cx.stats.pooling import Posterior, posterior

_SEED = 34
_DRAWS = 20_000
_FEWEST_DRAWS = 1000
# Draws times units: what is drawn and sorted in a tenth of a second. With 2,000 units that is 1,500 draws, and a
# probability is known to 1 point.
_CELLS = 3_000_000


@dataclass(frozen=True)
class UnitRank:
    """The rank of one unit among all of its level; 1 is the highest NPS."""

    expected: float
    """Expected rank, to sort by."""
    low: int
    """Best end of the interval of its rank."""
    high: int
    """Worst end of the same."""
    p_best: float
    """Probability that it is first, in [0, 1]."""
    p_top_third: float
    """Probability that it is in the best third (at least one unit)."""
    p_bottom_third: float
    """Probability that it is in the worst third."""
    set_low: int
    """Best rank that the data do not rule out: 1 + the number of units that are higher for sure."""
    set_high: int
    """Worst such rank. The sets of all units hold together with the confidence asked for."""

    @property
    def is_best(self) -> bool:
        """Whether it may be called the best."""
        return self.p_best > SURE_ENOUGH


@dataclass(frozen=True)
class Ranking:
    """Units of one level."""

    units: tuple[UnitRank, ...]
    """In the order given."""
    order: tuple[int, ...]
    """Positions of the units by expected rank, the best first."""
    groups: tuple[tuple[int, ...], ...]
    """Neighbours in `order` of whom no two can be told apart: the largest such runs, which may overlap."""
    draws: int
    """From how many draws the probabilities were counted."""


def ranking(units: Sequence[Estimate], confidence: float = 0.95, draws: int | None = None) -> Ranking:
    """How sure the ranks of the units are; ValueError without units or unless 0 < confidence < 1.

    Expected ranks, intervals and probabilities come from draws of the true scores (`pooling`); rank sets and groups
    from differences of all pairs with a simultaneous limit. The same units give the same figures: the seed is fixed.
    `draws` None: 20,000, or fewer with more than 150 units, at least 1,000.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> rows = [(14, 4, 2), (520, 260, 120), (45, 30, 25), (80, 70, 50)]
    >>> table = ranking([nps_estimate(Counts(*row)) for row in rows])
    >>> [(rank.low, rank.high, round(rank.p_best, 1)) for rank in table.units]  # raw NPS 60, 44, 20, 15
    [(1, 3, 0.6), (1, 2, 0.4), (2, 4, 0.0), (3, 4, 0.0)]
    >>> table.groups
    ((0, 1), (2, 3))
    """
    normal_quantile(confidence)
    count = len(units)
    draws = draws or int(np.clip(_CELLS // max(1, count), _FEWEST_DRAWS, _DRAWS))
    ranks = _drawn_ranks(posterior(units), draws, np.random.default_rng(_SEED))
    expected = ranks.mean(0)
    tail = int(draws * (1 - confidence) / 2)
    ends = np.partition(ranks, (tail, draws - 1 - tail), axis=0)[[tail, draws - 1 - tail]]
    third = max(1, round(count / 3))
    best, top, bottom = (ranks == 1).mean(0), (ranks <= third).mean(0), (ranks > count - third).mean(0)
    higher = _higher(units, simultaneous_quantile(count, confidence)) if count > 1 else np.zeros((1, 1), dtype=bool)
    set_low, set_high = 1 + higher.sum(0), count - higher.sum(1)
    order = tuple(np.argsort(expected, kind="stable").tolist())
    return Ranking(
        units=tuple(
            UnitRank(float(expected[i]), int(ends[0, i]), int(ends[1, i]), float(best[i]), float(top[i]),
                     float(bottom[i]), int(set_low[i]), int(set_high[i])) for i in range(count)),
        order=order,
        groups=_groups(order, higher | higher.T),
        draws=draws,
    )


def is_told_apart(one: Estimate, other: Estimate, units: int, confidence: float = 0.95) -> bool:
    """Whether two of so many units differ for sure, all pairs judged together: what `ranking` finds of this pair.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> pair = nps_estimate(Counts(60, 30, 10)), nps_estimate(Counts(40, 40, 20))
    >>> is_told_apart(*pair, units=2), is_told_apart(*pair, units=20)
    (True, False)
    """
    return bool(_higher((one, other), simultaneous_quantile(units, confidence)).any())


def simultaneous_quantile(units: int, confidence: float = 0.95) -> float:
    """Beyond how many standard errors a difference of any two of so many units lies by chance; ValueError below 2.

    The studentised range with known variances, over the root of 2: Tukey and Kramer's limit.

    >>> round(simultaneous_quantile(2), 3), round(simultaneous_quantile(50), 3)
    (1.96, 3.992)
    """
    normal_quantile(confidence)
    if units < 2:
        raise ValueError(f"units == {units}, must be >= 2")
    nodes, weights = np.polynomial.legendre.leggauss(128)
    lowest = 9 * nodes  # the lowest of all units, in standard deviations
    density = 9 * weights * np.exp(-(lowest**2) / 2) / np.sqrt(2 * np.pi) * units

    def excess(z: float) -> float:
        within = ndtr(lowest + np.sqrt(2) * z) - ndtr(lowest)
        return float(density @ within ** (units - 1)) - confidence

    return float(brentq(excess, 0.0, 12.0, xtol=1e-10))


def _drawn_ranks(known: Posterior, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Ranks of the units in draws of their true scores [draws, I]. Units that are alike are ranked by lot."""
    at = rng.choice(len(known.tau), draws, p=known.probability)
    mean = known.mean[at] + np.sqrt(known.mean_variance[at]) * rng.standard_normal(draws)
    pull = known.pull
    truth = rng.standard_normal((draws, len(known.scores)))
    truth *= np.maximum(np.sqrt((1 - pull) * known.variances), 1e-9)[at]
    truth += pull[at] * mean[:, None] + ((1 - pull) * known.scores)[at]
    ranks = np.empty(truth.shape, dtype=np.int32)
    np.put_along_axis(ranks, np.argsort(-truth, axis=1), np.arange(1, truth.shape[1] + 1, dtype=np.int32)[None], axis=1)
    return ranks


def _higher(units: Sequence[Estimate], limit: float) -> np.ndarray:
    """Whether unit i is higher than unit j by more than so many standard errors [I, I].

    Of two units, at 95 %, it is the verdict of `nps_difference`.
    """
    counts = [unit.effective_counts.with_pseudo_answers(PSEUDO_ANSWERS / 2) for unit in units]
    scores, variances = np.array([one.nps for one in counts]), np.array([one.variance / one.total for one in counts])
    return np.asarray(scores[:, None] - scores > limit * np.sqrt(variances[:, None] + variances))


def _groups(order: tuple[int, ...], apart: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """The largest runs of `order` in which no two units are told apart, the best first."""
    count = len(order)
    sorted_apart = np.tril(apart[np.ix_(order, order)])
    # The last unit before j that j is told apart from; a run that ends at j starts after it and after those before.
    conflict = np.where(sorted_apart.any(1), count - 1 - np.argmax(sorted_apart[:, ::-1], axis=1), -1)
    starts = np.maximum.accumulate(conflict) + 1
    ends = [j for j in range(count) if j == count - 1 or starts[j + 1] > starts[j]]
    return tuple(tuple(order[int(starts[j]):j + 1]) for j in ends)
