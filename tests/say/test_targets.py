"""Targets in words: five grades or reached, missed, cannot tell; always with months and answers, never "on track"."""

from __future__ import annotations

from datetime import date

import pytest

from cx.say.targets import LIKELIHOOD_WORDS, REACHED_WORDS, chance_percent, target_sentences
from cx.say.translator import LANGUAGES, translator
from cx.stats.outlook import Target, outlook
from cx.stats.targets import Likelihood, Reached, likelihood
from cx.stats.unit_level import unit_level_of
from tests.stats.test_unit_level import point

STEADY = [point(k, (500, 300, 200)) for k in range(18)]
EN = translator("en")


def said(target: Target, code: str = "en", months: int = 18, survey: str = "transaction") -> str:
    points = STEADY[:months]
    unit = unit_level_of(survey, "Harbour", points, [None] * months, [points], 0.0)
    found = outlook(unit, target)
    assert found is not None
    (sentence,) = target_sentences(translator(code), unit, [found])
    return sentence


@pytest.mark.parametrize(("nps", "words"), [
    (0.2, "reached"), (0.3, "cannot tell whether it was reached"), (0.4, "missed")])
def test_a_past_target_says_its_verdict_with_the_interval(nps: float, words: str) -> None:
    sentence = said(Target("2024", date(2024, 1, 1), date(2024, 12, 1), nps))
    assert sentence.startswith(f"Target of T-NPS +{100 * nps:.1f} for 2024: {words}. The level in Dec 2024 was +30.0 (")
    assert sentence.endswith("n = 18,000 in 18 months).")


@pytest.mark.parametrize("nps", [0.1, 0.28, 0.3, 0.305, 0.32, 0.6])
def test_a_target_to_come_says_the_grades_of_both_chances(nps: float) -> None:
    target = Target("2025", date(2025, 1, 1), date(2025, 12, 1), nps)
    unit = unit_level_of("transaction", "Harbour", STEADY, [None] * 18, [STEADY], 0.0)
    found = outlook(unit, target)
    assert found is not None
    assert found.if_level_holds is not None
    assert found.at_this_pace is not None
    sentence = said(target)
    holds, pace = found.if_level_holds, found.at_this_pace
    assert (f"if the level holds, it is {likelihood(holds.probability).value} "
            f"({chance_percent(EN, holds.probability)}) to be reached in Dec 2025") in sentence
    assert f"it is {likelihood(pace.probability).value} ({chance_percent(EN, pace.probability)})" in sentence
    assert sentence.endswith("(n = 18,000 in 18 months).")
    assert "on track" not in sentence


def test_without_months_enough_no_pace_and_no_chance_is_told() -> None:
    target = Target("2025", date(2025, 1, 1), date(2025, 12, 1), 0.3)
    assert "A pace needs 6 periods with figures (n = 5,000 in 5 months)." in said(target, months=5)
    assert said(target, months=2) == ("Target of T-NPS +30.0 for 2025: cannot tell yet; figures of 3 periods are "
                                      "needed.")


def test_waves_are_counted_as_waves() -> None:
    assert said(Target("2024", date(2024, 1, 1), date(2024, 12, 1), 0.2), survey="relationship").endswith(
        "n = 18,000 in 18 waves).")


def test_nothing_to_come_is_certain() -> None:
    assert [chance_percent(EN, p) for p in (0.0, 0.009, 0.01, 0.5, 0.99, 0.999, 1.0)] == [
        "<1%", "<1%", "1%", "50%", "99%", ">99%", ">99%"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_grade_and_verdict_has_its_words(code: str) -> None:
    t = translator(code)
    assert set(LIKELIHOOD_WORDS) == set(Likelihood)
    assert set(REACHED_WORDS) == set(Reached)
    assert len({t(words) for words in (*LIKELIHOOD_WORDS.values(), *REACHED_WORDS.values())}) == 8
    for months in (2, 5, 18):
        sentence = said(Target("2025", date(2025, 1, 1), date(2025, 12, 1), 0.3), code, months)
        assert sentence.endswith("." if code == "en" else "。")
