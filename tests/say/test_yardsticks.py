"""Targets and rivals in words: the verdict is that of the interval, few answers are no verdict."""

from __future__ import annotations

from datetime import date

import pytest

from cx.say.numbers import formatter
from cx.say.translator import LANGUAGES, translator
from cx.say.yardsticks import lead_sentence, target_sentences
from cx.stats.comparison import ComparedUnit, SpanCounts, comparison
from cx.stats.lead import PublishedScore, lead
from cx.stats.nps import Counts
from cx.stats.outlook import Target
from cx.stats.suppression import Thresholds
from cx.warehouse.yardsticks import MarketLead, Yardsticks

EN, EN_WRITE = translator("en"), formatter("en")


def units(count: int, answers: int = 400) -> tuple[ComparedUnit, ...]:
    """Units that score about 50, the first most."""
    names = {f"u{k}": f"U{k}" for k in range(count)}
    spans = {unit: SpanCounts(Counts(0.6 * answers - k, 0.3 * answers + k, 0.1 * answers), float(answers), 0)
             for k, unit in enumerate(names)}
    return comparison(names, spans, lambda *_: False, Thresholds()).shown


def against(*targets: float) -> Yardsticks:
    first, last = date(2026, 1, 1), date(2026, 12, 1)
    return Yardsticks({f"u{k}": Target("2026", first, last, target) for k, target in enumerate(targets)}, {})


def test_each_unit_with_a_target_is_above_below_or_untold():
    shown = units(5)
    figures = [f"U{k} ({EN_WRITE.nps(one.estimate.nps)}, 95% interval "
               f"{EN_WRITE.interval(one.estimate.low, one.estimate.high)}, n = 400; target +{target}.0)"
               for k, (one, target) in enumerate(zip(shown, (20, 30, 90, 50), strict=False)) if one.estimate]
    assert target_sentences(EN, shown, against(0.2, 0.3, 0.9, 0.5)) == [
        f"Above the target: {figures[0]} and {figures[1]}.", f"Below the target: {figures[2]}.",
        f"Above or below the target, cannot tell yet: {figures[3]}."]
    assert target_sentences(EN, units(3), against()) == []


def test_few_answers_are_no_verdict_and_many_units_are_counted():
    (said,) = target_sentences(EN, units(1, 20), against(-0.9))
    assert said.startswith("Above or below the target, cannot tell yet: U0 (+50.0, 95% interval ")
    assert said.endswith(", n = 20; target −90.0).")
    assert target_sentences(EN, units(6), against(*[0.1] * 6)) == ["Above the target: 6 units."]
    assert target_sentences(translator("zh_Hans"), units(6), against(*[0.1] * 6)) == ["高于目标：6 个单元。"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_lead_that_cannot_be_told_keeps_its_sign_in_every_language(code: str):
    found = lead(PublishedScore("Us", 0.08, 500), [PublishedScore("Them", 0.1, 400)], 10)
    assert found is not None
    assert "−2.0" in lead_sentence(translator(code), "Us", MarketLead(found, "East", "2026 Q2", "panel"))


@pytest.mark.parametrize(("own", "said"), [
    (0.5, "Us leads its best rival Them by 40.0 points"), (0.12, "Us and its best rival Them cannot be told apart"),
    (-0.3, "Us lies 40.0 points behind its best rival Them")])
def test_a_lead_is_said_as_its_interval_allows(own: float, said: str):
    found = lead(PublishedScore("Us", own, 500), [PublishedScore("Them", 0.1, 400)], 10)
    assert found is not None
    sentence = lead_sentence(EN, "Us", MarketLead(found, "East", "2026 Q2", "panel"))
    assert sentence.startswith(said)
    assert sentence.endswith("; East, 2026 Q2, panel; n = 500 and 400).")
    assert ("cannot" in sentence) == (found.difference.low <= 0 <= found.difference.high)
