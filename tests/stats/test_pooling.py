"""Pooled units: oracle, exact matrices of the same model, coverage by simulation, and the speed of 2,000 units."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.pooling import pooled_units, posterior
from tests.oracles import oracle

estimates = st.builds(Counts, *[st.integers(0, 200)] * 3).filter(lambda one: one.total > 0).map(nps_estimate)


def eight_units() -> list[Estimate]:
    return [nps_estimate(Counts(*row)) for row in oracle("funnel")["units"].values()]


def made(rng: np.random.Generator, sizes: np.ndarray, truth: np.ndarray) -> list[Estimate]:
    """Units with these true NPS, 28 % passives in each."""
    rows = rng.multinomial(sizes, np.column_stack([(0.72 + truth) / 2, np.full(len(sizes), 0.28), (0.72 - truth) / 2]))
    return [nps_estimate(Counts(*map(int, row))) for row in rows]


def test_best_guesses_equal_the_oracle() -> None:
    row = oracle("shrink")
    pooled = pooled_units(eight_units())
    assert [100 * unit.nps for unit in pooled.units] == pytest.approx(row["grid_mean"], abs=0.006)
    assert [100 * unit.sd for unit in pooled.units] == pytest.approx(row["grid_sd"], abs=0.006)
    assert 100 * pooled.tau == pytest.approx(15.10, abs=0.006)
    assert [100 * unit.raw for unit in pooled.units][:3] == pytest.approx([50, 20, 30])


def test_the_posterior_equals_that_of_the_model_written_as_matrices() -> None:
    units = eight_units()
    known = posterior(units)
    count = len(units)
    contrasts = np.linalg.qr(np.column_stack([np.ones(count), np.eye(count)[:, 1:]]))[0][:, 1:].T
    at = [0, 20, 60]
    density = []
    for tau in known.tau[at]:
        marginal = np.diag(known.variances + tau**2)
        likelihood = multivariate_normal(cov=contrasts @ marginal @ contrasts.T).logpdf(contrasts @ known.scores)
        density.append(likelihood + norm(0, 0.15).logpdf(tau))
    assert np.log(known.probability[at] / known.probability[0]) == pytest.approx(np.array(density) - density[0])
    tau = known.tau[20]
    centring = np.eye(count) - 1 / count
    covariance = np.linalg.inv(np.diag(1 / known.variances) + centring / tau**2)
    assert known.unit_variances[20] == pytest.approx(np.diag(covariance))
    assert known.unit_means[20] == pytest.approx(covariance @ (known.scores / known.variances))


def test_intervals_hold_95_of_100_draws_from_the_mixture() -> None:
    units = eight_units()[:4]
    known = posterior(units)
    rng = np.random.default_rng(1)
    at = rng.choice(len(known.tau), 200_000, p=known.probability)
    draws = rng.normal(known.unit_means[at], np.sqrt(known.unit_variances[at]))
    for unit, column in zip(pooled_units(units, 0.9).units, draws.T, strict=True):
        assert [unit.low, unit.high] == pytest.approx(np.quantile(column, [0.05, 0.95]), abs=0.003)
        assert unit.sd == pytest.approx(column.std(), rel=0.01)


@pytest.mark.parametrize(("count", "tau"), [(4, 0.05), (5, 0.10), (20, 0.05), (50, 0.0)])
def test_intervals_hold_the_truth_of_units_and_best_guesses_beat_raw_scores(count: int, tau: float) -> None:
    rng = np.random.default_rng(count)
    held, best, raw = [], [], []
    for _ in range(1600 // count):
        truth = np.clip(rng.normal(0.3, tau, count), -0.7, 0.7)
        units = pooled_units(made(rng, np.maximum(10, rng.lognormal(4.3, 0.8, count).astype(int)), truth)).units
        held += [unit.low <= value <= unit.high for unit, value in zip(units, truth, strict=True)]
        best += [(unit.nps - value) ** 2 for unit, value in zip(units, truth, strict=True)]
        raw += [(unit.raw - value) ** 2 for unit, value in zip(units, truth, strict=True)]
    assert np.mean(held) > 0.925
    assert np.mean(best) < (0.95 if tau == 0.10 else 0.75) * np.mean(raw)


def test_the_difference_between_units_is_held_by_its_interval() -> None:
    rng = np.random.default_rng(8)
    held = []
    for _ in range(200):
        truth = rng.normal(0.3, 0.08, 12)
        pooled = pooled_units(made(rng, np.full(12, 200), truth))
        held.append(pooled.tau_low <= 0.08 <= pooled.tau_high)
    assert np.mean(held) > 0.91


@settings(max_examples=60, deadline=None)
@given(st.lists(estimates, min_size=2, max_size=12))
def test_a_best_guess_lies_between_the_raw_score_and_what_others_say(units: list[Estimate]) -> None:
    pooled = pooled_units(units)
    scores = [unit.nps for unit in units]
    for unit in pooled.units:
        assert min(scores) - 1e-9 <= unit.nps <= max(scores) + 1e-9
        assert -1 <= unit.low <= unit.nps + 1e-9
        assert unit.nps - 1e-9 <= unit.high <= 1
        assert 0 <= unit.pull <= 1
        assert unit.sd > 0
    assert 0 <= pooled.tau_low <= pooled.tau <= pooled.tau_high


def test_the_smaller_of_two_units_with_one_score_is_pulled_more() -> None:
    rows = [(12, 4, 4), (120, 40, 40), (30, 30, 40), (35, 30, 35)]
    small, large, *_ = pooled_units([nps_estimate(Counts(*row)) for row in rows]).units
    assert small.raw == large.raw == 0.4
    assert small.nps < large.nps < 0.4
    assert small.pull > 2 * large.pull
    assert small.n == 20


def test_repeat_customers_count_for_less() -> None:
    rows = [Counts(60, 20, 20), Counts(30, 30, 40), Counts(35, 30, 35)]
    plain, repeated = (pooled_units([nps_estimate(rows[0], design_effect=deff), *map(nps_estimate, rows[1:])]).units[0]
                       for deff in (1.0, 5.0))
    assert repeated.nps < plain.nps
    assert repeated.pull > plain.pull


def test_one_unit_alone_is_what_its_answers_say() -> None:
    alone = nps_estimate(Counts(45, 35, 20))
    pooled = pooled_units([alone])
    assert pooled.units[0].nps == pytest.approx(alone.nps)
    assert pooled.units[0].high - pooled.units[0].low == pytest.approx(alone.high - alone.low)
    assert pooled.mean == pytest.approx(alone.nps)
    with pytest.raises(ValueError, match="number of units == 0"):
        pooled_units([])


def test_units_of_promoters_alone_are_not_certain() -> None:
    pooled = pooled_units([nps_estimate(Counts(n, 0, 0)) for n in (1, 5, 50)])
    assert [unit.nps for unit in pooled.units] == pytest.approx([1, 1, 1])
    assert pooled.units[0].low < pooled.units[2].low < 1


def test_two_thousand_units_take_less_than_half_a_second() -> None:
    rng = np.random.default_rng(3)
    units = made(rng, rng.integers(10, 400, 2000), rng.normal(0.3, 0.08, 2000))
    started = time.process_time()
    pooled = pooled_units(units)
    assert time.process_time() - started < 0.5
    assert pooled.tau == pytest.approx(0.08, abs=0.01)
