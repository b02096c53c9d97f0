# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a node finds, before a deployment, other hosts with an address or a virtual router on its segment."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lab.example_pair import ADDRESS_B, NODE_B, VIP, VIP6
from lab.peers import Agent, Keepalived

TOP = Path(__file__).parents[2]
PROGRAM = f"""
import json, sys
sys.path.insert(0, {str(TOP / ".ansible" / "collections")!r})
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.segment import probe
print(json.dumps(probe(json.load(sys.stdin))))
"""


def ask(host, *addresses, numbers=(), interface="eth0"):
    entry = {"interface": interface, "addresses": addresses, "virtual_router_ids": numbers, "listen": 4}
    done = host.run([sys.executable, "-c", PROGRAM], input=json.dumps([entry]))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def neighbours(host):
    return [line for line in host.ip("neigh").splitlines() if "FAILED" not in line]


def test_an_address_that_no_host_has_gets_no_answer(wire6):
    assert ask(wire6.a, VIP, VIP6, numbers=[51]) == {"answers": [], "advertisers": [], "reached": []}


def test_a_third_host_that_has_the_address_answers_and_learns_nothing(wire6):
    client = wire6.client
    client.ip("addr", "add", f"{VIP}/24", "dev", "eth0")
    client.ip("addr", "add", f"{VIP6}/64", "dev", "eth0", "nodad")
    before = neighbours(client)
    answers = ask(wire6.a, VIP, VIP6)["answers"]
    mac = client.mac()
    assert sorted(answers, key=lambda each: each["address"]) == [
        {"address": VIP, "mac": mac, "interface": "eth0"},
        {"address": VIP6, "mac": mac, "interface": "eth0"},
    ]
    assert neighbours(client) == before


def test_our_own_address_is_no_answer(wire):
    wire.a.ip("addr", "add", f"{VIP}/24", "dev", "eth0")
    assert ask(wire.a, VIP)["answers"] == []


def test_an_advertiser_of_the_virtual_router_is_named(wire):
    for kind in (Agent, Keepalived):
        stranger = wire.start(kind, wire.b, NODE_B)
        stranger.wait_state("MASTER")
        found = ask(wire.a, VIP, numbers=[51])
        (named,) = found["advertisers"]
        assert (named["source"], named["virtual_router_id"], named["addresses"]) == (ADDRESS_B, 51, [VIP])
        assert [each["mac"] for each in found["answers"]] == [wire.b.mac()]
        assert ask(wire.a, numbers=[52])["advertisers"] == []
        stranger.close()
