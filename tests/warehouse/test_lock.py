"""One loader at a time; the second is told who the first is, and a dead one holds nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cx.errors import LoadError
from cx.settings import PROJECT_FOLDER
from cx.warehouse.home import Home
from cx.warehouse.lock import LoadRunningError, held, only_loader, owner_of, owner_path

HOLDER = """
import sys
from pathlib import Path
from cx.warehouse.home import Home
from cx.warehouse.lock import only_loader
with only_loader(Home(Path(sys.argv[1])), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_process(home: Home, what: str = "load") -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the lock until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.folder), what],
        cwd=PROJECT_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"held"
        yield process
    finally:
        process.communicate()


def test_the_second_loader_is_told_since_when_and_by_which_process_the_first_runs(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with other_process(home) as process:
        with pytest.raises(LoadRunningError) as caught, only_loader(home):
            pytest.fail("two loaders at once")
        message = str(caught.value.message)
        found = re.fullmatch(r"A load has been running since (\S+ \S+) UTC \(process (\d+) on (\S+)\)\.", message)
        assert found, message
        began = datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        assert timedelta() <= datetime.now(UTC) - began < timedelta(minutes=3)
        assert (int(found[2]), found[3]) == (process.pid, socket.gethostname())
        assert isinstance(caught.value, LoadError)
    with only_loader(home):
        assert owner_path(home).exists()
    assert not owner_path(home).exists()


def test_an_undo_is_called_an_undo(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with other_process(home, "undo"), pytest.raises(LoadRunningError, match="An undo has been running"), held(home):
        pytest.fail("two owners at once")


def test_a_killed_loader_holds_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with other_process(home) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert owner_path(home).exists()
        assert owner_of(home) is None
        with only_loader(home):
            owner = owner_of(home)
            assert owner is not None
            assert owner.pid == os.getpid()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"pid": "x"}', "\x00", '{"pid": 1, "host": "a", "started_at": "x"}'])
def test_a_note_that_cannot_be_read_changes_nothing_but_the_words(tmp_path: Path, text: str) -> None:
    home = Home(tmp_path)
    with other_process(home):
        owner_path(home).write_text(text)
        with pytest.raises(LoadRunningError, match=r"Another load is running on this data\."), only_loader(home):
            pytest.fail("two loaders at once")


def test_a_note_of_a_dead_process_is_not_believed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with other_process(home):
        told = json.loads(owner_path(home).read_text())
        owner_path(home).write_text(json.dumps(told | {"pid": dead.pid}))
        assert owner_of(home) is None
        owner_path(home).write_text(json.dumps(told | {"pid": dead.pid, "host": "another.machine"}))
        with pytest.raises(LoadRunningError, match=r"on another\.machine"), only_loader(home):
            pytest.fail("two loaders at once")


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(ZeroDivisionError), only_loader(home):
        raise ZeroDivisionError
    with only_loader(home):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["load.lock"]


def test_what_dead_loaders_left_is_gone_when_the_next_one_begins(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / ".building-x").mkdir()
    (tmp_path / ".building-x" / "snapshot.duckdb").write_text("half")
    for name in (".CURRENT-x", ".owner-x"):
        (tmp_path / name).write_text("half")
    home.uploads.mkdir()
    for age_h in (25, 23):  # a check and an upload hold no lock: a young one may live
        for path in (home.uploads / f"x{age_h}", tmp_path / f".checking-{age_h}"):
            path.mkdir()
            (path / "file").write_text("half")
            long_ago = datetime.now(UTC).timestamp() - age_h * 3600
            os.utime(path, (long_ago, long_ago))
    with only_loader(home):
        assert {path.name for path in tmp_path.iterdir()} == {"load.lock", "load.owner", "uploads", ".checking-23"}
        assert [path.name for path in home.uploads.iterdir()] == ["x23"]
