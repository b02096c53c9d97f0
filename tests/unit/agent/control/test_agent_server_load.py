# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many connections, slow ones and floods leave time of the loop for other work, and room for root."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest
from control_scene import READER, with_server

from vrrp.agent.control import server as control
from vrrp.client import AgentUnreachable, Client

# Clients that may only read, and misbehave. In the test all clients are the agent's own user, so peer_uid is replaced.


@pytest.fixture
def looking(server, monkeypatch):
    """Return a server for which every client may only read."""
    monkeypatch.setattr(control, "peer_uid", lambda sock: READER)
    return server


def connected(tmp_path):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(10)
    sock.connect(str(tmp_path / "control.sock"))
    return sock


def test_many_connections_leave_room_for_root(looking, tmp_path, monkeypatch):
    monkeypatch.setattr(control, "CONNECTIONS_MAX", {True: 1, False: 3})

    def use():
        with contextlib.ExitStack() as stack:
            socks = [stack.enter_context(connected(tmp_path)) for _number in range(3)]
            for sock in socks:
                sock.sendall(b'{"command": "status"}\n')
                assert json.loads(sock.makefile().readline())["ok"]
            one_too_many = stack.enter_context(connected(tmp_path))
            refused = json.loads(one_too_many.makefile().readline())
            monkeypatch.setattr(control, "peer_uid", lambda sock: 0)
            root = Client(str(tmp_path)).promote("VI_1")
        return refused, root

    refused, root = with_server(looking, use)
    assert refused == {"ok": False, "error": "too many connections: try again"}
    assert root["command"] == "promote"


def test_a_client_that_does_not_ask_is_disconnected(looking, tmp_path, monkeypatch):
    monkeypatch.setattr(control, "ASK_S", 0.05)

    def use():
        with connected(tmp_path) as silent, connected(tmp_path) as half:
            half.sendall(b'{"command": "sta')
            return [silent.recv(10), half.recv(10)]

    assert with_server(looking, use) == [b"", b""]


def test_a_client_that_does_not_read_is_disconnected(looking, tmp_path, monkeypatch):
    monkeypatch.setattr(control, "READ_S", 0.05)
    looking._handle = lambda command, request: {"long": "x" * 4_000_000}

    def use():
        with connected(tmp_path) as sock:
            sock.sendall(b'{"command": "status"}\n')
            deadline = time.monotonic() + 10
            while not looking._connections and time.monotonic() < deadline:
                time.sleep(0.001)
            while looking._connections:
                assert time.monotonic() < deadline, "it still waits for the reader"
                time.sleep(0.001)

    with_server(looking, use)


def test_a_flood_of_questions_leaves_the_loop_to_others(looking, tmp_path):
    """Eight connections ask without end, and each answer takes 5 ms: the loop is held up by one, not by all of them."""
    answered = []
    looking._handle = lambda command, request: answered.append(command) or time.sleep(0.005) or {}
    stop = threading.Event()

    def flood():
        with connected(tmp_path) as sock, contextlib.suppress(OSError):
            while not stop.is_set():
                sock.sendall(b'{"command": "status"}\n' * 10)
                sock.recv(65536)

    async def scenario():
        await looking.start()
        threads = [threading.Thread(target=flood, daemon=True) for _number in range(8)]
        for thread in threads:
            thread.start()
        await asyncio.sleep(1)
        stop.set()
        await looking.stop()

    asyncio.run(scenario())
    # A tenth of the second by rule, 20 answers; without the rule nearly all of it, some 200. A busy machine has fewer.
    assert 0 < len(answered) <= 80


# Those who connect without end. What one turn of the loop does is counted, not timed.


class Turn:
    """The loop between two turns: who is listened to, and what is to be called later."""

    def __init__(self):
        self.readers, self.later = {}, []

    def time(self):
        return 0.0

    def add_reader(self, fd, callback):
        self.readers[fd] = callback

    def remove_reader(self, fd):
        return self.readers.pop(fd, None) is not None

    def remove_writer(self, fd):
        return False

    def call_later(self, delay, callback):
        self.later.append((delay, callback))
        return asyncio.TimerHandle(0.0, callback, (), self)

    def call_soon(self, callback):
        self.later.append((0.0, callback))

    def get_debug(self):
        return False

    def _timer_handle_cancelled(self, handle):
        pass


@pytest.fixture
def turn(server, tmp_path):
    """A server that listens in a loop that never turns by itself."""
    made = Turn()

    async def start():
        await server.start()
        asyncio.get_running_loop().remove_reader(server._socket.fileno())

    asyncio.run(start())
    server._loop = made
    made.add_reader(server._socket.fileno(), server._accept)
    yield made
    asyncio.run(server.stop())


