"""Work on files that people bring, in a process of its own with limits on memory and time.

A file that makes a reader crash, or fills the memory, ends that process and nothing else. A load that is ended half way
changes nothing, so `stop` is always safe.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, TypeVar, cast

from pydantic import ByteSize, TypeAdapter

from cx.errors import CxError, LoadError, SnapshotError
from cx.ingest.child import NO_MEMORY
from cx.ingest.report import LoadReport
from cx.ingest.wire import plain, revived, revived_error
from cx.phrase import Phrase, phrase
from cx.settings import PROJECT_FOLDER, settings
from cx.warehouse.home import Home

if TYPE_CHECKING:
    from cx.ingest.candidates import LayoutCandidate
    from cx.ingest.mapping import FileLayout
    from cx.ingest.suggest import Suggestion

_LOG_BYTES = 20_000
_logger = logging.getLogger(__name__)

_T = TypeVar("_T")


@dataclass(frozen=True)
class LoadOrder:
    """What to load: into which home, by which mapping file, which files; the options are those of `load`."""

    home: Path
    mapping_path: Path
    files: tuple[Path, ...]
    report_zone: str
    dry: bool = False
    mended: bool = False
    confirmed: tuple[str, ...] = ()


class Running(Generic[_T]):
    """Work that runs in a process of its own. It goes on when nobody holds this object."""

    def __init__(self, order: dict[str, Any], revive: Callable[[Any], _T], home: Home | None = None) -> None:
        self._limits = settings()
        self._revive = revive
        self._home = home
        self._before = _current(home)
        self._progress: tuple[Phrase | None, int] = (None, 0)
        self._unlimited = False
        self._result: _T | None = None
        self._error: CxError | None = None
        self._stopped_for: Phrase | None = None
        self._log = b""
        self._ended = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cx.ingest.child"], cwd=PROJECT_FOLDER, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        max_s = self._limits.load_max_s
        self._timer = threading.Timer(max_s, self._end, [_too_long(max_s)])
        self._timer.daemon = True
        self._timer.start()
        limited = order | {"memory_bytes": _bytes(self._limits.load_memory), "max_s": max_s,
                           "database_memory": self._limits.load_database_memory}
        threading.Thread(target=self._follow, args=(json.dumps(limited),), daemon=True).start()

    def progress(self) -> tuple[Phrase | None, int]:
        """The stage that runs, None before the first, and the records read so far in it."""
        return self._progress

    @property
    def unlimited(self) -> bool:
        """Whether this platform could not limit the memory of the process."""
        return self._unlimited

    @property
    def log(self) -> str:
        """The end of what the process wrote to stderr; for logs, not for pages."""
        return self._log.decode("utf-8", "replace")

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._ended.is_set()

    def result(self) -> _T:
        """The result, as soon as there is one; the error of the work, or LoadError when its process died."""
        self._ended.wait()
        if self._error is not None:
            raise self._error
        return cast("_T", self._result)

    def stop(self) -> None:
        """End the work now and wait until its process is gone; work that has ended keeps its result."""
        self._end(phrase("it was told to stop"))
        self._ended.wait()

    def _end(self, because: Phrase) -> None:
        if not self._ended.is_set():
            self._stopped_for = self._stopped_for or because
            _kill(self._process)

    def _follow(self, order: str) -> None:
        """Hear what the process says until it has ended; then neither zombie nor open pipe is left of it."""
        out, orders, errors = (cast("BinaryIO", stream) for stream in (
            self._process.stdout, self._process.stdin, self._process.stderr))
        complaints = threading.Thread(target=self._listen, args=(errors,), daemon=True)
        complaints.start()
        try:
            try:
                orders.write(order.encode("ascii") + b"\n")
                orders.flush()
                line = b""
                for line in out:
                    if line.endswith(b"\n"):  # else it died while it spoke
                        self._hear(json.loads(line))
            except BrokenPipeError:  # it died before it was told what to do
                pass
            except (ValueError, LookupError, TypeError):
                _logger.exception("unreadable: %r", line[:_LOG_BYTES])
                self._end(phrase("it said something that cannot be read"))
            code = self._process.wait()
            complaints.join()
            if self._error is None and self._result is None:
                self._error = self._death(self._stopped_for or _how(code, self._limits.load_memory, self.log))
        finally:
            self._timer.cancel()
            for stream in (out, orders, errors):
                with suppress(BrokenPipeError):
                    stream.close()
            self._ended.set()

    def _hear(self, line: dict[str, Any]) -> None:
        for name, told in line.items():
            if name == "stage":
                self._progress = revived(Phrase, told), 0
            elif name == "records":
                self._progress = self._progress[0], told
            elif name == "unlimited":
                self._unlimited = True
            elif name == "error":
                self._error = revived_error(told)
            elif name == "result":
                self._result = self._revive(told)

    def _listen(self, errors: BinaryIO) -> None:
        for line in errors:
            self._log = (self._log + line)[-_LOG_BYTES:]

    def _death(self, how: Phrase) -> LoadError:
        now = _current(self._home)
        changed = (phrase("Nothing was changed.") if now == self._before else
                   phrase("The snapshot {snapshot} became current before that.", snapshot=now))
        return LoadError(
            phrase("The file was not read to the end"),
            phrase("The program that reads the file was ended: {how}. {changed}", how=how, changed=changed),
            phrase("Try again; if it ends like this again, the limits are the settings load_memory and load_max_s."))


def start_load(order: LoadOrder) -> Running[LoadReport]:
    """A load, or with `dry` a check, that has begun."""
    told = plain(order) | {
        "do": "load", "home": _whole(order.home), "mapping_path": _whole(order.mapping_path),
        "files": [_whole(path) for path in order.files]}
    return Running(told, lambda result: revived(LoadReport, result), Home(order.home))


def start_look(path: Path) -> Running[tuple[LayoutCandidate, ...]]:
    """A look at a file that has begun: how it may be read, the best first."""
    from cx.ingest.candidates import LayoutCandidate

    return Running({"do": "look", "path": _whole(path)},
                   lambda result: tuple(revived(LayoutCandidate, one) for one in result))


def start_suggest(path: Path, layout: FileLayout, table: str) -> Running[Suggestion]:
    """A suggestion that has begun: which column of a file is which column of a table."""
    from cx.ingest.suggest import Suggestion

    return Running({"do": "suggest", "path": _whole(path), "layout": plain(layout), "table": table},
                   lambda result: revived(Suggestion, result))


def _whole(path: Path) -> str:
    return str(path.absolute())


def _bytes(size: str) -> int:
    return int(TypeAdapter(ByteSize).validate_python(size))


def _current(home: Home | None) -> str | None:
    try:
        return home.current_id() if home else None
    except (SnapshotError, OSError):  # the work itself will say it
        return None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process with all that it started; nothing when it has ended."""
    with suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        elif process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _too_long(max_s: int) -> Phrase:
    return phrase("it took longer than {seconds} seconds", seconds=f"{max_s:,}")


def _how(code: int, memory: str, log: str) -> Phrase:
    """Why a process ended without a result, in words."""
    if any(words in log for words in NO_MEMORY):
        return phrase("out of memory, it may use {memory}", memory=memory)
    if code < 0 and sys.platform != "win32":
        if -code == signal.SIGXCPU:
            return phrase("it used more time of the processor than it may")
        if -code == signal.SIGKILL:
            return phrase("signal 9, something stopped it, perhaps because the machine had no memory left")
        return phrase("signal {number} ({name})", number=-code, name=signal.strsignal(-code) or "?")
    return phrase("exit code {code}, a fault of the program; the log of the server has the details", code=code)
