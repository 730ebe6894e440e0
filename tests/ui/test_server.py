"""The server as strangers meet it: headers, closed doors, compression, language, faults."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from cx.errors import SettingsError
from cx.settings import PROJECT_FOLDER
from cx.ui.middleware import LocalOnly, is_loopback
from cx.ui.server import refuse_other_machines, serve
from tests.server_process import Server, running_server, stop
from tests.streamlit_client import open_page

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)}

SHELL = """
from pathlib import Path
import streamlit as st
from streamlit.runtime import get_instance

pages = Path(__file__).parents[2] / "pages"
st.text("the shell ran")
st.text(type(get_instance()._get_async_objs().eventloop).__module__)
names = ["first", "alone", "fault"]
st.navigation([st.Page(pages / f"{name}.py", default=name == "first") for name in names]).run()
"""


@pytest.fixture(scope="session")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of the product with a small script and three pages; the path of the script."""
    folder = tmp_path_factory.mktemp("layout")
    (folder / "cx" / "ui").mkdir(parents=True)
    (folder / "pages").mkdir()
    script = folder / "cx" / "ui" / "shell.py"
    script.write_text(SHELL)
    (folder / "pages" / "first.py").write_text(
        "import streamlit as st\nst.audio(b'RIFF' + bytes(200_000), format='audio/wav')\n"
        "st.download_button('csv', 'n,nps\\n' + '1,2\\n' * 5_000, 'x.csv', 'text/csv')\n"
    )
    (folder / "pages" / "alone.py").write_text("import streamlit as st\nst.text('the page ran')\n")
    (folder / "pages" / "fault.py").write_text("raise RuntimeError('secret of the house')\n")
    return script


@pytest.fixture
def product(layout: Path, tmp_path: Path) -> Path:
    """A folder with the product's own app.py, but over the small layout."""
    own = (PROJECT_FOLDER / "app.py").read_text()
    start = f"from pathlib import Path\nfrom cx.ui import server\nserver.SCRIPT = Path({str(layout)!r})\n"
    (tmp_path / "app.py").write_text(start + own)
    return tmp_path


