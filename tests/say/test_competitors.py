"""Competitors in words: compared only where both were asked alike for the same period, with an interval or why not."""

from __future__ import annotations

from datetime import date

import pytest

from cx.say.competitors import competitor_sentences
from cx.say.translator import LANGUAGES, translator
from cx.stats.difference import nps_difference
from cx.stats.nps import Counts, nps_estimate
from cx.stats.suppression import Thresholds
from cx.warehouse.benchmarks import Benchmark, Competitor, Market

LIMITS = Thresholds()


def score(nps: float, n: int | None = 500, method: str = "panel", period: str = "2025 Q4") -> Benchmark:
    return Benchmark(period, date(2025, 11, 1), nps, n, method, "")


def said(ours: tuple[Benchmark, ...], theirs: tuple[Benchmark, ...], code: str = "en") -> tuple[str, ...]:
    competitors = [Competitor("Rival", False, theirs)] + ([Competitor("Us", True, ours)] if ours else [])
    return competitor_sentences(translator(code), "Us", Market("Car", tuple(competitors), ()), LIMITS)


@pytest.mark.parametrize(("ours", "words"), [
    (0.40, "2025 Q4: Us +40.0 (n = 500) is ahead of Rival +20.0 (n = 500) by 20.0 points ("),
    (0.00, "2025 Q4: Us 0.0 (n = 500) is behind Rival +20.0 (n = 500) by 20.0 points ("),
    (0.25, "2025 Q4: Us +25.0 (n = 500) and Rival +20.0 (n = 500) cannot be told apart: difference +5.0 points ("),
])
def test_scores_asked_alike_are_compared_by_their_difference(ours: float, words: str) -> None:
    first, second = said((score(ours),), (score(0.2),))
    assert "cannot be compared with them in level; its dashed line can." in first
    assert "(panel)" in first
    assert second.startswith(words)
    found = nps_difference(*(nps_estimate(Counts(250 * (1 + nps), 0, 250 * (1 - nps)), n=500) for nps in (0.2, ours)))
    assert f"95% interval {100 * found.low:+.1f} to {100 * found.high:+.1f}".replace("-", "−") in second


@pytest.mark.parametrize("n", [None, 0, 29])
def test_without_enough_answers_known_the_difference_is_not_judged(n: int | None) -> None:
    _, second = said((score(0.4, n),), (score(0.2),))
    assert "difference +20.0 points; how sure it is cannot be told" in second
    assert "ahead" not in second
    assert "interval" not in second


@pytest.mark.parametrize("ours", [
    (), (score(0.4, method="own web survey"),), (score(0.4, period="2025 Q3"),), (score(0.4, method=""),)])
def test_what_was_not_asked_alike_is_compared_in_changes_only(ours: tuple[Benchmark, ...]) -> None:
    theirs = (score(0.2, method="" if ours and not ours[0].method else "panel"),)
    (sentence,) = said(ours, theirs)
    assert "Their levels cannot be compared with those of the own survey of Us" in sentence
    assert sentence.endswith("only changes.")
    assert "ahead" not in sentence


def test_a_method_that_is_not_known_is_said() -> None:
    (sentence,) = said((), (score(0.2, method=""),))
    assert "(method not named)" in sentence


def test_the_newest_period_of_both_is_compared() -> None:
    ours = (score(0.1, period="2025 Q3"), score(0.4, period="2025 Q4"), score(0.6, period="2026 Q1"))
    theirs = (score(0.1, period="2025 Q3"), score(0.3, period="2025 Q4"))
    assert said(ours, theirs)[1].startswith("2025 Q4: Us +40.0")


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_sentence(code: str) -> None:
    for ours in (0.4, 0.0, 0.25):
        for n in (500, None):
            for sentence in said((score(ours, n),), (score(0.2),), code):
                assert sentence.endswith("." if code == "en" else "。")
                assert "{" not in sentence
