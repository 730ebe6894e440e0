"""A comparison in words: long groups are shortened by rule, all units together name their rule, cells say why."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cx.say.compare import (
    RULE_MEANINGS,
    RULE_WORDS,
    group_sentence,
    groups_sentence,
    pair_sentence,
    rule_help,
    uncovered_sentence,
    unit_words,
)
from cx.say.compare_touchpoints import cell_words, map_rows, map_sentence
from cx.say.translator import LANGUAGES, translator
from cx.stats.comparison import Comparison, SpanCounts, comparison
from cx.stats.difference import nps_difference
from cx.stats.group_figure import GroupFigure
from cx.stats.nps import Counts
from cx.stats.suppression import Thresholds
from cx.stats.touchpoint_map import touchpoint_map
from cx.ui.compare_page import MIXES
from cx.warehouse.compare_touchpoints import NamedMap, Touchpoint
from cx.warehouse.group_rules import RULES

LIMITS = Thresholds()
EN = translator("en")


def compared(*promoters: int, answers: int = 400) -> Comparison:
    """Units of so many answers with these promoters, all others detractors; named U1, U2 … from the first."""
    names = {f"u{place}": f"U{place}" for place in range(1, len(promoters) + 1)}
    spans = {unit: SpanCounts(Counts(count, 0, answers - count), float(answers), 0)
             for unit, count in zip(names, promoters, strict=True)}
    return comparison(names, spans, lambda *_: False, LIMITS)


def test_groups_of_few_units_name_all_of_them():
    assert groups_sentence(EN, compared(300, 298, 100, 98)) == "Cannot be told apart: U1 and U2; U3 and U4."
    assert groups_sentence(translator("zh_Hant"), compared(300, 298, 100, 98)) == "無法分辨高低：U1和U2；U3和U4。"
    assert groups_sentence(EN, compared(300, 100)) == ""


def test_a_long_group_is_its_first_and_last_unit_and_many_groups_are_counted():
    assert groups_sentence(EN, compared(300, 299, 298, 297, 296, 100)) == "Cannot be told apart: U1 to U5 (5 units)."
    chain = compared(*range(300, 120, -20))
    groups = [group for group in chain.groups if len(group) > 1]
    assert len(groups) > 3
    for code in LANGUAGES:
        said = groups_sentence(translator(code), chain)
        assert str(len(groups) - 2) in said
        assert len(said) < 160
        assert (";" in said) == (code == "en")


def test_all_units_together_name_the_rule_and_what_is_left_out():
    whole = GroupFigure(0.279, 0.272, 0.286, 45405, 4, 1.0, 0)
    assert group_sentence(EN, "Group", "customers", whole) == (
        "Group by customers: +27.9 (+27.2 to +28.6), n = 45,405.")
    part = GroupFigure(0.279, 0.272, 0.286, 45405, 4, 0.874, 2)
    assert group_sentence(EN, "", "revenue", part) == (
        "These units together by revenue: +27.9 (+27.2 to +28.6), n = 45,405. "
        "Units with a figure have 87% of the weight; the others are left out.")
    named = replace(part, left_out=("U1", "U2", "U3"))
    assert group_sentence(EN, "", "revenue", named).endswith("have 87% of the weight; left out: U1, U2, and U3.")
    many = replace(part, covered=1.0, left_out=("U1", "U2", "U3", "U4"))
    assert group_sentence(EN, "", "revenue", many).endswith("n = 45,405. Left out: 4 units.")
    assert "unit above them" in rule_help(EN, "answers", replace(whole, is_whole=True))
    assert "unit above them" not in rule_help(EN, "answers", whole)
    assert "2 units with a figure have no weight" in rule_help(EN, "revenue", part)
    assert "weight" not in rule_help(EN, "answers", whole)
    assert set(RULE_WORDS) == set(RULE_MEANINGS) == set(RULES)


@pytest.fixture
def named() -> NamedMap:
    classes = {("t1", "A"): (80, 10, 10), ("t1", "B"): (20, 40, 40), ("t2", "A"): (50, 30, 20),
               ("t2", "B"): (52, 30, 18), ("t3", "A"): (5, 1, 1), ("t3", "B"): (15, 3, 2)}
    spans = {key: SpanCounts(Counts(*one), float(sum(one)), 0) for key, one in classes.items()}
    made = touchpoint_map(["t1", "t2", "t3"], ["A", "B"], spans, lambda *_: False, [], LIMITS)
    return NamedMap(made, tuple(Touchpoint(f"t{k}", f"Touch {k}", "J", "S") for k in (1, 2, 3)),
                    {"A": "Unit A", "B": "Unit B"})


def test_the_map_says_which_cells_stand_out(named: NamedMap):
    assert map_sentence(EN, named) == ("2 of 4 comparisons of a unit at a touchpoint stand out: "
                                       "Unit A at Touch 1 (+45.0) and Unit B at Touch 1 (−45.0).")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_unit_without_a_score_at_the_same_mix_is_named_with_the_reason(code: str):
    strata = {"a": {"x": Counts(60, 30, 10), "y": Counts(30, 30, 40)}, "b": {"x": Counts(20, 50, 30)}}
    found = comparison({"a": "U1", "b": "U2"}, {"a": SpanCounts(Counts(90, 60, 50), 200.0, 0),
                                                "b": SpanCounts(Counts(20, 50, 30), 100.0, 0)},
                       lambda *_: False, LIMITS, strata=strata)
    said = uncovered_sentence(translator(code), found.units, MIXES["product"], LIMITS)
    assert "U2" in said
    assert "U1" not in said
    assert "90" in said
    assert "10" in said
    assert any("67" in words for words in unit_words(translator(code), found.units[1], found))
    assert uncovered_sentence(translator(code), compared(300, 100).units, MIXES["product"], LIMITS) == ""


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_difference_that_cannot_be_told_keeps_its_sign(code: str):
    assert "−8.0" in said_of_pair(compared(232, 216), code)
    few = compared(16, 14, answers=20)
    assert "−20.0" in said_of_pair(few, code)
    assert "30" in said_of_pair(few, code)


def said_of_pair(found: Comparison, code: str = "en") -> str:
    """What is said of the first two units, the second against the first."""
    units = {unit.name: unit for unit in found.units}
    first, second = (units[name] for name in (("U1", "U2") if "U1" in units else ("A", "B")))
    assert first.estimate is not None
    assert second.estimate is not None
    change = nps_difference(first.estimate, second.estimate)
    return pair_sentence(translator(code), found, first, second, change, LIMITS)


def test_a_pair_is_told_apart_where_the_groups_say_so_and_never_else():
    for count in range(2, 12):
        found = compared(230, 200, *[215] * (count - 2))
        said, together = said_of_pair(found), any({"u1", "u2"} <= set(group) for group in found.groups)
        assert together == ("cannot be told apart" in said)
        assert (f"cannot be told apart among {count} units" in said) == together
    assert together
    assert said_of_pair(compared(230, 200)).startswith("U2 scores lower than U1 by 15.0 points")
    assert "cannot be told apart: the difference" in said_of_pair(compared(230, 228))


def test_a_pair_with_few_answers_has_no_verdict():
    assert "no verdict, because both have fewer than 30 answers" in said_of_pair(compared(20, 0, answers=20))
    names, spans = {"a": "A", "b": "B"}, {"a": SpanCounts(Counts(20, 0, 0), 20.0, 0),
                                          "b": SpanCounts(Counts(0, 0, 400), 400.0, 0)}
    said = said_of_pair(comparison(names, spans, lambda *_: False, LIMITS))
    assert said.startswith("The difference of A and B is −200.0 points")
    assert said.endswith("no verdict, because A has fewer than 30 answers.")


def test_each_cell_says_its_figure_its_verdict_or_why_it_is_withheld(named: NamedMap):
    def words(touchpoint: int, unit: str, code: str = "en") -> list[str]:
        one = named.touchpoints[touchpoint - 1]
        return cell_words(translator(code), named, one, named.map.cells[one.id, unit], LIMITS)

    assert words(1, "A")[-1] == "above the units together"
    assert words(1, "B")[-1] == "below the units together"
    assert words(2, "A")[-1] == "cannot be told apart from the others"
    assert words(3, "B")[-1] == "too few answers for a verdict"
    assert words(3, "A") == ["Unit A", "Touch 3", "too few answers: 7 of the 10 needed"]
    assert re.search(r"NPS \+70\.0 \(.* to .*\) · n = 100", words(1, "A")[2])
    for code in ("zh_Hant", "zh_Hans"):
        for unit in "AB":
            for touchpoint in (1, 2, 3):
                said = re.sub(r"Unit|Touch", "", " ".join(words(touchpoint, unit, code)))
                assert not re.search(r"[A-Za-z]{4,}", said)


def test_rows_hold_what_the_cells_hold(named: NamedMap):
    rows = {(row.touchpoint_id, row.unit_id): row for row in map_rows(named)}
    assert len(rows) == 6
    assert rows["t1", "A"].verdict == "above"
    assert rows["t1", "A"].difference_pts == pytest.approx(45.0)
    assert (rows["t3", "A"].nps_pts, rows["t3", "A"].withheld, rows["t3", "A"].missing_answers) == (None, "too_few", 3)
