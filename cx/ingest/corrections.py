"""Rows of a load take the place of earlier rows with the same key; what changed by it is listed value by value."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from cx.contract.check import quoted
from cx.contract.columns import Table

CHANGES_DDL = """
create temp table changed (
    table_name varchar, key varchar, column_name varchar, before varchar, after varchar, source varchar, file varchar,
    line bigint);
create temp table overlapping (table_name varchar, source varchar, file varchar, load_id varchar);
"""
"""changed: values that rows of this load replaced. overlapping: earlier loads of a file of the same name, some rows of
which have the keys of rows of this load."""


def merge(
    con: DuckDBPyConnection, table: Table, line: str, *, has_previous: bool
) -> list[tuple[str, str, int]]:
    """How many rows of each file replaced one of the previous snapshot with the same key and another content.

    The rows of `good_<table>` become the table, with those of the previous snapshot whose key they do not have; what
    they changed is added to the table `changed`. `line` is SQL of the line of a row of `good_<table>`.
    """
    good = f"good_{table.name}"
    if not has_previous:
        con.execute(f"alter table {good} drop column if exists _column")
        con.execute(f"alter table {good} drop column if exists _line")
        con.execute(f"alter table {good} rename to {table.name}")
        return []
    columns = f"{table.sql_columns}, _origin"
    if con.execute(f"select 1 from {good} limit 1").fetchone() is None:
        con.execute(f"create table main.{table.name} as select {columns} from prev.{table.name}")
        con.execute(f"drop table {good}")
        return []
    same_key = " and ".join(f'earlier."{name}" is not distinct from good."{name}"' for name in table.key)
    _list_changes(con, table, same_key, line)
    _list_overlaps(con, table, same_key)
    con.execute(f"""
        create table main.{table.name} as
        select {columns} from prev.{table.name} as earlier
        where not exists (from {good} as good where {same_key})
        union all
        select {columns} from {good}
    """)
    con.execute(f"drop table {good}")
    return [(source, file, n) for source, file, n in con.execute(
        "select source, file, count(distinct key) from changed where table_name = ? group by all",
        [table.name]).fetchall()]


def _list_overlaps(con: DuckDBPyConnection, table: Table, same_key: str) -> None:
    """Add to `overlapping` the earlier loads of which a file of the same name has a key again; most files are new."""
    good = f"good_{table.name}"
    again = f"""
        with brought as (
            select origin_no, source, file from origins where origin_no in (select distinct _origin from {good})
        )
        select known.*, brought.origin_no as again from prev.origins as known join brought using (source, file)"""
    if con.execute(f"from ({again}) limit 1").fetchone():
        con.execute(f"""
            insert into overlapping
            select distinct {quoted(table.name)}, place.source, place.file, place.load_id
            from prev.{table.name} as earlier join ({again}) as place on place.origin_no = earlier._origin
                join {good} as good on {same_key} and good._origin = place.again
        """)


def _list_changes(con: DuckDBPyConnection, table: Table, same_key: str, line: str) -> None:
    """Add to `changed` every value of an earlier row that a row of this load with the same key has otherwise."""
    compared = [column for column in table.columns if column.name not in table.key]
    if not compared:
        return
    values = ", ".join(
        f"case when earlier.{column.sql} is distinct from good.{column.sql} then {{'name': {quoted(column.name)}, "
        f"'before': earlier.{column.sql}::varchar, 'after': good.{column.sql}::varchar}} end" for column in compared)
    differs = " or ".join(f"earlier.{column.sql} is distinct from good.{column.sql}" for column in compared)
    key = ", ".join(f'good."{name}"' for name in table.key)
    con.execute(f"""
        insert into changed
        select {quoted(table.name)}, key, value.name, value.before, value.after, source, file, line
        from (
            select concat_ws(' · ', {key}) as key, good._origin as origin_no, good.line,
                unnest(list_filter([{values}], lambda value: value is not null)) as value
            from prev.{table.name} as earlier
                join (select *, {line} as line from good_{table.name}) as good on {same_key} where {differs}
        ) join origins using (origin_no)
    """)
