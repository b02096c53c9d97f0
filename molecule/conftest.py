# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give the scenarios' tests a pair: two machines through testinfra, and a third one as client.

A test that moves mastership asserts where it was before and puts it back. Nothing here waits for a fixed time: every
wait is a poll with a deadline, and a claim about the owner is made on several samples.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from testinfra.backend.base import BaseBackend, CommandResult
from testinfra.host import Host

from lab.capture import Capture
from lab.node import Node
from lab.peers import Ownership
from lab.probe_process import Probe, Responder
from lab.run import CHECKOUT
from lab.testbed import VIP, Testbed, virtual

A, B = "node-a", "node-b"
DEADLINE_S = 30.0
SAMPLES = 10
PROBE_PORT = 9998  # not that of the nodes' own responder, which is an ordinary process
_FIGURES: list[str] = []


def poll(question: Callable[[], Any], expected: Any, what: str, seconds: float = DEADLINE_S) -> None:
    """Ask until the answer is the expected one."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer == expected:
            return
        assert time.monotonic() < deadline, f"{what}: {answer!r} instead of {expected!r} after {seconds:.0f} s"
        time.sleep(0.1)


class NodeBackend(BaseBackend):
    """It runs the commands of testinfra in a node."""

    NAME = "node"

    def __init__(self, node: Node):
        super().__init__(node.name)
        self._node = node

    def run(self, command: str, *args: str, **kwargs: Any) -> CommandResult:
        """Run it by a shell; the output is in octets."""
        text = self.get_command(command, *args)
        done = self._node.run(["/bin/sh", "-c", text], timeout=None, text=False)
        return self.result(done.returncode, self.encode(text), done.stdout, done.stderr)


class Pair:
    """It is a pair of the scenario. ``a`` and ``b`` are testinfra hosts; ``bed`` is their lab."""

    def __init__(self, bed: Testbed, folder: Path, names: Sequence[str] = (A, B), vip: str = VIP):
        self.bed = bed
        self.folder = folder
        self.names = names
        self.vip = vip
        self.a, self.b = (Host(NodeBackend(bed.node(name))) for name in names)

    def settled_on(self, owner: str) -> None:
        """Wait until ``owner`` serves the page at the VIP and has it alone; then check that in several samples.

        A planned move is make before break: for some milliseconds both have the address, and that is no fault.
        """
        poll(lambda: self.bed.served_by(self.vip), owner, f"who serves the page at {self.vip}")
        poll(lambda: self.bed.owners(self.vip), [owner], f"who has {self.vip}", seconds=3)
        for _sample in range(SAMPLES):
            assert self.bed.owners(self.vip) == [owner]
            assert self.bed.served_by(self.vip) == owner
            time.sleep(0.1)

    def run(
        self, playbook: str, *arguments: str, env: dict[str, str] | None = None, inventory: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a playbook of the collection against the hosts of the scenario. Return how it ended."""
        said = inventory or Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"], "inventory.yml")
        return subprocess.run(
            [
                "ansible-playbook",
                f"--inventory={said}",
                f"--inventory={self.folder}/connection.yml",
                str(CHECKOUT / "playbooks" / f"{playbook}.yml"),
                *arguments,
            ],
            cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False, env={**os.environ, **(env or {})},
        )  # fmt: skip

    def play(
        self, playbook: str, *arguments: str, env: dict[str, str] | None = None, inventory: Path | None = None
    ) -> str:
        """Run a playbook that has to succeed. Return its whole output."""
        done = self.run(playbook, *arguments, env=env, inventory=inventory)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def judge(self, name: str, path: str) -> None:
        """Assert that keepalived and our agent both accept the file, and that it exists."""
        node = self.bed.node(name)
        node.run(["test", "-s", path], check=True)
        # By a shell, as a person does it: keepalived 2.2.7 checks less where it has no parent.
        by_shell = ["sh", "-c", f"keepalived --config-test --use-file {path}; exit $?"]
        for words in (by_shell, ["hotstandby", "check", path]):
            done = node.run(words)
            assert (done.returncode, done.stderr) == (0, ""), f"{' '.join(words)}: {done}"

    def status(self, name: str) -> dict[str, Any]:
        """Return the first instance as the agent of a node tells it; empty without an agent."""
        done = self.bed.node(name).run(["hotstandby", "status", "--json"])
        return json.loads(done.stdout)["instances"][0] if done.returncode == 0 else {}

    @contextlib.contextmanager
    def probe(self, address: str = "") -> Iterator[Probe]:
        """Probe a virtual address each millisecond from entering to leaving; both nodes answer."""
        self.bed.client.ip("neigh", "flush", "dev", "eth0")
        with contextlib.ExitStack() as stack:
            for name in self.names:
                stack.enter_context(Responder(self.bed.segment.hosts[name], port=PROBE_PORT, realtime=True))
            yield stack.enter_context(Probe(self.bed.client, address or self.vip, PROBE_PORT, realtime=True))

    def capture(self) -> Capture:
        """Capture the advertisements and announcements that the client sees."""
        return Capture(self.bed.client)

    def ownership(self) -> Ownership:
        """Record from now on which node has the address."""
        return Ownership(self.bed.segment, self.vip)

    def each(self) -> Sequence[tuple[str, Any]]:
        """Return both nodes, with their names."""
        return tuple(zip(self.names, (self.a, self.b)))


def opened() -> tuple[Testbed, Path]:
    """Return the lab of the scenario, and its folder."""
    folder = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"], "lab").resolve()
    return Testbed.open(folder.name), folder


@pytest.fixture(scope="session")
def pair() -> Pair:
    """Return the pair that the scenario deployed."""
    return Pair(*opened())


@pytest.fixture(scope="session")
def fleet() -> dict[str, Pair]:
    """Return the pairs that the scenario deployed, by their names."""
    bed, folder = opened()
    return {name: Pair(bed, folder, (f"{name}-a", f"{name}-b"), vip) for name, vip in virtual(bed.pairs).items()}


@pytest.fixture
def figure() -> Callable[[str], None]:
    """Return a function: ``figure("restart: 0 lost")`` is printed with the summary of the run."""
    return _FIGURES.append


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _FIGURES:
        terminalreporter.section("figures")
        for line in _FIGURES:
            terminalreporter.write_line(line)
