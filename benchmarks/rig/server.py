"""The product's server in a process of its own, on a free port, with the empty page of `floor.py` beside its pages."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rig.table import BUILD_FOLDER
from cx.settings import PROJECT_FOLDER

FLOOR_SCRIPT = Path(__file__).with_name("floor.py")
FLOOR_WIDGET = "floor"


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    url: str
    process_id: int

    @property
    def memory_mb(self) -> float | None:
        """Resident memory of the server in megabytes; None on systems without /proc."""
        status = Path(f"/proc/{self.process_id}/status")
        if not status.exists():
            return None
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1000

    @property
    def cpu_s(self) -> float | None:
        """Processor seconds that the server has used, all threads together; None on systems without /proc."""
        stat = Path(f"/proc/{self.process_id}/stat")
        if not stat.exists():
            return None
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_server(home: Path, script: Path | None = None) -> Iterator[Server]:
    """The server for the data of `home`, started as `python -m cx serve` starts it; stopped at the end.

    `script` stands in for the product's script. RuntimeError with its log when it does not start.
    """
    code = "\n".join([
        "from pathlib import Path", "from cx.ui import server",
        f"server.SCRIPT = Path({str(script or FLOOR_SCRIPT)!r})",
        "server.serve('127.0.0.1', 0, lambda url: print(url, flush=True))",
    ])
    BUILD_FOLDER.mkdir(parents=True, exist_ok=True)
    log = BUILD_FOLDER / "server.log"
    environment = {**os.environ, "CX_HOME": str(home), "PYTHONPATH": str(PROJECT_FOLDER), "PYTHONUNBUFFERED": "1"}
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT_FOLDER, env=environment, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stream)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"the server did not start:\n{log.read_text('utf-8')}")
        yield Server(url, process.pid)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
