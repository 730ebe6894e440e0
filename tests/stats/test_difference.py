"""Differences of two NPS against oracles, exact enumeration and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multinomial, norm

from cx.stats.difference import (
    nps_difference,
    nps_difference_mover,
    paired_difference,
    probability_beyond,
    published_difference,
)
from cx.stats.nps import Counts, nps_estimate
from tests.oracles import oracle

counts_with_answers = st.builds(Counts, *[st.integers(0, 300)] * 3).filter(lambda counts: counts.total > 0)
effects = st.floats(1, 5)


def test_difference_and_its_test_equal_the_oracle() -> None:
    row = oracle("diff_add1p5")
    change = nps_difference(nps_estimate(Counts(*row["a"])), nps_estimate(Counts(*row["b"])))
    found = [100 * change.nps, 100 * change.mid, 100 * change.se, 100 * change.low, 100 * change.high, change.z]
    assert found == pytest.approx([row[key] for key in ("raw", "mid", "se", "lo", "hi", "z")], rel=1e-6)
    assert change.p_value == pytest.approx(row["p"], rel=1e-6)


def test_mover_interval_equals_the_oracle() -> None:
    groups, row = oracle("diff_add1p5"), oracle("diff_mover")
    low, high = nps_difference_mover(nps_estimate(Counts(*groups["a"])), nps_estimate(Counts(*groups["b"])))
    assert (100 * low, 100 * high) == pytest.approx((row["lo"], row["hi"]), rel=1e-6)


@pytest.mark.parametrize(
    ("first", "second"),
    [((0.5, 0.3, 0.2), (0.5, 0.3, 0.2)), ((0.9, 0.08, 0.02), (0.9, 0.08, 0.02)), ((0.2, 0.3, 0.5), (0.6, 0.3, 0.1))],
)
def test_both_intervals_hold_the_truth_in_exact_enumeration(
    first: tuple[float, ...], second: tuple[float, ...]
) -> None:
    truth = second[0] - second[2] - (first[0] - first[2])
    n, m = 12, 15
    before, after = ([Counts(p, k - p - d, d) for p in range(k + 1) for d in range(k - p + 1)] for k in (n, m))
    chance_before, chance_after = (
        multinomial.pmf([(c.promoters, c.passives, c.detractors) for c in cells], size, shares)
        for cells, size, shares in ((before, n, first), (after, m, second)))
    estimates_after = [nps_estimate(counts) for counts in after]
    wald = mover = 0.0
    for counts, chance in zip(before, chance_before, strict=True):
        if chance < 1e-6:
            continue
        estimate = nps_estimate(counts)
        for other, other_chance in zip(estimates_after, chance_after, strict=True):
            change = nps_difference(estimate, other)
            low, high = nps_difference_mover(estimate, other)
            wald += chance * other_chance * (change.low <= truth <= change.high)
            mover += chance * other_chance * (low <= truth <= high)
    assert wald >= 0.935
    assert mover >= 0.935


@given(counts_with_answers, counts_with_answers, effects, effects, st.floats(0.6, 0.99))
def test_swapping_the_groups_mirrors_the_difference_and_interval_and_p_value_agree(
    first: Counts, second: Counts, first_effect: float, second_effect: float, confidence: float
) -> None:
    before, after = nps_estimate(first, design_effect=first_effect), nps_estimate(second, design_effect=second_effect)
    change, back = nps_difference(before, after, confidence), nps_difference(after, before, confidence)
    assert (change.nps, change.low, change.high, change.z) == pytest.approx((-back.nps, -back.high, -back.low, -back.z))
    assert -2 <= change.low < change.high <= 2
    if abs(change.p_value - (1 - confidence)) > 1e-9:
        assert (change.p_value < 1 - confidence) == (change.low > 0 or change.high < 0)


def test_repeat_customers_make_a_difference_less_sure() -> None:
    counts = Counts(45, 35, 20), Counts(60, 28, 12)
    plain = nps_difference(*map(nps_estimate, counts))
    repeated = nps_difference(*(nps_estimate(count, design_effect=2) for count in counts))
    assert repeated.nps == plain.nps
    assert repeated.p_value > 2 * plain.p_value


def test_paired_difference_without_pseudo_pairs_equals_the_oracle() -> None:
    row = oracle("paired3x3")
    change = paired_difference(row["rows_cols_D_N_P"], pseudo_pairs=0)
    assert (100 * change.nps, 100 * change.mid) == pytest.approx((row["diff"], row["diff"]))
    assert 100 * change.se == pytest.approx(row["se"], rel=1e-9)


def test_paired_difference_equals_the_list_of_customers() -> None:
    table = [[9, 3, 1], [3, 4, 3], [1, 2, 11]]
    steps = [after - before for before in range(3) for after in range(3) for _ in range(table[before][after])]
    with_pseudo_pairs = paired_difference(table, pseudo_pairs=4)
    steps_added = [*steps, -1, 0, 0, 1]
    assert with_pseudo_pairs.nps == pytest.approx(np.mean(steps))
    assert with_pseudo_pairs.mid == pytest.approx(np.mean(steps_added))
    assert with_pseudo_pairs.se == pytest.approx(np.std(steps_added) / math.sqrt(len(steps_added)))


def test_paired_interval_holds_the_truth_in_simulation_and_is_never_empty() -> None:
    rng = np.random.default_rng(2)
    shares = np.array([[0.05, 0.02, 0], [0.01, 0.30, 0.02], [0, 0.03, 0.57]])
    truth = sum(shares[i, j] * (j - i) for i, j in itertools.product(range(3), repeat=2))
    tables = rng.multinomial(40, shares.ravel(), 2000).reshape(-1, 3, 3)
    changes = [paired_difference(table) for table in tables]
    assert np.mean([change.low <= truth <= change.high for change in changes]) > 0.94
    nobody_changed = paired_difference(np.diag([10, 10, 20]))
    assert nobody_changed.low < 0 < nobody_changed.high


def test_probability_beyond_equals_draws_from_the_normal_curve() -> None:
    change = nps_difference(nps_estimate(Counts(45, 35, 20)), nps_estimate(Counts(52, 30, 18)))
    draws = norm.rvs(change.mid, change.se, size=200_000, random_state=4)
    assert probability_beyond(change, 0.03) == pytest.approx(np.mean(np.abs(draws) > 0.03), abs=0.004)
    assert probability_beyond(change, 0) == pytest.approx(1)


@pytest.mark.parametrize(
    ("table", "message"),
    [([[1, 2], [3, 4]], "shape"), ([[0] * 3] * 3, "at least one"), ([[1, -1, 0]] * 3, "counts >= 0"),
     (np.diag([1, 2, 3]), "pseudo_pairs == 0, must be > 0")],
)
def test_a_table_that_is_no_panel_is_refused(table: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        paired_difference(table, pseudo_pairs=0)


def test_a_smallest_change_outside_the_scale_is_refused() -> None:
    change = paired_difference(np.diag([1, 2, 3]))
    with pytest.raises(ValueError, match=r"smallest == 3, must be >= 0 and <= 2"):
        probability_beyond(change, 3)


def test_scores_without_shares_have_the_widest_interval_that_they_allow() -> None:
    for promoters, passives, detractors in ((45, 35, 20), (30, 60, 10), (60, 0, 40)):
        counts = Counts(promoters, passives, detractors)
        known = nps_difference(nps_estimate(Counts(40, 20, 40)), nps_estimate(counts))
        published = published_difference(0.0, 100, counts.nps, 100)
        assert published.nps == pytest.approx(counts.nps)
        assert published.high - published.low >= known.high - known.low - 1e-12
    assert published.mid == pytest.approx(20 / 101.5)  # nobody was a passive in the last pair: the same figure
    with pytest.raises(ValueError, match=r"nps == 1.5"):
        published_difference(0.0, 100, 1.5, 100)
    with pytest.raises(ValueError, match="n == 0"):
        published_difference(0.0, 0, 0.5, 100)


def test_published_scores_hold_the_true_difference_also_without_passives() -> None:
    dice = np.random.default_rng(8)
    shares = np.array([0.62, 0.38])
    ours, theirs = (dice.multinomial(n, shares, 3000) @ np.array([1, -1]) / n for n in (301, 287))
    held = [(found := published_difference(one, 301, other, 287)).low <= 0 <= found.high
            for one, other in zip(ours, theirs, strict=True)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)
