"""Records that the checks do not see whole, of duplicates and of melted ratings, kept as they stand in the file."""

from __future__ import annotations

import csv
from itertools import islice

import pyarrow as pa
from duckdb import DuckDBPyConnection

from cx.contract.check import quoted
from cx.ingest.mapping_sql import makes_keys
from cx.ingest.stage import StagedFile


def keep_copies(con: DuckDBPyConnection, file: StagedFile, table: str) -> None:
    """Keep, as `faulty_records`, the records of a file that stand in the table `copies`, made for a table."""
    if table in file.mapping.columns or (table in file.tables and can_mend_ratings(file)):
        source, name = (quoted(part) for part in file.place)
        _keep(con, file, f"select line from copies where source = {source} and file = {name}")


def keep_records_of_ratings(con: DuckDBPyConnection, file: StagedFile) -> None:
    """Keep, as `faulty_records`, the records of a file of which melted ratings are among the faults."""
    if can_mend_ratings(file):
        source, name = (quoted(part) for part in file.place)
        _keep(con, file, f"select line from faults where source = {source} and file = {name} "
                         "and table_name = 'ratings'")


def can_mend_ratings(file: StagedFile) -> bool:
    """Whether a record with another rating has the same answer: not if its key is made from the whole record."""
    return file.mapping.ratings is not None and not makes_keys(file.mapping)


def _keep(con: DuckDBPyConnection, file: StagedFile, lines: str) -> None:
    source, name = (quoted(part) for part in file.place)
    wanted = (f"select distinct line from ({lines}) where line not in "
              f"(select line from faulty_records where source = {source} and file = {name})")
    if file.raw is not None:
        cells = ", ".join(f"coalesce({cell}, '')" for cell in file.raw.cells)
        con.execute(f"insert into faulty_records select {source}, {name}, _line, [{cells}] "
                    f"from {file.raw.relation} where _line in ({wanted})")
        return
    missing = {line for (line,) in con.execute(wanted).fetchall()}
    if missing:
        con.register("records", _records_of_lines(file, missing))
        con.execute(f"insert into faulty_records select {source}, {name}, line, cells from records")
        con.unregister("records")


def _records_of_lines(file: StagedFile, lines: set[int]) -> pa.Table:
    """Records of a clean file, each of which is one line."""
    path, layout = file.source.as_file()
    with path.open(encoding="utf-8-sig", newline="") as stream:
        texts = {number: text for number, text in enumerate(islice(stream, max(lines)), start=1) if number in lines}
    cells = list(csv.reader(texts.values(), delimiter=layout.delimiter, strict=True))
    return pa.table({"line": pa.array(texts, pa.int64()), "cells": pa.array(cells, pa.list_(pa.string()))})
