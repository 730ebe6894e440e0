"""Raking: the oracle of R, the maximum-entropy program, simulated response, and what weights cost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from statsmodels.api import WLS

from cx.stats.nps import Counts, nps_estimate
from cx.stats.raking import raked, raked_estimate
from tests.oracles import oracle

SQUARE = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]


def worked():
    row = oracle("rake")
    cells = [nps_estimate(Counts(*cell[2:])) for cell in row["cells"]]
    categories = [tuple(cell[:2]) for cell in row["cells"]]
    return row, cells, categories, raked([cell.n for cell in cells], categories, [row["age"], row["ch"]], math.inf)


def test_weights_score_and_cost_equal_the_oracle() -> None:
    row, cells, _, found = worked()
    assert found.weights == pytest.approx(row["weights"], rel=1e-6)
    assert found.n_effective == pytest.approx(row["neff"], rel=1e-7)
    assert found.design_effect == pytest.approx(row["deff"], rel=1e-7)
    assert 100 * raked_estimate(cells, found.weights).nps == pytest.approx(row["nps"], rel=1e-8)
    assert found.largest_miss < 1e-12
    assert (found.trimmed, found.is_loud) == (0, False)


def test_standard_errors_with_and_without_known_margins_equal_the_oracle() -> None:
    row, cells, categories, found = worked()
    # The oracle takes n for n - 1 where the margins are not known.
    for known, expected in ((None, row["se_fixed"] * math.sqrt(340 / 339)), (categories, row["se_lin"])):
        weighted = raked_estimate(cells, found.weights, known)
        plain = weighted.promoters + weighted.detractors - weighted.nps**2
        assert 100 * math.sqrt(plain / weighted.n_effective) == pytest.approx(expected, rel=1e-6)


def test_weights_are_those_nearest_to_equal_ones_that_fit_the_margins() -> None:
    n = np.array([60, 40, 20, 80.0])
    found = raked(n, SQUARE, [{"a": 300, "b": 700}, {"x": 500, "y": 500}], math.inf)
    total = n * 1000 / n.sum()
    constraints = [{"type": "eq", "fun": lambda w, rows=rows, target=target: w[rows].sum() / target - 1}
                   for rows, target in (([0, 1], 300), ([2, 3], 700), ([0, 2], 500))]
    nearest = minimize(lambda w: (w * np.log(w / total) - w + total).sum() / 1000, total, constraints=constraints,
                       bounds=[(1e-6, None)] * 4, options={"ftol": 1e-14, "maxiter": 500})
    np.testing.assert_allclose(n * found.weights, nearest.x, rtol=1e-3)


def test_with_one_margin_the_weights_are_customers_by_answers() -> None:
    found = raked([10, 40, 50], [("a",), ("b",), ("b",)], [{"a": 30, "b": 45}], math.inf)
    assert found.weights == pytest.approx([3, 0.5, 0.5])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 80), min_size=4, max_size=4), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_weighted_margins_are_the_known_ones(answers: list[int], first: float, second: float) -> None:
    found = raked(answers, SQUARE, [{"a": 100 * first, "b": 100 - 100 * first}, {"x": second, "y": 1 - second}],
                  math.inf)
    total = np.array(answers) * found.weights
    assert [total[0] + total[1], total[2] + total[3]] == pytest.approx([100 * first, 100 - 100 * first])
    assert [total[0] + total[2], total[1] + total[3]] == pytest.approx([100 * second, 100 - 100 * second])
    assert total[0] * total[3] / (total[1] * total[2]) == pytest.approx(
        answers[0] * answers[3] / (answers[1] * answers[2]))
    assert found.design_effect >= 1 - 1e-12


def test_weights_repair_what_the_margins_explain() -> None:
    rng = np.random.default_rng(6)
    shares = np.array([(.60, .25, .15), (.30, .30, .40)])
    truth = float((shares[:, 0] - shares[:, 2]).mean())
    held = crude_held = 0
    for _ in range(300):
        rows = [rng.multinomial(n, one) for n, one in zip((150, 40), shares, strict=True)]  # the content answer more
        cells = [nps_estimate(Counts(*map(int, row))) for row in rows]
        weights = raked([150, 40], [("a",), ("b",)], [{"a": 500, "b": 500}]).weights
        weighted = raked_estimate(cells, weights, [("a",), ("b",)])
        crude = nps_estimate(Counts(*map(int, rows[0] + rows[1])))
        held += weighted.low <= truth <= weighted.high
        crude_held += crude.low <= truth <= crude.high
    assert held / 300 > 0.92
    assert crude_held / 300 < 0.5


def test_the_variance_left_by_the_margins_equals_that_of_a_weighted_regression_on_rows() -> None:
    rng = np.random.default_rng(7)
    cells = [nps_estimate(Counts(*map(int, rng.multinomial(n, one)))) for n, one in zip(
        (30, 50, 20, 60), rng.dirichlet((4, 3, 3), 4), strict=True)]
    weights = np.array([1.0, 2.5, 4.0, 0.7])
    score = np.concatenate([np.repeat([1, 0, -1], [round(c.promoters * c.n), round(c.passives * c.n),
                                                   round(c.detractors * c.n)]) for c in cells])
    rows = np.repeat(np.arange(4), [cell.n for cell in cells])
    design = np.column_stack([np.ones(160), rows >= 2, rows % 2])
    residual = WLS(score, design, weights=weights[rows]).fit().resid
    expected = 160 / 159 * ((weights[rows] * residual) ** 2).sum() / weights[rows].sum() ** 2
    weighted = raked_estimate(cells, weights, SQUARE)
    plain = weighted.promoters + weighted.detractors - weighted.nps**2
    assert plain / weighted.n_effective == pytest.approx(expected)


def test_an_answer_that_would_count_for_too_much_is_cut_and_said() -> None:
    margins = [{"a": 100, "b": 900}]
    free, cut = (raked([98, 2], [("a",), ("b",)], margins, at) for at in (math.inf, 5))
    assert free.is_loud
    assert (free.trimmed, cut.trimmed) == (0, 2)
    assert cut.weights[1] / cut.weights[0] == pytest.approx(5)
    assert np.dot([98, 2], cut.weights) == pytest.approx(1000)
    assert cut.design_effect < free.design_effect
    assert cut.largest_miss == pytest.approx(0.9 - 10 / 108)


def test_cells_without_answers_stay_without_weight() -> None:
    found = raked([10, 0, 10, 20], SQUARE, [{"a": 1, "b": 3, "c": 0}, {"x": 1, "y": 1}])
    assert found.weights[1] == 0
    assert sum(n * weight for n, weight in zip([10, 0, 10, 20], found.weights, strict=True)) == pytest.approx(4)


def test_repeat_customers_and_all_promoters_keep_their_price() -> None:
    once, often = (raked_estimate([nps_estimate(Counts(30, 20, 10), design_effect=deff)] * 2, [1, 3])
                   for deff in (1.0, 3.0))
    assert often.design_effect == pytest.approx(3 * once.design_effect, rel=0.01)
    happy = raked_estimate([nps_estimate(Counts(10, 0, 0)), nps_estimate(Counts(10, 0, 0))], [1, 3])
    assert happy.design_effect == pytest.approx(20 * 100 / 40**2)
    assert happy.low < 1
    equal = raked_estimate([nps_estimate(Counts(60, 28, 12))], [7])
    assert (equal.low, equal.high) == pytest.approx(
        (nps_estimate(Counts(60, 28, 12)).low, nps_estimate(Counts(60, 28, 12)).high), abs=0.002)


@pytest.mark.parametrize(("answers", "categories", "margins", "message"), [
    ([1, 1], [("a",), ("b",)], [{"a": 1, "b": 1, "c": 1}], "margin 1: c must have both"),
    ([1, 1], [("a",), ("b",)], [{"a": 1}], "margin 1: b must have both"),
    ([1, 0], [("a",), ("b",)], [{"a": 1, "b": 1}], "margin 1: b must have both"),
    ([1, 1], [("a",)], [{"a": 1}], "categories == 1 cells, must be 2"),
    ([0, 0], [("a",), ("b",)], [{"a": 1, "b": 1}], "at least one"),
    ([1], [()], [], "number of margins == 0"),
    ([5, 5], [("a", "x"), ("b", "y")], [{"a": 1, "b": 1}, {"x": 1, "y": 3}], "no weights fit all margins"),
])
def test_margins_that_cannot_be_met_are_refused(answers, categories, margins, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        raked(answers, categories, margins)


def test_weights_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="number of cells == 0"):
        raked_estimate([], [])
    with pytest.raises(ValueError, match="smallest weight == 0"):
        raked_estimate([nps_estimate(Counts(1, 1, 1))], [0])
