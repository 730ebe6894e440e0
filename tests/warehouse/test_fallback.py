"""Pages when the current snapshot is lost or damaged, and when it changes while they read."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from cx.errors import SnapshotError
from cx.settings import Settings
from cx.warehouse.home import Home
from cx.warehouse.layout import KEPT_SNAPSHOTS
from cx.warehouse.snapshot import Warehouse
from tests.made_snapshots import ROWS, home_of_snapshots, make_snapshot, snapshot_id


def warehouse_of(home: Home) -> Warehouse:
    return Warehouse(Settings(home=home.folder))


def test_a_sound_current_snapshot_is_no_fallback(tmp_path: Path) -> None:
    snapshot = warehouse_of(home_of_snapshots(tmp_path, 2)).current()
    assert snapshot is not None
    assert (snapshot.id, snapshot.fallback_from) == (snapshot_id(1), None)


@pytest.mark.parametrize("damage", ["missing", "garbage", "truncated"])
def test_pages_show_the_snapshot_before_a_broken_one_and_say_so(tmp_path: Path, damage: str) -> None:
    home = home_of_snapshots(tmp_path, 3)
    path = home.snapshot_path(snapshot_id(2))
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"no database" * 1000 if damage == "garbage" else path.read_bytes()[:5000])
    warehouse = warehouse_of(home)
    for _ in range(2):
        snapshot = warehouse.current()
        assert snapshot is not None
        assert (snapshot.id, snapshot.fallback_from) == (snapshot_id(1), snapshot_id(2))
        assert snapshot.con.cursor().execute("select min(number), max(number) from snap.numbers").fetchone() == (1, 1)
    home.name_current(snapshot_id(1))
    mended = warehouse.current()
    assert mended is not None
    assert mended.fallback_from is None


def test_a_lost_current_shows_the_newest_snapshot_that_opens(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 3)
    (tmp_path / "CURRENT").unlink()
    home.snapshot_path(snapshot_id(2)).write_bytes(b"no database" * 1000)
    snapshot = warehouse_of(home).current()
    assert snapshot is not None
    assert (snapshot.id, snapshot.fallback_from) == (snapshot_id(1), "CURRENT")


def test_when_nothing_opens_the_fault_of_the_current_one_is_said(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 2)
    for number in range(2):
        home.snapshot_path(snapshot_id(number)).write_bytes(b"no database" * 1000)
    with pytest.raises(SnapshotError, match=snapshot_id(1)):
        warehouse_of(home).current()


def test_each_reader_keeps_one_snapshot_throughout_while_loads_go_on(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 1)
    warehouse = warehouse_of(home)
    loaded = threading.Event()
    seen: set[str] = set()
    wrong: list[object] = []

    def read_pages() -> None:
        while not loaded.is_set():
            snapshot = warehouse.current()
            assert snapshot is not None
            number = int(snapshot.id[-8:], 16)
            for _ in range(5):
                row = snapshot.con.cursor().execute(
                    "select min(number), max(number), count(*), any_value(snapshot_id) "
                    "from snap.numbers, snap.snapshot").fetchone()
                if row != (number, number, ROWS, snapshot.id):
                    wrong.append((snapshot.id, row))
            seen.add(snapshot.id)

    def watched() -> None:
        try:
            read_pages()
        except BaseException as error:
            wrong.append(error)

    readers = [threading.Thread(target=watched) for _ in range(12)]
    for reader in readers:
        reader.start()
    try:
        for number in range(1, 25):
            home.make_current(make_snapshot(tmp_path / "building", number, number - 1), snapshot_id(number))
            home.retire(KEPT_SNAPSHOTS)
    finally:
        loaded.set()
        for reader in readers:
            reader.join()
    assert wrong == []
    assert len(seen) > 5
    assert len(home.snapshot_ids()) == KEPT_SNAPSHOTS
