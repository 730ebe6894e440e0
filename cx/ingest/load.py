"""A load: the previous snapshot and some files become the next snapshot, or nothing changes.

Everything is built aside in a file of its own; only when it is complete does one atomic step make it current.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection
from filelock import FileLock, Timeout

from cx.contract.check import quoted
from cx.contract.columns import Table
from cx.errors import LoadError
from cx.ingest.report import LoadReport, Reject, TableReport
from cx.ingest.sources import LoadJob
from cx.ingest.stage import MAPPING_FILE, Replaced, StagedFile, check_all, stage, table_reports
from cx.phrase import Phrase, phrase
from cx.warehouse.home import Home
from cx.warehouse.layout import FORMAT_VERSION, KEPT_SNAPSHOTS, RECORDS_DDL, build_rollups

SHOWN_REJECTS = 20
_BUILDING = ".building-"


@dataclass(frozen=True)
class Progress:
    """What a load tells while it runs: the stage that begins, and records read."""

    on_stage: Callable[[Phrase], None] = lambda _: None
    on_records: Callable[[int], None] = lambda _: None


@dataclass(frozen=True)
class _Build:
    """A snapshot that is being built: its connection, its id, the time, the file of the one that it adds to.

    replaces: the id that CURRENT names now, to which `undo` goes back.
    """

    con: DuckDBPyConnection
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
    progress: Progress | None = None,
) -> LoadReport:
    """What the load did. With `dry`, everything is checked and nothing is changed.

    Months are months of `report_zone` (an IANA name). The demo company is put away by the first real load. Raises
    LoadError when another load runs or the result would not add up; the last snapshot then stays current.
    """
    progress = progress or Progress()
    _refuse_equal_names(jobs)
    home.snapshots.mkdir(parents=True, exist_ok=True)
    with _only_loader(home), tempfile.TemporaryDirectory(dir=home.folder, prefix=_BUILDING) as folder:
        _clear_interrupted(home, Path(folder))
        previous = _previous(home, is_demo)
        path = Path(folder) / "snapshot.duckdb"
        with _build(path, previous, home.current_id(), Path(folder)) as build:
            if build.has_previous and _all_loaded_before(build.con, jobs, report_zone):
                return _earlier_report(build.con, jobs, home.current_id())
            report = _fill(build, jobs, report_zone, is_demo, progress)
        if dry:
            return report
        progress.on_stage(phrase("Making the snapshot current"))
        home.make_current(path, build.snapshot_id)
        home.retire(KEPT_SNAPSHOTS)
    put_demo_away = previous is None and not is_demo and len(list(home.snapshots.glob("*.duckdb"))) > 1
    return LoadReport(build.snapshot_id, False, put_demo_away, report.tables, report.rejects, report.rejects_total,
                      report.ignored_columns)


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


@contextmanager
def _only_loader(home: Home) -> Iterator[None]:
    lock = FileLock(home.lock, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise LoadError(
            phrase("Nothing was loaded"), phrase("Another load is running on this machine."),
            phrase("Wait until it has finished, then run the command again.")) from error
    try:
        yield
    finally:
        lock.release()


def _clear_interrupted(home: Home, own: Path) -> None:
    """Remove what loads left behind that were killed; no other load runs."""
    for folder in home.folder.glob(_BUILDING + "*"):
        if folder != own:
            shutil.rmtree(folder, ignore_errors=True)


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
            phrase("Write the name of an earlier file in snapshots into CURRENT, then load again.")) from error
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
def _build(path: Path, previous: Path | None, replaces: str | None, folder: Path) -> Iterator[_Build]:
    """A new database with the previous snapshot attached as `prev`; closed, with all on disk, at the end."""
    now = datetime.now(UTC)
    con = duckdb.connect(path, config={"temp_directory": str(folder), "autoinstall_known_extensions": "false",
                                       "autoload_known_extensions": "false"})
    try:
        con.execute("set TimeZone = 'UTC'; set python_enable_replacements = false")
        if previous:
            con.execute(f"attach {quoted(str(previous))} as prev (read_only)")
        yield _Build(con, f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}", now, previous, replaces)
        if previous:
            con.execute("detach prev")
        con.execute("checkpoint")
    finally:
        con.close()


def _all_loaded_before(con: DuckDBPyConnection, jobs: tuple[LoadJob, ...], report_zone: str) -> bool:
    """Whether these files, by these mappings, are what was loaded last, and months are those of the same time zone."""
    known = set(con.execute("""
        select sha256, mapping_sha256 from prev.loads semi join prev.snapshot on time_zone = ?
        qualify rank() over (partition by source, file order by loaded_at desc) = 1""", [report_zone]).fetchall())
    wanted = {(source.sha256, _text_sha256(job.mapping.text)) for job in jobs for source in job.sources}
    return bool(wanted) and wanted <= known


def _text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _earlier_report(con: DuckDBPyConnection, jobs: tuple[LoadJob, ...], snapshot_id: str | None) -> LoadReport:
    files = [source.name for job in jobs for source in job.sources]
    contents = [source.sha256 for job in jobs for source in job.sources]
    rows = con.execute("""
        select source, file, table_name, read, loaded, rejected, blank, without_value, replaced
        from prev.loads where list_contains(?, sha256) order by loaded_at, table_name""", [contents]).fetchall()
    total = con.execute("select count(*) from prev.rejects where list_contains(?, file)", [files]).fetchone()
    return LoadReport(snapshot_id, True, False, tuple(TableReport(*row) for row in rows), (),
                      total[0] if total else 0, ())


def _fill(
    build: _Build, jobs: tuple[LoadJob, ...], report_zone: str, is_demo: bool, progress: Progress
) -> LoadReport:
    con = build.con
    con.execute(RECORDS_DDL)
    con.execute("insert into snapshot values (?, ?, ?, ?, ?, ?)",
                [build.snapshot_id, build.now.replace(tzinfo=None), report_zone, is_demo, FORMAT_VERSION,
                 build.replaces])
    progress.on_stage(phrase("Reading"))
    staged = stage(con, jobs, report_zone, progress.on_records)
    progress.on_stage(phrase("Checking"))
    replaced = check_all(con, staged, lambda table: _merge(build, table), build.has_previous)
    reports = table_reports(con, staged, replaced)
    for report in reports:
        if not report.adds_up:
            raise LoadError(
                phrase("Nothing was loaded"),
                phrase("{file}: read {read}, loaded {loaded}, rejected {rejected} do not add up.", file=report.file,
                       read=report.read, loaded=report.loaded, rejected=report.rejected),
                phrase("This is a fault of the program; please report it with the file."))
    _record(build, jobs, staged, reports)
    progress.on_stage(phrase("Counting"))
    build_rollups(con)
    _refuse_circles(con)
    return _report(con, staged, reports)


def _merge(build: _Build, table: Table) -> Replaced:
    """How many rows of each file replaced one of the previous snapshot with the same key and another content.

    The good rows of this load take the place of earlier rows with the same key; all others stay.
    """
    con, good = build.con, f"good_{table.name}"
    columns = table.sql_columns
    if not build.has_previous:
        con.execute(f"create table main.{table.name} as select {columns}, _source, _file, _line, "
                    f"{quoted(build.snapshot_id)} as _load from {good}")
        return []
    same_key = " and ".join(f"earlier.{name} is not distinct from good.{name}" for name in table.key)
    same = " and ".join(f"earlier.{column.sql} is not distinct from good.{column.sql}" for column in table.columns)
    replaced = con.execute(f"select good._source, good._file, count(*) from prev.{table.name} as earlier "
                           f"join {good} as good on {same_key} where not ({same}) group by all").fetchall()
    con.execute(f"""
        create table main.{table.name} as
        from prev.{table.name} as earlier where not exists (from {good} as good where {same_key})
        union all
        select {columns}, _source, _file, _line, {quoted(build.snapshot_id)} from {good}
    """)
    return replaced


def _refuse_circles(con: DuckDBPyConnection) -> None:
    circle = con.execute("select unit_id from units anti join unit_tree using (unit_id) order by 1").fetchall()
    if circle:
        raise LoadError(
            phrase("Nothing was loaded"),
            phrase("The parents of these units run in a circle: {units}.",
                   units=", ".join(unit_id for (unit_id,) in circle[:20])),
            phrase("Give one of them a parent outside the circle, or none."))


def _record(build: _Build, jobs: tuple[LoadJob, ...], staged: tuple[StagedFile, ...],
            reports: tuple[TableReport, ...]) -> None:
    """Keep what was loaded, from where, and every reject; a file of the same name takes the place of its forerunner."""
    con = build.con
    files = {(file.mapping.source, file.raw.name): file for file in staged}
    if build.has_previous:
        con.execute("insert into sources from prev.sources")
        con.execute("insert into loads from prev.loads")
        con.execute("insert into rejects from prev.rejects")
    for source, name in dict.fromkeys([*files, *((job.mapping.source, MAPPING_FILE) for job in jobs)]):
        con.execute("delete from rejects where source = ? and file = ?", [source, name])
    for job in jobs:
        mapping = job.mapping
        con.execute("delete from sources where source = ?", [mapping.source])
        con.execute("insert into sources values (?, ?, ?, ?)",
                    [mapping.source, mapping.title, mapping.scale, mapping.text])
    for report in reports:
        file = files.get((report.source, report.file))
        con.execute(
            "insert into loads values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [build.snapshot_id, build.now.replace(tzinfo=None), report.source, report.file,
             file.source.sha256 if file else "", _text_sha256(file.mapping.text) if file else "",
             file.source.size_bytes if file else 0, report.table, report.read, report.loaded, report.rejected,
             report.blank, report.without_value, report.replaced,
             ", ".join(file.ignored_columns) if file else ""])
    con.execute("insert into rejects select ?, * from faults order by all", [build.snapshot_id])


def _report(con: DuckDBPyConnection, staged: tuple[StagedFile, ...], reports: tuple[TableReport, ...]) -> LoadReport:
    rows = con.execute(
        "select table_name, file, line, coalesce(file_column, ''), column_name, value, rule from faults "
        "order by all limit ?", [SHOWN_REJECTS]).fetchall()
    (total,) = con.execute("select count(*) from faults").fetchone() or (0,)
    ignored = dict.fromkeys(column for file in staged for column in file.ignored_columns)
    return LoadReport(None, False, False, reports, tuple(Reject(*row) for row in rows), int(total), tuple(ignored))
