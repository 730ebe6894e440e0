"""Visits, pain points and contacts in words: each sentence follows from the figures."""

from __future__ import annotations

from datetime import date

import pytest

from cx.say.touchpoint_details import agreement_sentence, pain_point_sentence, solved_sentence
from cx.say.translator import translator
from cx.stats.measured import Agreement, Measured, measured_months, solved_by
from cx.stats.nps import Counts, nps_estimate
from cx.warehouse.compare import Span
from cx.warehouse.touchpoint_details import PainPoint, VisitedUnit, Visits

ENGLISH = translator("en")
SPAN = Span(date(2025, 11, 1), date(2026, 10, 1))
UNIT = VisitedUnit("A", "A", 1, 70.0, 100, nps_estimate(Counts(50, 30, 20)))


@pytest.mark.parametrize(("low", "high", "words"), [
    (0.1, 0.8, "have a higher T-NPS: correlation 0.50 (0.10 to 0.80) over 12 units."),
    (-0.8, -0.1, "have a lower T-NPS"), (-0.2, 0.7, "do not visibly go together")])
def test_the_sign_of_the_interval_decides(low: float, high: float, words: str):
    assert words in agreement_sentence(ENGLISH, Visits((UNIT,) * 12, SPAN, Agreement(0.5, low, high, 12)))


def test_few_units_or_equal_ones_cannot_tell():
    assert agreement_sentence(ENGLISH, Visits((UNIT,) * 9, SPAN, None)) == (
        "Whether visits and T-NPS agree: cannot tell yet, 9 units have both and 10 are needed.")
    assert "the same at all units" in agreement_sentence(ENGLISH, Visits((UNIT,) * 11, SPAN, None))


def test_pain_points_are_counted_with_those_that_are_overdue():
    open_ = [PainPoint("x", "A", "", "o", date(2025, 1, 1), None, overdue) for overdue in (True, False, None)]
    assert pain_point_sentence(ENGLISH, open_) == "3 pain points are open here, 1 of them overdue."
    assert pain_point_sentence(ENGLISH, open_[1:2]) == "1 pain point is open here, 0 of them overdue."


def test_contacts_are_said_with_their_months():
    months = measured_months([Measured("A", date(2026, month, 1), None, None, None, None, None, 90, 8, 2)
                              for month in (1, 2)], {})
    solved = solved_by(months)
    assert solved is not None
    assert solved_sentence(ENGLISH, solved, months).replace("\u2009", " ") == (
        "What became of 200 contacts, Jan – Feb 2026:")
