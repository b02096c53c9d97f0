# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a third host with one of our addresses is named, and that moves of the pair are no conflict."""

from __future__ import annotations

import time

import pytest

from lab.claim import claim
from lab.example_pair import ADDRESS_A, ADDRESS_B, NODE_A, NODE_B, VIP, VIP6, ipv6_pair, pair
from lab.peers import PAIRS, Agent, Keepalived, poll

FAST = {"version": 3, "advert_int": 0.1}
DEAF = "chain in { type filter hook input priority 0; meta l4proto 112 drop; }"


def mastership_is_old(agent):
    poll(lambda: agent.status()["state"] == "MASTER" and agent.status()["since_s"] > 2, 15, f"{agent} is no MASTER")


def conflicts(agent) -> list:
    return [(found["address"], found["mac"]) for found in agent.status()["conflicts"]]


def test_a_third_host_with_the_virtual_address_is_named(wire):
    # The second burst of the takeover itself must be over when announcements are counted.
    a, b = wire.start_pair(Agent, Agent, *pair(**FAST, lines=("garp_master_delay 1",)))
    mastership_is_old(a)
    announced = a.log_text().count("Sending gratuitous ARP")
    wire.client.ip("addr", "add", f"{VIP}/24", "dev", "eth0")
    claim(wire.client, VIP)
    mac = wire.client.mac()
    poll(lambda: conflicts(a) == [(VIP, mac)], 10, "A does not notice", a.tail)
    status = a.status()
    assert (status["state"], status["counters"]["address_conflicts"]) == ("MASTER", 1)
    assert f"{mac} on eth0 claims {VIP} too" in status["why"]
    assert "(take the address off that host)" in status["warnings"][0]
    assert f"(VI_1) {mac} on eth0 claims {VIP} too" in a.log_text()
    assert f"{mac} claims {VIP} too" in " ".join(a.cli("events", "VI_1", check=True).stdout.split())
    poll(lambda: a.log_text().count("Sending gratuitous ARP") == announced + 1, 5, "A does not announce again")
    assert conflicts(b) == []


def test_a_third_host_with_the_virtual_ipv6_address_is_named(wire6):
    a, _b = wire6.start_pair(Agent, Agent, *ipv6_pair(advert_int=0.1))
    mastership_is_old(a)
    claim(wire6.client, VIP6)
    poll(lambda: conflicts(a) == [(VIP6, wire6.client.mac())], 10, "A does not notice", a.tail)


def test_a_third_host_with_the_standbys_own_address_is_named(wire):
    a, b = wire.start_pair(Agent, Agent, *pair(**FAST))
    claim(wire.client, ADDRESS_B)
    poll(lambda: conflicts(b) == [(ADDRESS_B, wire.client.mac())], 10, "B does not notice", b.tail)
    assert (b.state(), conflicts(a)) == ("BACKUP", [])


def test_a_flood_of_claims_is_one_line_and_moves_nothing(wire):
    a, b = wire.start_pair(Agent, Agent, *pair(**FAST))
    mastership_is_old(a)
    entered = b.log_text().count("Entering")
    claim(wire.client, VIP, times=20000)
    poll(lambda: conflicts(a), 10, "A does not notice", a.tail)
    assert (a.state(), b.log_text().count("Entering")) == ("MASTER", entered)
    assert a.log_text().count(f"claims {VIP} too: ") == 1
    assert a.status()["counters"]["address_conflicts"] == 1


