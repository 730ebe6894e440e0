"""Records of one load with the same key: of identical ones one stays, of different ones none.

Nobody can say which of different ones is right. The result does not depend on the order of files and rows.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from cx.contract.check import quoted
from cx.contract.columns import Table


def set_duplicates_aside(con: DuckDBPyConnection, table: Table, good: str, line: str = "_line") -> bool:
    """Whether rows of the table `good` have the key of another; they are taken from it and become faults.

    Their places are then in the temporary table `copies`; `line` is SQL of the line of a row, and the table `origins`
    names the files. Whether there are any is
    asked of 64 bits of a hash, put in order: it costs a fraction of comparing the keys, and half of counting them.
    """
    key = ", ".join(f'"{name}"' for name in table.key)
    con.execute(f"""
        create or replace temp table twice as
        select distinct hashed from (
            select hashed, lag(hashed) over (order by hashed) as before from (select hash({key}) as hashed from {good}))
        where hashed = before""")
    if con.execute("select 1 from twice limit 1").fetchone() is None:
        return False
    con.execute(f"alter table {good} add column if not exists _column varchar")
    columns = ", ".join(f"{name}_ := \"{name}\"" for name in table.column_names)
    con.execute(f"""
        create or replace temp table copies as
        with fingerprints as (
            select rowid as row_number, _origin, {line} as line, _column, {key},
                md5(struct_pack({columns})::varchar) as fingerprint
            from {good} where hash({key}) in (from twice)
            qualify count(*) over (partition by {key}) > 1
        )
        select row_number, place.source, place.file, line, _column, concat_ws(' · ', {key}) as value,
            min(fingerprint) over same_key = max(fingerprint) over same_key as identical,
            row_number() over (partition by {key} order by place.file, line, row_number) as copy
        from fingerprints join origins as place on place.origin_no = _origin
        window same_key as (partition by {key})
    """)
    con.execute("delete from copies where identical and copy = 1")
    shown = "_column" if table.name == "ratings" else "null"
    con.execute(f"insert into faults select {quoted(table.name)}, source, file, line, {shown}, "
                f"{quoted(table.key[0])}, value, case when identical then 'duplicate_copy' else 'duplicate_key' end "
                "from copies")
    con.execute(f"delete from {good} where rowid in (select row_number from copies)")
    return True
