# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the client with a socket that gives the answers of a test."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
from types import SimpleNamespace

import pytest

from vrrp import client
from vrrp.agent.process.runtime_dir import RuntimeDirectory
from vrrp.client import AgentError, AgentUnreachable, Client, NoAgent, Stream

TERMS = {"reason": "disk", "expires": "2h", "by": "anna"}


@pytest.fixture
def answer(tmp_path):
    """Return ``answer(b"...")``, which starts a server that sends this to one client, and returns its requests."""
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
        (lambda client: client.drain(TERMS), {"command": "drain", "maintenance": TERMS}),
        (
            lambda client: client.promote("VI_1", TERMS),
            {"command": "promote", "instance": "VI_1", "maintenance": TERMS},
        ),
        (
            lambda client: client.demote("VI_1", TERMS),
            {"command": "demote", "instance": "VI_1", "maintenance": TERMS},
        ),
        (lambda client: client.reload(), {"command": "reload"}),
        (lambda client: client.plan("x", "/f"), {"command": "plan", "candidate": "eJyrAAAAeQB5", "path": "/f"}),
        (lambda client: client.events(), {"command": "events"}),
    ],
)
def test_each_call_is_one_line_of_json(answer, tmp_path, call, request_line):
    asked = answer(b'{"ok": true, "result": {"name": "VI_1"}}\n')
    assert call(Client(str(tmp_path))) == {"name": "VI_1"}
    assert asked[0].endswith(b"\n")
    assert json.loads(asked[0]) == request_line


def portion(lost, *times, **more):
    return {"lines": [{"instance": "VI_1", "lost": lost}, *({"at": at} for at in times)], **more}


@pytest.mark.parametrize(
    ("after", "portions", "asked", "told"),
    [
        ((0, 0.0), [portion(0, 5.0, 6.0, more=False)], [[0, 0.0]], [0, 5.0, 6.0]),
        ((0, 0.0), [portion(0, 5.0, more=True), portion(1, 6.0, more=False)], [[0, 0.0], [1, 5.0]], [0, 5.0, 6.0]),
        ((7, 4.0), [portion(7, 5.0, more=True), portion(8, 6.0, more=False)], [[7, 4.0], [8, 5.0]], [7, 5.0, 6.0]),
        ((7, 4.0), [portion(7, more=False)], [[7, 4.0]], [7]),
        ((7, 4.0), [portion(3, 5.0, 6.0)], [[7, 4.0]], [3, 5.0, 6.0]),
        ((0, 0.0), [portion(0, 5.0, more=True), portion(4, 9.0, more=False)], [[0, 0.0], [1, 5.0]], [4, 9.0]),
        ((7, 4.0), [portion(7, 5.0, more=True), portion(0, 6.0, more=False)], [[7, 4.0], [8, 5.0]], [0, 6.0]),
    ],
    ids=["all", "portions", "new", "nothing new", "an older agent", "dropped meanwhile", "another instance meanwhile"],
)
def test_events_are_asked_for_in_portions_until_there_are_no_more(tmp_path, after, portions, asked, told):
    made, requests = Client(str(tmp_path)), []

    def request(given):
        requests.append(given)
        return portions[len(requests) - 1]

    made.request = request
    header, *entries = made.events("VI_1", after)["lines"]
    assert [header["lost"], *(entry["at"] for entry in entries)] == told
    assert requests == [{"command": "events", "instance": "VI_1", "after": entry} for entry in asked]


def test_an_answer_may_come_in_pieces(answer, tmp_path):
    answer(b'{"ok": true, ', b'"result": {"a"', b": 1}}\n")
    assert Client(str(tmp_path)).status() == {"a": 1}


def test_no_is_an_error_with_its_problems(answer, tmp_path):
    answer(b'{"ok": false, "error": "the file is not valid", "problems": ["f:1:1: error: x"]}\n')
    with pytest.raises(AgentError, match="the file is not valid") as caught:
        Client(str(tmp_path)).reload()
    assert caught.value.problems == ("f:1:1: error: x",)


def test_no_agent_names_the_socket_and_what_to_do(tmp_path):
    with pytest.raises(NoAgent, match=r"control\.sock.*systemctl start hotstandby"):
        Client(str(tmp_path)).status()


def test_a_socket_that_nobody_listens_on_is_no_agent(tmp_path):
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(tmp_path / "control.sock"))
    dead.close()
    with pytest.raises(NoAgent, match="no agent is running"):
        Client(str(tmp_path)).status()


@pytest.mark.parametrize("lost", ["control.sock", "the directory"])
def test_an_agent_that_has_lost_its_socket_is_running(tmp_path, lost):
    """It must not say: start it. Where only root may make the directory, the agent needs a reload."""
    place = tmp_path / "run"
    living = RuntimeDirectory(str(place))
    living.acquire()
    if lost == "the directory":
        shutil.rmtree(place)
    try:
        for _time in range(3):
            with pytest.raises(AgentUnreachable) as caught:
                Client(str(place)).status()
            assert not isinstance(caught.value, NoAgent)
            assert f"the agent is running (process {os.getpid()}), but {place}/control.sock is gone" in str(
                caught.value
            )
            assert "systemctl reload hotstandby" in str(caught.value)
    finally:
        living.release()
    with pytest.raises(AgentUnreachable, match="no agent is running"):
        Client(str(place)).status()


