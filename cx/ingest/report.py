"""What a load did, in numbers that add up: read = loaded + rejected, for every file and table."""

from __future__ import annotations

from dataclasses import dataclass


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
class LoadReport:
    """What a load did. `snapshot_id` is None after a check, which changes nothing."""

    snapshot_id: str | None
    already_loaded: bool
    put_demo_away: bool
    tables: tuple[TableReport, ...]
    rejects: tuple[Reject, ...]
    rejects_total: int
    ignored_columns: tuple[str, ...]

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
