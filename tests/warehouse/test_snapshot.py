"""The one door to a snapshot: scope on every query, bound values, nothing else within reach, threads in any number."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cx.warehouse.snapshot as module
from cx.errors import SnapshotError
from cx.settings import Settings
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import SCOPE_SQL, Read, Snapshot, Warehouse, open_snapshot
from tests.companies import answer, current_snapshot, load_tables, rows_of

SQL = {path.stem: path.read_text("utf-8") for path in sorted((Path(module.__file__).parent / "sql").glob("*.sql"))}
EVERYTHING = Scope(None)
UNITS = {"G": "", "A": "G", "B": "G", "B1": "B"}
# What a query needs to run: the tables that are passed in, and a value for every parameter.
PASSED = {"counts": Read("counts_unit"), "clusters": Read("counts_unit"), "everything": Read("counts_unit")}
VALUES = {"survey": "transaction", "units": list(UNITS), "limit": 100, "rule": "", "file": "", "source": "",
          "table": "", "column": "", "parents": list(UNITS), "privacy": 5, "load_id": "", "after": -1,
          "first_month": date(2000, 1, 1), "last_month": date(2099, 1, 1), "dimension": "product",
          "periods": ["2024-01", "2024-02", "2024-03"], "wave": "", "touchpoint": "t", "day": date(2024, 1, 1),
          "left_out_units": ["nobody"], "left_out_periods": ["2024-01"]}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A company in which every text of a unit carries the unit's canary."""
    folder = tmp_path_factory.mktemp("canaries")
    home = Home(folder / "home")
    load_tables(
        home,
        folder,
        {
            "units": [
                {"unit_id": unit, "name": f"canary-{unit}", "parent_id": parent} for unit, parent in UNITS.items()
            ],
            "responses": [
                answer(
                    f"{unit}-{n}",
                    11 if n == 30 else n % 11,
                    f"2024-0{1 + n % 3}-05",
                    unit,
                    product=f"canary-{unit}",
                    segment=f"canary-{unit}",
                    channel=f"canary-{unit}",
                    comment=f"canary-{unit}",
                )
                for unit in UNITS
                for n in range(31)
            ],
            "invitations": [
                {"survey": "transaction", "unit_id": unit, "month": "2024-01", "sent": 40} for unit in UNITS
            ],
            "events": [{"on_date": "2024-01-01", "title": f"canary-{unit}", "unit_id": unit} for unit in UNITS]
            + [{"on_date": "2024-01-02", "title": "for all", "unit_id": ""}],
            "targets": [
                {"unit_id": unit, "metric": f"canary-{unit}", "period": "2024", "target": 30} for unit in UNITS
            ],
            "pain_points": [
                {"pain_point_id": f"canary-{unit}", "title": f"canary-{unit}", "unit_id": unit, "touchpoint_id": "t",
                 "owner": f"canary-{unit}", "opened_on": "2024-01-01"} for unit in UNITS
            ],
            "visits": [
                {"visit_id": f"canary-{unit}", "unit_id": unit, "touchpoint_id": "t", "visited_on": "2024-01-01",
                 "score_pct": 70} for unit in UNITS
            ],
            "excerpts": [
                {"excerpt_id": f"canary-{unit}", "media": "a.wav", "unit_id": unit, "touchpoint_id": "t",
                 "consent": "given"} for unit in UNITS
            ],
            "touchpoint_metrics": [
                {"touchpoint_id": "t", "unit_id": unit, "month": "2024-01", "entered": 40} for unit in UNITS
            ],
            "benchmarks": [
                {"competitor": name, "market": "all", "period": "2024", "nps": 20}
                for name in (*UNITS, *(f"canary-{unit}" for unit in UNITS), "A competitor")
            ],
        },
    )
    return home


@pytest.fixture(scope="module")
def snapshot(home: Home) -> Snapshot:
    return current_snapshot(home)


def reads_of(name: str) -> set[str]:
    """The tables that a query declares."""
    found = re.search(r"^-- reads: (.+)$", SQL[name], re.MULTILINE)
    return {table.strip() for table in found.group(1).split(",")} if found else set()


def passed_of(name: str) -> dict[str, Read]:
    """What must be passed into a query: the names that it reads and does not declare."""
    passed = PASSED | ({"counts": Read("counts_mix")} if name in ("unit_strata", "period_strata") else {})
    if name.startswith("touchpoint_"):
        passed |= {"counts": Read("counts_touchpoint"), "clusters": Read("counts_touchpoint")}
    if name == "period_touchpoints":
        passed |= {"counts": Read("counts_touchpoint")}
    return {alias: read for alias, read in passed.items() if re.search(rf"\bfrom {alias}\b", SQL[name])}


