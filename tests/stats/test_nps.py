"""Point, interval, shares and design effect against oracles, exact enumeration and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multinomial
from statsmodels.stats.proportion import multinomial_proportions_confint

from cx.stats.nps import ClusterSums, Counts, design_effect, nps_estimate, share_intervals
from tests.oracles import oracle

counts_with_answers = st.builds(Counts, *[st.integers(0, 400)] * 3).filter(lambda counts: counts.total > 0)


def cluster_sums(customer: np.ndarray, weight: np.ndarray, score: np.ndarray) -> ClusterSums:
    """The sums from rows, by a loop over customers."""
    sums = ClusterSums(0, 0, 0, 0, 0, 0)
    for identity in np.unique(customer):
        rows = customer == identity
        m, s = weight[rows].sum(), (weight[rows] * score[rows]).sum()
        sums += ClusterSums(1, m, s, s * s, s * m, m * m)
    return sums


def repeat_answers(rng: np.random.Generator, customers: int) -> tuple[np.ndarray, np.ndarray]:
    """Customer and score (+1, 0, -1) of each answer; a customer's answers resemble each other."""
    mood = rng.normal(0.3, 1, customers)
    customer = np.repeat(np.arange(customers), 1 + rng.poisson(1.5, customers))
    felt = mood[customer] + rng.normal(0, 0.5, len(customer))
    return customer, np.where(felt > 0.5, 1, np.where(felt < -0.5, -1, 0))


def test_intervals_equal_the_oracles_and_the_point_stays_raw() -> None:
    for row in oracle("ci_addwald3"):
        estimate = nps_estimate(Counts(row["P"], row["N"], row["D"]))
        assert 100 * estimate.nps == pytest.approx(row["raw"])
        assert 100 * estimate.low == pytest.approx(row["lo"], rel=1e-6)
        assert 100 * estimate.high == pytest.approx(row["hi"], rel=1e-6)


@pytest.mark.parametrize(("n", "worst"), [(10, 0.925), (20, 0.94), (50, 0.94)])
def test_interval_holds_the_truth_in_exact_enumeration(n: int, worst: float) -> None:
    truths = [(0.2, 0.2, 0.6), (0.3, 0.4, 0.3), (0.5, 0.3, 0.2), (0.65, 0.25, 0.1), (0.84, 0.12, 0.04),
              (0.97, 0.02, 0.01)]
    outcomes = [(p, n - p - d, d) for p in range(n + 1) for d in range(n - p + 1)]
    intervals = [nps_estimate(Counts(*outcome)) for outcome in outcomes]
    for truth in truths:
        nps = truth[0] - truth[2]
        holds = [estimate.low <= nps <= estimate.high for estimate in intervals]
        assert multinomial.pmf(outcomes, n, truth)[holds].sum() >= worst


def test_cluster_variance_equals_the_survey_package() -> None:
    row = oracle("cluster")
    sums = ClusterSums(row["C"], row["n"], row["S1"], row["A"], row["B"], row["M2"])
    assert sums.score / sums.weight == pytest.approx(row["mean_unit"], rel=1e-6)
    assert math.sqrt(sums.nps_variance()) == pytest.approx(row["se_unit"], rel=1e-6)


def test_cluster_variance_of_weighted_repeat_answers_equals_cluster_robust_regression() -> None:
    rng = np.random.default_rng(5)
    customer, score = repeat_answers(rng, 80)
    weight = rng.uniform(0.4, 2.5, len(score))
    fit = sm.WLS(score, np.ones_like(score), weights=weight).fit(cov_type="cluster", cov_kwds={"groups": customer})
    sums = cluster_sums(customer, weight, score)
    assert sums.score / sums.weight == pytest.approx(fit.params[0])
    assert sums.nps_variance() == pytest.approx(fit.bse[0] ** 2)
    counts = Counts(*(weight[score == value].sum() for value in (1, 0, -1)))
    independent = np.average((score - fit.params[0]) ** 2, weights=weight) / len(score)
    assert design_effect(counts, len(score), sums) == pytest.approx(fit.bse[0] ** 2 / independent)


def test_interval_with_design_effect_holds_the_truth_with_repeat_customers_and_without_it_does_not() -> None:
    rng = np.random.default_rng(11)
    truth = repeat_answers(rng, 200_000)[1].mean()
    holds = {"customers": 0, "rows": 0}
    samples = 400
    for _ in range(samples):
        customer, score = repeat_answers(rng, 60)
        counts = Counts(*(int((score == value).sum()) for value in (1, 0, -1)))
        effect = design_effect(counts, len(score), cluster_sums(customer, np.ones(len(score)), score))
        for kind, kind_effect in (("customers", effect), ("rows", 1.0)):
            estimate = nps_estimate(counts, design_effect=kind_effect)
            holds[kind] += estimate.low <= truth <= estimate.high
    assert holds["customers"] / samples > 0.915
    assert holds["rows"] / samples < 0.88


