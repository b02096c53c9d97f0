# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that ``hotstandby plan`` says what a reload would do, and changes nothing."""

from __future__ import annotations

import json

from lab.example_pair import ADDRESS_A, VIP, pair
from lab.peers import Agent, assert_one_owner, wait_owner

A, B = pair(version=3, advert_int=0.1)


def plan(peer, instance, folder):
    file = folder / "candidate.conf"
    file.write_text(instance.text(f"Node{peer.host.name.upper()}"), encoding="utf-8")
    return json.loads(peer.cli("plan", str(file), "--json", check=True).stdout)


def test_a_plan_tells_what_the_reload_does_afterwards(wire, tmp_path):
    a, b = wire.start_pair(Agent, Agent, A, B)
    same = plan(b, B, tmp_path)
    assert (same["changed"], same["mastership"][0]["moves"]) == (False, False)
    higher = B.but(priority=150)
    told = plan(b, higher, tmp_path)
    assert told["texts"] == ["VI_1 priority: 90 -> 150"]
    assert told["mastership"] == [
        {
            "instance": "VI_1",
            "state": "BACKUP",
            "moves": True,
            "why": f"its priority rises from 90 to 150, above the 100 of {ADDRESS_A}",
        }
    ]
    assert b.status()["base_priority"] == 90
    assert_one_owner(wire.segment, VIP, "a")
    b.write(higher.text("NodeB"))
    b.cli("reload", check=True)
    wait_owner(wire.segment, VIP, "b")
    assert plan(a, A.but(priority=200), tmp_path)["mastership"][0]["moves"] is True


def test_a_bad_candidate_is_told_and_changes_nothing(wire, tmp_path):
    agent = wire.start(Agent, wire.a, A)
    agent.wait_state("MASTER")
    file = tmp_path / "bad.conf"
    file.write_text(A.text("NodeA").replace("priority 100", "priority 300"), encoding="utf-8")
    done = agent.cli("plan", str(file))
    assert done.returncode == 1
    assert f"{file}:" in done.stderr and "priority 300 is out of range" in done.stderr
    assert agent.status()["state"] == "MASTER"
