"""Every file of the corpus becomes what its line in tests/corpus/README.md says, and nothing else changes."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import getmembers, isfunction
from pathlib import Path

import duckdb
import pytest

from cx.contract.reasons import remedy
from cx.contract.tables import TABLES
from cx.errors import CxError, FileError
from cx.ingest.load import load
from cx.ingest.report import LoadReport
from cx.settings import PROJECT_FOLDER
from cx.warehouse.home import Home
from tests.companies import rows_of
from tests.corpus import generated
from tests.corpus.manifest import CORPUS, FILES, SHARED_MAPPING, Line, job_of, lines

NewHome = Callable[[], Home]
ITEMS = range(1, 41)
MOST_COMMITTED_BYTES = 300_000
COMMITTED = [line for line in lines() if line.name and not line.generated]


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a load of last year. Tests copy it."""
    home = Home(tmp_path_factory.mktemp("earlier"))
    load(home, (job_of("earlier.csv"),), "UTC")
    return home


@pytest.fixture
def new_home(earlier: Home, tmp_path: Path) -> NewHome:
    """Makes a home of one's own that holds the earlier load."""

    def made() -> Home:
        folder = tmp_path / f"home-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(earlier.folder, folder)
        return Home(folder)

    return made


def state(home: Home) -> dict[str, bytes]:
    """Every file of a home that a reader can come across."""
    return {
        str(path.relative_to(home.folder)): path.read_bytes()
        for path in home.folder.rglob("*")
        if path.is_file() and path.name != home.lock.name
    }


@dataclass(frozen=True)
class Found:
    """What a snapshot holds: rows by the file they came from, and the rejects of each file as the manifest has them."""

    rows: Mapping[str, list[tuple[object, ...]]]
    rejects: Mapping[str, list[str]]


def found_in(home: Home) -> Found:
    """What the current snapshot holds, without where its rows stood."""
    rows: dict[str, list[tuple[object, ...]]] = {}
    rejects: dict[str, list[str]] = {}
    with duckdb.connect(home.snapshot_path(str(home.current_id())), read_only=True) as con:
        for table in (TABLES["units"], TABLES["responses"]):
            loaded = con.execute(f"select file, {table.sql_columns} from {table.name} "
                                 "join origins on origin_no = _origin order by all").fetchall()
            for file, *row in loaded:
                rows.setdefault(file, []).append(tuple(row))
        for file, table_name, line, file_column, column, value, rule in con.execute(
            "select file, table_name, line, file_column, column_name, value, rule from rejects order by all"
        ).fetchall():
            assert str(remedy(table_name, column, rule))
            place = f"{line} · {file_column or column}"
            rejects.setdefault(file, []).append(f"{place} · {value or '(nothing)'} · {rule}")
    return Found(rows, rejects)


@cache
def _rows_of_variant(folder: Path, name: str) -> list[tuple[object, ...]]:
    home = Home(folder / f"compared-{name}")
    load(home, (job_of(name),), "UTC")
    return found_in(home).rows[name]


def is_accounted_for(report: LoadReport) -> bool:
    """Whether read = loaded + rejected for each file and table."""
    return all(one.read == one.loaded + one.rejected + one.without_value for one in report.tables)