def test_a_few_connections_are_taken_in_one_turn_of_the_loop(server, turn, tmp_path):
    with contextlib.ExitStack() as stack:
        for _number in range(3 * control.ACCEPTED_AT_ONCE):
            stack.enter_context(connected(tmp_path))
        listener, taken = server._socket.fileno(), []
        for _turn in range(4):
            turn.readers[listener]()
            taken.append(len(server._connections))
            assert listener not in turn.readers, "it rests, however many wait"
            (resume,) = [callback for _delay, callback in turn.later if callback == server._resume]
            turn.later.clear()
            resume()
    assert taken == [4, 8, 12, 12]


def test_other_connections_wait_in_the_kernel(server, turn, tmp_path):
    with contextlib.ExitStack() as stack:
        for _number in range(control.BACKLOG + 1):  # listen(2): one more than it says
            stack.enter_context(connected(tmp_path))
        late = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        late.setblocking(False)
        with pytest.raises(BlockingIOError):
            late.connect(str(tmp_path / "control.sock"))


def test_a_client_that_waits_in_the_backlog_is_served(server, turn, tmp_path):
    with contextlib.ExitStack() as stack:
        for _number in range(control.BACKLOG + 1):
            stack.enter_context(connected(tmp_path))
        with pytest.raises(AgentUnreachable, match="did not answer within"):
            Client(str(tmp_path), timeout_s=0.05).status()
        said = []
        thread = threading.Thread(target=lambda: said.append(Client(str(tmp_path), timeout_s=20).status()))
        thread.start()
        while thread.is_alive():
            server._accept()
            for callback in [*turn.readers.values(), *(callback for _delay, callback in turn.later)]:
                callback()
            turn.later.clear()
        thread.join()
    assert [answer["command"] for answer in said] == ["status"]


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_without_a_descriptor_accepting_pauses_and_one_line_is_logged(server, turn, tmp_path, code):
    class Full:
        def __init__(self, sock):
            self._sock = sock

        def accept(self):
            raise OSError(code, os.strerror(code))

        def __getattr__(self, name):
            return getattr(self._sock, name)

    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connected(tmp_path)) for _number in range(3)]
        server._accept()
        assert len(server._connections) == 3
        server._socket = Full(server._socket)
        for _turn in range(2):
            turn.later.clear()
            server._accept()
            assert turn.readers.get(server._socket.fileno()) is None
            assert (control.REFUSED_S, server._resume) in turn.later
        assert clients[0].recv(10) == clients[1].recv(10) == b"", "who has been there longest"
        assert len(server._connections) == 1
    (line,) = server._log._stream.getvalue().splitlines()
    assert f"the control socket accepts nobody for a moment: {os.strerror(code)}" in line


FEW = """
import asyncio, resource, sys
sys.path[:0] = {path!r}
from vrrp.agent.control.server import ControlServer
from vrrp.agent.log import Log
async def serve():
    server = ControlServer({socket!r}, lambda command, request: {{}}, Log())
    await server.start()
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop()
asyncio.run(serve())
"""


def test_a_server_whose_descriptors_are_used_up_still_answers_and_says_little(tmp_path):
    """Thirty connections that ask nothing, and room for a few."""
    text = FEW.format(path=sys.path, socket=str(tmp_path / "control.sock"))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", text], text=True, **pipes) as process, contextlib.ExitStack() as stack:
        assert process.stdout.readline() == "ready\n"
        for _number in range(30):
            sock = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            sock.connect(str(tmp_path / "control.sock"))
        assert Client(str(tmp_path), timeout_s=20).status() == {}
        process.stdin.close()
        said = process.stderr.read()
    assert process.returncode == 0
    assert said.count("\n") == 1 and "Traceback" not in said, said


def test_connections_that_have_ended_are_no_garbage(server, turn, tmp_path):
    """The agent collects garbage once in a second: a flood of connections must not leave it any."""
    gc.collect()
    gc.disable()
    try:
        for _number in range(20):
            with connected(tmp_path) as sock:
                sock.sendall(b'{"command": "status"}\n')
                server._accept()
                (connection,) = server._connections
                connection._readable()
                assert json.loads(sock.makefile().readline())["ok"]
                for _delay, callback in turn.later:
                    if callback == connection._next:
                        callback()
            connection._readable()
            assert not server._connections
            turn.later.clear()
        del connection, callback
        assert [each for each in gc.get_objects() if isinstance(each, control.Connection)] == []
    finally:
        gc.enable()
