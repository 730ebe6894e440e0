"""The checks of a table, compiled to DuckDB SQL: each record becomes a good row or faults that say why.

Input is `Staged`: a relation with the records, and for each column of the contract the SQL of its text. One pass makes
of it a table of typed rows, which keeps the record of those rows alone that break a rule; these are then looked at
again to say which rules, where and with what value. A rule about a row that evaluates to NULL fails the row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from duckdb import DuckDBPyConnection

from cx.contract.columns import Column, Table, Type
from cx.contract.tables import TABLES

# faults: one row per broken rule. faulty_records: the cells of each record that broke one, as they stand in the file.
FAULTS_DDL = """
create temp table if not exists faults (
    table_name varchar, source varchar, file varchar, line bigint, file_column varchar, column_name varchar,
    value varchar, rule varchar);
create temp table if not exists faulty_records (source varchar, file varchar, line bigint, cells varchar[]);
"""
SHOWN_CHARACTERS = 1000
"""A fault shows so much of a value; the record is kept whole."""
SPACES = " \t\r\n\v\f\u00a0\u2007\u202f\u3000\u200b\ufeff"
"""Spaces that spreadsheets and web forms leave around a value."""


def quoted(text: str) -> str:
    """An SQL string literal of that text.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def trimmed_sql(expression: str) -> str:
    """SQL for a text without the spaces around it, NULL when nothing is left.

    Looking whether there is anything to trim costs a fifteenth of trimming.
    """
    return (f"case when {expression} >= '!' and {expression}[-1] >= '!' and strlen({expression}) = "
            f"length({expression}) then {expression} else nullif(trim({expression}, {quoted(SPACES)}), '') end")


@dataclass(frozen=True)
class Shown:
    """How a fault shows a value: the name of the column in the file, and SQL of the value as it stands there."""

    file_column: str
    value: str


@dataclass(frozen=True)
class Staged:
    """Records of one file for one table, as SQL.

    source, file: where they come from. relation: what they are selected from. cells: the columns of the relation that
    make up a record. texts: column of the contract → SQL of its text, for the columns that have one. values: column →
    SQL of its value with `{x}` for the text, where the mapping reads it (NULL: it cannot be read). shown: column → how
    a fault shows it; else as the text. first_line: the line of the first record, where the relation has no `_line`.
    melted: each record gives several rows, and the relation names the column of each as `_column`.
    """

    source: str
    file: str
    relation: str
    cells: Sequence[str]
    texts: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, Shown] = field(default_factory=dict)
    first_line: int | None = None
    melted: bool = False

    def line_of(self, relation: str) -> str:
        """SQL of the line of a row: of the relation itself, or of the table that it was read into, row by row."""
        return f"{relation}._line" if self.first_line is None else f"{relation}.rowid + {self.first_line}"


def check(con: DuckDBPyConnection, table: Table, staged: Staged, part: str, references: Mapping[str, str], origin: int
          ) -> int:
    """The number of rows that were read. Those that keep all rules become the table `part`, with their places.

    `part` has the columns of the contract, typed; `_origin`, the number of its file;
    `_line`, but see `Staged.line_of`; and `_column`, where it is melted. Broken rules are added to the table `faults`,
    their records to `faulty_records`. `references` maps the name of each table that is loaded to a relation whose
    column of the same name as its key holds the known keys (and the columns that row rules use); a table that is not in
    it is not loaded, and references to it are not checked. `origin`: the number of the file in `origins`.
    """
    con.execute(FAULTS_DDL)
    judgement = _Judgement(table, staged, references, origin)
    con.execute(f"create table {part} as {judgement.rows_sql()}")
    (read, faulty) = con.execute(f"select count(*), count(_record) from {part}").fetchone() or (0, 0)
    if faulty:
        con.execute(f"insert into faults {judgement.faults_sql(part)}")
        if not staged.melted:
            kept = (f"select line from faulty_records where source = {quoted(staged.source)} "
                    f"and file = {quoted(staged.file)}")
            line = staged.line_of(part)
            con.execute(f"insert into faulty_records select {quoted(staged.source)}, {quoted(staged.file)}, {line}, "
                        f"_record from {part} where _record is not null and {line} not in ({kept})")
        con.execute(f"delete from {part} where _record is not null")
    con.execute(f"alter table {part} drop column _record")
    return int(read)


