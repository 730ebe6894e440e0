"""The map of journeys in words: which touchpoint moved most, what is known of a cell, one row a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cx.phrase import Phrase, phrase
from cx.say.compare_rows import Points, points
from cx.say.numbers import formatter
from cx.say.translator import SOURCE_LANGUAGE, Translator, translator
from cx.say.verdicts import badge, evidence, withheld_reason
from cx.stats.movement import Movement
from cx.stats.suppression import Thresholds
from cx.stats.touchpoint_map import MapCell
from cx.warehouse.compare_touchpoints import NamedMap, Touchpoint
from cx.warehouse.journey import JourneyMap

ACROSS_WORDS: Mapping[str, Phrase] = MappingProxyType({
    "unit": phrase("By unit"), "month": phrase("By month"), "segment": phrase("By segment"),
    "channel": phrase("By channel"),
})
_FELL: Mapping[str, Phrase] = MappingProxyType({
    "unit": phrase("“{touchpoint}” at {name} fell by {size}"),
    "month": phrase("“{touchpoint}” fell by {size} in {name}"),
    "segment": phrase("“{touchpoint}” fell by {size} in the segment {name}"),
    "channel": phrase("“{touchpoint}” fell by {size} in the channel {name}"),
})
_ROSE: Mapping[str, Phrase] = MappingProxyType({
    "unit": phrase("“{touchpoint}” at {name} rose by {size}"),
    "month": phrase("“{touchpoint}” rose by {size} in {name}"),
    "segment": phrase("“{touchpoint}” rose by {size} in the segment {name}"),
    "channel": phrase("“{touchpoint}” rose by {size} in the channel {name}"),
})


@dataclass(frozen=True)
class JourneyRow:
    """One cell of the map as a row of the table and the file: NPS, change and ends in points."""

    journey: str
    stage: str
    touchpoint_id: str
    touchpoint: str
    across: str
    column: str
    n: int
    nps_pts: float | None
    low_pts: float | None
    high_pts: float | None
    change_pts: float | None
    change_low_pts: float | None
    change_high_pts: float | None
    before_n: int | None
    verdict: str | None
    withheld: str | None
    missing_answers: int


def journey_headline(t: Translator, found: JourneyMap, named: NamedMap) -> str:
    """The cell that moved most among those that did, as the title of the page. `named`: the rows that are shown."""
    if not named.map.compared:
        return t("No touchpoint has enough answers, now and before, for a verdict")
    if not named.map.apart:
        return t("No touchpoint moved beyond normal variation")
    first = named.map.apart[0]
    return _moved(t, found, named, first)


def moved_sentence(t: Translator, found: JourneyMap, named: NamedMap) -> str:
    """How many cells moved, which way, and how the largest move the other way looks; empty text where none did."""
    apart = named.map.apart
    if not apart:
        return ""
    write = formatter(t.code)
    down = [cell for cell in apart if (cell.gap or 0) < 0]
    said = t("Of {n} cells with a verdict {down} moved down and {up} moved up.", n=write.count(named.map.compared),
             down=write.count(len(down)), up=write.count(len(apart) - len(down)))
    other = next((cell for cell in apart if ((cell.gap or 0) < 0) != ((apart[0].gap or 0) < 0)), None)
    if other is None:
        return said
    return t.paragraph([said, t("The other way: {move}.", move=_moved(t, found, named, other))])


def _moved(t: Translator, found: JourneyMap, named: NamedMap, cell: MapCell) -> str:
    words = _FELL if (cell.gap or 0) < 0 else _ROSE
    names = {one.id: one.name for one in named.touchpoints}
    return t(words[found.across], touchpoint=names[cell.touchpoint_id], name=named.unit_names[cell.unit_id],
             size=formatter(t.code).size_of_change(cell.gap))


def compared_spans(t: Translator, found: JourneyMap, unit: str) -> str:
    """What the cells hold and what they are compared with. `unit`: the name of the one unit, empty for units."""
    write = formatter(t.code)
    if found.before is None:
        return t("T-NPS of {unit} by month, each against the 12 months before it.", unit=unit)
    now = write.months(found.now.first_month, found.now.last_month)
    before = write.months(found.before.first_month, found.before.last_month)
    if found.unit_id is None:
        return t("T-NPS, {now}, each cell against its own past, {before}.", now=now, before=before)
    return t("T-NPS of {unit}, {now}, each cell against its own past, {before}.", unit=unit, now=now,
             before=before)


def past_words(t: Translator, named: NamedMap, touchpoint: Touchpoint, cell: MapCell, thresholds: Thresholds
               ) -> list[str]:
    """What is known of a cell, line by line."""
    place = " · ".join(dict.fromkeys(part for part in (touchpoint.journey, touchpoint.stage) if part))
    write, said = formatter(t.code), [named.unit_names[cell.unit_id], touchpoint.name, *([place] if place else [])]
    if cell.withheld is not None:
        return [*said, withheld_reason(t, cell.withheld, cell.n, thresholds)]
    if cell.estimate is not None:
        said.append(f"NPS {write.nps(cell.estimate.nps)} ({write.interval(cell.estimate.low, cell.estimate.high)}) · "
                    + write.sample(cell.n))
    movement = cell.movement
    if movement is None:
        return [*said, t("no figure before that it could be compared with")]
    if movement.reference_nps is not None:
        said.append(t("Before: {nps} ({n})", nps=write.nps(movement.reference_nps),
                      n=write.sample(movement.reference_n)))
    return [*said, evidence(t, movement, thresholds)]


def journey_rows(named: NamedMap, across: str) -> Iterator[JourneyRow]:
    """The cells touchpoint by touchpoint, the columns in their order; a verdict is said as `VERDICTS` has it."""
    english = translator(SOURCE_LANGUAGE)
    for touchpoint in named.touchpoints:
        for column in named.map.unit_ids:
            cell = named.map.cells[touchpoint.id, column]
            before = cell.movement.reference_n if cell.movement and cell.movement.change is not None else None
            yield JourneyRow(
                touchpoint.journey, touchpoint.stage, touchpoint.id, touchpoint.name, across,
                named.unit_names[column], cell.n, *points(cell.estimate), *_change(cell.movement), before,
                badge(english, cell.movement) if cell.movement else None,
                cell.withheld.value if cell.withheld else None, cell.missing)


def _change(movement: Movement | None) -> Points:
    """A change with the ends of its interval, in points; None where there is none."""
    if movement is None or movement.change is None or movement.low is None or movement.high is None:
        return None, None, None
    return 100 * movement.change, 100 * movement.low, 100 * movement.high
