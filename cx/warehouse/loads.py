"""What is loaded: sources, files, freshness, and the records that were rejected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered


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
