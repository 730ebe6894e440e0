"""What a load did, in numbers that add up: read = loaded + rejected, for every file and table."""

from __future__ import annotations

from dataclasses import dataclass

from cx.phrase import Phrase


@dataclass(frozen=True)
class TableReport:
    """What became of the records of one file for one table.

    read: records (for ratings: cells). loaded: rows in the snapshot, of which `blank` have no answer to the question.
    rejected: kept aside with reasons. without_value: melted cells that hold a code for blank or not used.
    replaced: loaded rows that took the place of a row with the same key and another content.
    """

    source: str
    file: str
    table: str
    read: int
    loaded: int
    rejected: int
    blank: int = 0
    without_value: int = 0
    replaced: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether every record is accounted for."""
        return self.read == self.loaded + self.rejected + self.without_value


@dataclass(frozen=True)
class Reject:
    """One broken rule of one record: where it stands, what stands there, which rule it breaks."""

    table: str
    file: str
    line: int
    file_column: str
    column: str
    value: str | None
    rule: str


@dataclass(frozen=True)
class RejectCount:
    """How many faults a rule found in a column of a file, read for one table."""

    table: str
    file: str
    column: str
    rule: str
    n: int


@dataclass(frozen=True)
class Change:
    """One value that a corrected row replaced: key, column, the value before and after, and where from."""

    table: str
    key: str
    column: str
    before: str | None
    after: str | None
    file: str
    line: int


@dataclass(frozen=True)
class Doubt:
    """Something valid that looks wrong. A load waits until the mapping file or the person says that it is meant.

    code: the word for `confirmed` in the mapping file; message: what looks wrong, with the numbers.
    blocks: False for a mere notice, which holds nothing up.
    """

    code: str
    file: str
    message: Phrase
    blocks: bool


@dataclass(frozen=True)
class Classes:
    """Valid answers by class."""

    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True)
class Effect:
    """What a load does to the answers of one kind of survey: all valid answers before and after it, all units.

    brought: the valid answers of the load itself.
    """

    survey: str
    before: Classes
    after: Classes
    brought: Classes = Classes(0, 0, 0)


@dataclass(frozen=True)
class LoadReport:
    """What a load did, or would do.

    snapshot_id: None after a check, which changes nothing, and for a load that waits.
    waits: blocking doubts are not confirmed, so nothing was changed.
    rejects, changes: the first of them; rejects_total, changes_total: how many there are.
    """

    snapshot_id: str | None
    already_loaded: bool
    put_demo_away: bool
    tables: tuple[TableReport, ...]
    rejects: tuple[Reject, ...]
    rejects_total: int
    ignored_columns: tuple[str, ...]
    reject_counts: tuple[RejectCount, ...] = ()
    changes: tuple[Change, ...] = ()
    changes_total: int = 0
    doubts: tuple[Doubt, ...] = ()
    effects: tuple[Effect, ...] = ()
    waits: bool = False

    @property
    def read(self) -> int:
        """Records read, over all files and tables."""
        return sum(table.read for table in self.tables)

    @property
    def loaded(self) -> int:
        """Rows loaded, over all files and tables."""
        return sum(table.loaded for table in self.tables)

    @property
    def rejected(self) -> int:
        """Records rejected, over all files and tables."""
        return sum(table.rejected for table in self.tables)
