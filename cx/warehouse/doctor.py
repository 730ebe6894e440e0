"""What is broken in a home, and how it is mended: CURRENT, snapshots that do not open, and what dead loads left.

Nothing that could be data is deleted without a word: snapshots that do not open are moved aside, and a snapshot that
nothing leads to is deleted only when it is older than all that are kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import duckdb

from cx.contract.check import quoted
from cx.errors import SnapshotError
from cx.phrase import Phrase, phrase
from cx.warehouse.home import Home, remove
from cx.warehouse.layout import FORMAT_VERSION, KEPT_SNAPSHOTS
from cx.warehouse.lock import held, owner_path

Code = Literal["stale-owner", "temporary", "corrupt-snapshot", "other-version", "broken-current", "orphan-snapshot"]


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be. `mended`: whether it is right now."""

    code: Code
    message: Phrase
    mended: bool


@dataclass(frozen=True)
class _Fault:
    """Why a snapshot cannot be used; `other_version`: it may be whole, but this version cannot read it."""

    reason: str
    other_version: bool = False


def examine(home: Home, *, mend: bool = False) -> tuple[Finding, ...]:
    """What is broken, and with `mend` also mended. Reads every block of every snapshot.

    LoadRunningError while a load runs: what belongs to it could not be told from what a dead one left. OSError when
    the folder of the data, or what is in it, cannot be read or is no folder.
    """
    try:
        os.listdir(home.folder)
    except FileNotFoundError:
        return ()
    if os.path.lexists(home.snapshots):
        os.listdir(home.snapshots)
    with held(home):
        return tuple(_examined(home, mend))


def _examined(home: Home, mend: bool) -> Iterator[Finding]:
    yield from _left_behind(home, mend)
    faults = {snapshot_id: fault for snapshot_id in home.snapshot_ids()
              if (fault := _fault(home, snapshot_id)) is not None}
    whole = [snapshot_id for snapshot_id in home.fallbacks() if snapshot_id not in faults]
    current_fault = _current_fault(home, faults)
    for snapshot_id, fault in faults.items():
        yield _unusable(home, snapshot_id, fault, mend)
    if current_fault is not None:
        undone = [snapshot_id for snapshot_id in home.snapshot_ids()
                  if snapshot_id not in faults and snapshot_id not in whole]
        yield _broken_current(home, current_fault, whole, undone, mend)
    elif not faults:
        yield from _orphans(home, mend)


def _left_behind(home: Home, mend: bool) -> Iterator[Finding]:
    note = owner_path(home)
    if note.exists():
        if mend:
            remove(note)
        yield Finding("stale-owner", phrase("{file} names a load that does not run any more.", file=note.name),
                      not note.exists())
    for path in home.temporary():
        if mend:
            remove(path)
        yield Finding("temporary", phrase("{file} was left behind by work that was ended.",
                                          file=path.relative_to(home.folder).as_posix()), not path.exists())


def _fault(home: Home, snapshot_id: str) -> _Fault | None:
    """Why a snapshot cannot be used; None when it opens and each of its blocks can be read."""
    try:
        with duckdb.connect(home.snapshot_path(snapshot_id), read_only=True) as con:
            own_id, version = con.execute("select snapshot_id, format from snapshot").fetchone() or ("", 0)
            if version != FORMAT_VERSION:
                return _Fault(f"format {version}", other_version=True)
            if own_id != snapshot_id:
                return _Fault(f"it calls itself {own_id}")
            for (table,) in con.execute("select table_name from duckdb_tables() where not internal").fetchall():
                con.execute(f"select bit_xor(hash(one)) from {quoted(table)} as one")
    except (duckdb.Error, OSError, SnapshotError) as error:
        return _Fault(str(error)[:300])
    return None


