"""A load that dies at any moment, a full disk, two loads at once: never a wrong, missing or half snapshot."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cx.contract.tables import TABLES
from cx.ingest.confined import start_load
from cx.settings import PROJECT_FOLDER
from cx.warehouse.disk import DiskFullError
from cx.warehouse.home import Home
from tests.companies import current_snapshot, rows_of
from tests.ingest.loads import answers_csv, order_of, soon

KILLS = 100
HOMES = 2
ROWS = 1_000

# Loads in forks of a process that has imported everything, so that the moments of death lie in the load itself.
FORKER = """
import os, signal, sys, time
from pathlib import Path
from cx.ingest.load import load
from cx.ingest.mapping import read_mapping
from cx.ingest.sources import file_job
from cx.warehouse.home import Home
home, mapping = map(Path, sys.argv[1:])
for line in sys.stdin:
    delay, file = line.rstrip("\\n").split(" ", 1)
    began = time.monotonic()
    child = os.fork()
    if not child:
        load(Home(home), (file_job(read_mapping(mapping), (Path(file),)),), "UTC")
        os._exit(0)
    status = None
    while status is None and time.monotonic() - began < float(delay):
        found, code = os.waitpid(child, os.WNOHANG)
        status = code if found else None
        time.sleep(0.001)
    if status is None:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    print(status, time.monotonic() - began, flush=True)
