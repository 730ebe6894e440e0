"""How far a company lies ahead of its best rival, both from one study.

Scores of competitors are published without their shares, so the variance is bounded by the largest that a score allows:
p + d <= 1. Source: methods 1.3 and 3.6: never across methods, a company's own survey never against a panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cx.stats.difference import Difference, published_difference


@dataclass(frozen=True)
class PublishedScore:
    """The NPS of one competitor, in [-1, 1], from n answers."""

    name: str
    nps: float
    n: int


@dataclass(frozen=True)
class Lead:
    """The score of a company less that of its best rival."""

    own: PublishedScore
    rival: PublishedScore
    difference: Difference


def lead(own: PublishedScore, rivals: Sequence[PublishedScore], fewest: int) -> Lead | None:
    """The lead over the rival with the highest score; None without one, or with fewer than `fewest` answers on a side.

    The interval is the widest that the two scores allow.

    >>> rivals = [PublishedScore("A", 0.20, 600), PublishedScore("B", 0.05, 600)]
    >>> found = lead(PublishedScore("Us", 0.31, 500), rivals, fewest=10)
    >>> found.rival.name, round(100 * found.difference.low, 1), round(100 * found.difference.high, 1)  # 11 points
    ('A', -0.5, 22.4)
    """
    best = max(rivals, key=lambda rival: rival.nps, default=None)
    if best is None or min(own.n, best.n) < fewest:
        return None
    return Lead(own, best, published_difference(best.nps, best.n, own.nps, own.n))
