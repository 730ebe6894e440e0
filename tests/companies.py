"""Companies for tests: a tiny one written as CSV and mapping files, and the public surveys, loaded once a process."""

from __future__ import annotations

import atexit
import csv
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from cx.ingest.load import load
from cx.ingest.mapping import Mapping as MappingFile
from cx.ingest.mapping import read_mapping
from cx.ingest.report import LoadReport
from cx.ingest.sources import LoadJob, file_job
from cx.settings import PROJECT_FOLDER, Settings
from cx.warehouse.home import Home
from cx.warehouse.snapshot import Snapshot, open_snapshot

Row = Mapping[str, object]
PUBLIC_DATA = PROJECT_FOLDER.parent / "shared" / "data"


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ",") -> Path:
    """A CSV file as Python's own writer makes it."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def mapping_of(folder: Path, text: str, name: str = "mapping.toml") -> MappingFile:
    """The mapping that a TOML text declares."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def job_of(folder: Path, table: str, rows: Sequence[Row], name: str = "", top: str = "") -> LoadJob:
    """The job of loading rows of a table, as a CSV with the column names of the contract and its mapping."""
    name = name or table
    header = list(dict.fromkeys(column for row in rows for column in row))
    path = write_csv(folder / f"{name}.csv", header, ([row.get(column, "") for column in header] for row in rows))
    lines = "\n".join(f'{column} = "{column}"' for column in header)
    return file_job(
        mapping_of(folder, f'source = "tiny-{table}"\n{top}\n[{table}]\n{lines}\n', f"{name}.toml"), (path,)
    )


def answer(number: int, score: object, at: str = "2024-01-15", unit: str = "A", **more: object) -> dict[str, object]:
    """A row of responses of a transaction survey."""
    return {
        "response_id": f"r{number}",
        "survey": "transaction",
        "score": score,
        "responded_at": at,
        "unit_id": unit,
        **more,
    }


def load_tables(
    home: Home, folder: Path, tables: Mapping[str, Sequence[Row]], zone: str = "UTC", **options: bool
) -> LoadReport:
    """The report of loading all tables in one load."""
    folder.mkdir(parents=True, exist_ok=True)
    return load(home, tuple(job_of(folder, table, rows) for table, rows in tables.items()), zone, **options)


def current_snapshot(home: Home) -> Snapshot:
    """The current snapshot of a home, opened as pages open it."""
    snapshot_id = home.current_id()
    assert snapshot_id is not None
    return open_snapshot(home.snapshot_path(snapshot_id), Settings(home=home.folder))


def rows_of(home: Home, sql: str, *values: object) -> list[tuple[object, ...]]:
    """What SQL finds in the current snapshot, past the door that pages use."""
    cursor = current_snapshot(home).con.cursor()
    cursor.execute("use snap")
    return cursor.execute(sql, list(values)).fetchall()


def content_of(home: Home, *, with_places: bool = True) -> dict[str, list[tuple[object, ...]]]:
    """Every table of the current snapshot as sorted rows, columns by name, without what names the load itself.

    Rows of the contract's tables with the source and file that they come from.
    Without places: also without lines, and without the tables that hold what stood in files as it was written.
    """
    named = {"load_id"} if with_places else {"load_id", "line"}
    written = set() if with_places else {"rejects", "rejected_records", "headers", "sources"}
    con = current_snapshot(home).con.cursor()
    con.execute("use snap")
    tables = [
        name
        for (name,) in con.execute("select table_name from duckdb_tables() where database_name = 'snap'").fetchall()
        if name not in {"snapshot", "loads", "origins"} | written
    ]
    columns = {
        table: [
            name
            for (name,) in con.execute(
                "select column_name from duckdb_columns() where database_name = 'snap' and table_name = ? order by 1",
                [table],
            ).fetchall()
            if name not in named
        ]
        for table in tables
    }
    return {
        table: sorted(
            con.execute("select " + ", ".join(
                "(select (source, file) from origins where origin_no = _origin)" if name == "_origin" else f'"{name}"'
                for name in names) + f" from {table}").fetchall(), key=repr
        )
        for table, names in columns.items()
    }


def public_file(name: str) -> Path:
    """A file of the public data; a clone without it skips the test and says so."""
    path = PUBLIC_DATA / name
    if not path.exists():
        pytest.skip(
            f"the public data are not beside this clone: no {PUBLIC_DATA.parent.name}/{PUBLIC_DATA.name}/{name}"
        )
    return path


def public_job(source: str, name: str) -> LoadJob:
    """The job of loading a public file with the mapping file that comes with the product."""
    return file_job(read_mapping(PROJECT_FOLDER / "data" / "mappings" / f"{source}.toml"), (public_file(name),))


def public_home() -> Home:
    """A home with both SFO surveys and the R community survey. Tests read it only."""
    public_file("sfo/2017.csv")
    return _public_home()


@lru_cache(maxsize=1)
def _public_home() -> Home:
    folder = Path(tempfile.mkdtemp(prefix="cx-public-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = Home(folder)
    load(home, (public_job("sfo_2017", "sfo/2017.csv"), public_job("sfo_2018", "sfo/2018.csv")), "UTC")
    load(home, (public_job("r_survey_2019", "r_survey_2019/combined.tsv"),), "UTC")
    return home
