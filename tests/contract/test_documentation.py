"""The generated documentation: as the code writes it, and what it says about a value is what the checks do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import duckdb
import pytest

from cx.contract.check import Staged, check, trimmed_sql
from cx.contract.columns import Type
from cx.contract.documentation import (
    FOLDER,
    column_rows,
    contract_page,
    generated_files,
    settings_table,
    template_csv,
    with_section,
    write_files,
)
from cx.contract.tables import TABLES
from cx.ingest.load import load
from cx.ingest.mapping import read_mapping
from cx.ingest.sources import file_job
from cx.settings import PROJECT_FOLDER, Settings
from cx.warehouse.home import Home

SAMPLES = {"date": "2025-01-31", "date and time": "2025-01-31 10:00", "month": "2025-01", "true or false": "true"}
NONSENSE = {"whole number": "9.5", "number": "9,0", "date": "2025-06-31", "date and time": "yesterday",
            "month": "January", "true or false": "yes", "short text": "x" * 301, "long text": "x" * 1_000_001}
Row = dict[str, str | None]


@cache
def documented(table: str) -> dict[str, list[str]]:
    """The columns of a table as the committed page has them: name → type, value, may hold, meaning."""
    page = (PROJECT_FOLDER / FOLDER / "README.md").read_text(encoding="utf-8")
    section = re.split(rf"^## {table}\n", page, flags=re.MULTILINE)[1].split("\n## ")[0]
    columns = section.split("| column |")[1].split("\n\n")[0]
    lines = [line for line in columns.splitlines() if line.startswith("| `")]
    rows = [[cell.strip() for cell in line[1:-1].split(" |")] for line in lines]
    return {row[0].strip("`"): row[1:5] for row in rows}


def limits(holds: str) -> tuple[float | None, float | None]:
    """Lowest and highest value that the page allows."""
    both, low = re.search(r"(-?\d+) to (-?\d+)", holds), re.search(r"at least (-?\d+)", holds)
    if both:
        return float(both[1]), float(both[2])
    return (float(low[1]), None) if low else (None, None)


def sample(number: int, kind: str, holds: str) -> str:
    """A value that the page allows; numbers rise from column to column."""
    if holds.startswith("one of "):
        return holds.removeprefix("one of ").split(", ")[0]
    if kind in ("number", "whole number"):
        low, high = limits(holds)
        return f"{min((low or 0) + number, 1e9 if high is None else high):g}"
    return SAMPLES.get(kind, f"text {number}")


def rules_broken(table: str, rows: Sequence[Mapping[str, str | None]]) -> list[set[tuple[str, str]]]:
    """For each record alone: column and rule of each fault that the checks find when no other table is loaded."""
    con, names = duckdb.connect(), TABLES[table].column_names
    cells = [f"c{number}" for number in range(len(names))]
    con.execute(f"create temp table staged ({' varchar, '.join(cells)} varchar, _line bigint)")
    con.executemany(f"insert into staged values ({', '.join('?' * len(names))}, ?)",
                    [[*(row.get(name) for name in names), number] for number, row in enumerate(rows)])
    texts = {name: trimmed_sql(cell) for name, cell in zip(names, cells, strict=True)}
    check(con, TABLES[table], Staged("s", "f.csv", "staged", cells, texts), "good", {}, 1)
    found: list[set[tuple[str, str]]] = [set() for _ in rows]
    for number, column, rule in con.execute("select line, column_name, rule from faults").fetchall():
        if not rule.startswith("duplicate_"):  # the records differ in one value only
            found[number].add((column, rule))
    return found


def valid_row(table: str) -> Row:
    """A record with every required value, and every optional number, as the page describes them."""
    return {name: sample(number, kind, holds) for number, (name, (kind, value, holds, _))
            in enumerate(documented(table).items()) if value != "optional"}


def test_the_committed_files_are_those_that_the_code_writes() -> None:
    differ = [path.as_posix() for path, text in generated_files().items()
              if (PROJECT_FOLDER / path).read_text(encoding="utf-8") != text]
    assert differ == [], "run: python -m cx.contract.documentation"


def test_no_file_is_left_of_a_table_that_is_gone() -> None:
    there = {path.relative_to(PROJECT_FOLDER) for path in (PROJECT_FOLDER / FOLDER).rglob("*") if path.is_file()}
    assert there == {path for path in generated_files() if path.is_relative_to(FOLDER)}


@pytest.mark.parametrize("table", TABLES)
def test_a_record_as_the_page_describes_it_is_loaded_and_a_blank_is_rejected_where_it_says_required(table: str) -> None:
    columns = documented(table)
    rows = [valid_row(table), *(valid_row(table) | {name: " "} for name in columns)]
    expected = [{(name, "required")} if value == "required" else set() for name, (_, value, _, _) in columns.items()]
    assert rules_broken(table, rows) == [set(), *expected]


@pytest.mark.parametrize("table", TABLES)
def test_values_that_the_page_does_not_allow_are_rejected(table: str) -> None:
    wrong = []
    for name, (kind, _, holds, _) in documented(table).items():
        low, high = limits(holds)
        wrong.append((name, "type", NONSENSE[kind]))
        wrong += [(name, "allowed", "something else")] if holds.startswith("one of ") else []
        wrong += [(name, "minimum", f"{low - 1:g}")] if low is not None else []
        wrong += [(name, "maximum", f"{high + 1:g}")] if high is not None else []
    found = rules_broken(table, [valid_row(table) | {name: text} for name, _, text in wrong])
    assert [case for case, broken in zip(wrong, found, strict=True) if case[:2] not in broken] == []


def test_the_page_names_every_reference_key_and_rule() -> None:
    page = contract_page()
    for table in TABLES.values():
        rows = documented(table.name)
        assert list(rows) == list(table.column_names)
        section = page.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        assert f"Key: {', '.join(f'`{name}`' for name in table.key)}." in section
        for rule in table.rules:
            assert f"| `{rule.name}` | `{rule.column}` | {rule.remedy} |" in section
        for column in table.columns:
            holds = rows[column.name][2].split("; ")
            assert (f"a key of {column.references}" in holds) == bool(column.references)
            assert (f"joined with {column.joins} where it is known" in holds) == bool(column.joins)


def test_a_filled_template_is_read_by_a_mapping_that_names_each_column_after_itself(tmp_path: Path) -> None:
    jobs = []
    for table in TABLES:
        source = PROJECT_FOLDER / FOLDER / "templates" / f"{table}.csv"
        header = source.read_text(encoding="utf-8").removesuffix("\n").split(",")
        lines = "\n".join(f'{name} = "{name}"' for name in header)
        path = tmp_path / f"{table}.toml"
        path.write_text(f'source = "{table}"\n[{table}]\n{lines}\n', encoding="utf-8")
        row = valid_row(table)
        filled = tmp_path / source.name
        filled.write_text(f"{','.join(header)}\n{','.join(row.get(name) or '' for name in header)}\n", encoding="utf-8")
        jobs.append(file_job(read_mapping(path), (filled,)))
    # Alone, for a sample names units and touchpoints that no other sample declares.
    for job in jobs[:4]:
        report = load(Home(tmp_path / job.mapping.source), (job,), "UTC")
        assert (report.read, report.loaded) == (1, 1), report.rejects


def test_the_rows_of_a_table_are_what_the_page_shows() -> None:
    assert [(row.column, str(row.type), str(row.required)) for row in column_rows(TABLES["events"])] == [
        ("on_date", "date", "required"), ("title", "short text", "required"), ("unit_id", "short text", "optional")]
    assert template_csv(TABLES["masks"]) == "media,start_s,end_s,reason\n"
    assert len({str(kind.value.name) for kind in Type}) == len(Type)


def test_a_limit_on_one_side_is_said() -> None:
    table = TABLES["targets"]
    target = replace(table.columns[-1], maximum=100.0)
    assert [str(words) for words in column_rows(replace(table, columns=(target,)))[0].holds] == ["at most 100"]


def test_the_settings_stand_with_their_variable_and_default() -> None:
    table = settings_table()
    for name, field in Settings.model_fields.items():
        (row,) = [line for line in table.splitlines() if line.startswith(f"| `{name}` ")]
        assert f"| `CX_{name.upper()}` |" in row
        assert f"| {field.description} |" in row
    assert "| `CX_PORT` | `8501` | 1 to 65535 |" in table
    assert "| `CX_LANGUAGE` | `en` | `en`, `zh_Hant`, `zh_Hans` |" in table
    assert str(PROJECT_FOLDER) not in table


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="settings"):
        with_section("no markers", "settings", "x")
    (tmp_path / "README.md").write_text("before\n<!-- settings -->\nold\n<!-- /settings -->\nafter\n", encoding="utf-8")
    assert len(write_files(tmp_path)) == len(generated_files(tmp_path))
    assert write_files(tmp_path) == ()
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert readme == f"before\n<!-- settings -->\n{settings_table()}<!-- /settings -->\nafter\n"
