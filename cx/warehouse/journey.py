"""Touchpoints by units, months, segments or channels, each cell against its own past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cx.settings import Settings
from cx.stats.comparison import SpanCounts, UnitPeriod
from cx.stats.crossed import Cell, Line
from cx.stats.journey_map import against_past, hidden_along, month_cells, month_movements, span_movements
from cx.stats.months import month_after, months_through
from cx.stats.nps import Counts
from cx.stats.suppression import Family
from cx.stats.touchpoint_map import MapCell
from cx.stats.trends import Protection
from cx.warehouse.compare import SPAN_MONTHS, Asked, Span, asked_for, compared_units, span
from cx.warehouse.compare_touchpoints import NamedMap, Touchpoint, compared_touchpoints, named_touchpoints, reads_of
from cx.warehouse.dimensions import dimensions
from cx.warehouse.filters import Filters
from cx.warehouse.nps import month_noise_of, nps_trends, surveys, thresholds
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered
from cx.warehouse.units import hierarchy

SURVEY = "transaction"
ACROSS = ("unit", "month", "segment", "channel")
MAX_VALUES = 12


@dataclass(frozen=True)
class JourneyMap:
    """The map with what it spans; `unit_id` is the one unit it is of, None where its columns are units.

    before: the 12 months that the newest 12 are compared with; None where each month is compared with those before it.
    """

    named: NamedMap
    across: str
    unit_id: str | None
    now: Span
    before: Span | None


def one_unit(snapshot: Snapshot, scope: Scope, filters: Filters) -> str | None:
    """The unit that a map of months, segments or channels is of: the first chosen, else the top."""
    tree = hierarchy(snapshot, scope)
    chosen = [unit_id for unit_id in filters.units if unit_id in tree.by_id] or [unit.id for unit in tree.top]
    return chosen[0] if chosen else None


@remembered(64)
def journey_map(
    snapshot: Snapshot, scope: Scope, across: str, filters: Filters, settings: Settings
) -> JourneyMap | None:
    """The map across `unit`, `month`, `segment` or `channel`; None where no answer there names a touchpoint.

    The touchpoint of the filters and their first month do not narrow it: it shows all touchpoints, and the past.
    """
    filters = replace(filters, touchpoint="")
    now, unit_id = span(snapshot, scope, SURVEY, filters), one_unit(snapshot, scope, filters)
    if now is None or unit_id is None:
        return None
    if across == "month":
        return _by_month(snapshot, scope, unit_id, filters, settings)
    before = replace(filters, last_month=month_after(now.first_month, -1))
    columns = _columns(snapshot, scope, across, unit_id, filters)
    found, past = (_cells(snapshot, scope, across, unit_id, tuple(columns), one, settings)
                   for one in (filters, before))
    touchpoints = named_touchpoints(snapshot, scope, {key[0] for key, cell in found.items() if cell.n})
    if not touchpoints or not columns:
        return None
    movements = span_movements(found, past, month_noise_of(snapshot, scope, SURVEY), thresholds(settings),
                               settings.smallest_change_pts / 100)
    made = against_past([one.id for one in touchpoints], list(columns), found, movements)
    earlier = Span(month_after(now.first_month, -SPAN_MONTHS), month_after(now.first_month, -1))
    return JourneyMap(NamedMap(made, tuple(touchpoints), columns), across, None if across == "unit" else unit_id, now,
                      earlier)


def _columns(snapshot: Snapshot, scope: Scope, across: str, unit_id: str, filters: Filters) -> dict[str, str]:
    """The columns by id, with their names: units below the chosen one or itself, or the values with most answers."""
    tree = hierarchy(snapshot, scope)
    if across == "unit":
        below = asked_for(tree, filters.units, SURVEY, 0, "").unit_ids or (unit_id,)
        return {one: tree.by_id[one].name for one in below}
    chosen = getattr(filters, across)
    values = dimensions(snapshot, scope).segments if across == "segment" else dimensions(snapshot, scope).channels
    return {value: value for value in ((chosen,) if chosen else values[:MAX_VALUES])}


def _cells(
    snapshot: Snapshot, scope: Scope, across: str, unit_id: str, columns: tuple[str, ...], filters: Filters,
    settings: Settings,
) -> dict[Cell, MapCell]:
    """The cells of the span that ends with the filters."""
    if across == "unit":
        return _found(snapshot, scope, Asked(SURVEY, columns, None, ""), filters, settings)
    asked, limits = Asked(SURVEY, (unit_id,), None, ""), thresholds(settings)
    cells: dict[Cell, MapCell] = {}
    lines = []
    for value in columns:
        narrowed = replace(filters, segment=value) if across == "segment" else replace(filters, channel=value)
        of_value = {(touchpoint, value): replace(cell, unit_id=value) for (touchpoint, _), cell in
                    _found(snapshot, scope, asked, narrowed, settings).items()}
        lines.append(_line(of_value, of_value, _answers(snapshot, scope, asked, narrowed, settings)))
        cells |= of_value
    for (touchpoint, _), whole in _found(snapshot, scope, asked, filters, settings).items():
        lines.append(_line([(touchpoint, value) for value in columns], cells, whole.n))
    return hidden_along(cells, lines, limits)


def _found(snapshot: Snapshot, scope: Scope, asked: Asked, filters: Filters, settings: Settings) -> dict[Cell, MapCell]:
    found = compared_touchpoints(snapshot, scope, asked, replace(filters, units=()), settings)
    return dict(found.map.cells) if found else {}


def _answers(snapshot: Snapshot, scope: Scope, asked: Asked, filters: Filters, settings: Settings) -> int:
    found = compared_units(snapshot, scope, asked, replace(filters, units=()), settings)
    return sum(unit.n for unit in found.units) if found else 0


def _line(keys: Sequence[Cell] | Mapping[Cell, MapCell], cells: Mapping[Cell, MapCell], total: int) -> Line:
    return Line(tuple(keys), max(0, total - sum(cells[key].n for key in keys if key in cells)))


def _by_month(snapshot: Snapshot, scope: Scope, unit_id: str, filters: Filters, settings: Settings
              ) -> JourneyMap | None:
    known = next(one for one in surveys(snapshot, scope) if one.kind == SURVEY)
    end = min(filters.last_month, known.last_month) if filters.last_month else known.last_month
    days = {f"{day:%Y-%m}": day for day in months_through(month_after(end, 1 - 2 * SPAN_MONTHS), end)}
    months, limits = list(days), thresholds(settings)
    counts, hidden = _month_counts(snapshot, scope, unit_id, filters, settings, Span(days[months[0]], end))
    lines = _month_lines(snapshot, scope, unit_id, filters, settings, counts, months)
    cells = month_cells(counts, hidden, lines, limits)
    movements = month_movements(cells, months, month_noise_of(snapshot, scope, SURVEY), limits,
                                settings.smallest_change_pts / 100)
    shown = [month for month in months[-SPAN_MONTHS:]
             if filters.first_month is None or days[month] >= filters.first_month]
    touchpoints = named_touchpoints(snapshot, scope, {key[0] for key in cells if key[1] in shown})
    if not touchpoints or not shown:
        return None
    made = against_past([one.id for one in touchpoints], shown, cells, movements)
    return JourneyMap(NamedMap(made, tuple(touchpoints), {month: month for month in shown}), "month", unit_id,
                      Span(days[shown[0]], end), None)


def _month_counts(
    snapshot: Snapshot, scope: Scope, unit_id: str, filters: Filters, settings: Settings, window: Span
) -> tuple[dict[Cell, SpanCounts], list[Cell]]:
    """The answers of each touchpoint and month, and the cells that a filter by that touchpoint would hide."""
    tree, limits, reads = hierarchy(snapshot, scope), thresholds(settings), reads_of(filters)
    counts = {}
    for day in months_through(window.first_month, window.last_month):
        for touchpoint, *row in snapshot.query(
                scope, "touchpoint_periods", reads, units=[unit_id], wave="", survey=SURVEY, first_month=day,
                last_month=day, privacy=limits.privacy):
            one = UnitPeriod(*row)
            counts[touchpoint, f"{day:%Y-%m}"] = SpanCounts(
                Counts(one.promoters, one.passives, one.detractors), one.n_effective, one.left_out)
    families: dict[str, dict[tuple[str, str], tuple[Family, Family]]] = {}
    del reads["clusters"]
    for touchpoint, period, parent, *sums in snapshot.query(
            scope, "touchpoint_families", reads, parents=list(tree.above(unit_id)), survey=SURVEY,
            first_month=window.first_month, last_month=window.last_month, privacy=limits.privacy):
        families.setdefault(touchpoint, {})[parent, period] = (Family(*sums[:3]), Family(*sums[3:]))
    hiding = {touchpoint: Protection(tree.parents, families.get(touchpoint, {})) for touchpoint, _ in counts}
    hidden = [(touchpoint, month) for (touchpoint, month), one in counts.items()
              if hiding[touchpoint].hides(unit_id, month, one.n, one.left_out, limits)]
    return counts, hidden


def _month_lines(
    snapshot: Snapshot, scope: Scope, unit_id: str, filters: Filters, settings: Settings,
    counts: Mapping[Cell, SpanCounts], months: Sequence[str],
) -> list[Line]:
    """The sums that are known: each month over the touchpoints, each touchpoint over the 12 months of a span."""
    everything = replace(filters, units=(unit_id,), first_month=None, last_month=None)
    trends = nps_trends(snapshot, scope, SURVEY, everything, settings)
    totals = {point.period: point.n for one in trends.series if one.unit_id == unit_id for point in one.points}
    lines = []
    for month in months:
        keys = tuple(key for key in counts if key[1] == month)
        lines.append(Line(keys, max(0, totals.get(month, 0) - sum(counts[key].n for key in keys))))
    for touchpoint in {key[0] for key in counts}:
        for part in (months[:SPAN_MONTHS], months[SPAN_MONTHS:]):
            lines.append(Line(tuple((touchpoint, month) for month in part if (touchpoint, month) in counts), 0))
    return lines


@remembered(16)
def journeys(snapshot: Snapshot, scope: Scope) -> tuple[str, ...]:
    """The journeys whose touchpoints are named, in their order."""
    return tuple(dict.fromkeys(Touchpoint(*row).journey for row in snapshot.query(scope, "touchpoints")))
