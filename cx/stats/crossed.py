"""Cells of a table with two margins, such as unit by touchpoint: which to hide, so that no margin gives one away.

Hiding along one margin alone is not enough: the cell that protects a small one in its row can be had from its column.
Source: methods 1.5; Cox 1980, J. Am. Stat. Assoc. 75:377 (complementary suppression).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cx.stats.suppression import Thresholds

Cell = tuple[str, str]
"""The two names of a cell: row and column."""


@dataclass(frozen=True)
class Line:
    """Cells that add up to a known sum together with `rest`: answers of parts that the table leaves out."""

    cells: tuple[Cell, ...]
    rest: int


def crossed_hiding(
    n: Mapping[Cell, int], hidden: Collection[Cell], lines: Sequence[Line], thresholds: Thresholds
) -> frozenset[Cell]:
    """The cells to hide: those in `hidden`, and what else the sums along the lines would give away.

    n: answers of each cell; a cell without any hides nobody. In every line what is hidden holds at least `privacy`
    answers in two parts or more, where the line has them. Of the cells shown the smallest are hidden first, equal ones
    together.

    >>> n = {("t1", "A"): 3, ("t1", "B"): 20, ("t2", "A"): 40, ("t2", "B"): 30}
    >>> lines = [Line((("t1", "A"), ("t1", "B")), 0), Line((("t2", "A"), ("t2", "B")), 0),
    ...          Line((("t1", "A"), ("t2", "A")), 0), Line((("t1", "B"), ("t2", "B")), 0)]
    >>> len(crossed_hiding(n, [("t1", "A")], lines, Thresholds()))  # its row, its column, and theirs
    4
    >>> crossed_hiding(n, [], lines, Thresholds())
    frozenset()
    """
    found = set(hidden)
    more = True
    while more:
        more = False
        for line in lines:
            while weak := _weakest(n, found, line, thresholds):
                found |= weak
                more = True
    return frozenset(found)


def _weakest(n: Mapping[Cell, int], hidden: Collection[Cell], line: Line, thresholds: Thresholds) -> set[Cell]:
    """The smallest cells that are shown in a line whose sum gives something away; none where it does not."""
    masked = [n.get(cell, 0) for cell in line.cells if cell in hidden and n.get(cell, 0)]
    answers = sum(masked) + line.rest
    if not answers or (answers >= thresholds.privacy and (not masked or len(masked) + (line.rest > 0) > 1)):
        return set()
    shown = [cell for cell in line.cells if cell not in hidden and n.get(cell, 0)]
    smallest = min((n[cell] for cell in shown), default=0)
    return {cell for cell in shown if n[cell] == smallest}
