"""A browser tab without a browser: Streamlit's WebSocket, its own messages, and what a browser remembers between runs.

Like the browser it keeps the state of every widget on the page, the address, and large messages by their hash, so that
the server may send a reference instead of a message that did not change.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

MESSAGE_CACHE_RUNS = 2  # global.maxCachedMessageAge
RUN_SECONDS = 120
_LISTS = ("MultiSelect", "ButtonGroup")  # widgets whose value is a list, whatever may be chosen
_INTERRUPTED = ForwardMsg.FINISHED_EARLY_FOR_RERUN


class PageError(Exception):
    """A run of the page that ended with an exception or a message of failure instead of the page."""


@dataclass(frozen=True)
class Run:
    """One run of the script as the tab saw it. seconds: from the question sent to script_finished received."""

    seconds: float
    messages: int
    received_bytes: int


class Tab:
    """A session with a page. Open it with `open_tab`."""

    def __init__(self, socket: ClientConnection, url: str) -> None:
        self._socket, self._url = socket, url
        self._query = ""
        self._page_hash = ""
        self._values: dict[str, Any] = {}
        self._elements: dict[tuple[int, ...], Element] = {}
        self._fragments: dict[tuple[int, ...], str] = {}
        self._cache: dict[str, tuple[int, ForwardMsg]] = {}
        self._runs = 0

    async def open(self, page: str, parameters: Mapping[str, str]) -> Run:
        """Open a page of the address, as a link does."""
        self._query = urlencode(parameters)
        ask = BackMsg()
        ask.rerun_script.page_name = page
        return await self._run(ask, self._url + f"/{page}?{self._query}")

    async def change(self, key: str, value: str | bool | tuple[str, ...]) -> Run:
        """Set a widget, found by its key, to one or some of its options; the run that follows."""
        path, widget = self._widget(key)
        if type(widget).__name__ in _LISTS and isinstance(value, str):
            value = (value,)
        self._values[widget.id] = list(value) if isinstance(value, tuple) else value
        ask = BackMsg()
        ask.rerun_script.fragment_id = self._fragments[path]
        ask.rerun_script.page_script_hash = self._page_hash
        return await self._run(ask, self._url)

    def options(self, key: str) -> tuple[str, ...]:
        """The options of a widget, as the reader sees them; none when the page has no such widget."""
        try:
            _, widget = self._widget(key)
        except KeyError:
            return ()
        return _options(widget)

    @property
    def charts(self) -> int:
        """Number of Plotly charts on the page."""
        return sum(element.WhichOneof("type") == "plotly_chart" for element in self._elements.values())

    def _widget(self, key: str) -> tuple[tuple[int, ...], Any]:
        for path, element in self._elements.items():
            widget = getattr(element, element.WhichOneof("type") or "empty")
            if getattr(widget, "id", "").endswith(f"-{key}"):
                return path, widget
        raise KeyError(f"no widget has the key {key!r}")

    async def _run(self, ask: BackMsg, address: str) -> Run:
        state = ask.rerun_script
        state.query_string = self._query
        state.context_info.url, state.context_info.timezone, state.context_info.locale = address, "UTC", "en-US"
        state.cached_message_hashes.extend(self._cache)
        state.widget_states.widgets.extend(_state(name, value) for name, value in self._values.items())
        data = ask.SerializeToString()
        started = time.perf_counter()
        await self._socket.send(data)
        messages = size = 0
        stale = set(self._elements)
        while True:
            received = await self._socket.recv(decode=False)
            messages, size = messages + 1, size + len(received)
            message = self._resolved(ForwardMsg.FromString(bytes(received)))
            kind = message.WhichOneof("type")
            if kind == "script_finished" and message.script_finished != _INTERRUPTED:
                seconds = time.perf_counter() - started
                break
            self._take(message, kind, state.fragment_id, stale)
        self._forget(stale)
        return Run(seconds, messages, size)

    def _take(self, message: ForwardMsg, kind: str | None, fragment_id: str, stale: set[tuple[int, ...]]) -> None:
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            path, element = tuple(message.metadata.delta_path), message.delta.new_element
            if element.WhichOneof("type") == "exception":
                raise PageError(f"{element.exception.type}: {element.exception.message}")
            if element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
                raise PageError(element.alert.body)
            self._elements[path] = element
            self._fragments[path] = message.delta.fragment_id
            stale.discard(path)
        elif kind == "new_session":
            self._page_hash = message.new_session.page_script_hash
            if fragment_id:  # a fragment runs alone: what stands outside it stays
                stale.intersection_update(path for path in stale if self._fragments.get(path) == fragment_id)
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string

    def _resolved(self, message: ForwardMsg) -> ForwardMsg:
        """The message itself, from the cache where the server sent a reference."""
        if message.WhichOneof("type") == "ref_hash":
            metadata, (_, cached) = message.metadata, self._cache[message.ref_hash]
            message = ForwardMsg()
            message.CopyFrom(cached)
            message.metadata.CopyFrom(metadata)
            self._cache[cached.hash] = (self._runs, cached)
        elif message.metadata.cacheable:
            self._cache[message.hash] = (self._runs, message)
        return message

    def _forget(self, stale: set[tuple[int, ...]]) -> None:
        """What a browser does at the end of a run: drop old elements, their widgets, old messages."""
        for path in stale:
            del self._elements[path]
        widgets = [getattr(element, element.WhichOneof("type") or "empty") for element in self._elements.values()]
        present = {widget.id: widget for widget in widgets if getattr(widget, "id", "")}
        self._values = {name: value for name, value in self._values.items() if name in present}
        for name, widget in present.items():
            if getattr(widget, "set_value", False) or name not in self._values:
                value = _value(widget)
                if value is not None:
                    self._values[name] = value
        self._runs += 1
        self._cache = {name: (run, message) for name, (run, message) in self._cache.items()
                       if self._runs - run <= MESSAGE_CACHE_RUNS}


@asynccontextmanager
async def open_tab(url: str) -> AsyncIterator[Tab]:
    """A tab connected to a server, closed at the end."""
    async with connect(url.replace("http://", "ws://") + "/_stcore/stream", subprotocols=[Subprotocol("streamlit")],
                       origin=Origin(url), max_size=None, open_timeout=RUN_SECONDS, compression=None) as socket:
        yield Tab(socket, url)


def _options(widget: Any) -> tuple[str, ...]:
    return tuple(option if isinstance(option, str) else option.content for option in getattr(widget, "options", ()))


def _value(widget: Any) -> str | bool | list[str] | None:
    """The value with which a browser answers for a widget that nobody touched; None where it sends nothing."""
    kind = type(widget).__name__
    if kind == "Checkbox":
        return bool(widget.value if widget.set_value else widget.default)
    if kind in ("Selectbox", "Radio"):
        if widget.set_value:
            return str(widget.raw_value)
        return _options(widget)[widget.default] if widget.HasField("default") and widget.options else None
    if kind in _LISTS:
        options = _options(widget)
        return list(widget.raw_values) if widget.set_value else [options[index] for index in widget.default]
    return None


def _state(name: str, value: str | bool | list[str]) -> WidgetState:
    state = WidgetState(id=name)
    if isinstance(value, bool):
        state.bool_value = value
    elif isinstance(value, str):
        state.string_value = value
    else:
        state.string_array_value.data.extend(value)
    return state
