"""What stands between the network and Streamlit: pure ASGI, outermost first.

LocalOnly        with sign-in off nobody but this machine is answered
SameOrigin       a page of another site cannot talk to this server through the reader's browser
ClosedPaths      Streamlit's debug surfaces do not exist
SecurityHeaders  what the browser may do with a page, on every answer
FrontEnd         (cx.ui.front_end) gzip of static files, the language of the document
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A proxy adds these: the reader sits elsewhere, whatever the address of the connection says.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")

# What the browser needs of Streamlit's own routes. Everything else below /_stcore is not there:
# metrics, the agent API, script-health-check, and whatever a later version adds.
_OPEN_CORE = ("health", "host-config", "stream")
_OPEN_CORE_FOLDERS = ("upload_file/", "bidi-components/")
_CLOSED_FOLDERS = ("/component/", "/app/static/")


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine's own, reached from this machine only.

    >>> [is_loopback(host) for host in ("127.0.0.1", "[::1]", "localhost", "0.0.0.0", "cx.example")]
    [True, True, True, False, False]
    """
    name = (host or "").strip("[]").lower()
    if name == "localhost":
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    # A socket that listens on "::" names an IPv4 peer ::ffff:127.0.0.1.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


async def refuse(scope: Scope, receive: Receive, send: Send, status: int, text: str) -> None:
    """Answer a request with a plain status; close a websocket before it is accepted (a 403 to the browser)."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": text})
        return
    await PlainTextResponse(text, status)(scope, receive, send)


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


class LocalOnly:
    """403 unless the connection, the Host header and the absence of a proxy say "this machine".

    Holds however the server was started: `--server.address 0.0.0.0` or `uvicorn --host` open the
    port, but nobody outside gets an answer. The Host header stops DNS rebinding.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from this machine."""
        if scope["type"] not in {"http", "websocket"} or self._is_local(scope):
            await self.app(scope, receive, send)
        else:
            await refuse(scope, receive, send, 403, "Sign-in is off: only this machine is answered.")

    @staticmethod
    def _is_local(scope: Scope) -> bool:
        headers = Headers(scope=scope)
        own, peer = scope.get("server"), scope.get("client")
        return (
            own is not None
            and is_loopback(own[0])
            and (peer is None or is_loopback(peer[0]))
            and is_loopback(_host_name(headers.get("host", "")))
            and not any(name in headers for name in _FORWARDED)
        )


class SameOrigin:
    """403 when an Origin header names another site than the Host header.

    Streamlit itself accepts every port of localhost, and looks up its external address on the
    internet to decide about the rest. A request without Origin is no page of another site.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from a page of this server, or from no page."""
        if scope["type"] in {"http", "websocket"}:
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            own = {f"{scheme}://{headers.get('host', '')}" for scheme in ("http", "https")}
            if origin is not None and origin not in own:
                await refuse(scope, receive, send, 403, "This page belongs to another site.")
                return
        await self.app(scope, receive, send)


class ClosedPaths:
    """404 for the routes of Streamlit that a reader's browser does not need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the open paths."""
        if scope["type"] in {"http", "websocket"} and self._is_closed(scope["path"]):
            await refuse(scope, receive, send, 404, "Not Found")
        else:
            await self.app(scope, receive, send)

    @staticmethod
    def _is_closed(path: str) -> bool:
        # The browser of a deep link asks below the page too: /trends/_stcore/health.
        _, core, route = f"{path}/".partition("/_stcore/")
        if core:
            return route.strip("/") not in _OPEN_CORE and not route.startswith(_OPEN_CORE_FOLDERS)
        return path.startswith(_CLOSED_FOLDERS)


class SecurityHeaders:
    """Adds to every answer what the browser may do with it; recordings and downloads are never kept."""

    def __init__(self, app: ASGIApp, inline_scripts: Iterable[str] = ()) -> None:
        self.app = app
        self._headers = security_headers(inline_scripts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers added on the way back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                if scope["path"].startswith("/media/"):
                    headers["cache-control"] = "no-store"
            await send(message)

        await self.app(scope, receive, send_with_headers)


def security_headers(inline_scripts: Iterable[str] = ()) -> dict[str, str]:
    """The headers by name; scripts inside the document are allowed by their hash, not in general.

    Style attributes cannot be hashed: Streamlit's emotion and Plotly write them while they run.
    `blob:` is how Streamlit loads the script of a component (components v2); only a script that
    already runs can make one.
    """
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in inline_scripts)
    policy = {
        "default-src": "'none'",
        "script-src": f"'self' blob: {hashes}".strip(),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "frame-ancestors": "'none'",
        "form-action": "'none'",
        "base-uri": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }


def inline_scripts(document: str) -> list[str]:
    """The scripts that stand inside an HTML document, as the browser hashes them."""
    return re.findall(r"<script>(.*?)</script>", document, re.DOTALL)


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
