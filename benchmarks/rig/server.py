"""The product's server in a process of its own, on a free port, with the empty page of `floor.py` beside its pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rig.table import BUILD_FOLDER
from tests import server_process

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
    BUILD_FOLDER.mkdir(parents=True, exist_ok=True)
    with server_process.running_server(BUILD_FOLDER, home, script or FLOOR_SCRIPT) as server:
        yield Server(server.url, server.process.pid)
