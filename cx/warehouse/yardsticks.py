"""What a unit is held against: its own target, and the best rival of its market."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cx.settings import Settings
from cx.stats.lead import Lead, PublishedScore, lead
from cx.stats.months import month_after
from cx.warehouse.compare import Asked, Span, span
from cx.warehouse.filters import Filters
from cx.warehouse.nps import thresholds
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered
from cx.warehouse.units import hierarchy

METRICS: Mapping[str, str] = {"transaction": "t_nps", "relationship": "r_nps", "strategic": "strategic_nps"}
"""The metric in the table targets, by survey."""
_PERIOD = re.compile(r"(?P<year>\d{4})(?:[ -]?Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


@dataclass(frozen=True)
class Target:
    """The target of a unit for an NPS, in [-1, 1], and the period as it was loaded."""

    nps: float
    period: str


@dataclass(frozen=True)
class MarketLead:
    """The lead of a unit in a market and period, by one method."""

    lead: Lead
    market: str
    period: str
    method: str


@dataclass(frozen=True)
class Yardsticks:
    """What units are held against, by unit id."""

    targets: Mapping[str, Target]
    leads: Mapping[str, MarketLead]


def yardsticks(snapshot: Snapshot, scope: Scope, asked: Asked, filters: Filters, settings: Settings) -> Yardsticks:
    """Targets and leads of the compared units; none where a filter leaves answers out: they are for whole units."""
    found = span(snapshot, scope, asked.survey, filters)
    if found is None or filters.narrows_answers:
        return Yardsticks({}, {})
    return Yardsticks(targets(snapshot, scope, asked.survey, asked.unit_ids, found),
                      market_leads(snapshot, scope, asked.unit_ids, found, settings))


class _Months(NamedTuple):
    """The first month of a period, and minus its length: of two that begin together the shorter is the newer."""

    first: date
    minus_length: int


def _months(period: str) -> _Months | None:
    """The months of a year, quarter or month as a table writes it; None for anything else."""
    found = _PERIOD.fullmatch(period.strip())
    if found is None or not 1 <= int(found["year"]) <= 9998:
        return None
    year = int(found["year"])
    if found["quarter"]:
        return _Months(date(year, 3 * int(found["quarter"]) - 2, 1), -3)
    return _Months(date(year, int(found["month"]), 1), -1) if found["month"] else _Months(date(year, 1, 1), -12)


def _newest(periods: Sequence[str], last_month: date) -> str | None:
    """The newest period that began by a month; None where there is none."""
    begun = [(months, period) for period in periods if (months := _months(period)) and months.first <= last_month]
    return max(begun)[1] if begun else None


@remembered(64)
def targets(snapshot: Snapshot, scope: Scope, survey: str, unit_ids: tuple[str, ...], found: Span
            ) -> Mapping[str, Target]:
    """The targets of the units that hold at the end of a span, by unit: the newest that began by then and is not over
    for longer than a year.
    """
    known: dict[str, dict[str, float]] = {}
    for unit_id, period, target in snapshot.query(
            scope, "unit_targets", metric=METRICS[survey], units=list(unit_ids)):
        if -100 <= target <= 100:
            known.setdefault(unit_id, {})[period] = target
    return {unit_id: Target(values[period] / 100, period) for unit_id, values in known.items()
            if (period := _newest(list(values), found.last_month)) and not _is_long_over(period, found.last_month)}


def _is_long_over(period: str, last_month: date) -> bool:
    months = _months(period)
    return months is None or month_after(months.first, -months.minus_length + 12) <= last_month


@remembered(64)
def market_leads(snapshot: Snapshot, scope: Scope, unit_ids: tuple[str, ...], found: Span, settings: Settings
                 ) -> Mapping[str, MarketLead]:
    """The leads of the units that have a score of their own in a market, over rivals of the same market, period, and
    method; the newest period that began by the end of a span.
    """
    names = {unit.name: unit.id for unit in hierarchy(snapshot, scope).units}
    rows: dict[tuple[str, str, str], list[PublishedScore]] = {}
    for competitor, market, period, nps, n, method in snapshot.query(scope, "market_scores"):
        if method:  # how it was asked must be known to be the same
            rows.setdefault((market, period, method), []).append(PublishedScore(competitor, nps / 100, n or 0))
    fewest, best = thresholds(settings).figure, dict[str, tuple[_Months, MarketLead]]()
    for (market, period, method), scores in sorted(rows.items()):
        months = _months(period)
        rivals = [one for one in scores if one.name not in names]
        for own in scores:
            unit_id = names.get(own.name)
            if unit_id not in unit_ids or months is None or months.first > found.last_month:
                continue
            ahead = lead(own, rivals, fewest)
            if ahead and (unit_id not in best or months > best[unit_id][0]):
                best[unit_id] = (months, MarketLead(ahead, market, period, method))
    return {unit_id: one for unit_id, (_, one) in best.items()}
