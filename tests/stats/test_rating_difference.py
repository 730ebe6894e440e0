"""The simple difference: two scores and their test; nothing small can be had by subtraction from the unit above."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.stats.difference import nps_difference
from cx.stats.nps import Counts, nps_estimate
from cx.stats.rating_difference import rating_difference
from cx.stats.suppression import Thresholds

LIMITS = Thresholds()
cells = st.builds(Counts, st.integers(0, 40), st.just(0), st.integers(0, 40))


def test_it_is_the_difference_of_the_two_groups() -> None:
    low, others = Counts(20, 30, 50), Counts(60, 30, 10)
    found = rating_difference((low, others), [(low, others)], LIMITS)
    assert found is not None
    assert found.difference == nps_difference(nps_estimate(others), nps_estimate(low))
    assert found.share_low == pytest.approx(0.5)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
def test_what_is_shown_of_the_units_never_gives_away_one_that_is_private(units: list[tuple[Counts, Counts]]) -> None:
    for place in (0, 1):
        numbers = [round(unit[place].total) for unit in units]
        shown = [rating_difference(unit, units, LIMITS) is not None for unit in units]
        hidden = [n for n, is_shown in zip(numbers, shown, strict=True) if not is_shown]
        private = [n for n in hidden if 0 < n < LIMITS.privacy]
        assert all(n >= LIMITS.figure for n, is_shown in zip(numbers, shown, strict=True) if is_shown)
        if private:  # the total less what is shown is the sum of the hidden ones: several, or enough together
            assert len([n for n in hidden if n]) > 1 or sum(hidden) >= LIMITS.privacy or len(units) == 1


@pytest.mark.parametrize("own", [(Counts(3, 3, 3), Counts(60, 30, 10)), (Counts(60, 30, 10), Counts(0, 0, 0))])
def test_a_group_with_too_few_answers_is_withheld(own: tuple[Counts, Counts]) -> None:
    assert rating_difference(own, [own], LIMITS) is None
