"""The figure of the compared units together, under each rule that the loaded tables allow."""

from __future__ import annotations

from collections.abc import Mapping
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
_METRICS = {"customers": "customers_start", "revenue": "revenue", "premium": "premium"}


@remembered(64)
def group_figures(
    snapshot: Snapshot, scope: Scope, asked: Asked, filters: Filters, settings: Settings
) -> Mapping[str, GroupFigure]:
    """The figure of the compared units under each rule of RULES for which weights are known.

    By answers it is the figure of the unit above them, where there is one; else every answer of the units that carry a
    figure counts alike.
    """
    compared = compared_units(snapshot, scope, asked, filters, settings)
    found = span(snapshot, scope, asked.survey, filters)
    if compared is None or found is None or not compared.shown:
        return {}
    figures = {"answers": _by_answers(compared)}
    weights = _weights(snapshot, scope, asked, found.last_month)
    estimates = {unit.unit_id: unit.estimate for unit in compared.shown if unit.estimate is not None}
    for rule in RULES[1:]:
        figures[rule] = group_figure(estimates, weights[rule])
    return {rule: figure for rule, figure in figures.items() if figure is not None}


def _by_answers(compared: Comparison) -> GroupFigure | None:
    if compared.total is not None:
        return whole_figure(compared.total, len(compared.shown))
    return group_figure({unit.unit_id: unit.estimate for unit in compared.shown if unit.estimate is not None},
                        {unit.unit_id: float(unit.n) for unit in compared.units})


def _weights(snapshot: Snapshot, scope: Scope, asked: Asked, last_month: date) -> dict[str, dict[str, float]]:
    """The weights of the compared units by rule, from the business figures of the 12 months up to a month."""
    tree = hierarchy(snapshot, scope)
    own: dict[str, dict[str, float]] = {metric: {} for metric in _METRICS.values()}
    for unit_id, metric, weight in snapshot.query(
            scope, "business_weights", first_month=month_after(last_month, 1 - SPAN_MONTHS), last_month=last_month):
        own[metric][unit_id] = weight
    return {rule: {unit_id: weight for unit_id in asked.unit_ids
                   if (weight := _with_those_below(tree, unit_id, own[metric])) is not None}
            for rule, metric in _METRICS.items()}


def _with_those_below(tree: Hierarchy, unit_id: str, own: Mapping[str, float]) -> float | None:
    """What a unit weighs: as loaded for itself, else what those below weigh together; None: unknown."""
    if unit_id in own:
        return own[unit_id]
    below = [weight for child in tree.children(unit_id)
             if (weight := _with_those_below(tree, child.id, own)) is not None]
    return sum(below) if below else None
