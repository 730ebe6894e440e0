"""The map of journeys: each cell against its own past. Which touchpoints moved, at which unit, month or group.

Built from counts alone. Source: methods 2.2 (the rule for a move, and false discoveries among many cells).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from cx.stats.comparison import SpanCounts
from cx.stats.crossed import Cell, Line, crossed_hiding
from cx.stats.discovery import FALSE_DISCOVERY_RATE, adjusted_p_values
from cx.stats.movement import Movement, Verdict, month_movement, wave_movement
from cx.stats.nps import Estimate
from cx.stats.suppression import Thresholds, Withheld
from cx.stats.touchpoint_map import MapCell, TouchpointMap, map_cell

SPAN_MONTHS = 12


def month_cells(
    months: Mapping[Cell, SpanCounts], hidden: Sequence[Cell], lines: Sequence[Line], thresholds: Thresholds
) -> dict[Cell, MapCell]:
    """The cells of touchpoints by months. `hidden`: those that would give away another one; `lines`: known sums."""
    small = {key for key, one in months.items() if 1 <= one.n < thresholds.privacy} | set(hidden)
    masked = crossed_hiding({key: one.n for key, one in months.items()}, small, lines, thresholds)
    return {key: map_cell(key, one, key in masked, thresholds) for key, one in months.items()}


def hidden_along(cells: Mapping[Cell, MapCell], lines: Sequence[Line], thresholds: Thresholds) -> dict[Cell, MapCell]:
    """The cells, without those that the sums along the lines would give away together with what is hidden already."""
    small = [key for key, cell in cells.items()
             if cell.n and cell.withheld in (Withheld.PRIVACY, Withheld.PROTECTS_OTHERS)]
    masked = crossed_hiding({key: cell.n for key, cell in cells.items()}, small, lines, thresholds)
    return {key: replace(cell, estimate=None, withheld=cell.withheld or Withheld.PROTECTS_OTHERS)
            if key in masked else cell for key, cell in cells.items()}


def span_movements(
    now: Mapping[Cell, MapCell], before: Mapping[Cell, MapCell], tau2: float, thresholds: Thresholds,
    smallest_change: float,
) -> dict[Cell, Movement]:
    """By cell its change from the 12 months before to the newest 12, for the cells with a figure in both.

    `tau2`: usual real variance of the NPS of one month.
    """
    found = {}
    for key, cell in now.items():
        past = before.get(key)
        if cell.estimate is not None and past is not None and past.estimate is not None:
            found[key] = wave_movement(past.estimate, cell.estimate, thresholds, smallest_change, tau2 / SPAN_MONTHS)
    return found


def month_movements(
    cells: Mapping[Cell, MapCell], months: Sequence[str], tau2: float, thresholds: Thresholds, smallest_change: float
) -> dict[Cell, Movement]:
    """By touchpoint and month the change against the 12 months before it, by the rule for months.

    `months`: the periods without a gap, oldest first.
    """
    found = {}
    for touchpoint, month in cells:
        newest = cells[touchpoint, month].estimate
        place = months.index(month)
        earlier = [estimate for period in months[max(0, place - SPAN_MONTHS):place]
                   if (estimate := _estimate(cells, touchpoint, period)) is not None]
        if newest is not None and earlier:
            found[touchpoint, month] = month_movement(newest, earlier, tau2, thresholds, smallest_change)
    return found


def _estimate(cells: Mapping[Cell, MapCell], touchpoint: str, month: str) -> Estimate | None:
    cell = cells.get((touchpoint, month))
    return cell.estimate if cell else None


def against_past(
    touchpoint_ids: Sequence[str], columns: Sequence[str], cells: Mapping[Cell, MapCell],
    movements: Mapping[Cell, Movement],
) -> TouchpointMap:
    """The map in which a cell is apart where it moved against its own past and false discoveries stay few.

    The rate is controlled over all cells that were tested; a move that it does not let stand is normal variation.
    """
    keys = [(touchpoint, column) for touchpoint in touchpoint_ids for column in columns]
    found = {key: movements[key] for key in keys if key in movements}
    tested = [key for key, one in found.items() if one.p_value is not None and one.verdict is not Verdict.TOO_FEW]
    adjusted = adjusted_p_values(np.array([found[key].p_value for key in tested], dtype=float))
    for key, q_value in zip(tested, adjusted, strict=True):
        if found[key].verdict is Verdict.MOVED and q_value > FALSE_DISCOVERY_RATE:
            found[key] = replace(found[key], verdict=Verdict.CANNOT_TELL)
    nobody = Withheld.TOO_FEW
    return TouchpointMap(tuple(touchpoint_ids), tuple(columns), {
        key: replace(cells.get(key, MapCell(*key, 0, None, nobody, 0, False, None, False)), difference=None,
                     apart=key in found and found[key].verdict is Verdict.MOVED, movement=found.get(key))
        for key in keys})


def worst_first(found: TouchpointMap) -> tuple[str, ...]:
    """The touchpoints by the NPS of all cells with a figure together, the lowest first; those without at the end."""
    def score(touchpoint: str) -> float:
        shown = [(cell.n, cell.estimate.nps) for column in found.unit_ids
                 if (cell := found.cells[touchpoint, column]).estimate is not None]
        n = sum(one for one, _ in shown)
        return sum(one * nps for one, nps in shown) / n if n else 2.0

    return tuple(sorted(found.touchpoint_ids, key=score))
