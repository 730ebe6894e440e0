"""A real server in a process of its own, as `python -m cx serve` starts it, on a port that is free."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cx.settings import PROJECT_FOLDER

START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A server that answers: its address, and the file that its log goes to."""

    url: str
    log: Path
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rsplit(":", 1)[1])


@contextmanager
def running_server(
    folder: Path, home: Path | None = None, script: Path | None = None, cwd: Path = PROJECT_FOLDER
) -> Iterator[Server]:
    """A server with its log in `folder`; `script` stands in for the product's own script."""
    lines = ["from pathlib import Path", "from cx.ui import server"]
    if script is not None:
        lines.append(f"server.SCRIPT = Path({str(script)!r})")
    lines.append("server.serve('127.0.0.1', 0, lambda url: print(url, flush=True))")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_FOLDER), "PYTHONUNBUFFERED": "1"}
    if home is not None:
        environment["CX_HOME"] = str(home)
    log = folder / "server.log"
    with log.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", "\n".join(lines)],
            cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err, text=True,
        )  # fmt: skip
    try:
        yield Server(_first_line(process, log), log, process)
    finally:
        stop(process)


def stop(process: subprocess.Popen[str]) -> int:
    """Ctrl-C, then kill; the exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
    return process.returncode


def _first_line(process: subprocess.Popen[str], log: Path) -> str:
    lines: queue.Queue[str] = queue.Queue()
    out = process.stdout
    assert out is not None
    threading.Thread(target=lambda: lines.put(out.readline().strip()), daemon=True).start()
    try:
        line = lines.get(timeout=START_SECONDS)
    except queue.Empty:
        line = ""
    if not line:
        raise RuntimeError(f"the server did not start:\n{log.read_text()}")
    return line
