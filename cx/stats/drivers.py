"""Which drivers go with the score: shares of the explained variance, from sums of products of ratings and scores.

The sums add over customers, units and periods. Importance is association: ratings of one form share a mood (halo).
Source: methods 5; Grömping 2007, The American Statistician 61:139 (LMG); Johnson 2000, Multivar. Behav. Res. 35:1.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

from cx.stats.jackknife import jackknife_interval

LMG_DRIVERS = 12
"""Up to so many drivers every subset is tried; beyond, relative weights."""
MIN_ANSWERS = 300
"""Complete answers from which an order of drivers is spoken of: at 300 the first is right in 90 % of cases."""
_DRAWS = 20_000


@dataclass(frozen=True)
class Driver:
    """The importance of one driver. share: of the explained variance, in [0, 1], with interval; beta: NPS per standard
    deviation of the rating, the others held; first: chance to be the most important, in [0, 1].
    """

    share: float
    low: float
    high: float
    se: float
    beta: float
    beta_se: float
    first: float


@dataclass(frozen=True)
class Importance:
    """The importance of D drivers in the order given. r2: share of the variance of the score that they explain
    together; n: number of complete answers.
    """

    drivers: tuple[Driver, ...]
    r2: float
    n: int


def correlations(products: np.ndarray) -> np.ndarray:
    """Correlations of D drivers and the score [D+1, D+1] from the sums of products of (1, drivers, score) [D+2, D+2].

    ValueError where a rating or the score does not vary.

    >>> correlations(np.array([[4.0, 2, 2], [2, 2, 1], [2, 1, 2]])).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    n, sums = products[0, 0], products[0, 1:]
    covariance = products[1:, 1:] / n - np.outer(sums, sums) / n**2
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    if not (spread > 1e-9).all():
        raise ValueError("spread == 0 of a rating or of the score, must be > 0")
    return np.asarray(covariance / np.outer(spread, spread))


def lmg(correlation: np.ndarray) -> np.ndarray:
    """Share of the variance that each of D drivers explains [D], averaged over all orders of entering a regression.

    `correlation` is [D+1, D+1], the score last. The shares add up to R². ValueError beyond 12 drivers.

    >>> lmg(np.array([[1, 0.0, 0.5], [0.0, 1, 0.4], [0.5, 0.4, 1]])).round(2).tolist()
    [0.25, 0.16]
    """
    drivers = len(correlation) - 1
    if drivers > LMG_DRIVERS:
        raise ValueError(f"number of drivers == {drivers}, must be <= {LMG_DRIVERS}")
    explained, sizes = np.zeros(2**drivers), np.zeros(2**drivers, dtype=int)  # by the bits of a subset
    for size in range(1, drivers + 1):
        chosen = np.array(list(combinations(range(drivers), size)))
        inner, outer = correlation[chosen[:, :, None], chosen[:, None, :]], correlation[chosen, drivers]
        subsets = (1 << chosen).sum(1)
        explained[subsets] = (outer * np.linalg.solve(inner, outer[:, :, None])[:, :, 0]).sum(1)
        sizes[subsets] = size
    weight = np.array([factorial(size) * factorial(drivers - size - 1) / factorial(drivers) for size in range(drivers)])
    subsets = np.arange(2**drivers)
    without = [subsets[subsets >> driver & 1 == 0] for driver in range(drivers)]
    return np.array([weight[sizes[rest]] @ (explained[rest | 1 << driver] - explained[rest])
                     for driver, rest in enumerate(without)])


def relative_weights(correlation: np.ndarray) -> np.ndarray:
    """Johnson's relative weights of D drivers [D], for any number of them; they add up to R².

    >>> relative_weights(np.array([[1, 0.0, 0.5], [0.0, 1, 0.4], [0.5, 0.4, 1]])).round(2).tolist()
    [0.25, 0.16]
    """
    among, with_score = correlation[:-1, :-1], correlation[:-1, -1]
    values, vectors = np.linalg.eigh(among)
    root = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
    return np.asarray(root**2 @ np.linalg.solve(root, with_score) ** 2)


def explained_shares(products: np.ndarray) -> np.ndarray:
    """Share of the variance of the score that each driver explains [D]: LMG, relative weights beyond 12 drivers."""
    correlation = correlations(products)
    return lmg(correlation) if len(correlation) - 1 <= LMG_DRIVERS else relative_weights(correlation)


def standardised_betas(products: np.ndarray) -> np.ndarray:
    """NPS (in [-1, 1]) that goes with one standard deviation more of each rating, the others held [D]."""
    correlation = correlations(products)
    n = products[0, 0]
    spread = float(np.sqrt(products[-1, -1] / n - (products[0, -1] / n) ** 2))
    return np.asarray(np.linalg.solve(correlation[:-1, :-1], correlation[:-1, -1]) * spread)


def importance(products: np.ndarray, seed: int = 1) -> Importance:
    """The importance of D drivers from sums of products by bucket of customers [K, D+2, D+2].

    Standard errors leave out each bucket in turn, so repeat customers count once. ValueError with fewer than 2 buckets,
    or where a rating does not vary.
    """
    total = products.sum(0)
    shares, replicates = relative_shares(total), np.array([relative_shares(total - one) for one in products])
    betas, beta_replicates = standardised_betas(total), np.array([standardised_betas(total - one) for one in products])
    first = _chance_to_be_first(shares, replicates, seed)
    drivers = []
    for driver, share in enumerate(shares):
        interval = jackknife_interval(float(share), replicates[:, driver].tolist())
        beta = jackknife_interval(float(betas[driver]), beta_replicates[:, driver].tolist())
        drivers.append(Driver(float(share), max(0.0, interval.low), min(1.0, interval.high), interval.se,
                              float(betas[driver]), beta.se, float(first[driver])))
    return Importance(tuple(drivers), float(explained_shares(total).sum()), round(float(total[0, 0])))


def relative_shares(products: np.ndarray) -> np.ndarray:
    """Share of what all drivers explain together, driver by driver, adding up to 1 [D]; as `explained_shares`."""
    shares = explained_shares(products)
    return np.asarray(shares / shares.sum())


def _chance_to_be_first(shares: np.ndarray, replicates: np.ndarray, seed: int) -> np.ndarray:
    """How often each driver comes first in draws with the covariance of the replicates."""
    buckets = len(replicates)
    spread = replicates - replicates.mean(0)
    covariance = (buckets - 1) / buckets * spread.T @ spread
    draws = np.random.default_rng(seed).multivariate_normal(shares, covariance, _DRAWS, method="svd")
    return np.bincount(draws.argmax(1), minlength=len(shares)) / _DRAWS
