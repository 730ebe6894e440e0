"""The folder of a company's data: what is current, whole or not at all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from cx.errors import SnapshotError
from cx.warehouse.home import Home


def snapshot_id(number: int) -> str:
    """The id of the snapshot of second `number`."""
    return f"20240101T0000{number:02}-{number:08x}"


def home_with(folder: Path, count: int) -> Home:
    """A home in which that many snapshots were made current, one after the other."""
    home = Home(folder)
    home.snapshots.mkdir(parents=True)
    for number in range(count):
        building = folder / "building"
        building.write_text(f"content {number}")
        home.make_current(building, snapshot_id(number))
    return home


def test_nothing_is_current_before_the_first_load(tmp_path: Path) -> None:
    assert Home(tmp_path / "nowhere").current_id() is None


def test_a_finished_file_becomes_current_and_nothing_else_is_left(tmp_path: Path) -> None:
    home = home_with(tmp_path, 2)
    assert home.current_id() == snapshot_id(1)
    assert home.snapshot_path(snapshot_id(1)).read_text() == "content 1"
    assert {path.name for path in tmp_path.iterdir()} == {"snapshots", "CURRENT"}
    assert (tmp_path / "CURRENT").read_text() == snapshot_id(1) + "\n"


def test_readers_see_a_whole_id_at_every_moment(tmp_path: Path) -> None:
    home = home_with(tmp_path, 1)
    ids = [snapshot_id(number) for number in range(60)]
    seen: list[str | None] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(home.current_id())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for one in ids[1:]:
            (tmp_path / "building").write_text("x")
            home.make_current(tmp_path / "building", one)
    finally:
        done.set()
        reader.join()
    assert set(seen) <= set(ids)
    assert seen == sorted(seen, key=lambda one: ids.index(str(one)))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        b"../../etc/passwd",
        b"20240101T000000-0000000g",
        b"20240101T000000-00000000.duckdb",
        b"/tmp/20240101T000000-00000000",
        "２０240101T000000-00000000".encode(),
        b"\xff\xfe",
        b"x" * 10_000,
    ],
)
def test_a_current_that_names_no_snapshot_is_an_error_with_a_remedy(tmp_path: Path, text: bytes) -> None:
    home = home_with(tmp_path, 1)
    (tmp_path / "CURRENT").write_bytes(text)
    with pytest.raises(SnapshotError) as caught:
        home.current_id()
    assert "CURRENT" in str(caught.value.message)
    assert "CURRENT" in str(caught.value.remedy)
    assert len(str(caught.value)) < 500


def test_a_current_whose_file_is_gone_names_the_file(tmp_path: Path) -> None:
    home = home_with(tmp_path, 1)
    home.snapshot_path(snapshot_id(0)).unlink()
    with pytest.raises(SnapshotError, match=snapshot_id(0)):
        home.current_id()


def test_old_snapshots_are_retired_but_never_the_current_one(tmp_path: Path) -> None:
    home = home_with(tmp_path, 7)
    (tmp_path / "CURRENT").write_text(snapshot_id(1))
    home.retire(3)
    assert sorted(path.stem for path in home.snapshots.iterdir()) == [snapshot_id(number) for number in (1, 4, 5, 6)]
    home.retire(3)
    assert len(list(home.snapshots.iterdir())) == 4
