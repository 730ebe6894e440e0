"""Chances of targets: statsmodels' prediction, simulated futures, and that said chances come true as often."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.api import WLS

from cx.stats.level import local_level
from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.targets import chance_at_this_pace, chance_if_level_holds

RISING = [nps_estimate(Counts(50 + k, 30, 20 - k)) for k in range(12)]


def measured(rng: np.random.Generator, truth: np.ndarray, n: int) -> list[Estimate]:
    """Months with these true NPS, a quarter passives."""
    rows = rng.multinomial(n, np.column_stack([(0.75 + truth) / 2, np.full(len(truth), 0.25), (0.75 - truth) / 2]))
    return [nps_estimate(Counts(*map(int, row))) for row in rows]


def test_the_chance_at_this_pace_equals_the_prediction_of_a_weighted_regression() -> None:
    rng = np.random.default_rng(1)
    months = [nps_estimate(Counts(*map(int, rng.multinomial(n, (0.5, 0.3, 0.2))))) for n in rng.integers(40, 300, 14)]
    tau2 = 0.02**2
    pooled = sum((month.effective_counts for month in months[1:]), months[0].effective_counts).with_pseudo_answers()
    variances = np.array([pooled.variance / month.n for month in months]) + tau2
    x = np.arange(14.0)
    fit = WLS([month.nps for month in months], np.column_stack([np.ones(14), x]), weights=1 / variances).fit(
        cov_type="fixed scale", cov_kwds={"scale": 1.0})
    mean = float(fit.params @ [1, 18])
    sd = math.sqrt(np.array([1, 18]) @ fit.cov_params() @ [1, 18] + tau2 + pooled.variance / 90)
    found = chance_at_this_pace(months, 0.4, 5, tau2, n_effective=90)
    assert found is not None
    assert found.probability == pytest.approx(norm.sf(0.4, mean, sd))
    assert (found.expected.nps, found.expected.sd) == pytest.approx((mean, sd))
    assert found.per_year == pytest.approx(12 * fit.params[1])
    assert (found.months, found.n) == (14, sum(month.n for month in months))
    assert (found.expected.low, found.expected.high) == pytest.approx(norm.interval(0.95, mean, sd))


def test_the_chance_if_the_level_holds_equals_simulated_futures() -> None:
    level = local_level(RISING, 0.02**2)
    rng = np.random.default_rng(2)
    now = rng.normal(level.filtered[-1], level.filtered_sd[-1], 100_000)
    later = now + rng.normal(0, 0.02, (8, 100_000)).sum(0)
    score = later + rng.normal(0, math.sqrt(level.variance / 120), 100_000)
    true, seen = chance_if_level_holds(level, 0.55, 8), chance_if_level_holds(level, 0.55, 8, n_effective=120)
    assert true.probability == pytest.approx(np.mean(later >= 0.55), abs=0.006)
    assert seen.probability == pytest.approx(np.mean(score >= 0.55), abs=0.006)
    assert (true.months, true.n, true.per_year) == (12, 1200, 0)


@pytest.mark.parametrize("way", ["level", "pace"])
def test_what_is_said_to_have_a_chance_comes_true_as_often(way: str) -> None:
    rng = np.random.default_rng(3)
    said, came = [], []
    for _ in range(600):
        if way == "level":
            truth = np.clip(0.3 + np.cumsum(rng.normal(0, 0.03, 18)), -0.7, 0.7)
        else:
            truth = 0.3 + rng.normal(0, 0.1) * (np.arange(18) - 8.5) / 12 + rng.normal(0, 0.02, 18)
        months = measured(rng, truth[:12], 100)
        target = truth[11] + rng.normal(0, 0.1)
        if way == "level":
            found = chance_if_level_holds(local_level(months, 0.03**2), target, 6)
        else:
            found = chance_at_this_pace(months, target, 6, 0.02**2)
        assert found is not None
        said.append(found.probability)
        came.append(truth[17] >= target)
    said, came = np.array(said), np.array(came)
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1)):
        inside = (said >= low) & (said <= high)
        assert inside.sum() > 60
        assert came[inside].mean() == pytest.approx(said[inside].mean(), abs=0.11)


@settings(max_examples=40, deadline=None)
@given(st.floats(-1, 1), st.floats(-1, 1), st.integers(1, 24), st.sampled_from([10, 200, math.inf]))
def test_a_higher_target_is_less_likely(one: float, other: float, ahead: int, n_effective: float) -> None:
    low, high = sorted((one, other))
    level = local_level(RISING, 0.02**2)
    for chance in (lambda target: chance_if_level_holds(level, target, ahead, n_effective),
                   lambda target: chance_at_this_pace(RISING, target, ahead, 0.0, n_effective)):
        assert 0 <= chance(high).probability <= chance(low).probability <= 1
        assert chance(low).expected.low <= chance(low).expected.nps <= chance(low).expected.high


def test_the_further_ahead_the_less_is_known() -> None:
    near, far = (chance_at_this_pace(RISING, 0.6, ahead) for ahead in (3, 12))
    assert near is not None
    assert far is not None
    assert far.expected.sd > near.expected.sd
    assert far.per_year == near.per_year == pytest.approx(0.24, abs=0.001)
    noisy = chance_at_this_pace(RISING, 0.6, 12, tau2=0.05**2)
    assert noisy is not None
    assert 0.5 < noisy.probability < far.probability


def test_missing_months_keep_their_place_in_time() -> None:
    gaps = [month if k % 2 == 0 else None for k, month in enumerate(RISING)]
    found = chance_at_this_pace(gaps, 0.6, 6)
    assert found is not None
    assert found.per_year == pytest.approx(0.24, abs=0.001)
    assert found.expected.nps == pytest.approx(0.30 + 0.02 * 17, abs=0.002)
    assert found.months == 6
    assert chance_at_this_pace(gaps[:-2], 0.6, 6) is None
    assert chance_at_this_pace([], 0.6, 6) is None


def test_a_pace_does_not_lead_beyond_what_scores_allow() -> None:
    steep = [nps_estimate(Counts(50 + 5 * k, 50 - 5 * k, 0)) for k in range(10)]
    found = chance_at_this_pace(steep, 1.0, 24)
    assert found is not None
    assert found.expected.nps == found.expected.high == 1


@pytest.mark.parametrize(("target", "ahead", "tau2", "n", "message"), [
    (1.1, 1, 0, 1, "target == 1.1, must be >= -1"),
    (0.1, 0, 0, 1, "months_ahead == 0, must be >= 1"),
    (0.1, 1, -1, 1, "tau2 == -1, must be >= 0"),
    (0.1, 1, 0, 0, "n_effective == 0, must be > 0"),
])
def test_what_cannot_be_asked_is_refused(target, ahead, tau2, n, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        chance_at_this_pace(RISING, target, ahead, tau2, n)


def test_a_target_that_is_no_score_is_refused_for_a_level_too() -> None:
    with pytest.raises(ValueError, match=r"target == -1\.5, must be >= -1"):
        chance_if_level_holds(local_level(RISING, 0.0), -1.5, 1)
