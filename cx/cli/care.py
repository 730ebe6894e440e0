"""python -m cx demo, undo, doctor, templates, serve: everything around the loads and figures."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

from cx.cli.report_text import print_report
from cx.cli.terminal import Exit, mendable, out, progress_bar, write_json
from cx.contract.columns import Column
from cx.contract.documentation import template_csv
from cx.contract.tables import TABLES
from cx.errors import SettingsError, SnapshotError
from cx.ingest.load import Progress as LoadProgress
from cx.ingest.load import load as load_jobs
from cx.phrase import Phrase, phrase
from cx.say.translator import translator
from cx.settings import settings
from cx.warehouse.doctor import examine
from cx.warehouse.home import Home
from cx.warehouse.loads import about
from cx.warehouse.scope import authorize
from cx.warehouse.snapshot import Warehouse

_EXAMPLE = "responses.toml"

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def demo(
    seed: Annotated[int | None, typer.Option(help="Seed of the generated company.")] = None,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only when nothing is loaded yet.")] = False,
) -> None:
    """Build the demo company: a financial group with planted truths, generated from one seed."""
    with mendable():
        home = Home(settings().home)
        if if_empty and home.current_id() is not None:
            out.print(f"There is a snapshot: {home.current_id()}. The demo company was not built.")
            return
        current = Warehouse(settings()).current()
        if current is not None and not about(current, authorize(settings())).is_demo:
            raise SnapshotError(
                phrase("The demo company was not built"),
                phrase("Real data is loaded in {folder}.", folder=home.folder),
                phrase("Choose another folder: CX_HOME=some/folder python -m cx demo."))
        from cx.demo.company import DEMO_SEED
        from cx.demo.jobs import demo_jobs

        with progress_bar() as progress:
            task = progress.add_task("Generating the demo company")
            jobs = demo_jobs(DEMO_SEED if seed is None else seed)
            progress.update(task, description="Generated the demo company", total=1, completed=1)
            report = load_jobs(home, jobs, settings().time_zone, is_demo=True, progress=_told(progress))
        print_report(report)


def undo(as_json: AsJson = False) -> None:
    """Make the snapshot before the current one current: the last load is undone."""
    with mendable(as_json=as_json):
        undone, current = Home(settings().home).undo()
        if as_json:
            write_json({"undone": undone, "current": current})
            return
        t = translator(settings().language)
        out.print(t("Snapshot {undone} was undone; {current} is current.", undone=undone, current=current),
                  highlight=False)


def doctor(
    mend: Annotated[bool, typer.Option("--mend", help="Mend what is found.")] = False, as_json: AsJson = False,
) -> None:
    """Find what is broken in the folder of the data: CURRENT, snapshots, what killed loads left behind."""
    with mendable(as_json=as_json):
        findings = examine(Home(settings().home), mend=mend)
        t = translator(settings().language)
        if as_json:
            write_json([asdict(finding) | {"message": finding.message} for finding in findings])
        for finding in () if as_json else findings:
            state = t("mended") if finding.mended else t("not mended")
            out.print(f"{finding.code}: {t(finding.message)} ({state})", markup=False, highlight=False, soft_wrap=True)
        if not findings and not as_json:
            out.print(t("Nothing is broken in {folder}.", folder=settings().home), markup=False, soft_wrap=True)
        if not all(finding.mended for finding in findings):
            raise typer.Exit(Exit.FAILED)


def templates(
    folder: Annotated[Path, typer.Argument(help="Folder to write to.", metavar="FOLDER")],
) -> None:
    """Write an empty CSV file of each table and an example of a mapping file; nothing is overwritten."""
    with mendable():
        files = {f"{table.name}.csv": template_csv(table) for table in TABLES.values()} | {_EXAMPLE: _example_mapping()}
        there = [name for name in files if (folder / name).exists()]
        if there:
            raise SettingsError(
                phrase("No template was written"),
                phrase("{folder} already holds {files}.", folder=folder, files=", ".join(there)),
                phrase("Choose an empty folder."))
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        t = translator(settings().language)
        out.print(t.plural("{n} file was written to {folder}.", "{n} files were written to {folder}.", len(files),
                           folder=folder), markup=False, soft_wrap=True)


def _example_mapping() -> str:
    """A mapping file that reads the template of responses when it is filled; optional columns are commented out."""
    lines = ["# Which column of your file is which column of the contract. This one reads a filled responses.csv:",
             f"#     python -m cx check {_EXAMPLE} responses.csv",
             "# Right of = stand the names of the columns in your file. Take away the # before what you have.",
             'source = "my-survey"', 'title = "My survey"', 'scale = "0-10"', 'time_zone = "UTC"', "", "[file]",
             'encoding = "utf-8"', 'delimiter = ","', "", "[responses]"]
    return "\n".join([*lines, *(_example_line(column) for column in TABLES["responses"].columns)]) + "\n"


def _example_line(column: Column) -> str:
    line = f'{column.name} = "{column.name}"'
    return f"{line if column.required else '# ' + line:<40}  # {column.meaning}"


def serve(
    address: Annotated[str | None, typer.Option(help="Address to listen on; as set if not given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; as set if not given.")] = None,
) -> None:
    """Serve the pages; prints the address when they answer."""
    with mendable():
        from cx.ui.server import serve as serve_pages

        serve_pages(settings().address if address is None else address, settings().port if port is None else port)


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
