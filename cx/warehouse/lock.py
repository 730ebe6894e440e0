"""One loader at a time: a lock that the operating system releases when its owner dies, and a note on who holds it.

load.lock    the lock itself; the file stays, only its holder counts
load.owner   who holds it, for the words of an error; without a held lock it is stale and means nothing
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout

from cx.errors import LoadError
from cx.phrase import Phrase, phrase

if TYPE_CHECKING:
    from cx.warehouse.home import Home

OWNER_NAME = "load.owner"
OWNER_PART = ".owner-"

Work = Literal["load", "undo"]


class LoadRunningError(LoadError):
    """Another load, or another change of the snapshots, is running."""


@dataclass(frozen=True)
class Owner:
    """Who holds the lock: process, machine, when it began (UTC), what it does."""

    pid: int
    host: str
    started_at: datetime
    what: str


@contextmanager
def only_loader(home: Home, what: Work = "load") -> Iterator[None]:
    """Hold the lock of a home, free of what killed loads left; LoadRunningError while another holds it, and who."""
    with held(home):
        home.clear_temporary()
        _write_owner(home, what)
        try:
            yield
        finally:
            owner_path(home).unlink(missing_ok=True)


@contextmanager
def held(home: Home) -> Iterator[None]:
    """Hold the lock of a home and change nothing in it; LoadRunningError while another holds it."""
    home.folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.lock, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise LoadRunningError(
            phrase("Nothing was changed"), _running(owner_of(home)),
            phrase("Wait until it has finished, then try again.")) from error
    try:
        yield
    finally:
        lock.release()


def owner_path(home: Home) -> Path:
    """The file of the note on who holds the lock."""
    return home.folder / OWNER_NAME


def owner_of(home: Home) -> Owner | None:
    """Who holds the lock, by the note; None when there is none, it cannot be read, or its process is dead."""
    try:
        told = json.loads(owner_path(home).read_text(encoding="utf-8"))
        owner = Owner(int(told["pid"]), str(told["host"]), datetime.fromisoformat(told["started_at"]),
                      str(told["what"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return owner if owner.host != socket.gethostname() or _is_alive(owner.pid) else None


def _running(owner: Owner | None) -> Phrase:
    if owner is None:
        return phrase("Another load is running on this data.")
    values = {"since": f"{owner.started_at:%Y-%m-%d %H:%M} UTC", "pid": owner.pid, "host": owner.host}
    if owner.what == "undo":
        return phrase("An undo has been running since {since} (process {pid} on {host}).", **values)
    return phrase("A load has been running since {since} (process {pid} on {host}).", **values)


def _write_owner(home: Home, what: Work) -> None:
    told = asdict(Owner(os.getpid(), socket.gethostname(), datetime.now(UTC), what))
    with tempfile.NamedTemporaryFile("w", dir=home.folder, prefix=OWNER_PART, encoding="utf-8", delete=False) as stream:
        json.dump(told | {"started_at": told["started_at"].isoformat()}, stream)
    os.replace(stream.name, owner_path(home))


def _is_alive(pid: int) -> bool:
    """Whether a process of this machine runs; on Windows a note is taken at its word."""
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
