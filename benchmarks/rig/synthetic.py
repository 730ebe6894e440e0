"""A snapshot of any size, generated inside DuckDB: the layout and the rollups of the product, invented answers.

Every value is a hash of the number of the answer, so a size gives the same answers on every machine. The score follows
the unit, the touchpoint and the customer, so that customers who answer twice resemble themselves.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from cx.contract.check import quoted
from cx.contract.tables import TABLES
from cx.warehouse import layout
from cx.warehouse.home import Home

MONTHS = 36
TOUCHPOINTS = 40
SUBSIDIARIES = 3
BRANCHES_OF_A_REGION = 50
BUILD_MEMORY = "12GB"
BUILD_THREADS = 2

_CREATED_AT = "2026-01-01 00:00:00"
_FILE_COLUMNS = "_origin uinteger default 1"


@dataclass(frozen=True)
class Built:
    """A snapshot that lies in a home of its own. fill_s, rollups_s: seconds, None where it was there already."""

    home: Path
    path: Path
    answers: int
    units: int
    fill_s: float | None
    rollups_s: float | None

    @property
    def size_mb(self) -> float:
        """Size of the snapshot file in megabytes."""
        return self.path.stat().st_size / 1e6


def snapshot(folder: Path, answers: int, units: int, tell: Callable[[str], None] = print) -> Built:
    """A snapshot of `answers` answers in `units` units, from `folder` when it is there and still what it would be.

    A change of the layout, of a rollup or of the invented answers builds it again.
    """
    home = Home(folder / f"{answers}-answers-{units}-units")
    snapshot_id = f"20260101T000000-{_fingerprint(answers, units)}"
    if home.folder.exists() and home.current_id() == snapshot_id:
        return Built(home.folder, home.snapshot_path(snapshot_id), answers, units, None, None)
    tell(f"building {answers:,} answers in {units:,} units")
    building = home.folder / "building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    home.snapshots.mkdir(exist_ok=True)
    path = building / "snapshot.duckdb"
    try:
        fill_s, rollups_s = _build(path, building, snapshot_id, answers, units, tell)
        home.make_current(path, snapshot_id)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    for old in home.snapshots.glob("*.duckdb"):
        if old.stem != snapshot_id:
            old.unlink()
    return Built(home.folder, home.snapshot_path(snapshot_id), answers, units, fill_s, rollups_s)


def answers_file(folder: Path, answers: int, units: int) -> Path:
    """A CSV file of so many answers, from `folder` when it is there: clean UTF-8 with the columns of the contract."""
    path = folder / f"{answers}-answers-{units}-units-{_fingerprint(answers, units)}.csv"
    if path.exists():
        return path
    building = folder / "building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        with duckdb.connect(building / "answers.duckdb", config={
                "temp_directory": str(building), "memory_limit": BUILD_MEMORY, "threads": str(BUILD_THREADS)}) as con:
            con.execute("set TimeZone = 'UTC'")
            _fill(con, "synthetic", answers, units)
            con.execute(f"copy ({_ANSWERS_SQL}) to {quoted(str(building / path.name))} (header)")
        (building / path.name).rename(path)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return path


def _fingerprint(answers: int, units: int) -> str:
    """Eight hexadecimal digits that change with everything that the snapshot is made of, but for comments."""
    rollups = sorted((Path(layout.__file__).parent / "rollups").glob("*.sql"))
    parts = [f"{answers} {units} {MONTHS} {TOUCHPOINTS} {SUBSIDIARIES} {BRANCHES_OF_A_REGION}", layout.RECORDS_DDL,
             _TOUCHPOINTS_SQL, _RESPONSES_SQL, _INVITATIONS_SQL, _EVENTS_SQL,
             *(path.read_text("utf-8") for path in rollups)]
    lines = [line for part in parts for line in part.splitlines() if not line.lstrip().startswith("--")]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def _build(
    path: Path, folder: Path, snapshot_id: str, answers: int, units: int, tell: Callable[[str], None]
) -> tuple[float, float]:
    con = duckdb.connect(path, config={"temp_directory": str(folder), "memory_limit": BUILD_MEMORY,
                                       "threads": str(BUILD_THREADS), "preserve_insertion_order": "false"})
    try:
        con.execute("set TimeZone = 'UTC'; set python_enable_replacements = false")
        started = time.perf_counter()
        _fill(con, snapshot_id, answers, units)
        filled = time.perf_counter()
        tell(f"  answers {filled - started:.1f} s")
        layout.build_unit_tree(con)
        layout.build_rollups(con)
        con.execute("checkpoint")
        counted = time.perf_counter()
        tell(f"  rollups {counted - filled:.1f} s")
    finally:
        con.close()
    return filled - started, counted - filled


def _fill(con: DuckDBPyConnection, snapshot_id: str, answers: int, units: int) -> None:
    con.execute(layout.RECORDS_DDL)
    con.execute("insert into snapshot values (?, ?, 'Asia/Taipei', true, ?, null)",
                [snapshot_id, _CREATED_AT, layout.FORMAT_VERSION])
    con.execute("insert into sources values ('synthetic', 'Synthetic answers', '0-10', '')")
    con.execute("insert into origins values (1, ?, 'synthetic', 'synthetic')", [snapshot_id])
    con.execute("insert into loads values "
                "(?, ?, 'synthetic', 'synthetic', '', '', 0, 'responses', ?, ?, 0, 0, 0, 0, '')",
                [snapshot_id, _CREATED_AT, answers, answers])
    for table in TABLES.values():
        columns = ", ".join(f"{column.sql} {column.type.value.sql_type}" for column in table.columns)
        con.execute(f"create table {table.name} ({columns}, {_FILE_COLUMNS})")
    branches = _units(con, units)
    con.execute(_TOUCHPOINTS_SQL, {"touchpoints": TOUCHPOINTS})
    con.execute(_RESPONSES_SQL, {"answers": answers, "branches": branches, "customers": max(1, answers // 4),
                                 "touchpoints": TOUCHPOINTS, "months": MONTHS})
    con.execute(_INVITATIONS_SQL, {"months": MONTHS, "each": max(1, 4 * answers // (branches * MONTHS))})
    con.execute(_EVENTS_SQL)


def _units(con: DuckDBPyConnection, units: int) -> int:
    """The number of branches of a group with subsidiaries; where a subsidiary has many, regions stand between."""
    if units <= SUBSIDIARIES + 1:
        raise ValueError(f"units == {units}, must be > {SUBSIDIARIES + 1}")
    rows: list[tuple[str, str, str | None, str]] = [("group", "Group", None, "group")]
    rows += [(f"sub{at}", f"Subsidiary {at}", "group", "subsidiary") for at in range(SUBSIDIARIES)]
    below = units - len(rows)
    regions = below // (BRANCHES_OF_A_REGION + 1) if below > SUBSIDIARIES * BRANCHES_OF_A_REGION else 0
    rows += [(f"r{at:03d}", f"Region {at}", f"sub{at % SUBSIDIARIES}", "region") for at in range(regions)]
    branches = below - regions
    rows += [(f"b{at:05d}", f"Branch {at}", f"r{at % regions:03d}" if regions else f"sub{at % SUBSIDIARIES}", "branch")
             for at in range(branches)]
    values = ", ".join("(?, ?, ?, ?)" for _ in rows)
    con.execute(f"insert into units (unit_id, name, parent_id, kind) values {values}",
                [value for row in rows for value in row])
    return branches


_ANSWERS_SQL = """
select response_id, survey, score, strftime(responded_at, '%Y-%m-%d %H:%M:%S') as responded_at, unit_id, customer_id,
    touchpoint_id, product, segment, channel, wave, strftime(invited_at, '%Y-%m-%d %H:%M:%S') as invited_at