def _current_fault(home: Home, faults: dict[str, _Fault]) -> Phrase | None:
    try:
        current = home.current_id()
    except SnapshotError as error:
        return error.message
    fault = faults.get(current or "")
    if fault is None or fault.other_version:
        return None
    return phrase("CURRENT names {snapshot}, which cannot be read.", snapshot=current)


def _unusable(home: Home, snapshot_id: str, fault: _Fault, mend: bool) -> Finding:
    file = f"{snapshot_id}.duckdb"
    if fault.other_version:
        return Finding("other-version", phrase("{file} was built by another version of the program ({reason}).",
                                               file=file, reason=fault.reason), False)
    moved = mend and _put_aside(home, snapshot_id)
    said = (phrase("{file} cannot be read and was moved to quarantine: {reason}", file=file, reason=fault.reason)
            if moved else phrase("{file} cannot be read: {reason}", file=file, reason=fault.reason))
    return Finding("corrupt-snapshot", said, moved)


def _put_aside(home: Home, snapshot_id: str) -> bool:
    path = home.snapshot_path(snapshot_id)
    home.quarantine.mkdir(exist_ok=True)
    try:
        os.replace(path, home.quarantine / path.name)
    except OSError:  # Windows, while somebody reads it
        return False
    return True


def _broken_current(home: Home, fault: Phrase, whole: list[str], undone: list[str], mend: bool) -> Finding:
    if not whole:
        return _last_resort(home, fault, undone, mend)
    if mend:
        if (reason := _refusal(home.name_current, whole[0])) is not None:
            return _unmended(fault, reason)
        return Finding("broken-current", phrase(
            "{fault} Now {snapshot} is current. Load again what was loaded since.", fault=fault, snapshot=whole[0]),
            True)
    return Finding("broken-current", phrase("{fault} The newest snapshot that is whole is {snapshot}.", fault=fault,
                                            snapshot=whole[0]), False)


def _last_resort(home: Home, fault: Phrase, undone: list[str], mend: bool) -> Finding:
    """What is left when no snapshot is whole but such as were undone."""
    if not undone:
        return Finding("broken-current", phrase(
            "{fault} No other snapshot is whole. Put one back from a backup, or load all files into an empty folder: "
            "set CX_HOME to it.", fault=fault), False)
    if not mend:
        return Finding("broken-current", phrase(
            "{fault} The only snapshot that is whole is {snapshot}, which was undone. Put another back from a backup; "
            "as the last resort, --mend makes it current again.", fault=fault, snapshot=undone[0]), False)
    if (reason := _refusal(home.take_up_again, undone[0])) is not None:
        return _unmended(fault, reason)
    return Finding("broken-current", phrase(
        "{fault} Now {snapshot} is current: it was undone, and no other is whole. Load again what was loaded since, "
        "and the right files of what was undone.", fault=fault, snapshot=undone[0]), True)


def _refusal(mend: Callable[[str], None], snapshot_id: str) -> str | None:
    """Mend with a snapshot; the reason when the system does not allow it."""
    try:
        mend(snapshot_id)
    except OSError as error:
        return str(error.strerror or error)
    return None


def _unmended(fault: Phrase, reason: str) -> Finding:
    return Finding("broken-current", phrase("{fault} CURRENT cannot be written: {reason}.", fault=fault,
                                            reason=reason), False)


def _orphans(home: Home, mend: bool) -> Iterator[Finding]:
    """Snapshots that undo does not lead to and that are older than all that are kept. Only asked when all is whole."""
    kept = home.kept(KEPT_SNAPSHOTS)
    for snapshot_id in home.snapshot_ids():
        if snapshot_id in kept:
            continue
        if mend:
            home.delete(snapshot_id)
        gone = not home.snapshot_path(snapshot_id).exists()
        file = f"{snapshot_id}.duckdb"
        yield Finding("orphan-snapshot", phrase(
            "{file} is older than the snapshots that are kept; it was deleted.", file=file) if gone else phrase(
            "{file} is older than the snapshots that are kept; it may be deleted.", file=file), gone)
