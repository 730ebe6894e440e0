"""Standardised NPS and the split into performance and mix: oracles, plain sums, simulated samples, exact addition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.oaxaca import OaxacaBlinder

from cx.stats.difference import nps_difference
from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.standardise import performance_and_mix, standardised_difference, standardised_nps
from tests.oracles import oracle

EQUAL = {"Retail": 0.5, "Premium": 0.5}
counts = st.builds(Counts, *[st.integers(0, 60)] * 3).filter(lambda one: one.total > 0)
groups = st.dictionaries(st.sampled_from("abcdef"), counts, min_size=1).map(
    lambda group: {name: nps_estimate(one) for name, one in group.items()})


def group_of(letter: str) -> dict[str, Estimate]:
    row = oracle("standardise")
    return {name: nps_estimate(Counts(*row[name][letter])) for name in ("Retail", "Premium")}


@pytest.mark.parametrize("letter", ["A", "B"])
@pytest.mark.parametrize(("mix", "key"), [(EQUAL, "equal"), ({"Retail": 70, "Premium": 30}, "w70_30")])
def test_score_and_standard_error_equal_the_oracle(letter: str, mix: dict[str, float], key: str) -> None:
    plain = standardised_nps(group_of(letter), mix, pseudo_answers=0)
    assert [100 * plain.nps, 100 * plain.se] == pytest.approx(oracle("standardise")[key][letter], rel=1e-9)
    assert (plain.low + plain.high) / 2 == pytest.approx(plain.nps)
    adjusted = standardised_nps(group_of(letter), mix)
    assert adjusted.nps == plain.nps
    assert adjusted.se == pytest.approx(plain.se, rel=0.02)


def test_the_split_equals_the_oracle() -> None:
    row = oracle("standardise")
    split = performance_and_mix(group_of("A"), group_of("B"))
    assert 100 * split.change.nps == pytest.approx(row["crude"]["B"] - row["crude"]["A"])
    assert 100 * split.mix.nps == pytest.approx(row["kitagawa"]["mix"])
    assert 100 * split.performance.nps == pytest.approx(row["kitagawa"]["rate"])
    assert split.compared == 1


def test_the_split_equals_the_two_regressions_of_oaxaca_and_blinder_averaged() -> None:
    scores, premium, second = [], [], []
    for letter in "AB":
        for name, one in group_of(letter).items():
            for score, count in zip((1, 0, -1), (one.promoters, one.passives, one.detractors), strict=True):
                times = round(count * one.n)
                scores += [score] * times
                premium += [name == "Premium"] * times
                second += [letter == "B"] * times
    model = np.column_stack([np.array(premium, float), np.array(second, float)])
    blinder = OaxacaBlinder(np.array(scores, float), model, 1, hasconst=False, swap=False)
    endowments, coefficients, interaction, _ = blinder.three_fold().params
    split = performance_and_mix(group_of("B"), group_of("A"))  # statsmodels takes group 0 minus group 1
    assert split.mix.nps == pytest.approx(endowments + interaction / 2)
    assert split.performance.nps == pytest.approx(coefficients + interaction / 2)


def test_standard_errors_of_the_split_equal_the_spread_of_simulated_samples() -> None:
    rng = np.random.default_rng(3)
    shares = [np.array([[.20, .10, .10], [.24, .21, .15]]), np.array([[.35, .10, .05], [.10, .25, .15]])]
    sizes = (400, 250)
    draws = [rng.multinomial(n, one.ravel(), 20_000).reshape(-1, 2, 3) for n, one in zip(sizes, shares, strict=True)]
    mixes = [one.sum(2) / n for one, n in zip(draws, sizes, strict=True)]
    scores = [(one[..., 0] - one[..., 2]) / one.sum(2) for one in draws]
    performance = ((mixes[0] + mixes[1]) / 2 * (scores[1] - scores[0])).sum(1)
    mix = ((mixes[1] - mixes[0]) * (scores[0] + scores[1]) / 2).sum(1)
    first, second = ({name: nps_estimate(Counts(*one * n), n=round(n * one.sum())) for name, one in zip(
        "xy", table, strict=True)} for table, n in zip(shares, sizes, strict=True))
    split = performance_and_mix(first, second, pseudo_answers=0)
    assert split.performance.se == pytest.approx(performance.std(), rel=0.02)
    assert split.mix.se == pytest.approx(mix.std(), rel=0.02)
    assert split.change.se == pytest.approx((performance + mix).std(), rel=0.02)
    assert split.performance.nps == pytest.approx(performance.mean(), abs=0.001)


def test_known_mixes_leave_only_the_chance_of_the_answers() -> None:
    mix = {"Retail": 0.4, "Premium": 0.6}
    first, second = group_of("A"), group_of("B")
    split = performance_and_mix(first, second, mix, mix, pseudo_answers=0)
    expected = [standardised_nps(one, mix, pseudo_answers=0) for one in (first, second)]
    assert split.mix.nps == split.mix.se == 0
    assert split.performance.nps == pytest.approx(expected[1].nps - expected[0].nps)
    assert split.performance.se == pytest.approx(math.hypot(expected[0].se, expected[1].se))
    assert split.change.se == pytest.approx(split.performance.se)


@settings(max_examples=60, deadline=None)
@given(groups, groups)
def test_performance_and_mix_add_up_to_the_raw_difference(before, after) -> None:
    split = performance_and_mix(before, after)
    raw = [sum(one.n * one.nps for one in group.values()) / sum(one.n for one in group.values())
           for group in (before, after)]
    assert split.performance.nps + split.mix.nps == pytest.approx(split.change.nps, abs=1e-12)
    assert split.change.nps == pytest.approx(raw[1] - raw[0], abs=1e-12)
    assert sum(part.performance for part in split.strata) == pytest.approx(split.performance.nps, abs=1e-12)
    assert sum(part.mix for part in split.strata) == pytest.approx(split.mix.nps, abs=1e-12)
    assert all(part.performance == 0 for part in split.strata if not part.compared)
    assert 0 <= split.compared <= 1 + 1e-12


@settings(max_examples=60, deadline=None)
@given(groups, groups)
def test_exchanged_groups_give_the_opposite_split(before, after) -> None:
    there, back = performance_and_mix(before, after), performance_and_mix(after, before)
    for one, other in ((there.performance, back.performance), (there.mix, back.mix)):
        assert one.nps == pytest.approx(-other.nps, abs=1e-12)
        assert one.se == pytest.approx(other.se, abs=1e-12)


def test_the_part_of_a_stratum_says_whether_its_growth_helped() -> None:
    split = performance_and_mix(group_of("A"), group_of("B"))
    retail, premium = split.strata
    assert (retail.share_before, retail.share_after) == pytest.approx((0.1, 0.9))
    assert retail.mix < 0  # more customers of the stratum below the mean
    assert premium.mix < 0  # fewer of the one above


def test_the_part_of_a_stratum_is_measured_from_the_mean_of_all() -> None:
    high = {"good": nps_estimate(Counts(80, 15, 5)), "better": nps_estimate(Counts(90, 8, 2))}
    good, better = performance_and_mix(high, high, {"good": 1, "better": 3}, {"good": 3, "better": 1}).strata
    assert good.mix == pytest.approx(better.mix) == pytest.approx(-0.5 * 0.13 / 2)


def test_with_one_stratum_it_is_the_plain_estimate_and_the_plain_difference() -> None:
    first, second = nps_estimate(Counts(45, 35, 20)), nps_estimate(Counts(60, 28, 12))
    one = standardised_nps({"x": first}, {"x": 7})
    assert (one.nps, one.low, one.high) == pytest.approx((first.nps, first.low, first.high))
    both = standardised_difference({"x": first}, {"x": second}, {"x": 7})
    assert both.difference == nps_difference(first, second)


def test_a_stratum_without_answers_is_left_out_and_said() -> None:
    unit = group_of("A")
    alone = standardised_nps({"Premium": unit["Premium"]}, {"Retail": 30, "Premium": 60, "Fleet": 10, "None": 0})
    assert (alone.covered, alone.uncovered) == (pytest.approx(0.6), ("Retail", "Fleet"))
    assert (alone.nps, alone.n) == (unit["Premium"].nps, 900)
    common = standardised_difference(unit, {"Premium": group_of("B")["Premium"]}, EQUAL)
    assert (common.covered, common.uncovered) == (0.5, ("Retail",))
    assert common.difference.nps == pytest.approx(0.55 - 0.5)


def test_a_stratum_of_one_group_alone_is_mix() -> None:
    unit = group_of("A")
    split = performance_and_mix(unit, {"Premium": unit["Premium"]})
    assert split.performance.nps == 0
    assert split.mix.nps == pytest.approx(split.change.nps) == pytest.approx(0.06)
    assert split.compared == pytest.approx(0.95)


def test_all_promoters_everywhere_are_not_sure() -> None:
    happy = {"x": nps_estimate(Counts(8, 0, 0)), "y": nps_estimate(Counts(9, 0, 0))}
    one = standardised_nps(happy, {"x": 1, "y": 1})
    assert one.nps == one.high == 1
    assert one.low < 0.75
    assert performance_and_mix(happy, happy).change.se > 0


def test_repeat_customers_widen_the_interval() -> None:
    plain, repeated = ({"x": nps_estimate(Counts(50, 30, 20), design_effect=deff)} for deff in (1.0, 4.0))
    narrow, wide = (standardised_nps(one, {"x": 1}, pseudo_answers=0).se for one in (plain, repeated))
    assert wide == pytest.approx(2 * narrow)
    other = {"x": plain["x"], "y": nps_estimate(Counts(90, 5, 5))}
    split, loose = (performance_and_mix(one | {"y": other["y"]}, other, pseudo_answers=0) for one in (plain, repeated))
    assert loose.performance.se > split.performance.se
    assert loose.mix.se > split.mix.se


@pytest.mark.parametrize(("shares", "worst"), [((.5, .28, .22), .915), ((.82, .16, .02), .93), ((.96, .03, .01), .93)])
@pytest.mark.parametrize("sizes", [(8, 12), (10, 6, 15, 9, 30)])
def test_the_interval_holds_the_truth_with_few_answers_in_each_stratum(shares, worst, sizes) -> None:
    rng = np.random.default_rng(5)
    mix = {name: float(index + 1) for index, name in enumerate("abcde"[:len(sizes)])}
    rows = [rng.multinomial(n, shares, 500) for n in sizes]
    held = 0
    for index in range(500):
        unit = {name: nps_estimate(Counts(*map(int, row[index]))) for name, row in zip(mix, rows, strict=True)}
        one = standardised_nps(unit, mix)
        held += one.low <= shares[0] - shares[2] <= one.high
    assert held / 500 > worst - 0.01


@pytest.mark.parametrize(
    ("mix", "message"),
    [({"Retail": -1.0}, "mix of Retail == -1.0, must be >= 0"), ({}, "share of the mix with answers == 0"),
     ({"Fleet": 1.0}, "share of the mix with answers == 0"), ({"Retail": math.nan}, "must be >= 0 and finite")],
)
def test_a_mix_that_says_nothing_is_refused(mix: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        standardised_nps(group_of("A"), mix)


def test_a_split_without_answers_or_with_a_mix_of_unknown_strata_is_refused() -> None:
    with pytest.raises(ValueError, match="number of strata with answers == 0"):
        performance_and_mix({}, group_of("A"))
    with pytest.raises(ValueError, match="strata without answers == Fleet"):
        performance_and_mix(group_of("A"), group_of("B"), {"Retail": 1, "Fleet": 1}, EQUAL)
