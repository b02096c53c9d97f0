# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many connections, slow ones and floods leave time of the loop for other work, and room for root."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import io
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time

import pytest
from control_parts import READER, handle, with_server

from vrrp.agent.control import server as server_module
from vrrp.client import AgentUnreachable, Client

# Clients that may only read, and misbehave. In the test all clients are the agent's own user, so peer_uid is replaced.


@pytest.fixture
def readers(monkeypatch):
    """Every client may only read."""
    monkeypatch.setattr(server_module, "peer_uid", lambda sock: READER)


def connected(tmp_path):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(10)
    sock.connect(str(tmp_path / "control.sock"))
    return sock


@pytest.mark.usefixtures("readers")
def test_many_connections_leave_room_for_root(server, tmp_path, monkeypatch):
    monkeypatch.setattr(server_module, "CONNECTIONS_MAX", {True: 1, False: 3})

    def use():
        with contextlib.ExitStack() as stack:
            socks = [stack.enter_context(connected(tmp_path)) for _number in range(3)]
            for sock in socks:
                sock.sendall(b'{"command": "status"}\n')
                assert json.loads(sock.makefile().readline())["ok"]
            one_too_many = stack.enter_context(connected(tmp_path))
            refused = json.loads(one_too_many.makefile().readline())
            monkeypatch.setattr(server_module, "peer_uid", lambda sock: 0)
            root = Client(str(tmp_path)).promote("VI_1")
        return refused, root

    refused, root = with_server(server, use)
    assert refused == {"ok": False, "error": "too many connections: try again"}
    assert root["command"] == "promote"


@pytest.mark.usefixtures("readers")
def test_a_client_that_does_not_ask_is_disconnected(server, tmp_path, monkeypatch):
    monkeypatch.setattr(server_module, "ASK_S", 0.05)

    def use():
        with connected(tmp_path) as silent, connected(tmp_path) as half:
            half.sendall(b'{"command": "sta')
            return [silent.recv(10), half.recv(10)]

    assert with_server(server, use) == [b"", b""]


@pytest.mark.usefixtures("readers")
def test_a_client_that_does_not_read_is_disconnected(serve, tmp_path, monkeypatch):
    monkeypatch.setattr(server_module, "READ_S", 0.05)

    def use():
        with connected(tmp_path) as sock:
            sock.sendall(b'{"command": "status"}\n')
            hung_up = select.poll()
            hung_up.register(sock, select.POLLRDHUP)
            assert hung_up.poll(10_000), "it still waits for the reader"

    with_server(serve(lambda command, request: {"long": "x" * 4_000_000}), use)


@pytest.mark.usefixtures("readers")
def test_a_flood_of_questions_leaves_the_loop_to_others(serve, tmp_path):
    """Eight connections ask without end, and each answer takes 5 ms: the loop is held up by one, not by all of them."""
    answered = []
    server = serve(lambda command, request: answered.append(command) or time.sleep(0.005) or {})
    stop = threading.Event()

    def flood():
        with connected(tmp_path) as sock, contextlib.suppress(OSError):
            while not stop.is_set():
                sock.sendall(b'{"command": "status"}\n' * 10)
                sock.recv(65536)

    async def scenario():
        await server.start()
        threads = [threading.Thread(target=flood, daemon=True) for _number in range(8)]
        for thread in threads:
            thread.start()
        await asyncio.sleep(1)
        stop.set()
        await server.stop()

    asyncio.run(scenario())
    # A tenth of the second by rule, 20 answers; without the rule nearly all of it, some 200. A busy machine has fewer.
    assert 0 < len(answered) <= 80


# Those who connect without end. What one turn of the loop does is counted, not timed.


