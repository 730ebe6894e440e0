"""The silent customers: oracle, statsmodels, exact populations, and bounds that nothing leaves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from cx.stats.silent import (
    bounds_of_all,
    gap_to_target,
    nps_of_all,
    response_rate,
    silent_change,
    standardised_difference,
)
from tests.oracles import oracle

scores, rates = st.floats(-1, 1), st.floats(0, 1)


def test_tipping_points_and_bounds_equal_the_oracle() -> None:
    row = oracle("tipping")
    nps, rate = row["theta"] / 100, row["rr"]
    assert 100 * nps_of_all(nps, rate, 0.10) == pytest.approx(row["delta10"])
    assert 100 * nps_of_all(nps, rate, 0.20) == pytest.approx(row["delta20"])
    assert 100 * gap_to_target(nps, rate, 0.30) == pytest.approx(row["delta_to_30"], rel=1e-6)
    assert [100 * end for end in bounds_of_all(nps, rate)] == pytest.approx(row["manski"])


@given(st.integers(0, 300), st.integers(1, 300))
def test_the_response_rate_equals_wilsons_interval_of_statsmodels(answered: int, asked: int) -> None:
    answered = min(answered, asked)
    rate = response_rate(answered, asked)
    expected = proportion_confint(answered, asked, method="wilson")
    assert (rate.low, rate.high) == pytest.approx(expected, abs=1e-9)
    assert rate.low - 1e-12 <= rate.rate <= rate.high + 1e-12


def test_the_nps_of_all_is_that_of_a_counted_population() -> None:
    answered, silent = np.repeat([1, 0, -1], [60, 30, 10]), np.repeat([1, 0, -1], [160, 120, 120])
    everybody = np.concatenate([answered, silent]).mean()
    gap = answered.mean() - silent.mean()
    assert nps_of_all(0.5, 0.2, gap) == pytest.approx(everybody)
    assert gap_to_target(0.5, 0.2, everybody) == pytest.approx(gap)


@given(scores, rates, st.floats(-3, 3))
def test_no_gap_leads_out_of_the_bounds_and_the_extreme_ones_reach_them(nps: float, rate: float, gap: float) -> None:
    low, high = bounds_of_all(nps, rate)
    assert low - 1e-12 <= nps_of_all(nps, rate, gap) <= high + 1e-12
    assert nps_of_all(nps, rate, 2) == pytest.approx(low)
    assert nps_of_all(nps, rate, -2) == pytest.approx(high)
    assert nps_of_all(nps, 1, gap) == nps


@given(scores, rates, scores)
def test_the_gap_to_a_target_reaches_it_or_there_is_none(nps: float, rate: float, target: float) -> None:
    gap = gap_to_target(nps, rate, target)
    low, high = bounds_of_all(nps, rate)
    if gap is None:
        assert target < low + 1e-9 or target > high - 1e-9
    else:
        assert nps_of_all(nps, rate, gap) == pytest.approx(target, abs=1e-9)


@given(scores, rates, scores, rates)
def test_gaps_that_undo_a_change_undo_it(before: float, rate_before: float, after: float, rate_after: float) -> None:
    found = silent_change(before, rate_before, after, rate_after)
    if found.same_gap is not None:
        assert nps_of_all(before, rate_before, found.same_gap) == pytest.approx(
            nps_of_all(after, rate_after, found.same_gap), abs=1e-9)
    if found.later_gap is not None:
        assert nps_of_all(after, rate_after, found.later_gap) == pytest.approx(before, abs=1e-9)


def test_a_change_at_the_same_response_rate_is_undone_only_by_silent_who_changed() -> None:
    steady = silent_change(0.25, 0.2, 0.33, 0.2)
    assert steady.same_gap is None
    assert steady.later_gap == pytest.approx(0.10)
    fewer = silent_change(0.25, 0.40, 0.33, 0.20)
    assert fewer.same_gap == pytest.approx(0.40)
    assert silent_change(0.25, 0.40, 0.33, 0.39).same_gap is None  # 8 points: more than scores allow
    assert silent_change(0.3, 0.4, 0.3, 0.2).same_gap == silent_change(0.3, 0.4, 0.3, 0.4).same_gap == 0
    assert silent_change(0.2, 0.4, 0.9, 0.95).later_gap is None


def test_a_difference_of_shares_is_counted_in_standard_deviations() -> None:
    answered, silent = np.repeat([1, 0], [82, 18]), np.repeat([1, 0], [370, 130])
    expected = (answered.mean() - silent.mean()) / math.sqrt((answered.var() + silent.var()) / 2)
    assert standardised_difference(0.82, 0.74) == pytest.approx(expected)
    assert standardised_difference(0.74, 0.82) == pytest.approx(-expected)
    assert standardised_difference(0, 0) == standardised_difference(1, 1) == 0
    assert standardised_difference(1, 0) == math.inf
    assert standardised_difference(0, 1) == -math.inf


@pytest.mark.parametrize(("function", "values", "message"), [
    (response_rate, (1, 0), "asked == 0, must be >= 1"),
    (response_rate, (3, 2), "answered == 3, must be >= 0 and <= asked == 2"),
    (nps_of_all, (1.1, 0.5, 0), "nps == 1.1, must be >= -1"),
    (gap_to_target, (0.1, -0.5, 0), "rate == -0.5, must be >= 0"),
    (bounds_of_all, (0.1, 1.5), "rate == 1.5, must be >= 0"),
    (silent_change, (0.1, 0.5, 2, 0.5), "nps == 2, must be >= -1"),
    (silent_change, (math.nan, 0.5, 0, 0.5), "nps == nan"),
    (standardised_difference, (0.1, 1.5), "silent_share == 1.5, must be >= 0"),
])
def test_what_is_no_score_and_no_rate_is_refused(function, values, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(*values)
