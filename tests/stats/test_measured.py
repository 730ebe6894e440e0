"""What systems measured: units above are not counted twice, nothing missing is zero, agreement as scipy has it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.stats import binomtest, pearsonr

from cx.stats.measured import Measured, agreement, measured_months, solved_by

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)
PARENTS = {"top": None, "A": "top", "A1": "A", "B": "top"}


def row(unit: str, month: date = JAN, **known: float) -> Measured:
    return Measured(**{name: None for name in Measured._fields} | known | {"unit_id": unit, "month": month})  # type: ignore[arg-type]


def test_losses_add_up_over_units_with_wilsons_interval():
    (month,) = measured_months([row("A", entered=400, completed=340), row("B", entered=100, completed=55),
                                row("B", FEB)][:2], PARENTS)
    assert month.entered == 500
    assert month.lost is not None
    assert month.lost.rate == pytest.approx(105 / 500)
    wilson = binomtest(105, 500).proportion_ci(method="wilson")
    assert (month.lost.low, month.lost.high) == pytest.approx((wilson.low, wilson.high))


def test_a_unit_is_part_of_the_unit_above_it_where_that_was_measured_in_the_same_month():
    months = measured_months([row("A1", contacts=5), row("A", contacts=50), row("B", contacts=7),
                              row("A1", FEB, contacts=6)], PARENTS)
    assert [(month.month, month.contacts) for month in months] == [(JAN, 57), (FEB, 6)]


def test_what_was_not_measured_is_nothing_and_not_zero():
    (month,) = measured_months([row("A", entered=10, centrally=3, to_branch=1)], PARENTS)
    assert (month.lost, month.median_s, month.p90_s, month.contacts, month.solved) == (None,) * 5
    assert solved_by([month]) is None


def test_medians_of_units_are_not_averaged():
    (month,) = measured_months([row("A", median_s=60, p90_s=90), row("B", median_s=100, p90_s=1000),
                                row("C", median_s=9000, p90_s=9999)], PARENTS)
    assert (month.median_s, month.p90_s, month.timed_units) == (100, 1000, 3)


def test_shares_of_who_solved_are_those_of_all_months_together():
    months = measured_months([row("A", centrally=80, to_branch=15, by_expert=5),
                              row("A", FEB, centrally=10, to_branch=85, by_expert=5)], PARENTS)
    found = solved_by(months)
    assert found is not None
    assert (found.n, found.centrally, found.to_branch, found.by_expert) == (200, 90, 100, 10)
    assert found.intervals.promoters[0] < 0.45 < found.intervals.promoters[1]


def test_agreement_is_pearsons_with_fishers_interval_and_needs_ten_units_that_differ():
    dice = np.random.default_rng(2)
    pairs = [(float(x), float(0.5 * x + dice.normal())) for x in dice.normal(size=25)]
    found = agreement(pairs)
    expected = pearsonr([x for x, _ in pairs], [y for _, y in pairs])
    interval = expected.confidence_interval()
    assert found is not None
    assert (found.r, found.low, found.high, found.n) == pytest.approx(
        (expected.statistic, interval.low, interval.high, 25))
    assert agreement(pairs[:9]) is None
    assert agreement(pairs[:10]) is not None
    assert agreement([(1.0, y) for _, y in pairs]) is None
