"""Required and expected sizes against the published table and simulation."""

from __future__ import annotations

import numpy as np
import pytest

from cx.stats.difference import nps_difference
from cx.stats.nps import Counts, nps_estimate
from cx.stats.sample_size import (
    answers_for_half_width,
    answers_to_detect,
    expected_half_width,
    finite_population_se,
    invitations_for,
)
from tests.oracles import oracle


def test_answers_for_a_half_width_equal_the_table_of_the_methods() -> None:
    table = {3: 2604, 5: 938, 7.5: 417, 10: 235, 15: 105, 20: 59}
    assert {pts: answers_for_half_width(pts / 100, 0.61) for pts in table} == table


def test_answers_to_detect_a_change_equal_the_table_of_the_methods() -> None:
    table = {3: 10640, 5: 3831, 10: 958, 15: 426, 20: 240}
    assert {pts: answers_to_detect(pts / 100, 0.61) for pts in table} == table


def test_expected_half_widths_equal_the_table_of_the_methods() -> None:
    table = {10: 42, 20: 32, 30: 27, 50: 21, 100: 15, 200: 10.7, 400: 7.6, 1000: 4.8, 4000: 2.4}
    for n, half_width_pts in table.items():
        assert 100 * expected_half_width(n, 0.61) == pytest.approx(half_width_pts, abs=0.5 if n < 200 else 0.05)


def test_the_answers_to_detect_a_change_find_it_four_times_in_five() -> None:
    rng = np.random.default_rng(8)
    n = answers_to_detect(0.10, 0.61)
    before, after = (rng.multinomial(n, shares, 1000) for shares in ((0.5, 0.3, 0.2), (0.55, 0.30, 0.15)))
    found = [
        nps_difference(nps_estimate(Counts(*map(int, a))), nps_estimate(Counts(*map(int, b)))).p_value < 0.05
        for a, b in zip(before, after, strict=True)]
    assert np.mean(found) == pytest.approx(0.81, abs=0.05)


def test_the_interval_of_the_answers_for_a_half_width_has_that_half_width() -> None:
    n = answers_for_half_width(0.05, 0.61)
    estimate = nps_estimate(Counts(0.5 * n, 0.3 * n, 0.2 * n), n=n)
    assert (estimate.high - estimate.low) / 2 == pytest.approx(0.05, rel=0.01)
    assert expected_half_width(n, 0.61) == pytest.approx((estimate.high - estimate.low) / 2, rel=0.01)


def test_repeat_customers_and_silent_ones_raise_the_need_in_proportion() -> None:
    assert answers_for_half_width(0.1, 1, design_effect=2) == pytest.approx(2 * answers_for_half_width(0.1, 1), abs=1)
    assert answers_to_detect(0.1, 1, design_effect=2) == pytest.approx(2 * answers_to_detect(0.1, 1), abs=1)
    assert invitations_for(300, 0.1) == 3000
    assert invitations_for(1, 0.3) == 4


def test_finite_population_correction_equals_the_oracle_and_vanishes_for_a_census() -> None:
    row = oracle("fpc")
    counts = Counts(row["P"], row["N"], row["D"])
    se = 100 * (counts.variance / counts.total) ** 0.5
    assert finite_population_se(se, 100, row["Npop"]) == pytest.approx(row["se"], rel=1e-6)
    assert finite_population_se(se, 250, 250) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: answers_for_half_width(0), "half_width == 0, must be > 0 and <= 1"),
        (lambda: answers_for_half_width(5), "half_width == 5, must be"),
        (lambda: answers_to_detect(0.1, 1.5), "variance == 1.5, must be > 0 and <= 1"),
        (lambda: answers_to_detect(0.1, power=1), "power == 1, must be"),
        (lambda: invitations_for(10, 0), "response_rate == 0, must be"),
        (lambda: expected_half_width(0), "n == 0, must be >= 1"),
        (lambda: expected_half_width(9, design_effect=0.5), "design_effect == 0.5, must be >= 1"),
        (lambda: finite_population_se(0.1, 300, 250), "n == 300, must be >= 0 and <= population == 250"),
    ],
)
def test_impossible_input_is_refused_by_name_and_rule(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
