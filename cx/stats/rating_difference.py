"""The simple view of a driver: the score of those who rate it low against all others who rate it.

Needs no model and few answers; nothing is held constant, so other ratings and the mood of the answer are in it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cx.stats.difference import Difference, nps_difference
from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.suppression import Thresholds, family_of, is_hidden


@dataclass(frozen=True)
class RatingDifference:
    """Scores of the answers that rate a driver low, and of the others that rate it; low - others."""

    low: Estimate
    others: Estimate
    difference: Difference

    @property
    def share_low(self) -> float:
        """Share of the answers that rate it low, in (0, 1)."""
        return self.low.n / (self.low.n + self.others.n)


def rating_difference(
    own: tuple[Counts, Counts], siblings: Sequence[tuple[Counts, Counts]], thresholds: Thresholds
) -> RatingDifference | None:
    """The difference for a unit, from its answers that rate low and its other ones; None where one must be withheld.

    `siblings` are those of all units below the same unit, itself included: what is small among them hides the smallest
    of the others too, so that nothing can be had by subtraction.

    >>> found = rating_difference((Counts(20, 30, 50), Counts(60, 30, 10)), [], Thresholds())
    >>> round(100 * found.difference.nps), round(100 * found.share_low)
    (-80, 50)
    """
    for place, counts in enumerate(own):
        family = family_of([round(one[place].total) for one in siblings], thresholds)
        if counts.total < thresholds.figure or is_hidden(round(counts.total), family, thresholds):
            return None
    low, others = (nps_estimate(counts) for counts in own)
    return RatingDifference(low, others, nps_difference(others, low))
