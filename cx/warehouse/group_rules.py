"""The figure of the compared units together, under each rule that the loaded tables allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from cx.settings import Settings
from cx.stats.comparison import Comparison
from cx.stats.group_figure import GroupFigure, group_figure, whole_figure
from cx.stats.months import month_after
from cx.warehouse.compare import SPAN_MONTHS, Asked, compared_units, span
from cx.warehouse.filters import Filters
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered
from cx.warehouse.units import Hierarchy, hierarchy

RULES = ("answers", "customers", "revenue", "premium")
_WHOLE = "\x00whole"
_ROUNDING = 1e-9  # a rest so small is none
_METRICS = {"customers": "customers_start", "revenue": "revenue", "premium": "premium"}


@remembered(64)
def group_figures(
    snapshot: Snapshot, scope: Scope, asked: Asked, filters: Filters, settings: Settings
) -> Mapping[str, GroupFigure]:
    """The figure of the compared units under each rule of RULES for which weights are known.

    All rules are of one population: the units that carry a figure. Where these are all of the unit above them, it is
    its own figure by answers. Shares of the weight are of all that is known below the unit above.
    """
    compared = compared_units(snapshot, scope, asked, filters, settings)
    found = span(snapshot, scope, asked.survey, filters)
    if compared is None or found is None or not compared.shown:
        return {}
    answers = {unit.unit_id: float(unit.n) for unit in compared.units}
    whole = {} if compared.total is None else {_WHOLE: float(compared.total.n)}
    weights = {"answers": answers | whole, **_weights(snapshot, scope, asked, found.last_month)}
    figures = {rule: _figure(compared, weights[rule]) for rule in RULES}
    own = figures["answers"]
    if own is not None and compared.total is not None and own.n == compared.total.n:
        figures["answers"] = whole_figure(compared.total, own.units)
    return {rule: figure for rule, figure in figures.items() if figure is not None}


def _figure(compared: Comparison, weights: Mapping[str, float]) -> GroupFigure | None:
    """The figure of the units that have one, by weights of the units and, under _WHOLE, of the unit above them."""
    known = {unit.unit_id: weights[unit.unit_id] for unit in compared.units if weights.get(unit.unit_id, 0.0) > 0}
    rest = weights.get(_WHOLE, 0.0) - sum(known.values())
    figure = group_figure({unit.unit_id: unit.estimate for unit in compared.shown if unit.estimate is not None},
                          known | ({_WHOLE: rest} if rest > _ROUNDING * sum(known.values()) else {}))
    missing = tuple(unit.name for unit in compared.units if unit.estimate is None or unit.unit_id not in known)
    return replace(figure, left_out=missing) if figure else None


def _weights(snapshot: Snapshot, scope: Scope, asked: Asked, last_month: date) -> dict[str, dict[str, float]]:
    """The weights of the compared units and the unit above them by rule, from the 12 months up to a month."""
    tree = hierarchy(snapshot, scope)
    own: dict[str, dict[str, float]] = {metric: {} for metric in _METRICS.values()}
    for unit_id, metric, weight in snapshot.query(
            scope, "business_weights", first_month=month_after(last_month, 1 - SPAN_MONTHS), last_month=last_month):
        own[metric][unit_id] = weight
    places = {unit_id: unit_id for unit_id in asked.unit_ids} | ({_WHOLE: asked.total_id} if asked.total_id else {})
    return {rule: {place: weight for place, unit_id in places.items()
                   if (weight := _with_those_below(tree, unit_id, own[metric])) is not None}
            for rule, metric in _METRICS.items()}


def _with_those_below(tree: Hierarchy, unit_id: str, own: Mapping[str, float]) -> float | None:
    """What a unit weighs: as loaded for itself, else what those below weigh together; None: unknown."""
    if unit_id in own:
        return own[unit_id]
    below = [weight for child in tree.children(unit_id)
             if (weight := _with_those_below(tree, child.id, own)) is not None]
    return sum(below) if below else None
