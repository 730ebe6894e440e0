"""Does what used to matter still matter? Importance of drivers early against late, with one standard error for both.

Source: methods 7 (decay of a weight) and 0.2 (the jackknife); false discoveries are controlled over the drivers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from cx.stats.discovery import are_discoveries
from cx.stats.drivers import MIN_ANSWERS, relative_shares
from cx.stats.jackknife import jackknife_interval

WORTH_A_WORD = 0.05
"""The smallest change of a share that is called a drift: with thousands of answers the test finds smaller ones."""


@dataclass(frozen=True)
class DriverDrift:
    """The change of the importance of one driver, as shares of what all drivers explain.

    before, after: in [0, 1]; low, high: 95 % interval of after - before. drifted: whether it is a discovery among all
    drivers, and at least 5 points of share.
    """

    before: float
    after: float
    low: float
    high: float
    drifted: bool


@dataclass(frozen=True)
class Drifts:
    """The drift of D drivers in the order given; n_before, n_after: complete answers."""

    drivers: tuple[DriverDrift, ...]
    n_before: int
    n_after: int


def importance_drift(before: np.ndarray, after: np.ndarray) -> Drifts | None:
    """The drift from sums of products by bucket of customers [K, D+2, D+2] early and late.

    A customer is in the same bucket both times, so that one standard error holds for the change. None with fewer than
    300 complete answers early or late, or where a rating does not vary.
    """
    counts = [round(float(products.sum(0)[0, 0])) for products in (before, after)]
    if min(counts) < MIN_ANSWERS:
        return None
    try:
        early, late = relative_shares(before.sum(0)), relative_shares(after.sum(0))
        replicates = np.array([
            relative_shares(after.sum(0) - after[bucket]) - relative_shares(before.sum(0) - before[bucket])
            for bucket in range(len(before))])
    except ValueError:
        return None
    intervals = [jackknife_interval(float(change), replicates[:, driver].tolist())
                 for driver, change in enumerate(late - early)]
    t = np.array([(late[driver] - early[driver]) / one.se if one.se else 0.0 for driver, one in enumerate(intervals)])
    drifted = are_discoveries(2 * stdtr(len(before) - 1, -np.abs(t)))
    return Drifts(tuple(
        DriverDrift(float(early[driver]), float(late[driver]), one.low, one.high,
                    bool(drifted[driver]) and abs(float(late[driver] - early[driver])) >= WORTH_A_WORD)
        for driver, one in enumerate(intervals)), *counts)
