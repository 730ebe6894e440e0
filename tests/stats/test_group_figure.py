"""All units together under a rule: the weighted mean of their scores, and how much of the weight has a figure."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.stats.group_figure import group_figure, whole_figure
from cx.stats.nps import Counts, nps_estimate

CLASSES = st.tuples(st.integers(0, 200), st.integers(0, 200), st.integers(10, 200))


@given(st.dictionaries(st.sampled_from("ABCDE"), CLASSES, min_size=1), st.dictionaries(
    st.sampled_from("ABCDEF"), st.floats(1, 1e6), min_size=6))
def test_the_score_is_the_weighted_mean_and_its_variance_that_of_the_units(classes, weights):
    units = {name: nps_estimate(Counts(*one)) for name, one in classes.items()}
    found = group_figure(units, weights)
    assert found is not None
    known = sum(weights[name] for name in units)
    assert found.nps == pytest.approx(sum(weights[name] * one.nps for name, one in units.items()) / known, abs=1e-9)
    assert found.covered == pytest.approx(known / sum(weights.values()))
    assert (found.units, found.n) == (len(units), sum(one.n for one in units.values()))
    # Without pseudo-answers: the plain variance of a weighted mean. With them it differs little where n is large.
    if min(one.n for one in units.values()) > 100:
        plain = math.sqrt(sum((weights[name] / known) ** 2 * Counts(*classes[name]).variance / one.n
                              for name, one in units.items()))
        assert (found.high - found.low) / 2 == pytest.approx(1.96 * plain, rel=0.1, abs=0.04)


def test_by_answers_it_is_every_answer_alike():
    classes = {"A": (60, 20, 20), "B": (10, 10, 30), "C": (300, 100, 150)}
    units = {name: nps_estimate(Counts(*one)) for name, one in classes.items()}
    found = group_figure(units, {name: float(sum(one)) for name, one in classes.items()})
    assert found is not None
    pooled = nps_estimate(Counts(370, 130, 200))
    assert found.nps == pytest.approx(pooled.nps, abs=1e-12)
    assert whole_figure(pooled, 3).nps == pooled.nps


def test_units_without_weight_do_not_count_and_are_counted():
    units = {name: nps_estimate(Counts(60, 20, 20)) for name in "AB"}
    found = group_figure(units, {"A": 5.0, "B": 0.0})
    assert found is not None
    assert (found.units, found.without_weight, found.covered) == (1, 1, 1.0)
    assert group_figure(units, {"C": 5.0}) is None
    assert group_figure({}, {"A": 5.0}) is None
