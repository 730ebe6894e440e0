"""Slow drifts: the weighted mean by other routes, false alarms of a year, and drifts that single months miss."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from cx.stats.ewma import LIMIT_SIGMA_EWMA, ewma, slow_drift, z_against_the_past
from cx.stats.movement import month_movement
from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.suppression import Thresholds

STEADY = [nps_estimate(Counts(50, 30, 20))] * 12


def made(rng: np.random.Generator, truth: np.ndarray, n: int = 80, passives: float = 0.28) -> list[Estimate]:
    """Months with these true NPS."""
    free = 1 - passives
    rows = rng.multinomial(n, np.column_stack([(free + truth) / 2, np.full(len(truth), passives), (free - truth) / 2]))
    return [nps_estimate(Counts(*map(int, row))) for row in rows]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=15), st.floats(0.05, 1))
def test_the_mean_is_that_of_weights_written_out(z: list[float], weight: float) -> None:
    weights = np.array([weight * (1 - weight) ** (len(z) - 1 - k) for k in range(len(z))])
    assert ewma(z, weight)[-1] == pytest.approx(weights @ z / math.sqrt(weights @ weights), abs=1e-9)


def test_months_without_answers_change_nothing() -> None:
    values = ewma([math.nan, 1.0, math.nan, 2.0])
    assert math.isnan(values[0])
    assert values[1] == values[2] == 1
    assert values[3] == ewma([1.0, 2.0])[-1]
    assert len(ewma([])) == 0


def test_each_month_is_compared_as_the_single_month_is() -> None:
    rng = np.random.default_rng(1)
    months = made(rng, np.full(20, 0.3))
    z = z_against_the_past([*months[:4], None, *months[4:]], 0.02**2)
    assert np.isnan(z[[0, 1, 2, 4]]).all()
    for t, past in ((19, months[6:18]), (3, months[:3])):
        newest = months[t - (t > 4)]
        reference = [one for one in ([*months[:4], None, *months[4:]])[max(0, t - 12):t] if one is not None]
        assert len(reference) == len(past) or t == 19
        expected = month_movement(newest, reference, 0.02**2, Thresholds())
        assert 2 * norm.sf(abs(z[t])) == pytest.approx(expected.p_value)
        assert z[t] * expected.change > 0


@pytest.mark.parametrize(("shares", "n"), [((.50, .28, .22), 80), ((.90, .07, .03), 15)])
def test_one_to_three_of_100_units_without_a_change_alarm_in_a_year(shares, n: int) -> None:
    rng = np.random.default_rng(2)
    alarms, monthly, rounds = 0, 0, 300
    for _ in range(rounds):
        months = made(rng, np.full(24, shares[0] - shares[2]), n, shares[1])
        values = np.abs(ewma(z_against_the_past(months, 0.0)[12:]))
        alarms += bool((values > LIMIT_SIGMA_EWMA).any())
        monthly += int((values > LIMIT_SIGMA_EWMA).sum())
    assert 0.002 < alarms / rounds < 0.045
    assert monthly / rounds / 12 < 0.009


def test_with_one_fixed_reference_there_would_be_twice_as_many_alarms() -> None:
    rng = np.random.default_rng(3)
    year = rng.normal(0, 1, (20_000, 12))
    frozen = year - rng.normal(0, math.sqrt(1 / 12), (20_000, 1))
    alarms = np.mean([np.abs(ewma(row / math.sqrt(13 / 12))).max() > LIMIT_SIGMA_EWMA for row in frozen[:3000]])
    assert 0.05 < alarms < 0.09


def test_a_slow_fall_is_found_that_single_months_miss() -> None:
    rng = np.random.default_rng(4)
    found = single = 0
    for _ in range(150):
        truth = np.concatenate([np.full(12, 0.3), 0.3 - 0.025 * np.arange(1, 9)])
        months = made(rng, truth, 120)
        z = z_against_the_past(months, 0.0)
        drift = slow_drift(months)
        assert drift is not None
        found += drift.drifted and drift.value < 0
        single += abs(z[-1]) > 3
    assert found / 150 > 0.5
    assert found > 1.8 * single


def test_the_verdict_is_that_of_the_newest_month() -> None:
    falling = [nps_estimate(Counts(50 - k, 30, 20 + k)) for k in (4, 6, 8, 10)]
    down = slow_drift([*STEADY, *falling])
    assert down is not None
    assert (down.drifted, down.value < 0, down.months) == (True, True, 12)
    calm = slow_drift(STEADY)
    assert calm is not None
    assert (calm.drifted, calm.value, calm.months) == (False, 0, 9)
    noisy = slow_drift([*STEADY, *falling], tau2=0.10**2)
    assert noisy is not None
    assert not noisy.drifted


def test_without_a_past_or_a_newest_month_nothing_is_said() -> None:
    assert slow_drift(STEADY[:3]) is None
    assert slow_drift([*STEADY, None]) is None
    assert slow_drift([]) is None


def test_what_is_no_weight_and_no_variance_is_refused() -> None:
    with pytest.raises(ValueError, match="weight == 0, must be > 0"):
        ewma([1.0], 0)
    with pytest.raises(ValueError, match="tau2 == -1, must be >= 0"):
        slow_drift(STEADY, -1)
