"""Targets of units, as far as they are targets of an NPS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cx.stats.months import named_months
from cx.stats.outlook import Target
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered

# How the figure of each kind of survey is called in the table, once spelled alike.
METRICS: Mapping[str, str] = {"transaction": "t_nps", "relationship": "r_nps", "strategic": "strategic_nps"}


@dataclass(frozen=True)
class UnitTargets:
    """The targets of one unit, oldest first, and the periods of those that cannot be read."""

    targets: tuple[Target, ...]
    unreadable: tuple[str, ...]


def unit_targets(snapshot: Snapshot, scope: Scope, unit_id: str, survey: str,
                 waves: Mapping[str, date] | None = None) -> UnitTargets:
    """The targets of a unit for a kind of survey. `waves`: the months in which waves begin, by their names.

    A period that is no year, quarter, month or wave, or a target outside −100 to 100, cannot be read.
    """
    found, unreadable = [], []
    for metric, period, value in _every_target(snapshot, scope).get(unit_id, ()):
        if _spelled_alike(metric) != METRICS[survey]:
            continue
        start = (waves or {}).get(period)
        months = named_months(period) or ((start, start) if start else None)
        if months is None or not -100 <= value <= 100:
            unreadable.append(period)
        else:
            found.append(Target(period, *months, value / 100))
    return UnitTargets(tuple(sorted(found, key=lambda target: (target.last_month, target.first_month))),
                       tuple(unreadable))


def _spelled_alike(metric: str) -> str:
    return re.sub(r"[\s-]+", "_", metric.strip().lower())


@remembered(16)
def _every_target(snapshot: Snapshot, scope: Scope) -> Mapping[str, list[tuple[str, str, float]]]:
    """Metric, period and target by unit."""
    found: dict[str, list[tuple[str, str, float]]] = {}
    for unit_id, *target in snapshot.query(scope, "targets"):
        found.setdefault(unit_id, []).append((target[0], target[1], target[2]))
    return found
