"""A browser tab without a browser: Streamlit's WebSocket and its messages."""

from __future__ import annotations

from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


@dataclass(frozen=True)
class Run:
    """What one run of the script sent: the texts of `st.text`, titles and messages, in their order."""

    messages: tuple[ForwardMsg, ...]

    @property
    def texts(self) -> list[str]:
        """The bodies of all text elements."""
        elements = [message.delta.new_element for message in self.messages if message.HasField("delta")]
        bodies = [getattr(getattr(element, element.WhichOneof("type") or "text"), "body", "") for element in elements]
        return [body for body in bodies if body]


def open_page(url: str, page_name: str = "", query: str = "", seconds: float = 60) -> Run:
    """Open a deep link as the browser does, and read until the script has finished."""
    address = url.replace("http://", "ws://") + "/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], origin=url, max_size=None, open_timeout=seconds) as socket:
        ask = BackMsg()
        ask.rerun_script.page_name = page_name
        ask.rerun_script.query_string = query
        socket.send(ask.SerializeToString())
        messages: list[ForwardMsg] = []
        while not messages or not messages[-1].HasField("script_finished"):
            message = ForwardMsg()
            data = socket.recv(timeout=seconds)
            assert isinstance(data, bytes)
            message.ParseFromString(data)
            messages.append(message)
    return Run(tuple(messages))
