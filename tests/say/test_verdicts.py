"""Verdicts in words: the evidence beside the verdict, one vocabulary, nothing said that privacy withholds."""

import re
from dataclasses import replace

import pytest

from cx.phrase import phrase
from cx.say.translator import LANGUAGES, translator
from cx.say.verdicts import (
    VERDICT_WORDS,
    WITHHELD_WORDS,
    Subject,
    association,
    badge,
    estimated_effect,
    evidence,
    movement_sentence,
    withheld_reason,
)
from cx.stats.movement import Movement, Verdict
from cx.stats.suppression import Thresholds, Withheld

THRESHOLDS = Thresholds(privacy=5, figure=10, firm=30)
SUBJECT = Subject("R-NPS", "Life", "2026 Q3", "2026 Q2")
FALL = Movement(Verdict.MOVED, -0.0891, -0.127, -0.0501, -4.5, 0.00001, 0.09, 0.58, 0.33, 510, 420)
RISE = replace(FALL, change=0.0891, low=0.0501, high=0.127)
NORMAL = replace(FALL, verdict=Verdict.NORMAL, n=42)
UNCLEAR = replace(FALL, verdict=Verdict.CANNOT_TELL, low=-0.16, high=-0.004)
NO_REFERENCE = Movement(Verdict.CANNOT_TELL, None, None, None, None, None, None, None, None, 0, 400)


def few(n, reference_n=500):
    return Movement(Verdict.TOO_FEW, None, None, None, None, None, None, None, None, reference_n, n)


def said(movement, code="en"):
    return movement_sentence(translator(code), movement, SUBJECT, THRESHOLDS)


def test_a_move_is_said_with_its_direction_size_and_interval():
    assert said(FALL) == ("R-NPS of Life fell by 8.9 points from 2026 Q2 to 2026 Q3: "
                          "this is a real move (95% interval −12.7 to −5.0).")
    assert said(RISE) == ("R-NPS of Life rose by 8.9 points from 2026 Q2 to 2026 Q3: "
                          "this is a real move (95% interval +5.0 to +12.7).")
    assert said(FALL, "zh_Hant") == (
        "Life 的 R-NPS 從 2026 Q2 到 2026 Q3 下降 8.9 點：確有變動（95% 信賴區間 −12.7 至 −5.0）。")
    assert said(RISE, "zh_Hans") == (
        "Life 的 R-NPS 从 2026 Q2 到 2026 Q3 上升 8.9 点：确有变动（95% 置信区间 +5.0 至 +12.7）。")


def test_normal_variation_is_said_with_the_expected_range():
    assert said(NORMAL) == (
        "R-NPS of Life in 2026 Q3 is +24.1: within normal variation (expected +9.0 to +58.0 with 42 answers).")
    assert said(NORMAL, "zh_Hant") == (
        "Life 在 2026 Q3 的 R-NPS 為 +24.1，在正常波動範圍內（42 份回覆的預期範圍為 +9.0 至 +58.0）。")
    assert evidence(translator("en"), NORMAL, THRESHOLDS) == (
        "within normal variation (expected +9.0 to +58.0 with 42 answers)")


def test_what_cannot_be_told_says_why():
    assert said(UNCLEAR) == ("R-NPS of Life in 2026 Q3: cannot tell yet: the evidence is not enough "
                             "(−8.9 points, 95% interval −16.0 to −0.4).")
    assert said(NO_REFERENCE).endswith("cannot tell yet: there is no earlier period to compare with.")


@pytest.mark.parametrize(("movement", "reason"), [
    (few(7), "7 of the 30 needed"), (few(0), "0 of the 30 needed"), (few(4), "30 are needed"),
    (few(400, 12), "12 of the 30 needed in the period before"), (few(400, 3), "30 are needed in the period before"),
])
def test_too_few_answers_says_how_many_are_needed(movement, reason):
    assert evidence(translator("en"), movement, THRESHOLDS) == f"too few answers for a verdict: {reason}"
    assert said(movement) == f"R-NPS of Life in 2026 Q3: too few answers for a verdict: {reason}."


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("n", range(1, 5))
def test_a_private_number_of_answers_is_never_said(code, n):
    t, subject = translator(code), Subject("NPS", "Life", "May", "April")
    others = {str(number) for number in (THRESHOLDS.privacy, THRESHOLDS.figure, THRESHOLDS.firm)}
    texts = [movement_sentence(t, few(n), subject, THRESHOLDS), movement_sentence(t, few(99, n), subject, THRESHOLDS),
             withheld_reason(t, Withheld.PRIVACY, n, THRESHOLDS),
             withheld_reason(t, Withheld.PROTECTS_OTHERS, n, THRESHOLDS)]
    for text in texts:
        assert set(re.findall(r"\d+", text)) <= others


def test_withheld_figures_say_why():
    t = translator("en")
    assert withheld_reason(t, Withheld.TOO_FEW, 7, THRESHOLDS) == "too few answers: 7 of the 10 needed"
    assert withheld_reason(t, Withheld.PRIVACY, 3, THRESHOLDS).startswith("withheld: fewer than 5 answers")
    assert "10 are needed" in withheld_reason(t, Withheld.PRIVACY, 3, THRESHOLDS)
    assert "fewer than 5 answers" in withheld_reason(t, Withheld.PROTECTS_OTHERS, 80, THRESHOLDS)


@pytest.mark.parametrize("movement", [FALL, RISE, NORMAL, UNCLEAR, NO_REFERENCE, few(7), few(400, 3)])
@pytest.mark.parametrize("code", LANGUAGES)
def test_badge_sentence_and_evidence_use_the_same_words(movement, code):
    t = translator(code)
    core = t(VERDICT_WORDS[movement.verdict])
    short = badge(t, movement)
    assert short.startswith(core[:2])
    assert short[:2] in said(movement, code) or movement.verdict is Verdict.MOVED
    assert evidence(t, movement, THRESHOLDS).startswith(short)


@pytest.mark.parametrize("movement", [FALL, RISE, NORMAL, UNCLEAR, NO_REFERENCE, few(7), few(400, 3)])
def test_no_word_claims_a_cause(movement):
    text = said(movement) + evidence(translator("en"), movement, THRESHOLDS)
    assert not re.search(r"caus|prove|best|because|due to|thanks", text)


def test_every_verdict_and_every_reason_has_a_word():
    assert set(VERDICT_WORDS) == set(Verdict)
    assert set(WITHHELD_WORDS) == set(Withheld)
    assert {str(word) for word in VERDICT_WORDS.values()} == {
        "moved", "within normal variation", "too few answers", "cannot tell yet"}


def test_names_may_be_phrases():
    subject = Subject(phrase("Strategic NPS"), "Life", "2026", "2024")
    text = movement_sentence(translator("zh_Hans"), FALL, subject, THRESHOLDS)
    assert text.startswith("Life 的 战略 NPS 从 2024 到 2026 下降")


def test_associations_and_effects():
    t = translator("en")
    assert association(t, "Waiting time", "lower T-NPS") == "Waiting time is associated with lower T-NPS"
    assert estimated_effect(t, 0.061, 0.02, 0.102, "difference in differences") == (
        "estimated effect +6.1 points (95% interval +2.0 to +10.2; design: difference in differences)")