@pytest.mark.parametrize("line", COMMITTED, ids=lambda line: f"{line.items}-{line.name}-{line.layout or 'plain'}")
def test_a_file_becomes_what_its_line_says(
    line: Line, new_home: NewHome, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = new_home()
    if line.refused:
        assert_refused(home, line)
        return
    report = load(home, (job_of(line.name, line.layout),), "UTC")
    assert not report.waits, [str(doubt.message) for doubt in report.doubts]
    assert (report.loaded, report.rejected) == line.counts
    assert is_accounted_for(report)
    found = found_in(home)
    rows, rejects = found.rows.get(line.name, []), found.rejects.get(line.name, [])
    assert len(rows) == report.loaded
    assert len({reject.split(" · ")[0] for reject in rejects}) == report.rejected
    told = [code for code in line.codes if code.count(" · ") >= 3]
    if told:
        assert rejects == told
    if line.same_rows_as:
        assert rows == _rows_of_variant(tmp_path_factory.getbasetemp(), line.same_rows_as)
    assert len(found.rows["earlier.csv"]) == 2


def assert_refused(home: Home, line: Line) -> None:
    """Loading the file raises an error that says what its line says, and changes nothing."""
    before = state(home)
    with pytest.raises(CxError) as caught:
        load(home, (job_of(line.name, line.layout),), "UTC")
    error = caught.value
    assert isinstance(error, FileError)
    assert line.name in str(error.title)
    assert str(error.remedy)
    words = f"{error.message} {error.remedy}".casefold()
    assert [code for code in line.codes if code.strip().casefold() not in words] == [], words
    assert state(home) == before


def test_clean_rows_are_what_the_file_says(new_home: NewHome) -> None:
    home = new_home()
    load(home, (job_of("clean.csv"),), "UTC")
    assert rows_of(
        home,
        "select response_id, survey, score, responded_at::varchar, unit_id, comment from responses "
        "join origins on origin_no = _origin where file = 'clean.csv' order by 1") == [
        ("c1", "transaction", 10, "2026-01-05 00:00:00", "North", "Quick and kind"),
        ("c2", "transaction", 7, "2026-01-19 00:00:00", "South", "滿意 😀"),
        ("c3", "relationship", 0, "2026-02-02 00:00:00", "North", 'Said "no", twice; really'),
        ("c4", "transaction", 9, "2026-02-16 00:00:00", "South", "one\ttab | pipe,\ntwo lines"),
        ("c5", "strategic", None, "2026-03-02 00:00:00", "North", None),
    ]  # fmt: skip


def test_a_refusal_on_the_command_line_says_all_and_ends_with_an_error(new_home: NewHome) -> None:
    home = new_home()
    before = state(home)
    ran = subprocess.run(
        [sys.executable, "-m", "cx", "load", str(FILES / SHARED_MAPPING), str(FILES / "invalid_utf8.csv")],
        cwd=PROJECT_FOLDER, env={**os.environ, "CX_HOME": str(home.folder), "COLUMNS": "200"}, capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode != 0
    for words in ("invalid_utf8.csv", "utf-8", "line 3", "byte 142", "file.encoding", "nothing was loaded"):
        assert words in ran.stderr.casefold()
    assert "Traceback" not in ran.stderr
    assert state(home) == before


def test_every_file_has_a_line_and_every_line_a_file() -> None:
    mappings = {SHARED_MAPPING} | {Path(line.name).with_suffix(".toml").name for line in COMMITTED}
    files = {path.name for path in FILES.iterdir()}
    assert files - mappings == {line.name for line in COMMITTED}
    functions = {name for name, made in getmembers(generated, isfunction) if made.__module__ == generated.__name__}
    assert {name for name in functions if not name.startswith("_")} == {
        line.name for line in lines() if line.generated
    }


def test_every_item_has_a_line_and_no_line_another_item() -> None:
    assert {item for line in lines() for item in line.items} == set(ITEMS)
    named = [line for line in lines() if line.name]
    assert len({(line.name, line.layout, line.items, line.outcome) for line in named}) == len(named)


def test_every_line_is_checked_and_every_test_that_it_names_is_there() -> None:
    defined = {
        node.name: node
        for path in (CORPUS.parent / "ingest").glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    defined |= {
        node.name: node
        for path in (CORPUS.parent / "browser").glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    for line in lines():
        assert [name for name in line.tests if name not in defined] == [], line.name
        assert line.tests or (line.name and not line.generated), line.must
        for name in line.tests:
            assert re.search(rf"\b{re.escape(line.name)}\b", ast.unparse(defined[name])) or line.generated, name
        assert line.refused or line.counts or line.outcome == "waits" or not line.name, line.name
        if line.refused:
            assert line.codes, line.name


def test_the_committed_files_are_small_and_kept_byte_for_byte() -> None:
    assert sum(path.stat().st_size for path in FILES.iterdir()) < MOST_COMMITTED_BYTES
    assert "* -text" in (CORPUS / ".gitattributes").read_text().splitlines()
    assert b"\r\n" in (FILES / "crlf.csv").read_bytes()
    assert b"\r" in (FILES / "cr.csv").read_bytes()
    assert b"\n" not in (FILES / "cr.csv").read_bytes().replace(b",\ntwo", b"")
