"""Where everything that the product keeps lies: one folder, `CX_HOME`.

snapshots/<id>.duckdb   immutable snapshots; a name is never used twice
CURRENT                 one line: the id of the snapshot that pages show
load.lock               held while a load runs
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cx.errors import SnapshotError
from cx.phrase import phrase

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
    def lock(self) -> Path:
        """The lock file of loads."""
        return self.folder / "load.lock"

    def snapshot_path(self, snapshot_id: str) -> Path:
        """The file of a snapshot; SnapshotError when the id is not well formed."""
        if not _SNAPSHOT_ID.fullmatch(snapshot_id):
            raise SnapshotError(
                phrase("The current snapshot cannot be found"),
                phrase("CURRENT names {snapshot}, which is not the id of a snapshot.", snapshot=snapshot_id[:80]),
                phrase("Load the data again, or write the name of a file in the folder snapshots into CURRENT."))
        return self.snapshots / f"{snapshot_id}.duckdb"

    def current_id(self) -> str | None:
        """The id of the current snapshot; None when nothing was loaded yet. SnapshotError when it is missing."""
        try:
            snapshot_id = (self.folder / "CURRENT").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            snapshot_id = "?"
        path = self.snapshot_path(snapshot_id)
        if not path.exists():
            raise SnapshotError(
                phrase("The current snapshot cannot be found"),
                phrase("The file {file} is missing.", file=path.name),
                phrase("Put it back from a backup, or load the data again."))
        return snapshot_id

    def make_current(self, building: Path, snapshot_id: str) -> None:
        """Make a finished snapshot file current, atomically: on disk first, then named by CURRENT."""
        _sync(building)
        os.replace(building, self.snapshot_path(snapshot_id))
        _sync_folder(self.snapshots)
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix=".CURRENT-", delete=False) as stream:
            stream.write(snapshot_id + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(stream.name, self.folder / "CURRENT")
        _sync_folder(self.folder)

    def retire(self, keep: int) -> None:
        """Delete the oldest snapshots but the newest `keep`, never the current one."""
        current = self.current_id()
        for path in sorted(self.snapshots.glob("*.duckdb"))[:-keep]:
            if path.stem != current:
                path.unlink(missing_ok=True)


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
