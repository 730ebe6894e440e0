"""The course of a unit in words: the lasting steps of T-NPS, and whether T-NPS and R-NPS part."""

from __future__ import annotations

from collections.abc import Sequence

from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.course import Step
from cx.stats.divergence import Course, Divergence
from cx.warehouse.course import UnitCourse


def course_headline(t: Translator, course: UnitCourse) -> str:
    """Whether T-NPS and R-NPS of the unit part, as one sentence by rule."""
    found, names = course.divergence, {"unit": course.transactional.name}
    if course.relationship is None:
        return t("R-NPS of {unit} is not known here, so it cannot be told whether T-NPS and R-NPS part.", **names)
    if found is None:
        return t("T-NPS and R-NPS of {unit}: cannot tell yet; three periods of each are needed.", **names)
    match found.course:
        case Course.DIVERGING if found.difference > 0:
            return t("T-NPS and R-NPS of {unit} are diverging: T-NPS rises more.", **names)
        case Course.DIVERGING:
            return t("T-NPS and R-NPS of {unit} are diverging: R-NPS rises more.", **names)
        case Course.TOGETHER:
            return t("T-NPS and R-NPS of {unit} are moving together.", **names)
        case Course.CANNOT_TELL:
            return t("T-NPS and R-NPS of {unit}: cannot tell yet whether they part ({wait}).", **names,
                     wait=_wait(t, found))


def course_sentences(t: Translator, course: UnitCourse) -> tuple[str, ...]:
    """What the headline rests on, what to do about it, and the lasting steps, each with its evidence."""
    found = course.divergence if course.relationship is not None else None
    steps = steps_sentences(t, course.steps) or (
        t("T-NPS of {unit} shows no lasting step: the months are within normal variation.",
          unit=course.transactional.name),)
    if found is None:
        return steps
    rises_more = found.course is Course.DIVERGING and found.difference > 0
    advice = (t("The touchpoints being improved may no longer be those that count: ask again which do "
                "(strategic survey)."),) if rises_more else ()
    return (_slopes(t, found), *advice, *steps)


def _wait(t: Translator, found: Divergence) -> str:
    if found.quarters_needed is None:
        return t("not within five years at this pace")
    return t.plural("needs about {n} more quarter", "needs about {n} more quarters", found.quarters_needed)


def _slopes(t: Translator, found: Divergence) -> str:
    write = formatter(t.code)
    return t("A year: T-NPS {first} (90% interval {first_interval}), R-NPS {second} ({second_interval}); "
             "difference {difference} (95% interval {interval}).",
             first=write.change(found.first.per_year), first_interval=write.interval(found.first.low, found.first.high),
             second=write.change(found.second.per_year),
             second_interval=write.interval(found.second.low, found.second.high),
             difference=write.change(found.difference), interval=write.interval(found.low, found.high))


def steps_sentences(t: Translator, steps: Sequence[Step]) -> tuple[str, ...]:
    """The lasting steps, each by itself; several that follow each other in one direction are one course."""
    ups = [step.found.after > step.found.before for step in steps]
    if len(steps) < 2 or len(set(ups)) > 1:
        return tuple(step_sentence(t, step) for step in steps)
    write = formatter(t.code)
    names = {"when": write.months(steps[0].first_month, steps[-1].last_month), "n": len(steps),
             "before": write.nps(steps[0].found.before), "after": write.nps(steps[-1].found.after)}
    return (t("T-NPS rose for good from {before} to {after} within {when}, gradually or in {n} steps.", **names)
            if ups[0] else
            t("T-NPS fell for good from {before} to {after} within {when}, gradually or in {n} steps.", **names),)


def step_sentence(t: Translator, step: Step) -> str:
    """When a lasting step happened, as a range of months, and from where to where."""
    write, found = formatter(t.code), step.found
    when = write.month(step.first_month) if step.first_month == step.last_month \
        else write.months(step.first_month, step.last_month)
    names = {"when": when, "before": write.nps(found.before), "after": write.nps(found.after)}
    if found.after > found.before:
        return t("T-NPS stepped up for good in {when}: from {before} to {after}.", **names)
    return t("T-NPS stepped down for good in {when}: from {before} to {after}.", **names)
