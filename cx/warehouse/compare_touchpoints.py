"""Touchpoints by units of one level: the counts of the same span as the comparison, turned into a map."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from cx.settings import Settings
from cx.stats.comparison import Comparison, SpanCounts, UnitPeriod, span_counts
from cx.stats.crossed import Cell, Line
from cx.stats.suppression import Family, Thresholds
from cx.stats.touchpoint_map import TouchpointMap, touchpoint_map
from cx.stats.trends import Protection
from cx.warehouse.compare import SPAN, Asked, Span, around, compared_units, narrowing, span, span_families
from cx.warehouse.filters import Filters
from cx.warehouse.nps import thresholds
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Read, Snapshot, remembered
from cx.warehouse.units import Hierarchy, hierarchy


@dataclass(frozen=True)
class Touchpoint:
    """A touchpoint with its place in a journey; journey and stage are empty where no table names it."""

    id: str
    name: str
    journey: str
    stage: str


@dataclass(frozen=True)
class NamedMap:
    """The map, its touchpoints in the order of their journeys, and the names of its units by id."""

    map: TouchpointMap
    touchpoints: tuple[Touchpoint, ...]
    unit_names: Mapping[str, str]

    def of_units(self, unit_ids: Sequence[str]) -> NamedMap:
        """The columns of these units alone: see `TouchpointMap.of_units`."""
        some = self.map.of_units(unit_ids)
        return NamedMap(some, tuple(one for one in self.touchpoints if one.id in some.touchpoint_ids), self.unit_names)

    def of_touchpoints(self, touchpoint_ids: Sequence[str]) -> NamedMap:
        """The rows of these touchpoints alone, in the order given."""
        by_id = {one.id: one for one in self.touchpoints}
        return NamedMap(self.map.of_touchpoints(touchpoint_ids), tuple(by_id[one] for one in touchpoint_ids),
                        self.unit_names)


Spans = Mapping[str, Mapping[str, SpanCounts]]
"""The answers of a span by touchpoint and unit."""


@remembered(64)
def compared_touchpoints(
    snapshot: Snapshot, scope: Scope, asked: Asked, filters: Filters, settings: Settings
) -> NamedMap | None:
    """The map of the compared units, in the order of the comparison; None where no answer names a touchpoint."""
    found, compared = span(snapshot, scope, asked.survey, filters), compared_units(
        snapshot, scope, asked, filters, settings)
    if found is None or compared is None:
        return None
    tree, limits = hierarchy(snapshot, scope), thresholds(settings)
    above, everywhere = around(tree, asked)
    spans = _spans(snapshot, scope, asked, filters, found, limits, above, everywhere, tree.parents)
    unit_ids = tuple(unit.unit_id for unit in compared.units)
    touchpoints = tuple(one for one in named_touchpoints(snapshot, scope, spans)
                        if any(unit_id in spans[one.id] for unit_id in unit_ids))
    if not touchpoints:
        return None
    made = touchpoint_map(
        [one.id for one in touchpoints], unit_ids,
        {(touchpoint, unit_id): one for touchpoint, units in spans.items() for unit_id, one in units.items()},
        _hiding(tree, spans, above, compared, limits), _lines(tree, spans, compared), limits)
    return NamedMap(made, touchpoints, {unit.unit_id: unit.name for unit in compared.units})


def named_touchpoints(snapshot: Snapshot, scope: Scope, ids: Collection[str]) -> list[Touchpoint]:
    """The touchpoints with these ids, in the order of their journeys; those that no table names at the end."""
    named = [Touchpoint(*row) for row in snapshot.query(scope, "touchpoints") if row[0] in ids]
    known = {one.id for one in named}
    return named + [Touchpoint(one, one, "", "") for one in ids if one not in known]


def _spans(
    snapshot: Snapshot, scope: Scope, asked: Asked, filters: Filters, found: Span, limits: Thresholds,
    above: tuple[str, ...], everywhere: tuple[str, ...], parents: Mapping[str, str | None],
) -> Spans:
    """The answers in the span, without those of months that the sum would give away: for each touchpoint as if a filter
    named it.
    """
    reads = reads_of(filters)
    window = {"survey": asked.survey, "first_month": found.first_month, "last_month": found.last_month,
              "privacy": limits.privacy}
    cells: dict[str, list[UnitPeriod]] = {}
    for touchpoint, *row in snapshot.query(scope, "touchpoint_periods", reads, units=list(everywhere),
                                           wave=found.wave, **window):
        cells.setdefault(touchpoint, []).append(UnitPeriod(*row))
    if found.wave:  # one period: what hides its figures is decided for the span
        return {touchpoint: span_counts(rows, lambda cell: None, replace(limits, privacy=1))
                for touchpoint, rows in cells.items()}
    families: dict[str, dict[tuple[str, str], tuple[Family, Family]]] = {}
    del reads["clusters"]
    for touchpoint, period, parent, *sums in snapshot.query(scope, "touchpoint_families", reads, parents=list(above),
                                                            **window):
        families.setdefault(touchpoint, {})[parent, period] = (Family(*sums[:3]), Family(*sums[3:]))
    return {touchpoint: span_counts(rows, _protected(Protection(parents, families.get(touchpoint, {})), limits), limits)
            for touchpoint, rows in cells.items()}


def reads_of(filters: Filters) -> dict[str, Read]:
    """What the queries of answers by touchpoint read: the smallest rollups that serve the filters."""
    clauses = narrowing(filters)
    by_touchpoint = tuple(clause for clause in clauses if clause.column == "touchpoint_id")
    counts = "counts_touchpoint" if clauses == by_touchpoint else "counts_all"
    return {"counts": Read(counts, clauses), "clusters": Read("counts_touchpoint", by_touchpoint),
            "everything": Read("counts_unit")}


def _protected(monthly: Protection, limits: Thresholds) -> Callable[[UnitPeriod], int | None]:
    """How many private answers of others a month hides; None for the months that nothing hides."""
    def protected(cell: UnitPeriod) -> int | None:
        if not cell.period:
            return None
        if monthly.hides(cell.unit_id, cell.period, 0, cell.left_out, limits):
            return 0
        hidden = monthly.hides(cell.unit_id, cell.period, cell.n, cell.left_out, limits)
        return monthly.protected_answers(cell.unit_id, cell.period) if hidden else None

    return protected


def _hiding(tree: Hierarchy, spans: Spans, above: Sequence[str], compared: Comparison, limits: Thresholds
            ) -> Callable[[Cell, SpanCounts], bool]:
    """Whether a cell is hidden by its siblings at the touchpoint, or because the unit itself is withheld."""
    children = {parent: tree.children(parent) for parent in above}
    hiding = {touchpoint: Protection(tree.parents, span_families(units, children, limits))
              for touchpoint, units in spans.items()}
    withheld = {unit.unit_id for unit in compared.units if unit.withheld}

    def hidden(key: Cell, one: SpanCounts) -> bool:
        touchpoint, unit_id = key
        return unit_id in withheld or hiding[touchpoint].hides(unit_id, SPAN, one.n, one.left_out, limits)

    return hidden


def _lines(tree: Hierarchy, spans: Spans, compared: Comparison) -> list[Line]:
    """The sums that are known: each unit over its touchpoints, each touchpoint over the units below one unit."""
    lines = []
    for unit in compared.units:
        cells = tuple((touchpoint, unit.unit_id) for touchpoint in spans)
        lines.append(_line(cells, spans, unit.n))
    below: dict[str, list[str]] = {}
    for unit in compared.units:
        parent = tree.parents[unit.unit_id]
        if parent is not None:
            below.setdefault(parent, []).append(unit.unit_id)
    for touchpoint, units in spans.items():
        for parent, unit_ids in below.items():
            total = units[parent].n if parent in units else 0
            lines.append(_line(tuple((touchpoint, unit_id) for unit_id in unit_ids), spans, total))
    return lines


def _line(cells: tuple[Cell, ...], spans: Spans, total: int) -> Line:
    counted = sum(spans[touchpoint][unit_id].n for touchpoint, unit_id in cells if unit_id in spans[touchpoint])
    return Line(cells, max(0, total - counted))
