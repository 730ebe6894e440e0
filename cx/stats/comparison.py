"""Units of one level beside each other: raw scores, best guesses, ranks, who stands out, and the fair comparison.

Built from counts alone. Suppression happens here, once. A span of months is a sum, and a sum must not give away a month
that is hidden: see `span_counts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from cx.stats.change_parts import OTHERS, Answers, fold_small, without_private
from cx.stats.funnel import FUNNEL_MIN_UNITS, Funnel, Standing, funnel_of, unit_standings
from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.pooling import PooledUnit, PooledUnits, pooled_units
from cx.stats.ranks import UnitRank, is_told_apart, ranking
from cx.stats.standardise import Split, Standardised, performance_and_mix, standardised_nps
from cx.stats.suppression import Thresholds, Withheld, missing_answers, withheld

COMPARABLE = 0.9
"""Share of a mix that must lie where there are answers enough, or what is left is another mix."""

Strata = Mapping[str, Counts]
"""The answers of one unit by the value of a dimension; empty text for answers without one."""


class UnitPeriod(NamedTuple):
    """What is known of one unit in one period. n_effective: how many independent answers its answers are worth."""

    unit_id: str
    period: str
    promoters: int
    passives: int
    detractors: int
    n_effective: float
    left_out: int

    @property
    def n(self) -> int:
        """Valid answers."""
        return self.promoters + self.passives + self.detractors


class SpanCounts(NamedTuple):
    """What is known of one unit in a span of periods.

    n_effective adds what the answers of each period are worth: customers who answer in several of them count as others.
    left_out: answers of the same unit and span that a filter leaves out.
    """

    counts: Counts
    n_effective: float
    left_out: int

    @property
    def n(self) -> int:
        """Valid answers."""
        return round(self.counts.total)


NO_ANSWERS = SpanCounts(Counts(0, 0, 0), 0.0, 0)


@dataclass(frozen=True)
class ComparedUnit:
    """One unit among its like. Everything but n is None where the figure is withheld; `missing` answers are needed.

    pooled: None also where the unit is the only one. rank: None also where its answers are too few to be firm, or no
    other unit has so many. mix_covered: share of the common mix, in [0, 1], in strata
    where the unit has answers enough for a figure; None where no mix was asked for. fair: the NPS at the common mix,
    None where less than COMPARABLE of it is covered: the rest would weigh as another mix.
    """

    unit_id: str
    name: str
    n: int
    estimate: Estimate | None
    withheld: Withheld | None
    missing: int
    firm: bool
    pooled: PooledUnit | None
    rank: UnitRank | None
    standing: Standing | None
    mix_covered: float | None
    fair: Standardised | None


@dataclass(frozen=True)
class Comparison:
    """Units of one level in the order of their expected rank, the highest first; then those without a rank by their
    best guess; those without a figure at the end.

    total: the unit above them all, None where there is none. groups: ids of neighbours of whom no two can be told
    apart; they may overlap. funnel: None with too few units.
    """

    units: tuple[ComparedUnit, ...]
    total: Estimate | None
    pooled: PooledUnits | None
    groups: tuple[tuple[str, ...], ...]
    funnel: Funnel | None

    @cached_property
    def shown(self) -> tuple[ComparedUnit, ...]:
        """The units with a figure."""
        return tuple(unit for unit in self.units if unit.estimate is not None)

    @cached_property
    def ranked(self) -> tuple[ComparedUnit, ...]:
        """The units with a rank."""
        return tuple(unit for unit in self.units if unit.rank is not None)

    @property
    def pairs(self) -> int:
        """Number of pairs of units with a rank."""
        return len(self.ranked) * (len(self.ranked) - 1) // 2

    def told_apart(self, unit_id: str, other_id: str) -> bool | None:
        """Whether two units can be told apart, all pairs judged together; None where one of them has no rank."""
        one, other = (next((unit.estimate for unit in self.ranked if unit.unit_id == wanted), None)
                      for wanted in (unit_id, other_id))
        return is_told_apart(one, other, len(self.ranked)) if one and other else None

    @property
    def pairs_apart(self) -> int:
        """Number of pairs that can be told apart, all of them with 95 % confidence together."""
        return sum(unit.rank.set_low - 1 for unit in self.ranked if unit.rank is not None)


def kept_periods(periods: Iterable[UnitPeriod], protected: Callable[[UnitPeriod], int | None], thresholds: Thresholds
                 ) -> dict[str, list[UnitPeriod]]:
    """The periods of each unit that count in a sum of them, by unit: all but those that the sum would give away.

    `protected` says of a period whose figure is hidden how many private answers of others it hides, None where it is
    shown: the sum less the periods that are shown is the sum of the hidden ones. So these count only where they hide
    enough answers together, and periods that are private themselves only where they have enough together.
    """
    kept: dict[str, list[UnitPeriod]] = {}
    private: dict[str, list[tuple[UnitPeriod, int]]] = {}
    hiding: dict[str, list[tuple[UnitPeriod, int]]] = {}
    for cell in periods:
        if 1 <= cell.n < thresholds.privacy:
            private.setdefault(cell.unit_id, []).append((cell, cell.n))
        elif (hides := protected(cell)) is not None:
            hiding.setdefault(cell.unit_id, []).extend([(cell, hides)] if hides else [])
        else:
            kept.setdefault(cell.unit_id, []).append(cell)
    for unit_id in private.keys() | hiding.keys():
        for cells in (private.get(unit_id, []), hiding.get(unit_id, [])):
            if sum(answers for _, answers in cells) >= thresholds.privacy:
                kept.setdefault(unit_id, []).extend(cell for cell, _ in cells)
    for unit_id, cells in private.items():  # nothing else is there: withheld, with the number of answers
        kept.setdefault(unit_id, [cell for cell, _ in cells])
    return kept


def span_counts(periods: Iterable[UnitPeriod], protected: Callable[[UnitPeriod], int | None], thresholds: Thresholds
                ) -> dict[str, SpanCounts]:
    """The answers of each unit in a span, from the periods that `kept_periods` keeps."""
    return together(kept_periods(periods, protected, thresholds))


def together(kept: Mapping[str, Sequence[UnitPeriod]]) -> dict[str, SpanCounts]:
    """The answers of each unit in all its periods together."""
    return {unit_id: SpanCounts(
        Counts(sum(cell.promoters for cell in cells), sum(cell.passives for cell in cells),
               sum(cell.detractors for cell in cells)),
        sum(cell.n_effective for cell in cells), sum(cell.left_out for cell in cells))
        for unit_id, cells in kept.items()}


def comparison(
    names: Mapping[str, str], spans: Mapping[str, SpanCounts], hidden: Callable[[str, SpanCounts], bool],
    thresholds: Thresholds, total_id: str | None = None, strata: Mapping[str, Strata] | None = None,
) -> Comparison:
    """The units in `names` (id → name) compared by their answers in a span.

    `hidden` says whether a figure would give away another one. `strata` (unit → stratum → answers) asks for the fair
    comparison: every unit at the mix of all answers of these units. Units that are withheld take part in nothing.
    """
    found = {unit_id: spans.get(unit_id, NO_ANSWERS) for unit_id in names}
    reasons = {unit_id: withheld(span.n, thresholds) or (Withheld.PROTECTS_OTHERS if hidden(unit_id, span) else None)
               for unit_id, span in found.items()}
    shown = [unit_id for unit_id in names if reasons[unit_id] is None]
    estimates = [span_estimate(found[unit_id]) for unit_id in shown]
    pooled = pooled_units(estimates) if estimates else None
    firm = [unit_id for unit_id in shown if found[unit_id].n >= thresholds.firm]
    table = ranking([span_estimate(found[unit_id]) for unit_id in firm]) if len(firm) > 1 else None
    ranks = dict(zip(firm, table.units, strict=True)) if table else {}
    standings = unit_standings(estimates, thresholds) if estimates else ()
    fair = _fair({unit_id: strata[unit_id] for unit_id in shown if unit_id in strata}, thresholds) if strata else {}
    place = {unit_id: number for number, unit_id in enumerate(shown)}

    def unit(unit_id: str) -> ComparedUnit:
        at, n = place.get(unit_id), found[unit_id].n
        return ComparedUnit(
            unit_id, names[unit_id], n, estimates[at] if at is not None else None, reasons[unit_id],
            missing_answers(n, thresholds), n >= thresholds.firm,
            pooled.units[at] if pooled and at is not None and len(shown) > 1 else None,
            ranks.get(unit_id),
            standings[at] if at is not None else None, *fair.get(unit_id, _NO_MIX))

    total = _total(total_id, spans, hidden, thresholds)
    unranked = [unit_id for unit_id in shown if unit_id not in ranks]
    ordered = [firm[at] for at in table.order] if table else []
    if pooled:
        guesses = pooled.units
        unranked.sort(key=lambda unit_id: -guesses[place[unit_id]].nps)
    ordered += unranked + [unit_id for unit_id in names if unit_id not in place]
    return Comparison(
        tuple(unit(unit_id) for unit_id in ordered), total, pooled if len(shown) > 1 else None,
        tuple(tuple(firm[at] for at in group) for group in table.groups) if table else (),
        funnel_of(estimates) if len(estimates) >= FUNNEL_MIN_UNITS else None)


def _total(total_id: str | None, spans: Mapping[str, SpanCounts], hidden: Callable[[str, SpanCounts], bool],
           thresholds: Thresholds) -> Estimate | None:
    """The figure of the unit above the others; None where there is none or it is withheld."""
    span = spans.get(total_id) if total_id is not None else None
    if total_id is None or span is None or withheld(span.n, thresholds) or hidden(total_id, span):
        return None
    return span_estimate(span)


def difference_split(before: Strata, after: Strata, thresholds: Thresholds) -> Split | None:
    """The difference of two units, after - before, split into performance and mix; None where one has no answers.

    Strata with too few answers of one of them for a figure are folded into one of others, in both.
    """
    if not before or not after:
        return None
    first, second = folded_strata(before, after, thresholds)
    return performance_and_mix(_estimates(first), _estimates(second))


def is_comparable(split: Split) -> bool:
    """Whether the parts of a difference mean something: most of the two mixes is in common, and has names."""
    return split.compared >= COMPARABLE and any(part.stratum != OTHERS for part in split.strata)


def folded_strata(first: Strata, second: Strata, thresholds: Thresholds) -> tuple[Strata, Strata]:
    """The strata of two units without small ones: these stand together under OTHERS, with answers enough for a figure.

    >>> one, other = folded_strata({"car": Counts(20, 10, 5), "home": Counts(3, 0, 0), "boat": Counts(4, 4, 4)},
    ...                            {"car": Counts(50, 0, 0), "home": Counts(9, 9, 9)}, Thresholds())
    >>> [(name.strip(chr(0)), round(counts.total)) for name, counts in one.items()]
    [('car', 35), ('others', 15)]
    >>> [(name.strip(chr(0)), round(counts.total)) for name, counts in other.items()]
    [('car', 50), ('others', 27)]
    """
    groups = _answers(first), _answers(second)
    fold_small(*groups, thresholds)
    one, other = ({name: answers.counts for name, answers in group.items()} for group in groups)
    return one, other


def _answers(strata: Strata) -> dict[str, Answers]:
    return {name: Answers(round(counts.total), counts) for name, counts in strata.items()}


def span_estimate(span: SpanCounts) -> Estimate:
    """The NPS of a span with its interval; ValueError without answers."""
    return nps_estimate(span.counts, design_effect=max(1.0, span.n / span.n_effective))


def _estimates(strata: Strata) -> dict[str, Estimate]:
    return {name: nps_estimate(counts) for name, counts in strata.items()}


class _Fair(NamedTuple):
    covered: float | None
    score: Standardised | None


_NO_MIX = _Fair(None, None)


def _fair(strata: Mapping[str, Strata], thresholds: Thresholds) -> dict[str, _Fair]:
    """The NPS of each unit at the mix of all answers, from its strata with answers enough for a figure.

    Private strata of a unit do not count in the mix, nor do those that it would give them away with: the score of
    another unit, read backwards, would tell how many answers they have.
    """
    mix: dict[str, float] = {}
    for one in strata.values():
        for name, answers in without_private(_answers(one), thresholds).items():
            if name != OTHERS:
                mix[name] = mix.get(name, 0.0) + answers.n
    whole, found = sum(mix.values()), {}
    for unit_id, one in strata.items():
        folded, _ = folded_strata(one, {}, thresholds)
        scored = {name: counts for name, counts in folded.items() if name in mix}
        covered = sum(mix[name] for name in scored) / whole if whole else 0.0
        found[unit_id] = _Fair(covered, standardised_nps(_estimates(scored), mix) if covered >= COMPARABLE else None)
    return found
