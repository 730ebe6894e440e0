"""What a load did, in words for a person and as JSON for a scheduler."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from cx.cli.terminal import err, out
from cx.contract.reasons import remedy
from cx.ingest.report import Classes, Effect, LoadReport
from cx.ingest.wire import plain
from cx.say.numbers import Formatter, formatter
from cx.say.translator import Translator, translator
from cx.settings import settings
from cx.stats.nps import Counts
from cx.warehouse.filters import SURVEYS

_SHOWN_CHANGES = 20


def report_document(report: LoadReport) -> dict[str, Any]:
    """The report as JSON has it: fields, totals, rejects with their remedies, effects with NPS in points."""
    return {
        **plain(report, lambda one: one), "read": report.read, "loaded": report.loaded, "rejected": report.rejected,
        "rejects": [plain(one, lambda said: said) | {"remedy": remedy(one.table, one.column, one.rule)}
                    for one in report.rejects],
        "effects": [{"survey": effect.survey, **_side("before", effect.before), **_side("after", effect.after)}
                    for effect in report.effects]}


def print_report(report: LoadReport, *, dry: bool = False) -> None:
    """Write what a load did: files, rejects, doubts, changes, the effect on the NPS, and what is current now."""
    t, f = translator(settings().language), formatter(settings().language)
    _print_files(t, report)
    _print_rejects(t, report)
    if report.ignored_columns:
        out.print(t("Columns not used: {columns}", columns=", ".join(report.ignored_columns)), markup=False)
    _print_changes(t, report)
    for effect in report.effects:
        _print_effect(t, f, effect)
    _print_doubts(t, report)
    if report.put_demo_away:
        out.print(t("The demo company was put away; the pages now show your data."))
    if report.waits:
        out.print(t("Nothing was changed: the load waits until the doubts are confirmed."))
    elif report.already_loaded:
        out.print(t("These files were loaded before with this mapping: nothing changed."))
    elif dry:
        out.print(t("Checked only: nothing was changed."))
    else:
        out.print(t("Snapshot {snapshot} is current.", snapshot=report.snapshot_id))


def _print_files(t: Translator, report: LoadReport) -> None:
    table = Table(t("File"), t("Table"), t("Read"), t("Loaded"), t("of which blank"), t("No value"), t("Rejected"),
                  t("Replaced"))
    for one in report.tables:
        table.add_row(Text(one.file), one.table, *(f"{n:,}" for n in (
            one.read, one.loaded, one.blank, one.without_value, one.rejected, one.replaced)))
    out.print(table)
    out.print(t("Read {read} = loaded {loaded} + rejected {rejected} + cells without a value {without_value}.",
                read=f"{report.read:,}", loaded=f"{report.loaded:,}", rejected=f"{report.rejected:,}",
                without_value=f"{report.read - report.loaded - report.rejected:,}"))


def _print_rejects(t: Translator, report: LoadReport) -> None:
    for reject in report.rejects:
        err.print(t("{file}, line {line}, column {column}: {value}: {rule}. {remedy}", file=reject.file,
                    line=reject.line, column=reject.file_column or reject.column, value=repr(reject.value),
                    rule=reject.rule, remedy=remedy(reject.table, reject.column, reject.rule)),
                  markup=False, highlight=False)
    if report.rejects_total > len(report.rejects):
        err.print(t("… and {n} more; the Data page has all of them.",
                    n=f"{report.rejects_total - len(report.rejects):,}"))


def _print_changes(t: Translator, report: LoadReport) -> None:
    shown = report.changes[:_SHOWN_CHANGES]
    for change in shown:
        out.print(t("{table} {key}: {column} {before} → {after} ({file}, line {line})", table=change.table,
                    key=change.key, column=change.column, before=_value(t, change.before),
                    after=_value(t, change.after), file=change.file, line=change.line), markup=False, highlight=False)
    if report.changes_total:
        out.print(t.plural("{n} value of an earlier load was replaced.", "{n} values of earlier loads were replaced.",
                           report.changes_total))


def _print_effect(t: Translator, f: Formatter, effect: Effect) -> None:
    out.print(t("{survey}: NPS {before} → {after}", survey=SURVEYS[effect.survey],
                before=_figure(t, f, effect.before), after=_figure(t, f, effect.after)), markup=False, highlight=False)


def _print_doubts(t: Translator, report: LoadReport) -> None:
    for doubt in report.doubts:
        err.print(t("{file}: {doubt}", file=doubt.file, doubt=doubt.message), markup=False, highlight=False,
                  soft_wrap=True)
        if doubt.blocks:
            err.print(t("  If this is meant, add --confirm {code}, or confirmed = [\"{code}\"] at the top of the "
                        "mapping file.", code=doubt.code), markup=False, highlight=False, soft_wrap=True)


def _value(t: Translator, value: str | None) -> str:
    return t("(blank)") if value is None else repr(value)


def _figure(t: Translator, f: Formatter, classes: Classes) -> str:
    counts = _counts(classes)
    return t("{nps} ({sample})", nps=f.nps(_nps(counts)), sample=f.sample(int(counts.total)))


def _side(name: str, classes: Classes) -> dict[str, Any]:
    counts = _counts(classes)
    nps = _nps(counts)
    return {f"n_{name}": int(counts.total), f"nps_{name}_pts": None if nps is None else 100 * nps}


def _counts(classes: Classes) -> Counts:
    return Counts(classes.promoters, classes.passives, classes.detractors)


def _nps(counts: Counts) -> float | None:
    """The NPS of the answers; None when they are too few for a figure."""
    return counts.nps if counts.total >= settings().figure_min_answers else None
