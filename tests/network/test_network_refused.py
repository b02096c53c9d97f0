# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a master whose kernel refuses its advertisements gives up, and is master again when that is over."""

from __future__ import annotations

import pytest

from lab.example_pair import VIP, VIP6, ipv6_pair, pair
from lab.peers import Agent, Keepalived, assert_one_owner, poll, wait_owner

OUT = "chain out { type filter hook output priority 0; meta l4proto 112 drop; }"
IN = "chain in { type filter hook input priority 0; meta l4proto 112 drop; }"
FAST = {"version": 3, "advert_int": 0.1}
MANY = tuple(f"192.168.8.{number}/24" for number in (100, *range(120, 140)))
MTU = 100  # octets: too few for the advertisement of MANY, and enough for a ping


def block(host, *chains: str) -> None:
    host.run(["nft", f"table inet refused {{ {'; '.join(chains)}; }}"], check=True)


def unblock(host) -> None:
    host.run(["nft", "delete", "table", "inet", "refused"], check=True)


def lost(host) -> None:
    host.ip("link", "set", "eth0", "mtu", str(MTU))


def found(host) -> None:
    host.ip("link", "set", "eth0", "mtu", "1500")


CAUSES = {
    "output": (lambda host: block(host, OUT), unblock, "let IP protocol 112 out"),
    "both directions": (lambda host: block(host, OUT, IN), unblock, "let IP protocol 112 out"),
    "MTU": (lost, found, "they are longer than the MTU"),
}


def pings_reach(wire, host) -> None:
    """Check that the client's packets go to this host, several times in a row."""
    neigh = ("neigh", "show", "to", wire.vip)
    for _sample in range(5):
        wire.client.run(["ping", "-c", "1", "-W", "2", wire.vip], check=True)
        assert host.mac() in wire.client.ip(*neigh), wire.client.ip(*neigh)


def given_up(wire, a, b, cure: str) -> None:
    """Check that B alone has the address for some time, and that A says why."""
    a.wait_state("FAULT")
    b.wait_state("MASTER")
    wait_owner(wire.segment, wire.vip, "b")
    status = a.status()
    assert "its own kernel refuses its advertisements (" in status["why"]
    assert status["faults"] == [status["why"].removeprefix("FAULT because ")]
    assert cure in " ".join(status["warnings"])
    assert status["counters"]["send_errors"] > 0
    pings_reach(wire, wire.b)
    assert_one_owner(wire.segment, wire.vip, "b", samples=20, every_s=0.1)
    pings_reach(wire, wire.b)
    assert a.log_text().count("Entering FAULT") == 1


@pytest.mark.parametrize("kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
@pytest.mark.parametrize("how", CAUSES)
def test_a_master_that_is_refused_gives_up_and_is_master_again_afterwards(wire, how, kind):
    refuse, mend, cure = CAUSES[how]
    a, b = wire.start_pair(Agent, kind, *pair(**FAST, virtual_ipaddress=MANY))
    refuse(wire.a)
    given_up(wire, a, b, cure)
    mend(wire.a)
    wire.settled(a, b)
    pings_reach(wire, wire.a)
    assert a.status()["faults"] == a.status()["warnings"] == []


@pytest.mark.parametrize("kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
@pytest.mark.parametrize("chains", [(OUT,), (OUT, IN)], ids=["output", "both directions"])
def test_a_master_that_is_refused_over_ipv6_gives_up(wire6, kind, chains):
    a, b = wire6.start_pair(Agent, kind, *ipv6_pair(advert_int=0.1))
    block(wire6.a, *chains)
    given_up(wire6, a, b, "let IP protocol 112 out")
    unblock(wire6.a)
    wire6.settled(a, b)
    assert VIP6 in " ".join(wire6.a.addresses())


@pytest.mark.parametrize("kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
def test_two_nodes_with_the_virtual_mac_address_end_with_one_owner(wire, kind):
    """A claim does not show which node it is from; the advertisements do."""
    a, b = wire.start_pair(Agent, kind, *pair(**FAST, lines=("use_vmac",)))
    block(wire.a, OUT)
    a.wait_state("FAULT")
    b.wait_state("MASTER")
    wait_owner(wire.segment, wire.vip, "b")
    assert_one_owner(wire.segment, wire.vip, "b", samples=20, every_s=0.1)
    wire.client.run(["ping", "-c", "3", "-i", "0.2", "-W", "2", wire.vip], check=True)
    unblock(wire.a)
    wire.settled(a, b)
    wire.client.run(["ping", "-c", "3", "-i", "0.2", "-W", "2", wire.vip], check=True)


@pytest.mark.parametrize("kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
def test_a_node_that_starts_refused_leaves_the_address_to_its_peer(wire, kind):
    block(wire.a, OUT, IN)
    node_a, node_b = pair(**FAST)
    b = wire.start(kind, wire.b, node_b)
    b.wait_state("MASTER")
    a = wire.start(Agent, wire.a, node_a)
    a.wait_state("FAULT", 15)
    wait_owner(wire.segment, wire.vip, "b")
    assert_one_owner(wire.segment, wire.vip, "b", samples=20, every_s=0.1)
    assert b.state() == "MASTER"


def test_a_refused_node_has_the_address_when_no_peer_has_it(wire):
    a, b = wire.start_pair(Agent, Agent, *pair(**FAST))
    b.stop()
    block(wire.a, OUT, IN)
    poll(lambda: "nobody hears it" in a.status()["why"], 10, "A does not notice", a.tail)
    assert_one_owner(wire.segment, VIP, "a", samples=20, every_s=0.1)
    b.start()
    given_up(wire, a, b, "let IP protocol 112 out")
    b.kill()
    wire.b.ip("addr", "del", f"{VIP}/24", "dev", "eth0")
    a.wait_state("MASTER", 30)
    assert_one_owner(wire.segment, VIP, "a", samples=20, every_s=0.1)
