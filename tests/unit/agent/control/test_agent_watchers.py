# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watchers are told what the agent logs, as it comes; one that does not read costs the loop nothing and is closed."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import time

import pytest
from control_parts import with_server

from vrrp.agent.control import server as server_module
from vrrp.agent.control.server import ControlServer
from vrrp.agent.control.watchers import LINE_MAX, LINES_MAX, WATCHERS_MAX, Watchers
from vrrp.agent.errors import CommandError
from vrrp.agent.log import Log
from vrrp.client import AgentError, AgentUnreachable, Client


class Watcher:
    def __init__(self):
        self.got = []

    def push(self, data):
        assert data.endswith(b"\n") and data.count(b"\n") == 1
        self.got.append(json.loads(data))

    @property
    def texts(self):
        return [text for each in self.got for _at, _level, text in each["lines"]]


@pytest.fixture
def log():
    return Log(io.StringIO())


def played(scenario):
    asyncio.run(asyncio.wait_for(scenario(), 30))


def test_a_watcher_gets_the_last_lines_and_then_what_comes(log):
    async def scenario():
        watchers, watcher = Watchers(log, lambda: 1e9), Watcher()
        log.info("before")
        assert watchers.add(watcher) == {"lines": [(1e9, 6, "before")]}
        log.warning("one")
        log.error("two")
        assert watcher.got == []
        watchers.flush()
        assert watcher.got == [{"lines": [[1e9, 4, "one"], [1e9, 3, "two"]], "left_out": 0}]
        watchers.flush()
        assert len(watcher.got) == 1

    played(scenario)


def test_one_that_comes_between_two_messages_is_told_nothing_twice(log):
    async def scenario():
        watchers, first, second = Watchers(log, lambda: 1e9), Watcher(), Watcher()
        watchers.add(first)
        log.info("one")
        assert watchers.add(second) == {"lines": [(1e9, 6, "one")]}
        log.info("two")
        watchers.flush()
        assert (first.texts, second.texts) == (["one", "two"], ["two"])

    played(scenario)


def test_lines_that_come_together_are_one_message_and_nobody_has_to_ask(log):
    async def scenario():
        watchers, watcher = Watchers(log), Watcher()
        watchers.add(watcher)
        for number in range(10):
            log.info(f"line {number}")
        while not watcher.got:
            await asyncio.sleep(0.01)
        assert (len(watcher.got), watcher.texts) == (1, [f"line {number}" for number in range(10)])

    played(scenario)


def test_a_takeover_of_hundreds_is_bounded(log):
    async def scenario():
        watchers, watcher = Watchers(log), Watcher()
        watchers.add(watcher)
        for number in range(1000):
            log.info(f"Sending gratuitous ARP on eth0 for 192.168.8.{number}")
            log.info(f"(VI_{number}) " + "x" * 1000)
        watchers.flush()
        (message,) = watcher.got
        assert (len(message["lines"]), message["left_out"]) == (LINES_MAX, 1000 - LINES_MAX)
        assert {len(text) for text in watcher.texts} == {LINE_MAX}
        assert watcher.texts[-1].startswith("(VI_999)")

    played(scenario)


def test_without_watchers_nothing_is_scheduled(log):
    watchers = Watchers(log)  # without a loop
    log.info("one")
    watchers.flush()


def test_there_are_only_so_many(log):
    watchers, all_of_them = Watchers(log), [Watcher() for _number in range(WATCHERS_MAX)]
    for each in all_of_them:
        watchers.add(each)
    with pytest.raises(CommandError, match="8 others watch this agent already: end one of them"):
        watchers.add(Watcher())
    watchers.remove(all_of_them[0])
    watchers.remove(all_of_them[0])
    watchers.add(Watcher())


