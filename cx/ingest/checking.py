"""All tables of a load, checked in the order of the contract and merged one by one into the snapshot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import duckdb
from duckdb import DuckDBPyConnection

from cx.contract.check import FAULTS_DDL, check, quoted
from cx.contract.columns import Table
from cx.contract.duplicates import set_duplicates_aside
from cx.contract.tables import TABLES
from cx.errors import LoadError
from cx.ingest.duplicates import keep_copies, keep_records_of_ratings
from cx.ingest.mapping import SCALES
from cx.ingest.mapping_sql import rating_codes_sql
from cx.ingest.report import TableReport
from cx.ingest.sources import LoadJob, OnRecords
from cx.ingest.stage import (
    MAPPING_FILE,
    StagedFile,
    begins_trimmed,
    counting,
    read_carefully,
    stage,
    stage_constant_rows,
    staged_for,
    straight,
)
from cx.phrase import phrase

Place = tuple[str, str, str]
"""Source, file and table."""


@dataclass
class Checking:
    """A load while it is checked: where rows go, what was read and how many rows replaced another content.

    origins: source and file → the number of the file in the table `origins`. read: records. loaded: rows, and how many
    of them are blank. merge: takes the good rows of a table (the table `good_<table>`, and SQL of their lines) into the
    snapshot; gives source, file and how many of its rows replaced another content.
    """

    con: DuckDBPyConnection
    report_zone: str
    has_previous: bool
    on_records: OnRecords
    merge: Callable[[Table, str], list[tuple[str, str, int]]]
    mended: bool = False
    jobs: tuple[LoadJob, ...] = ()
    files: tuple[StagedFile, ...] = ()
    origins: dict[tuple[str, str], int] = field(default_factory=dict)
    read: dict[Place, int] = field(default_factory=dict)
    loaded: dict[Place, tuple[int, int]] = field(default_factory=dict)
    replaced: dict[Place, int] = field(default_factory=dict)

    def run(self, jobs: tuple[LoadJob, ...]) -> None:
        """Read, check and merge everything. What is referred to comes before what refers to it."""
        _refuse_mixed_scales(jobs)
        self.jobs = jobs
        self.con.execute(FAULTS_DDL)
        self.files = stage(self.con, jobs, self.on_records, mended=self.mended,
                           has_previous=self.has_previous)
        self._number_origins()
        for table in TABLES.values():
            line = self._check_table(table)
            self._count_loaded(table)
            self.replaced |= {(source, file, table.name): n for source, file, n in self.merge(table, line)}
        self.con.execute("""
            update faults set rule = 'answer_rejected'
            where table_name = 'ratings' and rule = 'reference' and column_name = 'response_id' and exists (
                from faults as answer where answer.table_name = 'responses' and answer.source = faults.source
                and answer.file = faults.file and answer.line = faults.line)
        """)

    def _number_origins(self) -> None:
        """Give each file of the load a number in `origins`, after those of earlier loads."""
        if self.has_previous:
            self.con.execute("insert into origins from prev.origins")
        (known,) = self.con.execute("select coalesce(max(origin_no), 0) from origins").fetchone() or (0,)
        places = [file.place for file in self.files]
        places += [(job.mapping.source, MAPPING_FILE) for job in self.jobs if job.mapping.rows]
        self.origins = {place: known + number for number, place in enumerate(places, start=1)}
        for (source, file), number in self.origins.items():
            self.con.execute("insert into origins select ?, snapshot_id, ?, ? from snapshot", [number, source, file])

    def _check_table(self, table: Table) -> str:
        """SQL of the lines of `good_<table>`, which has the good rows of a table then."""
        parts: dict[str, str] = {}
        references = {column.references: relation for column in table.columns
                      if column.references and (relation := self._known(table, column.references))}
        for number, mapping in enumerate(job.mapping for job in self.jobs):
            if table.name in mapping.rows:
                relation = f"constant_{table.name}_{number}"
                staged = stage_constant_rows(self.con, mapping, table, relation)
                part = f"part_{relation}"
                self.read[mapping.source, MAPPING_FILE, table.name] = check(
                    self.con, table, staged, part, references, self.origins[mapping.source, MAPPING_FILE])
                parts[part] = "_line"
        for file in self.files:
            if table.name in file.tables:
                part = f"part_{file.relation}_{table.name}"
                parts[part] = self._check_file(file, table, part, references)
        line = self._join(table, parts)
        if parts and set_duplicates_aside(self.con, table, f"good_{table.name}", line):
            for file in self.files:
                keep_copies(self.con, file, table.name)
        return line

    def _count_loaded(self, table: Table) -> None:
        blank = "count(*) - count(score)" if table.name == "responses" else "0"
        places = [(source, file) for source, file, name in self.read if name == table.name]
        if len(places) == 1:  # without grouping it costs nothing
            counted = self.con.execute(f"select count(*), {blank} from good_{table.name}").fetchone() or (0, 0)
            self.loaded[*places[0], table.name] = (int(counted[0]), int(counted[1]))
            return
        self.loaded |= {(source, file, table.name): (n, blanks) for source, file, n, blanks in self.con.execute(
            f"select place.source, place.file, count(*), {blank} from good_{table.name} "
            "join origins as place on place.origin_no = _origin group by all").fetchall()}

    def _check_file(self, file: StagedFile, table: Table, part: str, references: dict[str, str]) -> str:
        """SQL of the lines of the table `part`, which has the good rows of a file then."""
        scaled = _on_scale(table, SCALES[file.mapping.scale][0])
        read = self._check_straight(file, scaled, part, references) if file.raw is None else None
        line = "_line" if read is None else f"rowid + {straight(file).first_line}"
        if read is None:
            file.raw = file.raw or read_carefully(self.con, file, self.on_records)
            read = check(self.con, scaled, staged_for(file, file.raw, table, self.report_zone), part, references,
                         self.origins[file.place])
            if table.name == "ratings":
                keep_records_of_ratings(self.con, file)
        if scaled is not table:  # the contract would name its own limit
            self.con.execute("update faults set rule = 'scale' where table_name = 'responses' and source = ? "
                             "and file = ? and column_name = 'score' and rule = 'minimum'", [*file.place])
        self.read[*file.place, table.name] = read + file.ragged
        return line

    def _check_straight(self, file: StagedFile, table: Table, part: str, references: dict[str, str]) -> int | None:
        """The rows read straight from a clean file; None, and nothing is left, when it is not clean after all.

        First without looking for spaces around values, where the file begins without any.
        """
        for trimmed in ((False, True) if begins_trimmed(file) else (True,)):
            staged = staged_for(file, straight(file, trimmed=trimmed), table, self.report_zone)
            try:
                with counting(file, self.on_records) as count:
                    read = check(self.con, table, staged, part, references, self.origins[file.place])
            except duckdb.Error:
                read = -1
            is_clean = bool(count) and count[0].proves(read)
            if is_clean and (trimmed or count[0].trimmed):
                return read
            self.con.execute(f"drop table if exists {part}")
            for table_name in ("faults", "faulty_records"):
                self.con.execute(f"delete from {table_name} where source = ? and file = ?", [*file.place])
            if not is_clean:
                return None
        return None

    def _join(self, table: Table, parts: dict[str, str]) -> str:
        """SQL of the lines of `good_<table>`, which is made of the parts, with all columns of the contract."""
        good = f"good_{table.name}"
        if len(parts) == 1:
            ((part, line),) = parts.items()
            self.con.execute(f"alter table {part} rename to {good}")
            return line
        columns = ", ".join(f"{column.sql} {column.type.value.sql_type}" for column in table.columns)
        self.con.execute(f"create table {good} ({columns}, _origin uinteger, _line bigint, _column varchar)")
        for part, line in parts.items():
            more = "" if line == "_line" else f", {line} as _line"
            self.con.execute(f"insert into {good} by name select *{more} from {part}")
            self.con.execute(f"drop table {part}")
        return "_line"

    def _known(self, table: Table, referenced: str) -> str:
        """A relation with the known keys of a table that is referred to; empty text when it is not loaded."""
        (key,) = TABLES[referenced].key
        if referenced != table.name:
            (count,) = self.con.execute(f"select count(*) from main.{referenced}").fetchone() or (0,)
            return f"main.{referenced}" if count else ""
        known = [raw_keys for file in self.files if (raw_keys := self._keys_of(file, table, key))]
        known += [f"select {key} from prev.{referenced}"] if self.has_previous else []
        constants = [row[key] for job in self.jobs for row in job.mapping.rows.get(table.name, ()) if key in row]
        known += [f"select unnest([{', '.join(map(quoted, constants))}]) as {key}"] if constants else []
        return f"(select distinct {key} from ({' union all '.join(known)}))" if known else ""

    def _keys_of(self, file: StagedFile, table: Table, key: str) -> str:
        """SELECT of the keys that a file brings for a table, for references within one table."""
        if table.name not in file.mapping.columns:
            return ""
        if file.raw is None:
            file.raw = read_carefully(self.con, file, self.on_records)
        staged = staged_for(file, file.raw, table, self.report_zone)
        return f"select {staged.texts[key]} as {key} from {file.raw.relation} as record"

    def reports(self) -> tuple[TableReport, ...]:
        """What became of the records of each file, table by table."""
        return tuple(report for table in TABLES.values() for report in self._reports_of(table))

    def _reports_of(self, table: Table) -> list[TableReport]:
        places = sorted((source, file) for source, file, name in self.read if name == table.name)
        if not places:
            return []
        rejected = {(row[0], row[1]): row[2:] for row in self.con.execute(f"""
            select source, file, count(distinct line), count(distinct (line, file_column))
            from faults where table_name = {quoted(table.name)} group by all""").fetchall()}
        melted = {file.place: file for file in self.files if file.mapping.ratings and table.name == "ratings"}
        reports = []
        for place in places:
            records, without_value = self.read[*place, table.name], 0
            records_rejected, cells_rejected = rejected.get(place, (0, 0))
            if place in melted:
                records, without_value = self._melted_cells(melted[place])
                records_rejected = cells_rejected
            good, blanks = self.loaded.get((*place, table.name), (0, 0))
            reports.append(TableReport(*place, table.name, records, good, records_rejected, blanks, without_value,
                                       self.replaced.get((*place, table.name), 0)))
        return reports

    def _melted_cells(self, file: StagedFile) -> tuple[int, int]:
        """Cells of a file that are ratings, and those of them that hold a code without one."""
        if file.raw is None:
            raise ValueError(f"file.raw == None for {file.source.name}, must be read")
        cells, blank, unused = self.con.execute(rating_codes_sql(file.mapping, file.raw)).fetchone() or (0, 0, 0)
        ragged = 0 if file.mapping.columns else file.ragged
        return cells + ragged, blank + unused


def _refuse_mixed_scales(jobs: tuple[LoadJob, ...]) -> None:
    if len({SCALES[job.mapping.scale][0] for job in jobs if job.sources and "responses" in job.mapping.columns}) > 1:
        raise LoadError(
            phrase("Nothing was loaded"), phrase("The files were asked on different scales."),
            phrase("Load the files of each scale by a command of its own."))


def _on_scale(table: Table, lowest_score: int) -> Table:
    """The table of responses with the lowest score that the declared scale allows."""
    if table.name != "responses" or lowest_score == 0:
        return table
    columns = tuple(replace(column, minimum=lowest_score) if column.name == "score" else column
                    for column in table.columns)
    return replace(table, columns=columns)
