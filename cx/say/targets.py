"""Targets in words: how likely one is reached, in five grades, or whether it was; never "on track"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cx.phrase import Phrase, phrase
from cx.say.level import measure_of
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.outlook import Outlook
from cx.stats.targets import MIN_PACE_MONTHS, Chance, Likelihood, Reached, likelihood
from cx.stats.unit_level import LEVEL_MIN_PERIODS, UnitLevel

LIKELIHOOD_WORDS: Mapping[Likelihood, Phrase] = {
    Likelihood.VERY_UNLIKELY: phrase("very unlikely"), Likelihood.UNLIKELY: phrase("unlikely"),
    Likelihood.EVEN: phrase("about as likely as not"), Likelihood.LIKELY: phrase("likely"),
    Likelihood.VERY_LIKELY: phrase("very likely"),
}
REACHED_WORDS: Mapping[Reached, Phrase] = {
    Reached.REACHED: phrase("reached"), Reached.MISSED: phrase("missed"),
    Reached.CANNOT_TELL: phrase("cannot tell whether it was reached"),
}


def target_sentences(t: Translator, unit: UnitLevel, outlooks: Sequence[Outlook]) -> tuple[str, ...]:
    """What can be said about each target, oldest first."""
    return tuple(_sentence(t, unit, outlook) for outlook in outlooks)


def _sentence(t: Translator, unit: UnitLevel, outlook: Outlook) -> str:
    write = formatter(t.code)
    names = {"measure": measure_of(t, unit), "target": write.nps(outlook.target.nps), "period": outlook.target.period,
             "month": write.month(outlook.month)}
    level, holds = outlook.level, outlook.if_level_holds
    if level is not None and outlook.reached is not None:
        return t("Target of {measure} {target} for {period}: {verdict}. The level in {month} was {level} (95% interval "
                 "{interval}; {evidence}).", verdict=REACHED_WORDS[outlook.reached], level=write.nps(level.nps),
                 interval=write.interval(level.low, level.high), evidence=_evidence(t, unit), **names)
    if holds is None:
        return t("Target of {measure} {target} for {period}: cannot tell yet; figures of {needed} periods are needed.",
                 needed=LEVEL_MIN_PERIODS, **names)
    pace = outlook.at_this_pace
    if pace is None:
        return t("Target of {measure} {target} for {period}: if the level holds, it is {holds} to be reached in "
                 "{month}. A pace needs {needed} periods with figures ({evidence}).", holds=_chance(t, holds),
                 needed=MIN_PACE_MONTHS, evidence=_evidence(t, unit), **names)
    return t("Target of {measure} {target} for {period}: if the level holds, it is {holds} to be reached in {month}; "
             "at the pace so far ({per_year} a year) it is {pace} ({evidence}).", holds=_chance(t, holds),
             per_year=write.change(pace.per_year), pace=_chance(t, pace), evidence=_evidence(t, unit), **names)


def _chance(t: Translator, chance: Chance) -> str:
    return t("{grade} ({percent})", grade=LIKELIHOOD_WORDS[likelihood(chance.probability)],
             percent=chance_percent(t, chance.probability))


def chance_percent(t: Translator, probability: float) -> str:
    """A probability in percent; never 0 or 100, because nothing to come is certain.

    >>> from cx.say.translator import translator
    >>> chance_percent(translator("en"), 0.001), chance_percent(translator("en"), 0.47)
    ('<1%', '47%')
    """
    write = formatter(t.code)
    if probability < 0.01:
        return f"<{write.percent(0.01, 0)}"
    return f">{write.percent(0.99, 0)}" if probability > 0.99 else write.percent(probability, 0)


def _evidence(t: Translator, unit: UnitLevel) -> str:
    """The answers and the months or waves that a level rests on."""
    n = unit.level.n if unit.level else 0
    if unit.by_wave:
        return t.plural("n = {answers} in {n} wave", "n = {answers} in {n} waves", len(unit.shown),
                        answers=formatter(t.code).count(n))
    return t.plural("n = {answers} in {n} month", "n = {answers} in {n} months", len(unit.shown),
                    answers=formatter(t.code).count(n))
