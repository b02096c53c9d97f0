# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the agent reports files that other users can change, and does not run them."""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from lab.capture import Capture, intervals
from lab.example_pair import NODE_A, pair, script
from lab.peers import Agent, poll

pytestmark = pytest.mark.program

READER, READER_GROUP = 64002, 64001
SYSTEM_PYTHON = "/usr/bin/python3"
# It asks without end and never reads, on ten connections at once.
_RUDE = """
import socket, sys
socks = []
for _number in range(10):
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(sys.argv[1])
    sock.setblocking(False)
    socks.append(sock)
print("connected", flush=True)
question = b'{"command": "status"}' + bytes([10])
while True:
    for sock in socks:
        try:
            sock.send(question * 100)
        except BlockingIOError:
            pass
        except OSError:
            raise SystemExit
"""


@pytest.fixture
def place():
    """Yield a directory that every user can reach, for scripts and the files that they make."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


def a_script(place: Path, mode: int) -> tuple[Path, Path]:
    program, witness = place / f"script-{mode:o}", place / f"witness-{mode:o}"
    program.write_text(f"#!/bin/sh\necho $* >> {witness}\n")
    program.chmod(mode)
    return program, witness


def test_a_check_that_others_can_write_has_failed(wire, place):
    program, witness = a_script(place, 0o777)
    instance = NODE_A.but(version=3, advert_int=0.1, track_script=("chk",))
    agent = wire.start(Agent, wire.a, instance, script("chk", str(program), interval=1))
    agent.wait_state("FAULT")
    (check,) = agent.status()["checks"]
    said = f"not run, because others can write {program}: chmod o-w {program}"
    assert (check["ok"], check["detail"]) == (False, said)
    assert not witness.exists()
    done = agent.cli("status")
    assert f"chmod o-w {program}" in done.stdout
    program.chmod(0o755)  # that makes it unsafe
    agent.wait_state("MASTER")
    assert witness.exists()


def test_a_notify_script_that_others_can_write_is_an_error_in_the_log(wire, place):
    program, witness = a_script(place, 0o775)
    os.chown(program, -1, READER_GROUP)
    agent = wire.start(Agent, wire.a, NODE_A.but(version=3, advert_int=0.1, notify=str(program)))
    agent.wait_log("error: .*notify script .* failed")
    assert f"not run, because others can write {program}: chmod g-w {program}" in agent.log_text()
    agent.wait_state("MASTER")
    assert not witness.exists()


def test_the_command_check_names_a_writable_script(wire, place):
    program, _witness = a_script(place, 0o757)
    agent = Agent(wire.a, NODE_A.but(track_script=("chk",)).text("NodeA", script("chk", str(program))))
    wire.started.append(agent)
    done = wire.a.run(agent.command("check", str(agent.config)), env=agent.environment())
    assert f"cannot run {program}: others can write {program} (chmod o-w {program})" in done.stderr


def test_a_password_that_others_can_read_is_warned_of(wire):
    agent = Agent(wire.a, NODE_A.text("NodeA"))
    wire.started.append(agent)
    agent.config.chmod(0o644)
    agent.start()
    agent.wait_log("warning: the file has mode 0644. It holds a password")
    poll(agent.state, 5, "it does not answer", agent.tail)
    (line,) = agent.client().status()["warnings"]
    assert line.endswith(f"only its owner may read (chmod 600 {agent.config})")
    assert line in agent.cli("reload").stderr
    assert "1111" not in agent.log_text()
    agent.config.chmod(0o600)
    assert agent.client().status()["warnings"] == []
    assert agent.cli("reload", check=True).stderr == ""


def test_scripts_run_without_priority_and_their_files_can_be_read(wire, place):
    program, witness = place / "script", place / "witness"
    program.write_text(
        f"#!/bin/sh\nchrt -p $$ > {witness}.new\nnice >> {witness}.new\n"
        f"grep VmLck /proc/$$/status >> {witness}.new\nmv {witness}.new {witness}\n"
    )
    program.chmod(0o755)
    agent = wire.start(Agent, wire.a, NODE_A.but(version=3, advert_int=0.1, notify=str(program)))
    agent.wait_state("MASTER")
    poll(witness.exists, 5, "it did not run", agent.tail)
    policy, _priority, nice, locked = witness.read_text().splitlines()
    assert policy.endswith("SCHED_OTHER")
    assert (nice, locked.split()) == ("0", ["VmLck:", "0", "kB"])
    assert stat.S_IMODE(witness.stat().st_mode) == 0o644


@pytest.mark.timing
@pytest.mark.alone
def test_a_rude_reader_makes_no_advertisement_late(wire, figure):
    """A group member that asks without end and never reads is disconnected; the master sends on time."""
    config, peer = pair(version=3, advert_int=0.1)
    a = Agent(wire.a, config.text("NodeA"))
    wire.started.append(a)
    a.runtime_dir.mkdir()
    os.chown(a.runtime_dir, -1, READER_GROUP)
    a.runtime_dir.chmod(0o2755)  # a file in it belongs to the group
    a.folder.chmod(0o755)
    a.start()
    b = wire.start(Agent, wire.b, peer)
    wire.settled(a, b)
    socket_path = a.runtime_dir / "control.sock"
    assert socket_path.stat().st_gid == READER_GROUP
    with Capture(wire.client) as capture:
        rude = subprocess.Popen(
            [SYSTEM_PYTHON, "-c", _RUDE, str(socket_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            user=READER, group=READER, extra_groups=[READER_GROUP], cwd="/", text=True,
        )  # fmt: skip
        try:
            assert rude.stdout.readline() == "connected\n", rude.communicate()
            seen = len(capture.adverts())
            capture.wait(lambda seen_now: len(seen_now.adverts()) >= seen + 20, 10, "twenty advertisements")
            status = a.client().status()  # root still gets an answer
            times = [at for at, _vrrp in capture.adverts()]
        finally:
            rude.kill()
            rude.communicate()
    gap = max(intervals(times))
    figure(f"a reader of the group that asks without end: longest gap {gap * 1e3:.0f} ms of 100")
    assert gap < 0.15
    assert status["instances"][0]["state"] == "MASTER"
    assert b.state() == "BACKUP"
