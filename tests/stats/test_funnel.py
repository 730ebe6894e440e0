"""Funnel limits: the oracle of R, winsorising by scipy, and how often equal and unequal units are flagged."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from scipy.stats.mstats import winsorize
from statsmodels.stats.meta_analysis import combine_effects

from cx.stats.funnel import Funnel, Standing, _funnel, funnel_of, unit_standings
from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.suppression import Thresholds
from tests.oracles import oracle

THRESHOLDS = Thresholds()


def eight_units() -> list[Estimate]:
    return [nps_estimate(Counts(*row)) for row in oracle("funnel")["units"].values()]


def made(rng: np.random.Generator, sizes: np.ndarray, tau: float, mean: float = 0.3) -> list[Estimate]:
    """Units whose true NPS are normal with standard deviation `tau`, 28 % passives in each."""
    truth = np.clip(rng.normal(mean, tau, len(sizes)), -0.7, 0.7)
    rows = rng.multinomial(sizes, np.column_stack([(0.72 + truth) / 2, np.full(len(sizes), 0.28), (0.72 - truth) / 2]))
    return [nps_estimate(Counts(*map(int, row))) for row in rows]


def winsorised_mean_square(at: float = 0.10) -> float:
    """Mean square of a standard normal value winsorised at its quantiles."""
    end = norm.ppf(1 - at)
    return norm.expect(lambda z: z**2, lb=-end, ub=end) + 2 * at * end**2


def test_the_funnel_equals_the_oracle() -> None:
    row = oracle("funnel")
    units = eight_units()
    funnel = _funnel(units, row["theta0"] / 100, row["sigma2_unit"], 1.0)
    assert funnel.phi == pytest.approx(row["phi"], rel=1e-9)
    assert funnel.tau2 == pytest.approx(row["tau2_unit"], rel=1e-9)
    assert [funnel.z(unit) for unit in units] == pytest.approx(row["z_adj"], abs=6e-5)
    for confidence, half_width in ((0.95, 22.21), (0.998, 35.01)):
        low, high = funnel.limits(200, confidence)
        assert (100 * (high - low) / 2, 50 * (low + high)) == pytest.approx((half_width, row["theta0"]), abs=6e-3)
    with_pseudo_answers = funnel_of(units)
    assert 100 * with_pseudo_answers.nps == pytest.approx(row["theta0"], rel=1e-9)
    assert with_pseudo_answers.variance == pytest.approx(row["sigma2_unit"], rel=2e-4)
    assert with_pseudo_answers.phi == pytest.approx(row["phi"] / winsorised_mean_square(), rel=1e-3)


def test_without_outliers_to_winsorise_tau2_is_that_of_the_meta_analysis_of_statsmodels() -> None:
    # Half of the units at each of two scores: the quantiles are the extremes, so winsorising changes nothing.
    units = [nps_estimate(Counts(*row)) for row in [(60, 20, 20), (40, 20, 40)] * 6]
    reference = funnel_of(units)
    funnel = _funnel(units, reference.nps, reference.variance, 1.0)
    expected = combine_effects(
        np.array([unit.nps for unit in units]), np.full(12, funnel.variance / 100), method_re="dl")
    assert funnel.tau2 == pytest.approx(expected.tau2)
    assert expected.tau2 > 0.03


def test_one_outlier_hardly_changes_what_is_usual() -> None:
    units = [nps_estimate(Counts(50 + shift, 30, 20 - shift)) for shift in range(-5, 6)] * 3
    calm = funnel_of(units)
    shaken = funnel_of([*units[:-1], nps_estimate(Counts(0, 0, 100))])
    assert calm.tau2 == 0
    assert math.sqrt(shaken.tau2) < 0.06
    assert shaken.z(nps_estimate(Counts(0, 0, 100))) < -8


def test_z_are_winsorised_between_the_ranks_at_a_tenth() -> None:
    rng = np.random.default_rng(2)
    units = made(rng, np.full(11, 200), 0.1)  # 11 units: the quantiles are the second and the tenth value
    funnel = funnel_of(units)
    z = np.array([unit.nps - funnel.nps for unit in units]) / math.sqrt(funnel.variance / 200)
    expected = np.mean(np.asarray(winsorize(z, (1 / 11, 1 / 11))) ** 2) / winsorised_mean_square()
    assert funnel.phi == pytest.approx(expected, rel=1e-5)


def test_the_real_difference_between_units_is_found() -> None:
    rng = np.random.default_rng(3)
    found = [math.sqrt(funnel_of(made(rng, rng.integers(50, 500, 60), 0.10)).tau2) for _ in range(30)]
    assert np.mean(found) == pytest.approx(0.10, abs=0.006)
    alike = [math.sqrt(funnel_of(made(rng, rng.integers(50, 500, 60), 0)).tau2) for _ in range(30)]
    assert np.mean(alike) < 0.02


@pytest.mark.parametrize(("tau", "at_most"), [(0.0, 0.002), (0.10, 0.004)])
def test_units_that_differ_as_units_do_are_seldom_flagged_and_a_naive_funnel_flags_most(tau, at_most) -> None:
    rng = np.random.default_rng(4)
    flagged, naive = [], []
    for _ in range(80):
        units = made(rng, rng.integers(100, 900, 50), tau)
        standings = unit_standings(units, THRESHOLDS)
        flagged.append(np.mean([one in (Standing.ABOVE, Standing.BELOW) for one in standings]))
        plain = replace(funnel_of(units), tau2=0.0)
        naive.append(np.mean([abs(plain.z(unit)) > norm.ppf(0.999) for unit in units]))
    assert np.mean(flagged) <= at_most
    if tau:
        assert np.mean(naive) > 0.2


def test_units_that_really_stand_out_are_named_with_their_side() -> None:
    rng = np.random.default_rng(5)
    usual = made(rng, np.full(20, 400), 0.03)
    high, low = nps_estimate(Counts(340, 40, 20)), nps_estimate(Counts(100, 100, 200))
    standings = unit_standings([high, *usual, low], THRESHOLDS)
    assert (standings[0], standings[-1]) == (Standing.ABOVE, Standing.BELOW)
    assert set(standings[1:-1]) == {Standing.NORMAL}


def test_among_very_many_units_the_outer_limit_alone_is_not_enough() -> None:
    usual = [nps_estimate(Counts(500 + shift, 300, 200 - shift)) for shift in (-9, 0, 9)] * 60
    beyond = nps_estimate(Counts(540, 300, 160))  # z about 3.2, p about .0013: not so rare among 181
    assert unit_standings([*usual, beyond], THRESHOLDS)[-1] is Standing.CANNOT_TELL
    assert unit_standings([*usual[:30], beyond], THRESHOLDS)[-1] is Standing.ABOVE


def test_between_the_two_limits_a_unit_is_within_normal_variation_however_generous_the_rate() -> None:
    usual = [nps_estimate(Counts(500 + shift, 300, 200 - shift)) for shift in (-9, 0, 9)] * 10
    between = nps_estimate(Counts(532, 300, 168))
    assert 2.3 < funnel_of([*usual, between]).z(between) < 3
    assert unit_standings([*usual, between], THRESHOLDS, rate=0.9)[-1] is Standing.NORMAL


def test_few_units_and_few_answers_are_not_judged() -> None:
    many, few, tiny = (nps_estimate(Counts(n, n, n)) for n in (50, 5, 2))
    extreme = nps_estimate(Counts(0, 0, 29))
    assert unit_standings([many] * 9, THRESHOLDS) == (Standing.CANNOT_TELL,) * 9
    assert unit_standings([many] * 9 + [tiny] * 5, THRESHOLDS) == (Standing.CANNOT_TELL,) * 9 + (Standing.TOO_FEW,) * 5
    assert unit_standings([many] * 9 + [few], THRESHOLDS) == (Standing.NORMAL,) * 9 + (Standing.TOO_FEW,)
    assert unit_standings([many] * 9 + [extreme], THRESHOLDS)[-1] is Standing.TOO_FEW
    assert unit_standings([], THRESHOLDS) == ()


def test_repeat_customers_widen_the_limits_of_a_unit() -> None:
    funnel = Funnel(0.3, 0.6, 0.0, 1.0, 20)
    unit = nps_estimate(Counts(60, 20, 20), design_effect=4)
    assert funnel.z(unit) == pytest.approx(funnel.z(replace(unit, n_effective=100)) / 2)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.builds(Counts, *[st.integers(0, 200)] * 3).filter(lambda one: one.total > 0), min_size=1))
def test_limits_hold_the_middle_and_narrow_with_answers(rows: list[Counts]) -> None:
    funnel = funnel_of([nps_estimate(row) for row in rows])
    wide, narrow, outer = funnel.limits(10), funnel.limits(1000), funnel.limits(1000, 0.998)
    assert -1 <= wide[0] <= narrow[0] <= funnel.nps <= narrow[1] <= wide[1] <= 1
    assert outer[0] <= narrow[0] <= narrow[1] <= outer[1]
    assert funnel.tau2 >= 0
    assert funnel.variance > 0


def test_no_units_and_no_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="must be >= 1"):
        funnel_of([])
    with pytest.raises(ValueError, match="n_effective == 0, must be > 0"):
        Funnel(0.3, 0.6, 0.0, 1.0, 20).limits(0)
