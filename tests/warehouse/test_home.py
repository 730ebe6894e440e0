"""The folder of a company's data: what is current, whole or not at all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from cx.errors import SnapshotError
from cx.warehouse.home import Home
from cx.warehouse.lock import LoadRunningError, held
from tests.made_snapshots import home_of_snapshots, make_snapshot, snapshot_id


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


def test_a_lost_current_is_not_taken_for_an_empty_home(tmp_path: Path) -> None:
    home = home_with(tmp_path, 2)
    (tmp_path / "CURRENT").unlink()
    with pytest.raises(SnapshotError, match="CURRENT is missing"):
        home.current_id()


class _Dying(Home):
    """A home whose loader dies before CURRENT names its snapshot."""

    def name_current(self, snapshot_id: str | None) -> None:
        if snapshot_id is not None:
            raise KeyboardInterrupt
        super().name_current(snapshot_id)


def test_a_first_load_that_was_killed_before_its_last_step_has_loaded_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.snapshots.mkdir()
    (tmp_path / "building").write_text("content")
    with pytest.raises(KeyboardInterrupt):
        _Dying(tmp_path).make_current(tmp_path / "building", snapshot_id(0))
    assert home.snapshot_ids() == (snapshot_id(0),)
    assert home.current_id() is None


def test_undo_goes_back_along_the_snapshots_that_were_current(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 3)
    assert home.undo() == (snapshot_id(2), snapshot_id(1))
    assert home.current_id() == snapshot_id(1)
    assert home.undo() == (snapshot_id(1), snapshot_id(0))
    with pytest.raises(SnapshotError, match="is the first snapshot"):
        home.undo()
    assert home.current_id() == snapshot_id(0)
    assert {path.name for path in tmp_path.iterdir()} == {"snapshots", "CURRENT", "load.lock"}


def test_undo_follows_what_was_current_not_the_order_of_names(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 3)
    home.undo()
    home.make_current(make_snapshot(tmp_path / "building", 7, 1), snapshot_id(7))
    assert home.chain(9) == (snapshot_id(7), snapshot_id(1), snapshot_id(0))
    assert home.undo() == (snapshot_id(7), snapshot_id(1))


def test_undo_says_when_there_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="Nothing was loaded yet"):
        Home(tmp_path / "new").undo()
    home = home_of_snapshots(tmp_path, 2)
    home.snapshot_path(snapshot_id(0)).unlink()
    with pytest.raises(SnapshotError, match=f"{snapshot_id(0)}.duckdb, is not kept any more"):
        home.undo()
    assert home.current_id() == snapshot_id(1)


def test_undo_does_not_go_back_to_a_snapshot_that_does_not_open(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 2)
    home.snapshot_path(snapshot_id(0)).write_bytes(b"no database" * 1000)
    with pytest.raises(SnapshotError, match="cannot be opened"):
        home.undo()
    assert home.current_id() == snapshot_id(1)


def test_undo_waits_for_no_load(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 2)
    with held(home), pytest.raises(LoadRunningError):
        Home(tmp_path).undo()
    assert home.current_id() == snapshot_id(1)


def test_what_undo_needs_is_kept_also_when_the_clock_was_set_back(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 3)
    for number in (40, 41, 42):  # of loads whose clock went ahead, then were undone
        make_snapshot(home.snapshot_path(snapshot_id(number)), number, 2)
    home.retire(3)
    assert home.chain(3) == (snapshot_id(2), snapshot_id(1), snapshot_id(0))
    assert set(home.snapshot_ids()) == {snapshot_id(number) for number in (0, 1, 2, 40, 41, 42)}
    home.retire(2)
    assert set(home.snapshot_ids()) == {snapshot_id(number) for number in (1, 2, 41, 42)}


def test_nothing_falls_back_to_a_snapshot_that_was_undone(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 4)
    home.undo()
    assert home.fallbacks() == (snapshot_id(1), snapshot_id(0))
    (tmp_path / "CURRENT").unlink()
    assert home.fallbacks() == (snapshot_id(2), snapshot_id(1), snapshot_id(0))


def test_an_older_snapshot_is_fallen_back_to_before_a_newer_one(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 4)
    home.name_current(snapshot_id(2))
    assert home.fallbacks() == (snapshot_id(1), snapshot_id(0), snapshot_id(3))


def test_with_a_retired_snapshot_goes_the_mark_that_it_was_undone(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 2)
    home.undo()
    home.delete(snapshot_id(1))
    assert [path.name for path in home.snapshots.iterdir()] == [f"{snapshot_id(0)}.duckdb"]