def test_where_all_answers_agree_each_customer_counts_as_one_answer() -> None:
    counts = Counts(12, 0, 0)
    effect = design_effect(counts, 12, ClusterSums(4, 12, 12, 38, 38, 38))
    assert nps_estimate(counts, design_effect=effect).n_effective == pytest.approx(4)
    one_customer = ClusterSums(1, 3, 1, 1, 3, 9)
    assert nps_estimate(Counts(2, 0, 1), design_effect=design_effect(Counts(2, 0, 1), 3, one_customer)).n_effective == 1


def test_answers_of_different_customers_have_no_design_effect() -> None:
    counts = Counts(45, 35, 20)
    single = ClusterSums(100, 100, 25, 65, 25, 100)
    assert design_effect(counts, 100, single) == 1
    assert nps_estimate(counts, design_effect=1).low == nps_estimate(counts).low


def test_cluster_sums_add_over_cells_without_common_customers() -> None:
    rng = np.random.default_rng(3)
    customer, score = repeat_answers(rng, 40)
    ones = np.ones(len(score))
    first = customer < 15
    parts = cluster_sums(customer[first], ones[first], score[first]) + cluster_sums(
        customer[~first], ones[~first], score[~first])
    assert parts == cluster_sums(customer, ones, score)


def test_weights_change_the_point_and_not_the_number_of_answers() -> None:
    estimate = nps_estimate(Counts(30.0, 10.5, 9.5), n=20, design_effect=1.6)
    assert (estimate.n, estimate.n_effective) == (20, 12.5)
    assert estimate.nps == pytest.approx(0.41)
    same_information = nps_estimate(Counts(6.0 * 1.25, 2.1 * 1.25, 1.9 * 1.25), n=12)
    assert estimate.high - estimate.low < same_information.high - same_information.low


@given(counts_with_answers, st.floats(0.5, 0.999))
def test_share_intervals_equal_goodman_of_statsmodels(counts: Counts, confidence: float) -> None:
    raw = [counts.promoters, counts.passives, counts.detractors]
    expected = multinomial_proportions_confint(raw, alpha=1 - confidence, method="goodman")
    np.testing.assert_allclose(share_intervals(counts, counts.total, confidence), expected, atol=1e-9)


@given(counts_with_answers, st.floats(1, 50), st.floats(0.5, 0.999))
def test_interval_lies_within_the_scale_and_mirrors_with_the_answers(
    counts: Counts, effect: float, confidence: float
) -> None:
    estimate = nps_estimate(counts, design_effect=effect, confidence=confidence)
    mirrored = nps_estimate(
        Counts(counts.detractors, counts.passives, counts.promoters), design_effect=effect, confidence=confidence)
    assert -1 <= estimate.low < estimate.high <= 1
    assert (estimate.nps, estimate.low, estimate.high) == pytest.approx((-mirrored.nps, -mirrored.high, -mirrored.low))
    assert estimate.promoters + estimate.passives + estimate.detractors == pytest.approx(1)


@given(counts_with_answers, st.floats(1, 20), st.floats(1.05, 5))
def test_interval_widens_with_the_design_effect(counts: Counts, effect: float, more: float) -> None:
    narrow, wide = nps_estimate(counts, design_effect=effect), nps_estimate(counts, design_effect=effect * more)
    # With fewer effective answers than pseudo-answers the interval is mostly those, and can shrink.
    if wide.n_effective >= 3:
        assert wide.high - wide.low >= narrow.high - narrow.low - 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nps_estimate(Counts(0, 0, 0)), "n == 0, must be >= 1"),
        (lambda: nps_estimate(Counts(0, 0, 0), n=4), "total of counts == 0, must be > 0"),
        (lambda: nps_estimate(Counts(1.2, 3, 1)), "n == None, must be given"),
        (lambda: nps_estimate(Counts(1, 3, 1), design_effect=0.5), "design_effect == 0.5, must be >= 1"),
        (lambda: nps_estimate(Counts(1, 3, 1), confidence=1), "confidence == 1, must be > 0 and < 1"),
        (lambda: Counts(-1, 0, 3), "promoters == -1, must be >= 0"),
        (lambda: Counts(1, math.nan, 3), "passives == nan, must be >= 0"),
        (lambda: design_effect(Counts(2, 0, 0), 2, ClusterSums(3, 2, 2, 2, 2, 2)), "customers == 3, must be"),
        (lambda: design_effect(Counts(2, 1, 0), 3, ClusterSums(2, 2, 2, 2, 2, 2)), "weight == 2, must be the total"),
    ],
)
def test_impossible_input_is_refused_by_name_and_rule(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
