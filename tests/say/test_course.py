"""Every verdict about the course of a unit has its sentence, and the sentence says the verdict's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cx.say.course import course_headline, course_sentences
from cx.say.translator import LANGUAGES, translator
from cx.stats.change_point import change_point
from cx.stats.course import Step
from cx.stats.divergence import Course, Dated, divergence
from cx.stats.nps import Counts, nps_estimate
from cx.stats.trends import TrendSeries
from cx.warehouse.course import UnitCourse

T = [Dated(k / 12, nps_estimate(Counts(150 + k, 93, 57 - k))) for k in range(12)]
R = [Dated(k / 4, nps_estimate(Counts(200, 124, 76))) for k in range(4)]
SERIES = TrendSeries("u", "Harbour", (), None, None)
UNTOLD = divergence(T, R)


@pytest.mark.parametrize(("course", "difference", "words"), [
    (Course.DIVERGING, 0.08, "are diverging: T-NPS rises more"), (Course.DIVERGING, -0.08, "R-NPS rises more"),
    (Course.TOGETHER, 0.0, "are moving together"),
    (Course.CANNOT_TELL, 0.08, "cannot tell yet whether they part (needs about 3 more quarters)"),
])
def test_each_verdict_has_its_words(course: Course, difference: float, words: str) -> None:
    assert UNTOLD is not None
    found = UnitCourse(SERIES, SERIES, (), replace(UNTOLD, course=course, difference=difference))
    assert words in course_headline(translator("en"), found)
    first, *advice, last = course_sentences(translator("en"), found)
    assert "95% interval" in first
    assert bool(advice) is (course is Course.DIVERGING and difference > 0)
    assert last == "T-NPS of Harbour shows no lasting step: the months are within normal variation."


def test_what_is_missing_is_said() -> None:
    assert "R-NPS of Harbour is not known here" in course_headline(translator("en"), UnitCourse(
        SERIES, None, (), None))
    assert "three periods of each are needed" in course_headline(translator("en"), UnitCourse(
        SERIES, SERIES, (), None))
    assert len(course_sentences(translator("en"), UnitCourse(SERIES, None, (), None))) == 1


def test_a_step_says_its_months_and_levels() -> None:
    low, high = nps_estimate(Counts(200, 150, 150)), nps_estimate(Counts(280, 120, 100))
    for months, word in (([low] * 4 + [high] * 4, "up"), ([high] * 4 + [low] * 4, "down")):
        found = change_point(months)
        assert found is not None
        step = Step(date(2026, 4, 1), date(2026, 5, 1), found)
        for code in LANGUAGES:
            said = course_sentences(translator(code), UnitCourse(SERIES, None, (step,), None))[0]
            assert "+10.0" in said
            assert "+36.0" in said
        assert f"stepped {word} for good" in course_sentences(
            translator("en"), UnitCourse(SERIES, None, (step,), None))[0]