@pytest.mark.parametrize("kinds", PAIRS, ids=lambda kinds: "-".join(kind.kind for kind in kinds))
def test_moves_of_the_pair_itself_are_no_conflict(wire, kinds):
    """Each node takes over from the other and gives it back, several times."""
    a, b = wire.start_pair(*kinds, NODE_A.but(**FAST), NODE_B.but(**FAST))
    agents = [peer for peer in (a, b) if isinstance(peer, Agent)]
    ours = agents[-1]
    away, back = ("promote", "demote") if ours is b else ("demote", "promote")
    for _round in range(3):
        ours.cli(away, "VI_1", check=True)
        wire.settled(b, a)
        time.sleep(1.5)  # no condition to wait for: a claim waits so long, and nothing must follow
        ours.cli(back, "VI_1", check=True)
        wire.settled(a, b)
        time.sleep(1.5)  # as above
    for agent in agents:
        status = agent.status()
        assert (status["counters"]["address_conflicts"], status["conflicts"]) == (0, []), agent.tail()
        assert "claims" not in agent.log_text()


def test_the_virtual_mac_of_the_virtual_router_is_no_conflict(wire):
    a, _b = wire.start_pair(Agent, Agent, *pair(**FAST))
    mastership_is_old(a)
    claim(wire.client, VIP, mac="00:00:5e:00:01:33")
    claim(wire.client, VIP, mac=wire.a.mac())
    claim(wire.client, ADDRESS_A, mac=wire.a.mac())
    time.sleep(1.5)  # no condition to wait for: nothing must follow
    assert a.status()["counters"]["address_conflicts"] == 0


@pytest.mark.parametrize(("kind", "how"), [(Keepalived, "stops"), (Agent, "gives it up")], ids=["stops", "gives it up"])
def test_a_peer_that_has_the_address_no_more_is_forgotten(wire, kind, how):
    """Neither hears the other, so both are MASTER, and no priority 0 arrives either."""
    a, b = (wire.start(one, host, each) for one, host, each in zip((Agent, kind), (wire.a, wire.b), pair(**FAST)))
    for host in (wire.a, wire.b):
        host.run(["nft", f"table inet deaf {{ {DEAF}; }}"], check=True)
    a.wait_state("MASTER")
    b.wait_state("MASTER")
    poll(lambda: conflicts(a) == [(VIP, wire.b.mac())], 20, "A does not notice", a.tail)
    time.sleep(15)  # no condition to wait for: the other host is asked more than once in this time
    assert conflicts(a) == [(VIP, wire.b.mac())]
    if how == "stops":
        b.stop()
    else:
        wire.b.run(["nft", "delete", "table", "inet", "deaf"], check=True)
        b.wait_state("BACKUP")
    poll(lambda: not conflicts(a), 30, "A does not forget", lambda: str(a.status()["conflicts"]))
    assert "claims" not in a.status()["why"] + " ".join(a.status()["warnings"])
    assert a.state() == "MASTER"


def test_of_two_owners_each_names_the_mistake(wire):
    """Both have a second address, so they hear each other. B has the higher one."""
    for host in (wire.a, wire.b):
        host.ip("addr", "add", f"{VIP}/24", "dev", "eth0")
    a, b = (wire.start(Agent, host, each) for host, each in zip((wire.a, wire.b), pair(**FAST, priority=255)))
    for one, other, state in ((a, ADDRESS_B, "BACKUP"), (b, ADDRESS_A, "MASTER")):
        one.wait_state(state)
        said = f"{other} has priority 255 too"
        poll(lambda one=one, said=said: said in str(one.status()["warnings"]), 5, said, one.tail)
        assert "priority 255" in one.status()["why"]


def test_an_owner_that_its_standby_cannot_hear_is_told_what_to_do(wire):
    """The owner sends from the virtual address. The standby has it now, so its kernel drops these packets."""
    wire.a.ip("addr", "flush", "dev", "eth0")
    wire.a.ip("addr", "add", f"{VIP}/24", "dev", "eth0")
    node_a, node_b = pair(**FAST)
    b = wire.start(Agent, wire.b, node_b)
    b.wait_state("MASTER")
    a = wire.start(Agent, wire.a, node_a.but(priority=255))
    a.wait_state("MASTER")
    poll(lambda: conflicts(a), 30, "A does not notice", a.tail)
    assert "write a priority below 255 there" in str(a.status()["warnings"])
    assert "Is that host the other node" in a.log_text()
