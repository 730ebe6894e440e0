"""A change between two periods of one unit, taken apart: customers score otherwise, or others answer.

The parts of the unit are its answers by one dimension. Small parts are folded into one, so that no part can be had by
subtraction. Source: methods 3.5 (Kitagawa 1955); features B7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cx.stats.difference import Difference, nps_difference
from cx.stats.discovery import are_discoveries
from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.standardise import Split, performance_and_mix
from cx.stats.suppression import Thresholds, hidden_cells

OTHERS = "\x00others"
"""Name of the stratum into which small ones are folded; no value of a dimension has it."""


class Answers(NamedTuple):
    """Answers of one stratum in one period. n: their number; counts: the same by class, or their weights by class."""

    n: int
    counts: Counts

    def __add__(self, other: object) -> Answers:
        """The answers of two strata, or of two periods, together."""
        if not isinstance(other, Answers):
            return NotImplemented
        return Answers(self.n + other.n, self.counts + other.counts)


NOBODY = Answers(0, Counts(0, 0, 0))
Period = Mapping[str, Answers]
"""Stratum → its answers, of all answers of one unit in one period."""


@dataclass(frozen=True)
class Part:
    """What one stratum contributes to a change, in NPS of the whole unit.

    name: OTHERS for the small ones together. performance: by its score; mix: by its share. share_before, share_after:
    in [0, 1]. rise: the change of its own score, None where it has no answers before or after. stands_out: whether that
    change is a discovery among those of all strata.
    """

    name: str
    performance: float
    mix: float
    share_before: float
    share_after: float
    rise: Difference | None
    stands_out: bool

    @property
    def both(self) -> float:
        """Performance and mix together."""
        return self.performance + self.mix


@dataclass(frozen=True)
class ChangeParts:
    """A change and its parts, the largest first. n_before, n_after: numbers of answers."""

    split: Split
    parts: tuple[Part, ...]
    n_before: int
    n_after: int


def change_parts(
    before: Sequence[Period], after: Period, thresholds: Thresholds, *, weighted: bool = False,
    design_effects: tuple[float, float] = (1.0, 1.0),
) -> ChangeParts | None:
    """The change from the periods `before` to the period `after` by strata; None where fewer than two can be told.

    `weighted`: the counts are sums of weights, and shares are those of the weights. `design_effects` of the unit before
    and after hold for its strata.

    >>> old = {"retail": Answers(100, Counts(30, 30, 40)), "premium": Answers(900, Counts(540, 270, 90))}
    >>> new = {"retail": Answers(900, Counts(270, 270, 360)), "premium": Answers(100, Counts(65, 25, 10))}
    >>> found = change_parts([old], new, Thresholds())
    >>> [round(100 * part.nps, 1) for part in (found.split.change, found.split.performance, found.split.mix)]
    [-47.5, 2.5, -50.0]
    >>> [(part.name, round(100 * part.performance, 1), round(100 * part.mix, 1)) for part in found.parts]
    [('retail', 0.0, -25.0), ('premium', 2.5, -25.0)]
    """
    first = _together([without_private(period, thresholds) for period in before])
    second = dict(without_private(after, thresholds))
    fold_small(first, second, thresholds)
    if len(first.keys() | second.keys()) < 2 or not first or not second:
        return None
    old, new = ({name: nps_estimate(one.counts, n=one.n, design_effect=effect) for name, one in group.items()}
                for group, effect in zip((first, second), design_effects, strict=True))
    old_mix, new_mix = ({name: one.counts.total for name, one in group.items()} for group in (first, second))
    split = performance_and_mix(old, new, *((old_mix, new_mix) if weighted else ()), mix_is_known=False)
    return ChangeParts(split, _parts(split, old, new), sum(one.n for one in first.values()),
                       sum(one.n for one in second.values()))


def without_private(period: Period, thresholds: Thresholds) -> Period:
    """The strata of a period, with those folded into OTHERS that must be hidden beside their total."""
    names = list(period)
    hidden = {names[place] for place in hidden_cells([period[name].n for name in names], thresholds)}
    return _folded(period, hidden) if hidden else period


def _together(periods: Sequence[Period]) -> dict[str, Answers]:
    total: dict[str, Answers] = {}
    for period in periods:
        for name, answers in period.items():
            total[name] = total.get(name, NOBODY) + answers
    return total


def fold_small(first: dict[str, Answers], second: dict[str, Answers], thresholds: Thresholds) -> None:
    """Fold strata with too few answers for a figure, before or after, into OTHERS; and more until these have enough."""
    def smallest(name: str) -> int:
        return min(one.n for group in (first, second) if (one := group.get(name, NOBODY)).n)

    for group in (first, second):
        for name in [name for name, one in group.items() if not one.n or not one.counts.total]:
            del group[name]
    named = sorted((name for name in first.keys() | second.keys() if name != OTHERS), key=lambda name: smallest(name))
    small = {name for name in named if smallest(name) < thresholds.figure}
    kept = [name for name in named if name not in small]
    while True:
        for group in (first, second):
            folded = _folded(group, small)
            group.clear()
            group.update(folded)
        if not kept or OTHERS not in first.keys() | second.keys() or smallest(OTHERS) >= thresholds.figure:
            return
        small = {kept.pop(0)}


def _folded(period: Period, names: set[str]) -> dict[str, Answers]:
    found = {name: one for name, one in period.items() if name not in names}
    folded = [one for name, one in period.items() if name in names]
    if folded:
        found[OTHERS] = _together([{OTHERS: one} for one in (*folded, found.pop(OTHERS, NOBODY))])[OTHERS]
    return found


def _parts(split: Split, before: Mapping[str, Estimate], after: Mapping[str, Estimate]) -> tuple[Part, ...]:
    rises = [nps_difference(before[one.stratum], after[one.stratum]) if one.compared else None for one in split.strata]
    found = are_discoveries([float("nan") if rise is None else rise.p_value for rise in rises])
    parts = [Part(one.stratum, one.performance, one.mix, one.share_before, one.share_after, rise, bool(stands_out))
             for one, rise, stands_out in zip(split.strata, rises, found, strict=True)]
    return tuple(sorted(parts, key=lambda part: -abs(part.both)))
