"""Hiding in tables with two margins: nothing that is hidden follows from the sums, by linear algebra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.stats.crossed import Cell, Line, crossed_hiding
from cx.stats.suppression import Thresholds

LIMITS = Thresholds()
SIZES = st.integers(2, 5)


def lines_of(n: dict[Cell, int], rows: int, columns: int, rests: list[int]) -> list[Line]:
    along = [tuple((f"r{row}", f"c{column}") for column in range(columns)) for row in range(rows)]
    across = [tuple((f"r{row}", f"c{column}") for row in range(rows)) for column in range(columns)]
    return [Line(cells, rest) for cells, rest in zip([*along, *across], rests, strict=True)]


def follows(cell: Cell, n: dict[Cell, int], hidden: frozenset[Cell], lines: list[Line]) -> bool:
    """Whether a cell is a linear combination of what the sums leave open: rest and hidden cells are the unknowns."""
    unknown: list[object] = [one for one in hidden if n[one]]
    unknown += [("rest", number) for number, line in enumerate(lines) if line.rest]
    place = {one: column for column, one in enumerate(unknown)}
    sums = np.zeros((len(lines), len(unknown)))
    for number, line in enumerate(lines):
        for one in (*line.cells, ("rest", number)):
            if one in place:
                sums[number, place[one]] = 1
    wanted = np.zeros((1, len(unknown)))
    wanted[0, place[cell]] = 1
    return np.linalg.matrix_rank(np.vstack([sums, wanted])) == np.linalg.matrix_rank(sums)


@settings(max_examples=300, deadline=None)
@given(st.data(), SIZES, SIZES)
def test_no_private_cell_follows_from_the_sums_where_there_is_enough_to_hide(
        data: st.DataObject, rows: int, columns: int):
    cells = [(f"r{row}", f"c{column}") for row in range(rows) for column in range(columns)]
    n = dict(zip(cells, data.draw(st.lists(st.sampled_from([0, 2, 3, 7, 20, 21, 40, 90]), min_size=len(cells),
                                           max_size=len(cells))), strict=True))
    rests = data.draw(st.lists(st.sampled_from([0, 0, 0, 2, 30]), min_size=rows + columns, max_size=rows + columns))
    lines = lines_of(n, rows, columns, rests)
    small = [cell for cell in cells if 0 < n[cell] < LIMITS.privacy]
    hidden = crossed_hiding(n, small, lines, LIMITS)
    assert hidden >= set(small)
    for line in lines:
        shown = [cell for cell in line.cells if cell not in hidden and n[cell]]
        answers = line.rest + sum(n[cell] for cell in line.cells if cell in hidden)
        assert answers == 0 or answers >= LIMITS.privacy or not shown
    for cell in small:
        shown = [one for line in lines if cell in line.cells for one in line.cells if one not in hidden and n[one]]
        assert not follows(cell, n, hidden, lines) or not shown


def test_a_cell_between_two_closed_paths_follows_from_the_sums_and_is_protected():
    # Every line has two hidden cells or more, and yet the sum of rows 0 and 1 less columns 0 and 1 is r1 × c2.
    n = {(f"r{row}", f"c{column}"): 50 + 5 * row + column for row in range(4) for column in range(4)}
    small = [("r0", "c0"), ("r0", "c1"), ("r1", "c0"), ("r1", "c1"), ("r1", "c2"),
             ("r2", "c2"), ("r2", "c3"), ("r3", "c2"), ("r3", "c3")]
    n |= {cell: 3 for cell in small}
    lines = lines_of(n, 4, 4, [0] * 8)
    assert follows(("r1", "c2"), n, frozenset(small), lines)
    hidden = crossed_hiding(n, small, lines, LIMITS)
    assert not follows(("r1", "c2"), n, hidden, lines)
    assert len(hidden) < 16


@pytest.mark.parametrize(("rest", "hidden"), [(0, 2), (1, 2), (30, 1)])
def test_answers_that_the_table_leaves_out_protect_as_well(rest: int, hidden: int):
    n = {("r", "a"): 3, ("r", "b"): 40, ("r", "c"): 50}
    assert len(crossed_hiding(n, [("r", "a")], [Line(tuple(n), rest)], LIMITS)) == hidden


def test_too_few_answers_beside_the_table_are_protected_and_equal_cells_are_hidden_together():
    n = {("r", "a"): 40, ("r", "b"): 40, ("r", "c"): 50}
    assert crossed_hiding(n, [], [Line(tuple(n), 3)], LIMITS) == {("r", "a"), ("r", "b")}
    assert crossed_hiding(n, [], [Line(tuple(n), 5)], LIMITS) == frozenset()
