"""How the NPS of one unit goes over time: lasting steps of its months, and whether T-NPS and R-NPS part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cx.stats.change_point import ChangePoint, change_points
from cx.stats.divergence import Dated, Divergence, divergence
from cx.stats.months import months_through
from cx.stats.movement import pooled_reference
from cx.stats.nps import Estimate
from cx.stats.trends import TrendPoint

_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Step:
    """A lasting step of the NPS: the months of which one is the first at the new level, and the step itself."""

    first_month: date
    last_month: date
    found: ChangePoint


def level_steps(points: Sequence[TrendPoint], tau2: float) -> tuple[Step, ...]:
    """The lasting steps of a series of months, oldest first. Months that are withheld count as months without answers.

    `tau2` is the usual noise of months (`cx.stats.trends.month_noise`).
    """
    if not points:
        return ()
    months = estimates_by_month(points)
    return tuple(Step(months[step.first][0], months[step.last][0], step)
                 for step in change_points([estimate for _, estimate in months], tau2))


def part_ways(transactional: Sequence[TrendPoint], relationship: Sequence[TrendPoint]) -> Divergence | None:
    """Whether T-NPS by month and R-NPS by wave part, over the time that both cover; None with too few points."""
    if not transactional or not relationship:
        return None
    first = max(min(point.starts_on for point in series) for series in (transactional, relationship))
    return divergence(_dated(transactional, first), _dated(relationship, first))


def _dated(points: Sequence[TrendPoint], first: date) -> list[Dated]:
    return [Dated(point.starts_on.toordinal() / _DAYS_A_YEAR, point.estimate) for point in points
            if point.estimate is not None and point.starts_on >= first]


def estimates_by_month(points: Sequence[TrendPoint]) -> tuple[tuple[date, Estimate | None], ...]:
    """Every month from the first to the last point with its figure, None where there is none.

    A wave stands in the month in which it begins; waves that begin in the same month are taken together.
    """
    if not points:
        return ()
    known: dict[date, list[Estimate]] = {point.starts_on: [] for point in points}
    for point in points:
        known[point.starts_on] += [point.estimate] if point.estimate is not None else []
    return tuple((month, _together(known.get(month, []))) for month in months_through(min(known), max(known)))


def _together(estimates: Sequence[Estimate]) -> Estimate | None:
    if len(estimates) < 2:
        return estimates[0] if estimates else None
    return pooled_reference(estimates).estimate