class Turn:
    """The loop between two turns: what is read, and what is to be called later. Its time stands still.

    ``accept`` is what the loop calls when somebody connects; ``accepting`` says whether it would do so now.
    """

    def __init__(self):
        self.readers, self.later = {}, []

    def begin(self):
        """Take the only reader for the one that accepts connections."""
        ((self._listener, self.accept),) = self.readers.items()

    @property
    def accepting(self):
        return self._listener in self.readers

    @property
    def connections(self):
        """Return the callbacks that read from a connection."""
        return [callback for fd, callback in self.readers.items() if fd != self._listener]

    def pass_time(self):
        """Do what was to be done later."""
        later, self.later = self.later, []
        for _delay, callback in later:
            callback()

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
def text():
    return io.StringIO()


@pytest.fixture
def turn(serve, text, monkeypatch):
    """The loop of a server, which never turns by itself."""
    made, server = Turn(), serve(handle, text)
    with monkeypatch.context() as patched:
        patched.setattr(server_module.asyncio, "get_running_loop", lambda: made)
        asyncio.run(server.start())
    made.begin()
    yield made
    asyncio.run(server.stop())


def test_a_few_connections_are_taken_in_one_turn_of_the_loop(turn, tmp_path):
    with contextlib.ExitStack() as stack:
        for _number in range(3 * server_module.ACCEPTED_AT_ONCE):
            stack.enter_context(connected(tmp_path))
        taken = []
        for _turn in range(4):
            turn.accept()
            taken.append(len(turn.connections))
            assert not turn.accepting, "it rests, however many wait"
            turn.pass_time()
            assert turn.accepting
    assert taken == [4, 8, 12, 12]


@pytest.mark.usefixtures("turn")
def test_other_connections_wait_in_the_kernel(tmp_path):
    with contextlib.ExitStack() as stack:
        for _number in range(server_module.BACKLOG + 1):  # listen(2): one more than it says
            stack.enter_context(connected(tmp_path))
        late = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        late.setblocking(False)
        with pytest.raises(BlockingIOError):
            late.connect(str(tmp_path / "control.sock"))


def test_a_client_that_waits_in_the_backlog_is_served(turn, tmp_path):
    with contextlib.ExitStack() as stack:
        for _number in range(server_module.BACKLOG + 1):
            stack.enter_context(connected(tmp_path))
        with pytest.raises(AgentUnreachable, match="did not answer within"):
            Client(str(tmp_path), timeout_s=0.05).status()
        said = []
        thread = threading.Thread(target=lambda: said.append(Client(str(tmp_path), timeout_s=20).status()))
        thread.start()
        while thread.is_alive():
            for callback in list(turn.readers.values()):
                callback()
            turn.pass_time()
        thread.join()
    assert [answer["command"] for answer in said] == ["status"]


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_without_a_descriptor_accepting_pauses_and_one_line_is_logged(turn, text, tmp_path, monkeypatch, code):
    def accept(sock):
        raise OSError(code, os.strerror(code))

    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connected(tmp_path)) for _number in range(3)]
        turn.accept()
        assert len(turn.connections) == 3
        monkeypatch.setattr(socket.socket, "accept", accept)
        for _turn in range(2):
            turn.later.clear()
            turn.accept()
            assert not turn.accepting
            ((delay_s, _resume),) = turn.later
            assert delay_s == server_module.REFUSED_S
        assert clients[0].recv(10) == clients[1].recv(10) == b"", "the one that has been connected longest goes first"
        assert len(turn.connections) == 1
    (line,) = text.getvalue().splitlines()
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


def test_connections_that_have_ended_are_no_garbage(turn, tmp_path):
    """The agent collects garbage once in a second: a flood of connections must not leave it any."""
    gc.collect()
    gc.disable()
    try:
        for _number in range(20):
            with connected(tmp_path) as sock:
                sock.sendall(b'{"command": "status"}\n')
                turn.accept()
                (read,) = turn.connections
                read()
                assert json.loads(sock.makefile().readline())["ok"]
                turn.pass_time()
            read()
            assert not turn.connections
            turn.later.clear()
        del read
        assert [each for each in gc.get_objects() if isinstance(each, server_module.Connection)] == []
    finally:
        gc.enable()
