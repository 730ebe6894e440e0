"""NPS by unit and period: the counts of the smallest rollup that serves the filters, turned into trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cx.settings import Settings
from cx.stats.nps import ClusterSums, Counts, design_effect
from cx.stats.suppression import Family, Thresholds
from cx.stats.trends import PeriodCounts, Protection, Trends, month_noise, trends
from cx.warehouse.filters import Filters
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Read, Snapshot, remembered
from cx.warehouse.units import hierarchy

# Noise is a property of the programme: so many units of one level tell it well enough.
_NOISE_UNITS = 100


@dataclass(frozen=True)
class Survey:
    """A kind of survey that was loaded: its valid answers, first and last month."""

    kind: str
    n: int
    first_month: date
    last_month: date


@dataclass(frozen=True)
class Event:
    """A note on the time axis, for one unit or for all."""

    on_date: date
    title: str
    unit_id: str | None


def thresholds(settings: Settings) -> Thresholds:
    """The numbers of answers below which figures are withheld, as set."""
    return Thresholds(settings.privacy_min_answers, settings.figure_min_answers, settings.firm_min_answers)


@remembered(16)
def surveys(snapshot: Snapshot, scope: Scope) -> tuple[Survey, ...]:
    """The kinds of survey that were loaded, as far as the scope sees them."""
    return tuple(Survey(*row) for row in snapshot.query(scope, "surveys"))


def events(snapshot: Snapshot, scope: Scope, unit_ids: Sequence[str], filters: Filters) -> tuple[Event, ...]:
    """The notes on the time axis that concern the units or everybody, in the months of the filters."""
    wanted = set(unit_ids)
    return tuple(
        event for event in _every_event(snapshot, scope)
        if (event.unit_id is None or event.unit_id in wanted)
        and (filters.first_month is None or event.on_date >= filters.first_month)
        and (filters.last_month is None or (event.on_date.year, event.on_date.month)
             <= (filters.last_month.year, filters.last_month.month))
    )


@remembered(16)
def _every_event(snapshot: Snapshot, scope: Scope) -> tuple[Event, ...]:
    return tuple(Event(*row) for row in snapshot.query(scope, "events"))


def scales(snapshot: Snapshot, scope: Scope, survey: str, unit_ids: Sequence[str]) -> tuple[str, ...]:
    """The scales on which the question was asked there, such as 0-10."""
    wanted = set(unit_ids)
    return tuple(dict.fromkeys(scale for unit_id, scale in _every_scale(snapshot, scope, survey) if unit_id in wanted))


@remembered(16)
def _every_scale(snapshot: Snapshot, scope: Scope, survey: str) -> tuple[tuple[str, str], ...]:
    return tuple(snapshot.query(scope, "scales", survey=survey))


@remembered(256)
def nps_trends(snapshot: Snapshot, scope: Scope, survey: str, filters: Filters, settings: Settings) -> Trends:
    """Trends of a survey for the units that the filters choose, the total first where there is one."""
    tree = hierarchy(snapshot, scope)
    units, total_id = tree.shown(filters.units)
    names = {unit.id: unit.name for unit in units}
    cells = _period_counts(snapshot, scope, survey, tuple(names), filters)
    above = tuple(dict.fromkeys(ancestor for unit_id in names for ancestor in tree.above(unit_id)))
    hiding = protection(
        snapshot, scope, survey, above, replace(filters, units=(), first_month=None, last_month=None), settings)
    tau2 = 0.0 if survey != "transaction" else month_noise_of(snapshot, scope, survey)
    return trends(survey, cells, names, total_id, thresholds(settings), settings.smallest_change_pts / 100, hiding,
                  tau2)


@remembered(16)
def month_noise_of(snapshot: Snapshot, scope: Scope, survey: str) -> float:
    """The usual noise of months, tau²: over the units right below the top, whatever a view shows of them."""
    tree = hierarchy(snapshot, scope)
    level = tuple(unit.id for top in tree.top for unit in (tree.children(top.id) or (top,)))
    return month_noise(_period_counts(snapshot, scope, survey, level[:_NOISE_UNITS], Filters()))


@remembered(256)
def protection(
    snapshot: Snapshot, scope: Scope, survey: str, above: tuple[str, ...], filters: Filters, settings: Settings
) -> Protection:
    """What hides small units among the parts of the units `above`, whichever of them are shown, in every period."""
    rows = snapshot.query(
        scope, "families",
        {"counts": Read(filters.counts_table, filters.clauses()), "everything": Read("counts_unit")},
        survey=survey, parents=list(above), privacy=settings.privacy_min_answers)
    return Protection(hierarchy(snapshot, scope).parents, {
        (parent_id, period): (Family(*kept_and_left[:3]), Family(*kept_and_left[3:]))
        for period, parent_id, *kept_and_left in rows})


def _period_counts(
    snapshot: Snapshot, scope: Scope, survey: str, unit_ids: tuple[str, ...], filters: Filters
) -> list[PeriodCounts]:
    asked: dict[str, Any] = {"survey": survey, "units": list(unit_ids)}
    clauses = filters.clauses()
    # Sums over customers exist by unit and touchpoint; a narrower filter takes its design effect from there.
    coarse = "counts_touchpoint" if filters.touchpoint else "counts_unit"
    in_coarse = tuple(clause for clause in clauses if clause.column in ("starts_on", "touchpoint_id"))
    rows = snapshot.query(scope, "nps_clusters", {"clusters": Read(coarse, in_coarse)}, **asked)
    effects = {(row[0], row[2]): _design_effects(*row[4:]) for row in rows}
    if filters.counts_table != coarse:
        rows = snapshot.query(scope, "nps_counts", {"counts": Read(filters.counts_table, clauses)}, **asked)
    totals: dict[tuple[str, str], int] = {}
    sent: dict[tuple[str, str], tuple[int, int]] = {}
    if filters.narrows_answers:
        unfiltered = tuple(clause for clause in clauses if clause.column == "starts_on")
        totals = {(row[0], row[2]): sum(row[4:7]) for row in snapshot.query(
            scope, "nps_counts", {"counts": Read("counts_unit", unfiltered)}, **asked)}
    else:
        sent = {(period, unit_id): (count, answered) for period, unit_id, count, answered in
                snapshot.query(scope, "response_counts", **asked)}
    return [_cell(row, effects, totals, sent) for row in rows]


def _cell(
    row: tuple[Any, ...], effects: Mapping[tuple[str, str], tuple[float, float]],
    totals: Mapping[tuple[str, str], int], sent: Mapping[tuple[str, str], tuple[int, int]],
) -> PeriodCounts:
    period, starts_on, unit_id, blanks, promoters, passives, detractors, *weights = row[:10]
    n = promoters + passives + detractors
    effect, weighted_effect = effects.get((period, unit_id), (1.0, 1.0))
    invited, answered = sent.get((period, unit_id), (None, None))
    return PeriodCounts(
        unit_id, period, starts_on, blanks, Counts(promoters, passives, detractors), Counts(*weights),
        effect, weighted_effect, max(0, totals.get((period, unit_id), n) - n), invited, answered)


def _design_effects(
    promoters: int, passives: int, detractors: int, w_promoters: float, w_passives: float, w_detractors: float,
    customers: int | None, *squares: float,
) -> tuple[float, float]:
    """Design effects of a cell, plain and weighted; 1 where nobody answered the question."""
    if not customers:
        return 1.0, 1.0
    counts, weighted = Counts(promoters, passives, detractors), Counts(w_promoters, w_passives, w_detractors)
    n = promoters + passives + detractors
    plain = design_effect(counts, n, ClusterSums(
        customers, counts.total, counts.promoters - counts.detractors, *squares[:3]))
    if weighted == counts or weighted.total <= 0:
        return plain, plain
    return plain, design_effect(weighted, n, ClusterSums(
        customers, weighted.total, weighted.promoters - weighted.detractors, *squares[3:]))
