"""What is kept in a snapshot about a load, and the report of it: loads, rejects with their records, changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from duckdb import DuckDBPyConnection

from cx.ingest.checking import Checking
from cx.ingest.mapping_sql import ABOUT_REJECTS, normalised
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

    A file of the same name takes the place of its forerunner; records that come back mended leave the list of rejects.
    """
    files = {file.place: file for file in checking.files}
    if has_previous:
        for table in _CARRIED_OVER:
            con.execute(f"insert into {table} from prev.{table}")
    for source, name in dict.fromkeys([*files, *((job.mapping.source, MAPPING_FILE) for job in checking.jobs)]):
        for table in ("rejects", "rejected_records", "headers"):
            con.execute(f"delete from {table} where source = ? and file = ?", [source, name])
    for file in files.values():
        con.execute("insert into headers values (?, ?, ?)", [*file.place, list(file.source.header)])
        if mended:
            _strike_out_mended(con, file)
    for job in checking.jobs:
        con.execute("delete from sources where source = ?", [job.mapping.source])
        con.execute("insert into sources values (?, ?, ?, ?)",
                    [job.mapping.source, job.mapping.title, job.mapping.scale, job.mapping.text])
    _record_tables(con, load_id, loaded_at, files, reports)
    con.execute("insert into rejects select ?, * from faults", [load_id])
    con.execute("insert into rejected_records select ?, * from faulty_records", [load_id])
    con.execute("insert into changes select ?, * from changed", [load_id])


def _record_tables(con: DuckDBPyConnection, load_id: str, loaded_at: datetime,
                   files: Mapping[tuple[str, str], StagedFile], reports: Sequence[TableReport]) -> None:
    for report in reports:
        file = files.get((report.source, report.file))
        con.execute(
            "insert into loads values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [load_id, loaded_at.replace(tzinfo=None), report.source, report.file,
             file.source.sha256 if file else "", text_sha256(file.mapping.text) if file else "",
             file.source.size_bytes if file else 0, report.table, report.read, report.loaded, report.rejected,
             report.blank, report.without_value, report.replaced,
             ", ".join(file.ignored_columns) if file else ""])


def _strike_out_mended(con: DuckDBPyConnection, file: StagedFile) -> None:
    """Take the records that come back in a file of mended rejects from the list of rejects."""
    if file.raw is None:
        raise ValueError(f"file.raw == None for {file.source.name}, must be read")
    of_file, of_line = file.raw.cell("cx_file"), file.raw.cell("cx_line")
    for table in ("rejects", "rejected_records"):
        con.execute(f"delete from {table} where source = ? and (file, line::varchar) in "
                    f"(select ({of_file}, {of_line}) from {file.raw.relation})", [file.mapping.source])


def text_sha256(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


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


def earlier_report(con: DuckDBPyConnection, jobs: tuple[LoadJob, ...], snapshot_id: str | None) -> LoadReport:
    """The report of files that are loaded already: what became of them then."""
    files = [source.name for job in jobs for source in job.sources]
    contents = [source.sha256 for job in jobs for source in job.sources]
    rows = con.execute("""
        select source, file, table_name, read, loaded, rejected, blank, without_value, replaced
        from prev.loads where list_contains(?, sha256) order by loaded_at, table_name""", [contents]).fetchall()
    total = con.execute("select count(*) from prev.rejects where list_contains(?, file)", [files]).fetchone()
    return LoadReport(snapshot_id, True, False, tuple(TableReport(*row) for row in rows), (),
                      total[0] if total else 0, ())