def asked(snapshot: Snapshot, scope: Scope, name: str) -> list[tuple[object, ...]]:
    """The rows of a query with a value for everything that it can ask for."""
    return snapshot.query(scope, name, passed_of(name), **VALUES)


@pytest.mark.parametrize("name", SQL)
def test_a_query_states_its_grain_and_what_it_reads_and_goes_round_nothing(name: str) -> None:
    text = SQL[name]
    assert text.startswith("-- grain: one row")
    assert "snap." not in text
    assert ";" not in text
    assert reads_of(name) <= set(SCOPE_SQL)
    # DuckDB's own parser names the tables; those that the query makes itself are common table expressions.
    code = re.sub(r"--.*", "", text)
    own = set(re.findall(r"(?:\bwith|,)\s+(\w+) as \(", code))
    tables = set(re.findall(r"\b(?:from|join)\s+(\w+)", code)) - own
    assert tables == reads_of(name) | set(passed_of(name))


def test_a_query_that_declares_less_than_it_reads_would_be_found(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in (
        "-- reads: events\nselect * from counts_unit",
        "select * from responses",
        "select * from main.rejects",
    ):
        monkeypatch.setattr(module, "_sql_text", lambda _, text=text: text)
        with pytest.raises(duckdb.Error, match=r"does not exist|syntax"):
            snapshot.query(EVERYTHING, "any")


@pytest.mark.parametrize("table", ["responses", "ratings", "customers", "unit_ancestors", "nothing"])
def test_a_table_that_pages_may_not_read_is_not_there(snapshot: Snapshot, table: str) -> None:
    with pytest.raises(KeyError, match=table):
        snapshot.query(EVERYTHING, "nps_counts", {"counts": Read(table)}, survey="transaction", units=["A"])


@pytest.mark.parametrize("name", SQL)
@pytest.mark.parametrize("units", [{"A"}, {"B", "B1"}, set()])
def test_a_scope_sees_no_other_unit_in_any_query(snapshot: Snapshot, name: str, units: set[str]) -> None:
    rows = asked(snapshot, Scope(frozenset(units)), name)
    if name == "unit_tree":  # the names of the units above a unit say where it stands
        assert {row[0] for row in rows} == units
        rows = [row[:2] for row in rows]
    others = {f"canary-{unit}" for unit in set(UNITS) - units}
    texts = {
        text
        for row in rows
        for cell in row
        for text in (cell if isinstance(cell, list) else [cell])
        if isinstance(text, str)
    }
    assert not texts & others
    assert not texts & (set(UNITS) - units)
    if not units:
        assert not [row for row in rows if any(isinstance(cell, int) and cell > 0 for cell in row)]


def test_every_table_but_the_public_ones_is_limited_to_the_units_of_the_scope(snapshot: Snapshot) -> None:
    for table in SCOPE_SQL:
        rows = snapshot.con.cursor().execute(f"describe select * from snap.{table}").fetchall()
        columns = [row[0] for row in rows]
        scope_sql = SCOPE_SQL[table]
        assert ("unit_id" in columns) == ("unit_id" in scope_sql) or table == "benchmarks", table
        if "unit_id" in columns:
            found = (
                snapshot.con.cursor()
                .execute(f"select distinct unit_id from snap.{table} where {scope_sql}", {"scope_units": ["A"]})
                .fetchall()
            )
            assert {unit for (unit,) in found} <= {"A", None}, table


def test_of_the_scores_in_a_market_those_of_other_units_of_ours_are_not_seen(snapshot: Snapshot) -> None:
    rows = asked(snapshot, Scope(frozenset({"A"})), "benchmarks")
    assert {row[1] for row in rows} == {"A", "canary-A", "A competitor"}


def test_everybody_sees_everything_with_the_scope_of_all(snapshot: Snapshot, home: Home) -> None:
    assert len(asked(snapshot, EVERYTHING, "unit_tree")) == 4
    assert len(asked(snapshot, EVERYTHING, "events")) == 5
    assert len(asked(snapshot, EVERYTHING, "targets")) == 4
    assert len(asked(snapshot, EVERYTHING, "benchmarks")) == 9
    assert len(asked(snapshot, EVERYTHING, "nps_counts")) == rows_of(home, "select count(*) from counts_unit")[0][0]
    for name in SQL:
        asked(snapshot, EVERYTHING, name)


nasty = st.text(max_size=20) | st.sampled_from(
    ["'", "';drop table x;--", '"', "canary-A' or '1'='1", "$survey", "{0}", "%s", "\\", "canary-A\0", "--", "/*"]
)


@settings(max_examples=60, deadline=None)
@given(nasty, nasty, nasty, nasty)
def test_values_are_bound_and_never_text_of_the_query(
    snapshot: Snapshot, product: str, segment: str, channel: str, survey: str
) -> None:
    filters = Filters(product=product, segment=segment, channel=channel, first_month=date(2024, 1, 1))
    known = {f"canary-{unit}" for unit in UNITS}
    rows = snapshot.query(
        EVERYTHING,
        "nps_counts",
        {"counts": Read("counts_all", filters.clauses())},
        survey=survey,
        units=[product, *UNITS],
    )
    assert not rows or {product, segment, channel} <= known | {""}
    assert (survey == "transaction") or not rows


def test_bound_values_select_what_equals_them(snapshot: Snapshot) -> None:
    rows = snapshot.query(
        EVERYTHING,
        "nps_counts",
        {"counts": Read("counts_mix", Filters(product="canary-A").clauses())},
        survey="transaction",
        units=["A", "B", "G"],
    )
    assert {row[2] for row in rows} == {"A", "G"}


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/*')",
        "select * from read_text('/etc/hostname')",
        "copy (select 1) to '/tmp/cx-leak.csv'",
        "attach '/tmp/cx-leak.duckdb'",
        "attach ':memory:' as other",
        "install httpfs",
        "load httpfs",
        "load json",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set memory_limit = '1TB'",
        "set max_execution_time = 0",
        "reset memory_limit",
        "set threads = 64",
        "pragma enable_profiling = 'json'",
        "export database '/tmp/cx-leak'",
        "select * from local_variable",
        "insert into snap.snapshot select * from snap.snapshot",
        "delete from snap.responses",
        "drop table snap.counts_unit",
        "update snap.responses set score = 10",
        "create table snap.x as select 1",
        "create secret (type s3)",
        "detach snap",
    ],
)
def test_files_extensions_settings_and_writing_are_out_of_reach(home: Home, statement: str) -> None:
    local_variable = pa.table({"x": [1, 2, 3]})
    con = current_snapshot(home).con.cursor()
    try:
        con.execute(statement)
    except duckdb.Error:
        assert local_variable.num_rows == 3
    else:
        # Some statements are harmless no-ops; what matters is what stands there afterwards.
        assert statement in ("attach ':memory:' as other", "load json", "detach snap"), statement
    assert not Path("/tmp/cx-leak.csv").exists()
    assert rows_of(home, "select count(*) from responses")[0] == (120,)


def test_many_threads_get_right_rows(snapshot: Snapshot) -> None:
    def once(number: int) -> bool:
        unit = list(UNITS)[number % 4]
        scope = Scope(frozenset({unit}))
        rows = asked(snapshot, scope, ["nps_counts", "events", "unit_tree"][number % 3])
        return bool(rows) and rows == expected[unit, number % 3]

    expected = {
        (unit, query): asked(snapshot, Scope(frozenset({unit})), ["nps_counts", "events", "unit_tree"][query])
        for unit in UNITS
        for query in range(3)
    }
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(once, range(240)))


def test_a_snapshot_that_is_broken_or_of_another_version_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"not a database" * 1000)
    for path in (broken, tmp_path / "missing.duckdb"):
        with pytest.raises(SnapshotError, match=path.name):
            open_snapshot(path, Settings(home=tmp_path))
    other = tmp_path / "other.duckdb"
    with duckdb.connect(other) as con:
        con.execute("create table snapshot as select 99 as format")
    with pytest.raises(SnapshotError, match="format 99"):
        open_snapshot(other, Settings(home=tmp_path))


def test_what_is_set_holds_for_every_query(snapshot: Snapshot) -> None:
    names = (
        "TimeZone",
        "python_enable_replacements",
        "enable_external_access",
        "lock_configuration",
        "max_execution_time",
    )
    asked = ", ".join(f"current_setting('{name}')" for name in names)
    assert snapshot.con.cursor().execute(f"select {asked}").fetchone() == (
        "UTC",
        False,
        False,
        True,
        Settings().query_max_ms,
    )


def test_a_query_that_takes_too_long_is_stopped(home: Home) -> None:
    path = home.snapshot_path(str(home.current_id()))
    con = open_snapshot(path, Settings(home=home.folder, query_max_ms=50)).con.cursor()
    with pytest.raises(duckdb.Error, match=r"(?i)interrupt|time"):
        con.execute("select count(*) from range(300000000) where sin(range) > 0").fetchall()


def test_a_reader_finishes_with_the_snapshot_with_which_it_started(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    warehouse = Warehouse(Settings(home=home.folder))
    assert warehouse.current() is None
    load_tables(home, tmp_path, {"responses": [answer(1, 9)]})
    first = warehouse.current()
    assert first is not None
    assert warehouse.current() is first
    load_tables(home, tmp_path, {"responses": [answer(2, 9)]})
    second = warehouse.current()
    assert second is not None
    assert second != first
    counts = [one.query(EVERYTHING, "surveys")[0][1] for one in (first, second)]
    assert counts == [1, 2]
