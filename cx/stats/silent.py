"""What the silent customers could change: how far the NPS of those who answered may lie from that of all.

Weights (`raking`) repair only what their margins explain. If answering depends on the score itself nothing repairs it;
it can only be said how different the silent would have to be. Source: methods 4; Manski 1989, J. Hum. Resour. 24:343.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cx.stats.nps import normal_quantile


@dataclass(frozen=True)
class ResponseRate:
    """Share of the customers asked who answered, with its interval, each in [0, 1]."""

    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class SilentChange:
    """What the silent would have to be for a change of NPS, after - before, to vanish among all customers."""

    before: float
    """NPS of those who answered before."""
    after: float
    """NPS of those who answered after."""
    same_gap: float | None
    """How much lower the silent would have to be, both times alike; None where no such gap in [-2, 2] does it: it works
    only through a changed response rate."""
    later_gap: float | None
    """How much lower the silent would have to be after, if before they were like the others; None if more than scores
    allow."""


def response_rate(answered: int, asked: int, confidence: float = 0.95) -> ResponseRate:
    """Share of the customers asked who answered, with Wilson's interval; ValueError unless 0 <= answered <= asked > 0.

    >>> rate = response_rate(150, 1000)
    >>> round(rate.low, 3), rate.rate, round(rate.high, 3)
    (0.129, 0.15, 0.173)
    """
    if not asked >= 1:
        raise ValueError(f"asked == {asked}, must be >= 1")
    if not 0 <= answered <= asked:
        raise ValueError(f"answered == {answered}, must be >= 0 and <= asked == {asked}")
    share, square = answered / asked, normal_quantile(confidence) ** 2
    centre = (share + square / (2 * asked)) / (1 + square / asked)
    half_width = math.sqrt(square * share * (1 - share) / asked + (square / (2 * asked)) ** 2) / (1 + square / asked)
    return ResponseRate(share, max(0.0, centre - half_width), min(1.0, centre + half_width))


def nps_of_all(nps: float, rate: float, gap: float) -> float:
    """NPS of all customers if the silent are lower by `gap` (higher if negative) than those who answered.

    The silent cannot score below -1 or above 1. ValueError for an NPS outside [-1, 1] or a rate outside [0, 1].

    >>> [round(100 * nps_of_all(0.42, 0.15, gap), 1) for gap in (0, 0.10, 0.20)]
    [42.0, 33.5, 25.0]
    """
    _check(nps, rate)
    return rate * nps + (1 - rate) * min(1.0, max(-1.0, nps - gap))


def gap_to_target(nps: float, rate: float, target: float) -> float | None:
    """How much lower the silent would have to be for the NPS of all customers to be `target`; None if no gap does it.

    Negative if they would have to be higher. The tipping point: beyond it the target is missed.

    >>> round(100 * gap_to_target(0.42, 0.15, 0.30), 1)
    14.1
    """
    _check(nps, rate)
    if rate == 1:
        return 0.0 if nps == target else None
    gap = (nps - target) / (1 - rate)
    return gap if nps - 1 <= gap <= nps + 1 else None


def bounds_of_all(nps: float, rate: float) -> tuple[float, float]:
    """Lowest and highest NPS of all customers that the answers do not rule out: all silent detractors, or promoters.

    >>> [round(100 * end, 1) for end in bounds_of_all(0.42, 0.15)]
    [-78.7, 91.3]
    """
    _check(nps, rate)
    return rate * nps - (1 - rate), rate * nps + (1 - rate)


def silent_change(before: float, rate_before: float, after: float, rate_after: float) -> SilentChange:
    """What the silent would have to be for the change between two NPS with their response rates to vanish.

    ValueError for an NPS outside [-1, 1] or a rate outside [0, 1].

    >>> found = silent_change(0.25, 0.20, 0.33, 0.20)  # +8 points at the same response rate
    >>> found.same_gap, round(100 * found.later_gap, 1)
    (None, 10.0)
    """
    _check(before, rate_before)
    _check(after, rate_after)
    same_gap = None
    if before == after:
        same_gap = 0.0
    elif rate_before != rate_after:
        # With one gap g: after - (1 - rate_after) g == before - (1 - rate_before) g.
        gap = (after - before) / (rate_before - rate_after)
        if max(before, after) - 1 <= gap <= min(before, after) + 1:
            same_gap = gap
    return SilentChange(before, after, same_gap, gap_to_target(after, rate_after, before))


def standardised_difference(answered_share: float, silent_share: float) -> float:
    """How different those who answered and the silent are in a share (renewed, complained), in standard deviations.

    Beyond ± .1 it is worth a look (Austin 2009, Commun. Stat. Simul. Comput. 38:1228). 0 where both shares are 0 or
    both 1; inf where one is 0 and the other 1. ValueError outside [0, 1].

    >>> round(standardised_difference(0.82, 0.74), 2)
    0.19
    """
    for name, share in (("answered_share", answered_share), ("silent_share", silent_share)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} == {share}, must be >= 0 and <= 1")
    spread = math.sqrt((answered_share * (1 - answered_share) + silent_share * (1 - silent_share)) / 2)
    difference = answered_share - silent_share
    if difference == 0:
        return 0.0
    return difference / spread if spread else math.copysign(math.inf, difference)


def _check(nps: float, rate: float) -> None:
    if not -1 <= nps <= 1:
        raise ValueError(f"nps == {nps}, must be >= -1 and <= 1")
    if not 0 <= rate <= 1:
        raise ValueError(f"rate == {rate}, must be >= 0 and <= 1")
