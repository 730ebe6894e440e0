"""What may be shown: thresholds, and an adversary who knows the total and every shown cell."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.stats.suppression import (
    Thresholds,
    Withheld,
    family_of,
    hidden_cells,
    is_hidden,
    missing_answers,
    withheld,
)

partitions = st.lists(st.integers(0, 7), min_size=1, max_size=4)


def possible_values(hidden_total: int, cells: int) -> list[tuple[int, ...]]:
    """Every way in which that many hidden answers can lie in the hidden cells."""
    if cells == 1:
        return [(hidden_total,)]
    first_cell = range(hidden_total + 1)
    return [(n, *rest) for n in first_cell for rest in possible_values(hidden_total - n, cells - 1)]


@pytest.mark.parametrize(
    ("n", "reason"),
    [(0, Withheld.TOO_FEW), (1, Withheld.PRIVACY), (4, Withheld.PRIVACY), (5, Withheld.TOO_FEW), (9, Withheld.TOO_FEW),
     (10, None), (1000, None)],
)
def test_a_figure_is_withheld_for_the_stronger_reason(n: int, reason: Withheld | None) -> None:
    assert withheld(n, Thresholds()) is reason


@given(st.integers(0, 60))
def test_a_figure_appears_after_exactly_the_missing_answers(n: int) -> None:
    thresholds = Thresholds()
    missing = missing_answers(n, thresholds)
    assert withheld(n + missing, thresholds) is None
    assert missing == 0 or withheld(n + missing - 1, thresholds) is not None


def test_no_answers_are_never_a_figure() -> None:
    assert withheld(0, Thresholds(privacy=1, figure=1, firm=1)) is Withheld.TOO_FEW


@given(partitions, st.integers(1, 5))
def test_subtraction_from_the_total_reveals_no_hidden_cell_and_no_small_group(cells: list[int], privacy: int) -> None:
    thresholds = Thresholds(privacy=privacy)
    hidden = sorted(hidden_cells(cells, thresholds))
    assert {index for index, n in enumerate(cells) if 1 <= n < privacy} <= set(hidden)
    if not hidden or sum(cells) < privacy:
        return
    hidden_total = sum(cells[index] for index in hidden)
    assert hidden_total >= privacy
    consistent = possible_values(hidden_total, len(hidden))
    for size in range(1, len(hidden)):
        for group in itertools.combinations(range(len(hidden)), size):
            assert len({sum(values[index] for index in group) for values in consistent}) > 1


@given(partitions, st.randoms())
def test_the_order_of_the_cells_tells_nothing(cells: list[int], random: object) -> None:
    order = list(range(len(cells)))
    random.shuffle(order)
    shuffled = hidden_cells([cells[index] for index in order], Thresholds())
    assert {order[index] for index in shuffled} == hidden_cells(cells, Thresholds())


@given(partitions)
def test_the_parts_of_a_hidden_total_do_not_add_up_to_it(cells: list[int]) -> None:
    family = family_of(cells, Thresholds())
    hidden = [n for n in cells if is_hidden(n, family, Thresholds(), total_is_hidden=True)]
    assert hidden or not any(cells)
    assert {n for n in cells if 1 <= n < 5} <= set(hidden)


@pytest.mark.parametrize(
    ("cells", "hidden"),
    [
        ([40, 12, 0, 5], set()),
        ([3, 40, 12], {0, 2}),
        ([3, 4, 40], {0, 1}),
        ([1, 2, 40, 12], {0, 1, 3}),
        ([2, 7, 7, 40], {0, 1, 2}),
        ([3, 0, 0], {0}),
        ([3, 0, 50], {0, 2}),
        ([], set()),
    ],
)
def test_the_fewest_answers_are_hidden_that_protect_the_small_cells(cells: list[int], hidden: set[int]) -> None:
    assert hidden_cells(cells, Thresholds()) == hidden


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Thresholds(privacy=0), "privacy == 0, must be >= 1"),
        (lambda: Thresholds(figure=4), "figure == 4, must be >= privacy == 5"),
        (lambda: Thresholds(firm=9), "firm == 9, must be >= figure == 10"),
        (lambda: withheld(-1, Thresholds()), "n == -1, must be >= 0"),
        (lambda: hidden_cells([3, -1], Thresholds()), "must be >= 0"),
    ],
)
def test_impossible_input_is_refused_by_name_and_rule(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
