"""The level of the unit that the filters choose: its own points, and those of the units like it."""

from __future__ import annotations

from dataclasses import replace

from cx.settings import Settings
from cx.stats.trends import TrendPoint, TrendSeries, period_movements
from cx.stats.unit_level import UnitLevel, unit_level_of
from cx.warehouse.filters import Filters
from cx.warehouse.nps import month_noise_of, nps_trends, thresholds
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered
from cx.warehouse.units import Hierarchy, hierarchy

# The pace at which levels drift is a property of the programme: so many units of one level tell it well enough.
_UNITS_LIKE_IT = 100


@remembered(64)
def unit_level(snapshot: Snapshot, scope: Scope, survey: str, filters: Filters, settings: Settings, *,
               weighted: bool = False) -> UnitLevel | None:
    """The level of the one unit that the filters choose; None for several side by side, or without answers."""
    shown = nps_trends(snapshot, scope, survey, filters, settings)
    series = shown.main
    if series is None or not series.points:
        return None
    weighted = weighted and shown.is_weighted
    tau2 = month_noise_of(snapshot, scope, survey) if survey == "transaction" else 0.0
    movements = period_movements(shown, tau2, thresholds(settings), settings.smallest_change_pts / 100,
                                 weighted=weighted)
    like = units_like(hierarchy(snapshot, scope), series.unit_id)
    beside = nps_trends(snapshot, scope, survey, replace(filters, units=like), settings).series
    return unit_level_of(survey, series.name, _chosen(series, weighted), movements,
                         [_chosen(one, weighted) for one in beside if one.unit_id in like], tau2, weighted=weighted)


def units_like(tree: Hierarchy, unit_id: str) -> tuple[str, ...]:
    """The units of its level: those below the same unit; for the topmost one those right below it, or itself alone."""
    parent = tree.parents.get(unit_id)
    level = tree.top if parent is None else tree.children(parent)
    if len(level) < 2:
        level = tree.children(unit_id) or level
    return tuple(unit.id for unit in level[:_UNITS_LIKE_IT])


def _chosen(series: TrendSeries, weighted: bool) -> tuple[TrendPoint, ...]:
    """The points with the figure that was asked for."""
    return tuple(replace(point, estimate=point.weighted) for point in series.points) if weighted else series.points
