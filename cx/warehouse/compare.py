"""Units of one level compared: counts of a span of months, with what hides small units, turned into a comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from cx.settings import Settings
from cx.stats.comparison import (
    NO_ANSWERS,
    Comparison,
    SpanCounts,
    Strata,
    UnitPeriod,
    comparison,
    kept_periods,
    together,
)
from cx.stats.months import month_after, months_between
from cx.stats.nps import Counts
from cx.stats.suppression import Family, Thresholds, family_of
from cx.stats.trends import Protection
from cx.warehouse.filters import Clause, Filters
from cx.warehouse.nps import protection, surveys, thresholds
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Read, Snapshot, remembered
from cx.warehouse.units import Hierarchy, Unit, hierarchy

SPAN_MONTHS = 12
DIMENSIONS = ("product", "segment", "channel")
SPAN = "span"  # the period under which what a whole span hides is kept


@dataclass(frozen=True)
class Span:
    """The periods that are compared: first and last month, and the name of the wave where it is one."""

    first_month: date
    last_month: date
    wave: str = ""


@dataclass(frozen=True)
class Asked:
    """What is compared: a kind of survey, units of one level below a unit, a dimension whose mix is made equal."""

    survey: str
    unit_ids: tuple[str, ...]
    total_id: str | None
    dimension: str


def asked_for(tree: Hierarchy, chosen: tuple[str, ...], survey: str, level: int, dimension: str) -> Asked:
    """What a choice of units compares at a level below it, from 0; a level that is not there is the first."""
    levels = tree.levels(chosen)
    units = levels[level if 0 <= level < len(levels) else 0] if levels else ()
    total = chosen[0] if len(chosen) == 1 else None
    if not chosen and len(tree.top) == 1:
        total = tree.top[0].id
    return Asked(survey, tuple(unit.id for unit in units), total, dimension)


@remembered(64)
def span(snapshot: Snapshot, scope: Scope, survey: str, filters: Filters) -> Span | None:
    """The wave, or the 12 months, that ends with the filters; None without answers.

    Spans of months follow each other without overlap, counted back from the newest month of all answers: the difference
    of two that overlap would give away the answers of single months.
    """
    known = next((one for one in surveys(snapshot, scope) if one.kind == survey), None)
    if known is None:
        return None
    end = min(filters.last_month, known.last_month) if filters.last_month else known.last_month
    if survey != "transaction":
        waves = snapshot.query(scope, "waves", survey=survey, last_month=end)
        return Span(waves[0][1], waves[0][1], waves[0][0]) if waves else None
    blocks = max(0, months_between(end, known.last_month)) // SPAN_MONTHS
    last = month_after(known.last_month, -blocks * SPAN_MONTHS)
    return Span(month_after(last, 1 - SPAN_MONTHS), last)


@remembered(64)
def compared_units(
    snapshot: Snapshot, scope: Scope, asked: Asked, filters: Filters, settings: Settings
) -> Comparison | None:
    """The comparison of units of one level; None without answers."""
    found = span(snapshot, scope, asked.survey, filters)
    if found is None:
        return None
    tree, limits = hierarchy(snapshot, scope), thresholds(settings)
    names = {unit_id: tree.by_id[unit_id].name for unit_id in asked.unit_ids if unit_id in tree.by_id}
    above, everywhere = around(tree, asked)
    spans = together(_periods(snapshot, scope, asked.survey, everywhere, above, filters, found, settings).kept)
    families = span_families(spans, {parent: tree.children(parent) for parent in above}, limits)
    hiding = Protection(tree.parents, families)
    return comparison(
        names, spans, lambda unit_id, one: hiding.hides(unit_id, SPAN, one.n, one.left_out, limits), limits,
        asked.total_id,
        strata(snapshot, scope, asked, tuple(names), filters, found, settings) if asked.dimension else None)


def around(tree: Hierarchy, asked: Asked) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The units above those that are compared; and all that hiding must look at: these, and everything below them."""
    names = [unit_id for unit_id in asked.unit_ids if unit_id in tree.by_id]
    above = tuple(dict.fromkeys(one for unit_id in names for one in tree.above(unit_id)))
    return above, tuple(dict.fromkeys(
        [*names, *above, *([asked.total_id] if asked.total_id else []),
         *(child.id for parent in above for child in tree.children(parent))]))


