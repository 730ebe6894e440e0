"""The figure of a group from its units: each weighs by its answers, by its customers, or by what they pay.

Source: methods 3.5 (direct standardisation: the units are the strata, their weights the mix).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cx.stats.nps import Estimate
from cx.stats.standardise import standardised_nps


@dataclass(frozen=True)
class GroupFigure:
    """The NPS of a group under one rule, in [-1, 1], with its 95 % interval."""

    nps: float
    low: float
    high: float
    n: int
    """Answers of the units that it is made of."""
    units: int
    """Number of these units."""
    covered: float
    """Share of the weight of all units that these have, in (0, 1]; the rest is left out, not imputed."""
    without_weight: int
    """Number of units with a figure and without a weight: they do not count."""
    left_out: tuple[str, ...] = ()
    """Names of the units that do not count: without a figure, or without a weight."""
    is_whole: bool = False
    """Whether it is the figure of the unit above the others: these are all of it."""


def whole_figure(total: Estimate, units: int) -> GroupFigure:
    """The figure of a unit above the others as its own answers say: every answer counts alike."""
    return GroupFigure(total.nps, total.low, total.high, total.n, units, 1.0, 0, is_whole=True)


def group_figure(units: Mapping[str, Estimate], weights: Mapping[str, float]) -> GroupFigure | None:
    """The NPS of a group whose units weigh as `weights` says; None where no unit has both a figure and a weight.

    `units` holds the units with a figure, `weights` all units with a weight: customers, revenue or answers; weights
    that are not above 0 count as unknown.

    >>> from cx.stats.nps import Counts, nps_estimate
    >>> units = {"large": nps_estimate(Counts(30, 30, 40)), "small": nps_estimate(Counts(54, 27, 9))}
    >>> found = group_figure(units, {"large": 900.0, "small": 100.0, "without answers": 250.0})
    >>> round(100 * found.nps, 1), found.covered
    (-4.0, 0.8)
    """
    known = {unit_id: weight for unit_id, weight in weights.items() if weight > 0}
    counted = {unit_id: one for unit_id, one in units.items() if unit_id in known}
    if not counted:
        return None
    found = standardised_nps(counted, known)
    return GroupFigure(found.nps, found.low, found.high, found.n, len(counted), found.covered,
                       len(units) - len(counted))
