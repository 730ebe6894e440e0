"""Loads in a process of their own: the same result, the same errors, and a death that is said and harms nothing."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cx.errors import CxError, FileError, LoadError, MappingError
from cx.ingest.candidates import look_at
from cx.ingest.confined import start_load, start_look, start_suggest
from cx.ingest.load import load
from cx.ingest.mapping import read_mapping
from cx.ingest.sources import file_job
from cx.ingest.suggest import suggest
from cx.settings import PROJECT_FOLDER
from cx.warehouse.home import Home
from cx.warehouse.lock import LoadRunningError, held
from tests.companies import content_of, rows_of
from tests.ingest.loads import answers_csv, order_of, soon, with_settings

PARENT = """
import sys, time
from pathlib import Path
from cx.ingest.confined import LoadOrder, start_load
home, mapping, file = map(Path, sys.argv[1:])
print(start_load(LoadOrder(home, mapping, (file,), "UTC")).pid, flush=True)
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    """Whether a process is there, also as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_load_of_its_own_process_does_what_a_load_does(tmp_path: Path) -> None:
    file = answers_csv(tmp_path / "a.csv", 500)
    file.write_text(file.read_text() + "x,eleven,2026-01-01,A\n", encoding="utf-8")
    homes = [Home(tmp_path / name) for name in ("own", "other")]
    order = order_of(homes[0], file)
    report = start_load(order).result()
    same = load(homes[1], (file_job(read_mapping(order.mapping_path), (file,)),), "UTC")
    assert (report.tables, report.rejects, report.rejects_total) == (same.tables, same.rejects, same.rejects_total)
    assert (report.read, report.rejected) == (501, 1)
    assert report.snapshot_id == homes[0].current_id()
    assert content_of(homes[0]) == content_of(homes[1])


def test_a_check_of_its_own_process_changes_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    report = start_load(order_of(home, answers_csv(tmp_path / "a.csv", 50), dry=True)).result()
    assert (report.loaded, report.snapshot_id) == (50, None)
    assert home.current_id() is None
    assert home.snapshot_ids() == ()


def test_a_look_and_a_suggestion_are_those_of_this_process(tmp_path: Path) -> None:
    file = answers_csv(tmp_path / "answers.csv", 200)
    candidates = start_look(file).result()
    assert candidates == look_at(file)
    assert start_suggest(file, candidates[0].layout, "responses").result() == suggest(
        file, candidates[0].layout, "responses")


def test_its_errors_are_those_of_a_load(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    order = order_of(home, answers_csv(tmp_path / "a.csv", 5))

    def error() -> CxError:
        with pytest.raises(CxError) as caught:
            start_load(order).result()
        return caught.value

    with held(home):
        assert type(error()) is LoadRunningError
    (tmp_path / "a.csv").write_text("")
    assert type(error()) is FileError
    assert "a.csv" in str(error())
    order.mapping_path.write_text("source = [")
    assert type(error()) is MappingError
    assert home.current_id() is None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM])
def test_a_process_that_dies_is_said_and_nothing_is_loaded(tmp_path: Path, number: signal.Signals) -> None:
    home = Home(tmp_path / "home")
    start_load(order_of(home, answers_csv(tmp_path / "a.csv", 50))).result()
    before = home.current_id()
    running = start_load(order_of(home, answers_csv(tmp_path / "a.csv", 200_000, 1)))
    assert soon(lambda: running.progress()[0] is not None)
    os.kill(running.pid, number)
    with pytest.raises(LoadError, match=rf"signal {number:d}\b.*Nothing was changed"):
        running.result()
    assert home.current_id() == before
    assert not is_running(running.pid)


def test_a_load_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    order = order_of(home, answers_csv(tmp_path / "a.csv", 400_000))
    with with_settings(monkeypatch, load_max_s=1):
        running = start_load(order)
        with pytest.raises(LoadError, match="longer than 1 seconds"):
            running.result()
    assert not is_running(running.pid)
    assert home.current_id() is None


def test_a_load_that_needs_too_much_memory_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    order = order_of(home, answers_csv(tmp_path / "a.csv", 1000))
    with with_settings(monkeypatch, load_memory="10MB"), pytest.raises(LoadError, match="memory"):
        start_load(order).result()
    assert home.current_id() is None
    assert start_load(order).result().loaded == 1000


def test_stop_ends_it_at_once_and_work_that_has_ended_keeps_its_result(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    order = order_of(home, answers_csv(tmp_path / "a.csv", 300_000))
    running = start_load(order)
    assert soon(lambda: running.progress()[0] is not None)
    running.stop()
    assert running.done()
    assert not is_running(running.pid)
    with pytest.raises(LoadError, match="told to stop"):
        running.result()
    answers_csv(tmp_path / "a.csv", 30)
    again = start_load(order)
    assert again.result().loaded == 30
    again.stop()
    assert again.result().loaded == 30
    assert {path.name for path in home.folder.iterdir()} == {"snapshots", "CURRENT", "load.lock"}


def test_progress_goes_from_stage_to_stage_and_counts_records(tmp_path: Path) -> None:
    running = start_load(order_of(Home(tmp_path / "home"), answers_csv(tmp_path / "a.csv", 300_000)))
    seen: list[tuple[str, int]] = []

    def look() -> bool:
        done = running.done()
        stage, records = running.progress()
        if stage is not None and (not seen or seen[-1] != (str(stage), records)):
            seen.append((str(stage), records))
        return done

    while not look():
        time.sleep(0.002)
    assert running.result().loaded == 300_000
    stages = list(dict.fromkeys(stage for stage, _ in seen))
    assert stages[0].startswith("Reading")
    assert stages[-1] == "Making the snapshot current"
    reading = [records for stage, records in seen if stage == stages[0]]
    assert reading == sorted(reading)
    assert 0 < reading[-1] <= 300_000


def test_a_load_goes_on_when_nobody_waits_for_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    pid = start_load(order_of(home, answers_csv(tmp_path / "a.csv", 100))).pid
    gc.collect()
    assert soon(lambda: not is_running(pid))
    assert rows_of(home, "select count(*) from responses") == [(100,)]


def test_a_load_whose_parent_was_killed_ends_and_changes_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    order = order_of(home, answers_csv(tmp_path / "a.csv", 500_000))
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(home.folder), str(order.mapping_path), str(order.files[0])],
        cwd=PROJECT_FOLDER, stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert soon(lambda: bool(list(home.folder.glob(".building-*"))))
        parent.kill()
    assert soon(lambda: not is_running(pid), within_s=5)
    assert home.current_id() is None
