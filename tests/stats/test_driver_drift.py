"""Importance that drifts: a planted drift is found with its sign, nothing else is, and few answers say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from cx.stats.driver_drift import importance_drift
from cx.stats.drivers import explained_shares
from tests.stats.test_drivers import by_bucket, products_of, sample

EARLY = [0.24, 0.12, 0.20, 0.16, 0.14, 0.04, 0.14, 0.10]
LATE = [0.04, 0.34, 0.20, 0.16, 0.14, 0.04, 0.14, 0.10]


def drift_of(early: np.ndarray, late: np.ndarray):
    return importance_drift(by_bucket(early, np.arange(len(early))), by_bucket(late, np.arange(len(late))))


def test_what_faded_and_what_grew_is_found() -> None:
    early, late = sample(EARLY, 3_000, 1), sample(LATE, 3_000, 2)
    found = drift_of(early, late)
    assert found is not None
    assert (found.n_before, found.n_after) == (3_000, 3_000)
    assert [place for place, one in enumerate(found.drivers) if one.drifted] == [0, 1]
    assert found.drivers[0].after < found.drivers[0].before
    assert found.drivers[1].low > 0
    shares = explained_shares(products_of(late))
    assert [one.after for one in found.drivers] == pytest.approx(shares / shares.sum())


def test_a_drift_is_hardly_ever_found_where_there_is_none() -> None:
    runs = 80
    found = [drift_of(sample(EARLY, 1_200, 2 * run + 100), sample(EARLY, 1_200, 2 * run + 101)) for run in range(runs)]
    drivers = [one for each in found if each for one in each.drivers]
    assert len(drivers) == runs * len(EARLY)
    assert sum(one.drifted for one in drivers) <= 0.03 * len(drivers)
    assert sum(one.low <= 0 <= one.high for one in drivers) >= 0.92 * len(drivers)


def test_too_few_answers_or_a_rating_that_does_not_vary_say_nothing() -> None:
    enough = sample(EARLY, 400, 3)
    assert drift_of(enough, sample(EARLY, 299, 4)) is None
    assert drift_of(enough, np.column_stack([np.full((400, 1), 3.0), sample(EARLY[1:], 400, 5)])) is None
