# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures a deployment on two nodes with systemd, and a client's losses when the daemon is killed there."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from bench import ROOT, both_own
from rows import OURS, Effort, Row, Task

from lab.example_pair import pair
from lab.host import LabError
from lab.peers import poll
from lab.probe_process import Probe
from lab.run import Run
from lab.testbed import VIP, Testbed

INVENTORY = "docs/examples/article.yml"  # the lab adds a file with the addresses of the nodes
A, B = "node-a", "node-b"
UNITS = {OURS: "hotstandby"}
PUBLISHED_S = {"first": 15.6, "second": 13.8}  # the best-known role; the package is already there
WATCH_S = 5.0
WAIT_S = 30.0


def play(nodes: Testbed, playbook: str) -> float:
    """Run a playbook as a user would; return its seconds. Raises LabError with its output."""
    words = ["ansible-playbook", "-i", INVENTORY, "-i", str(nodes.run.folder / "connection.yml")]
    environment = {
        "ANSIBLE_HOME": str(ROOT / ".ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    begun = time.monotonic()
    done = subprocess.run(
        [*words, f"playbooks/{playbook}.yml"], cwd=ROOT, check=False, text=True, capture_output=True,
        stdin=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    seconds = time.monotonic() - begun
    if done.returncode:
        raise LabError(f"{playbook} failed with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
    return seconds


def deployed(rows: dict[str, Row], nodes: Testbed, kind: str) -> None:
    """Deploy our agent twice. For the other daemon measure the package, a file and the service."""
    if kind == OURS:
        rows["first"].add(kind, play(nodes, "ha_pair"))
        rows["second"].add(kind, play(nodes, "ha_pair"))
        return
    for node, instance in zip(nodes.nodes.values(), pair()):
        node.write("/etc/keepalived/keepalived.conf", instance.text(node.name))
        node.run(["systemctl", "start", "keepalived"], check=True)


def answer_at_once(nodes: Testbed) -> None:
    """Give the responders of the client's probes real-time priority: a late answer is no loss of the address."""
    for name in nodes.nodes:
        for pid in nodes.segment.hosts[name].pids():
            with contextlib.suppress(OSError):
                if b"probe.py" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(10))


def killed(rows: dict[str, Row], nodes: Testbed, kind: str, runs: int, cap_s: float) -> None:
    """Send SIGKILL to all processes of the master's service; systemd acts by the unit."""
    unit = UNITS.get(kind, kind)
    answer_at_once(nodes)
    for number in range(runs):
        if number:
            nodes.node(A).run(["systemctl", "reset-failed", unit])  # the benchmark kills it many times in a row
            nodes.node(A).run(["systemctl", "start", unit], check=True)
        poll(lambda: nodes.owners() == [A], WAIT_S, f"{VIP} is not on {A} alone", lambda: str(nodes.owners()))
        time.sleep(2)  # no condition to wait for: the peer hears the master a few times
        with Probe(nodes.client, VIP, realtime=True) as probe:
            nodes.node(A).run(["systemctl", "kill", "--kill-who=all", "--signal=KILL", unit], check=True)
            rows["owners"].add(kind, both_own(lambda: tuple(name in nodes.owners() for name in (A, B)), cap_s, WATCH_S))
            rows["lost"].add(kind, probe.report().lost)


def tasks(effort: Effort) -> list[Task]:
    kill = "SIGKILL of all processes, under systemd as shipped, v2, advert_int 1"
    rows = {
        "first": Row(
            "deploy a pair", "s", goal=PUBLISHED_S["first"] / 2, published={"keepalived": PUBLISHED_S["first"]}
        ),
        "second": Row(
            "deploy it again", "s", goal=PUBLISHED_S["second"] / 2, published={"keepalived": PUBLISHED_S["second"]}
        ),
        "lost": Row(kill, "probes lost", goal=0, counts=True),
        "owners": Row(kill, "s with two owners", goal=0, cap=effort.cap_s),
    }

    def measure(kind: str) -> None:
        beds = effort.deployments if kind == OURS else 1
        for number in range(beds):
            with Testbed(Run(), owner=os.getpid()) as nodes:
                deployed(rows, nodes, kind)
                if number + 1 == beds:
                    # keepalived's unit has no restart: after a second kill it would have to be started by hand.
                    killed(rows, nodes, kind, effort.runs if kind == OURS else 1, effort.cap_s)

    return [Task(list(rows.values()), measure)]
