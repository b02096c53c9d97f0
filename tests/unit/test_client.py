# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a socket that answers what a test wants."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from vrrp.client import AgentError, AgentUnreachable, Client


@pytest.fixture
def answer(tmp_path):
    """``answer(b"...")`` starts a server that sends this to its one client; returns what it was asked."""
    asked = []
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(tmp_path / "control.sock"))
    server.listen(1)
    server.settimeout(10)
    threads = []

    def serve(pieces):
        connection, _address = server.accept()
        with connection:
            connection.settimeout(10)
            asked.append(connection.recv(65536))
            for piece in pieces:
                connection.sendall(piece)

    def start(*pieces):
        thread = threading.Thread(target=serve, args=(pieces,))
        thread.start()
        threads.append(thread)
        return asked

    yield start
    for thread in threads:
        thread.join(10)
    server.close()


@pytest.mark.parametrize(
    ("call", "request_line"),
    [
        (lambda client: client.status(), {"command": "status"}),
        (lambda client: client.promote("VI_1"), {"command": "promote", "instance": "VI_1"}),
        (lambda client: client.demote("VI_1"), {"command": "demote", "instance": "VI_1"}),
        (lambda client: client.release("VI_1"), {"command": "release", "instance": "VI_1"}),
        (lambda client: client.drain(), {"command": "drain"}),
        (lambda client: client.undrain(), {"command": "undrain"}),
        (lambda client: client.reload(), {"command": "reload"}),
        (lambda client: client.plan("x", "/f"), {"command": "plan", "candidate": "eJyrAAAAeQB5", "path": "/f"}),
        (lambda client: client.events(), {"command": "events", "instance": None}),
        (lambda client: client.events("VI_1"), {"command": "events", "instance": "VI_1"}),
    ],
)
def test_each_call_is_one_line_of_json(answer, tmp_path, call, request_line):
    asked = answer(b'{"ok": true, "result": {"name": "VI_1"}}\n')
    assert call(Client(str(tmp_path))) == {"name": "VI_1"}
    assert asked[0].endswith(b"\n")
    assert json.loads(asked[0]) == request_line


def test_an_answer_may_come_in_pieces(answer, tmp_path):
    answer(b'{"ok": true, ', b'"result": {"a"', b": 1}}\n")
    assert Client(str(tmp_path)).status() == {"a": 1}


def test_no_is_an_error_with_its_problems(answer, tmp_path):
    answer(b'{"ok": false, "error": "the file is not valid", "problems": ["f:1:1: error: x"]}\n')
    with pytest.raises(AgentError, match="the file is not valid") as caught:
        Client(str(tmp_path)).reload()
    assert caught.value.problems == ("f:1:1: error: x",)


def test_no_agent_names_the_socket_and_what_to_do(tmp_path):
    with pytest.raises(AgentUnreachable, match=r"control\.sock.*systemctl start hotstandby"):
        Client(str(tmp_path)).status()


def test_a_socket_that_nobody_listens_on_is_no_agent(tmp_path):
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(tmp_path / "control.sock"))
    dead.close()
    with pytest.raises(AgentUnreachable, match="no agent is running"):
        Client(str(tmp_path)).status()


def test_an_agent_that_hangs_is_not_waited_for(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
        silent.bind(str(tmp_path / "control.sock"))
        silent.listen(1)
        with pytest.raises(AgentUnreachable, match=r"did not answer within 0\.05 s"):
            Client(str(tmp_path), timeout_s=0.05).status()


@pytest.mark.parametrize("reply", [b"", b"not json\n", b'{"ok": true'])
def test_an_agent_that_breaks_off_is_unreachable(answer, tmp_path, reply):
    answer(reply)
    with pytest.raises(AgentUnreachable):
        Client(str(tmp_path)).status()