def test_a_stranger_who_takes_the_name_is_no_agent(tmp_path, monkeypatch):
    living = RuntimeDirectory(str(tmp_path / "run"))
    living.acquire()
    monkeypatch.setattr(client, "credentials", lambda sock: (4711, 12345, 12345))
    try:
        with pytest.raises(AgentUnreachable, match="no agent is running"):
            Client(str(tmp_path / "run")).status()
        os.chown(tmp_path / "run", 12345, 12345)
        with pytest.raises(AgentUnreachable, match="the agent is running .process 4711."):
            Client(str(tmp_path / "run")).status()
    finally:
        living.release()


def test_an_agent_that_hangs_is_not_waited_for(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
        silent.bind(str(tmp_path / "control.sock"))
        silent.listen(1)
        with pytest.raises(AgentUnreachable, match=r"did not answer within 0\.05 s") as caught:
            Client(str(tmp_path), timeout_s=0.05).status()
    assert not isinstance(caught.value, NoAgent)


@pytest.mark.parametrize("reply", [b"", b"not json\n", b'{"ok": true'])
def test_an_agent_that_breaks_off_is_unreachable(answer, tmp_path, reply):
    answer(reply)
    with pytest.raises(AgentUnreachable):
        Client(str(tmp_path)).status()


@pytest.mark.parametrize(
    ("sudo_user", "user_id", "by"), [("anna", 0, "anna"), (None, 0, "root"), (None, 4242424, "4242424")]
)
def test_terms_name_who_asks(monkeypatch, sudo_user, user_id, by):
    monkeypatch.delenv("SUDO_USER", raising=False)
    if sudo_user:
        monkeypatch.setenv("SUDO_USER", sudo_user)
    monkeypatch.setattr(client.os, "getuid", lambda: user_id)
    assert client.terms("disk", None) == {"reason": "disk", "expires": None, "by": by}
    assert client.terms(None, "2h") == {"reason": None, "expires": "2h", "by": by}
    assert client.terms(None, None) is client.terms("", "") is None


def test_an_answer_without_an_end_is_not_read_for_ever(answer, tmp_path, monkeypatch):
    monkeypatch.setattr(client, "REPLY_MAX", 10)
    answer(b"x" * 20)
    with pytest.raises(AgentUnreachable) as caught:
        Client(str(tmp_path)).status()
    assert str(caught.value) == f"cannot talk to the agent behind {tmp_path}/control.sock: the answer does not end"


class Forbidden:
    """A socket that may not be connected."""

    def __init__(self, *_kind):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        pass

    def setsockopt(self, *_option):
        pass

    def connect(self, path):
        raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("group", ["hotstandby", None])
def test_a_user_without_the_right_is_told_which_group_to_join(tmp_path, monkeypatch, group):
    def named(gid):
        if group is None:
            raise KeyError(gid)
        return SimpleNamespace(gr_name=group)

    path = tmp_path / "control.sock"
    path.touch()
    monkeypatch.setattr(client.socket, "socket", Forbidden)
    monkeypatch.setattr(client.grp, "getgrgid", named)
    join = ", or, to look only, join the group hotstandby (usermod -aG hotstandby USER, log in again)" if group else ""
    text = f"no right to use {path}: run this as root{join}"
    with pytest.raises(AgentUnreachable) as caught:
        Client(str(tmp_path)).status()
    assert str(caught.value) == text
    path.unlink()
    with pytest.raises(AgentUnreachable, match="no right to use .*: run this as root$"):
        Client(str(tmp_path)).status()


@pytest.fixture
def stream():
    """Return the agent's end of a stream, and the stream."""
    ours, theirs = socket.socketpair()
    made = Stream(theirs, [(1.0, 6, "before")], b'{"lines": [[2.0, 4, "with the reply"]], "left_out": 0}\n{"li')
    yield ours, made
    ours.close()
    made.close()


def test_a_stream_is_read_without_waiting(stream):
    ours, made = stream
    assert made.lines == [(1.0, 6, "before")]
    assert made.read() == ([(2.0, 4, "with the reply")], 0)
    assert made.read() == ([], 0)
    ours.sendall(b'nes": [[3, 6, "a"], [4, 6, "b"]], "left_out": 7}\n{"lines": [], "left_out": 1}\n{"lines"')
    assert made.read() == ([(3.0, 6, "a"), (4.0, 6, "b")], 8)
    ours.close()
    with pytest.raises(AgentUnreachable, match="the agent has ended, or has closed the connection"):
        made.read()


@pytest.mark.parametrize(
    "message", ["[", "[]", "{}", '{"lines": 1, "left_out": 0}', '{"lines": [["x", 1, "y"]]}', "null"]
)
def test_a_stream_of_another_release_is_an_error(stream, message):
    ours, made = stream
    made.read()
    ours.sendall(b'nes": [], "left_out": 0}\n' + message.encode() + b"\n")
    with pytest.raises(AgentUnreachable, match="the agent says what this release does not know"):
        made.read()


def test_without_an_agent_nobody_watches(tmp_path):
    with pytest.raises(AgentUnreachable, match="no agent is running"):
        Client(str(tmp_path)).watch()
