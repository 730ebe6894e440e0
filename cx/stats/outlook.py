"""A target of one unit beside its level: the chance to reach it, or whether it was reached.

Both are said of the level in the last month of the target's period, so that past and future mean the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cx.stats.months import months_between
from cx.stats.targets import Chance, Reached, chance_at_this_pace, chance_if_level_holds, target_reached
from cx.stats.unit_level import LevelAt, UnitLevel, wave_gap


@dataclass(frozen=True)
class Target:
    """A target for a period: its name, its first and last month, the NPS to reach in [-1, 1]."""

    period: str
    first_month: date
    last_month: date
    nps: float


@dataclass(frozen=True)
class Outlook:
    """What can be said about a target; everything None with too few months or waves for a level.

    month: the one that counts. level, reached: of a target whose time is over. if_level_holds, at_this_pace: of one
    still to come; the pace None with fewer than 6 months with answers.
    """

    target: Target
    month: date
    level: LevelAt | None = None
    reached: Reached | None = None
    if_level_holds: Chance | None = None
    at_this_pace: Chance | None = None


def outlook(unit: UnitLevel, target: Target) -> Outlook | None:
    """What can be said about a target; None where its time lies before all points."""
    if not unit.months or target.last_month < unit.months[0][0]:
        return None
    over = _judged_in(unit, target)
    if unit.level is None:
        return Outlook(target, over or target.last_month)
    if over is not None:
        level = unit.at(over)
        return Outlook(target, over, level, target_reached(level.low, level.high, target.nps) if level else None)
    ahead = months_between(unit.months[-1][0], target.last_month)
    return Outlook(target, target.last_month,
                   if_level_holds=chance_if_level_holds(unit.level, target.nps, ahead),
                   at_this_pace=chance_at_this_pace(unit.estimates, target.nps, ahead, unit.tau2))


def _judged_in(unit: UnitLevel, target: Target) -> date | None:
    """The month in which a target is judged whose time is over; None while it is still to come.

    Between waves nobody is asked: a target is judged in its last wave, once no further one is to be expected in it.
    """
    newest = unit.months[-1][0]
    if not unit.by_wave:
        return target.last_month if target.last_month <= newest else None
    inside = [point.starts_on for point in unit.points if target.first_month <= point.starts_on <= target.last_month]
    if target.last_month <= newest:
        return inside[-1] if inside else target.last_month
    if inside and months_between(inside[-1], target.last_month) < wave_gap(unit.points):
        return inside[-1]
    return None
