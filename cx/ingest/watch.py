"""A folder that is watched: each file that arrives and stops growing is loaded, then put away beside its report.

    folder/answers.csv  →  folder/loaded/answers.csv   or  folder/refused/answers.csv
                           folder/loaded/answers.csv.json    what became of it

Only what is the file's own fault refuses it; what would refuse every other file too ends the watch, and the file stays.
A file is moved only after its report is written, and only if it is still the one that was read. So a watcher that was
killed goes on where it was: a file that is loaded twice changes nothing.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

from cx.errors import CxError, FileError, LoadError
from cx.ingest.report import LoadReport
from cx.warehouse.lock import LoadRunningError

LOADED = "loaded"
REFUSED = "refused"
# What programs call a file that they still write.
_UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload")

Result = LoadReport | CxError


@dataclass(frozen=True)
class _State:
    """How large a file is, and when it was written last."""

    size_bytes: int
    changed_ns: int


@dataclass(frozen=True)
class Arrival:
    """A file that arrived: its name, what became of it, where it lies now."""

    name: str
    result: Result
    moved_to: Path


def arrivals(
    folder: Path, patterns: tuple[str, ...], every_s: float, load_one: Callable[[Path], LoadReport],
    document: Callable[[Result], str],
) -> Iterator[Arrival]:
    """What became of each file that arrives, for ever; two looks are `every_s` seconds apart.

    `load_one` loads a file; `document` is the text of its report. While another load runs a file waits. Errors that
    are not the file's fault (disk, memory, snapshots, mapping, settings) are raised: they end the watch.
    """
    before: dict[Path, _State] = {}
    while True:
        now = _waiting(folder, patterns)
        for path, state in now.items():
            if before.get(path) == state and (result := _result(path, load_one)) is not None and _state(path) == state:
                yield Arrival(path.name, result, _put_away(path, result, document(result)))
        before = now
        time.sleep(every_s)


def _result(path: Path, load_one: Callable[[Path], LoadReport]) -> Result | None:
    """The report of a load, or the error of the file; None when it must be tried again, because another load runs."""
    try:
        return load_one(path)
    except LoadRunningError:
        return None
    except (FileError, LoadError) as error:
        if not _is_about(path, error):
            raise
        return error


def _is_about(path: Path, error: CxError) -> bool:
    """Whether an error is one of this file, and not one that the next file would meet too."""
    return isinstance(error, FileError) or path.name in error.message.values.values()


def _waiting(folder: Path, patterns: tuple[str, ...]) -> dict[Path, _State]:
    """The files that wait, with their state, in the order in which they were written."""
    found = {path: state for path in folder.iterdir()
             if _is_wanted(path, patterns) and (state := _state(path)) is not None}
    return dict(sorted(found.items(), key=lambda one: (one[1].changed_ns, one[0].name)))


def _is_wanted(path: Path, patterns: tuple[str, ...]) -> bool:
    named = any(fnmatch(path.name, pattern) for pattern in patterns)
    return named and path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in _UNFINISHED


def _state(path: Path) -> _State | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return _State(found.st_size, found.st_mtime_ns)


def _put_away(path: Path, result: Result, text: str) -> Path:
    """Write the report, then move the file beside it; where the file lies now. Nothing is overwritten."""
    is_loaded = isinstance(result, LoadReport) and not result.waits
    folder = path.parent / (LOADED if is_loaded else REFUSED)
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if target.exists():
        target = folder / f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}{path.suffix}"
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".", suffix=".json", encoding="utf-8",
                                     delete=False) as stream:
        stream.write(text)
    os.replace(stream.name, target.with_name(f"{target.name}.json"))
    os.rename(path, target)
    return target
