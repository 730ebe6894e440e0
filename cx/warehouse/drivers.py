"""What goes with the score of one unit: importance of ratings, what they cost and earn, and how it drifted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

import numpy as np

from cx.settings import Settings
from cx.stats.asymmetry import Asymmetry, asymmetries
from cx.stats.driver_drift import Drifts, importance_drift
from cx.stats.drivers import MIN_ANSWERS, Importance, importance
from cx.stats.months import months_between
from cx.stats.nps import Counts
from cx.stats.rating_difference import RatingDifference, rating_difference
from cx.warehouse.filters import Filters
from cx.warehouse.nps import thresholds
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Read, Snapshot, remembered
from cx.warehouse.units import hierarchy

BUCKETS = 20
YEAR_MONTHS = 12


class Unknown(Enum):
    """Why nothing is said of drivers."""

    NO_RATINGS = "no_ratings"
    FILTERS = "filters"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Drifting:
    """Names of the core drivers, how their importance drifted, and the months of the early and the late answers."""

    names: tuple[str, ...]
    drifts: Drifts
    early: tuple[date, date]
    late: tuple[date, date]


@dataclass(frozen=True)
class PeriodImportance:
    """The importance of the core drivers in one period."""

    period: str
    starts_on: date
    importance: Importance


@dataclass(frozen=True)
class UnitDrivers:
    """What goes with the score of one unit over the last year of what is asked, in the order of the core drivers.

    asymmetries: None where a mark never or always occurs. periods: those with enough complete answers, oldest first.
    span: first and last month.
    """

    unit_id: str
    names: tuple[str, ...]
    importance: Importance
    asymmetries: tuple[Asymmetry, ...] | None
    periods: tuple[PeriodImportance, ...]
    span: tuple[date, date]


@dataclass(frozen=True)
class _Products:
    """Sums of products by period and bucket: names of the core drivers, periods with their first month, oldest first;
    ratings [P, K, D+2, D+2] and marks [P, K, 2D+2, 2D+2].
    """

    names: tuple[str, ...]
    periods: tuple[tuple[str, date], ...]
    ratings: np.ndarray
    marks: np.ndarray

    def places(self, first: date, last: date) -> list[int]:
        """Places of the periods that begin in these months."""
        return [place for place, (_, starts_on) in enumerate(self.periods) if first <= starts_on <= last]


def rated_surveys(snapshot: Snapshot, scope: Scope) -> tuple[str, ...]:
    """The kinds of surveys of which answers carry ratings of two drivers or more."""
    return tuple(survey for (survey,) in snapshot.query(scope, "rated_surveys"))


@remembered(64)
def unit_drivers(snapshot: Snapshot, scope: Scope, survey: str, unit_id: str, filters: Filters
                 ) -> UnitDrivers | Unknown:
    """What goes with the score of a unit, over the 12 months that end with the filters; or why it cannot be said.

    Sums of products are known by unit and period, so filters of answers are too many.
    """
    products = _products(snapshot, scope, survey, unit_id, filters)
    if isinstance(products, Unknown):
        return products
    last = products.periods[-1][1]
    year = [place for place, (_, month) in enumerate(products.periods) if months_between(month, last) < YEAR_MONTHS]
    of_year = products.ratings[year].sum(0)
    if _answers(of_year) < MIN_ANSWERS:
        return Unknown.TOO_FEW
    try:
        whole = importance(of_year)
    except ValueError:  # a rating that does not vary
        return Unknown.TOO_FEW
    return UnitDrivers(unit_id, products.names, whole, asymmetries(products.marks[year].sum(0)),
                       tuple(_by_period(products)), (products.periods[year[0]][1], last))


def _by_period(products: _Products) -> list[PeriodImportance]:
    found = []
    for place, (period, starts_on) in enumerate(products.periods):
        if _answers(products.ratings[place]) >= MIN_ANSWERS:
            try:
                found.append(PeriodImportance(period, starts_on, importance(products.ratings[place])))
            except ValueError:
                continue
    return found


@remembered(64)
def drifting_drivers(snapshot: Snapshot, scope: Scope, survey: str, unit_id: str, filters: Filters) -> Drifting | None:
    """How the importance of drivers for one unit drifted from its first year to its last (halves of a shorter time).

    None where the survey has no ratings, with fewer than 300 complete answers early or late, or under filters of
    answers.
    """
    products = _products(snapshot, scope, survey, unit_id, filters)
    if isinstance(products, Unknown) or len(products.periods) < 2:
        return None
    months = [starts_on for _, starts_on in products.periods]
    width = min(YEAR_MONTHS, (months_between(months[0], months[-1]) + 1) // 2)
    early = [place for place, month in enumerate(months) if months_between(months[0], month) < width]
    late = [place for place, month in enumerate(months) if months_between(month, months[-1]) < width]
    drifts = importance_drift(products.ratings[early].sum(0), products.ratings[late].sum(0))
    return Drifting(products.names, drifts, (months[early[0]], months[early[-1]]),
                    (months[late[0]], months[late[-1]])) if drifts else None


@remembered(64)
def rating_differences(snapshot: Snapshot, scope: Scope, survey: str, unit_id: str, filters: Filters,
                       settings: Settings) -> Mapping[str, RatingDifference | None]:
    """For each driver (by name) the score of answers that rate it low against the others; None where it is withheld.

    Over the 12 months that end with the filters; also for drivers that few answers rate. Empty under filters of
    answers, as ratings are counted by unit and period.
    """
    if filters.narrows_answers:
        return {}
    tree = hierarchy(snapshot, scope)
    parent = tree.parents.get(unit_id)
    beside = tuple(unit.id for unit in tree.children(parent)) if parent else (unit_id,)
    found: dict[str, dict[str, tuple[Counts, Counts]]] = {}
    for unit, _, name, *classes in snapshot.query(
            scope, "rating_classes", {"rating_counts": Read("rating_counts", filters.clauses())}, survey=survey,
            units=list(beside)):
        found.setdefault(name, {})[unit] = (Counts(*classes[:3]), Counts(*classes[3:]))
    limits = thresholds(settings)
    return {name: rating_difference(by_unit[unit_id], list(by_unit.values()), limits)
            for name, by_unit in found.items() if unit_id in by_unit}


@remembered(64)
def _products(snapshot: Snapshot, scope: Scope, survey: str, unit_id: str, filters: Filters) -> _Products | Unknown:
    names = tuple(name for _, name, _ in snapshot.query(scope, "core_drivers", survey=survey))
    if len(names) < 2:
        return Unknown.NO_RATINGS
    if filters.narrows_answers:
        return Unknown.FILTERS
    rows = snapshot.query(scope, "driver_products", {"driver_products": Read("driver_products", filters.clauses())},
                          survey=survey, units=[unit_id])
    if not rows:
        return Unknown.TOO_FEW
    periods = tuple(dict.fromkeys((period, starts_on) for period, starts_on, *_ in rows))
    place = {period: number for number, period in enumerate(periods)}
    ratings, marks = (np.zeros((len(periods), BUCKETS, size, size)) for size in (len(names) + 2, 2 * len(names) + 2))
    for period, starts_on, bucket, of_ratings, of_marks in rows:
        ratings[place[period, starts_on], bucket] = _matrix(of_ratings, len(names) + 2)
        marks[place[period, starts_on], bucket] = _matrix(of_marks, 2 * len(names) + 2)
    return _Products(names, periods, ratings, marks)


def _answers(products: np.ndarray) -> int:
    """Number of complete answers in sums by bucket [K, L, L]."""
    return round(float(products[:, 0, 0].sum()))


def _matrix(triangle: Sequence[float], size: int) -> np.ndarray:
    """The symmetric matrix whose upper triangle is given row by row."""
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size)] = triangle
    return matrix + np.triu(matrix, 1).T
