"""A load: the previous snapshot and some files become the next snapshot, or nothing changes.

Everything is built aside in a file of its own; only when it is complete does one atomic step make it current.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from cx.contract.check import quoted
from cx.contract.columns import Table
from cx.errors import LoadError
from cx.ingest.checking import Checking
from cx.ingest.corrections import CHANGES_DDL, merge
from cx.ingest.doubts import doubts
from cx.ingest.effects import effects
from cx.ingest.record import earlier_report, fingerprint, record, report_of
from cx.ingest.report import Doubt, LoadReport, TableReport
from cx.ingest.sources import LoadJob
from cx.ingest.stage import MAPPING_FILE
from cx.phrase import Phrase, phrase
from cx.warehouse.disk import disk_full, is_disk_full, refuse_small_disk
from cx.warehouse.home import BUILDING, CHECKING, Home
from cx.warehouse.layout import FORMAT_VERSION, KEPT_SNAPSHOTS, RECORDS_DDL, build_rollups, build_unit_tree
from cx.warehouse.lock import only_loader


@dataclass(frozen=True)
class Progress:
    """What a load tells while it runs: the stage that begins, and records read."""

    on_stage: Callable[[Phrase], None] = lambda _: None
    on_records: Callable[[int], None] = lambda _: None


@dataclass(frozen=True)
class Order:
    """What a load is asked to do; the arguments of `load`."""

    jobs: tuple[LoadJob, ...]
    report_zone: str
    is_demo: bool
    mended: bool
    confirmed: frozenset[str]


@dataclass(frozen=True)
class _Build:
    """A snapshot that is being built: its connection, file, id and time, and the file of the one that it adds to.

    replaces: the id that CURRENT names now, to which `undo` goes back.
    """

    con: DuckDBPyConnection
    path: Path
    snapshot_id: str
    now: datetime
    previous: Path | None
    replaces: str | None

    @property
    def has_previous(self) -> bool:
        """Whether the snapshot adds to an earlier one, attached as `prev`."""
        return self.previous is not None


def load(
    home: Home, jobs: tuple[LoadJob, ...], report_zone: str, *, is_demo: bool = False, dry: bool = False,
    mended: bool = False, confirmed: Sequence[str] = (), memory: str = "", progress: Progress | None = None,
) -> LoadReport:
    """What the load did. With `dry`, everything is checked and nothing is changed.

    Months are months of `report_zone` (an IANA name). The demo company is put away by the first real load. `mended`:
    the files are rejected records that were downloaded and mended; they leave the list of rejects. `confirmed`: codes
    of doubts that are meant; a blocking doubt that is not confirmed here or in the mapping makes the load wait.
    `memory`: limit of the database, such as 2GB. Raises LoadError when another load runs or the result would not add
    up; the last snapshot then stays current.
    """
    progress = progress or Progress()
    _refuse_equal_names(jobs)
    home.snapshots.mkdir(parents=True, exist_ok=True)
    meant = frozenset(confirmed).union(*(job.mapping.confirmed for job in jobs))
    order = Order(jobs, report_zone, is_demo, mended, meant)
    if dry:
        with tempfile.TemporaryDirectory(dir=home.folder, prefix=CHECKING) as folder:
            return _build_aside(home, Path(folder), order, memory, progress, finish=False)[0]
    refuse_small_disk(home.folder, sum(source.size_bytes for job in jobs for source in job.sources if source.path))
    with only_loader(home), tempfile.TemporaryDirectory(dir=home.folder, prefix=BUILDING) as folder:
        report, build = _build_aside(home, Path(folder), order, memory, progress, finish=True)
        if report.already_loaded or report.waits:
            return report
        progress.on_stage(phrase("Making the snapshot current"))
        home.make_current(build.path, build.snapshot_id)
        home.retire(KEPT_SNAPSHOTS)
    put_demo_away = build.previous is None and not is_demo and build.replaces is not None
    return replace(report, snapshot_id=build.snapshot_id, put_demo_away=put_demo_away)


def _refuse_equal_names(jobs: tuple[LoadJob, ...]) -> None:
    names = [(job.mapping.source, source.name) for job in jobs for source in job.sources]
    names += [(job.mapping.source, MAPPING_FILE) for job in jobs if job.mapping.rows]
    for source, name in names:
        if name == MAPPING_FILE and names.count((source, name)) > 1:
            raise LoadError(
                phrase("Nothing was loaded"), phrase("Two mapping files have the source {source}.", source=source),
                phrase("Name the files of one mapping together, and give each mapping file a source of its own."))
        if names.count((source, name)) > 1:
            raise LoadError(
                phrase("Nothing was loaded"), phrase("Two files have the name {file}.", file=name),
                phrase("Give them different names: a reject must say in which file it stands."))


def _build_aside(
    home: Home, folder: Path, order: Order, memory: str, progress: Progress, *, finish: bool
) -> tuple[LoadReport, _Build]:
    """The report, and the next snapshot in a file of its own, complete with `finish` and if the load need not wait.

    A full disk is said in words.
    """
    try:
        with _building(folder / "snapshot.duckdb", _previous(home, order.is_demo), home.current_id(), memory,
                       finish=finish) as build:
            if build.has_previous and _all_loaded_before(build.con, order):
                return earlier_report(build.con, order.jobs, home.current_id(), mended=order.mended), build
            return _fill(build, order, progress, finish=finish), build
    except (OSError, duckdb.Error) as error:
        if is_disk_full(error):
            raise disk_full(home.folder) from error
        raise


def _previous(home: Home, is_demo: bool) -> Path | None:
    """The snapshot that this load adds to; the demo company is never added to, nor hides a company's own data."""
    current = home.current_id()
    if current is None:
        return None
    path = home.snapshot_path(current)
    try:
        with duckdb.connect(path, read_only=True) as con:
            (was_demo, version) = con.execute("select is_demo, format from snapshot").fetchone() or (False, 0)
    except duckdb.Error as error:
        raise LoadError(
            phrase("Nothing was loaded"),
            phrase("The current snapshot {file} cannot be opened: {reason}", file=path.name, reason=str(error)[:300]),
            phrase("Run: python -m cx doctor --mend, then load again.")) from error
    if was_demo:
        return None
    if is_demo:
        raise LoadError(
            phrase("Nothing was loaded"),
            phrase("The company's own data are loaded; the demo company would hide them."),
            phrase("Show the demo company from a folder of its own: set CX_HOME to an empty folder."))
    if version != FORMAT_VERSION:
        raise LoadError(
            phrase("Nothing was loaded"),
            phrase("{file} has format {found}, this version writes {wanted}.", file=path.name, found=version,
                   wanted=FORMAT_VERSION),
            phrase("Load all files into an empty folder: set CX_HOME to it."))
    return path


