"""The delete-a-group jackknife against identities and simulated repeat customers."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from scipy import stats

from cx.stats.jackknife import jackknife_interval


def buckets_of(customer: np.ndarray, buckets: int = 20) -> np.ndarray:
    """The bucket of each customer by the stable hash of the methods."""
    names = {name: int(hashlib.md5(str(name).encode()).hexdigest()[:8], 16) % buckets for name in np.unique(customer)}
    return np.array([names[name] for name in customer])


def test_for_a_mean_with_one_value_a_bucket_it_is_the_usual_interval_of_student() -> None:
    values = np.random.default_rng(1).normal(3, 2, 15)
    without = [np.delete(values, k).mean() for k in range(len(values))]
    interval = jackknife_interval(values.mean(), without, confidence=0.9)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert interval.se == pytest.approx(stats.sem(values))
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


def test_the_interval_of_twenty_buckets_uses_the_quantile_of_19_degrees() -> None:
    interval = jackknife_interval(0.0, np.arange(20.0))
    assert interval.high / interval.se == pytest.approx(2.093, abs=5e-4)
    assert interval.se == pytest.approx(math.sqrt(19 / 20 * sum((k - 9.5) ** 2 for k in range(20))))


def test_it_holds_the_truth_with_repeat_customers_where_independent_rows_do_not() -> None:
    rng = np.random.default_rng(7)
    customers, samples = 200, 300
    bucket_of_customer = buckets_of(np.arange(customers))
    truth = 1 - 2 * stats.norm.cdf(-0.3)
    jackknife_holds = rows_hold = 0
    for _ in range(samples):
        mood = rng.normal(0.3, 0.9, customers)
        customer = np.repeat(np.arange(customers), 1 + rng.poisson(1.5, customers))
        score = np.sign(mood[customer] + rng.normal(0, math.sqrt(0.19), len(customer)))
        bucket = bucket_of_customer[customer]
        interval = jackknife_interval(score.mean(), [score[bucket != k].mean() for k in range(20)])
        jackknife_holds += interval.low <= truth <= interval.high
        rows_hold += abs(score.mean() - truth) <= 1.96 * stats.sem(score)
    assert jackknife_holds / samples == pytest.approx(0.95, abs=0.035)
    assert rows_hold / samples < 0.87


@pytest.mark.parametrize(
    ("total", "without", "message"),
    [(1.0, [1.0], "number of buckets == 1, must be >= 2"), (1.0, [1.0, math.nan], "finite"),
     (math.inf, [1.0, 2.0], "finite")],
)
def test_a_statistic_that_cannot_be_computed_is_refused(total: float, without: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        jackknife_interval(total, without)
