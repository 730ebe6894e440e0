"""The checks of a table, compiled to DuckDB SQL: each record becomes a good row or rejects that say why.

Input is a *staged* relation: every column of the contract as text, and where each record came from (`_source`,
`_file`, `_line`, and `_column` where one column of the file became rows). A rule that evaluates to NULL fails the row.
Output are two relations: good rows, typed; and one fault a broken rule, with the place and the staged value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from cx.contract.columns import Column, Table, Type
from cx.contract.tables import TABLES

PLACE = ("_source", "_file", "_line", "_column")
_PLACE_DDL = "_source varchar, _file varchar, _line bigint, _column varchar"
FAULTS_DDL = """
create temp table if not exists faults (
    table_name varchar, source varchar, file varchar, line bigint, file_column varchar, column_name varchar,
    value varchar, rule varchar)
"""
# Unicode spaces that spreadsheets and web forms leave around a value.
_SPACES = " \t\r\n\v\f\u00a0\u2007\u202f\u3000\u200b\ufeff"


def quoted(text: str) -> str:
    """An SQL string literal of that text.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL identifier.

    >>> print(identifier('size "m" '))
    "size ""m"" "
    """
    return '"' + name.replace('"', '""') + '"'


def trimmed_sql(expression: str) -> str:
    """SQL for a text without the spaces around it, NULL when nothing is left."""
    return f"nullif(trim({expression}, {quoted(_SPACES)}), '')"


def check(
    con: DuckDBPyConnection, table: Table, staged: str, references: Mapping[str, str]
) -> str:
    """The name of the temporary table with the good rows of `staged`; faults are added to the table `faults`.

    `references` maps the name of each table that is loaded to a relation whose column of the same name as its key
    holds the known keys (and the columns that row rules use); a table that is not in it is not loaded, and references
    to it are not checked.
    """
    con.execute(FAULTS_DDL)
    checked, good = f"checked_{table.name}", f"good_{table.name}"
    if con.execute(f"select 1 from {staged} limit 1").fetchone() is None:  # planning the checks costs more than they do
        columns = ", ".join(f"{column.sql} {column.type.value.sql_type}" for column in table.columns)
        con.execute(f"create or replace temp table {good} ({columns}, {_PLACE_DDL})")
        return good
    con.execute(f"create or replace temp table {checked} as {_checked_sql(table, staged, references)}")
    con.execute(f"""
        insert into faults
        select {quoted(table.name)}, {", ".join(PLACE)}, fault.column_name, fault.value, fault.rule
        from (select {", ".join(PLACE)}, unnest(faults) as fault from {checked})
    """)
    con.execute(f"""
        create or replace temp table {good} as
        select {table.sql_columns}, {", ".join(PLACE)} from {checked} where len(faults) = 0
    """)
    con.execute(f"drop table {checked}")
    _set_duplicates_aside(con, table, good)
    return good


def _checked_sql(table: Table, staged: str, references: Mapping[str, str]) -> str:
    cells = ",\n".join(f"{_cell_sql(column)} as raw_{column.name}" for column in table.columns)
    typed = ",\n".join(
        f"case when {_valid_sql(column)} then {column.type.value.cast_sql.format(x='raw_' + column.name)} end "
        f"as {column.sql}" for column in table.columns
    )
    referenced = [column for column in table.columns if column.references in references]
    joins = "\n".join(
        f"left join {references[column.references]} as r_{column.name} "
        f"on r_{column.name}.{_key_of(column)} = typed.{column.sql}" for column in referenced
    )
    found = "".join(f", {_referenced_row_sql(table, column)} as ref_{column.name}" for column in referenced)
    column_faults = [fault for column in table.columns for fault in _column_faults(column)]
    column_faults += [
        _fault_sql(f"{column.sql} is null or ref_{column.name}.{_key_of(column)} is not null", column.name, "reference")
        for column in referenced
    ]
    rules = [
        _fault_sql(rule.sql, rule.column, rule.name) for rule in table.rules
        if all(column.references in references for column in table.columns if f"ref_{column.name}." in rule.sql)
    ]
    return f"""
        with cells as (select {", ".join(PLACE)}, {cells} from {staged}),
        typed as (select *, {typed} from cells),
        referenced as (select typed.*{found} from typed {joins}),
        judged as (
            select *, {_list_sql(column_faults)} as column_faults, {_list_sql(rules)} as row_faults from referenced
        )
        select {", ".join(PLACE)}, {table.sql_columns},
            case when len(column_faults) > 0 then column_faults else row_faults end as faults
        from judged
    """


def _referenced_row_sql(table: Table, column: Column) -> str:
    """A struct of the referenced row: its key and what the rules of the table read of it."""
    read = {name for rule in table.rules for name in re.findall(rf"ref_{column.name}\.(\w+)", rule.sql)}
    fields = ", ".join(f"'{name}': r_{column.name}.{name}" for name in sorted({_key_of(column), *read}))
    return "{" + fields + "}"


def _cell_sql(column: Column) -> str:
    if column.type is Type.TEXT:
        return f"case when {trimmed_sql(column.sql)} is not null then {column.sql} end"
    return trimmed_sql(column.sql)


def _valid_sql(column: Column) -> str:
    return "coalesce(" + column.type.value.valid_sql.format(x=f"raw_{column.name}") + ", false)"


def _column_faults(column: Column) -> list[str]:
    """Fault expressions of one column; each reads the typed value only where the text is valid."""
    raw, name = f"raw_{column.name}", column.name
    faults = [_fault_sql(f"{raw} is null or {_valid_sql(column)}", name, "type")]
    if column.required and not column.may_be_blank:
        faults.append(_fault_sql(f"{raw} is not null", name, "required"))
    if column.allowed:
        values = ", ".join(quoted(value) for value in column.allowed)
        faults.append(_fault_sql(f"{raw} is null or {raw} in ({values})", name, "allowed"))
    if column.minimum is not None:
        faults.append(_fault_sql(f"{column.sql} is null or {column.sql} >= {column.minimum}", name, "minimum"))
    if column.maximum is not None:
        faults.append(_fault_sql(f"{column.sql} is null or {column.sql} <= {column.maximum}", name, "maximum"))
    return faults


def _fault_sql(condition: str, column: str, rule: str) -> str:
    return (
        f"case when not coalesce({condition}, false) then "
        f"{{'column_name': {quoted(column)}, 'value': raw_{column}, 'rule': {quoted(rule)}}} end"
    )


def _list_sql(faults: list[str]) -> str:
    none = "[]::struct(column_name varchar, value varchar, rule varchar)[]"
    return f"list_filter([{', '.join(faults)}], lambda fault: fault is not null)" if faults else none


def _key_of(column: Column) -> str:
    """The key column of the table that a column refers to (all referenced tables have a single-column key)."""
    return TABLES[column.references].key[0]


def _set_duplicates_aside(con: DuckDBPyConnection, table: Table, good: str) -> None:
    """Of identical records one stays; records of one key that differ are all faults, for nobody can say which is right.

    The result does not depend on the order of files and rows.
    """
    key = ", ".join(table.key)
    columns = ", ".join(f"{name}_ := \"{name}\"" for name in table.column_names)
    con.execute(f"""
        create or replace temp table copies as
        with fingerprints as (
            select rowid as row_number, {", ".join(PLACE)}, {key}, md5(struct_pack({columns})::varchar) as fingerprint
            from {good}
            qualify count(*) over (partition by {key}) > 1
        )
        select row_number, {", ".join(PLACE)}, concat_ws(' · ', {key}) as value,
            min(fingerprint) over same_key = max(fingerprint) over same_key as identical,
            row_number() over (partition by {key} order by _file, _line, row_number) as copy
        from fingerprints
        window same_key as (partition by {key})
    """)
    con.execute(f"""
        insert into faults
        select {quoted(table.name)}, {", ".join(PLACE)}, {quoted(table.key[0])}, value,
            case when identical then 'duplicate_copy' else 'duplicate_key' end
        from copies where not (identical and copy = 1)
    """)
    con.execute(f"delete from {good} where rowid in (select row_number from copies where not (identical and copy = 1))")
    con.execute("drop table copies")
