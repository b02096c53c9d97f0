# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a node whose gateway does not answer gives up, and that there is one owner.

The client plays the gateway. After ``cut`` a node still has a carrier: only the missing answers show that it is alone.
"""

from __future__ import annotations

import time

import pytest

from lab.example_pair import ADDRESS_A, CLIENT, VIP, pair
from lab.peers import Agent, assert_one_owner, owners, poll

INTERVAL_S, TIMEOUT_S, FALL = 0.2, 0.1, 2
STANDS_DOWN_S = FALL * INTERVAL_S + TIMEOUT_S
MARGIN_S = 0.5  # for busy processes and the sampling


def gateway(address=CLIENT, weight=0):
    return f"@hotstandby track_gateway {address} interval {INTERVAL_S} timeout {TIMEOUT_S} fall {FALL} weight {weight}"


def both(*lines, **changes):
    return pair(version=3, advert_int=0.1, lines=lines, **changes)


def _why(agent) -> str:
    status = agent.status()
    return " ".join([*status["faults"], status["why"], *(reason["text"] for reason in status["reasons"])])


@pytest.mark.timing
def test_the_node_that_is_cut_off_stands_down(wire, figure):
    a, b = wire.start_pair(Agent, Agent, *both(gateway()))
    wire.segment.cut("a")
    began = time.monotonic()
    poll(lambda: wire.a.addresses() == {ADDRESS_A + "/24"}, 10, "A keeps the address", lambda: str(wire.a.addresses()))
    took_s = time.monotonic() - began
    figure(f"isolated master with track_gateway: {took_s * 1000:.0f} ms until it gave up the address")
    assert took_s < STANDS_DOWN_S + MARGIN_S
    a.wait_state("FAULT")
    assert f"gateway {CLIENT} failed: no answer on eth0" in _why(a)
    b.wait_state("MASTER")
    assert_one_owner(wire.segment, VIP, "b", samples=20)
    wire.segment.heal("a")
    wire.settled(a, b)
    assert a.status()["faults"] == []
    assert_one_owner(wire.segment, VIP, "a", samples=20)


def test_the_standby_that_is_cut_off_takes_nothing_for_long(wire):
    a, b = wire.start_pair(Agent, Agent, *both(gateway()))
    wire.segment.cut("b")
    b.wait_state("FAULT")
    poll(lambda: owners(wire.segment, VIP) == ["a"], STANDS_DOWN_S + MARGIN_S, "B keeps the address")
    assert_one_owner(wire.segment, VIP, "a", samples=20)
    wire.segment.heal("b")
    wire.settled(a, b)


def test_a_dead_gateway_without_weight_is_a_fault_on_both(wire):
    a, b = wire.start_pair(Agent, Agent, *both(gateway()))
    wire.client.ip("link", "set", "eth0", "down")
    a.wait_state("FAULT")
    b.wait_state("FAULT")
    assert owners(wire.segment, VIP) == []
    wire.client.ip("link", "set", "eth0", "up")
    wire.settled(a, b)


def test_a_dead_gateway_with_weight_leaves_one_master(wire):
    a, b = wire.start_pair(Agent, Agent, *both(gateway(weight=-20)))
    wire.client.ip("link", "set", "eth0", "down")
    for agent, priority in ((a, 80), (b, 70)):
        poll(lambda agent=agent, priority=priority: agent.status()["priority"] == priority, 10, f"{agent}: {priority}")
    assert "no answer on eth0" in _why(a)
    wire.settled(a, b)
    assert_one_owner(wire.segment, VIP, "a", samples=20)
    wire.client.ip("link", "set", "eth0", "up")
    poll(lambda: a.status()["priority"] == 100, 10, "the gateway is back")
    wire.settled(a, b)


def test_a_gateway_that_one_node_lost_moves_mastership_by_weight(wire):
    """The gateway does not hear A, and A still hears B: the node with the better connection is master."""
    a, b = wire.start_pair(Agent, Agent, *both(gateway(weight=-20)))
    mac = wire.a.mac()
    for line in (
        "add table netdev f",
        "add chain netdev f i { type filter hook ingress device eth0 priority 0 ; }",
        f"add rule netdev f i ether saddr {mac} ether type arp drop",
    ):
        wire.client.run(["nft", line], check=True)
    wire.settled(b, a)
    wire.client.run(["nft", "delete", "table", "netdev", "f"], check=True)
    wire.settled(a, b)


def test_a_reload_brings_a_gateway_and_takes_it_away(wire):
    a, b = wire.start_pair(Agent, Agent, *both())
    silent = "192.168.8.99"
    (a_config, _b_config) = both(gateway(silent))
    a.write(a_config.text("NodeA"))
    a.cli("reload", check=True)
    a.wait_state("FAULT")
    assert f"gateway {silent} failed" in _why(a)
    (a_config, _b_config) = both()
    a.write(a_config.text("NodeA"))
    a.cli("reload", check=True)
    wire.settled(a, b)


@pytest.mark.parametrize("version", [4, 6])
def test_a_gateway_is_asked_from_the_own_address_only(wire, version):
    target = CLIENT if version == 4 else "fd00:8::1"
    if version == 6:
        wire.client.ip("addr", "add", "fd00:8::1/64", "dev", "eth0", "nodad")
        wire.a.ip("addr", "add", "fd00:8::4/64", "dev", "eth0", "nodad")
    a = wire.start(Agent, wire.a, both(gateway(target))[0])
    a.wait_state("MASTER")
    a.wait_log(rf"Gateway\({target}\) succeeded")
    wire.client.ip("neigh", "flush", "dev", "eth0")
    source = ADDRESS_A if version == 4 else "fd00:8::4"
    poll(lambda: source in wire.client.ip("neigh", "show", "dev", "eth0"), 5, f"nobody asked from {source}")
    assert VIP not in wire.client.ip("neigh", "show", "dev", "eth0")
    if version == 6:
        wire.client.ip("addr", "del", "fd00:8::1/64", "dev", "eth0")
        a.wait_state("FAULT")
        assert f"gateway {target} failed: no answer on eth0" in _why(a)
