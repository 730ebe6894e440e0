"""Workbooks and Parquet of the corpus, where a line of its table needs more than counts."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cx.errors import FileError
from cx.ingest.load import load
from cx.ingest.mapping import parse_mapping
from cx.ingest.sources import file_job
from cx.warehouse.home import Home
from tests.companies import rows_of
from tests.corpus.manifest import FILES, job_of, mapping_of


def loaded(folder: Path, name: str, layout: str) -> Home:
    """A new home into which a file of the corpus was loaded."""
    home = Home(folder / "home")
    load(home, (job_of(name, layout),), "UTC")
    return home


def test_ids_are_what_a_reader_of_the_sheet_sees(tmp_path: Path) -> None:
    home = loaded(tmp_path, "leading_zeros.xlsx", '{ format = "xlsx" }')
    assert rows_of(home, "select response_id from responses order by rowid") == [("007",), ("008",), ("9",), ("1e5",)]


def test_merged_cells_have_the_value_of_the_first(tmp_path: Path) -> None:
    home = loaded(tmp_path, "merged.xlsx", '{ format = "xlsx", merged = "fill" }')
    assert rows_of(home, "select response_id, unit_id from responses order by 1") == [
        ("c1", "North"), ("c2", "North"), ("c3", "North"),
    ]  # fmt: skip


def test_hidden_rows_are_left_out_as_declared(tmp_path: Path) -> None:
    home = loaded(tmp_path, "hidden.xlsx", '{ format = "xlsx", hidden = "skip" }')
    assert rows_of(home, "select response_id from responses order by 1") == [("c1",), ("c3",)]
    assert rows_of(home, "select ignored_columns from loads") == [("",)]


def test_times_of_a_sheet_are_whole_seconds(tmp_path: Path) -> None:
    home = loaded(tmp_path, "serial_days.xlsx", '{ format = "xlsx" }')
    assert rows_of(home, "select response_id, responded_at::varchar from responses order by 1") == [
        ("c1", "2026-01-05 08:30:00"), ("c2", "2026-01-05 23:59:59"), ("c4", "2026-01-06 12:00:00"),
    ]  # fmt: skip


def test_numbers_of_parquet_are_neither_rounded_nor_cut(tmp_path: Path) -> None:
    home = loaded(tmp_path, "wrong_types.parquet", '{ format = "parquet" }')
    assert rows_of(home, "select response_id, score from responses order by 1") == [("c2", 9), ("c3", None), ("c4", 10)]
    assert rows_of(home, "select line, value, rule from rejects order by 1") == [
        (1, "9.5", "type"), (5, "1" + "0" * 300, "type"),
    ]  # fmt: skip


def test_instants_of_parquet_with_a_zone_are_those_instants(tmp_path: Path) -> None:
    """The file knows its zone: what the mapping says of times without one is not for it."""
    plain = (FILES / "responses.toml").read_text(encoding="utf-8")
    elsewhere = 'file = { format = "parquet" }\n' + plain.replace('"UTC"', '"Asia/Tokyo"')
    mapping = parse_mapping(tomllib.loads(elsewhere), elsewhere, tmp_path / "elsewhere.toml")
    home = Home(tmp_path / "home")
    load(home, (file_job(mapping, (FILES / "zoned.parquet",)),), "UTC")
    assert rows_of(home, "select response_id, responded_at::varchar from responses order by 1") == [
        ("c1", "2026-01-31 15:30:00"), ("c2", "2026-01-31 16:00:00"), ("c3", "2026-02-01 00:00:00"),
        ("c4", "2026-02-02 00:00:00"), ("c5", "2026-02-03 00:00:00"),
    ]  # fmt: skip


def test_a_file_above_the_limit_of_size_is_refused(tmp_path: Path) -> None:
    size = (FILES / "semicolon.csv").stat().st_size
    mapping = mapping_of("semicolon.csv", '{ delimiter = ";" }')
    file_job(mapping, (FILES / "semicolon.csv",), max_bytes=size)
    with pytest.raises(FileError, match=f"It has {size} bytes; at most {size - 1} are read"):
        file_job(mapping, (FILES / "semicolon.csv",), max_bytes=size - 1)
