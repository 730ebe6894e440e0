"""The command line: python -m cx demo | load | check | show | serve."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from cx.contract.reasons import remedy
from cx.errors import CxError, ScopeError, SettingsError, SnapshotError
from cx.ingest.load import Progress as LoadProgress
from cx.ingest.load import load as load_jobs
from cx.ingest.mapping import read_mapping
from cx.ingest.report import LoadReport
from cx.ingest.sources import LoadJob, file_job
from cx.phrase import Phrase, phrase
from cx.say.translator import SOURCE_LANGUAGE, translator
from cx.say.trends import trend_rows
from cx.settings import settings
from cx.warehouse.dimensions import dimensions
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.loads import about
from cx.warehouse.nps import nps_trends, surveys
from cx.warehouse.scope import Scope, authorize
from cx.warehouse.snapshot import Snapshot, Warehouse
from cx.warehouse.units import hierarchy

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="CX dashboard: from survey files to an honest NPS on screen.")
show = typer.Typer(no_args_is_help=True, help="The figures of a page, by the same functions.")
app.add_typer(show, name="show")

_out = Console()
_err = Console(stderr=True)

MappingFile = Annotated[Path, typer.Argument(help="Mapping file (TOML) that says how the columns are read.",
                                             metavar="MAPPING.toml")]
DataFiles = Annotated[list[Path], typer.Argument(help="Files to load.", metavar="FILE…")]


class SurveyKind(StrEnum):
    """Kinds of survey."""

    RELATIONSHIP = "relationship"
    TRANSACTION = "transaction"
    STRATEGIC = "strategic"


@app.command()
def demo(
    seed: Annotated[int | None, typer.Option(help="Seed of the generated company.")] = None,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only when nothing is loaded yet.")] = False,
) -> None:
    """Build the demo company: a financial group with planted truths, generated from one seed."""
    with _mendable():
        home = Home(settings().home)
        if if_empty and home.current_id() is not None:
            _out.print(f"There is a snapshot: {home.current_id()}. The demo company was not built.")
            return
        current = Warehouse(settings()).current()
        if current is not None and not about(current, authorize(settings())).is_demo:
            raise SnapshotError(
                phrase("The demo company was not built"),
                phrase("Real data is loaded in {folder}.", folder=home.folder),
                phrase("Choose another folder: CX_HOME=some/folder python -m cx demo."))
        from cx.demo.company import DEMO_SEED
        from cx.demo.jobs import demo_jobs

        with _progress() as progress:
            task = progress.add_task("Generating the demo company")
            jobs = demo_jobs(DEMO_SEED if seed is None else seed)
            progress.update(task, description="Generated the demo company", total=1, completed=1)
            report = load_jobs(home, jobs, settings().time_zone, is_demo=True, progress=_told(progress))
        _print_report(report)


@app.command()
def load(mapping: MappingFile, files: DataFiles) -> None:
    """Load files as a mapping declares. Loaded + rejected = records read, always."""
    with _mendable():
        _load(mapping, files, dry=False)


@app.command()
def check(mapping: MappingFile, files: DataFiles) -> None:
    """Check files as `load` would, and change nothing."""
    with _mendable():
        _load(mapping, files, dry=True)


@show.command()
def trends(
    survey: Annotated[SurveyKind | None, typer.Option(help="Kind of survey; all that are loaded if not given.")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="Unit id, with those below it; several: just these.")] = None,
    first_month: Annotated[str, typer.Option("--from", help="First month, YYYY-MM.")] = "",
    last_month: Annotated[str, typer.Option("--to", help="Last month, YYYY-MM.")] = "",
    product: Annotated[str, typer.Option(help="Product.")] = "",
    segment: Annotated[str, typer.Option(help="Segment.")] = "",
    channel: Annotated[str, typer.Option(help="Channel.")] = "",
    touchpoint: Annotated[str, typer.Option(help="Touchpoint id.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """The figures of the page NPS trends."""
    with _mendable():
        snapshot = Warehouse(settings()).current()
        if snapshot is None:
            raise SnapshotError(phrase("Nothing is loaded yet"), phrase("There is no snapshot in {folder}.",
                                                                        folder=settings().home),
                                phrase("Run: python -m cx demo, or python -m cx load MAPPING.toml FILE…"))
        scope = authorize(settings())
        _refuse_unknown_units(snapshot, scope, unit or [])
        filters = Filters(tuple(unit or ()), _month(first_month), _month(last_month), product, segment, channel,
                          touchpoint)
        _refuse_unknown_values(snapshot, scope, filters)
        kinds = [survey.value] if survey else [found.kind for found in surveys(snapshot, scope)]
        rows = [row for kind in kinds for row in trend_rows(nps_trends(snapshot, scope, kind, filters, settings()))]
    if as_json:
        sys.stdout.write(json.dumps([{**asdict(row), "starts_on": row.starts_on.isoformat(),
                                      "withheld": row.withheld is not None, "withheld_because": row.withheld}
                                     for row in rows], ensure_ascii=False, indent=1) + "\n")
        return
    table = Table("survey", "unit", "period", "n", "NPS", "from", "to", "weighted", "note")
    for row in rows:
        table.add_row(row.survey, row.unit, row.period, f"{row.n:,}", _points(row.nps_pts), _points(row.low_pts),
                      _points(row.high_pts), _points(row.weighted_nps_pts), row.withheld or "")
    _out.print(table)


@app.command()
def serve(
    address: Annotated[str | None, typer.Option(help="Address to listen on; as set if not given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; as set if not given.")] = None,
) -> None:
    """Serve the pages; prints the address when they answer."""
    with _mendable():
        from cx.ui.server import serve as serve_pages

        serve_pages(settings().address if address is None else address, settings().port if port is None else port)


def _load(mapping_path: Path, files: list[Path], *, dry: bool) -> None:
    mapping = read_mapping(mapping_path)
    jobs: tuple[LoadJob, ...] = (file_job(mapping, tuple(files)),)
    with _progress() as progress:
        report = load_jobs(Home(settings().home), jobs, settings().time_zone, dry=dry, progress=_told(progress))
    _print_report(report, dry=dry)


def _print_report(report: LoadReport, *, dry: bool = False) -> None:
    t = translator(settings().language)
    table = Table(t("File"), t("Table"), t("Read"), t("Loaded"), t("of which blank"), t("No value"), t("Rejected"),
                  t("Replaced"))
    for one in report.tables:
        table.add_row(one.file, one.table, *(f"{n:,}" for n in (
            one.read, one.loaded, one.blank, one.without_value, one.rejected, one.replaced)))
    _out.print(table)
    _out.print(t("Read {read} = loaded {loaded} + rejected {rejected} + cells without a value {without_value}.",
                 read=f"{report.read:,}", loaded=f"{report.loaded:,}", rejected=f"{report.rejected:,}",
                 without_value=f"{report.read - report.loaded - report.rejected:,}"))
    for reject in report.rejects:
        _err.print(t("{file}, line {line}, column {column}: {value}: {rule}. {remedy}", file=reject.file,
                     line=reject.line, column=reject.file_column or reject.column, value=repr(reject.value),
                     rule=reject.rule, remedy=remedy(reject.table, reject.column, reject.rule)),
                   markup=False, highlight=False)
    if report.rejects_total > len(report.rejects):
        _err.print(t("… and {n} more; the Data page has all of them.",
                     n=f"{report.rejects_total - len(report.rejects):,}"))
    if report.ignored_columns:
        _out.print(t("Columns not used: {columns}", columns=", ".join(report.ignored_columns)), markup=False)
    if report.put_demo_away:
        _out.print(t("The demo company was put away; the pages now show your data."))
    if report.already_loaded:
        _out.print(t("These files were loaded before with this mapping: nothing changed."))
    elif dry:
        _out.print(t("Checked only: nothing was changed."))
    else:
        _out.print(t("Snapshot {snapshot} is current.", snapshot=report.snapshot_id))


@contextmanager
def _mendable() -> Iterator[None]:
    """Say what a person can mend, without a traceback, and end with exit code 1."""
    try:
        yield
    except CxError as error:
        _say(error, settings().language)
        raise typer.Exit(1) from error
    except ValidationError as error:
        _say(_wrong_settings(error), SOURCE_LANGUAGE)
        raise typer.Exit(1) from error


def _say(error: CxError, language: str) -> None:
    t = translator(language)
    _err.print(f"{t(error.title)}\n{t(error.message)}\n{t(error.remedy)}", markup=False, highlight=False,
               soft_wrap=True)


def _wrong_settings(error: ValidationError) -> SettingsError:
    faults = "; ".join(f"{'.'.join(map(str, fault['loc']))} == {fault['input']!r}: {fault['msg']}"
                       for fault in error.errors())
    return SettingsError(phrase("A setting cannot be used"), phrase("{faults}.", faults=faults),
                         phrase("Correct it in the environment (CX_ and its name in capitals) or in cx.toml."))


def _refuse_unknown_units(snapshot: Snapshot, scope: Scope, units: list[str]) -> None:
    """A unit that is not there must not quietly show the whole company."""
    unknown = [unit for unit in units if unit not in hierarchy(snapshot, scope).by_id]
    if unknown:
        raise ScopeError(phrase("There is no such unit"), phrase("Not found: {units}.", units=", ".join(unknown)),
                         phrase("Name units by their unit_id, as the JSON of python -m cx show trends has them."))


def _refuse_unknown_values(snapshot: Snapshot, scope: Scope, filters: Filters) -> None:
    """A value that no answer has must not quietly show nothing."""
    known = dimensions(snapshot, scope)
    wanted = (("product", filters.product, known.products), ("segment", filters.segment, known.segments),
              ("channel", filters.channel, known.channels), ("touchpoint", filters.touchpoint, known.touchpoint_names))
    unknown = [f"{name}={value}" for name, value, values in wanted if value and value not in values]
    if unknown:
        raise ScopeError(phrase("There is no such value"), phrase("Not found: {units}.", units=", ".join(unknown)),
                         phrase("The filters of the pages list what there is."))


def _progress() -> Progress:
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                    TimeElapsedColumn(), console=_err, transient=True)


def _told(progress: Progress) -> LoadProgress:
    """Progress of a load: one line a stage, and the number of records while files are read."""
    t = translator(settings().language)
    tasks: list[TaskID] = []

    def on_stage(stage: Phrase) -> None:
        for task in tasks:
            progress.update(task, total=progress.tasks[task].completed or 1,
                            completed=progress.tasks[task].completed or 1)
        tasks.append(progress.add_task(t(stage), total=None))

    return LoadProgress(on_stage, lambda records: progress.advance(tasks[-1], records))


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a month; write YYYY-MM") from error


def _points(value: float | None) -> str:
    return "—" if value is None else f"{value:+.1f}"
