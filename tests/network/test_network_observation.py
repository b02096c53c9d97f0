# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that vrrp_info reports a node with a real keepalived in the form of our own agent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from lab.example_pair import ADDRESS_A, ADDRESS_B, NODE_A, NODE_B, VIP
from lab.peers import Agent, Keepalived, poll

COLLECTIONS = Path(__file__).parents[2] / ".ansible" / "collections"
LOOK = """
import json, sys
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.node_facts import NodeFactsReader
observer = NodeFactsReader(sys.argv[1], sys.argv[2])
observer.wait_until_settled(float(sys.argv[3]))
print(json.dumps(observer.observe(1, 0)))
"""


class Dumping(Keepalived):
    """It writes its dump into a directory of its own, as several tests run on one machine."""

    def environment(self):
        return {**os.environ, "TMPDIR": str(self.folder)}


class Private(Keepalived):
    """It writes into a directory that only its own mount namespace has, as with PrivateTmp=yes."""

    def environment(self):
        return {**os.environ, "TMPDIR": "/var/tmp"}

    def arguments(self):
        run = " ".join(super().arguments())
        return ["unshare", "--mount", "sh", "-ec", f"mount -t tmpfs tmpfs /var/tmp; exec {run}"]


def look(host, runtime_dir="/nonexistent", program="auto", wait_s=0):
    words = [sys.executable, "-c", LOOK, str(runtime_dir), program, str(wait_s)]
    done = host.run(words, env={**os.environ, "PYTHONPATH": str(COLLECTIONS)})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_vrrp_info_tells_of_both_nodes_of_a_keepalived_pair(wire):
    # One after the other: their first timers differ by 40 ms, and on a busy machine both become MASTER.
    first = wire.start(Dumping, wire.a, NODE_A)
    first.wait_state("MASTER")
    wire.settled(first, wire.start(Dumping, wire.b, NODE_B))
    a, b = look(wire.a, wait_s=10), look(wire.b, wait_s=10)
    assert (a["program"], a["running"], a["msg"]) == ("keepalived", True, "")
    assert a["agent"]["router_id"] == "NodeA"
    (master,), (backup,) = a["instances"], b["instances"]
    assert (master["state"], master["priority"], master["addresses_present"]) == ("MASTER", 100, [f"{VIP}/24"])
    assert (backup["state"], backup["priority"], backup["addresses_present"]) == ("BACKUP", 90, [])
    assert backup["why"] == f"BACKUP because {ADDRESS_A} advertises 100 > our 90"
    assert backup["master"]["seen_s"] < 1.5
    assert (master["counters"]["became_master"], backup["counters"]["became_master"]) == (1, 0)
    assert master["counters"]["sent"] >= 1 and backup["counters"]["received"] >= 1
    assert a["samples"][0]["instances"]["VI_1"]["held"] == [f"{VIP}/24"]
    assert b["samples"][0]["instances"]["VI_1"]["master"] == ADDRESS_A
    assert "1111" not in json.dumps([a, b])


def test_vrrp_info_tells_the_reason_of_a_fault(wire):
    wire.start(Dumping, wire.a, NODE_A).wait_state("MASTER")
    wire.segment.unplug("a")
    poll(lambda: look(wire.a)["instances"][0]["state"] == "FAULT", 10, "no FAULT")
    assert look(wire.a)["instances"][0]["faults"] == ["interface eth0 is down"]


def test_vrrp_info_asks_the_agent_first_or_the_named_program(wire):
    agent = wire.start(Agent, wire.a, NODE_A)
    keepalived = wire.start(Dumping, wire.b, NODE_B)
    agent.wait_state("MASTER")
    keepalived.wait_state("BACKUP")
    assert look(wire.a, agent.runtime_dir)["program"] == "hotstandby"
    found = look(wire.a, agent.runtime_dir, "keepalived")
    assert (found["program"], found["msg"]) == (None, "no keepalived does VRRP in this network namespace")
    found = look(wire.b, program="hotstandby")
    assert (found["running"], found["instances"]) == (False, [])
    assert look(wire.b)["instances"][0]["source"] == ADDRESS_B


def test_a_process_that_is_only_called_keepalived_gets_no_signal(wire, tmp_path):
    program = tmp_path / "keepalived"
    shutil.copy("/bin/sleep", program)
    own = wire.a.popen([str(program), "60"], stdin=subprocess.DEVNULL)
    poll(lambda: os.readlink(f"/proc/{own.pid}/exe") == str(program), 5, "it does not run")
    shell = wire.a.popen(["sh", "-c", f"{program} 60; true"], stdin=subprocess.DEVNULL)
    found = look(wire.a)
    assert (found["running"], found["program"]) == (False, None)
    assert (own.poll(), shell.poll()) == (None, None)


def test_vrrp_info_finds_a_keepalived_with_other_files(wire):
    wire.start(Private, wire.a, NODE_A).wait_state("MASTER")
    found = look(wire.a)
    assert (found["program"], found["instances"][0]["state"]) == ("keepalived", "MASTER")
    assert not Path("/var/tmp/keepalived.data").exists()
