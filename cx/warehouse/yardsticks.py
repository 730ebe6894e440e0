"""What a unit is held against: its own target, and the best rival of its market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cx.settings import Settings
from cx.stats.lead import Lead, PublishedScore, lead
from cx.stats.months import month_after, months_between, named_months
from cx.stats.outlook import Target
from cx.warehouse.benchmarks import every_score
from cx.warehouse.compare import Asked, Span, span
from cx.warehouse.filters import Filters
from cx.warehouse.nps import thresholds
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered
from cx.warehouse.targets import unit_targets
from cx.warehouse.units import hierarchy

_FORGOTTEN_MONTHS = 12
"""A target that is over for longer holds for nobody any more."""


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
    """Targets and leads of the compared units; none where a filter leaves answers out: they are for whole units.

    Rivals are asked how one likes a company, not after a contact with it: leads stand beside the relationship survey.
    """
    found = span(snapshot, scope, asked.survey, filters)
    if found is None or filters.narrows_answers:
        return Yardsticks({}, {})
    return Yardsticks(targets(snapshot, scope, asked.survey, asked.unit_ids, found),
                      market_leads(snapshot, scope, asked.unit_ids, found, settings)
                      if asked.survey == "relationship" else {})


class _Months(NamedTuple):
    """The first month of a period, and minus its length: of two that begin together the shorter is the newer."""

    first: date
    minus_length: int


def _months(period: str) -> _Months | None:
    """The months of a year, quarter or month as a table writes it; None for anything else."""
    found = named_months(period)
    return _Months(found[0], -months_between(*found) - 1) if found else None


@remembered(64)
def targets(snapshot: Snapshot, scope: Scope, survey: str, unit_ids: tuple[str, ...], found: Span
            ) -> Mapping[str, Target]:
    """The targets of the units that hold at the end of a span, by unit: the newest that began by then and is not over
    for longer than a year.
    """
    held: dict[str, Target] = {}
    for unit_id in unit_ids:
        begun = [target for target in unit_targets(snapshot, scope, unit_id, survey).targets
                 if target.first_month <= found.last_month < month_after(target.last_month, _FORGOTTEN_MONTHS + 1)]
        if begun:
            held[unit_id] = max(begun, key=lambda one: (one.first_month, -months_between(
                one.first_month, one.last_month), one.period))
    return held


@remembered(64)
def market_leads(snapshot: Snapshot, scope: Scope, unit_ids: tuple[str, ...], found: Span, settings: Settings
                 ) -> Mapping[str, MarketLead]:
    """The leads of the units that have a score of their own in a market, over rivals of the same market, period, and
    method; the newest period that began by the end of a span.
    """
    names = {unit.name: unit.id for unit in hierarchy(snapshot, scope).units}
    rows: dict[tuple[str, str, str], list[PublishedScore]] = {}
    for market, competitor, period, nps, n, method, _ in every_score(snapshot, scope):
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
