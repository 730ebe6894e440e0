"""Discoveries among many tests: the oracle of R, the step-up rule by hand, and the share of false ones simulated."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from cx.stats.discovery import adjusted_p_values, are_discoveries
from tests.oracles import oracle

p_values = st.lists(st.floats(0, 1) | st.just(math.nan), max_size=30)


def step_up(p: list[float], rate: float) -> list[bool]:
    """Benjamini and Hochberg's rule as they wrote it: up to the largest k with p(k) <= rate k / m."""
    tested = sorted(value for value in p if not math.isnan(value))
    limit = max((value for k, value in enumerate(tested, 1) if value <= rate * k / len(tested)), default=-1.0)
    return [value <= limit for value in p]


def test_adjusted_p_values_equal_those_of_r() -> None:
    row = oracle("bh")
    np.testing.assert_allclose(adjusted_p_values(row["p"]), row["q"], rtol=1e-5)


@given(p_values)
def test_adjusted_p_values_equal_statsmodels_and_leave_out_what_was_not_tested(p: list[float]) -> None:
    adjusted = adjusted_p_values(p)
    tested = [value for value in p if not math.isnan(value)]
    assert np.isnan(adjusted).tolist() == [math.isnan(value) for value in p]
    if tested:
        np.testing.assert_allclose(adjusted[~np.isnan(adjusted)], multipletests(tested, method="fdr_bh")[1])


@given(st.lists(st.sampled_from([0.0, 0.004, 0.01, 0.02, 0.05, 0.2, 0.7, math.nan]), max_size=20))
def test_discoveries_are_those_of_the_rule_written_by_hand(p: list[float]) -> None:
    assert are_discoveries(p, 0.1).tolist() == step_up(p, 0.1)


def test_a_table_keeps_its_shape_and_is_one_list_of_tests() -> None:
    table = np.array([[0.001, math.nan], [0.9, 0.06]])
    np.testing.assert_allclose(adjusted_p_values(table), [[0.003, math.nan], [0.9, 0.09]])
    assert are_discoveries(table).tolist() == [[True, False], [False, True]]


def test_one_test_is_compared_with_the_rate_itself() -> None:
    assert are_discoveries([0.1]).tolist() == [True]
    assert are_discoveries([0.1001]).tolist() == [False]
    assert are_discoveries([]).tolist() == []


@pytest.mark.parametrize("shared", [0.0, 0.6])
def test_of_the_discoveries_at_most_a_tenth_are_false_also_when_units_move_together(shared: float) -> None:
    rng = np.random.default_rng(21)
    moved = np.arange(100) < 20
    false_shares, none_moved, found = [], [], []
    for _ in range(400):
        noise = math.sqrt(shared) * rng.normal() + math.sqrt(1 - shared) * rng.normal(size=100)
        said = are_discoveries(2 * norm.sf(np.abs(noise + 3.5 * moved)))
        false_shares.append((said & ~moved).sum() / max(1, said.sum()))
        found.append(said[moved].mean())
        none_moved.append(are_discoveries(2 * norm.sf(np.abs(noise))).any())
    assert np.mean(false_shares) < 0.10
    assert np.mean(none_moved) < 0.14
    assert np.mean(found) > 0.7


@pytest.mark.parametrize(("p", "rate", "message"), [
    ([1.1], 0.1, "p_value == 1.1, must be >= 0 and <= 1"), ([-0.1], 0.1, "p_value == -0.1"),
    ([math.inf], 0.1, "p_value == inf"), ([0.5], 0.0, "rate == 0.0, must be > 0"), ([0.5], 1.0, "rate == 1.0")])
def test_what_is_no_probability_is_refused(p: list[float], rate: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        are_discoveries(p, rate)
