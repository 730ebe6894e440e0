"""Penalty and reward: planted kinds are recovered, row regressions agree, nothing is named without a test."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from cx.stats.asymmetry import Kind, asymmetries

BUCKETS = 20
# Effects of low and high on the mean score: must-be, linear, delighter, nothing.
PLANTED = ((-0.5, 0.0), (-0.3, 0.3), (0.0, 0.5), (0.0, 0.0))


def sample(n: int, seed: int, planted: tuple[tuple[float, float], ...] = PLANTED) -> np.ndarray:
    """Rows of marks (low of each, high of each) and a score -1, 0 or 1."""
    draw = np.random.default_rng(seed)
    mood = draw.standard_normal((n, 1))
    latent = 0.5 * mood + draw.standard_normal((n, len(planted)))
    low, high = latent < -0.5, latent > 0.6
    mean = 0.1 + low @ [one for one, _ in planted] * 0.6 + high @ [other for _, other in planted] * 0.6
    mean = np.clip(mean, -0.95, 0.95)
    score = np.where(draw.random(n) < (1 + mean) / 2, 1, -1) * (draw.random(n) < 0.9)
    return np.column_stack([low, high, score]).astype(float)


def by_bucket(rows: np.ndarray, customers: np.ndarray | None = None) -> np.ndarray:
    customers = np.arange(len(rows)) if customers is None else customers
    x = np.column_stack([np.ones(len(rows)), rows])
    return np.array([x[customers % BUCKETS == bucket].T @ x[customers % BUCKETS == bucket]
                     for bucket in range(BUCKETS)])


def test_planted_kinds_are_recovered() -> None:
    found = asymmetries(by_bucket(sample(8_000, 12)))
    assert found is not None
    assert [one.kind for one in found] == [Kind.MUST_BE, Kind.LINEAR, Kind.DELIGHTER, Kind.CANNOT_TELL]
    assert found[0].penalty.high < 0
    assert found[2].reward.low > 0
    assert found[1].penalty.nps == pytest.approx(-found[1].reward.nps, abs=0.06)


def test_effects_are_those_of_a_regression_on_the_rows() -> None:
    rows = sample(3_000, 4)
    found = asymmetries(by_bucket(rows))
    assert found is not None
    fitted = sm.OLS(rows[:, -1], sm.add_constant(rows[:, :-1])).fit(cov_type="HC1")
    for d, one in enumerate(found):
        assert one.penalty.nps == pytest.approx(fitted.params[1 + d])
        assert one.reward.nps == pytest.approx(fitted.params[5 + d])
        assert one.lost.nps == pytest.approx(fitted.params[1 + d] * rows[:, d].mean())
        assert one.earned.nps == pytest.approx(fitted.params[5 + d] * rows[:, 4 + d].mean())
        half_width = (one.penalty.high - one.penalty.low) / 2
        assert half_width == pytest.approx(2.093 * fitted.bse[1 + d], rel=0.45)
        assert (one.share_low, one.share_high) == pytest.approx((rows[:, d].mean(), rows[:, 4 + d].mean()))


def test_hardly_any_even_driver_is_named_uneven() -> None:
    even = ((-0.3, 0.3),) * 4
    runs = [asymmetries(by_bucket(sample(1_500, seed, even))) for seed in range(60)]
    kinds = [one.kind for found in runs if found for one in found]
    assert len(kinds) == 240
    assert sum(kind in (Kind.MUST_BE, Kind.DELIGHTER) for kind in kinds) <= 12
    assert sum(kind is Kind.LINEAR for kind in kinds) >= 100


def test_intervals_cover_what_is_true() -> None:
    truth = asymmetries(by_bucket(sample(400_000, 1)))
    assert truth is not None
    covered, runs = np.zeros(4), 120
    for seed in range(runs):
        found = asymmetries(by_bucket(sample(800, 100 + seed)))
        assert found is not None
        covered += [one.lost.low <= real.lost.nps <= one.lost.high for one, real in zip(found, truth, strict=True)]
    assert (covered / runs > 0.89).all(), covered / runs


def test_repeat_customers_make_it_less_sure() -> None:
    rows = np.repeat(sample(500, 8), 4, axis=0)
    apart, together = asymmetries(by_bucket(rows)), asymmetries(by_bucket(rows, np.repeat(np.arange(500), 4)))
    assert apart is not None
    assert together is not None
    assert together[0].penalty.high - together[0].penalty.low > 1.4 * (apart[0].penalty.high - apart[0].penalty.low)


def test_marks_that_never_occur_say_nothing() -> None:
    rows = sample(500, 9)
    rows[:, 1] = 0
    assert asymmetries(by_bucket(rows)) is None
