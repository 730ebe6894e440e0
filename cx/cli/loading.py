"""python -m cx load and check: in a process of its own, with limits, once or for a folder that is watched."""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, TaskID

from cx.cli.report_text import print_report, report_document
from cx.cli.terminal import Exit, err, error_document, json_text, mendable, out, progress_bar, write_json
from cx.errors import CxError
from cx.ingest.confined import LoadOrder, Running, start_load
from cx.ingest.doubt_codes import DOUBT_CODES
from cx.ingest.mapping import read_mapping
from cx.ingest.report import LoadReport
from cx.ingest.watch import Arrival, arrivals
from cx.phrase import Phrase, phrase
from cx.say.translator import Translator, translator
from cx.settings import settings

_LOOK_EVERY_S = 0.1

MappingFile = Annotated[Path, typer.Argument(help="Mapping file (TOML) that says how the columns are read.",
                                             metavar="MAPPING.toml")]
DataFiles = Annotated[list[Path], typer.Argument(help="Files to load; with --watch one folder.", metavar="FILE…")]
Confirmed = Annotated[list[str] | None, typer.Option(
    "--confirm", help="Code of a doubt that is meant; may stand several times.", metavar="CODE")]
Mended = Annotated[bool, typer.Option("--mended", help="The files are rejects that were downloaded and mended.")]
Strict = Annotated[bool, typer.Option("--strict", help="End with exit code 5 when records were rejected.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def load(
    mapping: MappingFile,
    files: DataFiles,
    confirm: Confirmed = None,
    mended: Mended = False,
    strict: Strict = False,
    as_json: AsJson = False,
    watch: Annotated[bool, typer.Option(
        "--watch", help="Load each file that arrives in a folder and stops growing; Ctrl-C ends.")] = False,
    pattern: Annotated[list[str] | None, typer.Option(
        help="Names of the files that --watch takes, such as *.csv; may stand several times.")] = None,
    every: Annotated[float, typer.Option(
        min=0.1, help="Seconds between two looks of --watch; a file that did not grow between them is whole.")] = 5.0,
) -> None:
    """Load files as a mapping declares. Loaded + rejected = records read, always."""
    with mendable(as_json=as_json, one_line=watch):
        order = _order(mapping, files, confirm, mended=mended, dry=False)
        if watch:
            rejected = _watch(order, _only_folder(files), tuple(pattern or ["*"]), every, as_json=as_json)
            if strict and rejected:
                raise typer.Exit(Exit.REJECTED)
        else:
            _run(order, as_json=as_json, strict=strict)


def check(
    mapping: MappingFile,
    files: DataFiles,
    confirm: Confirmed = None,
    mended: Mended = False,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Check files as `load` would, and change nothing."""
    with mendable(as_json=as_json):
        _run(_order(mapping, files, confirm, mended=mended, dry=True), as_json=as_json, strict=strict)


def _order(mapping: Path, files: list[Path], confirm: list[str] | None, *, mended: bool, dry: bool) -> LoadOrder:
    for code in confirm or ():
        if code not in DOUBT_CODES:
            known = ", ".join(DOUBT_CODES)
            raise typer.BadParameter(f"--confirm {code}: there is no such code; the codes are {known}")
    return LoadOrder(settings().home, mapping, tuple(files), settings().time_zone, dry, mended, tuple(confirm or ()))


def _run(order: LoadOrder, *, as_json: bool, strict: bool) -> None:
    report = _report(order)
    if as_json:
        write_json(report_document(report))
    else:
        print_report(report, dry=order.dry)
    if report.waits:
        raise typer.Exit(Exit.WAITS)
    if strict and report.rejected:
        raise typer.Exit(Exit.REJECTED)


def _report(order: LoadOrder) -> LoadReport:
    """The report of a load that is followed on the terminal; it is stopped when the person presses Ctrl-C."""
    running = start_load(order)
    try:
        with progress_bar() as progress:
            _follow(running, progress)
        return running.result()
    finally:
        running.stop()
        if running.unlimited:
            err.print(translator(settings().language)(phrase(
                "This system cannot limit the memory of a load; a file that needs too much is not stopped.")))


def _follow(running: Running[LoadReport], progress: Progress) -> None:
    """Show one line a stage, and the number of records while files are read, until the work has ended."""
    t = translator(settings().language)
    shown: Phrase | None = None
    task: TaskID | None = None
    while not running.done():
        stage, records = running.progress()
        if stage is not None and stage != shown:
            if task is not None:
                progress.update(task, total=1, completed=1)
            shown, task = stage, progress.add_task(t(stage), total=None)
        if task is not None:
            progress.update(task, completed=records)
        time.sleep(_LOOK_EVERY_S)


def _only_folder(files: list[Path]) -> Path:
    if len(files) != 1 or not files[0].is_dir():
        raise typer.BadParameter("--watch takes one folder in the place of the files")
    return files[0]


def _watch(order: LoadOrder, folder: Path, patterns: tuple[str, ...], every_s: float, *, as_json: bool) -> int:
    """Load what arrives, one line a file, until Ctrl-C or a signal to end; a load that runs then changes nothing.

    How many records were rejected.
    """
    t = translator(settings().language)
    read_mapping(order.mapping_path)  # a mapping that cannot be used is said now, not of every file
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rejected = 0

    def say(text: str) -> None:
        if not as_json:
            out.print(text, markup=False, highlight=False, soft_wrap=True)

    say(t("Watching {folder}; Ctrl-C ends.", folder=folder))
    try:
        for arrival in arrivals(folder, patterns, every_s, lambda path: _report(replace(order, files=(path,))),
                                lambda result: json_text(_document(result))):
            rejected += arrival.result.rejected if isinstance(arrival.result, LoadReport) else 0
            if as_json:
                write_json(_said(folder, arrival) | _document(arrival.result), one_line=True)
            say(_line(t, folder, arrival))
    except KeyboardInterrupt:
        say(t("Ended."))
    return rejected


def _document(result: LoadReport | CxError) -> dict[str, Any]:
    return report_document(result) if isinstance(result, LoadReport) else error_document(result)


def _said(folder: Path, arrival: Arrival) -> dict[str, str]:
    """When a file was loaded, its name, and where it lies now."""
    return {"time": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", "file": arrival.name,
            "place": arrival.moved_to.relative_to(folder).as_posix()}


def _line(t: Translator, folder: Path, arrival: Arrival) -> str:
    """One line on a file: when, which, what became of it, where it lies now."""
    said: dict[str, Any] = {**_said(folder, arrival)}
    result = arrival.result
    if isinstance(result, CxError):
        return t("{time} {file}: refused: {title}. {message} → {place}", **said, title=result.title,
                 message=result.message)
    if result.waits:
        codes = ", ".join(doubt.code for doubt in result.doubts if doubt.blocks)
        return t("{time} {file}: waits for confirmation of {codes} → {place}", **said, codes=codes)
    if result.already_loaded:
        return t("{time} {file}: was loaded before, nothing changed → {place}", **said)
    return t("{time} {file}: read {read}, loaded {loaded}, rejected {rejected} → {place}", **said,
             read=f"{result.read:,}", loaded=f"{result.loaded:,}", rejected=f"{result.rejected:,}")
