"""Why a figure changed and what the silent could change: each rule has its sentence, in every language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cx.say.change_parts import change_sentence, parts_that_moved
from cx.say.silent import Asked, response_headline, silent_sentences
from cx.say.translator import LANGUAGES, translator
from cx.stats.change_parts import OTHERS, Answers, ChangeParts, change_parts
from cx.stats.difference import Difference
from cx.stats.movement import Movement, Verdict, wave_movement
from cx.stats.nps import Counts, nps_estimate
from cx.stats.suppression import Thresholds
from cx.stats.trends import TrendPoint

LIMITS = Thresholds()
OLD = {"a": Answers(400, Counts(200, 120, 80)), "b": Answers(400, Counts(200, 120, 80))}
NEW = {"a": Answers(400, Counts(100, 120, 180)), "b": Answers(400, Counts(200, 120, 80))}
found = change_parts([OLD], NEW, LIMITS)
assert found is not None
FOUND: ChangeParts = found
MOVED = wave_movement(nps_estimate(Counts(400, 240, 160)), nps_estimate(Counts(300, 240, 260)), LIMITS, 0.03)


def part(nps: float, half_width: float) -> Difference:
    return Difference(nps, nps - half_width, nps + half_width, half_width / 2, 0.0, 1.0, nps)


def sentence(performance: Difference, mix: Difference, movement: Movement | None = MOVED, code: str = "en") -> str:
    split = replace(FOUND.split, performance=performance, mix=mix)
    return change_sentence(translator(code), replace(FOUND, split=split), movement, "2025", "2026", 0.03)


@pytest.mark.parametrize(("performance", "mix", "words"), [
    (part(-0.10, 0.04), part(-0.05, 0.02), "Both: customers score otherwise, and others answer."),
    (part(-0.10, 0.04), part(-0.01, 0.02), "It is how customers score, not who answers."),
    (part(-0.10, 0.04), part(0.005, 0.004), "It is how customers score, not who answers."),  # too small to act on
    (part(-0.02, 0.04), part(-0.08, 0.02), "It is who answers, not how customers score."),
    (part(-0.04, 0.06), part(-0.04, 0.06), "Cannot tell yet whether customers score otherwise or others answer."),
])
def test_the_finding_follows_from_the_two_parts(performance: Difference, mix: Difference, words: str) -> None:
    assert MOVED.verdict is Verdict.MOVED
    assert sentence(performance, mix).startswith(words)
    for code in LANGUAGES:
        assert "n = 800" in sentence(performance, mix, code=code)


def test_without_a_move_there_is_nothing_to_explain() -> None:
    calm, unsure = (replace(MOVED, verdict=verdict) for verdict in (Verdict.NORMAL, Verdict.CANNOT_TELL))
    for movement, words in ((calm, "There is no move to explain"), (unsure, "Whether it moved cannot be told yet"),
                            (None, "Whether it moved cannot be told yet")):
        assert sentence(part(-0.10, 0.04), part(-0.05, 0.02), movement).startswith(words)


def test_nothing_is_split_where_hardly_anybody_answered_both_times() -> None:
    strangers = change_parts([{"a": OLD["a"]}], {"b": NEW["b"]}, LIMITS)
    assert strangers is not None
    said = change_sentence(translator("en"), strangers, MOVED, "2025", "2026", 0.03)
    assert said.startswith("Only 0% of the answers lie in parts that answered before and after")


def test_the_parts_that_moved_are_named_with_their_intervals() -> None:
    said = parts_that_moved(translator("en"), FOUND, {"a": "Retail"})
    assert said.startswith("Own scores that changed: Retail −50.0 (")
    calm = change_parts([OLD], OLD, LIMITS)
    assert calm is not None
    assert "beyond what 2 parts show by chance" in parts_that_moved(translator("en"), calm, {})


def test_small_parts_have_no_name_of_the_program() -> None:
    small = {f"s{number}": Answers(8, Counts(8, 0, 0)) for number in range(4)}
    folded = change_parts([OLD | small], NEW | {name: Answers(8, Counts(0, 0, 8)) for name in small}, LIMITS)
    assert folded is not None
    assert OTHERS in {one.name for one in folded.parts}
    for code in LANGUAGES:
        assert OTHERS not in parts_that_moved(translator(code), folded, {})


@pytest.mark.parametrize(("before", "words"), [
    ((0.20, 0.5), "if only now the silent scored 10.0 points lower than those who answered"),
    ((0.30, 0.5), "if only now the silent scored 10.0 points higher than those who answered"),
    ((-0.60, 0.5), "No score of the silent would undo the change of +85.0 points"), (None, None)])
def test_what_the_silent_would_have_to_be(before: tuple[float, float] | None, words: str | None) -> None:
    estimate = nps_estimate(Counts(200, 100, 100))
    point = TrendPoint("2026-01", date(2026, 1, 1), 400, 0, estimate, estimate, None, 0, True, 800, 400)
    for code in LANGUAGES:
        asked = Asked("A", point, estimate, 0.5, before)
        assert "50.0%" in response_headline(translator(code), "transaction", asked)
        said = silent_sentences(translator(code), asked)
        assert "+20.0" in said[0]  # ten points lower among half of all
        assert len(said) == 1 + (before is not None)
        if words and code == "en":
            assert words in said[1]
