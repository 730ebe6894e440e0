"""The load that a person confirmed: it belongs to the server and not to a browser tab.

A page that is reloaded, or closed, does not stop it: a thread of the server waits for the child process, keeps the
mapping and removes the upload; the next page that is opened shows how far it is, or its report. A second click on the
button finds the load that the first one started.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from cx.errors import CxError, LoadError
from cx.ingest.confined import Running
from cx.ingest.report import LoadReport
from cx.phrase import phrase

_log = logging.getLogger(__name__)


@dataclass
class Commit:
    """A confirmed load: which import it belongs to, what it reads, and how it ended.

    kept: the mapping file for next month, once the load has succeeded. seen: its outcome was shown to somebody.
    """

    token: str
    file: str
    mended: bool
    running: Running[LoadReport]
    kept: Path | None = None
    report: LoadReport | None = None
    error: CxError | None = None
    seen: bool = False
    _ended: threading.Event = field(default_factory=threading.Event)

    def has_ended(self, wait_s: float = 5.0) -> bool:
        """Whether the outcome is known; between the end of the child and that lies a moment, which is waited for."""
        return self._ended.wait(wait_s if self.running.done() else 0)

    def follow(self, on_success: Callable[[], Path | None]) -> None:
        """Wait for the end; `on_success` tidies up and says where the mapping is kept. Runs in a thread of its own."""
        try:
            report = self.running.result()
            if not report.waits:
                self.kept = on_success()
            self.report = report
        except CxError as error:
            self.error = error
        except Exception as error:
            _log.exception("a load ended in a way that nobody foresaw")
            self.error = LoadError(
                phrase("The load ended with a fault of the program"), phrase("{reason}", reason=str(error)[:300]),
                phrase("Look at what is loaded before you load the file again; the server's log has the details."))
        finally:
            self._ended.set()


class Commits:
    """The newest confirmed load of each home of this server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[Path, Commit] = {}

    def of(self, home: Path) -> Commit | None:
        """The newest load of a home that was started here; None if there was none, or it was put away."""
        with self._lock:
            return self._newest.get(home)

    def start(self, home: Path, commit: Callable[[], Commit], token: str,
              on_success: Callable[[], Path | None]) -> Commit:
        """The load of an import, started unless it runs or ran already: a second click starts nothing."""
        with self._lock:
            known = self._newest.get(home)
            if known and known.token == token:
                return known
            started = commit()
            self._newest[home] = started
        threading.Thread(target=started.follow, args=(on_success,), name="load", daemon=True).start()
        return started

    def put_away(self, home: Path, commit: Commit) -> None:
        """Forget a load that has ended and was read."""
        with self._lock:
            if self._newest.get(home) is commit:
                del self._newest[home]


@st.cache_resource
def commits() -> Commits:
    """The confirmed loads of this server."""
    return Commits()
