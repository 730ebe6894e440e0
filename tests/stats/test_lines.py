"""Weighted lines against statsmodels' weighted regression and simulated noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.api import WLS

from cx.stats.lines import noise_around_lines, weighted_line


def test_a_line_equals_the_weighted_regression_of_statsmodels() -> None:
    rng = np.random.default_rng(1)
    x, y, v = rng.uniform(0, 3, 9), rng.normal(0.3, 0.1, 9), rng.uniform(0.0005, 0.003, 9)
    design = np.column_stack([np.ones(9), x])
    fit = WLS(y, design, weights=1 / v).fit(cov_type="fixed scale", cov_kwds={"scale": 1.0})
    line = weighted_line(x, y, v)
    assert (line.slope, line.slope_variance**0.5) == pytest.approx((fit.params[1], fit.bse[1]))
    for at in (0.0, 1.7, 5.0):
        assert line.height(at) == pytest.approx(fit.params @ [1, at])
        assert line.height_variance(at) == pytest.approx(np.array([1, at]) @ fit.cov_params() @ [1, at])
    weight = np.diag(1 / v)
    projection = weight - weight @ design @ np.linalg.inv(design.T @ weight @ design) @ design.T @ weight
    assert line.q == pytest.approx(y @ projection @ y)
    assert line.c == pytest.approx(np.trace(projection))
    assert line.points == 9
    assert y @ projection @ y > 7
    assert noise_around_lines([line]) == pytest.approx((y @ projection @ y - 7) / np.trace(projection))


def test_noise_around_lines_is_found_and_sampling_alone_is_none() -> None:
    rng = np.random.default_rng(2)
    x, v = np.arange(12) / 12, np.full(12, 0.002)

    def lines(tau: float) -> list:
        return [weighted_line(x, 0.3 + 0.1 * x + rng.normal(0, np.sqrt(v + tau**2)), v) for _ in range(300)]

    assert math.sqrt(noise_around_lines(lines(0.06))) == pytest.approx(0.06, rel=0.05)
    assert noise_around_lines(lines(0.0)) < 0.0002
    assert noise_around_lines([weighted_line([0, 1, 2], [0, 1, 2], [1, 1, 1])]) == 0
    assert noise_around_lines([weighted_line([0, 1], [0, 1], [1, 1])]) == 0
    assert noise_around_lines([]) == 0


def test_one_time_alone_gives_no_line() -> None:
    with pytest.raises(ValueError, match="number of different times == 1, must be >= 2"):
        weighted_line([1, 1], [0.1, 0.2], [1, 1])
