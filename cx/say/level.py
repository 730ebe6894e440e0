"""The level of a unit in words: where it is now and how far single months scatter, what moved, slow drift."""

from __future__ import annotations

from cx.say.course import steps_sentences
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.say.trends import MEASURES, period_label
from cx.stats.ewma import LIMIT_SIGMA_EWMA, REFERENCE_MONTHS
from cx.stats.months import months_between
from cx.stats.movement import Verdict
from cx.stats.unit_level import LEVEL_MIN_PERIODS, UnitLevel

_MOST_NAMED = 6


def level_sentences(t: Translator, found: UnitLevel) -> tuple[str, ...]:
    """What can be said of the level, each with its evidence; nothing is claimed with too few months or waves."""
    if found.level is None:
        return (_too_few(t, found),)
    said = (_level(t, found), _moved(t, found), _drift(t, found), *steps_sentences(t, found.steps))
    return tuple(sentence for sentence in said if sentence)


def measure_of(t: Translator, found: UnitLevel) -> str:
    """What the figures are, such as "R-NPS"."""
    measure = MEASURES[found.survey]
    return t("Weighted {measure}", measure=measure) if found.weighted else t(measure)


def how_to_read(t: Translator, found: UnitLevel) -> str:
    """What the line, the band and the bars of the picture are, and where the pace of the level is taken from."""
    pace = t.plural("How fast levels drift is taken from {n} unit.", "How fast levels drift is taken from {n} units.",
                    found.units)
    if found.by_wave:
        line = t("Line: the level as all waves up to today tell it (smoothed, 95% band); at the newest wave it rests "
                 "on the waves so far alone (filtered). Grey bars: where 95 of 100 waves with as many answers lie if "
                 "nothing moved since the wave before; 1 in 20 lies outside by chance.")
    else:
        line = t("Line: the level as all months up to today tell it (smoothed, 95% band); at the newest month it rests "
                 "on the months so far alone (filtered). Grey bars: the range of normal variation of a month with as "
                 "many answers, from up to 12 months before it.")
    return t.paragraph([line, pace])


def _too_few(t: Translator, found: UnitLevel) -> str:
    names = {"measure": measure_of(t, found), "unit": found.name, "known": len(found.shown),
             "needed": LEVEL_MIN_PERIODS}
    if found.by_wave:
        return t("Level of {measure} of {unit}: cannot tell yet; {known} of the {needed} waves needed have a figure.",
                 **names)
    return t("Level of {measure} of {unit}: cannot tell yet; {known} of the {needed} months needed have a figure.",
             **names)


def _level(t: Translator, found: UnitLevel) -> str:
    """The level of the newest period, and where the next one lies with as many answers."""
    write, level, next_one = formatter(t.code), found.level, found.next_one
    now = found.at(found.months[-1][0])
    if level is None or next_one is None or now is None:
        return ""
    newest = found.shown[-1]
    if newest.period != found.points[-1].period:
        return t("The newest figures of {unit} are not shown, so nothing is said of its level now.", unit=found.name)
    names = {
        "measure": measure_of(t, found), "unit": found.name,
        "period": period_label(t, found.survey, found.points[-1]), "level": write.nps(now.nps),
        "interval": write.interval(now.low, now.high), "n": write.count(level.n), "periods": len(found.shown),
        "newest": write.count(newest.n),
        "expected": write.interval(next_one.low, next_one.high)}
    if found.by_wave:
        return t("Level of {measure} of {unit} in {period}: {level} (95% interval {interval}; {n} answers in "
                 "{periods} waves). If it goes on like this, the next wave with {newest} answers scores {expected} in "
                 "19 of 20 cases.", **names)
    return t("Level of {measure} of {unit} in {period}: {level} (95% interval {interval}; {n} answers in {periods} "
             "months). If it goes on like this, the next month with {newest} answers scores {expected} in 19 of 20 "
             "cases.", **names)


def _moved(t: Translator, found: UnitLevel) -> str:
    """Which periods moved against those before them, of how many that can be judged."""
    write, moved = formatter(t.code), found.moved
    judged = sum(movement is not None and movement.verdict in (Verdict.MOVED, Verdict.NORMAL)
                 for movement in found.movements)
    if not moved:
        return _none_moved(t, found, judged)
    names = write.listing(
        t("{period} {change}", period=period_label(t, found.survey, point), change=write.nps(movement.change))
        for point, movement in moved[-_MOST_NAMED:])
    if len(moved) > _MOST_NAMED:
        names = t("{names} (the newest {n})", names=names, n=_MOST_NAMED)
    if found.by_wave:
        return t.plural("{n} of {judged} waves that can be judged moved against the one before: {names}.",
                        "{n} of {judged} waves that can be judged moved against the one before: {names}.", len(moved),
                        judged=judged, names=names)
    return t.plural("{n} of {judged} months that can be judged moved against those before: {names}.",
                    "{n} of {judged} months that can be judged moved against those before: {names}.", len(moved),
                    judged=judged, names=names)


def _none_moved(t: Translator, found: UnitLevel, judged: int) -> str:
    if found.by_wave:
        return t.plural("The {n} wave that can be judged did not move against the one before.",
                        "None of the {n} waves that can be judged moved against the one before.", judged) if judged \
            else t("For none of the waves can it be told whether it moved.")
    return t.plural("The {n} month that can be judged did not move against those before.",
                    "None of the {n} months that can be judged moved against those before.", judged) if judged \
        else t("For none of the months can it be told whether it moved.")


def _drift(t: Translator, found: UnitLevel) -> str:
    """Slow drift, where there is one that no step of the same months explains; below the limit nothing is claimed."""
    drift, newest = found.drift, found.months[-1][0]
    if drift is None or not drift.drifted:
        return ""
    if any(months_between(step.last_month, newest) < REFERENCE_MONTHS for step in found.steps):
        return ""
    names = {"measure": measure_of(t, found), "months": drift.months,
             "value": formatter(t.code).number(abs(drift.value), 1),
             "limit": formatter(t.code).number(LIMIT_SIGMA_EWMA, 1)}
    if drift.value > 0:
        return t("Slow drift: {measure} moved up over the last {months} months together, each against the 12 before it "
                 "({value} standard deviations; the limit is {limit}).", **names)
    return t("Slow drift: {measure} moved down over the last {months} months together, each against the 12 before it "
             "({value} standard deviations; the limit is {limit}).", **names)
