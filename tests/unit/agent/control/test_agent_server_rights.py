# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel tells which user asks: root may change things, members of the group may read, others are refused."""

from __future__ import annotations

import grp
import io
import json
import os
import socket
import subprocess
import sys
import tempfile

import pytest
from control_parts import READER, READER_GROUP, STRANGER, handle, with_server

from vrrp.agent.control import server
from vrrp.agent.control.server import ControlServer
from vrrp.agent.log import Log

SYSTEM_PYTHON = "/usr/bin/python3"  # one that every user may run, wherever the tests' own lies


def test_the_kernel_tells_the_user_of_a_connection():
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert server.peer_uid(ours) == os.geteuid()


ASK = """
import socket, sys
sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
sock.settimeout(10)
try:
    sock.connect(sys.argv[1])
    try:
        sock.sendall(sys.argv[2].encode() + bytes([10]))
    except BrokenPipeError:
        pass  # it has answered already
    print(sock.makefile().readline(), end="")
except PermissionError:
    print("no connection")
"""


@pytest.fixture
def place():
    """Make a directory that every user can reach, which tmp_path is not."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield name


def shared_server(place):
    """As under the unit, where the agent's own group is the socket's: here the directory gives it to its files."""
    os.chown(place, -1, READER_GROUP)
    os.chmod(place, 0o2755)
    return ControlServer(os.path.join(place, "control.sock"), handle, Log(io.StringIO()))


def asked_by(place, command, **who):
    arguments = [SYSTEM_PYTHON, "-c", ASK, os.path.join(place, "control.sock"), json.dumps({"command": command})]
    return subprocess.run(arguments, capture_output=True, text=True, check=True, cwd="/", **who).stdout


def test_root_gives_orders_members_look_and_others_do_not_connect(place):
    def use():
        reader = {"user": READER, "group": READER, "extra_groups": [READER_GROUP]}
        return {
            "root": asked_by(place, "promote"),
            "reader looks": asked_by(place, "status", **reader),
            "reader reads": asked_by(place, "events", **reader),
            "reader moves": asked_by(place, "promote", **reader),
            "primary group": asked_by(place, "status", user=READER, group=READER_GROUP, extra_groups=[]),
            "stranger": asked_by(place, "status", user=STRANGER, group=STRANGER, extra_groups=[]),
        }

    said = with_server(shared_server(place), use)
    assert said.pop("stranger") == "no connection\n"
    answers = {who: json.loads(line) for who, line in said.items()}
    assert answers.pop("reader moves") == {
        "ok": False,
        "error": "only root and the agent's own user may promote: use sudo",
    }
    assert all(answer["ok"] for answer in answers.values()), answers


@pytest.mark.parametrize("peer", [None, {"keys": ["0a1b"], "name": "web-b"}], ids=["alone", "with a peer"])
def test_only_root_gets_a_digest_by_which_passwords_could_be_tried(place, peer):
    told = {"config_sha256": "ab12", "drained": False, "peer": peer}
    server = shared_server(place)
    server._handle = lambda command, request: told
    reader = {"user": READER, "group": READER, "extra_groups": [READER_GROUP]}

    def use():
        return [json.loads(asked_by(place, "status", **who))["result"] for who in ({}, reader)]

    to_root, to_reader = with_server(server, use)
    assert to_root == told
    hidden = None if peer is None else {"keys": None, "name": "web-b"}
    assert to_reader == {"config_sha256": None, "drained": False, "peer": hidden}


def test_a_socket_with_open_permissions_still_checks_the_user(place):
    def use():
        os.chmod(os.path.join(place, "control.sock"), 0o666)
        return asked_by(place, "status", user=STRANGER, group=STRANGER, extra_groups=[STRANGER])

    reply = json.loads(with_server(shared_server(place), use))
    assert reply == {"ok": False, "error": f"only root and members of group {READER_GROUP} may look"}


def test_a_user_who_may_not_connect_is_told_which_group_to_join(place):
    path = os.path.join(place, "control.sock")
    group = grp.getgrall()[1]

    def use():
        os.chown(path, -1, group.gr_gid)
        ask = f"import sys; sys.path[:0] = {sys.path!r}\nfrom vrrp.client import Client\n"
        ask += f"import os; os.setgroups([]); os.setgid({STRANGER}); os.setuid({STRANGER})\n"
        ask += f"try:\n    Client({place!r}).status()\nexcept Exception as error:\n    print(error)\n"
        return subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout

    said = with_server(shared_server(place), use)
    assert said == (
        f"no right to use {path}: run this as root, or, to look only, join the group {group.gr_name}"
        f" (usermod -aG {group.gr_name} USER, log in again)\n"
    )