@contextmanager
def _building(
    path: Path, previous: Path | None, replaces: str | None, memory: str, *, finish: bool
) -> Iterator[_Build]:
    """A new database with the previous snapshot attached as `prev`; closed at the end, with `finish` all on disk."""
    now = datetime.now(UTC)
    limits = {"memory_limit": memory} if memory else {}
    # One checkpoint at the end: those between would write again what the next step changes.
    con = duckdb.connect(path, config={"temp_directory": str(path.parent), "checkpoint_threshold": "1TB",
                                       "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
                                       **limits})
    try:
        con.execute("set TimeZone = 'UTC'; set python_enable_replacements = false")
        con.execute("set variable as_of = ?::timestamp", [now.replace(tzinfo=None)])
        if previous:
            con.execute(f"attach {quoted(str(previous))} as prev (read_only)")
        yield _Build(con, path, f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}", now, previous, replaces)
        if previous:
            con.execute("detach prev")
        con.execute("checkpoint" if finish else "pragma disable_checkpoint_on_shutdown")
    finally:
        con.close()


def _all_loaded_before(con: DuckDBPyConnection, order: Order) -> bool:
    """Whether these files, by these mappings, are what was loaded last, and months are those of the same time zone.

    The order of loads is that of their rows, for clocks can be set back. A file whose records were rejected for a key
    that was not known then is loaded again when something else was loaded since.
    """
    known = set(con.execute("""
        with newest as (
            select source, file, sha256, mapping_sha256, load_id
            from prev.loads qualify row_number() over (partition by source, file order by rowid desc) = 1
        ),
        last_load as (select load_id from prev.loads order by rowid desc limit 1)
        select sha256, mapping_sha256 from newest semi join prev.snapshot on time_zone = ?
        where load_id = (from last_load) or not exists (
            from prev.rejects where rejects.load_id = newest.load_id and rejects.source = newest.source
            and rejects.file = newest.file and rule in ('reference', 'answer_rejected'))""",
                            [order.report_zone]).fetchall())
    wanted = {(source.sha256, fingerprint(job.mapping.text, mended=order.mended))
              for job in order.jobs for source in job.sources}
    return bool(wanted) and wanted <= known


def _fill(build: _Build, order: Order, progress: Progress, *, finish: bool) -> LoadReport:
    con = build.con
    con.execute(RECORDS_DDL)
    con.execute(CHANGES_DDL)
    con.execute("insert into snapshot values (?, ?, ?, ?, ?, ?)",
                [build.snapshot_id, build.now.replace(tzinfo=None), order.report_zone, order.is_demo, FORMAT_VERSION,
                 build.replaces])
    progress.on_stage(phrase("Reading and checking"))
    found: list[Doubt] = []

    def take_in(table: Table, line: str) -> list[tuple[str, str, int]]:
        if table.name == "responses" and not order.is_demo:
            found.extend(doubts(con, checking.files, order.report_zone, has_previous=build.has_previous))
        return merge(con, table, line, has_previous=build.has_previous)

    checking = Checking(con, order.report_zone, build.has_previous, progress.on_records, take_in, order.mended)
    checking.run(order.jobs)
    reports = checking.reports()
    _refuse_lost_records(reports)
    waits = any(doubt.blocks and doubt.code not in order.confirmed for doubt in found)
    build_unit_tree(con)
    _refuse_circles(con)
    counted = finish and not waits
    if counted:
        record(con, build.snapshot_id, build.now, checking, reports, has_previous=build.has_previous,
               mended=order.mended)
        progress.on_stage(phrase("Counting"))
        build_rollups(con)
    return replace(report_of(con, checking, reports), doubts=tuple(found), waits=waits,
                   effects=effects(con, has_previous=build.has_previous, counted=counted))


def _refuse_lost_records(reports: Sequence[TableReport]) -> None:
    for report in reports:
        if not report.adds_up:
            raise LoadError(
                phrase("Nothing was loaded"),
                phrase("{file}: read {read}, loaded {loaded}, rejected {rejected} do not add up.", file=report.file,
                       read=report.read, loaded=report.loaded, rejected=report.rejected),
                phrase("This is a fault of the program; please report it with the file."))


def _refuse_circles(con: DuckDBPyConnection) -> None:
    circle = con.execute("select unit_id from units anti join unit_tree using (unit_id) order by 1").fetchall()
    if circle:
        raise LoadError(
            phrase("Nothing was loaded"),
            phrase("The parents of these units run in a circle: {units}.",
                   units=", ".join(unit_id for (unit_id,) in circle[:20])),
            phrase("Give one of them a parent outside the circle, or none."))
