# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each command ends in order with standard streams that are closed, full, broken or of another encoding."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vrrp import streams

MODULE_UTILS = Path(streams.__file__).parents[1]
NAME = "节点"
GOOD = f"""\
vrrp_instance {NAME} {{
    interface no-such-if
    virtual_router_id 51
    priority 100
    virtual_ipaddress {{
        192.0.2.1/24
    }}
}}
"""
INSTANCE = {
    "name": NAME,
    "state": "MASTER",
    "priority": 100,
    "addresses": ["192.0.2.1/24"],
    "addresses_present": ["192.0.2.1/24"],
    "master": None,
    "why": f"MASTER because {NAME}",
}
ANSWERS = {
    "status": {"config": "/c", "instances": [INSTANCE]},
    "promote": INSTANCE,
    "drain": {"config": "/c", "instances": [INSTANCE]},
    "reload": {"added": [NAME], "removed": [], "changed": [], "changes": [], "warnings": [f"warning: {NAME}"]},
    "plan": {
        "changed": True,
        "plan": {"instances": [{"name": NAME, "kind": "added"}], "scripts": []},
        "texts": [],
        "mastership": [],
        "warnings": [f"warning: {NAME}"],
    },
    "events": {"instances": []},
}
COMMANDS = {
    "version": ["--version"],
    "help": ["--help"],
    "check": ["check", "FILE"],
    "status": ["status", "--runtime-dir", "DIR"],
    "json": ["status", "--json", "--runtime-dir", "DIR"],
    "promote": ["promote", NAME, "--runtime-dir", "DIR"],
    "drain": ["drain", "--runtime-dir", "DIR"],
    "cleanup": ["cleanup", "--runtime-dir", "DIR"],
    "reload": ["reload", "--runtime-dir", "DIR"],
    "plan": ["plan", "FILE", "--runtime-dir", "DIR"],
    "events": ["events", "--runtime-dir", "DIR"],
    "simulate": ["simulate", "FILE"],
    "wrong usage": ["promote"],
    "no agent": ["status", "--runtime-dir", "DIR/nowhere"],
    "no file": ["check", "DIR/nothing.conf"],
    "no record": ["replay", "DIR/nothing"],
    "no files": ["simulate"],
}
STATUS = {"wrong usage": 2, "no agent": 3, "no file": 1, "no record": 1, "no files": 2}
SILENT = {"cleanup", *STATUS}  # on standard output


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Yield a directory with a good file, and with a socket that answers as an agent does."""
    directory = tmp_path_factory.mktemp("s")
    (directory / "good.conf").write_text(GOOD, encoding="utf-8")
    (directory / "good.conf").chmod(0o600)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(directory / "control.sock"))
        server.listen(64)
        threading.Thread(target=_answer, args=(server,), daemon=True).start()
        yield directory


def _answer(server):
    while True:
        try:
            connection, _address = server.accept()
        except OSError:
            return
        with connection, connection.makefile("rwb") as file:
            request = json.loads(file.readline())
            file.write(json.dumps({"ok": True, "result": ANSWERS[request["command"]]}).encode() + b"\n")


def run(place, command, redirections, **environment):
    """Return the exit status, and the output on those streams that the shell has not changed."""
    words = [word.replace("FILE", str(place / "good.conf")).replace("DIR", str(place)) for word in COMMANDS[command]]
    variables = {**os.environ, "PYTHONPATH": str(MODULE_UTILS), **environment}
    done = subprocess.run(
        ["sh", "-c", f'"$@" {redirections}', "sh", sys.executable, "-B", "-m", "vrrp.cli", *words],
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert b"Traceback" not in done.stdout + done.stderr, done.stderr
    assert b"Exception ignored" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_closed_streams_are_as_dev_null(place, command):
    assert run(place, command, "<&- >&- 2>&-") == (STATUS.get(command, 0), b"", b"")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_standard_error_changes_nothing(place, command):
    status, output, _errors = run(place, command, "2>/dev/full")
    assert (status, bool(output)) == (STATUS.get(command, 0), command not in SILENT)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_standard_output_is_said_in_one_line(place, command):
    status, _output, errors = run(place, command, ">/dev/full")
    if command in SILENT:
        assert status == STATUS.get(command, 0)
    else:
        assert status == 1
        assert errors.splitlines()[-1] == b"error: cannot write to standard output: No space left on device"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_of_the_output_may_stop_at_any_time(place, command):
    status, _output, errors = run(place, command, "| { exec <&-; }")  # it is the exit status of the reader
    assert status == 0
    assert (b"error" in errors or b"usage" in errors) is (command in STATUS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_character_that_the_terminal_cannot_show_is_escaped(place, command):
    status, output, errors = run(place, command, "", PYTHONIOENCODING="latin-1")
    assert status == STATUS.get(command, 0)
    if command in ("check", "status", "promote", "drain", "reload", "plan"):
        assert rb"\u8282\u70b9" in output
    assert (output + errors).isascii()


def test_descriptors_of_closed_streams_are_taken():
    """Otherwise the next socket would be standard error, and a child would write to it."""
    program = (
        "import os\nfrom vrrp import streams\nstreams.prepare()\n"
        "os.write(9, os.readlink('/proc/self/fd/2').encode())\nassert os.dup(9) > 2"
    )
    done = subprocess.run(
        ["sh", "-c", '"$@" 9>&1 <&- >&- 2>&-', "sh", sys.executable, "-B", "-c", program],
        env={**os.environ, "PYTHONPATH": str(MODULE_UTILS)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "/dev/null")
