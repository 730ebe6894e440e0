"""Comparisons of units: who takes part, what a sum of months gives away, and figures that the parts stand for."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.stats.comparison import SpanCounts, UnitPeriod, comparison, difference_split, folded_strata, span_counts
from cx.stats.difference import nps_difference
from cx.stats.nps import Counts, nps_estimate
from cx.stats.suppression import Thresholds, Withheld

LIMITS = Thresholds(privacy=5, figure=10, firm=30)
CELLS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=14)


def nobody(*_: object) -> bool:
    return False


def nothing(_: UnitPeriod) -> None:
    return None


def spans(**units: tuple[int, int, int]) -> dict[str, SpanCounts]:
    return {unit: SpanCounts(Counts(*classes), float(sum(classes)), 0) for unit, classes in units.items()}


def months(unit: str, *classes: tuple[int, int, int]) -> list[UnitPeriod]:
    return [UnitPeriod(unit, f"2026-{number:02}", *one, float(sum(one)), 0) for number, one in enumerate(classes, 1)]


@given(CELLS)
def test_a_span_is_the_sum_of_its_months_or_leaves_out_less_than_is_private(classes: list[tuple[int, int, int]]):
    cells = [cell for cell in months("a", *classes) if cell.n]
    found = span_counts(cells, nothing, LIMITS)
    n = found["a"].n if found else 0
    left_out = sum(cell.n for cell in cells) - n
    assert left_out < LIMITS.privacy
    # What the sum adds to the months that are shown by themselves is nothing, or enough answers.
    shown = sum(cell.n for cell in cells if cell.n >= LIMITS.privacy)
    assert n - shown == 0 or n - shown >= LIMITS.privacy or not shown


@pytest.mark.parametrize(("hides", "n"), [({2: 3}, 62), ({2: 3, 3: 2}, 107), ({2: 3, 3: 1}, 35), ({2: 0, 3: 5}, 62)])
def test_months_that_protect_others_count_only_where_they_hide_enough_together(hides: dict[int, int], n: int):
    cells = months("a", (20, 10, 5), (30, 10, 5), (9, 9, 9))
    found = span_counts(cells, lambda cell: hides.get(int(cell.period[-2:])), LIMITS)
    assert found["a"].n == n


def test_units_without_a_figure_take_part_in_nothing_and_stand_at_the_end():
    found = comparison(
        {"few": "Few", "b": "B", "a": "A", "none": "None", "hidden": "Hidden"},
        spans(few=(3, 2, 2), a=(60, 30, 10), b=(30, 40, 30), hidden=(40, 40, 40)),
        lambda unit, _: unit == "hidden", LIMITS)
    assert [unit.unit_id for unit in found.units] == ["a", "b", "few", "none", "hidden"]
    assert [unit.withheld for unit in found.units] == [
        None, None, Withheld.TOO_FEW, Withheld.TOO_FEW, Withheld.PROTECTS_OTHERS]
    assert [unit.missing for unit in found.units][2:] == [3, 10, 0]
    assert {unit.pooled for unit in found.units[2:]} == {unit.rank for unit in found.units[2:]} == {None}
    # The same two alone: the others changed nothing.
    alone = comparison({"b": "B", "a": "A"}, spans(a=(60, 30, 10), b=(30, 40, 30)), nobody, LIMITS)
    assert found.units[:2] == alone.units


def test_units_with_few_answers_keep_their_figure_and_have_no_rank():
    found = comparison({"few": "Few", "a": "A", "b": "B"},
                       spans(few=(25, 0, 0), a=(60, 30, 10), b=(20, 40, 40)), nobody, LIMITS)
    assert [unit.unit_id for unit in found.units] == ["a", "b", "few"]
    assert found.units[2].estimate is not None
    assert found.units[2].pooled is not None
    assert found.units[2].rank is None
    assert (found.pairs, found.pairs_apart, found.groups) == (1, 1, (("a",), ("b",)))
    ranks = [unit.rank for unit in found.units[:2]]
    alone = comparison({"a": "A", "b": "B"}, spans(a=(60, 30, 10), b=(20, 40, 40)), nobody, LIMITS)
    assert ranks == [unit.rank for unit in alone.units]


def test_two_units_are_told_apart_exactly_when_their_difference_excludes_nothing():
    for one, other in itertools.combinations([(60, 30, 10), (50, 30, 20), (45, 35, 20), (20, 40, 40)], 2):
        found = comparison({"a": "A", "b": "B"}, spans(a=one, b=other), nobody, LIMITS)
        difference = nps_difference(nps_estimate(Counts(*one)), nps_estimate(Counts(*other)))
        assert found.pairs_apart == (not difference.low <= 0 <= difference.high)
        assert (found.groups == (("a", "b"),)) == (not found.pairs_apart)


def test_one_unit_has_its_score_and_no_rank():
    found = comparison({"a": "A"}, spans(a=(60, 30, 10)), nobody, LIMITS, total_id="t")
    (unit,) = found.units
    assert unit.estimate == nps_estimate(Counts(60, 30, 10))
    assert (unit.pooled, unit.rank, found.total, found.funnel, found.pairs) == (None, None, None, None, 0)


def test_repeat_customers_make_a_unit_less_sure():
    plain, repeated = (
        comparison({"a": "A"}, {"a": SpanCounts(Counts(60, 30, 10), worth, 0)}, nobody, LIMITS).units[0].estimate
        for worth in (100.0, 50.0))
    assert plain is not None
    assert repeated is not None
    assert repeated.nps == plain.nps
    assert repeated.high - repeated.low > 1.3 * (plain.high - plain.low)


def test_at_the_same_mix_every_unit_is_counted_by_the_answers_of_all():
    strata = {"a": {"x": Counts(30, 30, 40), "y": Counts(540, 270, 90)}, "b": {"x": Counts(270, 270, 360),
                                                                              "y": Counts(65, 25, 10)}}
    found = comparison({"a": "A", "b": "B"}, spans(a=(570, 300, 130), b=(335, 295, 370)), nobody, LIMITS,
                       strata=strata)
    fair = {unit.unit_id: unit.fair for unit in found.units}
    # 1,000 of 2,000 answers lie in x and 1,000 in y.
    assert fair["a"] is not None
    assert fair["a"].nps == pytest.approx(0.5 * -0.1 + 0.5 * 0.5)
    assert fair["b"] is not None
    assert fair["b"].nps == pytest.approx(0.5 * -0.1 + 0.5 * 0.55)


@given(*[st.dictionaries(st.sampled_from("vwxyz"), st.tuples(*[st.integers(0, 9)] * 3), min_size=1)] * 2)
def test_folded_strata_lose_no_answer_and_show_none_that_are_few(
    one: dict[str, tuple[int, int, int]], other: dict[str, tuple[int, int, int]]
):
    before = [{name: Counts(*classes) for name, classes in strata.items() if sum(classes)} for strata in (one, other)]
    for strata, folded in zip(before, folded_strata(*before, LIMITS), strict=True):
        assert sum(counts.total for counts in folded.values()) == sum(counts.total for counts in strata.values())
        # A unit that has few answers in all is withheld itself.
        assert len(folded) < 2 or min(counts.total for counts in folded.values()) >= LIMITS.figure


def test_a_few_answers_of_a_stratum_move_no_score_at_the_same_mix():
    def fair_of(few: Counts) -> list[float | None]:
        strata = {"a": {"x": Counts(60, 30, 10), "y": Counts(30, 30, 40), "z": few, "v": Counts(4, 4, 4)},
                  "b": {"x": Counts(20, 50, 30), "y": Counts(60, 20, 20), "z": Counts(10, 5, 5)}}
        found = comparison({"a": "A", "b": "B"}, spans(a=(98, 64, 54), b=(110, 80, 60)), nobody, LIMITS, strata=strata)
        return [unit.fair.nps if unit.fair else None for unit in found.units]

    some, others, fewer = (fair_of(few) for few in (Counts(4, 0, 0), Counts(0, 0, 4), Counts(1, 0, 0)))
    assert some == others == fewer
    assert None not in some


def test_a_unit_that_covers_too_little_of_the_mix_has_no_score_at_the_same_mix():
    strata = {"a": {"x": Counts(60, 30, 10), "y": Counts(30, 30, 40)}, "b": {"x": Counts(20, 50, 30)},
              "c": {"x": Counts(60, 30, 10), "y": Counts(2, 2, 0)}}
    found = comparison({"a": "A", "b": "B", "c": "C"}, spans(a=(90, 60, 50), b=(20, 50, 30), c=(62, 32, 10)), nobody,
                       LIMITS, strata=strata)
    units = {unit.unit_id: unit for unit in found.units}
    assert units["a"].fair is not None
    assert units["a"].fair.nps == pytest.approx(2 / 3 * 0.5 + 1 / 3 * -0.1)
    # Of 300 answers 200 lie in x where b has some; the 4 of c in y would follow from its x, so c counts nowhere.
    assert (units["b"].fair, units["c"].fair) == (None, None)
    assert [units[unit].mix_covered for unit in "abc"] == pytest.approx([1, 2 / 3, 0])


def test_a_split_needs_answers_of_both_and_adds_up():
    a, b = {"x": Counts(30, 30, 40), "y": Counts(540, 270, 90)}, {"x": Counts(270, 270, 360), "y": Counts(65, 25, 10)}
    assert difference_split({}, b, LIMITS) is None
    split = difference_split(a, b, LIMITS)
    assert split is not None
    assert (round(100 * split.change.nps, 6), round(100 * split.performance.nps, 6)) == (-47.5, 2.5)
    assert split.performance.nps + split.mix.nps == pytest.approx(split.change.nps, abs=1e-12)
