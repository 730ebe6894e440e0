"""The best guess of each unit given its size: what its own answers say, pulled towards the units of its level.

Units differ by tau around their mean; both are unknown and integrated over, so that few units do not look surer than
they are. Source: methods 3.3; Gelman 2006, Bayesian Analysis 1:515 (half-normal prior); Efron and Morris 1975, J. Am.
Stat. Assoc. 70:311.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from cx.stats.nps import Estimate, normal_quantile

PRIOR_TAU = 0.15
"""Scale of the half-normal prior of the standard deviation between units: true differences of 15 points are usual."""
_GRID = np.arange(0, 0.6001, 0.005)
_NEGLIGIBLE = 1e-7


@dataclass(frozen=True)
class Posterior:
    """What is known of the units together. G values of tau, I units; shapes in brackets."""

    tau: np.ndarray
    """Standard deviations between units that are not negligible [G]."""
    probability: np.ndarray
    """Their probabilities, sum 1 [G]."""
    mean: np.ndarray
    """Mean NPS of units, at each tau [G]."""
    mean_variance: np.ndarray
    """Its variance, at each tau [G]."""
    scores: np.ndarray
    """Raw NPS of the units [I]."""
    variances: np.ndarray
    """Their sampling variances, pseudo-answers included [I]."""

    @property
    def pull(self) -> np.ndarray:
        """Share of the mean of units in the best guess of a unit, at each tau [G, I]; 1: units do not differ."""
        return np.asarray(self.variances / (self.variances + self.tau[:, None] ** 2))

    @property
    def unit_means(self) -> np.ndarray:
        """Best guess of each unit, at each tau [G, I]."""
        return np.asarray(self.pull * self.mean[:, None] + (1 - self.pull) * self.scores)

    @property
    def unit_variances(self) -> np.ndarray:
        """Its variance, at each tau [G, I]."""
        return np.asarray((1 - self.pull) * self.variances + self.pull**2 * self.mean_variance[:, None])


@dataclass(frozen=True)
class PooledUnit:
    """The best guess of the true NPS of one unit."""

    nps: float
    """Best guess, between the raw score and the mean of units."""
    low: float
    """Lower end of its interval, >= -1."""
    high: float
    """Upper end of its interval, <= 1."""
    sd: float
    """Its standard deviation."""
    raw: float
    """The raw score, to show beside it."""
    pull: float
    """Share of the mean of units in the best guess, in [0, 1]: large with few answers."""
    n: int
    """Number of answers of the unit itself."""


@dataclass(frozen=True)
class PooledUnits:
    """Units of one level, in the order given, and what is known of all."""

    units: tuple[PooledUnit, ...]
    mean: float
    """Mean NPS of units, each counted once."""
    tau: float
    """Expected standard deviation between units."""
    tau_low: float
    """Lower end of its interval: one of a grid of half points."""
    tau_high: float
    """Upper end of the same."""


def posterior(units: Sequence[Estimate]) -> Posterior:
    """What is known of the units of one level together; ValueError without units.

    y_i ~ N(theta_i, v_i), theta_i ~ N(mu, tau²), flat mu, half-normal tau. v_i is the variance after 3 pseudo-answers.
    """
    if not units:
        raise ValueError("number of units == 0, must be >= 1")
    adjusted = [unit.effective_counts.with_pseudo_answers() for unit in units]
    variances = np.array([one.variance / one.total for one in adjusted])
    scores = np.array([unit.nps for unit in units])
    total = variances + _GRID[:, None] ** 2
    weight = (1 / total).sum(1)
    mean = (scores / total).sum(1) / weight
    log_density = -0.5 * (
        np.log(total).sum(1) + ((scores - mean[:, None]) ** 2 / total).sum(1) + np.log(weight)
        + (_GRID / PRIOR_TAU) ** 2)
    probability = np.exp(log_density - log_density.max())
    probability /= probability.sum()
    kept = probability > _NEGLIGIBLE
    return Posterior(_GRID[kept], probability[kept] / probability[kept].sum(), mean[kept], 1 / weight[kept], scores,
                     variances)


def pooled_units(units: Sequence[Estimate], confidence: float = 0.95) -> PooledUnits:
    """The best guess of each unit of one level, with its interval; ValueError without units.

    Of a single unit it is the raw score: there is nothing to be pulled towards.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> rows = [(14, 4, 2), (80, 70, 50), (520, 260, 120), (45, 30, 25)]
    >>> small = pooled_units([nps_estimate(Counts(*row)) for row in rows]).units[0]
    >>> [round(100 * value) for value in (small.raw, small.nps, small.low, small.high)]
    [60, 48, 25, 73]
    """
    known = posterior(units)
    means, pull = known.unit_means, known.probability @ known.pull
    centre = known.probability @ means
    spread = known.probability @ (known.unit_variances + (means - centre) ** 2)
    low, high = (_quantiles(known, side) for side in _ends(confidence))
    tau_low, tau_high = (float(np.interp(side, np.cumsum(known.probability), known.tau)) for side in _ends(confidence))
    return PooledUnits(
        units=tuple(
            PooledUnit(float(centre[i]), max(-1.0, float(low[i])), min(1.0, float(high[i])), float(spread[i]) ** 0.5,
                       unit.nps, float(pull[i]), unit.n) for i, unit in enumerate(units)),
        mean=float(known.probability @ known.mean),
        tau=float(known.probability @ known.tau),
        tau_low=tau_low,
        tau_high=tau_high,
    )


def _ends(confidence: float) -> tuple[float, float]:
    normal_quantile(confidence)
    return 0.5 - confidence / 2, 0.5 + confidence / 2


def _quantiles(known: Posterior, level: float) -> np.ndarray:
    """The value below which each unit lies with probability `level`, by bisection of the mixture over tau [I]."""
    means, sd = known.unit_means, np.sqrt(known.unit_variances)
    low, high = (means - 9 * sd).min(0), (means + 9 * sd).max(0)
    for _ in range(40):
        middle = (low + high) / 2
        below = known.probability @ ndtr((middle - means) / sd) < level
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
