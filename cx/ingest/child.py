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

_TELL_EVERY_S = 0.1
_DATABASE_SHARE = 0.5
_MEMORY_A_CORE = 64 * 2**20


class Teller:
    """Writes the lines that the parent reads."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._records = 0
        self._told_at = 0.0

    def tell(self, **line: Any) -> None:
        """Write one line."""
        self._out.write(json.dumps(line).encode("ascii") + b"\n")
        self._out.flush()

    def on_stage(self, stage: Phrase) -> None:
        """Say which stage begins."""
        from cx.ingest.wire import plain

        self._tell_records()
        self._records = 0
        self.tell(stage=plain(stage))

    def on_records(self, records: int) -> None:
        """Say, now and then, how many records were read since the stage began."""
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
        teller.tell(error=plain_error(known))
        return 0
    teller.tell(result=result)
    return 0


def _in_words(error: Exception, order: dict[str, Any]) -> CxError | None:
    """The error of a full disk or of too little memory; None for a fault of the program."""
    from duckdb import OutOfMemoryException

    from cx.errors import LoadError
    from cx.phrase import phrase
    from cx.warehouse.disk import disk_full, is_disk_full

    if is_disk_full(error):
        return disk_full(Path(order.get("home") or tempfile.gettempdir()))
    if isinstance(error, (MemoryError, OutOfMemoryException)):
        return LoadError(
            phrase("Nothing was loaded"),
            phrase("Reading this file needs more memory than it may use ({memory} MB).",
                   memory=f"{order['memory_bytes'] / 1e6:,.0f}"),
            phrase("Give loads more memory: the setting load_memory."))
    return None


def _load(order: dict[str, Any], teller: Teller) -> Any:
    from dataclasses import replace

    from cx.ingest.file_layout import FileLayout
    from cx.ingest.load import Progress, load
    from cx.ingest.mapping import read_mapping
    from cx.ingest.sources import file_job
    from cx.warehouse.home import Home

    mapping = read_mapping(Path(order["mapping_path"]))
    if order["mended"]:  # the product wrote the file, whatever the mapping says of the company's own
        mapping = replace(mapping, layout=FileLayout())
    job = file_job(mapping, tuple(map(Path, order["files"])))
    memory_mb = int(_DATABASE_SHARE * order["memory_bytes"] / 1e6)
    return load(Home(Path(order["home"])), (job,), order["report_zone"], dry=order["dry"], mended=order["mended"],
                confirmed=order["confirmed"], memory=f"{memory_mb}MB",
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
