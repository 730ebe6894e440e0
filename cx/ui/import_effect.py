"""What a load does to the NPS: before and after, each with its number of answers and its interval."""

from __future__ import annotations

import streamlit as st

from cx.ingest.report import Classes, Effect, LoadReport
from cx.phrase import phrase
from cx.say.numbers import MISSING
from cx.say.trends import MEASURES
from cx.say.verdicts import withheld_reason
from cx.stats.nps import Counts, nps_estimate
from cx.stats.suppression import withheld
from cx.ui.frame import Reader
from cx.ui.text import plain

_ALL_UNITS = phrase("all units together, all months")


def show_effects(reader: Reader, report: LoadReport, *, done: bool) -> None:
    """Cards for each kind of survey that the load brings answers of or changes; `done` says that it has happened."""
    t = reader.t
    if not report.effects:
        return
    touched = [effect for effect in report.effects if effect.before != effect.after or _n(effect.brought)]
    st.header(t("The effect on the NPS"), anchor=False)
    if all(effect.before == effect.after for effect in report.effects):
        st.markdown(t("The load changed no NPS: the valid answers are the same before and after.") if done else
                    t("The load would change no NPS: the valid answers are the same before and after."))
    if not touched:
        return
    with st.container(horizontal=True, key="effects_done" if done else "effects"):
        for effect in touched:
            _cards(reader, effect)
    st.caption(t("Of {scope}. With 95% intervals that take every answer as one person's; the pages widen them "
                 "where customers answered more than once.", scope=_ALL_UNITS))


def _cards(reader: Reader, effect: Effect) -> None:
    """The NPS of this file beside that of all answers before and after it; one card where there were none before."""
    t = reader.t
    measure = t(MEASURES[effect.survey])
    if not _n(effect.before):
        _figure(reader, measure, effect.after)
        return
    if _n(effect.brought):
        _figure(reader, t("{measure} of this file", measure=measure), effect.brought)
    if effect.before == effect.after:
        _figure(reader, t("{measure} of all answers", measure=measure), effect.after)
    else:
        _figure(reader, t("{measure} before", measure=measure), effect.before)
        _figure(reader, t("{measure} after", measure=measure), effect.after)


def _figure(reader: Reader, label: str, classes: Classes) -> None:
    """The NPS of all valid answers with n and interval, or why it is not shown."""
    t, write, n = reader.t, reader.write, _n(classes)
    reason = withheld(n, reader.thresholds)
    if reason:
        st.metric(label, MISSING, plain(withheld_reason(t, reason, n, reader.thresholds)), delta_color="off",
                  delta_arrow="off", border=True)
        return
    estimate = nps_estimate(Counts(classes.promoters, classes.passives, classes.detractors))
    detail = f"{write.interval(estimate.low, estimate.high)} · {write.sample(n)}"
    st.metric(label, write.nps(estimate.nps), plain(detail), delta_color="off", delta_arrow="off", border=True)


def _n(classes: Classes) -> int:
    return classes.promoters + classes.passives + classes.detractors