class TestSocket:
    """The same over the control socket of the agent."""

    @pytest.fixture
    def server(self, tmp_path, log):
        return ControlServer(str(tmp_path / "control.sock"), lambda command, request: {"instances": []}, log)

    @pytest.fixture
    def told(self, log):
        """Return a function that logs a line in the loop of the server."""
        return lambda loop, text: loop.call_soon_threadsafe(log.info, text)

    def use(self, server, tmp_path, function):
        """Call ``function(client, loop)`` beside the server."""

        async def scenario():
            await server.start()
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(None, lambda: function(Client(str(tmp_path)), loop))
            finally:
                await server.stop()

        played(scenario)

    def test_a_client_is_told(self, server, tmp_path, told):
        def watch(client, loop):
            stream = client.watch()
            told(loop, "(VI_1) Entering MASTER STATE")
            assert texts(stream, 1) == ["(VI_1) Entering MASTER STATE"]
            again = client.watch()
            assert [text for _at, _level, text in again.lines] == ["(VI_1) Entering MASTER STATE"]
            stream.close()
            again.close()

        self.use(server, tmp_path, watch)

    def test_a_watcher_stays_however_little_happens(self, server, tmp_path, told, monkeypatch):
        monkeypatch.setattr(server_module, "ASK_S", 0.02)
        monkeypatch.setattr(server_module, "READ_S", 0.02)

        def watch(client, loop):
            stream = client.watch()
            time.sleep(0.2)  # far longer than others may be silent
            told(loop, "still there")
            assert texts(stream, 1) == ["still there"]
            stream.close()

        self.use(server, tmp_path, watch)

    def test_one_that_does_not_read_is_closed_and_others_are_not(self, server, tmp_path, told, log):
        async def scenario():
            await server.start()
            lazy, busy = (connected(tmp_path) for _number in range(2))
            for sock in (lazy, busy):
                await asyncio.get_running_loop().sock_sendall(sock, b'{"command": "watch"}\n')
            while len(server._watchers._watchers) < 2:
                await asyncio.sleep(0.01)
            read = 0
            for _round in range(200):
                for number in range(LINES_MAX):
                    log.info(f"{number}" * LINE_MAX)
                server._watchers.flush()
                while True:
                    try:
                        read += len(busy.recv(1 << 20))
                    except BlockingIOError:
                        break
            assert len(server._watchers._watchers) == 1
            assert len(server._connections) == 1
            assert read > 200 * LINES_MAX * LINE_MAX
            await server.stop()
            lazy.close()
            busy.close()

        played(scenario)

    def test_one_that_goes_or_speaks_is_forgotten(self, server, tmp_path):
        async def scenario():
            await server.start()
            loop = asyncio.get_running_loop()
            gone, speaks = (connected(tmp_path) for _number in range(2))
            for sock in (gone, speaks):
                await loop.sock_sendall(sock, b'{"command": "watch"}\n')
                assert json.loads(await loop.sock_recv(sock, 65536)) == {"ok": True, "result": {"lines": []}}
            gone.close()
            await loop.sock_sendall(speaks, b'{"command": "status"}\n')
            assert await loop.sock_recv(speaks, 65536) == b""
            while server._connections:
                await asyncio.sleep(0.01)
            assert server._watchers._watchers == []
            await server.stop()
            speaks.close()

        played(scenario)

    def test_the_end_of_the_agent_is_told_before_the_connection_ends(self, server, tmp_path, log):
        async def scenario():
            await server.start()
            loop = asyncio.get_running_loop()
            stream = await loop.run_in_executor(None, Client(str(tmp_path)).watch)
            log.info("(VI_1) Entering STOP STATE")
            await server.stop()
            assert texts(stream, 1) == ["(VI_1) Entering STOP STATE"]
            with pytest.raises(AgentUnreachable, match="the agent has ended"):
                stream.read()
            stream.close()

        played(scenario)

    def test_the_ninth_is_refused(self, server, tmp_path):
        def watch(client, loop):
            streams = [client.watch() for _number in range(WATCHERS_MAX)]
            with pytest.raises(AgentError, match="8 others watch this agent already"):
                client.watch()
            assert client.status() == {"instances": []}
            streams.pop().close()
            while True:
                try:
                    streams.append(client.watch())
                    break
                except AgentError:
                    time.sleep(0.01)
            for each in streams:
                each.close()

        self.use(server, tmp_path, watch)


def test_a_client_without_privileges_may_watch(serve):
    reply = serve(lambda command, request: {}).answer(b'{"command": "watch"}', privileged=False)
    assert reply["ok"]


def test_an_agent_without_the_command_says_so(serve, tmp_path):
    def refuse(command, request):
        raise CommandError(f"unknown command {command}")

    server = serve(refuse)
    server.answer = lambda line, privileged, connection=None: server_module.refusal("unknown command watch")
    with pytest.raises(AgentError, match="unknown command watch"):
        with_server(server, Client(str(tmp_path)).watch)


def connected(tmp_path):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(str(tmp_path / "control.sock"))
    sock.setblocking(False)
    return sock


def texts(stream, count):
    """Return so many lines that the stream tells."""
    found = []
    while len(found) < count:
        lines, _left_out = stream.read()
        found += [text for _at, _level, text in lines]
        time.sleep(0.005)
    return found
