"""What systems measured at a touchpoint, month by month over units, and how two measures of the same units agree.

Source: methods 13 (losses with Wilson's interval; medians and 90th percentiles of units are never averaged).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cx.stats.nps import Counts, ShareIntervals, normal_quantile, share_intervals
from cx.stats.silent import ResponseRate, response_rate

AGREEMENT_MIN_UNITS = 10


class Measured(NamedTuple):
    """One unit in one month; what was not measured is None."""

    unit_id: str
    month: date
    entered: int | None
    completed: int | None
    median_s: float | None
    p90_s: float | None
    contacts: int | None
    centrally: int | None
    to_branch: int | None
    by_expert: int | None


@dataclass(frozen=True)
class MeasuredMonth:
    """One month over the units. lost: share of those who entered and did not complete, with its interval.

    entered: customers in `lost`. median_s, p90_s: those of the middle one of `timed_units` units, in seconds.
    solved: contacts solved centrally, sent to a branch, solved by experts; None where no unit tells all three.
    """

    month: date
    entered: int
    lost: ResponseRate | None
    median_s: float | None
    p90_s: float | None
    timed_units: int
    contacts: int | None
    solved: tuple[int, int, int] | None


@dataclass(frozen=True)
class Solved:
    """Contacts by who solved them, and their shares with intervals that hold together."""

    centrally: int
    to_branch: int
    by_expert: int
    intervals: ShareIntervals

    @property
    def n(self) -> int:
        """Contacts in all."""
        return self.centrally + self.to_branch + self.by_expert


@dataclass(frozen=True)
class Agreement:
    """Correlation of two measures over units, in [-1, 1], with its 95 % interval."""

    r: float
    low: float
    high: float
    n: int


def measured_months(rows: Iterable[Measured], parents: Mapping[str, str | None]) -> tuple[MeasuredMonth, ...]:
    """The months, oldest first. A unit whose unit above was measured in the same month is part of that one."""
    by_month: dict[date, dict[str, Measured]] = {}
    for row in rows:
        by_month.setdefault(row.month, {})[row.unit_id] = row
    return tuple(_month(month, [row for unit_id, row in units.items() if not _is_part(unit_id, units, parents)])
                 for month, units in sorted(by_month.items()))


def _is_part(unit_id: str, units: Mapping[str, Measured], parents: Mapping[str, str | None]) -> bool:
    above = parents.get(unit_id)
    while above is not None:
        if above in units:
            return True
        above = parents.get(above)
    return False


def _month(month: date, rows: Sequence[Measured]) -> MeasuredMonth:
    steps = [(row.entered, row.completed) for row in rows if row.entered is not None and row.completed is not None]
    entered = sum(n for n, _ in steps)
    medians = [row.median_s for row in rows if row.median_s is not None]
    p90s = [row.p90_s for row in rows if row.p90_s is not None]
    contacts = [row.contacts for row in rows if row.contacts is not None]
    solved = [(row.centrally, row.to_branch, row.by_expert) for row in rows
              if row.centrally is not None and row.to_branch is not None and row.by_expert is not None]
    return MeasuredMonth(
        month, entered, response_rate(entered - sum(n for _, n in steps), entered) if entered else None,
        statistics.median(medians) if medians else None, statistics.median(p90s) if p90s else None, len(medians),
        sum(contacts) if contacts else None,
        (sum(one for one, _, _ in solved), sum(one for _, one, _ in solved), sum(one for _, _, one in solved))
        if solved else None)


def solved_by(months: Iterable[MeasuredMonth]) -> Solved | None:
    """Who solved the contacts of some months together; None where that was not measured."""
    known = [month.solved for month in months if month.solved]
    centrally, to_branch, by_expert = (sum(month[place] for month in known) for place in range(3))
    n = centrally + to_branch + by_expert
    if not n:
        return None
    return Solved(centrally, to_branch, by_expert, share_intervals(Counts(centrally, to_branch, by_expert), n))


def agreement(pairs: Sequence[tuple[float, float]], confidence: float = 0.95) -> Agreement | None:
    """Pearson's correlation with Fisher's interval; None with fewer than 10 units, or where one measure never differs.

    >>> found = agreement([(x, x + 3 * (-1) ** x) for x in range(12)])
    >>> round(found.low, 2), round(found.r, 2), round(found.high, 2)
    (0.24, 0.71, 0.91)
    """
    if len(pairs) < AGREEMENT_MIN_UNITS:
        return None
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    if len(set(first)) < 2 or len(set(second)) < 2:
        return None
    r = max(-1.0, min(1.0, statistics.correlation(first, second)))
    half_width = normal_quantile(confidence) / math.sqrt(len(pairs) - 3)
    z = math.atanh(max(-1 + 1e-12, min(1 - 1e-12, r)))
    return Agreement(r, math.tanh(z - half_width), math.tanh(z + half_width), len(pairs))
