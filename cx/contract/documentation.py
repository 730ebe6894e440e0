"""What is written from the declarations: the page of the contract, empty templates, the README's table of settings.

    python -m cx.contract.documentation

writes them; a test fails when the files differ from what the code says.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from cx.contract.columns import Column, Table, Type
from cx.contract.reasons import remedy
from cx.contract.tables import TABLES
from cx.phrase import Phrase, phrase
from cx.settings import PROJECT_FOLDER, Settings

FOLDER = Path("data") / "contract"
README = Path("README.md")

_INTRODUCTION = """\
# The contract: the tables that a company can bring

<!-- Written by python -m cx.contract.documentation from cx/contract/tables.py: change the declaration, not this. -->

Only [responses](#responses) is required. How a file becomes one of these tables is said by a
[mapping file](../mappings/README.md). Each table has an [empty template](templates): a CSV file in UTF-8 with the names
of the columns. A mapping file reads a filled template when it names each column after itself (`score = "score"`); leave
out of both what you do not have. `ratings` can also be made of columns of the file of answers.
"""

_READING = """\
## How a record is read

- **Spaces** around a value are removed, also no-break, full-width and zero-width ones; long text keeps them. A cell
  that is empty then is *blank*. Words such as `NA` are not blank unless the mapping file declares them.
- **Nothing is rounded or repaired.** `9.5` is not a whole number, `9,0` is not a number, 31 June is not a date.
  What says the same is read: `9.0` is the whole number 9, `2026-03-01 00:00:00` is the day 2026-03-01.
- **Required**: the column must be mapped, and every record must hold a value. *Required, may be blank*: the column must
  be mapped; a record without a value is loaded and counted apart. *Optional*: may be missing altogether.
- **A key of another table** is checked once that table has rows, from this load or an earlier one. As long as it has
  none, any value is loaded. Records of earlier loads are not checked again. A `parent_id` of `units` must be in this
  load or an earlier one. *Joined with* a table: the value is looked up there, and never rejected.
- **Units that are used and not declared** (their records were loaded while `units` had no rows) stand at the top of the
  hierarchy under their id. If the parents of units run in a circle, nothing is loaded.
- **Times**: an offset in the value (`Z`, `+08:00`) is respected. A time without one is a time of the mapping file's
  `time_zone`, or of the report's when it names none. A day without a time is midnight in the report's time zone. Times
  are kept in UTC. A time that the clocks of the zone skip does not exist and is rejected; one that they show twice is
  taken for the later.
- **What was observed** (answers, contacts, cases) cannot lie more than a day in the future, nor before 1990.
- **The same key twice in one load**: if the records are equal, one is loaded and the copies are rejected
  (`duplicate_copy`). If they differ, none of them is loaded (`duplicate_key`), for nobody can say which is right. Blank
  parts of a key count as equal.
- **The same key in a later load** replaces the earlier row, and is reported as replaced if it differs. Rows that a
  later file does not hold stay loaded.
- **Every broken rule** of a record is kept with file, line, column, value and rule. The rules of a table are examined
  when all columns of the record are right, so mending a record can show a further reject.
- Loaded + rejected = records read, always. For `ratings`, cells with a code for blank or not used are counted as cells
  without a value.
- **A rejected record** is kept with all its cells, and can be downloaded, mended and loaded again.
- **A value that a later load replaces** is listed with what stood there before.
- A file that is not valid CSV as declared, or not in the declared encoding, is not loaded at all.
"""

# Rule → when a record breaks it, and a column whose sentence is shown as the example.
_RULES_OF_ALL = {
    "required": ("a required value is blank", "units", "unit_id"),
    "type": ("the value is not of the type of the column", "responses", "score"),
    "allowed": ("the value is not one of those allowed", "responses", "survey"),
    "minimum": ("the value is below the range", "responses", "score"),
    "maximum": ("the value is above the range", "responses", "score"),
    "scale": ("the score lies below the scale that the mapping file declares", "responses", "score"),
    "reference": ("the value is no key of the table that it refers to", "responses", "unit_id"),
    "answer_rejected": ("a rating stands in a record whose answer was rejected", "ratings", "response_id"),
    "duplicate_copy": ("the same record stands more than once in a load", "units", "unit_id"),
    "duplicate_key": ("records of one key differ in a load", "units", "unit_id"),
    "ragged": ("the record has more or fewer cells than the header", "units", "unit_id"),
    "cell_too_long": ("a cell is longer than 10 million characters", "units", "unit_id"),
}


@dataclass(frozen=True)
class ColumnRow:
    """A column as readers see it: name, type, whether a value is required, what it may hold, what it means."""

    column: str
    type: Phrase
    required: Phrase
    holds: tuple[Phrase, ...]
    meaning: Phrase


def column_rows(table: Table) -> tuple[ColumnRow, ...]:
    """The columns of a table in order, in words; `holds` is empty for a column without values, range and reference.

    >>> row = column_rows(TABLES["responses"])[2]
    >>> row.column, str(row.type), str(row.required), [str(words) for words in row.holds]
    ('score', 'whole number', 'required, may be blank', ['0 to 10'])
    """
    return tuple(
        ColumnRow(column.name, column.type.value.name, _required(column), tuple(_holds(column)), column.meaning)
        for column in table.columns)


def template_csv(table: Table) -> str:
    r"""An empty file of a table: its column names as one line of CSV.

    >>> template_csv(TABLES["events"])
    'on_date,title,unit_id\n'
    """
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(table.column_names)
    return stream.getvalue()


def _required(column: Column) -> Phrase:
    if not column.required:
        return phrase("optional")
    return phrase("required, may be blank") if column.may_be_blank else phrase("required")


def _holds(column: Column) -> Iterator[Phrase]:
    low, high = (None if limit is None else f"{limit:g}" for limit in (column.minimum, column.maximum))
    if column.allowed:
        yield phrase("one of {values}", values=", ".join(column.allowed))
    if low is not None and high is not None:
        yield phrase("{low} to {high}", low=low, high=high)
    elif low is not None:
        yield phrase("at least {low}", low=low)
    elif high is not None:
        yield phrase("at most {high}", high=high)
    if column.references:
        yield phrase("a key of {table}", table=column.references)
    if column.joins:
        yield phrase("joined with {table} where it is known", table=column.joins)


def contract_page() -> str:
    """The page of the contract, in Markdown."""
    parts = [_INTRODUCTION, _list_of_tables(), _READING, _types(), _rules_of_all_tables(),
             *(_table_section(table) for table in TABLES.values())]
    return "\n".join(parts)


def _list_of_tables() -> str:
    rows = [(f"[{table.name}](#{table.name})", table.grain, _code(table.key),
             f"[{table.name}.csv]({_template(table)})") for table in TABLES.values()]
    return _markdown_table(("table", "one row is", "key", "template"), rows)


def _types() -> str:
    rows = [(kind.value.name, f"`{kind.value.sql_type}`", kind.value.remedy) for kind in Type]
    return "## Types\n\n" + _markdown_table(("type", "in DuckDB", "how to write it"), rows)


def _rules_of_all_tables() -> str:
    rows = [(f"`{rule}`", when, remedy(table, column, rule)) for rule, (when, table, column) in _RULES_OF_ALL.items()]
    return ("## Rules of every table\n\n" + _markdown_table(("rule", "broken when", "how to mend it (example)"), rows)
            + "\nThe rules of a table alone stand below its columns.\n")


def _table_section(table: Table) -> str:
    rows = [(f"`{row.column}`", row.type, row.required, "; ".join(str(words) for words in row.holds), row.meaning)
            for row in column_rows(table)]
    lines = [f"## {table.name}\n", f"One row is {table.grain}. Key: {_code(table.key)}.\n",
             _markdown_table(("column", "type", "value", "may hold", "meaning"), rows)]
    if table.rules:
        lines += [_markdown_table(("rule", "column", "how to mend it"),
                                  [(f"`{rule.name}`", f"`{rule.column}`", rule.remedy) for rule in table.rules])]
    return "\n".join(lines)


def settings_table() -> str:
    """The settings with their environment variables, defaults and limits, in Markdown; paths within the project."""
    rows = [(f"`{name}`", f"`CX_{name.upper()}`", f"`{_default(field)}`", _limits(field), field.description or "")
            for name, field in Settings.model_fields.items()]
    return _markdown_table(("in cx.toml", "in the environment", "default", "may be", "meaning"), rows)


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, Path):
        return value.relative_to(PROJECT_FOLDER).as_posix()
    return str(value)


def _limits(field: FieldInfo) -> str:
    choices = get_args(field.annotation)
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    limits = {name: getattr(rule, name) for rule in field.metadata for name in ("ge", "le") if hasattr(rule, name)}
    if len(limits) == 2:
        return f"{limits['ge']} to {limits['le']}"
    return f"at least {limits['ge']}" if limits else ""


def with_section(text: str, name: str, body: str) -> str:
    r"""The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced; ValueError without the markers.

    >>> with_section("a <!-- x -->old<!-- /x --> b", "x", "new")
    'a <!-- x -->\nnew<!-- /x --> b'
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    found = re.search(f"{re.escape(start)}.*?{re.escape(end)}", text, re.DOTALL)
    if found is None:
        raise ValueError(f"no section {start} … {end}")
    return text[:found.start()] + f"{start}\n{body}{end}" + text[found.end():]


def generated_files(project: Path = PROJECT_FOLDER) -> Mapping[Path, str]:
    """Every generated file with its text, by its path in the project; of the README only the settings are generated."""
    readme = (project / README).read_text(encoding="utf-8")
    return {
        README: with_section(readme, "settings", settings_table()),
        FOLDER / "README.md": contract_page(),
        **{FOLDER / _template(table): template_csv(table) for table in TABLES.values()},
    }


def write_files(project: Path = PROJECT_FOLDER) -> tuple[Path, ...]:
    """Write every generated file that differs; the paths of those that were written."""
    written = []
    for path, text in generated_files(project).items():
        target = project / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return tuple(written)


def _template(table: Table) -> str:
    return f"templates/{table.name}.csv"


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _markdown_table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    for changed in write_files():
        print(changed.as_posix())
