"""A change taken apart: it adds up, and no small part can be had from what is said."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.stats.change_parts import OTHERS, Answers, Period, change_parts
from cx.stats.nps import Counts
from cx.stats.suppression import Thresholds

LIMITS = Thresholds()
answers = st.builds(Counts, *[st.integers(0, 25)] * 3).map(lambda one: Answers(round(one.total), one))
periods = st.dictionaries(st.sampled_from("abcdef"), answers)


def of(promoters: int, passives: int, detractors: int) -> Answers:
    return Answers(promoters + passives + detractors, Counts(promoters, passives, detractors))


def total(period: list[Period]) -> Counts:
    return sum((one.counts for each in period for one in each.values()), Counts(0, 0, 0))


@settings(deadline=None, max_examples=300)
@given(before=st.lists(periods, min_size=1, max_size=3), after=periods)
def test_all_parts_together_are_the_whole_change_of_all_answers(before: list[Period], after: Period) -> None:
    found = change_parts(before, after, LIMITS)
    if found is None:
        return
    change = total([after]).nps - total(before).nps
    assert found.split.change.nps == pytest.approx(change)
    assert sum(part.performance + part.mix for part in found.parts) == pytest.approx(change)
    assert (found.n_before, found.n_after) == (total(before).total, total([after]).total)
    assert [abs(part.both) for part in found.parts] == sorted((abs(part.both) for part in found.parts), reverse=True)


@settings(deadline=None, max_examples=300)
@given(before=st.lists(periods, min_size=1, max_size=3), after=periods)
def test_a_named_part_has_enough_answers_on_both_sides_and_so_have_the_others(
    before: list[Period], after: Period
) -> None:
    found = change_parts(before, after, LIMITS)
    if found is None:
        return
    named = {part.name for part in found.parts} - {OTHERS}
    for part in found.parts:
        for side, share, n in ((before, part.share_before, found.n_before), ([after], part.share_after, found.n_after)):
            in_part = round(share * n)
            assert in_part == 0 or in_part >= LIMITS.figure or (part.name == OTHERS and not named), part
            if part.name in named:  # a month with so few that they are private counts with the others
                most = sum(each.get(part.name, of(0, 0, 0)).n for each in side)
                assert in_part <= most


def test_a_month_with_private_answers_counts_with_the_others() -> None:
    before = [{"a": of(20, 10, 10), "b": of(1, 1, 1), "c": of(10, 10, 10)},
              {"a": of(20, 10, 10), "b": of(10, 10, 10), "c": of(10, 10, 10)}]
    found = change_parts(before, {"a": of(20, 10, 10), "b": of(10, 10, 10), "c": of(10, 10, 10)}, LIMITS)
    assert found is not None
    shares = {part.name: round(part.share_before * found.n_before) for part in found.parts}
    # b has 3 answers in the first month: hidden with the smallest that is shown there, which is c.
    assert shares == {"a": 80, "b": 30, "c": 30, OTHERS: 33}


def test_a_part_that_is_new_counts_as_mix() -> None:
    found = change_parts([{"a": of(50, 30, 20)}], {"a": of(50, 30, 20), "b": of(0, 0, 100)}, LIMITS)
    assert found is not None
    parts = {part.name: part for part in found.parts}
    assert parts["b"].rise is None
    assert not parts["b"].stands_out
    assert found.split.performance.nps == 0
    assert found.split.mix.nps == pytest.approx(-0.65)


@pytest.mark.parametrize(("before", "after"), [
    ([], {}), ([{}], {"a": of(50, 30, 20)}), ([{"a": of(50, 30, 20)}], {"a": of(20, 30, 50)}),
    ([{"a": of(50, 30, 20), "b": of(1, 1, 1)}], {"a": of(20, 30, 50), "b": of(1, 1, 1)}),
    ([{"a": of(3, 2, 1), "b": of(3, 2, 1)}], {"a": of(3, 2, 1), "b": of(3, 2, 1)}),
], ids=["nothing", "nothing before", "one part", "one part has enough", "no part has enough"])
def test_fewer_than_two_parts_are_not_taken_apart(before: list[Period], after: Period) -> None:
    assert change_parts(before, after, LIMITS) is None


def test_weights_change_shares_and_scores_and_not_the_number_of_answers() -> None:
    plain = {"a": of(50, 30, 20), "b": of(20, 30, 50)}
    heavy = {"a": Answers(100, Counts(25, 15, 10)), "b": Answers(100, Counts(60, 90, 150))}
    found = change_parts([plain], heavy, LIMITS, weighted=True)
    assert found is not None
    assert found.split.change.nps == pytest.approx(Counts(85, 105, 160).nps - 0.0)
    assert found.split.performance.nps == pytest.approx(0)  # the same scores within each
    assert Counter({part.name: round(part.share_after, 3) for part in found.parts}) == {"a": 0.143, "b": 0.857}
    wide = change_parts([plain], heavy, LIMITS, weighted=True, design_effects=(1.0, 4.0))
    assert wide is not None
    assert wide.split.mix.se > found.split.mix.se


def test_the_part_that_fell_stands_out_and_the_others_do_not() -> None:
    before = {name: of(100, 60, 40) for name in "abcdef"}
    found = change_parts([before], before | {"c": of(60, 60, 80)}, LIMITS)
    assert found is not None
    assert [part.name for part in found.parts if part.stands_out] == ["c"]
    assert found.parts[0].name == "c"
