"""What a check found, as one sentence: what would be loaded, replaced and rejected, and what that does to the NPS."""

from __future__ import annotations

from collections.abc import Sequence

from cx.ingest.report import Classes, Effect, LoadReport
from cx.say.table_names import table_words
from cx.say.trends import MEASURES
from cx.say.verdicts import withheld_reason
from cx.stats.nps import Counts, nps_estimate
from cx.stats.suppression import withheld
from cx.ui.frame import Reader


def finding(reader: Reader, report: LoadReport) -> str:
    """The finding of a check; rows of different tables are named apart and never added up."""
    t = reader.t
    if report.already_loaded:
        return t("This file was loaded before with the same mapping: loading it again would change nothing")
    loaded = rows_in_words(reader, [(one.table, one.loaded) for one in report.tables])
    replaced = rows_in_words(reader, [(one.table, one.replaced) for one in report.tables])
    if not loaded:
        sentence = t("Nothing would be loaded")
    elif replaced:
        sentence = t("{loaded} would be loaded, of which {replaced} would replace what is loaded now", loaded=loaded,
                     replaced=replaced)
    else:
        sentence = t("{loaded} would be loaded", loaded=loaded)
    rejected = t.plural("{n} record would be rejected", "{n} records would be rejected", report.rejected) \
        if report.rejected else t("no record would be rejected")
    sentence = t("{loaded}; {rejected}", loaded=sentence, rejected=rejected)
    effect = _effect(reader, report) if loaded else ""
    return t("{finding}; {effect}", finding=sentence, effect=effect) if effect else sentence


def rows_in_words(reader: Reader, rows: Sequence[tuple[str, int]]) -> str:
    """Numbers of rows by table as a listing, such as "2,831 answers and 68,904 ratings"; empty text for none."""
    totals: dict[str, int] = {}
    for table, n in rows:
        totals[table] = totals.get(table, 0) + n
    order = sorted(totals, key=lambda table: ("responses", "ratings").index(table)
                   if table in ("responses", "ratings") else 2)
    return reader.write.listing(_rows(reader, table, totals[table]) for table in order if totals[table])


def _rows(reader: Reader, table: str, n: int) -> str:
    t = reader.t
    match table:
        case "responses":
            return t.plural("{n} answer", "{n} answers", n)
        case "ratings":
            return t.plural("{n} rating", "{n} ratings", n)
        case "units":
            return t.plural("{n} unit", "{n} units", n)
        case "drivers":
            return t.plural("{n} driver", "{n} drivers", n)
        case "customers":
            return t.plural("{n} customer", "{n} customers", n)
    return t.plural("{n} row of {table}", "{n} rows of {table}", n, table=table_words(t, table))


def _effect(reader: Reader, report: LoadReport) -> str:
    """What the load does to each NPS; empty text where it touches none."""
    changed = [effect for effect in report.effects if effect.before != effect.after]
    if changed:
        return reader.write.listing(_of_survey(reader, effect) for effect in changed)
    return reader.t("no NPS would change") if any(_n(effect.after) for effect in report.effects) else ""


def _of_survey(reader: Reader, effect: Effect) -> str:
    t, measure = reader.t, reader.t(MEASURES[effect.survey])
    reason = withheld(_n(effect.after), reader.thresholds)
    if reason:
        return t("the {measure} would not be shown: {reason}", measure=measure,
                 reason=withheld_reason(t, reason, _n(effect.after), reader.thresholds))
    after = _nps(reader, effect.after)
    if withheld(_n(effect.before), reader.thresholds):
        return t("the {measure} would be {nps}", measure=measure, nps=after)
    before = _nps(reader, effect.before)
    if before == after:
        return t("the {measure} would stay at {nps}", measure=measure, nps=after)
    return t("the {measure} would go from {before} to {after}", measure=measure, before=before, after=after)


def _nps(reader: Reader, classes: Classes) -> str:
    return reader.write.nps(nps_estimate(Counts(classes.promoters, classes.passives, classes.detractors)).nps)


def _n(classes: Classes) -> int:
    return classes.promoters + classes.passives + classes.detractors
