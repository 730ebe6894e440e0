"""Column types of the contract: how a text is recognised, and what it becomes.

Every check is a DuckDB expression over the text of a cell with the spaces around it removed. Nothing is rounded or
repaired: `9.5` is not a whole number, `9,0` is not a number, 31 June is not a date. What says the same in the writing
of spreadsheets is read: `9.0` is 9, a day at midnight is that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cx.phrase import Phrase, phrase


@dataclass(frozen=True)
class ColumnType:
    """A type: its name for readers, its DuckDB type, the test and the cast (`{x}` is the cell), the remedy.

    cast_sql never fails, and its value means something only where the test holds: `9.5` as a whole number gives 10.
    """

    name: Phrase
    sql_type: str
    valid_sql: str
    cast_sql: str
    remedy: Phrase


# Years have four digits and begin with 1 or 2; braces are doubled because the expressions are formatted.
_DAY = "[12][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}"
_TIME = r"[0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,6}})?)?"
_MIDNIGHT = r"([ T]00:00(:00(\.0{{1,9}})?)?)?"


class Type(Enum):
    """The types that a column of the contract can have."""

    # Bytes are counted at once, characters one by one.
    LABEL = ColumnType(phrase("short text"), "VARCHAR", "strlen({x}) <= 300 or length({x}) <= 300", "{x}",
                       phrase("Write at most 300 characters."))
    TEXT = ColumnType(phrase("long text"), "VARCHAR", "strlen({x}) <= 1000000 or length({x}) <= 1000000", "{x}",
                      phrase("Write at most 1,000,000 characters."))
    INTEGER = ColumnType(phrase("whole number"), "BIGINT",
                         r"regexp_full_match({x}, '-?[0-9]{{1,18}}(\.0{{1,6}})?')", "try_cast({x} as BIGINT)",
                         phrase("Write a whole number in digits, without spaces, signs of thousands or decimals."))
    NUMBER = ColumnType(phrase("number"), "DOUBLE", r"regexp_full_match({x}, '-?[0-9]{{1,15}}(\.[0-9]{{1,17}})?')",
                        "try_cast({x} as DOUBLE)",
                        phrase("Write a number in digits, with a point for decimals and no sign of thousands."))
    DATE = ColumnType(phrase("date"), "DATE",
                      f"regexp_full_match({{x}}, '{_DAY}{_MIDNIGHT}') and try_cast({{x}}[1:10] as DATE) is not null",
                      "try_cast({x}[1:10] as DATE)",
                      phrase("Write a date that exists as YYYY-MM-DD, or declare its format in the mapping file."))
    TIMESTAMP = ColumnType(phrase("date and time"), "TIMESTAMP",
                           f"regexp_full_match({{x}}, '{_DAY}([ T]{_TIME})?')"
                           " and try_cast({x} as TIMESTAMP) is not null",
                           "try_cast({x} as TIMESTAMP)",
                           phrase("Write a date that exists as YYYY-MM-DD, with a time HH:MM:SS if there is one, "
                                  "or declare its format in the mapping file. When summer time begins, the clocks of "
                                  "the time zone skip an hour, and no time lies in it."))
    MONTH = ColumnType(phrase("month"), "DATE",
                       r"regexp_full_match({x}, '[12][0-9]{{3}}-[0-9]{{2}}(-01)?')"
                       " and try_cast({x}[1:7] || '-01' as DATE) is not null",
                       "try_cast({x}[1:7] || '-01' as DATE)", phrase("Write a month as YYYY-MM."))
    BOOLEAN = ColumnType(phrase("true or false"), "BOOLEAN", "lower({x}) in ('true', 'false')",
                         "try_cast(lower({x}) as BOOLEAN)",
                         phrase("Write true or false."))


@dataclass(frozen=True)
class Column:
    """A column: its name, type and meaning, whether it must be there, and what values it may hold.

    `required`: the column must be mapped and each row must hold a value. `may_be_blank`: it must be mapped, but a row
    without a value is loaded and counted apart (a survey without an answer to the question). `references` names the
    table whose key the value must be, as soon as that table is loaded; `joins` names a table that is joined where the
    value is known there, without a rejection where it is not.
    """

    name: str
    type: Type
    meaning: Phrase
    required: bool = False
    may_be_blank: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    references: str = ""
    joins: str = ""

    @property
    def sql(self) -> str:
        """The name as an SQL identifier (`at` is a reserved word)."""
        return f'"{self.name}"'


@dataclass(frozen=True)
class Rule:
    """A rule about a whole row: an SQL condition over its typed columns (and `ref_<column>` for a referenced row)."""

    name: str
    column: str
    sql: str
    remedy: Phrase


@dataclass(frozen=True)
class Table:
    """A table of the contract: what one row is, its columns, its key, its rules."""

    name: str
    grain: Phrase
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rules: tuple[Rule, ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")

    @property
    def sql_columns(self) -> str:
        """The columns as a list of SQL identifiers."""
        return ", ".join(column.sql for column in self.columns)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)
