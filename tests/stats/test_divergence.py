"""Two series that part or not: the oracle of metafor, simulated false alarms, each course, and the wait."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student
from statsmodels.api import OLS

from cx.stats.divergence import Course, Dated, Divergence, _compared, _Points, divergence
from cx.stats.nps import Counts, nps_estimate
from tests.oracles import oracle

T_YEARS, R_YEARS = np.arange(24) / 12, np.arange(8) / 4


def made(rng: np.random.Generator, years: np.ndarray, slope: float, n: int, tau: float = 0.0) -> list[Dated]:
    """A series with this rise a year, about an NPS of 25."""
    truth = 0.25 + slope * (years - years.mean()) + rng.normal(0, tau, len(years))
    rows = rng.multinomial(n, np.column_stack([(0.75 + truth) / 2, np.full(len(years), 0.25), (0.75 - truth) / 2]))
    return [Dated(float(at), nps_estimate(Counts(*map(int, row)))) for at, row in zip(years, rows, strict=True)]


def exact(years: np.ndarray, slope: float, n: float) -> list[Dated]:
    """A series exactly on its line."""
    return [Dated(float(at), nps_estimate(Counts((0.8 + nps) / 2 * n, 0.2 * n, (0.8 - nps) / 2 * n), n=round(n)))
            for at, nps in zip(years, 0.2 + slope * (years - years.mean()), strict=True)]


def worked() -> Divergence:
    row = oracle("divergence")
    first = _Points(np.arange(12) / 12, np.array(row["T"]) / 100, row["varT"] / np.array(row["nT"]), sum(row["nT"]))
    second = _Points(np.array(row["xR_months"]) / 12, np.array(row["R"]) / 100, row["varR"] / np.array(row["nR"]), 1620)
    return _compared(first, second, 0.05)


def test_slopes_and_their_difference_equal_the_oracle() -> None:
    row = oracle("divergence")
    found = worked()
    assert [100 * found.first.per_year, 100 * found.first.se] == pytest.approx(row["slope_T"], rel=1e-6)
    assert [100 * found.second.per_year, 100 * found.second.se] == pytest.approx(row["slope_R"], rel=1e-5)
    assert 100 * found.difference == pytest.approx(row["diff"], rel=1e-6)
    assert found.p_value == pytest.approx(row["p_t12"], rel=1e-4)
    assert (found.high - found.difference) / student.ppf(0.975, 12) * 100 == pytest.approx(row["se"], rel=1e-6)
    assert (found.second.high - found.second.low) / 2 == pytest.approx(found.second.se * student.ppf(0.95, 12))
    assert found.tau2 == 0
    assert found.course is Course.CANNOT_TELL
    assert (found.first.points, found.second.points, found.first.n) == (12, 4, sum(row["nT"]))


def test_it_agrees_with_ordinary_regression_where_all_points_are_equally_noisy() -> None:
    rng = np.random.default_rng(3)
    years = np.arange(10) / 4
    variances = np.full(10, 1e-9)  # sampling explains nothing: tau² is the residual variance, pooled
    y, z = rng.normal(0.3, 0.05, 10), rng.normal(0.3, 0.05, 10)
    found = _compared(_Points(years, y, variances, 1), _Points(years, z, variances, 1), 0.05)
    design = np.kron(np.eye(2), np.column_stack([np.ones(10), years]))
    test = OLS(np.concatenate([y, z]), design).fit().t_test([0, 1, 0, -1])
    assert found.difference == pytest.approx(float(test.effect[0]))
    assert found.p_value == pytest.approx(float(test.pvalue), rel=1e-5)
    assert (found.low, found.high) == pytest.approx(tuple(test.conf_int()[0]), rel=1e-5)


@pytest.mark.parametrize("tau", [0.0, 0.03])
def test_series_with_one_true_slope_seldom_part_where_the_naive_reading_often_says_so(tau: float) -> None:
    rng = np.random.default_rng(4)
    significant, parted, naive = [], [], []
    for _ in range(250):
        found = divergence(made(rng, T_YEARS[:12], 0.10, 300, tau), made(rng, R_YEARS[:4], 0.10, 300, tau))
        assert found is not None
        significant.append(found.p_value < 0.05)
        parted.append(found.course is Course.DIVERGING)
        naive.append((abs(found.first.per_year) > 1.96 * found.first.se)
                     and abs(found.second.per_year) < 1.96 * found.second.se)
    assert np.mean(significant) < 0.085
    assert np.mean(parted) < 0.03
    assert np.mean(naive) > 0.2


def test_a_flat_series_beside_a_rising_one_is_found_with_enough_answers() -> None:
    rng = np.random.default_rng(5)
    courses = [divergence(made(rng, T_YEARS, 0.15, 2000), made(rng, R_YEARS, 0.0, 3000)).course for _ in range(60)]
    assert np.mean([course is Course.DIVERGING for course in courses]) > 0.8
    few = [divergence(made(rng, T_YEARS, 0.15, 50), made(rng, R_YEARS, 0.0, 50)).course for _ in range(60)]
    assert np.mean([course is Course.CANNOT_TELL for course in few]) > 0.8


@pytest.mark.parametrize(("first", "second", "course"), [
    (0.15, 0.0, Course.DIVERGING),
    (0.15, -0.10, Course.DIVERGING),
    (0.0, 0.15, Course.DIVERGING),
    (0.0, -0.15, Course.DIVERGING),
    (0.20, 0.10, Course.TOGETHER),
    (-0.20, -0.10, Course.TOGETHER),
    (0.10, 0.10, Course.TOGETHER),
    (0.0, 0.0, Course.TOGETHER),
    (0.05, 0.02, Course.CANNOT_TELL),
])
def test_each_course(first: float, second: float, course: Course) -> None:
    n = 900 if course is Course.CANNOT_TELL else 20_000
    found = divergence(exact(T_YEARS, first, n), exact(R_YEARS, second, n))
    assert found is not None
    assert found.course is course
    assert found.difference == pytest.approx(first - second)


def test_the_wait_is_the_first_quarter_in_which_the_longer_series_tell() -> None:
    first, second = exact(T_YEARS, 0.12, 50), exact(R_YEARS, 0.0, 200)
    found = divergence(first, second)
    assert found is not None
    assert found.course is Course.CANNOT_TELL
    needed = found.quarters_needed
    assert needed is not None

    def course_after(quarters: int) -> Course:
        years = (np.arange(24 + 3 * quarters) / 12, np.arange(8 + quarters) / 4)
        # On the same lines, with the same variance of an answer: only the number of points differs.
        longer = [_Points(at, 0.2 + slope * at, np.full(len(at), variance / n), 1)
                  for at, slope, n, variance in zip(years, (0.12, 0.0), (50, 200), variances, strict=True)]
        return _compared(*longer, 0.05).course

    variances = [sum((p.estimate.effective_counts for p in one[1:]), one[0].estimate.effective_counts)
                 .with_pseudo_answers().variance for one in (first, second)]
    assert course_after(needed) is not Course.CANNOT_TELL
    assert all(course_after(k) is Course.CANNOT_TELL for k in range(needed))
    hopeless = divergence(exact(T_YEARS, 0.05, 10), exact(R_YEARS, 0.02, 10))
    assert hopeless is not None
    assert (hopeless.course, hopeless.quarters_needed) == (Course.CANNOT_TELL, None)


@pytest.mark.parametrize("quarters", [1, 5])
def test_a_series_that_goes_on_has_points_at_its_own_distance(quarters: int) -> None:
    for years, added in ((T_YEARS, 3 * quarters), (R_YEARS, quarters)):
        points = _Points(years, 0.1 * years, np.full(len(years), 0.002), 1)
        longer = years[1] * np.arange(len(years) + added)
        spread = ((longer - longer.mean()) ** 2).sum()
        assert points.slope_se(0.001, quarters) == (
            pytest.approx(0.1), pytest.approx((0.003 / spread) ** 0.5), len(longer))


@settings(max_examples=40, deadline=None)
@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2), st.sampled_from([50, 500, 5000]))
def test_exchanged_series_and_upside_down_ones_follow_the_same_course(first: float, second: float, n: int) -> None:
    one, other = exact(T_YEARS, first, n), exact(R_YEARS, second, n)
    found, back = divergence(one, other), divergence(other, one)
    assert found is not None
    assert back is not None
    assert (back.course, back.difference) == (found.course, pytest.approx(-found.difference))
    assert back.p_value == pytest.approx(found.p_value)
    assert found.low <= found.difference <= found.high


def test_repeat_customers_make_it_less_sure() -> None:
    plain = exact(R_YEARS, 0.1, 500)
    repeated = [Dated(one.years, nps_estimate(one.estimate.effective_counts, n=500, design_effect=4)) for one in plain]
    sure, less = divergence(plain, plain), divergence(repeated, plain)
    assert sure is not None
    assert less is not None
    assert less.first.se == pytest.approx(2 * sure.first.se, rel=0.01)


def test_fewer_than_three_points_say_nothing_and_a_margin_of_nothing_is_refused() -> None:
    series = exact(R_YEARS, 0.1, 500)
    assert divergence(series[:2], series) is None
    assert divergence(series, []) is None
    with pytest.raises(ValueError, match="flat == 0, must be > 0"):
        divergence(series, series, 0)