from responses
"""

_TOUCHPOINTS_SQL = """
insert into touchpoints by name
select 't' || lpad(i::varchar, 2, '0') as touchpoint_id, 'Touchpoint ' || i as name, 'Journey ' || i % 6 as journey,
    'Stage ' || i // 6 as stage, 1 + i // 6 as stage_order
from range($touchpoints) as numbers(i)
"""

# One answer in eight belongs to a yearly wave, the others to a touchpoint. Squares of a uniform number make some
# touchpoints, products and customers much more frequent than others. h1, h2, h3: 64 random bits of the answer.
_RESPONSES_SQL = """
insert into responses by name
with numbered as (
    select i, hash(i) as h1, hash(i, 1) as h2, hash(i, 2) as h3 from range($answers) as numbers(i)
),
drawn as (
    select i, h1 % 8 = 0 as in_wave,
        (h1 >> 4) % $customers as customer, (h3 >> 50) % 10000 / 1e4 as u_touchpoint,
        h2 % ($months * 30 * 1440) as minute, (h2 >> 32) % 1000000 / 1e6 as u_product,
        h3 % 1000000 / 1e6 as u_segment, (h3 >> 20) % 1000000 / 1e6 as u_channel, (h3 >> 40) % 1000 / 1000 as u_score,
        h1 % 97 = 0 as is_blank
    from numbered
),
placed as (
    select *,
        (u_touchpoint * u_touchpoint * $touchpoints)::bigint % $touchpoints as touchpoint,
        timestamp '2023-01-01 00:00:00' + interval (minute) minute as answered_at
    from drawn
),
homed as (
    select *, hash(customer, 7) as h_customer, hash(customer, 7) % $branches as branch from placed
)
select 'r' || i as response_id,
    case when in_wave then 'relationship' else 'transaction' end as survey,
    case when is_blank then null
        else least(10, greatest(0, round(8 + 2 * sin(branch * 1.7) + (touchpoint % 5 - 2) / 2.0
            + (h_customer >> 16) % 5 - 2 + 4 * (u_score - 0.5))))::bigint end as score,
    answered_at as responded_at,
    'b' || lpad(branch::varchar, 5, '0') as unit_id,
    'c' || customer as customer_id,
    case when not in_wave then 't' || lpad(touchpoint::varchar, 2, '0') end as touchpoint_id,
    'Product ' || (u_product * u_product * 6)::bigint % 6 as product,
    'Segment ' || (u_segment * 4)::bigint % 4 as segment,
    'Channel ' || (u_channel * 4)::bigint % 4 as channel,
    case when in_wave then year(answered_at)::varchar end as wave,
    answered_at - interval 2 day as invited_at
from homed
"""

_INVITATIONS_SQL = """
insert into invitations by name
select survey, unit_id, (date '2023-01-01' + interval (i) month)::date as month, $each as sent
from units, range($months) as numbers(i), (values ('transaction'), ('relationship')) as kinds(survey)
where kind = 'branch'
"""

_EVENTS_SQL = """
insert into events by name
select (date '2023-03-01' + interval (i * 5) month)::date as on_date, 'Event ' || i as title
from range(6) as numbers(i)
"""
