"""The process that reads files of people and loads them: one order in, lines of JSON out.

    python -m cx.ingest.child

The first line of stdin is the order. Lines on stdout: {"stage": phrase}, {"records": n}, and last {"result": …} or
{"error": …}. The limits are set before anything is imported that reads a file. When stdin ends, whoever gave the
order is gone, and the process ends: a load that ends half way changes nothing.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from cx.errors import CxError
    from cx.phrase import Phrase

NO_MEMORY = ("MemoryError", "bad_alloc", "bad allocation", "Failed to allocate")
"""Words by which Python, C++ and DuckDB say that there is no memory left."""
_TELL_EVERY_S = 0.1
_MEMORY_A_CORE = 64 * 2**20


class Teller:
    """Writes the lines that the parent reads, each whole, whichever thread says it; none after the last."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._lock = threading.RLock()
        self._is_over = False
        self._records = 0
        self._told_at = 0.0

    def tell(self, **line: Any) -> None:
        """Write one line."""
        told = json.dumps(line).encode("ascii") + b"\n"
        with self._lock:
            if not self._is_over:
                self._out.write(told)
                self._out.flush()

    def tell_last(self, **line: Any) -> None:
        """Write the line after which nothing is said, for a thread may still count."""
        with self._lock:
            self.tell(**line)
            self._is_over = True

    def on_stage(self, stage: Phrase) -> None:
        """Say which stage begins."""
        from cx.ingest.wire import plain

        with self._lock:
            self._tell_records()
            self._records, self._told_at = 0, 0.0
            self.tell(stage=plain(stage))

    def on_records(self, records: int) -> None:
        """Say, now and then, how many records were read since the stage began."""
        with self._lock:
            self._records += records
            if time.monotonic() - self._told_at >= _TELL_EVERY_S:
                self._tell_records()

    def _tell_records(self) -> None:
        self._told_at = time.monotonic()
        if self._records:
            self.tell(records=self._records)


def main() -> int:
    """Do the order that stands on stdin; the exit code is 1 when the error could not be said in words."""
    out = _own_stdout()
    order = json.loads(_first_line())
    teller = Teller(out)
    if not _limit(order["memory_bytes"], order["max_s"]):
        teller.tell(unlimited=True)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return _answer(order, teller)


def _answer(order: dict[str, Any], teller: Teller) -> int:
    from cx.errors import CxError
    from cx.ingest.wire import plain, plain_error

    try:
        result = plain(_WORK[order["do"]](order, teller))
    except Exception as error:  # the parent has only what is said here
        known = error if isinstance(error, CxError) else _in_words(error, order)
        if known is None:
            traceback.print_exc()
            return 1
        teller.tell_last(error=plain_error(known))
        return 0
    teller.tell_last(result=result)
    return 0


def _in_words(error: Exception, order: dict[str, Any]) -> CxError | None:
    """The error of a full disk, of too little memory or of the system; None for a fault of the program."""
    from cx.errors import LoadError
    from cx.phrase import phrase
    from cx.warehouse.disk import disk_full, is_disk_full
    from cx.warehouse.home import said_by_system

    if is_disk_full(error):
        return disk_full(Path(order.get("home") or tempfile.gettempdir()))
    if _is_out_of_memory(error):
        return LoadError(
            phrase("Nothing was loaded"),
            phrase("Reading this file needs more memory than it may use ({memory} MB).",
                   memory=f"{order['memory_bytes'] / 1e6:,.0f}"),
            phrase("Give loads more memory: the setting load_memory."))
    return said_by_system(error) if isinstance(error, OSError) else None


def _is_out_of_memory(error: Exception) -> bool:
    import duckdb

    if isinstance(error, (MemoryError, duckdb.OutOfMemoryException)):
        return True
    # A DataError may quote a value of the file, which may be any words.
    is_database = isinstance(error, duckdb.Error) and not isinstance(error, duckdb.DataError)
    return (is_database or isinstance(error, OSError)) and any(words in str(error) for words in NO_MEMORY)


def _load(order: dict[str, Any], teller: Teller) -> Any:
    from cx.ingest.load import Progress, load
    from cx.ingest.mapping import read_mapping
    from cx.ingest.sources import file_job, mended_job
    from cx.warehouse.home import Home

    mapping, files = read_mapping(Path(order["mapping_path"])), tuple(map(Path, order["files"]))
    job = mended_job(mapping, files) if order["mended"] else file_job(mapping, files, order["confirmed"])
    return load(Home(Path(order["home"])), (job,), order["report_zone"], dry=order["dry"], mended=order["mended"],
                confirmed=order["confirmed"], memory=order["database_memory"],
                progress=Progress(teller.on_stage, teller.on_records))


def _look(order: dict[str, Any], _: Teller) -> Any:
    from cx.ingest.candidates import look_at

    return look_at(Path(order["path"]))


def _suggest(order: dict[str, Any], _: Teller) -> Any:
    from cx.ingest.mapping import FileLayout
    from cx.ingest.suggest import suggest
    from cx.ingest.wire import revived

    return suggest(Path(order["path"]), revived(FileLayout, order["layout"]), order["table"])


_WORK: dict[str, Callable[[dict[str, Any], Teller], Any]] = {"load": _load, "look": _look, "suggest": _suggest}


def _limit(memory_bytes: int, max_s: int) -> bool:
    """Whether this process could limit its own memory and time; it cannot on Windows."""
    if sys.platform == "win32":
        return False
    import resource

    # Stacks and buffers of threads are reserved, seldom used, and count: so more cores may reserve more.
    cores = os.cpu_count() or 1
    for kind, limit in ((resource.RLIMIT_DATA, memory_bytes + cores * _MEMORY_A_CORE),
                        (resource.RLIMIT_CPU, max_s * cores)):
        _, hard = resource.getrlimit(kind)
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (allowed, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    return True


def _own_stdout() -> BinaryIO:
    """The stream that the parent reads; what a library prints goes to stderr."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def _first_line() -> bytes:
    """The order. Not by `sys.stdin`, whose lock a waiting thread would hold until the interpreter ends."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(0, 65_536) or b"\n"
    return line


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
