"""Change points: the oracle of R, plain regressions, simulated p-values, false alarms, power and the range held."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.api import WLS

from cx.stats.change_point import _p_value, _range, _steps, change_point, change_point_p_value, change_points
from cx.stats.nps import Counts, Estimate, nps_estimate
from tests.oracles import oracle

months_or_none = st.lists(
    st.none() | st.builds(Counts, *[st.integers(0, 90)] * 3).filter(lambda one: one.total > 0).map(nps_estimate),
    min_size=1, max_size=16)


def made(rng: np.random.Generator, truth: np.ndarray, n: int = 80, tau: float = 0.0) -> list[Estimate]:
    """Months with these true NPS, 28 % passives, and noise between months."""
    truth = truth + rng.normal(0, tau, len(truth))
    rows = rng.multinomial(n, np.column_stack([(0.72 + truth) / 2, np.full(len(truth), 0.28), (0.72 - truth) / 2]))
    return [nps_estimate(Counts(*map(int, row))) for row in rows]


def eight_months() -> list[Estimate]:
    return [nps_estimate(Counts(*row)) for row in oracle("changepoint")["counts"]]


def test_steps_equal_the_oracle() -> None:
    row = oracle("changepoint")
    scores = np.array([month.nps for month in eight_months()])
    splits = _steps(scores, np.array([row["s2_unit"] / month.n for month in eight_months()]))
    expected = [row["z2_by_k"][str(k)] for k in splits.months]
    np.testing.assert_allclose(splits.z**2, expected, rtol=1e-5)
    best = int(np.argmax(splits.z**2))
    assert splits.months[best] == row["best_k"]
    assert 100 * splits.steps[best] == pytest.approx(row["shift"], rel=1e-5)


def test_the_worked_example_names_a_range_and_not_a_month() -> None:
    found = change_point(eight_months())
    assert found is not None
    assert found.likeliest == 4
    assert (found.first, found.last) == (3, 5)
    assert found.step.nps == pytest.approx(0.261446, abs=1e-5)
    assert (found.before, found.after) == pytest.approx(((70 - 34) / 146, (122 - 27) / 187))
    assert found.p_value == pytest.approx(0.0055, abs=0.0001)


def test_each_step_equals_the_coefficient_of_a_weighted_regression() -> None:
    rng = np.random.default_rng(1)
    scores, variances = rng.normal(0.3, 0.1, 12), rng.uniform(0.002, 0.02, 12)
    splits = _steps(scores, variances)
    for k, step, z in zip(splits.months, splits.steps, splits.z, strict=True):
        after = (np.arange(12) >= k).astype(float)
        fit = WLS(scores, np.column_stack([np.ones(12), after]), weights=1 / variances).fit(
            cov_type="fixed scale", cov_kwds={"scale": 1.0})
        assert step == pytest.approx(fit.params[1])
        assert z == pytest.approx(fit.params[1] / fit.bse[1])


@pytest.mark.parametrize(("count", "level"), [(8, 2.4), (12, 2.9), (36, 3.1), (120, 3.3)])
def test_the_p_value_equals_a_simulation(count: int, level: float) -> None:
    rng = np.random.default_rng(count)
    variances = 0.6 / rng.integers(20, 400, count)
    draws = rng.normal(0, np.sqrt(variances), (20_000, count))
    weight = np.cumsum(1 / variances)
    sums = np.cumsum(draws / variances, axis=1)[:, 2:count - 3]
    share = weight[2:count - 3] / weight[-1]
    total = (draws / variances).sum(1)
    z = np.abs(sums - share * total[:, None]) / np.sqrt(weight[-1] * share * (1 - share))
    step = np.where(np.arange(count) < count // 2, 0.0, 1.0)
    splits = _steps(step * level / np.abs(_steps(step, variances).z).max(), variances)  # its largest z is `level`
    simulated = float(np.mean(z.max(1) >= level))
    assert len(splits.months) == z.shape[1]
    assert _p_value(splits) == pytest.approx(simulated, abs=4 * math.sqrt(simulated / 20_000) + 0.001)


def test_one_possible_split_is_an_ordinary_test() -> None:
    low, high = nps_estimate(Counts(20, 15, 15)), nps_estimate(Counts(32, 10, 8))
    months = [low] * 3 + [high] * 3
    pooled = Counts(156, 75, 69).with_pseudo_answers()
    z = (high.nps - low.nps) / math.sqrt(pooled.variance * 2 / 150)
    assert change_point_p_value(months) == pytest.approx(2 * norm.sf(z), rel=1e-6)
    found = change_point(months)
    assert found is not None
    assert (found.first, found.last, found.likeliest) == (3, 3, 3)


@pytest.mark.parametrize(("count", "tau"), [(12, 0.0), (36, 0.04)])
def test_months_without_a_change_seldom_show_one(count: int, tau: float) -> None:
    rng = np.random.default_rng(31)
    p_values = np.array([change_point_p_value(made(rng, np.full(count, 0.3), 80, tau), tau**2) for _ in range(160)])
    assert np.mean(p_values < 0.05) == pytest.approx(0.05, abs=0.045)
    assert np.mean(p_values < 0.5) == pytest.approx(0.5, abs=0.12)


def test_noise_that_is_not_allowed_for_is_taken_for_a_change() -> None:
    rng = np.random.default_rng(32)
    series = [made(rng, np.full(24, 0.3), 200, 0.06) for _ in range(80)]
    assert np.mean([change_point(months) is not None for months in series]) > 0.15
    assert np.mean([change_point(months, 0.06**2) is not None for months in series]) < 0.09


@pytest.mark.parametrize("at", [8, 18])
def test_a_fall_of_15_points_is_found_and_its_month_is_in_the_range(at: int) -> None:
    rng = np.random.default_rng(33)
    found = [change_point(made(rng, np.where(np.arange(24) < at, 0.3, 0.15))) for _ in range(100)]
    seen = [one for one in found if one is not None]
    assert len(seen) / 100 > 0.75
    assert np.mean([one.first <= at <= one.last for one in seen]) > 0.92
    assert np.mean([one.last - one.first for one in seen]) < 9
    assert np.mean([one.step.nps < 0 for one in seen]) > 0.99


@settings(max_examples=30, deadline=None)
@given(months_or_none, st.sampled_from([0.0, 0.05**2]))
def test_a_step_backwards_in_time_is_the_same_step(months: list[Estimate | None], tau2: float) -> None:
    forwards, backwards = change_point_p_value(months, tau2), change_point_p_value(months[::-1], tau2)
    assert forwards == pytest.approx(backwards, rel=1e-4, abs=1e-6, nan_ok=True)
    assert math.isnan(forwards) == (sum(month is not None for month in months) < 6)
    found, again = change_point(months, tau2), change_point(months[::-1], tau2)
    if found is not None and again is not None:
        assert abs(found.step.mid) == pytest.approx(abs(again.step.mid))
        assert 0 < found.first <= found.likeliest <= found.last < len(months)


@pytest.mark.parametrize("seed", range(35, 47))
def test_the_range_is_the_shortest_run_of_the_probabilities_of_all_splits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, variances = np.repeat([0.25, 0.3], 6) + rng.normal(0, 0.07, 12), rng.uniform(0.003, 0.01, 12)
    splits = _steps(scores, variances)

    def evidence(k: int) -> float:
        """Likelihood of a split, both levels integrated over flat priors on a grid."""
        grid = np.linspace(-1, 1.5, 4001)
        return math.prod(
            norm.pdf(scores[part][:, None], grid, np.sqrt(variances[part])[:, None]).prod(0).sum()
            for part in (slice(0, k), slice(k, 12)))

    probability = np.array([evidence(int(k)) for k in splits.months])
    probability /= probability.sum()
    low, high = _range(splits, 0.9)
    inside = probability[low:high + 1].sum()
    assert inside >= 0.9
    width = high - low
    assert all(probability[start:start + width].sum() < 0.9 for start in range(len(probability)))
    assert all(probability[start:start + width + 1].sum() <= inside + 1e-9 for start in range(len(probability)))


def test_months_without_answers_widen_the_range_and_are_not_counted() -> None:
    low, high = nps_estimate(Counts(200, 150, 150)), nps_estimate(Counts(320, 100, 80))
    found = change_point([low, low, low, None, None, high, high, high])
    assert found is not None
    assert (found.first, found.last, found.likeliest) == (3, 5, 5)
    assert change_point([low, low, low, None, None, None, high, high]) is None
    assert change_point([]) is None


def test_two_steps_are_found_one_after_the_other() -> None:
    low, high, middle = (nps_estimate(Counts(*row)) for row in [(200, 150, 150), (320, 100, 80), (250, 140, 110)])
    found = change_points([low] * 6 + [high] * 7 + [middle] * 8)
    assert [one.likeliest for one in found] == [6, 13]
    assert [one.step.nps > 0 for one in found] == [True, False]
    assert found[1].first <= 13 <= found[1].last
    assert found[1].after == pytest.approx(middle.nps)
    assert change_points([low] * 12) == ()


def test_all_promoters_and_repeat_customers_are_not_certain() -> None:
    assert change_point([nps_estimate(Counts(9, 0, 0))] * 12) is None
    low, high = Counts(20, 15, 15), Counts(32, 10, 8)
    months = [nps_estimate(one, design_effect=6) for one in [low] * 4 + [high] * 4]
    assert change_point(months) is None


def test_a_unit_is_judged_within_milliseconds() -> None:
    months = made(np.random.default_rng(36), np.full(36, 0.3))
    started = time.process_time()
    for _ in range(20):
        change_point_p_value(months)
    assert (time.process_time() - started) / 20 < 0.05


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="tau2 == -1, must be >= 0"):
        change_point([], -1)
    with pytest.raises(ValueError, match="confidence == 1"):
        change_point([], 0, 1)
