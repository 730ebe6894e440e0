"""The trends in words: a sentence for every verdict and for every odd case, in three languages."""

import math
from datetime import date

import pytest

from cx.say.translator import LANGUAGES, translator
from cx.say.trends import (
    VERDICTS,
    headline,
    parts_sentence,
    provisional_sentence,
    trend_rows,
    weighted_sentence,
    withheld_sentence,
)
from cx.say.verdicts import badge
from cx.stats.movement import Verdict
from tests.made_trends import THRESHOLDS, made, months

SAME = "600/250/150"


def said(trends, code="en", **options):
    return headline(translator(code), trends, THRESHOLDS, **options)


def verdict(trends):
    return trends.series[0].movement.verdict


CASES = {
    Verdict.MOVED: made({"A": months(SAME, 24, "300/250/450")}),
    Verdict.NORMAL: made({"A": months(SAME, 6)}),
    Verdict.TOO_FEW: made({"A": months(SAME, 6, "10/5/5")}),
    Verdict.CANNOT_TELL: made({"A": months(SAME, 2, "300/250/450")}),
}
ENGLISH = {
    Verdict.MOVED: "T-NPS of Unit A fell by 60.0 points from the 12 months before to Dec 2025: this is a real move (",
    Verdict.NORMAL: "T-NPS of Unit A in Jun 2024 is +45.0: within normal variation (expected +",
    Verdict.TOO_FEW: "T-NPS of Unit A in Jun 2024: too few answers for a verdict: 20 of the 30 needed.",
    Verdict.CANNOT_TELL: "T-NPS of Unit A in Feb 2024: cannot tell yet: ",
}
CHINESE = {
    Verdict.MOVED: ("下降 60.0 點", "下降 60.0 点"),
    Verdict.NORMAL: ("正常波動", "正常波动"),
    Verdict.TOO_FEW: ("20", "20"),
    Verdict.CANNOT_TELL: ("2024年2月", "2024年2月"),
}


@pytest.mark.parametrize("expected", CASES)
def test_every_verdict_is_a_sentence_in_three_languages(expected):
    trends = CASES[expected]
    assert verdict(trends) is expected
    assert said(trends).startswith(ENGLISH[expected])
    for code, words in zip(("zh_Hant", "zh_Hans"), CHINESE[expected], strict=True):
        assert words in said(trends, code)
        assert said(trends, code).endswith("。")
        assert said(trends, code) != said(trends)


def test_a_wave_is_compared_with_the_wave_before_by_its_name():
    trends = made({"A": {"Wave 1": "600/250/150", "Wave 2": "300/250/450"}}, survey="relationship")
    assert said(trends).startswith("R-NPS of Unit A fell by 60.0 points from Wave 1 to Wave 2: this is a real move")


def test_a_wave_skips_waves_that_are_withheld():
    trends = made({"A": {"Wave 1": SAME, "Wave 2": "3/2/1", "Wave 3": "300/250/450"}}, survey="relationship")
    assert "from Wave 1 to Wave 3" in said(trends)