"""


class Forker:
    """Runs loads and kills them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def load(self, file: Path, kill_after_s: float = 600.0) -> tuple[bool, float]:
        """Whether the load ended by itself, and after how many seconds it was over."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{kill_after_s} {file}\n")
        self._process.stdin.flush()
        status, seconds = self._process.stdout.readline().split()
        assert int(status) in (0, 9)
        return status == "0", float(seconds)


@contextmanager
def forker(home: Home, mapping: Path) -> Iterator[Forker]:
    with subprocess.Popen(
        [sys.executable, "-c", FORKER, str(home.folder), str(mapping)],
        cwd=PROJECT_FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:
        yield Forker(process)


def records_of(home: Home) -> dict[str, str]:
    """Every table of the contract and every rollup of the current snapshot, read in full: a fingerprint of its rows."""
    con = current_snapshot(home).con.cursor()
    con.execute("use snap")
    tables = con.execute("""
        select table_name, string_agg('"' || column_name || '"', ', ' order by column_name) from duckdb_columns()
        where database_name = 'snap' and column_name not in ('_origin', 'load_id')
        group by all order by all""").fetchall()
    rows = {name: con.execute(f"select {columns} from {name} order by all").fetchall()
            for name, columns in tables if name in TABLES or name.startswith("counts")}
    return {name: hashlib.sha256(repr(found).encode()).hexdigest() for name, found in rows.items()}


def left_behind(home: Home) -> set[str]:
    """What a home holds besides what it must."""
    return {path.name for path in home.folder.iterdir()} - {"snapshots", "CURRENT", "load.lock"}


@dataclass
class Deaths:
    """What became of loads that were to be killed."""

    kills: int = 0
    ended: int = 0
    left: int = 0
    died_late: int = 0


def deaths_of(folder: Path, kills: int, seed: int) -> Deaths:
    """Kill so many loads into a home, each at any moment: its content is always that of the old or the new snapshot."""
    home, found = Home(folder / "home"), Deaths()
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
    files = [answers_csv(folder / name / "answers.csv", ROWS, shift) for shift, name in enumerate(("a", "b"))]
    chance = random.Random(seed)
    with forker(home, order_of(home, files[0]).mapping_path) as loads:
        contents, longest_s = [], 0.0
        for file in files:
            done, seconds = loads.load(file)
            assert done
            contents.append(records_of(home))
            longest_s = max(longest_s, seconds)
        assert contents[0] != contents[1]
        now = 1
        while found.kills < kills:
            done, _ = loads.load(files[1 - now], chance.uniform(0, longest_s))
            before, now = now, contents.index(records_of(home))
            assert now != before or not done, found
            found.kills += 1
            found.ended += done
            found.left += bool(left_behind(home))
            found.died_late += now != before and not done
            if found.kills % 10 == 0:
                done, seconds = loads.load(files[1 - now])
                assert done
                longest_s = max(longest_s, seconds)
                now = contents.index(records_of(home))
                assert left_behind(home) == set()
    return found


def test_a_load_that_is_killed_at_any_moment_leaves_the_old_or_the_new_snapshot(tmp_path: Path) -> None:
    with ThreadPoolExecutor(HOMES) as beside:  # a load keeps one core busy
        found = list(beside.map(lambda n: deaths_of(tmp_path / str(n), KILLS // HOMES, 58 + n), range(HOMES)))
    assert sum(one.kills for one in found) == KILLS
    assert sum(one.ended for one in found) < KILLS / 2
    assert sum(one.left for one in found) > KILLS / 10
    print(*found, sep="\n")


def test_a_first_load_that_is_killed_at_any_moment_leaves_nothing_or_all(tmp_path: Path) -> None:
    file = answers_csv(tmp_path / "answers.csv", ROWS)
    mapping = order_of(Home(tmp_path / "home"), file).mapping_path
    chance = random.Random(5)
    with forker(Home(tmp_path / "home"), mapping) as loads:
        _, longest_s = loads.load(file)
    expected = records_of(Home(tmp_path / "home"))
    for kill in range(6):
        home = Home(tmp_path / f"home{kill}")
        with forker(home, mapping) as loads:
            loads.load(file, chance.uniform(longest_s / 2, longest_s))
            assert home.current_id() is None or records_of(home) == expected
            assert loads.load(file)[0]
        assert records_of(home) == expected
        assert left_behind(home) == set()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "cx-test", str(folder)], capture_output=True,
                             check=False, text=True) if sys.platform == "linux" else None
    if mounted is None or mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip() if mounted else sys.platform}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_said_and_the_old_snapshot_stays(small_disk: Path, tmp_path: Path) -> None:
    home = Home(small_disk / "home")
    start_load(order_of(home, answers_csv(tmp_path / "answers.csv", ROWS))).result()
    before, old = home.current_id(), records_of(home)
    order = order_of(home, answers_csv(tmp_path / "answers.csv", ROWS, 1))
    size = home.snapshot_path(str(before)).stat().st_size
    filler = small_disk / "filler"
    for share in (0, 0.002, 0.005, 0.1, 0.3, 0.5, 0.8):
        room = os.statvfs(small_disk)
        with filler.open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, room.f_bavail * room.f_frsize - int(share * size))
        with pytest.raises(DiskFullError, match=r"disk .* is (full|too full)"):
            start_load(order).result()
        assert (home.current_id(), records_of(home)) == (before, old), share
        filler.unlink()
    assert start_load(order).result().loaded == ROWS
    assert records_of(home) != old
    assert left_behind(home) == set()


def cx(home: Home, *command: object) -> subprocess.Popen[str]:
    """`python -m cx …` that has begun."""
    return subprocess.Popen(
        [sys.executable, "-m", "cx", *map(str, command)], cwd=PROJECT_FOLDER, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "CX_HOME": str(home.folder)})


@pytest.mark.parametrize("first", ["a", "b"])
def test_of_two_loads_at_once_one_wins_and_the_other_is_told(tmp_path: Path, first: str) -> None:
    home = Home(tmp_path / "home")
    files = {"a": answers_csv(tmp_path / "a.csv", 150_000), "b": answers_csv(tmp_path / "b.csv", 150_000, 1, 150_000)}
    mapping = order_of(home, files["a"]).mapping_path
    second = "b" if first == "a" else "a"
    with cx(home, "load", mapping, files[first]) as winner:
        assert soon((home.folder / "load.owner").exists)
        loading = json.loads((home.folder / "load.owner").read_text())["pid"]
        os.kill(loading, signal.SIGSTOP)  # so that it surely still runs
        with cx(home, "load", mapping, files[second]) as loser:
            _, said = loser.communicate()
        os.kill(loading, signal.SIGCONT)
        assert loser.returncode == 4, said
        assert "A load has been running since" in said
        _, said = winner.communicate()
    assert winner.returncode == 0, said
    assert rows_of(home, "select distinct file from responses join origins on origin_no = _origin "
                   "order by 1") == [(f"{first}.csv",)]
    with cx(home, "load", mapping, files[second]) as again:
        again.communicate()
    assert again.returncode == 0
    assert rows_of(home, "select count(*), count(distinct response_id), count(distinct _origin) from responses") == [
        (300_000, 300_000, 2)]
    assert left_behind(home) == set()


def test_of_loads_that_begin_together_each_is_loaded_whole_or_told_to_wait(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    files = [answers_csv(tmp_path / f"{name}.csv", 2_000, first=2_000 * number) for number, name in enumerate("abc")]
    mapping = order_of(home, files[0]).mapping_path
    running = [cx(home, "load", mapping, file) for file in files]
    codes = []
    for one in running:
        with one:
            one.communicate()
        codes.append(one.returncode)
    assert 0 in codes
    assert set(codes) <= {0, 4}
    loaded = {f"{file.name}" for file, code in zip(files, codes, strict=True) if code == 0}
    assert rows_of(home, "select file, count(*) from responses join origins on origin_no = _origin "
                   "group by all order by all") == [
        (name, 2_000) for name in sorted(loaded)]
