"""What else is known of one touchpoint: open pain points, recorded voices, mystery visits, what systems measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from cx.settings import Settings
from cx.stats.measured import Agreement, Measured, MeasuredMonth, agreement, measured_months
from cx.stats.nps import Estimate
from cx.warehouse.compare import Asked, Span, compared_units, span
from cx.warehouse.filters import Filters
from cx.warehouse.journey import SURVEY
from cx.warehouse.loads import about
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered
from cx.warehouse.units import Hierarchy, hierarchy


@dataclass(frozen=True)
class PainPoint:
    """An open problem at the touchpoint. overdue: whether it was due before the day of the load; None without a day."""

    title: str
    unit: str
    severity: str
    owner: str
    opened_on: date
    due_on: date | None
    overdue: bool | None


@dataclass(frozen=True)
class VisitedUnit:
    """A unit with mystery visits at the touchpoint: their number and mean score in percent, beside its T-NPS."""

    unit_id: str
    name: str
    visits: int
    score_pct: float
    n: int
    estimate: Estimate | None


@dataclass(frozen=True)
class Visits:
    """The visits of a span of months, and how they agree with T-NPS over the units; None where it cannot be told."""

    units: tuple[VisitedUnit, ...]
    span: Span
    agreement: Agreement | None

    @property
    def compared(self) -> int:
        """Number of units with both a visit and a figure."""
        return sum(unit.estimate is not None for unit in self.units)


def units_below(tree: Hierarchy, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The units chosen with everything below them; all where none is chosen."""
    wanted = {unit_id for unit_id in chosen if unit_id in tree.by_id}
    return tuple(unit.id for unit in tree.units
                 if not wanted or unit.id in wanted or wanted.intersection(tree.above(unit.id)))


def loaded_on(snapshot: Snapshot, scope: Scope) -> date:
    """The day of the load in the time zone of the report: up to it the register is known."""
    facts = about(snapshot, scope)
    return facts.created_at.astimezone(ZoneInfo(facts.time_zone)).date()


@remembered(64)
def open_pain_points(snapshot: Snapshot, scope: Scope, filters: Filters) -> tuple[PainPoint, ...]:
    """The open pain points of the touchpoint at the units chosen, those below them and those above them."""
    tree, day = hierarchy(snapshot, scope), loaded_on(snapshot, scope)
    units = units_below(tree, filters.units)
    above = [one for unit_id in filters.units if unit_id in tree.by_id for one in tree.above(unit_id)]
    return tuple(
        PainPoint(title, tree.by_id[unit_id].name if unit_id in tree.by_id else unit_id, severity or "", owner,
                  opened_on, due_on, due_on < day if due_on else None)
        for title, unit_id, severity, owner, opened_on, due_on in snapshot.query(
            scope, "open_pain_points", touchpoint=filters.touchpoint, units=[*units, *above]))


@remembered(64)
def excerpt_count(snapshot: Snapshot, scope: Scope, filters: Filters) -> int:
    """Number of recorded excerpts of the touchpoint, with consent and not expired at the load, at the units chosen."""
    ((count,),) = snapshot.query(
        scope, "excerpt_count", touchpoint=filters.touchpoint, day=loaded_on(snapshot, scope),
        units=list(units_below(hierarchy(snapshot, scope), filters.units)))
    return int(count)


@remembered(64)
def visits(snapshot: Snapshot, scope: Scope, filters: Filters, settings: Settings) -> Visits | None:
    """The mystery visits in the newest 12 months beside the T-NPS of the same units and touchpoint; None without."""
    found, tree = span(snapshot, scope, SURVEY, filters), hierarchy(snapshot, scope)
    if found is None:
        return None
    rows = snapshot.query(scope, "visit_scores", touchpoint=filters.touchpoint, first_month=found.first_month,
                          last_month=found.last_month, units=list(units_below(tree, filters.units)))
    rows = [row for row in rows if row[0] in tree.by_id]
    if not rows:
        return None
    asked = Asked(SURVEY, tuple(row[0] for row in rows), None, "")
    compared = compared_units(snapshot, scope, asked, replace(filters, units=()), settings)
    scores = {unit.unit_id: unit for unit in compared.units} if compared else {}
    units = tuple(VisitedUnit(unit_id, tree.by_id[unit_id].name, count, score, scores[unit_id].n,
                              scores[unit_id].estimate) for unit_id, count, score in rows if unit_id in scores)
    pairs = [(unit.score_pct, unit.estimate.nps) for unit in units if unit.estimate is not None]
    return Visits(tuple(sorted(units, key=lambda unit: unit.score_pct)), found, agreement(pairs))


@remembered(64)
def measured(snapshot: Snapshot, scope: Scope, filters: Filters) -> tuple[MeasuredMonth, ...]:
    """What the systems measured at the touchpoint in the months of the filters, at the units chosen and below."""
    tree = hierarchy(snapshot, scope)
    rows = [Measured(*row) for row in snapshot.query(
        scope, "measured_months", touchpoint=filters.touchpoint, units=list(units_below(tree, filters.units)))]
    return measured_months(
        (row for row in rows if (filters.first_month is None or row.month >= filters.first_month)
         and (filters.last_month is None or row.month <= filters.last_month)), tree.parents)
