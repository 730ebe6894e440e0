"""What else is known of one touchpoint, in words: visits beside scores, pain points, who solved the contacts."""

from __future__ import annotations

from collections.abc import Sequence

from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.measured import AGREEMENT_MIN_UNITS, MeasuredMonth, Solved
from cx.warehouse.touchpoint_details import PainPoint, Visits


def agreement_sentence(t: Translator, found: Visits) -> str:
    """Whether units with better mystery visits score higher, with the correlation and its interval."""
    write, known = formatter(t.code), found.agreement
    if known is None:
        if found.compared < AGREEMENT_MIN_UNITS:
            return t.plural(
                "Whether visits and T-NPS agree: cannot tell yet, {n} unit has both and {needed} are needed.",
                "Whether visits and T-NPS agree: cannot tell yet, {n} units have both and {needed} are needed.",
                found.compared, needed=AGREEMENT_MIN_UNITS)
        return t("Whether visits and T-NPS agree cannot be told: one of them is the same at all units.")
    values = {"r": write.number(known.r, 2), "low": write.number(known.low, 2), "high": write.number(known.high, 2),
              "n": write.count(known.n)}
    if known.low > 0:
        return t("Units with better visits have a higher T-NPS: correlation {r} ({low} to {high}) over {n} units.",
                 **values)
    if known.high < 0:
        return t("Units with better visits have a lower T-NPS: correlation {r} ({low} to {high}) over {n} units.",
                 **values)
    return t("Visits and T-NPS of the units do not visibly go together: correlation {r} ({low} to {high}) over {n} "
             "units.", **values)


def pain_point_sentence(t: Translator, found: Sequence[PainPoint]) -> str:
    """How many pain points are open and how many of them are overdue."""
    overdue = sum(bool(one.overdue) for one in found)
    return t.plural("{n} pain point is open here, {overdue} of them overdue.",
                    "{n} pain points are open here, {overdue} of them overdue.", len(found),
                    overdue=formatter(t.code).count(overdue))


def solved_sentence(t: Translator, solved: Solved, months: Sequence[MeasuredMonth]) -> str:
    """From how many contacts the shares come, and of which months."""
    write = formatter(t.code)
    return t("What became of {n} contacts, {months}:", n=write.count(solved.n),
             months=write.months(months[0].month, months[-1].month))
