"""The current snapshot, opened read-only and locked, and the one door through which pages ask it.

The file is attached beside an empty database, so a query finds no table by its name. `Snapshot.query` puts a common
table expression of that name in front of the query for each table that it declares, with the units of the scope already
selected: a query that forgets the scope, or reads a table that it does not declare, finds nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

import duckdb
from duckdb import DuckDBPyConnection

from cx.contract.check import quoted
from cx.errors import SnapshotError
from cx.phrase import phrase
from cx.settings import Settings
from cx.warehouse.filters import Clause
from cx.warehouse.home import Home
from cx.warehouse.layout import FORMAT_VERSION
from cx.warehouse.scope import Scope

_OPEN = 3
_READS = re.compile(r"^-- reads: (.+)$", re.MULTILINE)

# Every table that a page may read, and how the scope selects its rows. A table that does not stand here is not there.
SCOPE_SQL: Mapping[str, str] = {
    **dict.fromkeys(("counts_unit", "counts_touchpoint", "counts_mix", "counts_all", "response_counts", "scales",
                     "freshness", "unit_tree", "driver_products", "rating_counts", "business", "targets",
                     "pain_points", "excerpts", "visits", "touchpoint_metrics"),
                    "unit_id = any($scope_units)"),
    "events": "(unit_id is null or unit_id = any($scope_units))",
    # Competitors are public; a unit of our own that stands among them is not.
    "benchmarks": "not exists (from snap.unit_tree where (name = competitor or unit_id = competitor) "
                  "and not unit_id = any($scope_units))",
    "touchpoints": "true",
    "core_drivers": "true",
    "drivers": "true",
    "snapshot": "true",
    # What was loaded, and rejected records, concern all units: only whoever may see all of them.
    "filter_values": "false",
    "sources": "false",
    "loads": "false",
    "rejects": "false",
    "rejected_records": "false",
    "headers": "false",
    "changes": "false",
}


_P = ParamSpec("_P")
_R = TypeVar("_R")
_caches: list[Callable[[], None]] = []


def remembered(maxsize: int) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """A decorator: results are kept by their arguments until another snapshot is opened.

    The cache holds its snapshots open, so it is emptied when one is retired.
    """
    def keep(function: Callable[_P, _R]) -> Callable[_P, _R]:
        cached = lru_cache(maxsize)(function)
        _caches.append(cached.cache_clear)
        return cast("Callable[_P, _R]", cached)

    return keep


def forget() -> None:
    """Empty every cache of results."""
    for clear in _caches:
        clear()


class Read(NamedTuple):
    """A table that a query reads under a name of its own, narrowed by filters."""

    table: str
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """One immutable snapshot. A page run uses one from start to end; results are cached by its id.

    fallback_from: what CURRENT names instead, when that one cannot be shown.
    """

    id: str
    con: DuckDBPyConnection = field(repr=False, compare=False)
    fallback_from: str | None = field(default=None, compare=False)

    def query(
        self, scope: Scope, name: str, reads: Mapping[str, Read] | None = None, **values: Any
    ) -> list[tuple[Any, ...]]:
        """The rows of the query in `sql/<name>.sql`, for the units of the scope.

        `reads` says for a name that the query uses which table it is, with filters; the others are read as they are.
        `values` are bound, never written into the text.
        """
        text = _sql_text(name)
        asked = {table: Read(table) for table in _declared(text)} | dict(reads or {})
        bound = dict(values)
        for read in asked.values():
            for clause in read.clauses:
                bound |= clause.values
        everything = scope.units is None
        if not everything:
            bound["scope_units"] = sorted(scope.units or ())
        front = ",\n".join(
            f"{alias} as (select * from snap.{read.table} where {_where(read, everything)})"
            for alias, read in asked.items()
        )
        sql = f"with {front}\nselect * from (\n{text}\n)"
        used = {key: value for key, value in bound.items() if re.search(rf"\${key}\b", sql)}
        return self.con.cursor().execute(sql, used).fetchall()


def _where(read: Read, everything: bool) -> str:
    if read.table not in SCOPE_SQL:
        raise KeyError(f"table == {read.table!r}, must be one that pages may read")
    scope_sql = "true" if everything else SCOPE_SQL[read.table]
    return " and ".join([scope_sql, *(clause.sql for clause in read.clauses)])


@lru_cache(maxsize=128)
def _sql_text(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


@lru_cache(maxsize=128)
def _declared(text: str) -> tuple[str, ...]:
    found = _READS.search(text)
    return tuple(name.strip() for name in found.group(1).split(",")) if found else ()


class Warehouse:
    """The snapshots of one home; keeps the newest few open, so that a page can finish with the one it started with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._home = Home(settings.home)
        self._open: dict[str, Snapshot] = {}
        self._lock = threading.Lock()

    def current(self) -> Snapshot | None:
        """The current snapshot; None when nothing was loaded yet.

        When it is missing or cannot be opened, the newest one before it that opens, which says so by `fallback_from`;
        SnapshotError when there is none.
        """
        with self._lock:
            try:
                snapshot_id = self._home.current_id()
                return None if snapshot_id is None else self._opened(snapshot_id)
            except SnapshotError:
                fallback = self._fallback()
                if fallback is None:
                    raise
                return fallback

    def _fallback(self) -> Snapshot | None:
        for snapshot_id in self._home.fallbacks():
            with suppress(SnapshotError):
                return replace(self._opened(snapshot_id), fallback_from=self._home.named_id() or "CURRENT")
        return None

    def _opened(self, snapshot_id: str) -> Snapshot:
        if snapshot_id not in self._open:
            self._open[snapshot_id] = open_snapshot(self._home.snapshot_path(snapshot_id), self._settings)
            for old in list(self._open)[:-_OPEN]:
                del self._open[old]
            forget()
        return self._open[snapshot_id]


def open_snapshot(path: Path, settings: Settings) -> Snapshot:
    """A snapshot opened read-only, with files, extensions, settings and Python variables out of a query's reach."""
    try:
        con = duckdb.connect(":memory:", config={
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
            "allow_persistent_secrets": "false", "memory_limit": settings.query_memory,
            "threads": str(settings.query_threads)})
        con.execute(f"attach {quoted(str(path))} as snap (read_only)")
        (version,) = con.execute("select format from snap.snapshot").fetchone() or (0,)
    except duckdb.Error as error:
        raise SnapshotError(
            phrase("The snapshot cannot be opened"),
            phrase("{file}: {reason}", file=path.name, reason=str(error)[:300]),
            phrase("Run: python -m cx doctor --mend. It goes back to the newest snapshot that is whole.")) from error
    if version != FORMAT_VERSION:
        raise SnapshotError(
            phrase("The snapshot was built by another version"),
            phrase("{file} has format {found}, this version reads {wanted}.", file=path.name, found=version,
                   wanted=FORMAT_VERSION),
            phrase("Load the data again with this version."))
    # Global: a query runs on a cursor, which does not inherit what is set for the session of its connection.
    con.execute(f"""
        set global TimeZone = 'UTC';
        set global python_enable_replacements = false;
        set global max_execution_time = {settings.query_max_ms};
        set enable_external_access = false;
        set lock_configuration = true
    """)
    return Snapshot(path.stem, con)
