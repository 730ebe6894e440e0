"""The verdict on a month or wave: oracles, enumeration, simulation, and what each gate does."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import dirichlet_multinomial, multinomial, norm
from statsmodels.stats.meta_analysis import combine_effects

from cx.stats.movement import (
    Movement,
    Reference,
    Verdict,
    exact_p_value,
    excess_variance,
    heterogeneity,
    month_movement,
    net_promoter_probabilities,
    pooled_reference,
    prediction_se,
    wave_movement,
)
from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.suppression import Thresholds
from tests.oracles import oracle

THRESHOLDS = Thresholds()
STEADY = [nps_estimate(Counts(50, 30, 20))] * 12
answers = st.builds(Counts, *[st.integers(0, 120)] * 3).filter(lambda counts: counts.total > 0).map(nps_estimate)


def estimates(rows: np.ndarray | list[list[int]]) -> list[Estimate]:
    """Estimates of months given as promoters, passives, detractors."""
    return [nps_estimate(Counts(*map(int, row))) for row in rows]


def test_pooled_reference_and_heterogeneity_equal_the_oracle() -> None:
    row = oracle("trend")
    months = estimates(row["baseline"])
    pooled = pooled_reference(months)
    assert 100 * pooled.estimate.nps == pytest.approx(row["theta_b"])
    assert pooled.estimate.effective_counts.variance == pytest.approx(row["sigma2_unit"])
    assert heterogeneity(months, row["sigma2_unit"])[0] == pytest.approx(row["Q"], rel=1e-9)
    assert excess_variance([months]) == row["tau2"] == 0


def test_z_p_and_prediction_interval_equal_the_oracle_with_its_plain_shares() -> None:
    row = oracle("trend")
    new = nps_estimate(Counts(*row["new"]))
    reference = Reference(pooled_reference(estimates(row["baseline"])).estimate, row["sigma2_unit"], 12)
    se = prediction_se(reference, new.n_effective, 0)
    z = (new.nps - reference.estimate.nps) / se
    assert z == pytest.approx(row["z"], rel=1e-9)
    assert 2 * norm.sf(abs(z)) == pytest.approx(row["p"], rel=1e-9)
    ends = [100 * (reference.estimate.nps + side * norm.ppf(0.975) * se) for side in (-1, 1)]
    assert ends == pytest.approx(row["pi"], rel=1e-6)
    se_with_noise = prediction_se(reference, new.n_effective, 0.03**2)
    assert (new.nps - reference.estimate.nps) / se_with_noise == pytest.approx(row["z_tau3"], rel=1e-6)


def test_the_worked_month_is_beyond_3_sigma_but_not_in_the_exact_tail() -> None:
    row = oracle("trend")
    movement = month_movement(nps_estimate(Counts(*row["new"])), estimates(row["baseline"]), 0, THRESHOLDS)
    assert movement.p_value == pytest.approx(row["dirmult_two_sided_midp"], rel=1e-9)
    assert movement.z == pytest.approx(row["z"], rel=1e-4)
    # The range of normal variation is that of the rule, 3 sigma, stretched to the figure that the exact tail let pass.
    half_width = (row["pi"][1] - row["pi"][0]) / 2 / 1.959964 * 3
    middle = sum(row["pi"]) / 2
    assert [100 * movement.expected_low, 100 * movement.expected_high] == pytest.approx(
        [min(middle - half_width, 100 * (14 - 16) / 42), middle + half_width], rel=3e-4)
    assert movement.verdict is Verdict.NORMAL
    assert (movement.n, movement.reference_n) == (42, 510)


def test_exact_tail_equals_a_simulation() -> None:
    rng = np.random.default_rng(6)
    reference = pooled_reference(estimates([[267, 147, 96]]))
    shares = rng.dirichlet([267.5, 147.5, 96.5], 300_000)
    rows = rng.multinomial(42, shares)
    score = rows[:, 0] - rows[:, 2]
    simulated = 2 * (np.mean(score < -2) + np.mean(score == -2) / 2)
    assert exact_p_value(-2 / 42, 42, reference, 0) == pytest.approx(simulated, abs=4 * 2 * math.sqrt(0.0016 / 300_000))


@pytest.mark.parametrize(("n", "pseudo"), [(1, (2.5, 0.5, 0.5)), (9, (3.0, 1.0, 8.0)), (40, (240.5, 12.5, 0.5))])
def test_probabilities_of_the_score_equal_the_sum_over_all_outcomes(n: int, pseudo: tuple[float, ...]) -> None:
    expected = np.zeros(2 * n + 1)
    for promoters in range(n + 1):
        for detractors in range(n - promoters + 1):
            chance = dirichlet_multinomial.pmf([promoters, n - promoters - detractors, detractors], pseudo, n)
            expected[promoters - detractors + n] += chance
    np.testing.assert_allclose(net_promoter_probabilities(n, pseudo), expected, atol=1e-12)


@pytest.mark.parametrize("n", [100, 1000])
def test_probabilities_of_many_answers_add_up_and_are_there_before_the_page_waits(n: int) -> None:
    started = time.perf_counter()
    for _ in range(5):
        probability = net_promoter_probabilities(n, (1080.5, 84.5, 36.5))
    assert probability.sum() == pytest.approx(1, abs=1e-9)
    assert (time.perf_counter() - started) / 5 < 0.003 * max(1, n / 100)


def test_of_few_answers_at_a_high_score_the_exact_tail_alarms_rarely_where_the_normal_one_does_too_often() -> None:
    n, truth = 15, (0.90, 0.07, 0.03)
    reference = pooled_reference(estimates([[90, 7, 3]] * 12))
    outcomes = [(p, n - p - d, d) for p in range(n + 1) for d in range(n - p + 1)]
    chance = multinomial.pmf(outcomes, n, truth)
    scores = np.array([(p - d) / n for p, _, d in outcomes])
    exact = np.array([exact_p_value(score, n, reference, 0) < 0.0027 for score in scores])
    normal = np.abs(scores - reference.estimate.nps) > 3 * prediction_se(reference, n, 0)
    assert chance[exact].sum() < 0.003
    assert chance[normal].sum() > 0.006


def test_the_exact_p_value_of_the_nearly_impossible_is_small_and_not_zero() -> None:
    assert 0 < exact_p_value(0.5, 200, pooled_reference(estimates([[95, 3, 2]] * 12)), 0) < 1e-15


def test_a_fraction_of_an_effective_answer_moves_the_exact_p_value_smoothly() -> None:
    reference = pooled_reference(STEADY)
    values = [exact_p_value(-0.3, n, reference, 0) for n in (20, 20.4, 21)]
    assert values[0] == values[1] > values[2] > 0


def test_excess_variance_of_one_unit_equals_the_meta_analysis_of_statsmodels() -> None:
    rng = np.random.default_rng(9)
    months = estimates([rng.multinomial(n, shares) for n, shares in zip(
        rng.integers(150, 600, 12), rng.dirichlet((50, 30, 20), 12), strict=True)])
    total = np.sum([(m.promoters * m.n, m.passives * m.n, m.detractors * m.n) for m in months], axis=0)
    promoters, _, detractors = (total + np.array((0.75, 1.5, 0.75))) / (total.sum() + 3)
    variance = promoters + detractors - (promoters - detractors) ** 2
    expected = combine_effects(
        np.array([m.nps for m in months]), np.array([variance / m.n for m in months]), method_re="dl")
    assert excess_variance([months]) == pytest.approx(expected.tau2)
    assert expected.tau2 > 0


def test_excess_variance_pooled_over_units_finds_the_real_variation() -> None:
    rng = np.random.default_rng(10)
    tau = 0.04
    units = []
    for _ in range(150):
        shift = rng.normal(0, tau / 2, 12)
        units.append(estimates([rng.multinomial(400, (0.5 + x, 0.3, 0.2 - x)) for x in shift]))
    assert math.sqrt(excess_variance(units)) == pytest.approx(tau, rel=0.1)
    assert excess_variance([unit[:1] for unit in units]) == 0
    assert excess_variance([]) == 0


def test_repeat_customers_are_not_taken_for_real_variation() -> None:
    rows = [[60, 20, 20], [40, 30, 30], [55, 25, 20], [38, 32, 30]]
    repeated = [nps_estimate(Counts(*row), design_effect=8) for row in rows]
    assert excess_variance([estimates(rows)]) > 0.001
    assert excess_variance([repeated]) == 0


def test_months_without_change_alarm_in_about_3_of_1000_cases() -> None:
    rng = np.random.default_rng(12)
    shares = (0.5, 0.3, 0.2)
    series = [estimates(rng.multinomial(80, shares, 13)) for _ in range(1500)]
    movements = [month_movement(months[-1], months[:-1], 0, THRESHOLDS) for months in series]
    beyond = np.mean([movement.p_value < 0.0027 for movement in movements])
    inside = np.mean([m.expected_low <= months[-1].nps <= m.expected_high
                      for m, months in zip(movements, series, strict=True)])
    assert beyond < 0.0075
    assert inside == pytest.approx(0.9973, abs=0.003)


def test_noise_between_months_widens_what_is_expected_and_weakens_the_alarm() -> None:
    month = nps_estimate(Counts(180, 140, 180))
    calm, noisy = (month_movement(month, STEADY, tau2, THRESHOLDS) for tau2 in (0.0, 0.10**2))
    assert calm.verdict is Verdict.MOVED
    assert noisy.verdict is not Verdict.MOVED
    assert noisy.expected_high - noisy.expected_low > calm.expected_high - calm.expected_low
    assert noisy.high - noisy.low > calm.high - calm.low
    assert noisy.change == calm.change == pytest.approx(-0.3)


@pytest.mark.parametrize(
    ("month", "reference", "verdict", "with_figures"),
    [
        (Counts(60, 60, 80), STEADY, Verdict.MOVED, True),
        (Counts(95, 60, 45), STEADY, Verdict.NORMAL, True),
        (Counts(60, 60, 80), STEADY[:3], Verdict.MOVED, True),
        (Counts(60, 60, 80), STEADY[:2], Verdict.CANNOT_TELL, True),
        (Counts(60, 60, 80), [], Verdict.CANNOT_TELL, False),
        (Counts(0, 0, 29), STEADY, Verdict.TOO_FEW, True),
        (Counts(0, 0, 9), STEADY, Verdict.TOO_FEW, False),
        (Counts(0, 0, 9), [], Verdict.TOO_FEW, False),
        (Counts(60, 60, 80), [nps_estimate(Counts(3, 2, 2))] * 4, Verdict.TOO_FEW, True),
        (Counts(60, 60, 80), [nps_estimate(Counts(1, 1, 1))] * 3, Verdict.TOO_FEW, False),
    ],
)
def test_each_gate_gives_its_verdict(
    month: Counts, reference: list[Estimate], verdict: Verdict, with_figures: bool
) -> None:
    movement = month_movement(nps_estimate(month), reference, 0, THRESHOLDS)
    assert movement.verdict is verdict
    figures = [movement.change, movement.low, movement.high, movement.z, movement.p_value, movement.expected_low,
               movement.expected_high, movement.reference_nps]
    assert {figure is not None for figure in figures} == {with_figures}


def test_a_sure_change_smaller_than_anyone_would_act_on_is_not_called_moved() -> None:
    reference = [nps_estimate(Counts(500_000, 300_000, 200_000))] * 12
    month = nps_estimate(Counts(505_000, 300_000, 195_000))
    movement = month_movement(month, reference, 0, THRESHOLDS)
    assert abs(movement.z) > 10
    assert movement.verdict is Verdict.CANNOT_TELL
    assert month_movement(month, reference, 0, THRESHOLDS, smallest_change=0.005).verdict is Verdict.MOVED


@settings(deadline=None)
@given(answers, st.lists(answers, max_size=6), st.floats(0, 0.02))
def test_the_words_never_contradict_the_picture(month: Estimate, reference: list[Estimate], tau2: float) -> None:
    movement = month_movement(month, reference, tau2, THRESHOLDS)
    assert movement.n == month.n
    if movement.verdict is Verdict.MOVED:
        assert movement.low > 0 or movement.high < 0
        assert min(movement.n, movement.reference_n) >= THRESHOLDS.firm
    if movement.change is not None:
        assert -1 <= movement.expected_low <= movement.reference_nps <= movement.expected_high <= 1
        assert 0 < movement.p_value <= 1


@given(answers, st.lists(answers, min_size=1, max_size=6))
def test_swapping_promoters_and_detractors_mirrors_the_movement(month: Estimate, reference: list[Estimate]) -> None:
    def mirrored(estimate: Estimate) -> Estimate:
        counts = estimate.effective_counts
        return nps_estimate(Counts(counts.detractors, counts.passives, counts.promoters))

    there = month_movement(month, reference, 0.001, THRESHOLDS)
    back = month_movement(mirrored(month), [mirrored(estimate) for estimate in reference], 0.001, THRESHOLDS)
    assert there.verdict is back.verdict
    if there.change is not None:
        assert (there.change, there.low, there.high) == pytest.approx((-back.change, -back.high, -back.low), abs=1e-9)
        assert there.p_value == pytest.approx(back.p_value, abs=1e-9)


def verdict_of_waves(before: tuple[float, ...], after: tuple[float, ...]) -> Movement:
    """The movement between two waves given as promoters, passives, detractors."""
    return wave_movement(nps_estimate(Counts(*before)), nps_estimate(Counts(*after)), THRESHOLDS)


def test_the_change_of_a_wave_equals_the_oracle_of_the_difference() -> None:
    row = oracle("diff_add1p5")
    movement = verdict_of_waves(row["a"], row["b"])
    assert (100 * movement.low, 100 * movement.high, movement.p_value) == pytest.approx(
        (row["lo"], row["hi"], row["p"]), rel=1e-6)
    assert movement.verdict is Verdict.MOVED


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ((45, 35, 20), (50, 32, 18), Verdict.NORMAL),
        ((5000, 3000, 2000), (5150, 3000, 1850), Verdict.CANNOT_TELL),
        ((5000, 3000, 2000), (5500, 3000, 1500), Verdict.MOVED),
        ((5, 3, 2), (900, 50, 50), Verdict.TOO_FEW),
        ((2, 3, 2), (900, 50, 50), Verdict.TOO_FEW),
    ],
)
def test_a_wave_moves_at_95_percent_if_the_change_is_large_enough(
    before: tuple[int, ...], after: tuple[int, ...], verdict: Verdict
) -> None:
    assert verdict_of_waves(before, after).verdict is verdict


def test_the_expected_interval_of_a_wave_holds_the_next_wave_if_nothing_moved() -> None:
    rng = np.random.default_rng(13)
    before, after = (rng.multinomial(n, (0.55, 0.3, 0.15), 1500) for n in (300, 80))
    held = [
        (movement := wave_movement(a, b, THRESHOLDS)).expected_low <= b.nps <= movement.expected_high
        for a, b in zip(estimates(before), estimates(after), strict=True)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_the_design_effect_of_pooled_months_is_their_mean_by_answers() -> None:
    months = [nps_estimate(Counts(50, 30, 20), design_effect=2.5), nps_estimate(Counts(150, 90, 60), design_effect=1.5)]
    pooled = pooled_reference(months).estimate
    assert (pooled.n, pooled.nps) == (400, pytest.approx(0.3))
    variance_of_sum = 0.61 * (100 * 2.5 + 300 * 1.5)
    assert 0.61 / pooled.n_effective == pytest.approx(variance_of_sum / 400**2)


def test_noise_between_months_widens_the_exact_prediction_as_much_as_the_normal_one() -> None:
    reference = pooled_reference(STEADY)
    for tau2 in (0.0, 0.05**2, 0.1**2):
        z = 0.15 / prediction_se(reference, 99, tau2)
        assert exact_p_value(0.3 - 0.15, 99, reference, tau2) == pytest.approx(2 * norm.sf(z), rel=0.12)


@pytest.mark.parametrize(
    ("month", "reference", "exact"),
    [
        (Counts(100, 60, 40), Counts(50, 30, 20), False),
        (Counts(49, 30, 20), Counts(50, 30, 20), True),
        (Counts(162, 18, 20), Counts(75, 10, 15), True),
        (Counts(140, 38, 22), Counts(80, 14, 6), True),
        (Counts(1900, 40, 60), Counts(95, 3, 2), False),
    ],
)
def test_the_exact_tail_serves_few_answers_and_extreme_scores(month: Counts, reference: Counts, exact: bool) -> None:
    movement = month_movement(nps_estimate(month), [nps_estimate(reference)] * 12, 0, THRESHOLDS)
    assert (movement.p_value != pytest.approx(2 * norm.sf(abs(movement.z)), rel=1e-9)) is exact


def test_a_rare_month_whose_interval_still_includes_no_change_is_not_called_moved() -> None:
    movement = month_movement(nps_estimate(Counts(37, 0, 3)), [nps_estimate(Counts(98, 2, 0))] * 12, 0, THRESHOLDS)
    assert movement.p_value < 0.0027
    assert movement.low < 0 < movement.high
    assert movement.verdict is Verdict.CANNOT_TELL
    assert movement.expected_high == 1


def test_a_negative_excess_variance_is_refused() -> None:
    with pytest.raises(ValueError, match=r"tau2 == -0.1, must be >= 0"):
        month_movement(STEADY[0], STEADY, -0.1, THRESHOLDS)


def test_a_figure_lies_in_its_expected_range_exactly_when_it_is_called_normal_and_not_when_it_moved() -> None:
    dice = np.random.default_rng(5)
    seen = set()
    for _ in range(1500):
        reference = [nps_estimate(Counts(*map(int, dice.multinomial(dice.integers(40, 160), shares))))
                     for shares in [dice.dirichlet((18, 3, 1.5))] * 8]
        month = nps_estimate(Counts(*map(int, dice.multinomial(dice.integers(30, 99), dice.dirichlet((12, 3, 2))))))
        movement = month_movement(month, reference, 0.0, THRESHOLDS)
        inside = movement.expected_low < month.nps < movement.expected_high
        seen.add(movement.verdict)
        if movement.verdict is Verdict.NORMAL:
            assert movement.expected_low <= month.nps <= movement.expected_high
        if movement.verdict is Verdict.MOVED:
            assert not inside
    assert {Verdict.NORMAL, Verdict.MOVED} <= seen
