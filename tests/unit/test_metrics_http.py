# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what a client gets over HTTP, and that one that is slow, silent, greedy or rude gets no more than that."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
import threading

import pytest

from vrrp import metrics_http
from vrrp.metrics_http import CONNECTIONS_MAX, REQUEST_MAX, MetricsServer

GET = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
OPENMETRICS = b"Accept: application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3\r\n"


class Served:
    """It runs a server in a thread, on a unix socket and on a port of 127.0.0.1."""

    def __init__(self, path, body=b"hotstandby_up 1\n"):
        self.path, self.body, self.port = str(path), body, 0
        self.server = MetricsServer(lambda openmetrics: self.body + b"# EOF\n" * openmetrics)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    def __enter__(self):
        self.thread.start()
        self.call(self.server.listen_unix(self.path))
        self.call(self.server.listen("127.0.0.1", 0))
        self.port = self.server._servers[1].sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_exc):
        self.call(self.closed())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def closed(self):
        self.server.close()
        await asyncio.sleep(0)  # the connections end in the next turn of the loop

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    async def count(self):
        return len(self.server._open)

    def connected(self, said=b""):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(self.path)  # only a blocking socket waits where the queue is full
        sock.settimeout(10)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            sock.sendall(said)
        return sock

    def ask(self, said=GET):
        with self.connected(said) as sock:
            return everything(sock)


def everything(sock):
    """Return all that comes until the server closes the connection."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while data := sock.recv(65536):
            found += data
    return found


@pytest.fixture
def served(tmp_path):
    with Served(tmp_path / "metrics.sock") as found:
        yield found


def test_a_client_gets_the_format_that_it_accepts(served):
    head, _empty, body = served.ask().partition(b"\r\n\r\n")
    assert body == b"hotstandby_up 1\n"
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 200 OK", b"Content-Type: text/plain; version=0.0.4; charset=utf-8", b"Content-Length: 16",
        b"Connection: close",
    ]  # fmt: skip
    head, _empty, body = served.ask(GET.replace(b"Host: a\r\n", OPENMETRICS)).partition(b"\r\n\r\n")
    assert body == b"hotstandby_up 1\n# EOF\n"
    assert b"Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n" in head


def test_a_request_may_come_in_parts_and_over_tcp(served):
    with socket.create_connection(("127.0.0.1", served.port), 10) as sock:
        for number in range(len(GET)):
            sock.sendall(GET[number : number + 1])
        assert everything(sock).endswith(b"hotstandby_up 1\n")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 404),
        (b"GET /metrics?x=1 HTTP/1.0\n\n", 200),
        (b"POST /metrics HTTP/1.1\r\n\r\n", 405),
        (b"GET /metrics\r\n\r\n", 400),
        (b"\r\n\r\n", 400),
        (bytes(range(256)) + b"\n\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\n\n", 400),  # the beginning of TLS
        (b"GET /metrics HTTP/1.1\r\nX: " + b"x" * REQUEST_MAX, 431),
        (b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 1_000_000, None),  # the connection may be reset before it is read
        (b"GET /met", None),  # and then nothing more
    ],
)
def test_the_server_sends_metrics_only_for_a_valid_request(served, said, status, monkeypatch):
    monkeypatch.setattr(metrics_http, "EXCHANGE_S", 0.2)
    with served.connected(said) as sock:
        found = everything(sock)
    assert status is None or found.startswith(b"HTTP/1.1 %d " % status)
    assert (b"hotstandby_up" in found) is (status == 200)
    assert served.ask().endswith(b"hotstandby_up 1\n")


def test_a_head_request_has_no_body(served):
    found = served.ask(GET.replace(b"GET", b"HEAD"))
    assert found.startswith(b"HTTP/1.1 200 ") and found.endswith(b"Connection: close\r\n\r\n")


def test_those_who_say_nothing_make_way_for_those_who_ask(served):
    silent = [served.connected(b"GET /met") for _number in range(2 * CONNECTIONS_MAX)]
    assert served.ask().endswith(b"hotstandby_up 1\n")
    assert served.call(served.count()) <= CONNECTIONS_MAX
    assert everything(silent[0]) == b""  # the oldest was closed
    for sock in silent:
        sock.close()


def test_ten_thousand_connections_leave_room_for_a_scrape(served):
    held = []
    for number in range(10_000):
        silent = served.connected()
        if not number % 2000:
            assert served.ask().endswith(b"hotstandby_up 1\n")
            assert served.call(served.count()) <= CONNECTIONS_MAX
        held = [*held[-99:], silent]


def test_a_client_that_does_not_read_is_given_up(tmp_path, monkeypatch):
    with Served(tmp_path / "metrics.sock", bytes(8 << 20)) as served:
        assert len(served.ask()) > 8 << 20
        monkeypatch.setattr(metrics_http, "EXCHANGE_S", 0.2)
        with served.connected(GET) as sock:
            assert sock.recv(15) == b"HTTP/1.1 200 OK"
            while served.call(served.count()):
                pass
            assert len(everything(sock)) < 8 << 20


def test_the_socket_is_for_its_group_and_is_removed_at_the_end(tmp_path):
    path = tmp_path / "metrics.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
        dead.listen()
    with Served(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660 and stat.S_ISSOCK(path.stat().st_mode)
    assert not path.exists()


def test_a_socket_of_somebody_else_is_not_removed_at_the_end(tmp_path):
    path = tmp_path / "metrics.sock"
    with Served(path), socket.socket(socket.AF_UNIX) as later:
        path.unlink()
        later.bind(str(path))
    assert path.is_socket()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("file", "is no socket"),
        ("directory", "is no socket"),
        ("empty directory", "is no socket"),
        ("fifo", "is no socket"),
        ("link to nothing", "is no socket"),
        ("link to a dead socket", "is no socket"),
        ("living socket", "another program listens there"),
        ("full socket", "another program has this socket"),
        ("datagram socket", "another program has this socket"),
    ],
)
def test_an_existing_path_other_than_a_dead_socket_is_kept(tmp_path, kind, said):
    path, other = tmp_path / "there", tmp_path / "other"
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM if "datagram" in kind else socket.SOCK_STREAM)
    clients = [socket.socket(socket.AF_UNIX) for _number in range(3)]
    if "directory" in kind:
        path.mkdir()
    elif kind == "file":
        path.write_text("precious")
    elif kind == "fifo":
        os.mkfifo(path)
    elif "link" in kind:
        path.symlink_to(other)
    if "socket" in kind:
        sock.bind(str(other if "link" in kind else path))
    if kind in ("living socket", "full socket"):
        sock.listen(0)
    if kind == "directory":
        (path / "precious").write_text("precious")
    for client in clients if kind == "full socket" else ():
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.connect(str(path))
    before, names = os.lstat(path), sorted(os.listdir(tmp_path))
    try:
        with pytest.raises(OSError, match=said) as error:
            asyncio.run(MetricsServer(lambda openmetrics: b"").listen_unix(str(path)))
    finally:
        for each in (sock, *clients):
            each.close()
    assert error.value.filename == str(path)
    assert os.path.samestat(os.lstat(path), before) and sorted(os.listdir(tmp_path)) == names


def test_an_address_that_is_taken_or_not_here_is_an_error(served):
    with pytest.raises(OSError, match="[Aa]ddress already in use"):
        served.call(served.server.listen("127.0.0.1", served.port))
    with pytest.raises(OSError, match="[Nn]ame or service not known"):
        served.call(served.server.listen("localhost", 0))
    with pytest.raises(FileNotFoundError):
        served.call(served.server.listen_unix("/nonexistent/metrics.sock"))