def strata(snapshot: Snapshot, scope: Scope, asked: Asked, unit_ids: tuple[str, ...], filters: Filters, found: Span,
           settings: Settings) -> dict[str, Strata]:
    """The answers of units by the values of a dimension: unit → value → answers by class.

    They are those of the very periods that the figures of the units count, so they add up to these. Small strata are
    folded where figures are made of them: `cx.stats.comparison.folded_strata`.
    """
    tree = hierarchy(snapshot, scope)
    above, _ = around(tree, replace(asked, unit_ids=unit_ids))
    left_out = _periods(snapshot, scope, asked.survey, unit_ids, above, filters, found, settings).left_out
    table = "counts_all" if filters.touchpoint else "counts_mix"
    result: dict[str, dict[str, Counts]] = {}
    for unit_id, stratum, *classes in snapshot.query(
            scope, "unit_strata", {"counts": Read(table, narrowing(filters))}, survey=asked.survey,
            units=list(unit_ids), dimension=asked.dimension, first_month=found.first_month,
            last_month=found.last_month, wave=found.wave, left_out_units=[unit_id for unit_id, _ in left_out],
            left_out_periods=[period for _, period in left_out]):
        result.setdefault(unit_id, {})[stratum] = Counts(*classes)
    return dict(result)


class _Periods(NamedTuple):
    """The periods of units in a span: by unit those that count, and unit and period of those that are left out."""

    kept: Mapping[str, Sequence[UnitPeriod]]
    left_out: tuple[tuple[str, str], ...]


def _periods(snapshot: Snapshot, scope: Scope, survey: str, unit_ids: tuple[str, ...], above: tuple[str, ...],
             filters: Filters, found: Span, settings: Settings) -> _Periods:
    limits, clauses = thresholds(settings), narrowing(filters)
    coarse = "counts_touchpoint" if filters.touchpoint else "counts_unit"
    in_coarse = tuple(clause for clause in clauses if clause.column == "touchpoint_id")
    rows = snapshot.query(
        scope, "unit_periods",
        {"counts": Read(filters.counts_table, clauses), "clusters": Read(coarse, in_coarse),
         "everything": Read("counts_unit")},
        survey=survey, units=list(unit_ids), first_month=found.first_month, last_month=found.last_month)
    cells = [UnitPeriod(*row) for row in rows if not found.wave or row[1] == found.wave]
    if found.wave:  # one period: what hides its figures is decided for the span
        return _told(cells, kept_periods(cells, lambda cell: None, replace(limits, privacy=1)))
    monthly = protection(snapshot, scope, survey, above, replace(filters, units=(), first_month=None, last_month=None),
                         settings)

    def protected(cell: UnitPeriod) -> int | None:
        if monthly.hides(cell.unit_id, cell.period, 0, cell.left_out, limits):
            return 0
        hidden = monthly.hides(cell.unit_id, cell.period, cell.n, cell.left_out, limits)
        return monthly.protected_answers(cell.unit_id, cell.period) if hidden else None

    return _told(cells, kept_periods(cells, protected, limits))


def _told(cells: Sequence[UnitPeriod], kept: Mapping[str, Sequence[UnitPeriod]]) -> _Periods:
    counted = {(cell.unit_id, cell.period) for of_unit in kept.values() for cell in of_unit}
    return _Periods(kept, tuple((cell.unit_id, cell.period) for cell in cells
                                if (cell.unit_id, cell.period) not in counted))


def span_families(spans: Mapping[str, SpanCounts], children: Mapping[str, tuple[Unit, ...]], limits: Thresholds
              ) -> dict[tuple[str, str], tuple[Family, Family]]:
    """What is small among the parts of each unit in a span, by unit and SPAN.

    The families are those of the answers that are counted, and of those that a filter leaves out. Answers
    of the unit itself that belong to no part are a part of their own.
    """
    def family(parent: str, amount: Callable[[SpanCounts], int]) -> Family:
        parts = [amount(spans.get(child.id, NO_ANSWERS)) for child in children[parent]]
        rest = amount(spans.get(parent, NO_ANSWERS)) - sum(parts)
        return family_of([*parts, max(0, rest)], limits)

    return {(parent, SPAN): (family(parent, lambda one: one.n), family(parent, lambda one: one.left_out))
            for parent in children}


def narrowing(filters: Filters) -> tuple[Clause, ...]:
    """The filters in use that narrow answers: all but the months."""
    return tuple(clause for clause in filters.clauses() if clause.column != "starts_on")
