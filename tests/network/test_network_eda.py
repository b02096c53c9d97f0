# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that ansible-rulebook runs the event source with real agents, and that a rule fires."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from lab.example_pair import ADDRESS_A, NODE_A, NODE_B
from lab.peers import MODULE_UTILS, Agent, poll

CHECKOUT = Path(__file__).parents[2]
FAST = {"version": 3, "auth_pass": None, "advert_int": 0.5}
STARTS_S = 60  # Java takes some seconds, and shares the processors with the other tests
RULEBOOK = """\
- name: Print each new master
  hosts: localhost
  sources:
    - hotstandby.vrrp.events: {hosts: "{{ agents }}", standby_interval: 0, delay_max: 1}
  rules:
    - name: A node has become master
      condition: event.vrrp.type == "transition" and event.vrrp.state == "MASTER"
      action:
        debug:
          msg: "fired: {{ event.vrrp.host }}: {{ event.vrrp.reason }}."
"""


@contextlib.contextmanager
def rulebook(folder, agents):
    """Run ansible-rulebook; give a function that returns how often its rule has fired, with what."""
    hosts = [
        {
            "name": name,
            "connection": "local",
            "command": shlex.join(agent.command()),
            "runtime_dir": str(agent.runtime_dir),
        }
        for name, agent in agents.items()
    ]
    for name, text in (
        ("rules.yml", RULEBOOK),
        ("hosts", "localhost\n"),
        ("variables.yml", json.dumps({"agents": hosts})),
    ):
        (folder / name).write_text(text)
    words = ["ansible-rulebook", "--rulebook", "rules.yml", "--inventory", "hosts", "--vars", "variables.yml"]
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ansible = {
        "ANSIBLE_HOME": str(CHECKOUT / ".ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".ansible" / "collections"),
    }
    environment = {**os.environ, **ansible, "PATH": programs, "PYTHONPATH": str(MODULE_UTILS)}
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            words, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )
    try:
        yield lambda: re.findall("fired: (.*)\\.\n", log.read_text())
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()
        print(log.read_text())


def followers(agent):
    """Return the processes that follow the events of an agent."""
    words = ["pgrep", "--full", f"events --follow --json --runtime-dir {agent.runtime_dir}"]
    return [int(each) for each in subprocess.run(words, check=False, capture_output=True, text=True).stdout.split()]


def test_a_rule_fires_once_for_each_new_master(wire, tmp_path):
    a, b = wire.start_pair(Agent, Agent, *(node.but(**FAST) for node in (NODE_A, NODE_B)))
    with rulebook(tmp_path, {"a": a, "b": b}) as fired:
        poll(lambda: followers(a) and followers(b), STARTS_S, "the agents are not followed")
        a.kill()
        poll(fired, 15, "the rule has not fired", fired)
        assert re.fullmatch(rf"b: {re.escape(ADDRESS_A)} has been silent for [0-9.]+ s", *fired())
        # b is followed again, and what it tells then has come already. That a has forgotten all, and preempts b.
        (connection,) = followers(b)
        os.kill(connection, signal.SIGTERM)
        a.start()
        poll(lambda: len(fired()) > 1, 15, "the rule has not fired again", fired)
        poll(lambda: followers(b) not in ([], [connection]), 15, "the connection has not come back")
        b.cli("promote", "VI_1", check=True)
        poll(lambda: len(fired()) > 2, 15, "the rule has not fired for the one that was promoted", fired)
        assert [each.partition(":")[0] for each in fired()] == ["b", "a", "b"]
