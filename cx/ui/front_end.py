"""Streamlit's own files on their way to the browser: compressed once, the document in the reader's language."""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cx.say.translator import LANGUAGES

_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/wasm")
# Streamlit 1.67 brings about 400 static files. The limit only keeps made-up spellings of a path out of memory.
_CACHED_FILES = 1000

HTML_LANGUAGES: Mapping[str, str] = {code: language.tag for code, language in LANGUAGES.items()}


@dataclass(frozen=True)
class _File:
    """One answer kept in memory: the body, and the headers that go with it."""

    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    etag: str


class FrontEnd:
    """Streamlit's own files: static ones as gzip, the document in the reader's language.

    The front end is 10 MB, 3.2 MB as gzip. Each file is compressed once per process, when it is
    first asked for, in a thread. Everything else (`/media`, downloads, byte ranges) passes
    untouched, and Streamlit's own compression is switched off for it.
    """

    def __init__(self, app: ASGIApp, default_language: str = "en") -> None:
        self.app = app
        self._default = default_language
        self._files: dict[str, _File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer static files and documents, pass on the rest."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        inner = _without_headers(scope, "accept-encoding")
        wants_gzip = "gzip" in headers.get("accept-encoding", "")
        path: str = scope["path"]
        if path.startswith("/static/") and wants_gzip and "range" not in headers:
            await self._static(inner, receive, send)
        elif path.startswith(("/static/", "/media/", "/_stcore/")):
            await self.app(inner, receive, send)
        else:
            await self._document(inner, receive, send, wants_gzip)

    async def _static(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = posixpath.normpath(scope["path"])
        file = self._files.get(key)
        if file is None:
            answer = await _Answer.of(self.app, scope, receive)
            kept = answer.status == 200 and "immutable" in answer.headers.get("cache-control", "")
            if not kept or not answer.headers.get("content-type", "").startswith(_COMPRESSIBLE):
                await answer.send(send, scope)
                return
            body = await to_thread.run_sync(gzip.compress, answer.body, 6)
            file = _file(answer.headers, body, gzipped=True)
            if len(self._files) < _CACHED_FILES:
                self._files[key] = file
        await _send_file(file, scope, send)

    async def _document(self, scope: Scope, receive: Receive, send: Send, wants_gzip: bool) -> None:
        answer = await _Answer.of(self.app, scope, receive)
        if answer.status != 200 or not answer.headers.get("content-type", "").startswith("text/html"):
            await answer.send(send, scope)
            return
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[-1]
        language = HTML_LANGUAGES.get(asked) or HTML_LANGUAGES[self._default]
        key = f"{language} {wants_gzip} {answer.headers.get('etag')}"
        file = self._files.get(key)
        if file is None:
            body = document_in(language, answer.body.decode()).encode()
            file = _file(answer.headers, gzip.compress(body) if wants_gzip else body, gzipped=wants_gzip)
            self._files[key] = file
        await _send_file(file, scope, send)


# Parts of the document that speak of what is closed here (the agent API) or unused (Streamlit's font).
_LEFT_OUT = re.compile(
    r"""<!--.*?-->\s*"""
    r"""|<link\s+rel="(?:service-desc|preload)"[^>]*>\s*"""
    r"""|(?<=</p>)\s*<p>\s*(?:Reading\ this\ without|The\ protocol\ is).*?</p>""",
    re.DOTALL,
)


def document_in(language: str, document: str) -> str:
    """The front end's document with its language named, without links to what is closed or unused.

    >>> document_in("zh-Hant", '<html lang="en"><link rel="service-desc" href="./x" />')
    '<html lang="zh-Hant">'
    """
    return _LEFT_OUT.sub("", document).replace('<html lang="en"', f'<html lang="{language}"', 1)


@dataclass(frozen=True)
class _Answer:
    """What the inner application answered, whole."""

    status: int
    headers: Headers
    body: bytes

    @classmethod
    async def of(cls, app: ASGIApp, scope: Scope, receive: Receive) -> _Answer:
        """The answer to a request as GET and unconditional: our own ETag decides about 304."""
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        plain = _without_headers(scope, "if-none-match", "if-modified-since", "range", "if-range")
        await app({**plain, "method": "GET"}, receive, collect)
        return cls(start["status"], Headers(raw=start["headers"]), b"".join(parts))

    async def send(self, send: Send, scope: Scope) -> None:
        """Send the answer on as it is."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers.raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.body})


def _without_headers(scope: Scope, *names: str) -> Scope:
    dropped = {name.encode() for name in names}
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name not in dropped]}


def _file(headers: Headers, body: bytes, gzipped: bool) -> _File:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    changed = MutableHeaders(raw=list(headers.raw))
    for name in ("last-modified", "accept-ranges"):
        del changed[name]
    changed["etag"] = etag
    changed["content-length"] = str(len(body))
    changed["vary"] = "Accept-Encoding"
    if gzipped:
        changed["content-encoding"] = "gzip"
    return _File(body, tuple(changed.raw), etag)


async def _send_file(file: _File, scope: Scope, send: Send) -> None:
    known = Headers(scope=scope).get("if-none-match", "")
    if file.etag in known:
        kept = [(name, value) for name, value in file.headers if name in {b"etag", b"cache-control", b"vary"}]
        await send({"type": "http.response.start", "status": 304, "headers": kept})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": list(file.headers)})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else file.body})
