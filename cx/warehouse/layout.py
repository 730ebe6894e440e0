"""What a snapshot holds beside the tables of the contract: records of loads, and the rollups that pages read."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

FORMAT_VERSION = 4
KEPT_SNAPSHOTS = 5
_ROLLUPS = Path(__file__).parent / "rollups"
_UNIT_TREE = "10_units.sql"

# snapshot: one row, about itself and the one that CURRENT named before (null: none). sources: one row a mapping.
# origins: one row per load and file: rows of the contract's tables have its number as `_origin`.
# loads: one row per load, file and table. rejects: one row per broken rule of a record, with the place and the value as
# it stands in the file. rejected_records: the cells of each such record, under the names in headers (one row a load
# and file: the next month's file may have the same name).
# changes: one row per value that a corrected row replaced.
RECORDS_DDL = """
create table snapshot (snapshot_id varchar, created_at timestamp, time_zone varchar, is_demo boolean, format bigint,
    previous varchar);
create table sources (source varchar, title varchar, scale varchar, mapping_text varchar);
create table origins (origin_no uinteger, load_id varchar, source varchar, file varchar);
create table loads (load_id varchar, loaded_at timestamp, source varchar, file varchar, sha256 varchar,
    mapping_sha256 varchar, size_bytes bigint, table_name varchar, read bigint, loaded bigint, rejected bigint,
    blank bigint, without_value bigint, replaced bigint, ignored_columns varchar);
create table rejects (load_id varchar, table_name varchar, source varchar, file varchar, line bigint,
    file_column varchar, column_name varchar, value varchar, rule varchar);
create table rejected_records (load_id varchar, source varchar, file varchar, line bigint, cells varchar[]);
create table headers (load_id varchar, source varchar, file varchar, names varchar[]);
create table changes (load_id varchar, table_name varchar, key varchar, column_name varchar, before varchar,
    after varchar, source varchar, file varchar, line bigint);
"""

# What the rollups are made of, in the order in which it can go. Types of enums cannot be temporary.
_STEPS = ("dated", "asked", "period_of", "ancestors", "own", "cells", "added", "per_touchpoint",
          "added_per_touchpoint", "often", "clusters", "rated_answers")
_CODES = ("unit", "survey", "touchpoint", "product", "segment", "channel", "wave")


def build_unit_tree(con: DuckDBPyConnection) -> None:
    """Build the hierarchy of the units; units whose parents run in a circle are not in it."""
    con.execute((_ROLLUPS / _UNIT_TREE).read_text(encoding="utf-8"))


def build_rollups(con: DuckDBPyConnection) -> None:
    """Build all rollups from the tables and the hierarchy, in the order of the files in `rollups/`."""
    for path in sorted(_ROLLUPS.glob("*.sql")):
        if path.name != _UNIT_TREE:
            con.execute(path.read_text(encoding="utf-8"))
    for step in _STEPS:
        con.execute(f"drop table temp.{step}")
    for code in _CODES:
        con.execute(f"drop type {code}_code")
