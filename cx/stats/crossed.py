"""Cells of a table with two margins, such as unit by touchpoint: which to hide, so that no margin gives one away.

Hiding along one margin alone is not enough: the cell that protects a small one in its row can be had from its column.
A hidden cell can be had exactly when no closed path leads through it and other hidden cells, from margin to margin.
Source: methods 1.5; Gusfield 1988, SIAM J. Comput. 17:552 (a graph of margins whose bridges are the cells given away).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cx.stats.suppression import Thresholds

Cell = tuple[str, str]
"""The two names of a cell: row and column."""

_OUTSIDE = -1  # the margin of all that no line adds up


@dataclass(frozen=True)
class Line:
    """Cells that add up to a known sum together with `rest`: answers of parts that the table leaves out."""

    cells: tuple[Cell, ...]
    rest: int


def crossed_hiding(
    n: Mapping[Cell, int], hidden: Collection[Cell], lines: Sequence[Line], thresholds: Thresholds
) -> frozenset[Cell]:
    """The cells to hide: those in `hidden`, and what else the sums along the lines would give away.

    n: answers of each cell; a cell without any hides nobody. A cell stands in one line along each margin at most. What
    is hidden in a line holds at least `privacy` answers, and no hidden cell follows from the sums, where enough cells
    are there to hide. Of the cells shown the smallest are hidden first, equal ones together.

    >>> n = {("t1", "A"): 3, ("t1", "B"): 20, ("t2", "A"): 40, ("t2", "B"): 30}
    >>> lines = [Line((("t1", "A"), ("t1", "B")), 0), Line((("t2", "A"), ("t2", "B")), 0),
    ...          Line((("t1", "A"), ("t2", "A")), 0), Line((("t1", "B"), ("t2", "B")), 0)]
    >>> len(crossed_hiding(n, [("t1", "A")], lines, Thresholds()))  # its row, its column, and theirs
    4
    >>> crossed_hiding(n, [], lines, Thresholds())
    frozenset()
    """
    found = set(hidden)
    while weak := _too_few(n, found, lines, thresholds) or _given_away(n, found, lines):
        found |= weak
    return frozenset(found)


def _too_few(n: Mapping[Cell, int], hidden: Collection[Cell], lines: Sequence[Line], thresholds: Thresholds
             ) -> set[Cell]:
    """More cells to hide in the lines in which fewer answers than are private are hidden."""
    found: set[Cell] = set()
    for line in lines:
        answers = line.rest + sum(n.get(cell, 0) for cell in line.cells if cell in hidden)
        if 0 < answers < thresholds.privacy:
            found |= _smallest_shown(n, hidden, line)
    return found


def _given_away(n: Mapping[Cell, int], hidden: Collection[Cell], lines: Sequence[Line]) -> set[Cell]:
    """More cells to hide in the lines of hidden cells that follow from the sums; none where none follows."""
    at: dict[Cell, list[int]] = {}
    for number, line in enumerate(lines):
        for cell in line.cells:
            if cell in hidden and n.get(cell, 0):
                at.setdefault(cell, []).append(number)
    edges = [(numbers[0], numbers[1] if len(numbers) > 1 else _OUTSIDE) for numbers in at.values()]
    edges += [(number, _OUTSIDE) for number, line in enumerate(lines) if line.rest]
    given, cells = _bridges(edges), list(at.items())
    return {weak for edge in given if edge < len(cells) for number in cells[edge][1]
            for weak in _smallest_shown(n, hidden, lines[number])}


def _smallest_shown(n: Mapping[Cell, int], hidden: Collection[Cell], line: Line) -> set[Cell]:
    """The smallest cells of a line that are shown, all that are equal."""
    shown = [cell for cell in line.cells if cell not in hidden and n.get(cell, 0)]
    smallest = min((n[cell] for cell in shown), default=0)
    return {cell for cell in shown if n[cell] == smallest}


def _bridges(edges: Sequence[tuple[int, int]]) -> list[int]:
    """The edges of a graph that lie on no closed path, by their place (Tarjan 1974, without recursion)."""
    around: dict[int, list[tuple[int, int]]] = {}
    for place, (one, other) in enumerate(edges):
        around.setdefault(one, []).append((other, place))
        around.setdefault(other, []).append((one, place))
    entered: dict[int, int] = {}
    lowest: dict[int, int] = {}
    found = []
    for root in around:
        if root in entered:
            continue
        entered[root] = lowest[root] = len(entered)
        path = [(root, -1, iter(around[root]))]
        while path:
            node, came_by, ways = path[-1]
            step = next(ways, None)
            if step is None:
                path.pop()
                if path:
                    before = path[-1][0]
                    lowest[before] = min(lowest[before], lowest[node])
                    if lowest[node] > entered[before]:
                        found.append(came_by)
            elif step[0] in entered:
                if step[1] != came_by:
                    lowest[node] = min(lowest[node], entered[step[0]])
            else:
                entered[step[0]] = lowest[step[0]] = len(entered)
                path.append((step[0], step[1], iter(around[step[0]])))
    return found
