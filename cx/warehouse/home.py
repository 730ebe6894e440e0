"""Where everything that the product keeps lies: one folder, `CX_HOME`.

snapshots/<id>.duckdb   immutable snapshots; a name is never used twice
snapshots/<id>.undone   marks a snapshot that was undone: nothing falls back to it
CURRENT                 one line: the id of the snapshot that pages show; "none" while the first load ends
load.lock, load.owner   held while a load runs, and by whom
mappings/               mapping files that the import has written
uploads/                files on their way in
quarantine/             snapshots that could not be opened, put aside by the doctor
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cx.errors import LoadError, SnapshotError
from cx.phrase import Phrase, phrase
from cx.warehouse.lock import OWNER_PART, only_loader

BUILDING = ".building-"
CHECKING = ".checking-"
_NAMING = ".CURRENT-"
_NOTHING = "none"
_KEPT_S = 24 * 3600
_SNAPSHOT_ID = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Home:
    """The folder of a company's data."""

    folder: Path

    @property
    def snapshots(self) -> Path:
        """The folder of the snapshots."""
        return self.folder / "snapshots"

    @property
    def uploads(self) -> Path:
        """The folder of files on their way in; what is older than a day is temporary."""
        return self.folder / "uploads"

    @property
    def quarantine(self) -> Path:
        """The folder of snapshots that could not be opened."""
        return self.folder / "quarantine"

    @property
    def lock(self) -> Path:
        """The lock file of loads."""
        return self.folder / "load.lock"

    def snapshot_path(self, snapshot_id: str) -> Path:
        """The file of a snapshot; SnapshotError when the id is not well formed."""
        if not _SNAPSHOT_ID.fullmatch(snapshot_id):
            raise _not_found(phrase("CURRENT names {snapshot}, which is not the id of a snapshot.",
                                    snapshot=snapshot_id[:80]))
        return self.snapshots / f"{snapshot_id}.duckdb"

    def snapshot_ids(self) -> tuple[str, ...]:
        """The ids of all snapshots that are there, the newest first, also those that cannot be opened."""
        found = (path.stem for path in self.snapshots.glob("*.duckdb"))
        return tuple(sorted((name for name in found if _SNAPSHOT_ID.fullmatch(name)), reverse=True))

    def current_id(self) -> str | None:
        """The id of the current snapshot; None when nothing was loaded yet. SnapshotError when it is missing."""
        snapshot_id = self.named_id()
        if snapshot_id is None and self.snapshot_ids() and not (self.folder / "CURRENT").exists():
            raise _not_found(phrase("The file CURRENT is missing, though there are snapshots."))
        if snapshot_id is not None and not self.snapshot_path(snapshot_id).exists():
            raise _not_found(phrase("The file {file} is missing.", file=f"{snapshot_id}.duckdb"))
        return snapshot_id

    def named_id(self) -> str | None:
        """What CURRENT names, well formed or not; None when there is no CURRENT or it names nothing."""
        try:
            snapshot_id = (self.folder / "CURRENT").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (UnicodeDecodeError, IsADirectoryError):
            return "?"
        return None if snapshot_id == _NOTHING else snapshot_id

    def make_current(self, building: Path, snapshot_id: str) -> None:
        """Make a finished snapshot file current, atomically: on disk first, then named by CURRENT."""
        _sync(building)
        if not (self.folder / "CURRENT").exists():
            self.name_current(None)  # a file in snapshots without CURRENT would look like a lost CURRENT
        os.replace(building, self.snapshot_path(snapshot_id))
        _sync_folder(self.snapshots)
        self.name_current(snapshot_id)

    def name_current(self, snapshot_id: str | None) -> None:
        """Let CURRENT name a snapshot, or nothing, atomically."""
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix=_NAMING, delete=False) as stream:
            stream.write(f"{snapshot_id or _NOTHING}\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(stream.name, self.folder / "CURRENT")
        _sync_folder(self.folder)

    def take_up_again(self, snapshot_id: str) -> None:
        """Let CURRENT name a snapshot that was undone; it is one of those to fall back to again."""
        self.name_current(snapshot_id)
        self._undone_mark(snapshot_id).unlink(missing_ok=True)

    def undo(self) -> tuple[str, str]:
        """Make the snapshot before the current one current; the ids from which and to which.

        SnapshotError when there is none before it or its file is gone, LoadRunningError while a load runs.
        """
        with only_loader(self, "undo"):
            current = self.current_id()
            if current is None:
                raise _nothing_undone(phrase("Nothing was loaded yet."))
            before = self.previous_id(current)
            if before is None:
                raise _nothing_undone(phrase("{snapshot} is the first snapshot, there is none before it.",
                                             snapshot=current))
            if not self.snapshot_path(before).exists():
                raise _nothing_undone(phrase("The snapshot before the current one, {file}, is not kept any more.",
                                             file=f"{before}.duckdb"))
            self.previous_id(before)
            self._undone_mark(current).touch()
            self.name_current(before)
        return current, before

    def previous_id(self, snapshot_id: str) -> str | None:
        """The id of the snapshot that a snapshot replaced; None for the first. SnapshotError when it does not open."""
        path = self.snapshot_path(snapshot_id)
        try:
            with duckdb.connect(path, read_only=True) as con:
                found = con.execute("select previous from snapshot").fetchone()
        except duckdb.Error as error:
            raise SnapshotError(
                phrase("The snapshot cannot be opened"),
                phrase("{file}: {reason}", file=path.name, reason=str(error)[:300]),
                phrase("Run: python -m cx doctor --mend")) from error
        return None if found is None or found[0] is None else str(found[0])

    def chain(self, length: int) -> tuple[str, ...]:
        """The current snapshot and those that `undo` goes back to one after the other, at most so many."""
        found: list[str] = []
        try:
            snapshot_id = self.current_id()
            while snapshot_id and len(found) < length and snapshot_id not in found:
                found.append(snapshot_id)
                before = self.previous_id(snapshot_id)
                snapshot_id = before if before and self.snapshot_path(before).exists() else None
        except SnapshotError:
            pass  # the chain ends at a snapshot that cannot be opened
        return tuple(found)

    def fallbacks(self) -> tuple[str, ...]:
        """Snapshots to show when the current one cannot be shown, the best first: older ones, the newest first.

        Never one that was undone.
        """
        named = self.named_id() or ""
        ids = [one for one in self.snapshot_ids() if one != named and not self._undone_mark(one).exists()]
        return tuple(sorted(ids, key=lambda one: bool(_SNAPSHOT_ID.fullmatch(named)) and one > named))

    def kept(self, keep: int) -> frozenset[str]:
        """The snapshots that stay: the newest `keep`, the current one, and the `keep` that undo goes through."""
        named = self.named_id()
        return frozenset((*self.snapshot_ids()[:keep], *self.chain(keep), *([named] if named else [])))

    def retire(self, keep: int) -> None:
        """Delete the snapshots that are not `kept`."""
        kept = self.kept(keep)
        for snapshot_id in self.snapshot_ids():
            if snapshot_id not in kept:
                self.delete(snapshot_id)

    def delete(self, snapshot_id: str) -> None:
        """Delete a snapshot; one that Windows holds open stays."""
        try:
            self.snapshot_path(snapshot_id).unlink(missing_ok=True)
        except PermissionError:
            return
        self._undone_mark(snapshot_id).unlink(missing_ok=True)

    def temporary(self) -> tuple[Path, ...]:
        """What loads, undos, checks and uploads left behind that were killed. Only for the holder of the lock.

        Checks and uploads need no lock: what is younger than a day may still be in use.
        """
        left = [path for part in (BUILDING, _NAMING, OWNER_PART) for path in self.folder.glob(f"{part}*")]
        unlocked = [*self.folder.glob(f"{CHECKING}*"), *self.uploads.glob("*")]
        return tuple(sorted([*left, *(path for path in unlocked if _is_old(path))]))

    def clear_temporary(self) -> None:
        """Delete what is temporary. Only for the holder of the lock, before it begins."""
        for path in self.temporary():
            remove(path)

    def _undone_mark(self, snapshot_id: str) -> Path:
        return self.snapshots / f"{snapshot_id}.undone"


def remove(path: Path) -> None:
    """Delete a file or a folder, as far as the system lets."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def said_by_system(error: OSError) -> LoadError:
    """The error of a file or folder that the system does not let the program use, with its path and the reason."""
    place = error.filename2 or error.filename
    reason = error.strerror or str(error) or type(error).__name__
    return LoadError(
        phrase("A file or folder cannot be used"),
        phrase("{file}: {reason}.", file=place, reason=reason) if place else phrase("{reason}.", reason=reason),
        phrase("See that it is there, is what the command needs (a file or a folder), and may be read and written; "
               "the folder of the data is the setting CX_HOME."))


def _is_old(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - _KEPT_S
    except FileNotFoundError:
        return False


def _not_found(message: Phrase) -> SnapshotError:
    return SnapshotError(
        phrase("The current snapshot cannot be found"), message,
        phrase("Put it back from a backup, or run python -m cx doctor --mend: "
               "it lets CURRENT name the newest snapshot that is whole."))


def _nothing_undone(message: Phrase) -> SnapshotError:
    return SnapshotError(phrase("Nothing was undone"), message,
                         phrase("Load the right files again: a corrected row replaces the old one by its key."))


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there; the rename itself is durable
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
