"""Why a figure changed, in words: customers score otherwise, or others answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cx.phrase import Phrase, phrase
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.change_parts import OTHERS, ChangeParts, Part
from cx.stats.difference import Difference
from cx.stats.movement import Movement, Verdict

DIMENSIONS: Mapping[str, Phrase] = {
    "unit": phrase("Business unit"), "product": phrase("Product"), "segment": phrase("Segment"),
    "channel": phrase("Channel"), "touchpoint": phrase("Touchpoint"),
}
_BY: Mapping[str, Phrase] = {
    "unit": phrase("by business unit"), "product": phrase("by product"), "segment": phrase("by segment"),
    "channel": phrase("by channel"), "touchpoint": phrase("by touchpoint"),
}
_NAMED = 4
ENOUGH_IN_COMMON = 0.9
"""Share of the answers in strata of both sides from which a change or difference is split."""


@dataclass(frozen=True)
class PartRow:
    """One stratum as a row: points of NPS of the whole unit, shares in percent."""

    part: str
    performance_pts: float
    mix_pts: float
    share_before_pct: float
    share_after_pct: float
    own_change_pts: float | None
    own_low_pts: float | None
    own_high_pts: float | None
    stands_out: bool


def part_rows(t: Translator, found: ChangeParts, names: Mapping[str, str]) -> Iterator[PartRow]:
    """The strata of a change, the largest part first; `names` of strata as shown, where they have one."""
    for part in found.parts:
        rise = part.rise
        yield PartRow(part_name(t, part, names), 100 * part.performance, 100 * part.mix, 100 * part.share_before,
                      100 * part.share_after, 100 * rise.nps if rise else None, 100 * rise.low if rise else None,
                      100 * rise.high if rise else None, part.stands_out)


def part_name(t: Translator, part: Part, names: Mapping[str, str]) -> str:
    """The name of a stratum as shown."""
    if part.name == OTHERS:
        return t("Others together")
    return names.get(part.name, part.name) or t("not stated")


def change_sentence(t: Translator, found: ChangeParts, movement: Movement | None, before: str, after: str,
                    smallest_change: float) -> str:
    """How much of a change is performance and how much mix, by rule from verdict and intervals.

    `smallest_change`: the smallest one that anybody would act on, in NPS ([0, 2]).
    """
    split, write = found.split, formatter(t.code)
    said = {"change": _with_interval(t, split.change), "performance": _with_interval(t, split.performance),
            "mix": _with_interval(t, split.mix), "before": before, "after": after,
            "n_before": write.count(found.n_before), "n_after": write.count(found.n_after)}
    return t.paragraph([_finding(t, found, movement, smallest_change), t(
        "From {before} (n = {n_before}) to {after} (n = {n_after}) the score changed by {change}: "
        "{performance} because customers score otherwise, {mix} because others answer.", **said)])


def _finding(t: Translator, found: ChangeParts, movement: Movement | None, smallest_change: float) -> str:
    if found.split.compared < ENOUGH_IN_COMMON:
        return t("Only {share} of the answers lie in parts that answered before and after: how customers score and who "
                 "answers cannot be told apart.", share=formatter(t.code).percent(found.split.compared, 0))
    if movement is None or movement.verdict is Verdict.CANNOT_TELL:
        return t("Whether it moved cannot be told yet; the parts of the change so far.")
    if movement.verdict is not Verdict.MOVED:
        return t("There is no move to explain; its parts, for the record.")
    performance, mix = (not part.low <= 0 <= part.high and abs(part.nps) >= smallest_change
                        for part in (found.split.performance, found.split.mix))
    if performance and mix:
        return t("Both: customers score otherwise, and others answer.")
    if performance:
        return t("It is how customers score, not who answers.")
    if mix:
        return t("It is who answers, not how customers score.")
    return t("Cannot tell yet whether customers score otherwise or others answer.")


def parts_that_moved(t: Translator, found: ChangeParts, names: Mapping[str, str]) -> str:
    """The strata whose own score changed, with their intervals, or that none can be named."""
    write = formatter(t.code)
    moved = [part for part in found.parts if part.stands_out]
    if not moved:
        return t("The score of no single part changed beyond what {n} parts show by chance.", n=len(found.parts))
    return t("Own scores that changed: {parts}.", parts=write.listing(
        t("{unit} {change}", unit=part_name(t, part, names), change=_with_interval(t, part.rise))
        for part in moved[:_NAMED] if part.rise))


def weighted_change_sentence(t: Translator, weighted: ChangeParts) -> str:
    """What the weights make of the change."""
    split = weighted.split
    return t("With the weights the change is {change}: {performance} by score, {mix} by who answers.",
             change=_with_interval(t, split.change), performance=_with_interval(t, split.performance),
             mix=_with_interval(t, split.mix))


def other_dimension(t: Translator, dimension: str, found: ChangeParts) -> str:
    """The two parts of the same change by another dimension, in a few words."""
    return t("{by}: {performance} by score, {mix} by who answers", by=_BY[dimension],
             performance=formatter(t.code).nps(found.split.performance.nps),
             mix=_with_interval(t, found.split.mix))


def _with_interval(t: Translator, part: Difference) -> str:
    write = formatter(t.code)
    return t("{points} ({interval})", points=write.nps(part.nps), interval=write.interval(part.low, part.high))
