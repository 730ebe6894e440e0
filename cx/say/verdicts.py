"""Verdicts in words: one vocabulary for the whole product, on screen, in the deck and in the sentences.

moved · within normal variation · too few answers · cannot tell yet · withheld · associated with · estimated effect.
"Caused", "proved" and "best" are not in it (methods 16).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cx.phrase import Phrase, phrase
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.movement import Movement, Verdict
from cx.stats.suppression import Thresholds, Withheld

Words = str | Phrase

VERDICT_WORDS: Mapping[Verdict, Phrase] = MappingProxyType({
    Verdict.MOVED: phrase("moved"),
    Verdict.NORMAL: phrase("within normal variation"),
    Verdict.TOO_FEW: phrase("too few answers"),
    Verdict.CANNOT_TELL: phrase("cannot tell yet"),
})
WITHHELD_WORDS: Mapping[Withheld, Phrase] = MappingProxyType({
    Withheld.PRIVACY: phrase("withheld"),
    Withheld.TOO_FEW: phrase("too few answers"),
    Withheld.PROTECTS_OTHERS: phrase("withheld"),
})


@dataclass(frozen=True)
class Subject:
    """What a sentence is about: the measure ("R-NPS"), the unit, the period and what it is compared with, as shown."""

    measure: Words
    unit: Words
    period: Words
    reference: Words


def badge(t: Translator, movement: Movement) -> str:
    """The verdict in one to three words, for a badge; a move says its direction."""
    if movement.verdict is Verdict.MOVED:
        return t("moved up") if _rose(movement) else t("moved down")
    return t(VERDICT_WORDS[movement.verdict])


def movement_sentence(t: Translator, movement: Movement, subject: Subject, thresholds: Thresholds) -> str:
    """Whether a figure moved, with the evidence, as one sentence."""
    names = {"measure": subject.measure, "unit": subject.unit, "period": subject.period,
             "reference": subject.reference}
    match movement.verdict:
        case Verdict.MOVED:
            return _moved(t, movement, names)
        case Verdict.NORMAL:
            return t.plural(
                "{measure} of {unit} in {period} is {nps}: "
                "within normal variation (expected {expected} with {n} answer).",
                "{measure} of {unit} in {period} is {nps}: "
                "within normal variation (expected {expected} with {n} answers).",
                movement.n, expected=_expected(t, movement), nps=_nps(t, movement), **names)
        case Verdict.TOO_FEW:
            return t("{measure} of {unit} in {period}: {reason}.", reason=_too_few_for_verdict(t, movement, thresholds),
                     **names)
        case Verdict.CANNOT_TELL:
            return t("{measure} of {unit} in {period}: {reason}.", reason=_cannot_tell(t, movement), **names)


def evidence(t: Translator, movement: Movement, thresholds: Thresholds) -> str:
    """What a verdict rests on, for the tooltip or the line under a figure, without naming the figure."""
    match movement.verdict:
        case Verdict.MOVED:
            return t("{verdict}: {change} (95% interval {interval})", verdict=badge(t, movement),
                     change=formatter(t.code).change(movement.change), interval=_interval(t, movement))
        case Verdict.NORMAL:
            return t.plural("within normal variation (expected {expected} with {n} answer)",
                            "within normal variation (expected {expected} with {n} answers)",
                            movement.n, expected=_expected(t, movement))
        case Verdict.TOO_FEW:
            return _too_few_for_verdict(t, movement, thresholds)
        case Verdict.CANNOT_TELL:
            return _cannot_tell(t, movement)


def withheld_reason(t: Translator, reason: Withheld, n: int, thresholds: Thresholds) -> str:
    """Why a figure is not shown. The number of answers is said only where it may be known."""
    match reason:
        case Withheld.TOO_FEW:
            return t("too few answers: {n} of the {needed} needed", n=n, needed=thresholds.figure)
        case Withheld.PRIVACY:
            return t("withheld: fewer than {privacy} answers could be traced to persons; {figure} are needed",
                     privacy=thresholds.privacy, figure=thresholds.figure)
        case Withheld.PROTECTS_OTHERS:
            return t("withheld: together with the total it would reveal a figure from fewer than {privacy} answers",
                     privacy=thresholds.privacy)


def association(t: Translator, what: Words, outcome: Words) -> str:
    """That two things go together, without a word about the cause."""
    return t("{what} is associated with {outcome}", what=what, outcome=outcome)


def estimated_effect(t: Translator, change: float, low: float, high: float, design: Words) -> str:
    """An effect on NPS in [-2, 2] with its interval, and the design that allows to call it one."""
    write = formatter(t.code)
    return t("estimated effect {change} (95% interval {interval}; design: {design})",
             change=write.change(change), interval=write.interval(low, high), design=design)


def _moved(t: Translator, movement: Movement, names: Mapping[str, Words]) -> str:
    size, interval = formatter(t.code).size_of_change(movement.change), _interval(t, movement)
    if _rose(movement):
        return t("{measure} of {unit} rose by {size} from {reference} to {period}: "
                 "this is a real move (95% interval {interval}).", size=size, interval=interval, **names)
    return t("{measure} of {unit} fell by {size} from {reference} to {period}: "
             "this is a real move (95% interval {interval}).", size=size, interval=interval, **names)


def _rose(movement: Movement) -> bool:
    return movement.change is not None and movement.change > 0


def _too_few_for_verdict(t: Translator, movement: Movement, thresholds: Thresholds) -> str:
    """Which number of answers falls short; a number that privacy withholds is not said."""
    needed = thresholds.firm
    if movement.n >= needed:
        if 0 < movement.reference_n < thresholds.privacy:
            return t("too few answers for a verdict: {needed} are needed in the period before", needed=needed)
        return t("too few answers for a verdict: {n} of the {needed} needed in the period before",
                 n=movement.reference_n, needed=needed)
    if 0 < movement.n < thresholds.privacy:
        return t("too few answers for a verdict: {needed} are needed", needed=needed)
    return t("too few answers for a verdict: {n} of the {needed} needed", n=movement.n, needed=needed)


def _cannot_tell(t: Translator, movement: Movement) -> str:
    if movement.change is None:
        return t("cannot tell yet: there is no earlier period to compare with")
    return t("cannot tell yet: the evidence is not enough ({change}, 95% interval {interval})",
             change=formatter(t.code).change(movement.change), interval=_interval(t, movement))


def _interval(t: Translator, movement: Movement) -> str:
    return formatter(t.code).interval(movement.low, movement.high)


def _nps(t: Translator, movement: Movement) -> str:
    known = movement.reference_nps is not None and movement.change is not None
    return formatter(t.code).nps((movement.reference_nps or 0) + (movement.change or 0) if known else None)


def _expected(t: Translator, movement: Movement) -> str:
    return formatter(t.code).interval(movement.expected_low, movement.expected_high)
