"""The doctor: each fault is found, mended only when asked, and nothing that could be data is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from cx.warehouse.doctor import Finding, examine
from cx.warehouse.home import Home
from cx.warehouse.layout import FORMAT_VERSION, KEPT_SNAPSHOTS
from cx.warehouse.lock import LoadRunningError, held
from tests.made_snapshots import home_of_snapshots, make_snapshot, snapshot_id, spoil
from tests.warehouse.test_lock import other_process


def bytes_of(home: Home) -> dict[str, bytes]:
    """Every file of a home but the lock."""
    return {
        path.relative_to(home.folder).as_posix(): path.read_bytes()
        for path in home.folder.rglob("*")
        if path.is_file() and path.name != "load.lock"
    }


def found(findings: tuple[Finding, ...]) -> list[tuple[str, bool]]:
    return [(finding.code, finding.mended) for finding in findings]


def lose(home: Home) -> None:
    (home.folder / "CURRENT").unlink()


def empty(home: Home) -> None:
    (home.folder / "CURRENT").write_text("")


def garble(home: Home) -> None:
    (home.folder / "CURRENT").write_bytes(b"\xff\xfenonsense")


def lose_file(home: Home) -> None:
    home.snapshot_path(snapshot_id(3)).unlink()


def overwrite_file(home: Home) -> None:
    home.snapshot_path(snapshot_id(3)).write_bytes(b"no database" * 1000)


def cut_file(home: Home) -> None:
    path = home.snapshot_path(snapshot_id(3))
    os.truncate(path, path.stat().st_size // 2)


def flip_bits(home: Home) -> None:
    spoil(home.snapshot_path(snapshot_id(3)))


def exchange_files(home: Home) -> None:
    home.snapshot_path(snapshot_id(3)).write_bytes(home.snapshot_path(snapshot_id(2)).read_bytes())


def test_a_sound_home_has_no_findings(tmp_path: Path) -> None:
    assert examine(Home(tmp_path / "nowhere")) == ()
    assert not (tmp_path / "nowhere").exists()
    home = home_of_snapshots(tmp_path / "home", 3)
    home.undo()
    before = bytes_of(home)
    assert examine(home) == examine(home, mend=True) == ()
    assert bytes_of(home) == before


@pytest.mark.parametrize("damage", [lose, empty, garble, lose_file])
def test_a_current_that_names_nothing_falls_back_to_the_newest_whole_snapshot(
    tmp_path: Path, damage: Callable[[Home], None]
) -> None:
    home = home_of_snapshots(tmp_path, 4)
    damage(home)
    newest = snapshot_id(2 if damage is lose_file else 3)
    before = bytes_of(home)
    (finding,) = examine(home)
    assert (finding.code, finding.mended) == ("broken-current", False)
    assert newest in str(finding.message)
    assert bytes_of(home) == before
    assert found(examine(home, mend=True)) == [("broken-current", True)]
    assert home.current_id() == newest
    assert examine(home) == ()


@pytest.mark.parametrize("damage", [overwrite_file, cut_file, flip_bits, exchange_files])
def test_a_current_snapshot_that_is_not_whole_is_put_aside_and_the_one_before_it_is_current(
    tmp_path: Path, damage: Callable[[Home], None]
) -> None:
    home = home_of_snapshots(tmp_path, 4)
    damage(home)
    before = bytes_of(home)
    assert found(examine(home)) == [("corrupt-snapshot", False), ("broken-current", False)]
    assert bytes_of(home) == before
    findings = examine(home, mend=True)
    assert found(findings) == [("corrupt-snapshot", True), ("broken-current", True)]
    name = f"{snapshot_id(3)}.duckdb"
    assert name in str(findings[0].message)
    assert bytes_of(home)[f"quarantine/{name}"] == before[f"snapshots/{name}"]
    assert home.current_id() == snapshot_id(2)
    assert examine(home) == ()


def test_an_old_snapshot_that_is_not_whole_is_put_aside_and_current_stays(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 3)
    spoil(home.snapshot_path(snapshot_id(1)))
    assert found(examine(home, mend=True)) == [("corrupt-snapshot", True)]
    assert home.current_id() == snapshot_id(2)
    assert home.snapshot_ids() == (snapshot_id(2), snapshot_id(0))


def test_damage_is_found_or_does_not_touch_what_is_read(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 1)
    path = home.snapshot_path(snapshot_id(0))
    whole = path.read_bytes()

    def content() -> list[tuple[object, ...]]:
        with duckdb.connect(path, read_only=True) as con:
            return con.execute("from numbers").fetchall()

    right, n_found = content(), 0
    for place in range(1, 40):
        path.write_bytes(whole)
        spoil(path, place / 40)
        if examine(home):
            n_found += 1
        else:
            assert content() == right, place
    assert 3 < n_found < 39


def test_when_no_snapshot_is_whole_nothing_is_made_up(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 1)
    home.snapshot_path(snapshot_id(0)).write_bytes(b"")
    findings = examine(home, mend=True)
    assert found(findings) == [("corrupt-snapshot", True), ("broken-current", False)]
    assert "backup" in str(findings[1].message)


def test_a_snapshot_that_was_undone_is_the_last_resort_and_said_to_be(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 2)
    home.undo()
    home.snapshot_path(snapshot_id(0)).write_bytes(b"")
    before = bytes_of(home)
    *_, finding = examine(home)
    assert (finding.code, finding.mended) == ("broken-current", False)
    assert f"{snapshot_id(1)}, which was undone" in str(finding.message)
    assert bytes_of(home) == before
    *_, finding = examine(home, mend=True)
    assert (finding.code, finding.mended) == ("broken-current", True)
    assert "it was undone" in str(finding.message)
    assert home.current_id() == snapshot_id(1)
    assert examine(home) == ()
    lose(home)
    assert snapshot_id(1) in str(examine(home, mend=True)[0].message)  # and one to fall back to again
    assert home.current_id() == snapshot_id(1)


def test_a_snapshot_that_was_not_undone_comes_first(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 3)
    home.undo()
    home.snapshot_path(snapshot_id(1)).unlink()
    assert found(examine(home, mend=True)) == [("broken-current", True)]
    assert home.current_id() == snapshot_id(0)


def test_a_home_that_is_no_folder_is_not_called_sound(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(NotADirectoryError):
            examine(Home(folder))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "snapshots").write_text("x")
    with pytest.raises(NotADirectoryError):
        examine(Home(tmp_path / "home"))


def test_a_current_that_is_a_folder_is_said_and_what_stands_in_its_way_is_left(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 2)
    lose(home)
    (tmp_path / "CURRENT").mkdir()
    assert found(examine(home)) == [("broken-current", False)]
    (finding,) = [one for one in examine(home, mend=True) if one.code == "broken-current"]
    assert not finding.mended
    assert "CURRENT cannot be written" in str(finding.message)
    assert (tmp_path / "CURRENT").is_dir()


def test_a_snapshot_of_another_version_is_told_and_left_alone(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 1)
    home.make_current(make_snapshot(tmp_path / "building", 1, 0, FORMAT_VERSION + 1), snapshot_id(1))
    before = bytes_of(home)
    assert found(examine(home, mend=True)) == [("other-version", False)]
    assert bytes_of(home) == before


def test_what_a_killed_loader_left_is_found_and_removed(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 1)
    with other_process(home) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    (tmp_path / ".building-x").mkdir()
    (tmp_path / ".building-x" / "snapshot.duckdb").write_bytes(b"half")
    (tmp_path / ".CURRENT-x").write_text("half")
    before = bytes_of(home)
    findings = examine(home)
    assert found(findings) == [("stale-owner", False), ("temporary", False), ("temporary", False)]
    assert [str(finding.message).split()[0] for finding in findings] == ["load.owner", ".CURRENT-x", ".building-x"]
    assert bytes_of(home) == before
    assert all(finding.mended for finding in examine(home, mend=True))
    assert {path.name for path in tmp_path.iterdir()} == {"snapshots", "CURRENT", "load.lock"}
    assert examine(home) == ()


def test_a_snapshot_that_nothing_leads_to_is_deleted_only_when_older_than_all_that_are_kept(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 1)
    for number in range(10, 10 + KEPT_SNAPSHOTS + 1):
        make_snapshot(home.snapshot_path(snapshot_id(number)), number, None)
    home.name_current(snapshot_id(10 + KEPT_SNAPSHOTS))
    findings = examine(home)
    assert found(findings) == [("orphan-snapshot", False)] * 2
    assert [str(finding.message).split(".")[0] for finding in findings] == [snapshot_id(10), snapshot_id(0)]
    assert len(home.snapshot_ids()) == KEPT_SNAPSHOTS + 2
    assert found(examine(home, mend=True)) == [("orphan-snapshot", True)] * 2
    assert len(home.snapshot_ids()) == KEPT_SNAPSHOTS


def test_no_snapshot_is_deleted_while_another_fault_is_open(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 1)
    for number in range(10, 10 + KEPT_SNAPSHOTS + 1):
        make_snapshot(home.snapshot_path(snapshot_id(number)), number, None)
    lose(home)
    assert found(examine(home, mend=True)) == [("broken-current", True)]
    assert len(home.snapshot_ids()) == KEPT_SNAPSHOTS + 2


def test_the_doctor_does_not_touch_a_home_in_which_a_load_runs(tmp_path: Path) -> None:
    home = home_of_snapshots(tmp_path, 2)
    (tmp_path / ".building-x").mkdir()
    for mend in (False, True):
        with held(home), pytest.raises(LoadRunningError):
            examine(Home(tmp_path), mend=mend)
    assert (tmp_path / ".building-x").is_dir()
