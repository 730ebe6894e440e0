"""The level in words: nothing is claimed with too few figures, and every sentence carries its evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cx.say.level import how_to_read, level_sentences
from cx.say.numbers import formatter
from cx.say.translator import LANGUAGES, translator
from cx.stats.ewma import Drift
from cx.stats.trends import Trends, period_movements
from cx.stats.unit_level import UnitLevel, unit_level_of
from tests.made_trends import THRESHOLDS, made, months

SAME, FALLEN = "600/250/150", "300/250/450"
EN = translator("en")


def level_of(trends: Trends) -> UnitLevel:
    (series,) = trends.series
    movements = period_movements(trends, 0.0, THRESHOLDS, 0.03)
    return unit_level_of(trends.survey, series.name, series.points, movements, [series.points], 0.0)


def test_level_and_spread_are_said_with_interval_answers_and_months() -> None:
    found = level_of(made({"A": months(SAME, 12)}))
    first, second = level_sentences(EN, found)
    assert found.level is not None
    write, low, high = formatter("en"), *(end[-1] for end in found.level.band())
    assert first.startswith(f"Level of T-NPS of Unit A in Dec 2024: +45.0 (95% interval {write.interval(low, high)}; "
                            "12,000 answers in 12 months). If it goes on like this, the next month with 1,000 answers ")
    spread = 1.959964 * np.sqrt(found.level.filtered_sd[-1] ** 2 + found.level.drift2 + found.level.variance / 1000)
    assert f"scores {write.interval(0.45 - spread, 0.45 + spread)} in 19 of 20 cases." in first
    assert second == "None of the 9 months that can be judged moved against those before."


def test_months_that_moved_are_named_with_their_change() -> None:
    found = level_of(made({"A": {**months(SAME, 14), "2025-03": FALLEN}}))
    assert "1 of 12 months that can be judged moved against those before: Mar 2025 −60.0." in level_sentences(EN, found)


def test_of_many_months_that_moved_the_newest_six_are_named() -> None:
    swing = {f"{2024 + k // 12}-{k % 12 + 1:02}": SAME if k < 12 or k % 2 else FALLEN for k in range(30)}
    sentence = next(one for one in level_sentences(EN, level_of(made({"A": swing}))) if "moved against" in one)
    assert sentence.endswith(" (the newest 6).")
    assert sentence.count("−") + sentence.count("+") == 6


def test_waves_are_said_as_waves() -> None:
    waves = {f"Wave {k}": "300/250/450" if k == 3 else SAME for k in range(1, 6)}
    found = level_of(made({"A": waves}, survey="relationship"))
    sentences = level_sentences(EN, found)
    assert sentences[0].startswith("Level of R-NPS of Unit A in Wave 5: ")
    assert "in 5 waves)" in sentences[0]
    assert sentences[1] == ("2 of 4 waves that can be judged moved against the one before: "
                            "Wave 3 −60.0 and Wave 4 +60.0.")
    assert "1 in 20 lies outside by chance" in how_to_read(EN, found)
    assert "12 months" not in how_to_read(EN, found)


def test_with_too_few_figures_only_that_is_said() -> None:
    for survey, units, words in (
            ("transaction", months(SAME, 2), "2 of the 3 months needed have a figure."),
            ("relationship", {"Wave 1": SAME, "Wave 2": FALLEN}, "2 of the 3 waves needed have a figure.")):
        (sentence,) = level_sentences(EN, level_of(made({"A": units}, survey=survey)))
        assert "cannot tell yet" in sentence
        assert sentence.endswith(words)


def test_few_answers_are_not_called_still() -> None:
    sentences = level_sentences(EN, level_of(made({"A": months("10/5/5", 8)})))
    assert sentences[1] == "For none of the months can it be told whether it moved."


@pytest.mark.parametrize(("value", "words"), [(3.4, "T-NPS moved up"), (-3.4, "T-NPS moved down"), (2.0, None)])
def test_slow_drift_is_said_only_beyond_the_limit(value: float, words: str | None) -> None:
    found = replace(level_of(made({"A": months(SAME, 12)})), drift=Drift(value, abs(value) > 2.9, 9))
    said = [one for one in level_sentences(EN, found) if "Slow drift" in one]
    if words is None:
        assert said == []
    else:
        assert said == [f"Slow drift: {words} over the last 9 months together, each against the 12 before it "
                        "(3.4 standard deviations; the limit is 2.9)."]


def test_a_lasting_step_is_a_range_of_months() -> None:
    steps = {**months(SAME, 12), **{f"2025-{k:02}": FALLEN for k in range(1, 13)}}
    assert any(one.startswith("T-NPS stepped down for good in Jan 2025: from +45.0 to −15.0")
               for one in level_sentences(EN, level_of(made({"A": steps}))))


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_language_is_left_out(code: str) -> None:
    t = translator(code)
    swing = level_of(made({"A": {**months(SAME, 14), "2025-03": FALLEN}}))
    few = level_of(made({"A": months(SAME, 2)}))
    for sentence in (*level_sentences(t, swing), *level_sentences(t, few), how_to_read(t, swing)):
        assert sentence.endswith("." if code == "en" else "。")
        assert "{" not in sentence


def test_weighted_figures_are_said_to_be_weighted() -> None:
    found = replace(level_of(made({"A": months(SAME, 12)})), weighted=True, drift=Drift(3.4, True, 9))
    first, *_, last = level_sentences(EN, found)
    assert first.startswith("Level of Weighted T-NPS of Unit A in Dec 2024: ")
    assert last.startswith("Slow drift: Weighted T-NPS moved up")


@pytest.mark.parametrize(("fell_in", "is_said"), [(20, False), (10, True)])
def test_a_drift_that_a_step_of_the_same_months_explains_is_not_called_slow(fell_in: int, is_said: bool) -> None:
    steps = {f"{2024 + k // 12}-{k % 12 + 1:02}": SAME if k < fell_in else FALLEN for k in range(24)}
    found = level_of(made({"A": steps}))
    assert len(found.steps) == 1
    found = replace(found, drift=Drift(-3.4, True, 12))
    assert any("Slow drift" in one for one in level_sentences(EN, found)) is is_said
