"""The server around the pages: what starts before them, stands in front of them, and how they are served.

Streamlit looks for a folder `pages/` beside the script that it runs, and until some session has
called `st.navigation` a deep link then runs the page file alone, without guard and filters. The
script is therefore `cx/ui/shell.py`, whose folder has no `pages/`, and not `app.py`, which has.
"""

from __future__ import annotations

import errno
import gc
import importlib
import logging
import pkgutil
import runpy
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit
import uvicorn
from starlette.middleware import Middleware
from streamlit import config

from cx.errors import SettingsError
from cx.phrase import phrase
from cx.settings import PROJECT_FOLDER, settings
from cx.ui.front_end import FrontEnd
from cx.ui.middleware import ClosedPaths, LocalOnly, SameOrigin, SecurityHeaders, inline_scripts, is_loopback

SCRIPT = Path(__file__).with_name("shell.py")

# Floors that pages stand on, loaded before the first visit; cx.ui.shell is a script and not one of them.
_FLOORS = ("cx.say", "cx.stats", "cx.warehouse", "cx.charts", "cx.ui")
_HEAVY = ("duckdb", "numpy", "pandas", "plotly.graph_objects", "pyarrow")

_SHELL = "cx.ui.shell"

_log = logging.getLogger(__name__)


def use_project_config() -> None:
    """Let Streamlit read `.streamlit/config.toml` of the project, from whatever folder the server is started.

    Streamlit looks in the working folder and beside the script; `streamlit run` sets the same name.
    """
    config._main_script_path = str(PROJECT_FOLDER / "app.py")


def middleware() -> list[Middleware]:
    """What every request passes, outermost first (cx.ui.middleware says why)."""
    document = Path(streamlit.__file__).with_name("static") / "index.html"
    headers = Middleware(SecurityHeaders, inline_scripts=inline_scripts(document.read_text("utf-8")))
    guards = [Middleware(LocalOnly)] if settings().sign_in == "off" else []
    return [
        headers,
        *guards,
        Middleware(SameOrigin),
        Middleware(ClosedPaths),
        Middleware(FrontEnd, default_language=settings().language),
    ]


@asynccontextmanager
async def lifespan(_: streamlit.App) -> AsyncIterator[dict[str, Any]]:
    """Refuse an address that others can reach, then load what the first page would wait for."""
    refuse_other_machines(config.get_option("server.address"))
    warm_up()
    yield {}


def warm_up() -> None:
    """Import what pages need and take it out of the garbage collector's sight.

    Streamlit collects after every script run; without `gc.freeze` each collection walks all
    modules of pandas and Plotly, 55 to 65 ms.
    """
    for name in _HEAVY:
        importlib.import_module(name)
    for floor in _FLOORS:
        package = importlib.import_module(floor)
        for module in pkgutil.walk_packages(package.__path__, f"{floor}."):
            if module.name != _SHELL:
                importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def on_script_error(error: Exception) -> bool:
    """Show a calm message in the reader's language; the log has the traceback. True: Streamlit shows nothing."""
    # Loaded here: cx.ui.failure translates, and a fault in that must not keep the server from starting.
    from cx.ui import failure

    failure.show(error)
    return True


def refuse_other_machines(address: str | None) -> None:
    """Raise SettingsError when sign-in is off and the address can be reached from another machine.

    None is Streamlit's "all addresses".
    """
    if settings().sign_in == "off" and not is_loopback(address):
        raise SettingsError(
            phrase("The server must not listen on {address}", address=address or "0.0.0.0"),
            phrase("Sign-in is off: whoever reaches the server sees all units."),
            phrase("Listen on 127.0.0.1: set CX_ADDRESS=127.0.0.1, and server.address in .streamlit/config.toml."),
        )


def serve(address: str, port: int, announce: Callable[[str], None] = print) -> None:
    """Serve the pages in this process until Ctrl-C; call `announce` with the URL once it really answers.

    Raises SettingsError when the address is not this machine's own, when the port is taken, and
    when the application does not start.
    """
    refuse_other_machines(address)
    with _listen(address, port) as listening:
        host, port = listening.getsockname()[:2]
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        server = _Server(_uvicorn_config(), lambda: announce(url))
        try:
            server.run(sockets=[listening])
        except KeyboardInterrupt:
            return
    if not server.started:
        raise SettingsError(
            phrase("The server did not start"),
            phrase("The application stopped while it was loading."),
            phrase("The reason stands in the log above this message."),
        )


class _Server(uvicorn.Server):
    """Tells when it accepts connections: after the socket is bound and the application is loaded."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._when_ready()


def _uvicorn_config() -> uvicorn.Config:
    app = runpy.run_path(str(PROJECT_FOLDER / "app.py"))["app"]
    return uvicorn.Config(
        app,
        # A fault while loading ends the server; "auto" would serve on without what lifespan guards.
        lifespan="on",
        # As `streamlit run` has it; with compression of messages the median answer takes twice as long.
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=30,
        ws_ping_timeout=30,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )


def _listen(address: str, port: int) -> socket.socket:
    host = "127.0.0.1" if address == "localhost" else address.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio switches Nagle's algorithm off for accepted connections.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(100)
    except OSError as error:
        listening.close()
        if error.errno not in {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}:
            raise
        raise SettingsError(
            phrase("The server cannot listen on {address}, port {port}", address=address, port=port),
            phrase("The system says: {reason}.", reason=error.strerror),
            phrase("Stop the other program, or choose another port: CX_PORT={port}.", port=port + 1),
        ) from error
    return listening
