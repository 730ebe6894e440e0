"""The map of touchpoints and units in words: one row a cell, what is known of a cell, which cells stand out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from cx.phrase import Phrase, phrase
from cx.say.compare_rows import points
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.say.verdicts import withheld_reason
from cx.stats.suppression import Thresholds
from cx.stats.touchpoint_map import MapCell
from cx.warehouse.compare_touchpoints import NamedMap, Touchpoint

_NAMED = 3


class Against(Enum):
    """How a cell stands to all units of the map together at its touchpoint."""

    ABOVE = "above"
    BELOW = "below"
    UNCLEAR = "cannot_tell"
    TOO_FEW = "too_few"


AGAINST_WORDS: Mapping[Against, Phrase] = MappingProxyType({
    Against.ABOVE: phrase("above the units together"),
    Against.BELOW: phrase("below the units together"),
    Against.UNCLEAR: phrase("cannot be told apart from the others"),
    Against.TOO_FEW: phrase("too few answers for a verdict"),
})


@dataclass(frozen=True)
class MapRow:
    """One unit at one touchpoint as a row of the table and the file: NPS, differences and ends in points."""

    journey: str
    stage: str
    touchpoint_id: str
    touchpoint: str
    unit_id: str
    unit: str
    n: int
    nps_pts: float | None
    low_pts: float | None
    high_pts: float | None
    difference_pts: float | None
    difference_low_pts: float | None
    difference_high_pts: float | None
    verdict: str | None
    withheld: str | None
    missing_answers: int


def against(cell: MapCell) -> Against | None:
    """The verdict on a cell; None where its figure is withheld."""
    if cell.estimate is None:
        return None
    if cell.difference is None:
        return Against.TOO_FEW
    if not cell.apart:
        return Against.UNCLEAR
    return Against.ABOVE if cell.difference.nps > 0 else Against.BELOW


def map_rows(named: NamedMap) -> Iterator[MapRow]:
    """The cells touchpoint by touchpoint, the units in the order of the comparison."""
    for touchpoint in named.touchpoints:
        for unit_id in named.map.unit_ids:
            cell = named.map.cells[touchpoint.id, unit_id]
            verdict = against(cell)
            yield MapRow(
                touchpoint.journey, touchpoint.stage, touchpoint.id, touchpoint.name, unit_id,
                named.unit_names[unit_id], cell.n,
                *points(cell.estimate), *points(cell.difference),
                verdict.value if verdict else None, cell.withheld.value if cell.withheld else None, cell.missing)


def cell_words(t: Translator, named: NamedMap, touchpoint: Touchpoint, cell: MapCell, thresholds: Thresholds
               ) -> list[str]:
    """What is known of a cell, line by line."""
    write, said = formatter(t.code), [named.unit_names[cell.unit_id], touchpoint.name]
    if cell.withheld is not None:
        return [*said, withheld_reason(t, cell.withheld, cell.n, thresholds)]
    if cell.estimate is not None:
        said.append(f"NPS {write.nps(cell.estimate.nps)} ({write.interval(cell.estimate.low, cell.estimate.high)}) · "
                    + write.sample(cell.n))
    if cell.difference is not None:
        said.append(t("Against all these units together: {change} (95% interval {interval})",
                      change=write.change(cell.difference.nps),
                      interval=write.interval(cell.difference.low, cell.difference.high)))
    verdict = against(cell)
    return [*said, t(AGAINST_WORDS[verdict])] if verdict else said


def map_sentence(t: Translator, named: NamedMap) -> str:
    """Which cells stand out, as one sentence."""
    apart, compared = named.map.apart, named.map.compared
    if not compared:
        return t("No unit has enough answers at a touchpoint to be compared there.")
    if not apart:
        return t.plural("The one comparison of a unit at a touchpoint shows no difference.",
                        "In none of {n} comparisons can a unit be told apart from the others at a touchpoint.",
                        compared)
    write, names = formatter(t.code), {one.id: one.name for one in named.touchpoints}
    first = write.listing(t("{unit} at {touchpoint} ({change})", unit=named.unit_names[cell.unit_id],
                            touchpoint=names[cell.touchpoint_id],
                            change=write.nps(cell.difference.nps if cell.difference else None))
                          for cell in apart[:_NAMED])
    if len(apart) > _NAMED:
        return t("{k} of {n} comparisons of a unit at a touchpoint stand out, most of all {names}.",
                 k=write.count(len(apart)), n=write.count(compared), names=first)
    return t.plural("{n} of {total} comparisons of a unit at a touchpoint stands out: {names}.",
                    "{n} of {total} comparisons of a unit at a touchpoint stand out: {names}.", len(apart),
                    total=write.count(compared), names=first)
