"""What goes with the score: the core drivers of a survey, and sums of products of their ratings for one unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from cx.stats.driver_drift import Drifts, importance_drift
from cx.stats.months import months_between
from cx.warehouse.filters import Filters
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Read, Snapshot, remembered

BUCKETS = 20
YEAR_MONTHS = 12


@dataclass(frozen=True)
class Drifting:
    """Names of the core drivers, how their importance drifted, and the months of the early and the late answers."""

    names: tuple[str, ...]
    drifts: Drifts
    early: tuple[date, date]
    late: tuple[date, date]


@remembered(64)
def drifting_drivers(snapshot: Snapshot, scope: Scope, survey: str, unit_id: str, filters: Filters) -> Drifting | None:
    """How the importance of drivers for one unit drifted from its first year to its last (halves of a shorter time).

    None where the survey has no ratings, with fewer than 300 complete answers early or late, or under filters of
    answers: sums of products are known by unit and period.
    """
    names = tuple(name for _, name, _ in snapshot.query(scope, "core_drivers", survey=survey))
    if len(names) < 2 or filters.narrows_answers:
        return None
    rows = snapshot.query(scope, "driver_products", {"driver_products": Read("driver_products", filters.clauses())},
                          survey=survey, units=[unit_id])
    months = sorted({row[1] for row in rows})
    if len(months) < 2:
        return None
    width = min(YEAR_MONTHS, (months_between(months[0], months[-1]) + 1) // 2)
    early = [month for month in months if months_between(months[0], month) < width]
    late = [month for month in months if months_between(month, months[-1]) < width]
    products = {starts_on: np.zeros((BUCKETS, len(names) + 2, len(names) + 2)) for starts_on in months}
    for _, starts_on, bucket, triangle, _ in rows:
        products[starts_on][bucket] += _matrix(triangle, len(names) + 2)
    drifts = importance_drift(_sum(products, early), _sum(products, late))
    return Drifting(names, drifts, (early[0], early[-1]), (late[0], late[-1])) if drifts else None


def _sum(products: dict[date, np.ndarray], months: Sequence[date]) -> np.ndarray:
    return np.asarray(sum(products[month] for month in months))


def _matrix(triangle: Sequence[float], size: int) -> np.ndarray:
    """The symmetric matrix whose upper triangle is given row by row."""
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size)] = triangle
    return matrix + np.triu(matrix, 1).T
