"""The local level: oracle, statsmodels' Kalman smoother, the precision matrix, coverage and pooled drift simulated."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

from cx.stats.level import _filter, _measurements, drift_variance, expected_month, local_level
from cx.stats.nps import Counts, Estimate, nps_estimate
from tests.oracles import oracle

counts = st.builds(Counts, *[st.integers(0, 90)] * 3).filter(lambda one: one.total > 0)
months_or_none = st.lists(st.none() | counts.map(nps_estimate), min_size=1, max_size=20).filter(any)
drifts = st.sampled_from([0.0, 0.01**2, 0.05**2, 0.3**2])


def six_months() -> list[Estimate]:
    return [nps_estimate(Counts(*row)) for row in oracle("kalman")["counts"]]


def drifting(rng: np.random.Generator, months: int, n: int, drift: float) -> tuple[np.ndarray, list[Estimate]]:
    """True levels and the months measured with n answers each."""
    truth = np.clip(0.3 + np.cumsum(rng.normal(0, drift, months)), -0.65, 0.65)
    rows = rng.multinomial(n, np.column_stack([(0.75 + truth) / 2, np.full(months, 0.25), (0.75 - truth) / 2]))
    return truth, [nps_estimate(Counts(*map(int, row))) for row in rows]


def test_filtered_and_smoothed_levels_equal_the_oracle() -> None:
    row = oracle("kalman")
    level = local_level(six_months(), (row["sqrt_q"] / 100) ** 2)
    assert level.variance == pytest.approx(row["sigma2_unit"], rel=1e-6)
    np.testing.assert_allclose(100 * level.filtered, row["filtered"], atol=1e-4)
    np.testing.assert_allclose(100 * level.smoothed, row["smoothed"], atol=1e-4)
    np.testing.assert_allclose(100 * level.smoothed_sd, row["smoothed_sd"], atol=1e-4)
    steps = _filter(*_measurements(six_months(), row["sigma2_unit"]), np.float64(0.03**2))
    assert sum(float(step[2]) for step in steps) == pytest.approx(row["loglik_2_to_T"], abs=1e-5)
    assert (level.n, level.months) == (sum(map(sum, row["counts"])), 6)


@settings(max_examples=30, deadline=None)
@given(months_or_none, drifts)
def test_levels_equal_the_kalman_smoother_of_statsmodels_also_with_missing_months(months, drift2) -> None:
    while months[0] is None:
        months = months[1:]
    level = local_level(months, drift2)
    scores, noise = _measurements(months, level.variance)
    model = KalmanSmoother(k_endog=1, k_states=1, k_posdef=1)
    model["design", 0, 0] = model["transition", 0, 0] = model["selection", 0, 0] = 1
    model["state_cov", 0, 0] = drift2
    model.bind(np.ascontiguousarray(scores[:, None]))
    model["obs_cov"] = np.nan_to_num(noise, nan=1.0)[None, None]
    model.initialize_diffuse()
    smoothed = model.smooth()
    np.testing.assert_allclose(level.filtered, smoothed.filtered_state[0], atol=1e-8)
    np.testing.assert_allclose(level.filtered_sd**2, smoothed.filtered_state_cov[0, 0], atol=1e-8)
    np.testing.assert_allclose(level.smoothed, smoothed.smoothed_state[0], atol=1e-8)
    np.testing.assert_allclose(level.smoothed_sd**2, smoothed.smoothed_state_cov[0, 0], atol=1e-8)


@settings(max_examples=40, deadline=None)
@given(months_or_none, drifts.filter(bool))
def test_smoothed_levels_equal_the_solution_of_the_precision_matrix(months, drift2) -> None:
    level = local_level(months, drift2)
    scores, noise = _measurements(months, level.variance)
    first = next(t for t, month in enumerate(months) if month is not None)
    scores, noise = scores[first:], noise[first:]
    steps = np.diff(np.eye(len(scores)), axis=0)
    weight = np.where(np.isnan(noise), 0, 1 / noise)
    covariance = np.linalg.inv(np.diag(weight) + steps.T @ steps / drift2)
    np.testing.assert_allclose(level.smoothed[first:], covariance @ (weight * np.nan_to_num(scores)), atol=1e-7)
    np.testing.assert_allclose(level.smoothed_sd[first:] ** 2, np.diag(covariance), rtol=1e-5)
    assert np.isnan(level.smoothed[:first]).all()
    assert level.filtered[-1] == level.smoothed[-1]


def test_a_level_that_does_not_drift_is_the_mean_of_all_answers() -> None:
    months = [nps_estimate(Counts(20, 12, 8)), None, nps_estimate(Counts(60, 30, 70))]
    level = local_level(months, 0.0)
    pooled = nps_estimate(Counts(80, 42, 78))
    np.testing.assert_allclose(level.smoothed, [pooled.nps] * 3)
    np.testing.assert_allclose(level.smoothed_sd**2, level.variance / 200)


def test_the_band_widens_over_months_without_answers_and_repeat_customers_widen_it() -> None:
    month = nps_estimate(Counts(50, 30, 20))
    level = local_level([month, None, None, None, month], 0.03**2)
    assert level.smoothed_sd[2] > level.smoothed_sd[1] > level.smoothed_sd[0]
    np.testing.assert_allclose(np.diff(level.filtered_sd[:4] ** 2), 0.03**2)
    low, high = level.band()
    assert (low < level.smoothed).all()
    assert (high[2] - low[2]) / 2 == pytest.approx(1.959964 * level.smoothed_sd[2])
    repeated = local_level([nps_estimate(Counts(50, 30, 20), design_effect=4)] * 5, 0.03**2)
    plain = local_level([month] * 5, 0.03**2, repeated.variance)
    assert repeated.filtered_sd[0] == pytest.approx(2 * plain.filtered_sd[0])


def test_bands_and_expected_months_hold_what_they_say() -> None:
    rng = np.random.default_rng(11)
    held_past, held_now, held_next = [], [], []
    for _ in range(700):
        truth, months = drifting(rng, 13, 60, 0.04)
        level = local_level(months[:-1], 0.04**2)
        low, high = level.band()
        held_past += list((low <= truth[:-1]) & (truth[:-1] <= high))
        held_now.append(low[-1] <= truth[-2] <= high[-1])
        expected = expected_month(level, 60)
        held_next.append(expected.low <= months[-1].nps <= expected.high)
    assert np.mean(held_past) == pytest.approx(0.95, abs=0.012)
    assert np.mean(held_now) == pytest.approx(0.95, abs=0.025)
    assert np.mean(held_next) == pytest.approx(0.95, abs=0.025)


def test_the_expected_month_depends_on_its_answers_and_distance() -> None:
    level = local_level(six_months(), 0.03**2)
    few, many, later, true = (expected_month(level, *ahead) for ahead in ((10,), (1000,), (1000, 6), (math.inf, 0)))
    assert few.high - few.low > later.high - later.low > many.high - many.low
    assert later.sd**2 - many.sd**2 == pytest.approx(5 * 0.03**2)
    assert true.sd == level.filtered_sd[-1]
    assert few.nps == level.filtered[-1]
    assert expected_month(local_level([nps_estimate(Counts(9, 0, 0))], 0.0), 5).high == 1


def test_drift_is_found_over_twenty_units_and_none_where_there_is_none() -> None:
    rng = np.random.default_rng(12)
    found = [math.sqrt(drift_variance([drifting(rng, 12, 60, 0.05)[1] for _ in range(20)])) for _ in range(25)]
    assert np.mean(found) == pytest.approx(0.05, abs=0.006)
    still = [math.sqrt(drift_variance([drifting(rng, 12, 60, 0.0)[1] for _ in range(20)])) for _ in range(25)]
    assert np.mean(still) < 0.012


def test_pooled_drift_equals_the_best_sum_of_likelihoods_of_single_units() -> None:
    rng = np.random.default_rng(13)
    series = [drifting(rng, length, 50, 0.08)[1] for length in (5, 12, 9)]
    series[1][3] = None
    series.append([None, series[0][0]])

    def log_likelihood(months, drift: float) -> float:
        seen = [month for month in months if month is not None]
        pooled = sum((month.effective_counts for month in seen[1:]), seen[0].effective_counts).with_pseudo_answers()
        variance = pooled.variance
        scores, noise = _measurements(months, variance)
        here = ~np.isnan(scores)
        times = np.flatnonzero(here)
        covariance = np.minimum.outer(times, times) * drift**2 + np.diag(noise[here])
        contrast = np.diff(np.eye(here.sum()), axis=0)
        spread = contrast @ covariance @ contrast.T
        value = contrast @ scores[here]
        return -0.5 * (np.linalg.slogdet(spread)[1] + value @ np.linalg.solve(spread, value))

    grid = np.arange(0, 0.3001, 0.003)
    sums = [sum(log_likelihood(months, drift) for months in series[:3]) for drift in grid]
    assert math.sqrt(drift_variance(series)) == pytest.approx(grid[int(np.argmax(sums))])


def test_thousand_units_take_less_than_a_second() -> None:
    rng = np.random.default_rng(14)
    series = [drifting(rng, 24, 60, 0.04)[1] for _ in range(50)] * 20
    started = time.process_time()
    assert math.sqrt(drift_variance(series)) == pytest.approx(0.04, abs=0.007)
    assert time.process_time() - started < 1


def test_without_two_months_there_is_no_drift_and_without_answers_no_level() -> None:
    month = nps_estimate(Counts(5, 3, 2))
    assert drift_variance([]) == drift_variance([[month], [None, month, None], []]) == 0
    one = local_level([month], 0.01)
    assert (one.filtered[0], one.smoothed_sd[0]) == (month.nps, pytest.approx(math.sqrt(one.variance / 10)))
    with pytest.raises(ValueError, match="number of months == 0"):
        local_level([None, None], 0.0)
    with pytest.raises(ValueError, match="drift2 == -1, must be >= 0"):
        local_level([month], -1)
    with pytest.raises(ValueError, match="n_effective == 0, must be > 0"):
        expected_month(one, 0)
    with pytest.raises(ValueError, match="months_ahead == -1, must be >= 0"):
        expected_month(one, 10, -1)
