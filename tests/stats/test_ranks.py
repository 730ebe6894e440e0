"""Ranks: oracle, exact integration, scipy's studentised range, and how often sets and groups hold."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, studentized_range

from cx.stats.difference import nps_difference
from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.pooling import posterior
from cx.stats.ranks import Ranking, ranking, simultaneous_quantile
from tests.oracles import oracle
from tests.stats.test_pooling import eight_units, made

estimates = st.builds(Counts, *[st.integers(0, 300)] * 3).filter(lambda one: one.total > 0).map(nps_estimate)


def test_ranks_equal_the_oracle() -> None:
    table = ranking(eight_units())
    best = dict(zip("ABCDEFGH", [unit.p_best for unit in table.units], strict=True))
    for name, probability in oracle("shrink")["P_best_mc"].items():
        assert best[name] == pytest.approx(probability, abs=0.015)
    assert [(unit.low, unit.high) for unit in table.units] == [
        (1, 4), (4, 8), (4, 7), (1, 6), (6, 8), (1, 5), (4, 8), (1, 4)]
    assert [(unit.set_low, unit.set_high) for unit in table.units] == [
        (1, 5), (2, 8), (3, 8), (1, 8), (4, 8), (1, 7), (1, 8), (1, 6)]
    assert not any(unit.is_best for unit in table.units)


def test_probabilities_of_three_units_equal_the_integral_over_the_quadrant() -> None:
    units = [nps_estimate(Counts(*row)) for row in [(60, 20, 20), (12, 5, 3), (200, 150, 90)]]
    known = posterior(units)
    centring = np.eye(3) - 1 / 3
    first = 0.0
    for tau, probability in zip(known.tau, known.probability, strict=True):
        if tau == 0:
            first += probability / 3
            continue
        covariance = np.linalg.inv(np.diag(1 / known.variances) + centring / tau**2)
        contrasts = np.array([[-1, 1, 0], [-1, 0, 1]])  # both negative: the first unit is the best
        mean = contrasts @ covariance @ (known.scores / known.variances)
        first += probability * multivariate_normal(mean, contrasts @ covariance @ contrasts.T).cdf([0, 0])
    assert ranking(units).units[0].p_best == pytest.approx(first, abs=0.012)


def test_units_that_are_alike_are_ranked_by_lot_whatever_their_order() -> None:
    table = ranking([nps_estimate(Counts(500, 300, 200))] * 6)
    for unit in table.units:
        assert unit.expected == pytest.approx(3.5, abs=0.06)
        assert unit.p_best == pytest.approx(1 / 6, abs=0.012)
        assert (unit.low, unit.high, unit.set_low, unit.set_high) == (1, 6, 1, 6)
    assert [sorted(group) for group in table.groups] == [[0, 1, 2, 3, 4, 5]]


@pytest.mark.parametrize("units", [2, 3, 8, 60])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_the_simultaneous_limit_equals_the_studentised_range_of_scipy(units: int, confidence: float) -> None:
    expected = studentized_range.ppf(confidence, units, 1e7) / np.sqrt(2)
    assert simultaneous_quantile(units, confidence) == pytest.approx(expected, rel=1e-5)


def test_the_simultaneous_limit_of_2000_units_equals_a_simulation() -> None:
    rng = np.random.default_rng(5)
    values = rng.standard_normal((2000, 2000))
    span = (values.max(1) - values.min(1)) / np.sqrt(2)
    assert np.mean(span > simultaneous_quantile(2000)) == pytest.approx(0.05, abs=0.02)


@settings(max_examples=25, deadline=None)
@given(estimates, estimates)
def test_two_units_are_told_apart_exactly_when_their_difference_is_not_zero(one: Estimate, other: Estimate) -> None:
    table = ranking([one, other], draws=1000)
    assert (len(table.groups) == 2) == (nps_difference(one, other).p_value < 0.05)


def maximal_runs(table: Ranking, units: list[Estimate]) -> list[tuple[int, ...]]:
    """The largest runs of the order without a pair told apart, by looking at all of them."""
    limit = simultaneous_quantile(len(units))

    def apart(i: int, j: int) -> bool:
        return abs(nps_difference(units[i], units[j]).z) > limit

    runs = [table.order[start:end] for start in range(len(units)) for end in range(start + 1, len(units) + 1)
            if not any(apart(i, j) for i, j in itertools.combinations(table.order[start:end], 2))]
    return [run for run in runs if not any(set(run) < set(other) for other in runs)]


@settings(max_examples=25, deadline=None)
@given(st.lists(estimates, min_size=2, max_size=9))
def test_groups_and_rank_sets_are_those_found_by_looking_at_all_pairs(units: list[Estimate]) -> None:
    table = ranking(units, draws=1000)
    assert list(table.groups) == maximal_runs(table, units)
    limit = simultaneous_quantile(len(units))
    for i, unit in enumerate(table.units):
        z = [nps_difference(units[i], other).z for j, other in enumerate(units) if j != i]
        assert unit.set_low == 1 + sum(value > limit for value in z)
        assert unit.set_high == len(units) - sum(value < -limit for value in z)
        assert 1 <= unit.low <= unit.expected + 0.5
        assert unit.expected - 0.5 <= unit.high <= len(units)
        assert unit.p_best <= unit.p_top_third + 1e-12
    assert sum(unit.p_best for unit in table.units) == pytest.approx(1)
    assert sum(unit.expected for unit in table.units) == pytest.approx(len(units) * (len(units) + 1) / 2)
    third = max(1, round(len(units) / 3))
    assert sum(unit.p_top_third for unit in table.units) == pytest.approx(third)
    assert sum(unit.p_bottom_third for unit in table.units) == pytest.approx(third)


def test_rank_sets_of_all_units_hold_together_and_intervals_hold_each() -> None:
    rng = np.random.default_rng(6)
    all_hold, each_holds, alike_split = [], [], 0
    for _ in range(60):
        truth = rng.normal(0.3, 0.10, 12)
        true_rank = 1 + np.argsort(np.argsort(-truth))
        table = ranking(made(rng, rng.integers(60, 600, 12), truth), draws=1000)
        all_hold.append(all(unit.set_low <= rank <= unit.set_high
                            for unit, rank in zip(table.units, true_rank, strict=True)))
        each_holds += [unit.low <= rank <= unit.high for unit, rank in zip(table.units, true_rank, strict=True)]
        alike = ranking(made(rng, rng.integers(60, 600, 12), np.full(12, 0.3)), draws=1000)
        alike_split += len(alike.groups) > 1
    assert np.mean(all_hold) > 0.95
    assert np.mean(each_holds) > 0.93
    assert alike_split <= 6  # 3 of 60 expected


def test_a_unit_far_above_the_rest_may_be_called_the_best() -> None:
    rows = [(30, 30, 40), (450, 40, 10), (40, 30, 30), (35, 30, 35)]
    table = ranking([nps_estimate(Counts(*row)) for row in rows])
    assert table.order[0] == 1
    assert table.groups[0] == (1,)
    assert [unit.is_best for unit in table.units] == [False, True, False, False]
    assert table.units[1].p_top_third == 1


def test_one_unit_is_first_and_last() -> None:
    table = ranking([nps_estimate(Counts(1, 2, 3))])
    unit = table.units[0]
    assert (unit.expected, unit.low, unit.high, unit.p_best, unit.set_low, unit.set_high) == (1, 1, 1, 1, 1, 1)
    assert table.groups == ((0,),)


def test_the_same_units_give_the_same_figures() -> None:
    assert ranking(eight_units()) == ranking(eight_units())


def test_what_cannot_be_ranked_is_refused() -> None:
    with pytest.raises(ValueError, match="number of units == 0"):
        ranking([])
    with pytest.raises(ValueError, match="units == 1, must be >= 2"):
        simultaneous_quantile(1)
    with pytest.raises(ValueError, match="confidence == 1"):
        ranking(eight_units(), 1)


def test_two_thousand_units_are_ranked_in_less_than_a_second() -> None:
    rng = np.random.default_rng(3)
    units = made(rng, rng.integers(10, 400, 2000), rng.normal(0.3, 0.08, 2000))
    started = time.process_time()
    table = ranking(units)
    assert time.process_time() - started < 1.5
    assert table.draws == 1500
    assert sum(unit.p_best for unit in table.units) == pytest.approx(1)
