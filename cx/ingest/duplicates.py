"""The records of duplicates, kept as they stand in the file."""

from __future__ import annotations

import csv
from itertools import islice

import pyarrow as pa
from duckdb import DuckDBPyConnection

from cx.contract.check import quoted
from cx.ingest.stage import StagedFile


def keep_records(con: DuckDBPyConnection, file: StagedFile) -> None:
    """Keep, as `faulty_records`, the records of a file that stand in the table `copies`."""
    source, name = (quoted(part) for part in file.place)
    wanted = (f"select distinct _line from copies where _source = {source} and _file = {name} and _line not in "
              f"(select line from faulty_records where source = {source} and file = {name})")
    if file.raw is not None:
        cells = ", ".join(f"coalesce({cell}, '')" for cell in file.raw.cells)
        con.execute(f"insert into faulty_records select {source}, {name}, _line, [{cells}] "
                    f"from {file.raw.relation} where _line in ({wanted})")
        return
    lines = {line for (line,) in con.execute(wanted).fetchall()}
    if lines:
        con.register("records", _records_of_lines(file, lines))
        con.execute(f"insert into faulty_records select {source}, {name}, line, cells from records")
        con.unregister("records")


def _records_of_lines(file: StagedFile, lines: set[int]) -> pa.Table:
    """Records of a clean file, each of which is one line."""
    path, layout = file.source.path, file.source.layout
    if path is None or layout is None:
        raise ValueError(f"source.path == None for {file.source.name}, must be a file")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        texts = {number: text for number, text in enumerate(islice(stream, max(lines)), start=1) if number in lines}
    cells = list(csv.reader(texts.values(), delimiter=layout.delimiter, strict=True))
    return pa.table({"line": pa.array(texts, pa.int64()), "cells": pa.array(cells, pa.list_(pa.string()))})
