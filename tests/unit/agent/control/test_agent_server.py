# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control socket answers lines of JSON, and is removed with its server."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat

import pytest
from control_parts import with_server

from vrrp.agent.control import server as server_module
from vrrp.agent.control.server import CommandError
from vrrp.client import AgentError, Client

NOT_JSON = {"ok": False, "error": 'a request is one line of JSON such as {"command": "status"}'}


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b'{"command": "a", "instance": "VI_1"}', {"ok": True, "result": {"command": "a", "instance": "VI_1"}}),
        (b'{"command": "refuse"}', {"ok": False, "error": "cannot promote VI_1: it is in FAULT"}),
        (
            b'{"command": "no"}',
            {"ok": False, "error": "the file is not valid", "problems": ["f:1:1: error: x"]},
        ),
        (b"promote VI_1", NOT_JSON),
        (b"[1, 2]", NOT_JSON),
        (b'"status"', NOT_JSON),
        (b'{"command": 1}', NOT_JSON),
        (b"{}", NOT_JSON),
        (b"\xff\xfe", NOT_JSON),
        (b"[" * 60000, NOT_JSON),  # deeper than Python's stack
        (b"", NOT_JSON),
    ],
)
def test_each_request_gets_its_answer(server, line, reply):
    assert server.answer(line, privileged=True) == reply


def test_a_user_who_may_only_look_moves_nothing(server):
    for command in ("status", "events"):
        assert server.answer(json.dumps({"command": command}).encode(), privileged=False)["ok"]
    for command in ("promote", "demote", "release", "reload", "anything"):
        line = json.dumps({"command": command}).encode()
        assert server.answer(line, privileged=False) == {
            "ok": False,
            "error": f"only root and the agent's own user may {command}: use sudo",
        }


def test_the_client_and_the_server_understand_each_other(server, tmp_path):
    client = Client(str(tmp_path))
    assert with_server(server, lambda: client.promote("VI_1")) == {"command": "promote", "instance": "VI_1"}


def test_a_refusal_reaches_the_caller(server, tmp_path):
    client = Client(str(tmp_path))
    with pytest.raises(AgentError) as caught:
        with_server(server, lambda: client.request({"command": "no"}))
    assert (str(caught.value), caught.value.problems) == ("the file is not valid", ("f:1:1: error: x",))


def test_one_connection_may_ask_several_times(server, tmp_path):
    def use():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(10)
            sock.connect(str(tmp_path / "control.sock"))
            sock.sendall(b'{"command": "a"}\n{"command": "b"}\n')
            with sock.makefile() as file:
                return [json.loads(file.readline())["result"]["command"] for _number in range(2)]

    assert with_server(server, use) == ["a", "b"]


@pytest.mark.parametrize("octets", [b"x" * (server_module.REQUEST_MAX * 2), b'{"command": "a"', b""])
def test_a_line_without_end_is_cut_off(server, tmp_path, octets):
    def use():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(10)
            sock.connect(str(tmp_path / "control.sock"))
            try:
                sock.sendall(octets)
                sock.shutdown(socket.SHUT_WR)
                sock.recv(1000)
            except OSError:
                pass  # it hung up on us: good
        return Client(str(tmp_path)).status()

    assert with_server(server, use)["command"] == "status"


def test_the_socket_is_for_the_agents_user_and_group_and_goes_with_it(server, tmp_path):
    path = tmp_path / "control.sock"
    mode = with_server(server, lambda: stat.S_IMODE(os.stat(path).st_mode))
    assert mode == 0o660
    assert not path.exists()


def test_a_socket_of_a_dead_agent_is_replaced(server, tmp_path):
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(tmp_path / "control.sock"))
    dead.close()
    assert with_server(server, Client(str(tmp_path)).status)["command"] == "status"


def test_an_answer_that_takes_time_comes_later(serve, tmp_path):
    def late(command, request):
        result = asyncio.get_running_loop().create_future()
        if command == "no":
            asyncio.get_running_loop().call_soon(result.set_exception, CommandError("bad", ("f:1:1: error: x",)))
        else:
            asyncio.get_running_loop().call_soon(result.set_result, {"command": command})
        return result

    server, client = serve(late), Client(str(tmp_path))
    assert with_server(server, lambda: client.request({"command": "reload"})) == {"command": "reload"}
    with pytest.raises(AgentError) as caught:
        with_server(server, lambda: client.request({"command": "no"}))
    assert caught.value.problems == ("f:1:1: error: x",)
