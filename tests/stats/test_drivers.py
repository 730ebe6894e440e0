"""Importance of drivers: oracles of R, brute force over orders, row-level regressions, simulated truths."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.stats.drivers import (
    correlations,
    explained_shares,
    importance,
    lmg,
    relative_weights,
    standardised_betas,
)
from tests.oracles import oracle

BUCKETS = 20


def products_of(rows: np.ndarray) -> np.ndarray:
    """Sums of products of (1, drivers, score), from rows of drivers and the score last."""
    with_one = np.column_stack([np.ones(len(rows)), rows])
    return with_one.T @ with_one


def sample(weights: list[float], n: int, seed: int, mood: float = 0.5) -> np.ndarray:
    """Rows of ratings 1 to 5 with a common mood, and the sign of a score made of them."""
    draw = np.random.default_rng(seed)
    latent = np.sqrt(mood) * draw.standard_normal((n, 1)) + np.sqrt(1 - mood) * draw.standard_normal((n, len(weights)))
    attitude = latent @ weights + 0.6 * draw.standard_normal(n)
    ratings = np.clip(np.round(3 + latent), 1, 5)
    return np.column_stack([ratings, np.where(attitude > 0.4, 1, np.where(attitude < -0.6, -1, 0))])


def by_bucket(rows: np.ndarray, customers: np.ndarray) -> np.ndarray:
    return np.array([products_of(rows[customers % BUCKETS == bucket]) for bucket in range(BUCKETS)])


def test_shares_equal_those_of_r() -> None:
    found = oracle("drivers")
    matrix = np.array(found["R"])
    assert lmg(matrix) == pytest.approx(found["lmg"], abs=1e-6)
    assert relative_weights(matrix) == pytest.approx(found["johnson"], abs=1e-6)
    assert lmg(matrix).sum() == pytest.approx(found["r2"], abs=1e-8)
    assert np.linalg.solve(matrix[:-1, :-1], matrix[:-1, -1]) == pytest.approx(found["std_beta"], abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), drivers=st.integers(2, 5))
def test_shares_are_the_mean_gain_over_all_orders(seed: int, drivers: int) -> None:
    correlation = np.corrcoef(np.random.default_rng(seed).standard_normal((40, drivers + 1)), rowvar=False)

    def r2(names: tuple[int, ...]) -> float:
        if not names:
            return 0.0
        at = list(names)
        return float(correlation[at, -1] @ np.linalg.inv(correlation[np.ix_(at, at)]) @ correlation[at, -1])

    gains = np.zeros(drivers)
    orders = list(permutations(range(drivers)))
    for order in orders:
        for place, driver in enumerate(order):
            gains[driver] += r2(order[:place + 1]) - r2(order[:place])
    assert lmg(correlation) == pytest.approx(gains / len(orders), abs=1e-10)
    assert relative_weights(correlation).sum() == pytest.approx(r2(tuple(range(drivers))))


@given(st.floats(-0.9, 0.9), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_both_methods_agree_for_two_drivers(among: float, first: float, second: float) -> None:
    matrix = np.array([[1, among, first], [among, 1, second], [first, second, 1]])
    assert lmg(matrix) == pytest.approx(relative_weights(matrix), abs=1e-9)


def test_sums_give_what_a_regression_on_the_rows_gives() -> None:
    rows = sample([0.5, 0.3, 0.1, 0.0], 2_000, seed=3)
    products = products_of(rows)
    assert correlations(products) == pytest.approx(np.corrcoef(rows, rowvar=False), abs=1e-9)
    scaled = (rows[:, :-1] - rows[:, :-1].mean(0)) / rows[:, :-1].std(0)
    fitted = sm.OLS(rows[:, -1], sm.add_constant(scaled)).fit()
    assert standardised_betas(products) == pytest.approx(fitted.params[1:], abs=1e-9)
    assert explained_shares(products).sum() == pytest.approx(fitted.rsquared)


def test_an_uncertain_order_is_said_to_be_uncertain() -> None:
    clear = sample([0.9, 0.3, 0.3], 3_000, seed=5)
    even = sample([0.5, 0.5, 0.5], 3_000, seed=6)
    certain = importance(by_bucket(clear, np.arange(3_000)))
    assert certain.n == 3_000
    assert certain.drivers[0].first > 0.99
    assert sum(one.share for one in certain.drivers) == pytest.approx(1)
    assert max(one.first for one in importance(by_bucket(even, np.arange(3_000))).drivers) < 0.95
    assert all(one.low < one.share < one.high for one in certain.drivers)


def test_customers_who_answer_again_make_it_less_sure() -> None:
    rows = sample([0.5, 0.4, 0.1], 600, seed=7)
    again = np.repeat(rows, 4, axis=0)
    apart = importance(by_bucket(again, np.arange(len(again))))
    together = importance(by_bucket(again, np.repeat(np.arange(600), 4)))
    assert together.drivers[0].se > 1.4 * apart.drivers[0].se
    assert together.drivers[0].share == pytest.approx(apart.drivers[0].share)


@pytest.mark.parametrize("seed", [11])
def test_intervals_cover_the_share_of_a_large_sample(seed: int) -> None:
    weights = [0.5, 0.35, 0.15, 0.0]
    truth = explained_shares(products_of(sample(weights, 400_000, seed)))
    truth = truth / truth.sum()
    runs, covered = 120, np.zeros(len(weights))
    for run in range(runs):
        found = importance(by_bucket(sample(weights, 600, seed + 1 + run), np.arange(600)))
        covered += [one.low <= real <= one.high for one, real in zip(found.drivers, truth, strict=True)]
    assert (covered[:3] / runs > 0.88).all(), covered / runs


@pytest.mark.parametrize("rows", [np.column_stack([np.ones(50), np.arange(50) % 3 - 1.0]),
                                  np.column_stack([np.arange(50) % 5, np.ones(50)])])
def test_what_does_not_vary_is_refused(rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match="spread == 0"):
        explained_shares(products_of(rows))


def test_more_than_twelve_drivers_go_by_relative_weights() -> None:
    rows = sample([0.3] * 14, 3_000, seed=9)
    with pytest.raises(ValueError, match="number of drivers == 14"):
        lmg(correlations(products_of(rows)))
    assert explained_shares(products_of(rows)) == pytest.approx(relative_weights(correlations(products_of(rows))))