@dataclass(frozen=True)
class _Judgement:
    """The SQL of the checks of one table for one file."""

    table: Table
    staged: Staged
    references: Mapping[str, str]
    origin: int

    def rows_sql(self) -> str:
        """Typed rows; `_record` is NULL but for those that break a rule."""
        record = ", ".join(f"coalesce({cell}, '')" for cell in self.staged.cells)
        breaks_one = " or ".join(f"({fault})" for fault, _, _ in (*self._column_rules(), *self._row_rules())) or "false"
        mapped = "".join(f"{column.sql}, " for column in self.table.columns)
        line = "" if self.staged.first_line is not None else ", _line"
        return f"""
            with {self._referenced_sql(self.staged.relation, strict=False)}
            select {mapped}{self.origin}::uinteger as _origin,
                case when {breaks_one} then [{record}] end as _record{line}{self._melted_column()}
            from referenced
        """

    def faults_sql(self, part: str) -> str:
        """One row per broken rule of the records that `part` has kept; row rules only where the columns are good."""
        cells = ", ".join(f"nullif(_record[{number}], '') as {name}"
                          for number, name in enumerate(self.staged.cells, start=1))
        line = self.staged.line_of(part)
        again = f"(select {cells}, {line} as _line{self._melted_column()} from {part} where _record is not null)"
        file_column = "_column" if self.staged.melted else "fault.file_column"
        return f"""
            with {self._referenced_sql(again, strict=True)},
            judged as (
                select *, {self._list_sql(self._column_rules())} as column_faults,
                    {self._list_sql(self._row_rules())} as row_faults from referenced
            ),
            broken as (
                select *, unnest(case when len(column_faults) > 0 then column_faults else row_faults end) as fault
                from judged
            )
            select {quoted(self.table.name)}, {quoted(self.staged.source)}, {quoted(self.staged.file)}, _line,
                {file_column}, fault.column_name, fault.value, fault.rule from broken
        """

    def _melted_column(self) -> str:
        return ", _column" if self.staged.melted else ""

    def _referenced_sql(self, relation: str, *, strict: bool) -> str:
        """Common table expressions up to `referenced`: texts, typed values, and the rows that values refer to.

        A value whose text is not of its type is NULL if `strict`, so that no other rule speaks of it; else it may be
        anything, which is faster and does no harm, as the row is rejected for its type.
        """
        table, texts = self.table, self.staged.texts
        cells = "".join(f", {_text_sql(column, texts[column.name])} as raw_{column.name}" if column.name in texts
                        else f", null::varchar as raw_{column.name}" for column in table.columns)
        typed = ", ".join(f"{self._value_sql(column, strict)} as {column.sql}" for column in table.columns)
        joins = "\n".join(
            f"left join {self.references[column.references]} as r_{column.name} "
            f"on r_{column.name}.{_key_of(column)} = typed.{column.sql}" for column in self._referring())
        found = "".join(f", {_referenced_row_sql(table, column)} as ref_{column.name}" for column in self._referring())
        return f"""cells as (select *{cells} from {relation} as record),
            typed as (select *, {typed} from cells),
            referenced as (select typed.*{found} from typed {joins})"""

    def _value_sql(self, column: Column, strict: bool) -> str:
        raw, kind = f"raw_{column.name}", column.type.value
        if column.name not in self.staged.texts:
            return f"null::{kind.sql_type}"
        if column.name not in self.staged.values:
            cast = kind.cast_sql.format(x=raw)
            return f"case when {kind.valid_sql.format(x=raw)} then {cast} end" if strict else cast
        return self.staged.values[column.name].replace("{x}", raw)

    def _referring(self) -> list[Column]:
        return [column for column in self.table.columns
                if column.references in self.references and column.name in self.staged.texts]

    def _column_rules(self) -> list[tuple[str, str, str]]:
        """What breaks each rule about one column, as SQL that is true then; with the column and the rule."""
        rules = []
        for column in self.table.columns:
            if column.name in self.staged.texts:
                rules += [(fault, column.name, rule)
                          for fault, rule in _faults_of(column, is_read=column.name in self.staged.values)]
            elif column.required and not column.may_be_blank:
                rules.append(("true", column.name, "required"))
        for column in self._referring():
            unknown = f"ref_{column.name}.{_key_of(column)} is null"
            rules.append((f"{column.sql} is not null and {unknown}", column.name, "reference"))
        return rules

    def _row_rules(self) -> list[tuple[str, str, str]]:
        """What breaks each rule about the row, but for those that need a table that is not there."""
        referring = {column.name for column in self._referring()}
        missing = [column.name for column in self.table.columns if column.references and column.name not in referring]
        return [(f"not coalesce({rule.sql}, false)", rule.column, rule.name) for rule in self.table.rules
                if not any(f"ref_{name}." in rule.sql for name in missing)]

    def _list_sql(self, rules: Sequence[tuple[str, str, str]]) -> str:
        none = "[]::struct(column_name varchar, file_column varchar, value varchar, rule varchar)[]"
        faults = ", ".join(self._fault_sql(*rule) for rule in rules)
        return f"list_filter([{faults}], lambda fault: fault is not null)" if faults else none

    def _fault_sql(self, fault: str, column: str, rule: str) -> str:
        shown = self.staged.shown.get(column, Shown("", f"raw_{column}"))
        return (f"case when {fault} then {{'column_name': {quoted(column)}, "
                f"'file_column': {quoted(shown.file_column)}, 'value': left({shown.value}, {SHOWN_CHARACTERS}), "
                f"'rule': {quoted(rule)}}} end")


def _referenced_row_sql(table: Table, column: Column) -> str:
    """A struct of the referenced row: its key and what the rules of the table read of it."""
    read = {name for rule in table.rules for name in re.findall(rf"ref_{column.name}\.(\w+)", rule.sql)}
    fields = ", ".join(f"'{name}': r_{column.name}.{name}" for name in sorted({_key_of(column), *read}))
    return "{" + fields + "}"


def _text_sql(column: Column, text: str) -> str:
    """The text of a cell; long text keeps the spaces around it."""
    return f"case when {trimmed_sql(text)} is not null then {text} end" if column.type is Type.TEXT else text


def _faults_of(column: Column, *, is_read: bool) -> list[tuple[str, str]]:
    """What breaks each rule about the values of a column; `is_read`: the mapping reads them, NULL where it cannot."""
    raw, value = f"raw_{column.name}", column.sql
    if is_read:
        faults = [(f"{raw} is not null and {value} is null", "type")]
    else:
        faults = [(f"{raw} is not null and not ({column.type.value.valid_sql.format(x=raw)})", "type")]
    if column.required and not column.may_be_blank:
        faults.append((f"{raw} is null", "required"))
    if column.allowed:
        faults.append((f"{raw} not in ({', '.join(map(quoted, column.allowed))})", "allowed"))
    if column.minimum is not None:
        faults.append((f"{value} < {column.minimum}", "minimum"))
    if column.maximum is not None:
        faults.append((f"{value} > {column.maximum}", "maximum"))
    return faults


def _key_of(column: Column) -> str:
    """The key column of the table that a column refers to (all referenced tables have a single-column key)."""
    return TABLES[column.references].key[0]
