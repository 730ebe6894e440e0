"""What is kept in a snapshot about a load, and the report of it: loads, rejects with their records, changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from duckdb import DuckDBPyConnection

from cx.contract.check import quoted
from cx.ingest.checking import Checking
from cx.ingest.mapping_sql import ABOUT_REJECTS, RawFile, normalised
from cx.ingest.mended import place_sql
from cx.ingest.report import Change, LoadReport, Reject, RejectCount, TableReport
from cx.ingest.sources import LoadJob
from cx.ingest.stage import MAPPING_FILE, StagedFile

SHOWN_REJECTS = 200
SHOWN_CHANGES = 200
_CARRIED_OVER = ("sources", "loads", "rejects", "rejected_records", "headers", "changes")


def record(
    con: DuckDBPyConnection, load_id: str, loaded_at: datetime, checking: Checking, reports: Sequence[TableReport], *,
    has_previous: bool, mended: bool,
) -> None:
    """Keep what was loaded, from where, every reject and every change.

    A file takes the place of its forerunners of the same name, but not of another month's; records that come back
    mended leave the list of rejects.
    """
    files = {file.place: file for file in checking.files}
    if has_previous:
        for table in _CARRIED_OVER:
            con.execute(f"insert into {table} from prev.{table}")
        for job in checking.jobs:
            con.execute("delete from rejects where source = ? and file = ?", [job.mapping.source, MAPPING_FILE])
        for file in files.values():
            _put_forerunners_away(con, file, mended=mended)
    for file in files.values():
        header = file.raw.header if file.raw else file.source.header
        con.execute("insert into headers values (?, ?, ?, ?)", [load_id, *file.place, list(header)])
        if mended:
            _strike_out_mended(con, file)
    for job in checking.jobs:
        con.execute("delete from sources where source = ?", [job.mapping.source])
        con.execute("insert into sources values (?, ?, ?, ?)",
                    [job.mapping.source, job.mapping.title, job.mapping.scale, job.mapping.text])
    _record_tables(con, load_id, loaded_at, files, reports, mended=mended)
    con.execute("insert into rejects select ?, * from faults", [load_id])
    con.execute("insert into rejected_records select ?, * from faulty_records", [load_id])
    con.execute("insert into changes select ?, * from changed", [load_id])


def _put_forerunners_away(con: DuckDBPyConnection, file: StagedFile, *, mended: bool) -> None:
    """Drop the rejects of earlier files of the same name that this one replaces.

    It replaces one that has the same content, that brought a row with a key of this one, or that brought no row at all.
    Answers are asked where there are any: units and customers come again every month. A download of rejects that were
    mended replaces none for want of rows: it says itself which records it mends.
    """
    asked = "and table_name = 'responses'" if "responses" in file.mapping.columns else ""
    of_file, without_rows = quoted_place(file), "false" if mended else "sum(loaded) = 0"
    for table in ("rejects", "rejected_records", "headers"):
        con.execute(f"""
            delete from {table} where {of_file} and load_id in (
                select load_id from prev.loads where {of_file} group by load_id
                having {without_rows} or bool_or(sha256 = ?)
                union all select load_id from overlapping where {of_file} {asked})""", [file.source.sha256])


def quoted_place(file: StagedFile) -> str:
    """SQL that is true for rows of a file, whichever load brought it."""
    return f"source = {quoted(file.mapping.source)} and file = {quoted(file.source.name)}"


def _record_tables(con: DuckDBPyConnection, load_id: str, loaded_at: datetime,
                   files: Mapping[tuple[str, str], StagedFile], reports: Sequence[TableReport], *,
                   mended: bool) -> None:
    for report in reports:
        file = files.get((report.source, report.file))
        con.execute(
            "insert into loads values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [load_id, loaded_at.replace(tzinfo=None), report.source, report.file,
             file.source.sha256 if file else "", fingerprint(file.mapping.text, mended=mended) if file else "",
             file.source.size_bytes if file else 0, report.table, report.read, report.loaded, report.rejected,
             report.blank, report.without_value, report.replaced,
             ", ".join(file.ignored_columns) if file else ""])


def _strike_out_mended(con: DuckDBPyConnection, file: StagedFile) -> None:
    """Take the records that come back in a file of mended rejects from the list of rejects."""
    raw = RawFile(file.source.name, file.relation, file.source.header)
    for table in ("rejects", "rejected_records"):
        con.execute(f"delete from {table} where source = ? and (load_id, file, line) in "
                    f"(select ({', '.join(place_sql(raw))}) from {raw.relation})", [file.mapping.source])


def fingerprint(mapping_text: str, *, mended: bool) -> str:
    """What tells how a file was read from how the same file was read before: its mapping, and whether it was mended."""
    return hashlib.sha256((mapping_text + ("\nmended" if mended else "")).encode()).hexdigest()


def report_of(con: DuckDBPyConnection, checking: Checking, reports: tuple[TableReport, ...]) -> LoadReport:
    """The report of a load that is checked: tables, the first rejects and changes, and how many there are."""
    rows = con.execute(
        "select table_name, file, line, coalesce(file_column, ''), column_name, value, rule from faults "
        "order by all limit ?", [SHOWN_REJECTS]).fetchall()
    (total,) = con.execute("select count(*) from faults").fetchone() or (0,)
    counts = con.execute(
        "select table_name, file, coalesce(nullif(file_column, ''), column_name) as shown, rule, count(*) as n "
        "from faults group by all order by n desc, table_name, file, shown, rule").fetchall()
    changed = con.execute("select table_name, key, column_name, before, after, file, line from changed "
                          "order by all limit ?", [SHOWN_CHANGES]).fetchall()
    (changes,) = con.execute("select count(*) from changed").fetchone() or (0,)
    ignored = dict.fromkeys(column for file in checking.files for column in file.ignored_columns
                            if normalised(column) not in ABOUT_REJECTS)
    return LoadReport(
        None, False, False, reports, tuple(Reject(*row) for row in rows), int(total), tuple(ignored),
        reject_counts=tuple(RejectCount(*row) for row in counts), changes=tuple(Change(*row) for row in changed),
        changes_total=int(changes))


def earlier_report(con: DuckDBPyConnection, jobs: tuple[LoadJob, ...], snapshot_id: str | None, *,
                   mended: bool = False) -> LoadReport:
    """The report of files that are loaded already: what became of them when they were loaded last."""
    tables: list[TableReport] = []
    rejects_total = 0
    for job in jobs:
        for source in job.sources:
            read_by = fingerprint(job.mapping.text, mended=mended)
            place = con.execute("""
                select source, file, load_id from prev.loads
                where source = ? and sha256 = ? and mapping_sha256 = ? order by file = ? desc, rowid desc limit 1""",
                [job.mapping.source, source.sha256, read_by, source.name]).fetchone()
            rows = con.execute("""
                select source, file, table_name, read, loaded, rejected, blank, without_value, replaced
                from prev.loads where (source, file, load_id) = (?, ?, ?) order by table_name""", place).fetchall() \
                if place else []
            tables += [TableReport(*row) for row in rows]
            (rejects,) = con.execute("select count(*) from prev.rejects where (source, file, load_id) = (?, ?, ?)",
                                     place or [None] * 3).fetchone() or (0,)
            rejects_total += int(rejects)
    return LoadReport(snapshot_id, True, False, tuple(tables), (), rejects_total, ())
