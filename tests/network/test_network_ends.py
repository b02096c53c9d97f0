# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the agent starts, or says in one line why not, with any state of its files, streams and disk."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess

import pytest

from lab.example_pair import ADDRESS_A, NODE_A, VIP
from lab.peers import Agent, poll

pytestmark = pytest.mark.program

FILES = ("ledger.json", "pulse", "agent.lock", "control.sock", "fifos.json", "marks.json", "restarting")
DEEP = b"[" * 100_000


def empty(path):
    path.write_bytes(b"")


def garbage(path):
    path.write_bytes(bytes(range(256)) * 7)


def deep(path):
    path.write_bytes(DEEP)


def huge(path):
    path.write_bytes(b"")
    os.truncate(path, 50 << 20)


def link(path):
    path.symlink_to(path.parent.parent / "victim")


def device(path):
    path.symlink_to("/dev/zero")


def directory(path):
    path.mkdir()


def sock(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def stranger(path):
    path.write_bytes(b"{}")
    os.chown(path, 12345, 12345)


KINDS = (empty, garbage, deep, huge, link, device, os.mkfifo, directory, sock, stranger)


def complaint(agent, before):
    """Return the log of the agent after its first ``before`` octets."""
    return agent.log_text()[before:]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_damaged_files_of_the_agent_are_replaced_or_told_in_one_line(wire, kind):
    agent = wire.start(Agent, wire.a, NODE_A)
    victim = agent.folder / "victim"
    victim.write_text("precious")
    for name in FILES:
        agent.wait_state("MASTER")
        agent.kill()
        path = agent.runtime_dir / name
        path.unlink(missing_ok=True)
        kind(path)
        before = len(agent.log_text())
        agent.start()
        poll(lambda agent=agent: agent.state() or not agent.running, 10, f"{name} keeps it busy", agent.tail)
        said = complaint(agent, before)
        assert "Traceback" not in said, said
        assert victim.read_text() == "precious"
        if not agent.running:
            assert agent.process.returncode == 1
            assert len(said.splitlines()) == 1 and name in said, said
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            agent.start()
        elif path.is_dir():
            path.rmdir()  # the agent has run without this file: the next one starts as usual


@pytest.mark.parametrize("streams", ["closed", "full", "broken"])
def test_the_agent_starts_with_streams_that_take_nothing(wire, streams):
    agent = Agent(wire.a, NODE_A.text("NodeA"))
    wire.started.append(agent)
    reader, writer = os.pipe()
    os.close(reader)
    words = {"closed": "<&- >&- 2>&-", "full": ">/dev/full 2>/dev/full", "broken": ""}[streams]
    agent.process = agent.host.popen(
        ["sh", "-c", f'exec "$@" {words}', "sh", *agent.arguments()],
        stdin=subprocess.DEVNULL, stdout=writer, stderr=writer, env=agent.environment(),
    )  # fmt: skip
    os.close(writer)
    poll(agent.state, 10, "it does not answer", lambda: str(agent.process.poll()))
    agent.wait_state("MASTER")
    assert agent.stop() == 0


@pytest.mark.parametrize("options", ["size=8k", "size=64k,nr_inodes=3"])
def test_the_agent_starts_on_a_full_file_system(wire, options):
    agent = Agent(wire.a, NODE_A.text("NodeA"))
    wire.started.append(agent)
    agent.runtime_dir.mkdir()
    fill = f"mount -t tmpfs -o {options} none $0; head -c 100k /dev/zero > $0/x 2>/dev/null; mkdir $0/r"
    words = [word.replace(str(agent.runtime_dir), f"{agent.runtime_dir}/r") for word in agent.arguments()]
    with agent.log.open("ab") as log:
        agent.process = agent.host.popen(
            ["unshare", "-m", "sh", "-c", f'{fill}; exec "$@"', str(agent.runtime_dir), *words],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=agent.environment(),
        )  # fmt: skip
    poll(lambda: VIP in " ".join(agent.host.addresses(link="")), 10, "it has no VIP", agent.tail)
    assert "Traceback" not in agent.log_text()
    assert agent.stop() == 0


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.write_text(""), "File exists"),
        (lambda path: path.symlink_to("nowhere"), "File exists"),
        (
            lambda path: path.mkdir() or subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "x", path], check=True),
            "Read-only",
        ),
    ],
)
def test_a_directory_that_cannot_be_used_is_told_in_one_line(wire, make, why):
    agent = Agent(wire.a, NODE_A.text("NodeA"))
    wire.started.append(agent)
    make(agent.runtime_dir)
    try:
        agent.start()
        assert agent.process.wait(10) == 1
        (line,) = agent.log_text().splitlines()
        assert f"cannot use the runtime directory {agent.runtime_dir}: " in line
        assert why in line
    finally:
        subprocess.run(["umount", "-q", agent.runtime_dir], check=False)


def test_a_deleted_directory_is_made_again_and_no_second_agent_starts_in_it(wire):
    agent = wire.start(Agent, wire.a, NODE_A)
    agent.wait_state("MASTER")
    shutil.rmtree(agent.runtime_dir)
    second = agent.host.run(agent.arguments(), env=agent.environment(), check=False)
    assert second.returncode == 1
    assert f"another agent (process {agent.process.pid}) already uses" in second.stderr
    poll(agent.state, 15, "it does not answer again", agent.tail)
    agent.kill()
    agent.start()
    agent.wait_state("MASTER")
    assert "Entering MASTER STATE" in agent.log_text()


def test_cleanup_keeps_addresses_that_no_agent_has_set(wire):
    """The ledger of a dead agent lists the host's own address."""
    agent = wire.start(Agent, wire.a, NODE_A)
    agent.wait_state("MASTER")
    agent.kill()
    file = agent.runtime_dir / "ledger.json"
    content = json.loads(file.read_text())
    (installed,) = (each["installed"] for each in content["instances"])
    installed.append([installed[0][0], f"{ADDRESS_A}/24"])
    file.write_text(json.dumps(content))
    done = agent.cli("cleanup", check=True)
    assert f"left {ADDRESS_A}/24 where it is: no agent has put it there" in done.stdout
    assert f"{ADDRESS_A}/24" in agent.host.addresses(link="")
    assert f"{VIP}/24" not in agent.host.addresses(link="")
