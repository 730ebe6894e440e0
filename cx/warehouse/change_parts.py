"""Why the newest figure of a unit differs from its past: its answers by a dimension, before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from cx.settings import Settings
from cx.stats.change_parts import OTHERS, Answers, ChangeParts, change_parts
from cx.stats.nps import Counts, Estimate
from cx.stats.suppression import Withheld
from cx.stats.trends import TrendPoint, Trends, reference_points
from cx.warehouse.dimensions import dimensions
from cx.warehouse.filters import Filters
from cx.warehouse.nps import nps_trends, thresholds
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Read, Snapshot, remembered

UNITS = "unit"
TOUCHPOINTS = "touchpoint"
_Periods = dict[str, dict[str, Answers]]


def known_dimensions(snapshot: Snapshot, scope: Scope, trends: Trends, filters: Filters) -> tuple[str, ...]:
    """The dimensions by which a change can be taken apart: those with two values or more that no filter fixes."""
    values = dimensions(snapshot, scope)
    found = {UNITS: len(trends.series) - 1 if trends.total_id is not None else 0,
             "product": 0 if filters.product else len(values.products),
             "segment": 0 if filters.segment else len(values.segments),
             "channel": 0 if filters.channel else len(values.channels),
             TOUCHPOINTS: 0 if filters.touchpoint or trends.survey != "transaction" else len(values.touchpoint_names)}
    return tuple(name for name, n in found.items() if n > 1)


@remembered(128)
def parts_of_change(
    snapshot: Snapshot, scope: Scope, survey: str, filters: Filters, settings: Settings, dimension: str, weighted: bool
) -> ChangeParts | None:
    """The change of the one unit that the filters choose, from what it is compared with to its newest period.

    None for several units side by side, where the newest figure or its past is not shown, or where fewer than two parts
    have enough answers.
    """
    trends = nps_trends(snapshot, scope, survey, filters, settings)
    main = trends.main
    reference = reference_points(main.points, trends.compared_with == "wave") if main else ()
    if main is None or not reference or main.points[-1].estimate is None:
        return None
    newest, asked = main.points[-1], [*reference, main.points[-1]]
    periods = (_by_unit(snapshot, scope, trends, filters, asked, weighted) if dimension == UNITS
               else _by_value(snapshot, scope, survey, main.unit_id, filters, asked, dimension, weighted))
    return change_parts(
        [periods[point.period] for point in reference if point.period in periods], periods.get(newest.period, {}),
        thresholds(settings), weighted=weighted and trends.is_weighted,
        design_effects=(_design_effect(reference, weighted), _design_effect([newest], weighted)))


def _by_value(snapshot: Snapshot, scope: Scope, survey: str, unit_id: str, filters: Filters,
              asked: Sequence[TrendPoint], dimension: str, weighted: bool) -> _Periods:
    narrowed = filters.touchpoint or filters.product or filters.segment or filters.channel
    by_touchpoint = dimension == TOUCHPOINTS
    table = (("counts_all" if narrowed else "counts_touchpoint") if by_touchpoint
             else "counts_all" if filters.touchpoint else "counts_mix")
    rows = snapshot.query(
        scope, "period_touchpoints" if by_touchpoint else "period_strata", {"counts": Read(table, filters.clauses())},
        survey=survey, units=[unit_id], periods=[point.period for point in asked], dimension=dimension)
    return _periods(rows, weighted)


def _by_unit(snapshot: Snapshot, scope: Scope, trends: Trends, filters: Filters, asked: Sequence[TrendPoint],
             weighted: bool) -> _Periods:
    """The answers of the units below the total; what is hidden of them is with the answers of the total itself."""
    rows = snapshot.query(scope, "nps_counts", {"counts": Read(filters.counts_table, filters.clauses())},
                          survey=trends.survey, units=[one.unit_id for one in trends.series])
    wanted = {point.period for point in asked}
    hidden = {(point.period, one.unit_id) for one in trends.series for point in one.points
              if point.withheld in (Withheld.PRIVACY, Withheld.PROTECTS_OTHERS)}
    periods = _periods(((period, unit_id, *counts) for period, _, unit_id, _, *counts in rows
                        if period in wanted and (period, unit_id) not in hidden), weighted)
    for parts in periods.values():
        whole = parts.pop(str(trends.total_id), None)
        rest = _less(whole, parts.values()) if whole else None
        if rest and rest.n:
            parts[OTHERS] = rest
    return periods


def _periods(rows: Iterable[tuple[Any, ...]], weighted: bool) -> _Periods:
    periods: _Periods = defaultdict(dict)
    for period, name, *counts in rows:
        plain = Counts(*counts[:3])
        if plain.total:
            periods[period][name] = Answers(round(plain.total), Counts(*counts[3:]) if weighted else plain)
    return periods


def _less(whole: Answers, parts: Iterable[Answers]) -> Answers:
    n, classes = whole.n, [whole.counts.promoters, whole.counts.passives, whole.counts.detractors]
    for part in parts:
        n -= part.n
        classes = [max(0.0, left - more) for left, more in zip(
            classes, (part.counts.promoters, part.counts.passives, part.counts.detractors), strict=True)]
    return Answers(n, Counts(*classes))


def _design_effect(points: Sequence[TrendPoint], weighted: bool) -> float:
    estimates: list[Estimate] = [estimate for point in points
                                 if (estimate := point.weighted if weighted else point.estimate) is not None]
    return max(1.0, sum(one.n for one in estimates) / sum(one.n_effective for one in estimates)) if estimates else 1.0
