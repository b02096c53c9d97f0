# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that clients that leave early, or read late, cost nothing but their own answer."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import select
import socket

import pytest
from control_parts import handle

from vrrp.agent.control import server as control
from vrrp.agent.control.server import ControlServer
from vrrp.agent.log import Log

REQUEST = b'{"command": "status"}\n'


class Parts:
    """A server in a running loop, and clients beside it that do not block."""

    def __init__(self, path, answer=handle):
        self.path = str(path / "control.sock")
        self.server = ControlServer(self.path, answer, Log(io.StringIO()))
        self.errors = []

    async def __aenter__(self):
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: self.errors.append(context))
        await self.server.start()
        return self

    async def __aexit__(self, *_exception):
        await self.server.stop()
        assert self.errors == []

    def client(self, request=b""):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(self.path)
        sock.sendall(request)
        return sock

    async def until(self, condition):
        for _round in range(2000):
            if condition():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it did not happen in time")

    async def still_answers(self):
        with self.client(REQUEST) as sock:
            assert json.loads(await reading(sock)) == {"ok": True, "result": {"command": "status"}}


async def reading(sock, lines=1):
    """Return what arrives until there are so many lines, or the end."""
    sock.setblocking(False)
    found = b""
    while found.count(b"\n") < lines:
        data = await asyncio.get_running_loop().sock_recv(sock, 65536)
        if not data:
            break
        found += data
    return found


def readable(sock):
    return bool(select.select([sock], [], [], 0)[0])


def test_a_client_that_leaves_before_its_answer_is_forgotten(tmp_path, play):
    async def scenario():
        async with Parts(tmp_path) as parts:
            parts.client(REQUEST).close()  # it is accepted only now, when it has gone
            await parts.still_answers()
            await parts.until(lambda: not parts.server._connections)

    play(scenario)


def test_a_client_that_leaves_without_reading_its_answer_is_forgotten(tmp_path, play):
    async def scenario():
        async with Parts(tmp_path) as parts:
            client = parts.client(REQUEST)
            await parts.until(lambda: readable(client))
            client.close()  # with unread data: the server reads ECONNRESET
            await parts.until(lambda: not parts.server._connections)
            await parts.still_answers()

    play(scenario)


def test_a_refused_client_that_has_left_is_no_error(tmp_path, play, monkeypatch):
    async def scenario():
        async with Parts(tmp_path) as parts:
            monkeypatch.setattr(control, "CONNECTIONS_MAX", {True: 0, False: 0})
            parts.client().close()
            with parts.client() as second:
                reply = json.loads(await reading(second))
            assert reply == {"ok": False, "error": "too many connections: try again"}
            monkeypatch.undo()
            await parts.still_answers()

    play(scenario)


@pytest.mark.parametrize("size", [10, 1 << 18], ids=["short", "long"])
def test_a_client_that_reads_late_gets_every_answer_whole_and_in_order(tmp_path, play, size):
    asked = []

    def answer(command, request):
        asked.append(request["nth"])
        return {"nth": request["nth"], "text": "x" * size}

    async def scenario():
        async with Parts(tmp_path, answer) as parts:
            wanted = b"".join(b'{"command": "status", "nth": %d}\n' % number for number in range(8))
            with parts.client(wanted) as client:
                await parts.until(lambda: readable(client))
                lines = (await reading(client, 8)).splitlines()
            replies = [json.loads(line)["result"] for line in lines]
            assert [each["nth"] for each in replies] == asked == list(range(8))
            assert {len(each["text"]) for each in replies} == {size}

    play(scenario)


def test_an_answer_that_comes_after_the_end_of_the_server_goes_nowhere(tmp_path, play):
    futures = []

    def answer(command, request):
        futures.append(asyncio.get_running_loop().create_future())
        return futures[0]

    async def scenario():
        async with Parts(tmp_path, answer) as parts:
            with parts.client(REQUEST) as client:
                await parts.until(lambda: futures)
                await parts.server.stop()
                futures[0].set_result({"command": "status"})
                assert await reading(client) == b""

    play(scenario)


def test_a_server_is_stopped_twice_without_an_error(tmp_path, play):
    async def scenario():
        async with Parts(tmp_path) as parts:
            await parts.server.stop()
            assert not parts.server.there

    play(scenario)


class Peer:
    """A socket whose other end is of group 1, and of more groups than one answer of the kernel has room for."""

    def getsockopt(self, _level, option, _size):
        if option == socket.SO_PEERCRED:
            return b"\0" * 8 + (1).to_bytes(4, "little")
        raise OSError(errno.ERANGE, "Numerical result out of range")


def test_a_user_of_more_groups_than_the_kernel_tells_may_look():
    assert control.is_member(Peer(), 1)
    assert control.is_member(Peer(), 2)
