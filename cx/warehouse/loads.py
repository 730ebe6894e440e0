"""What is loaded: sources, files, freshness, and the records that were rejected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered

MENDABLE_PAGE = 20_000


@dataclass(frozen=True)
class About:
    """A snapshot about itself. `answers_to`: when the newest answer was given (UTC); None without answers."""

    created_at: datetime
    time_zone: str
    is_demo: bool
    answers: int
    answers_to: datetime | None
    rejected: int


@dataclass(frozen=True)
class LoadedFile:
    """What became of one file for one table; `read` = `loaded` + `rejected` + `without_value`."""

    loaded_at: datetime
    source: str
    title: str
    file: str
    size_bytes: int
    table: str
    read: int
    loaded: int
    rejected: int
    blank: int
    without_value: int
    replaced: int
    ignored_columns: str
    scale: str


@dataclass(frozen=True)
class RejectedRecord:
    """One broken rule of one record that was not loaded."""

    table: str
    source: str
    file: str
    line: int
    file_column: str
    column: str
    value: str | None
    rule: str


@dataclass(frozen=True)
class RuleCount:
    """How many faults a rule found in a column of a file, read for one table of a source."""

    source: str
    file: str
    table: str
    column: str
    rule: str
    n: int


@dataclass(frozen=True)
class ChangedValue:
    """One value that a corrected row replaced, as text; None: no value."""

    load_id: str
    table: str
    key: str
    column: str
    before: str | None
    after: str | None
    source: str
    file: str
    line: int


@dataclass(frozen=True)
class Load:
    """A load that stands in the snapshot: when, from what, and what became of it; UTC."""

    id: str
    at: datetime
    sources: tuple[str, ...]
    files: tuple[str, ...]
    read: int
    loaded: int
    rejected: int
    replaced: int


@dataclass(frozen=True)
class RejectedFile:
    """A file with rejected records that can be mended, as one load brought it: another may have the same name.

    names: of its columns. mapping_text: the mapping that describes its source.
    """

    load_id: str
    loaded_at: datetime
    source: str
    title: str
    file: str
    names: tuple[str, ...]
    records: int
    mapping_text: str


@dataclass(frozen=True)
class BrokenRule:
    """A rule that a record breaks."""

    table: str
    column: str
    rule: str


@dataclass(frozen=True)
class MendableRecord:
    """A rejected record: its line, its cells as they stand in the file, the rules that it breaks."""

    line: int
    cells: tuple[str | None, ...]
    broken: tuple[BrokenRule, ...]


@remembered(16)
def about(snapshot: Snapshot, scope: Scope) -> About:
    """The snapshot's own record."""
    ((created_at, time_zone, is_demo, answers, answers_to, rejected),) = snapshot.query(scope, "about")
    return About(created_at.replace(tzinfo=UTC), time_zone, is_demo, answers,
                 answers_to.replace(tzinfo=UTC) if answers_to else None, rejected)


@remembered(16)
def loaded_files(snapshot: Snapshot, scope: Scope) -> tuple[LoadedFile, ...]:
    """Every file that stands in the snapshot, the newest load first."""
    return tuple(LoadedFile(row[0].replace(tzinfo=UTC), *row[1:]) for row in snapshot.query(scope, "loaded_files"))


@remembered(16)
def reject_counts(snapshot: Snapshot, scope: Scope) -> tuple[RuleCount, ...]:
    """How many faults each rule found, most first."""
    return tuple(RuleCount(*row) for row in snapshot.query(scope, "reject_counts"))


def rejected_records(snapshot: Snapshot, scope: Scope, limit: int, only: RuleCount | None = None
                     ) -> tuple[RejectedRecord, ...]:
    """The first rejected records in the order of files and lines; only those that a row of `reject_counts` counts."""
    of = only or RuleCount(source="", file="", table="", column="", rule="", n=0)
    rows = snapshot.query(scope, "rejects", limit=limit, source=of.source, file=of.file, table=of.table,
                          column=of.column, rule=of.rule)
    return tuple(RejectedRecord(*row) for row in rows)


def changed_values(snapshot: Snapshot, scope: Scope, limit: int, load_id: str = "") -> tuple[ChangedValue, ...]:
    """The first values that corrected rows replaced, the newest load first; of one load or of all."""
    return tuple(ChangedValue(*row) for row in snapshot.query(scope, "changes", limit=limit, load_id=load_id))


@remembered(16)
def change_counts(snapshot: Snapshot, scope: Scope) -> dict[str, int]:
    """How many values each load replaced, by load id, the newest first."""
    return dict(snapshot.query(scope, "change_counts"))


@remembered(16)
def load_history(snapshot: Snapshot, scope: Scope) -> tuple[Load, ...]:
    """The loads that stand in the snapshot, the newest first."""
    return tuple(Load(load_id, at.replace(tzinfo=UTC), tuple(sources), tuple(files), *counts)
                 for load_id, at, sources, files, *counts in snapshot.query(scope, "load_history"))


@remembered(16)
def rejected_files(snapshot: Snapshot, scope: Scope) -> tuple[RejectedFile, ...]:
    """The files that have rejected records which can be mended."""
    return tuple(RejectedFile(load_id, loaded_at.replace(tzinfo=UTC), source, title, file, tuple(names), n, text)
                 for load_id, loaded_at, source, title, file, names, n, text in snapshot.query(scope, "rejected_files"))


def mendable_records(snapshot: Snapshot, scope: Scope, file: RejectedFile) -> Iterator[MendableRecord]:
    """The rejected records of a file in its order, read page by page: there may be millions."""
    after = -1
    while rows := snapshot.query(scope, "rejected_records", load_id=file.load_id, source=file.source, file=file.file,
                                 after=after, limit=MENDABLE_PAGE):
        for line, cells, broken in rows:
            rules = tuple(BrokenRule(one["table_name"], one["column_name"], one["rule"]) for one in broken)
            yield MendableRecord(line, tuple(cells), rules)
        after = rows[-1][0]