ODD = {
    "no answers": (made({"A": {}}), "Unit A has no answers in this view."),
    "one period": (
        made({"A": {"2025-03": "30/10/10"}}),
        "T-NPS of Unit A in Mar 2025 is +40.0 (+16.2 to +59.3); there is nothing earlier to compare it with.",
    ),
    "newest withheld": (
        made({"A": {**months(SAME, 3), "2025-04": "4/2/1"}}),
        "T-NPS of Unit A in Apr 2025: too few answers: 7 of the 10 needed.",
    ),
    "newest private": (
        made({"A": {**months(SAME, 3), "2025-04": "2/1/0"}}),
        "T-NPS of Unit A in Apr 2025: withheld: fewer than 5 answers could be traced to persons; 10 are needed.",
    ),
    "only blanks": (
        made({"A": {"2025-04": "0/0/0"}}),
        "T-NPS of Unit A in Apr 2025: too few answers: 0 of the 10 needed.",
    ),
    "other mix": (
        made(
            {
                "T": {"Wave 1": "600/250/150", "Wave 2": "200/100/100"},
                "A": {"Wave 1": "300/125/75", "Wave 2": "200/100/100"},
                "B": {"Wave 1": "300/125/75"},
            },
            survey="relationship",
            total="T",
        ),
        "R-NPS of Unit T in Wave 2: cannot tell yet, because other units answered than before: "
        "Unit A and Unit B.",
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_cases_say_what_is_the_matter(case):
    trends, expected = ODD[case]
    assert said(trends) == expected
    for code in ("zh_Hant", "zh_Hans"):
        sentence = said(trends, code)
        assert sentence.endswith("。")
        assert "{" not in sentence
        assert ("Unit T" if case == "other mix" else "Unit A") in sentence


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_private_number_of_answers_is_said(code):
    trends, _ = ODD["newest private"]
    assert not set("37") & set(said(trends, code).replace("2025", "").replace("R-NPS", ""))


def test_many_units_that_moved_are_counted_and_six_are_named():
    units = {f"{number}": months("6000/2500/1500", 24, "2000/2500/5500") for number in range(9)}
    trends = made(units)
    sentence = said(trends)
    assert sentence.startswith("9 of 9 units moved: ")
    assert sentence.count("Unit ") == 6
    assert sentence.count("−80.0") == 6
    for code in ("zh_Hant", "zh_Hans"):
        assert said(trends, code).count("Unit ") == 6


def test_units_side_by_side_that_cannot_be_judged_are_said():
    assert said(made({"A": months("10/5/5", 4), "B": months("10/5/5", 4)})) == (
        "For none of the 2 units shown can it be told whether it moved."
    )
    assert said(made({"A": months(SAME, 6), "B": months(SAME, 6)})) == (
        "None of the 2 units that can be judged moved beyond normal variation."
    )


def test_the_parts_are_said_only_below_a_total():
    parts = {"T": months("1200/500/300", 24), "A": months(SAME, 24), "B": months(SAME, 24, "100/100/800")}
    t = translator("en")
    assert parts_sentence(t, made(parts, total="T")) == "1 of 2 units moved: Unit B −115.0."
    assert parts_sentence(t, made({"A": parts["A"], "B": parts["B"]})) == ""
    assert parts_sentence(t, made({"A": parts["A"]}, total="A")) == ""


def test_weighted_figures_are_said_beside_the_plain_ones():
    waves = {"A": {"Wave 1": SAME, "Wave 2": "600/250/150"}}
    t = translator("en")
    assert weighted_sentence(t, made(waves, survey="relationship")) == ""
    trends = made(waves, survey="relationship", weights={("A", "Wave 2"): "300/250/450"})
    assert weighted_sentence(t, trends).startswith("Weighted: −15.0 (")
    assert weighted_sentence(t, trends).endswith("change −60.0 points: moved down.")
    assert said(trends, weighted=True).startswith("Weighted R-NPS of Unit A fell by 60.0 points from Wave 1 to Wave 2")
    assert said(trends).startswith("R-NPS of Unit A in Wave 2 is +45.0: within normal variation")
    first = made({"A": {"Wave 1": SAME}}, survey="relationship", weights={("A", "Wave 1"): "300/250/450"})
    assert weighted_sentence(t, first).startswith("Weighted: −15.0 (")
    assert "change" not in weighted_sentence(t, first)


def test_withheld_figures_are_counted_and_the_thresholds_said():
    t = translator("en")
    assert withheld_sentence(t, made({"A": months(SAME, 3)}), THRESHOLDS) == ""
    one = withheld_sentence(t, made({"A": {**months(SAME, 3), "2025-04": "4/2/1"}}), THRESHOLDS)
    assert one.startswith("1 figure is not shown: fewer than 10 answers")
    assert one.endswith("fewer than 5.")
    # A month in which nobody answered withholds nothing.
    assert withheld_sentence(t, made({"A": {**months(SAME, 3), "2025-04": "0/0/0"}}), THRESHOLDS) == ""


def test_rows_carry_points_and_percent_and_nothing_of_withheld_figures():
    trends = made(
        {
            "T": {"2025-01": "34/11/8"},
            "A": {"2025-01": "24/10/6"},
            "B": {"2025-01": "5/0/2"},
            "C": {"2025-01": "2/1/0"},
        },
        total="T",
        sent={"T": 200},
    )
    rows = {row.unit_id: row for row in trend_rows(trends)}
    assert rows["T"].nps_pts == pytest.approx(100 * 26 / 53)
    assert rows["T"].promoters_pct == pytest.approx(100 * 34 / 53)
    assert rows["T"].response_rate_pct == pytest.approx(26.5)
    assert rows["A"].nps_pts == pytest.approx(45.0)
    assert rows["A"].low_pts < 45.0 < rows["A"].high_pts
    for hidden, why in (("B", "too_few"), ("C", "privacy")):
        row = rows[hidden]
        assert row.withheld == why
        figures = [
            getattr(row, name)
            for name in (
                "nps_pts",
                "low_pts",
                "high_pts",
                "promoters_pct",
                "passives_pct",
                "detractors_pct",
                "weighted_nps_pts",
                "weighted_low_pts",
            )
        ]
        assert figures == [None] * len(figures)
    assert rows["A"].weighted_nps_pts is None
    assert rows["A"].response_rate_pct is None
    assert not any(
        isinstance(value, float) and math.isnan(value) for row in rows.values() for value in vars(row).values()
    )


def test_the_newest_row_of_each_unit_that_was_judged_carries_the_verdict():
    trends = made({"T": months("1200/500/300", 24), "A": months(SAME, 24), "B": months(SAME, 24, "100/100/800"),
                   "C": months(SAME, 20)}, total="T")
    rows = {unit: [row for row in trend_rows(trends) if row.unit_id == unit] for unit in "TABC"}
    names = ("verdict", "change_pts", "change_low_pts", "change_high_pts", "expected_low_pts", "expected_high_pts")
    for unit, series in zip("TABC", trends.series, strict=True):
        assert {getattr(row, name) for row in rows[unit][:-1] for name in names} == {None}
        last, movement = rows[unit][-1], series.movement
        if movement is None:
            assert {getattr(last, name) for name in names} == {None}
            continue
        assert [getattr(last, name) for name in names[1:]] == pytest.approx([100 * one for one in (
            movement.change, movement.low, movement.high, movement.expected_low, movement.expected_high)])
    assert [rows[unit][-1].verdict for unit in "TABC"] == [
        "cannot tell yet", "within normal variation", "moved down", None]  # C did not answer: another mix in T
    assert {row.weighted_verdict for unit in "TABC" for row in rows[unit]} == {None}


def test_weighted_figures_have_a_verdict_of_their_own_in_the_rows():
    trends = made({"A": {"Wave 1": SAME, "Wave 2": SAME}}, survey="relationship",
                  weights={("A", "Wave 2"): "300/250/450"})
    assert [(row.verdict, row.weighted_verdict) for row in trend_rows(trends)] == [
        (None, None), ("within normal variation", "moved down")]


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_of_the_rows_can_be_said_in_every_language(verdict):
    (*_, last) = trend_rows(CASES[verdict])
    words = {translator(code)(VERDICTS[last.verdict]) for code in LANGUAGES}
    assert len(words) == 3
    assert words & {badge(translator("en"), CASES[verdict].series[0].movement)}


@pytest.mark.parametrize(("loaded_on", "is_said"), [
    (date(2024, 6, 17), True), (date(2024, 6, 30), True), (date(2024, 7, 1), False), (date(2025, 1, 1), False)])
def test_a_month_that_was_not_over_at_the_load_is_provisional(loaded_on, is_said):
    trends = made({"A": months(SAME, 6), "B": months(SAME, 4)})
    for code in LANGUAGES:
        sentence = provisional_sentence(translator(code), trends, loaded_on)
        assert bool(sentence) is is_said
    if is_said:
        assert provisional_sentence(translator("en"), trends, loaded_on).startswith(
            "Jun 2024 was not over when the data were loaded on Jun ")
    waves = made({"A": {"Wave 1": SAME}}, survey="relationship")
    assert provisional_sentence(translator("en"), waves, date(2020, 1, 1)) == ""
