"""The map of touchpoints and units: the score of each cell, and whether it differs from the other units there.

Built from counts alone; suppression happens here, once. Source: methods 1.3 (the difference) and 2.2 (many tests).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cx.stats.comparison import NO_ANSWERS, SpanCounts, span_estimate
from cx.stats.crossed import Cell, Line, crossed_hiding
from cx.stats.difference import Difference, nps_difference
from cx.stats.discovery import FALSE_DISCOVERY_RATE, adjusted_p_values
from cx.stats.movement import Movement, Verdict
from cx.stats.nps import Counts, Estimate
from cx.stats.suppression import Thresholds, Withheld, missing_answers, withheld


@dataclass(frozen=True)
class MapCell:
    """One unit at one touchpoint. estimate is None where `withheld` says why; `missing` answers are needed.

    difference: its NPS less that of all units of the map together at the touchpoint, [-2, 2]; None with too few
    answers for a verdict, its own or those of the others. apart: whether it can be told apart from the others: its
    interval excludes no difference, and few such marks are false over the whole map. movement: its change against its
    own past, where that was asked for instead: `apart` is then whether it moved (see `cx.stats.journey_map`).
    """

    touchpoint_id: str
    unit_id: str
    n: int
    estimate: Estimate | None
    withheld: Withheld | None
    missing: int
    firm: bool
    difference: Difference | None
    apart: bool
    movement: Movement | None = None

    @property
    def gap(self) -> float | None:
        """By how much it differs from what it is compared with, in [-2, 2]; None with too few answers for a verdict."""
        if self.movement is not None:
            return None if self.movement.verdict is Verdict.TOO_FEW else self.movement.change
        return self.difference.nps if self.difference else None


@dataclass(frozen=True)
class TouchpointMap:
    """Touchpoints by units, each in the order given; a cell for each pair."""

    touchpoint_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    cells: Mapping[Cell, MapCell]

    def of_units(self, unit_ids: Sequence[str]) -> TouchpointMap:
        """The columns of these units alone, with the verdicts that they have among all; touchpoints where they have
        answers.
        """
        wanted = set(unit_ids)
        answered = {cell.touchpoint_id for cell in self.cells.values() if cell.unit_id in wanted and cell.n}
        return TouchpointMap(
            tuple(one for one in self.touchpoint_ids if one in answered),
            tuple(one for one in self.unit_ids if one in wanted),
            {key: cell for key, cell in self.cells.items() if cell.unit_id in wanted and key[0] in answered})

    def of_touchpoints(self, touchpoint_ids: Sequence[str]) -> TouchpointMap:
        """The rows of these touchpoints alone, with the verdicts that they have among all; in the order given."""
        wanted = set(touchpoint_ids)
        return TouchpointMap(tuple(touchpoint_ids), self.unit_ids,
                             {key: cell for key, cell in self.cells.items() if key[0] in wanted})

    @property
    def compared(self) -> int:
        """Number of cells that were tested."""
        return sum(cell.gap is not None for cell in self.cells.values())

    @property
    def apart(self) -> tuple[MapCell, ...]:
        """The cells that can be told apart, the largest difference first."""
        found = [cell for cell in self.cells.values() if cell.apart]
        return tuple(sorted(found, key=_size))

    def standing_out(self, touchpoints: int, units: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """So many touchpoints and units, those in which most cells stand out; each in the order of the map."""
        return (_foremost(self.touchpoint_ids, touchpoints, self, 0), _foremost(self.unit_ids, units, self, 1))


def _size(cell: MapCell) -> float:
    return -abs(cell.gap or 0.0)


def _foremost(ids: Sequence[str], at_most: int, found: TouchpointMap, side: int) -> tuple[str, ...]:
    """At most so many of the ids: most cells told apart first, then most answers in cells that are shown."""
    apart, answers = dict.fromkeys(ids, 0), dict.fromkeys(ids, 0)
    for key, cell in found.cells.items():
        apart[key[side]] += cell.apart
        answers[key[side]] += cell.n if cell.estimate else 0
    chosen = set(sorted(ids, key=lambda one: (-apart[one], -answers[one]))[:at_most])
    return tuple(one for one in ids if one in chosen)


def touchpoint_map(
    touchpoint_ids: Sequence[str], unit_ids: Sequence[str], spans: Mapping[Cell, SpanCounts],
    hidden: Callable[[Cell, SpanCounts], bool], lines: Sequence[Line], thresholds: Thresholds,
) -> TouchpointMap:
    """The map, from the answers of each touchpoint and unit in a span.

    `hidden` says whether a cell by itself would give away another one; `lines` are the sums along both margins that are
    known. Cells that are withheld take part in nothing.
    """
    keys = [(touchpoint, unit) for touchpoint in touchpoint_ids for unit in unit_ids]
    found = {key: spans.get(key, NO_ANSWERS) for key in keys}
    small = [key for key, one in found.items() if 1 <= one.n < thresholds.privacy or hidden(key, one)]
    masked = crossed_hiding({key: one.n for key, one in found.items()}, small, lines, thresholds)
    cells = {key: map_cell(key, one, key in masked, thresholds) for key, one in found.items()}
    for touchpoint in touchpoint_ids:
        cells |= _compared([cells[touchpoint, unit] for unit in unit_ids], found, thresholds)
    tested = [key for key in keys if cells[key].difference is not None]
    q_values = adjusted_p_values(np.array([_p_value(cells[key]) for key in tested]))
    for key, q_value in zip(tested, q_values, strict=True):
        cells[key] = replace(cells[key], apart=bool(q_value <= FALSE_DISCOVERY_RATE) and _excludes_none(cells[key]))
    return TouchpointMap(tuple(touchpoint_ids), tuple(unit_ids), cells)


def _excludes_none(cell: MapCell) -> bool:
    """Whether the interval excludes no difference: what is said of a cell must not contradict its interval."""
    return cell.difference is not None and not cell.difference.low <= 0 <= cell.difference.high


def _p_value(cell: MapCell) -> float:
    return cell.difference.p_value if cell.difference else float("nan")


def map_cell(key: Cell, one: SpanCounts, is_masked: bool, thresholds: Thresholds) -> MapCell:
    """The cell with its figure, or why it is withheld; compared with nothing yet."""
    reason = withheld(one.n, thresholds) or (Withheld.PROTECTS_OTHERS if is_masked else None)
    return MapCell(*key, one.n, None if reason else span_estimate(one), reason, missing_answers(one.n, thresholds),
                   one.n >= thresholds.firm, None, False)


def _compared(row: Sequence[MapCell], spans: Mapping[Cell, SpanCounts], thresholds: Thresholds) -> dict[Cell, MapCell]:
    """The cells of one touchpoint with their differences to all of them together, as far as they carry a figure."""
    shown = {(cell.touchpoint_id, cell.unit_id): cell for cell in row if cell.estimate is not None}
    counts = sum((spans[key].counts for key in shown), Counts(0, 0, 0))
    worth = sum(spans[key].n_effective for key in shown)
    found = {}
    for key, cell in shown.items():
        one = spans[key]
        classes = [every - own for every, own in zip(_classes(counts), _classes(one.counts), strict=True)]
        others = SpanCounts(Counts(*classes), worth - one.n_effective, 0)
        if cell.estimate is not None and cell.firm and others.n >= thresholds.firm:
            against = nps_difference(span_estimate(others), cell.estimate)
            found[key] = replace(cell, difference=_scaled(against, others.n / (others.n + one.n)))
    return found


def _classes(counts: Counts) -> tuple[float, float, float]:
    return counts.promoters, counts.passives, counts.detractors


def _scaled(difference: Difference, share: float) -> Difference:
    """The difference to all together: that to the others times the share of the others; the test is the same."""
    return replace(difference, nps=share * difference.nps, low=share * difference.low, high=share * difference.high,
                   se=share * difference.se, mid=share * difference.mid)