@pytest.fixture(scope="module")
def server(layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the small layout."""
    with running_server(tmp_path_factory.mktemp("server"), script=layout) as running:
        yield running


def ask(
    server: Server, path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers by lower-case name, body as sent."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def script_path(server: Server) -> str:
    """The largest script that the document names."""
    _, _, document = ask(server, "/")
    found = re.findall(r'src="\.(/static/js/index[^"]+)"', document.decode())
    return str(found[0])


@pytest.mark.parametrize(
    "path", ["/", "/alone", "/_stcore/health", "/_stcore/metrics", "/static/js/none.js", "/media/none"]
)
def test_every_answer_carries_the_security_headers(server: Server, path: str) -> None:
    _, headers, _ = ask(server, path)
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert "*" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers


def test_static_files_come_compressed_and_unpack_to_the_same_file(server: Server) -> None:
    path = script_path(server)
    _, plain, body = ask(server, path)
    assert "content-encoding" not in plain
    for _ in range(2):  # compressed now, from memory then
        status, packed, small = ask(server, path, {"Accept-Encoding": "gzip, br"})
        assert status == 200
        assert packed["content-encoding"] == "gzip"
        assert int(packed["content-length"]) == len(small) < len(body) / 2
        assert gzip.decompress(small) == body
        assert packed["etag"] != plain["etag"]
        assert "immutable" in packed["cache-control"]
    assert ask(server, path, {"Accept-Encoding": "gzip", "If-None-Match": packed["etag"]})[0] == 304
    status, headers, nothing = ask(server, path, {"Accept-Encoding": "gzip"}, "HEAD")
    assert (status, headers["content-length"], nothing) == (200, str(len(small)), b"")


def test_byte_ranges_of_static_files_are_not_compressed(server: Server) -> None:
    status, headers, body = ask(server, script_path(server), {"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert (status, len(body)) == (206, 10)
    assert "content-encoding" not in headers


def test_recordings_and_downloads_are_neither_compressed_nor_kept(server: Server) -> None:
    address = server.url.replace("http://", "ws://") + "/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], origin=server.url) as tab:
        run = BackMsg()
        run.rerun_script.page_name = ""
        tab.send(run.SerializeToString())
        found: set[str] = set()
        while len(found) < 2:
            found |= set(re.findall(r"/media/[0-9a-f]+\.(?:csv|wav)", str(tab.recv(timeout=30))))
        assert {path.rsplit(".", 1)[1] for path in found} == {"wav", "csv"}
        for path in found:
            status, headers, body = ask(server, path, {"Accept-Encoding": "gzip"})
            assert status == 200
            assert "content-encoding" not in headers
            assert int(headers["content-length"]) == len(body)
            assert headers["cache-control"] == "no-store"
            assert ask(server, path, {"Accept-Encoding": "gzip", "Range": "bytes=4-7"})[0] == 206


@pytest.mark.parametrize(
    "path",
    ["/_stcore/metrics", "/_stcore/metrics/", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp",
     "/_stcore/script-health-check", "/component/x/index.html", "/app/static/x", "/alone/_stcore/metrics"],
)  # fmt: skip
def test_debug_surfaces_are_closed(server: Server, path: str) -> None:
    assert ask(server, path)[0] == 404


@pytest.mark.parametrize("path", ["/_stcore/health", "/_stcore/host-config", "/"])
def test_what_the_browser_needs_is_open(server: Server, path: str) -> None:
    assert ask(server, path)[0] == 200


@pytest.mark.parametrize(
    "headers",
    [{"Host": "cx.example"}, {"Host": "cx.example:8501"}, {"Host": "192.0.2.7"}, {"Host": "127.0.0.1.cx.example"},
     {"Host": "localhost@cx.example"}, {"Host": "["}, {"Host": ""},
     {"X-Forwarded-For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}],
)  # fmt: skip
def test_a_foreign_host_name_or_a_proxy_is_refused(server: Server, headers: dict[str, str]) -> None:
    assert ask(server, "/", headers)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9000", "[::1]:8501", "LOCALHOST:1"])
def test_the_names_of_this_machine_are_answered(server: Server, host: str) -> None:
    assert ask(server, "/", {"Host": host})[0] == 200


@pytest.mark.parametrize("origin", ["http://cx.example", "http://localhost:1", "http://127.0.0.1:1", "null", ""])
def test_a_page_of_another_site_reaches_neither_websocket_nor_files(server: Server, origin: str) -> None:
    address = server.url.replace("http://", "ws://") + "/_stcore/stream"
    assert ask(server, "/", {"Origin": origin})[0] == 403
    with pytest.raises(InvalidStatus, match="403"), connect(address, additional_headers={"Origin": origin}):
        pass


def test_the_page_of_this_server_reaches_the_websocket(server: Server) -> None:
    assert "the shell ran" in open_page(server.url).texts


@pytest.mark.parametrize(
    ("query", "language"),
    [("", "en"), ("?lang=en", "en"), ("?lang=zh_Hant", "zh-Hant"), ("?unit=a&lang=zh_Hans", "zh-Hans"),
     ("?lang=%22%3E%3Cscript%3E", "en")],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_the_document_says_its_language(server: Server, query: str, language: str, encoding: str) -> None:
    _, headers, body = ask(server, f"/alone{query}", {"Accept-Encoding": encoding})
    assert int(headers["content-length"]) == len(body)
    document = (gzip.decompress(body) if encoding == "gzip" else body).decode()
    assert re.findall(r"<html lang=\"([^\"]*)\"", document) == [language]
    assert "openapi.json" not in document
    assert ask(server, f"/alone{query}", {"Accept-Encoding": encoding, "If-None-Match": headers["etag"]})[0] == 304


def test_a_fault_shows_no_details_and_is_in_the_log(server: Server) -> None:
    run = open_page(server.url, "fault")
    sent = b"".join(message.SerializeToString() for message in run.messages)
    assert b"secret of the house" not in sent
    assert b"RuntimeError" not in sent
    assert b"Traceback" not in sent
    assert "secret of the house" in server.log.read_text()


def test_the_event_loop_is_uvloop(server: Server) -> None:
    assert "uvloop" in open_page(server.url).texts


def test_a_deep_link_as_the_first_request_runs_the_shell(layout: Path, tmp_path: Path) -> None:
    with running_server(tmp_path, script=layout) as fresh:
        texts = open_page(fresh.url, "alone").texts
    assert texts[0] == "the shell ran"
    assert texts[-1] == "the page ran"


def test_the_script_of_the_product_has_no_pages_beside_it() -> None:
    from cx.ui.server import SCRIPT

    assert SCRIPT.parent != PROJECT_FOLDER
    assert not (SCRIPT.parent / "pages").exists()


def test_the_config_of_the_project_holds_from_any_folder(layout: Path, tmp_path: Path) -> None:
    with running_server(tmp_path, script=layout, cwd=tmp_path) as elsewhere:
        sent = b"".join(message.SerializeToString() for message in open_page(elsewhere.url).messages)
    assert b"#0072B2" in sent


def scope(server: str | None, client: str | None = "127.0.0.1", kind: str = "http") -> dict[str, Any]:
    """A request as uvicorn describes it, that came in on an address of this machine."""
    return {
        "type": kind, "method": "GET", "path": "/", "query_string": b"",
        "headers": [(b"host", b"localhost:8501")],
        "server": server and (server, 8501), "client": client and (client, 50_000),
    }  # fmt: skip


def through(guarded: dict[str, Any]) -> list[dict[str, Any]]:
    """What `LocalOnly` sends for a request; an answer of 200 when it passes it on."""
    sent: list[dict[str, Any]] = []

    async def inner(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    # A thread of its own: Playwright keeps a running event loop in the main thread once a browser test has begun.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(LocalOnly(inner)(guarded, receive, send))).result()
    return sent


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"])
def test_a_connection_to_a_loopback_address_passes(address: str) -> None:
    assert through(scope(address))[0]["status"] == 200


@pytest.mark.parametrize("address", ["192.0.2.2", "0.0.0.0", "::", "fd00::2", "::ffff:192.0.2.2", "/run/cx.sock", None])
def test_a_connection_to_any_other_address_is_refused(address: str | None) -> None:
    assert through(scope(address))[0]["status"] == 403
    assert through(scope(address, kind="websocket")) == [
        {"type": "websocket.close", "code": 1008, "reason": "Sign-in is off: only this machine is answered."}
    ]


def test_a_client_elsewhere_is_refused() -> None:
    assert through(scope("127.0.0.1", client="192.0.2.7"))[0]["status"] == 403


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.2", "cx.example", "", None, "127.0.0.1.cx.example"])
def test_the_server_does_not_listen_for_others(address: str | None) -> None:
    assert not is_loopback(address)
    with pytest.raises(SettingsError, match=r"127\.0\.0\.1"):
        refuse_other_machines(address)
    if address:
        with pytest.raises(SettingsError):
            serve(address, 0)


def test_a_server_opened_to_the_network_by_other_means_answers_only_this_machine(product: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "app:app", "--host", "0.0.0.0", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=product, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert status_of("127.0.0.1", port) == 200
        for own in other_addresses():
            assert status_of(own, port) == 403
            assert status_of(own, port, host="localhost") == 403
    finally:
        stop(process)


def test_streamlit_run_refuses_to_start_on_the_network(product: Path) -> None:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "0"]
    done = subprocess.run(
        command, cwd=product, env=ENVIRONMENT, timeout=60,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "The server must not listen on 0.0.0.0" in done.stderr + done.stdout


def test_a_port_that_is_taken_is_said(server: Server) -> None:
    with pytest.raises(SettingsError, match=rf"port {server.port}.*CX_PORT={server.port + 1}"):
        serve("127.0.0.1", server.port)


def test_ctrl_c_ends_the_server_quietly(layout: Path, tmp_path: Path) -> None:
    with running_server(tmp_path, script=layout) as running:
        open_page(running.url)
        assert stop(running.process) == 0
    assert "Traceback" not in running.log.read_text()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status_of(address: str, port: int, host: str | None = None, seconds: float = 30) -> int:
    """The status of a GET; waits until somebody listens."""
    until = time.monotonic() + seconds
    while True:
        connection = http.client.HTTPConnection(address, port, timeout=seconds)
        try:
            connection.request("GET", "/", headers={"Host": host} if host else {})
            return connection.getresponse().status
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        finally:
            connection.close()


def other_addresses() -> list[str]:
    """IPv4 addresses of this machine that others could reach; none on a machine without a network."""
    found = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: the system only chooses the address to send from
            found.add(probe.getsockname()[0])
        except OSError:
            pass
    return sorted(str(address) for address in found if not is_loopback(str(address)))
