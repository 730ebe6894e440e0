"""What a bad rating costs and a good one earns: penalty and reward of each driver, from sums of products.

One regression of the score on two marks a driver: rated low, rated high; what is between is the yardstick. A driver is
named must-be, linear or delighter only where a test allows it. Source: methods 5; Brandt 1988, J. Serv. Mark. 2:35;
Matzler and Sauerwein 2002, Int. J. Serv. Ind. Manag. 13:314.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.special import stdtr

from cx.stats.discovery import are_discoveries
from cx.stats.jackknife import JackknifeInterval, jackknife_interval

LOW_UP_TO, HIGH_FROM = 0.6, 0.9
"""Places on the scale, 0 its lowest, 1 its highest end: of 0-10 low is 0 to 6, high 9 or 10; of 1-5 1 to 3, and 5."""


class Kind(Enum):
    """How the score follows a driver."""

    MUST_BE = "must_be"
    """A bad rating costs more than a good one earns."""
    LINEAR = "linear"
    """Both count, and cannot be told apart in size."""
    DELIGHTER = "delighter"
    """A good rating earns more than a bad one costs."""
    CANNOT_TELL = "cannot_tell"
    """Neither is surely more than nothing, or one is and it cannot be told whether it is the larger."""


@dataclass(frozen=True)
class Effect:
    """A quantity in NPS ([-2, 2]) with its 95 % interval."""

    nps: float
    low: float
    high: float


@dataclass(frozen=True)
class Asymmetry:
    """Penalty and reward of one driver.

    penalty, reward: the score of answers that rate it low, or high, against those between, the other drivers held.
    lost, earned: the same times the share of such answers: what it costs and earns today. share_low, share_high: in
    [0, 1].
    """

    penalty: Effect
    reward: Effect
    lost: Effect
    earned: Effect
    share_low: float
    share_high: float
    kind: Kind


def asymmetries(products: np.ndarray) -> tuple[Asymmetry, ...] | None:
    """Penalty and reward of D drivers, from sums of products by bucket of customers [K, 2D+2, 2D+2].

    The products are those of (1, D marks of low, D marks of high, sign of the score). None where a mark never or always
    occurs beside the others, so that nothing can be said of all drivers together.
    """
    total = products.sum(0)
    drivers = (len(total) - 2) // 2
    try:
        found = _effects(total)
        replicates = np.array([_effects(total - one) for one in products])
    except np.linalg.LinAlgError:
        return None
    intervals = [jackknife_interval(float(value), replicates[:, place].tolist()) for place, value in enumerate(found)]
    both = found[:drivers] + found[drivers:2 * drivers]
    sums = [jackknife_interval(float(one), (replicates[:, d] + replicates[:, drivers + d]).tolist())
            for d, one in enumerate(both)]
    uneven = are_discoveries([_p_value(float(one), sums[d], len(products)) for d, one in enumerate(both)])
    effects = [Effect(float(value), one.low, one.high) for value, one in zip(found, intervals, strict=True)]
    n = total[0, 0]
    return tuple(Asymmetry(
        effects[d], effects[drivers + d], effects[2 * drivers + d], effects[3 * drivers + d],
        float(total[0, 1 + d] / n), float(total[0, 1 + drivers + d] / n),
        _kind(effects[d], effects[drivers + d], float(both[d]), bool(uneven[d]))) for d in range(drivers))


def _effects(products: np.ndarray) -> np.ndarray:
    """Penalties, rewards, lost and earned of D drivers [4 D]; LinAlgError where they cannot be told apart."""
    inner, outer = products[:-1, :-1], products[:-1, -1]
    if np.linalg.matrix_rank(inner) < len(inner):
        raise np.linalg.LinAlgError("the marks of the drivers are not independent")
    effects = np.linalg.solve(inner, outer)[1:]
    shares = products[0, 1:-1] / products[0, 0]
    return np.concatenate([effects, effects * shares])


def _p_value(value: float, interval: JackknifeInterval, buckets: int) -> float:
    return float(2 * stdtr(buckets - 1, -abs(value) / interval.se)) if interval.se else 1.0


def _kind(penalty: Effect, reward: Effect, both: float, uneven: bool) -> Kind:
    costs, earns = penalty.high < 0, reward.low > 0
    if not costs and not earns:
        return Kind.CANNOT_TELL
    if uneven:
        return Kind.MUST_BE if both < 0 else Kind.DELIGHTER
    return Kind.LINEAR if costs and earns else Kind.CANNOT_TELL
