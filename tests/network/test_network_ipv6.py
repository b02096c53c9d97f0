# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the rules of IPv6 for sources and duplicate detection. The matrix plays the life of a pair over IPv6."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from lab.capture import Capture
from lab.example_pair import (
    PREFIX6,
    VIP,
    VIP6,
    VIP6_LINK_LOCAL,
    Instance,
    ipv6_pair,
    pair,
    whole,
)
from lab.peers import Agent, assert_one_owner, owners, poll, wait_owner
from lab.sender import send_vrrp
from vrrp.protocol.packet import Advertisement, encode

TOLERANCE_S = 0.010  # detection may take so long beyond Master_Down_Interval
INTERVAL_S = 0.1
MANY = 60
GROUP = "ff02::12"
A, B = ipv6_pair(advert_int=INTERVAL_S)


def _holds(host, address: str) -> bool:
    return f"inet6 {address}/" in host.ip("-6", "addr", "show", "dev", "eth0")


def test_a_link_local_virtual_address_moves_along(wire6):
    a, _b = wire6.start_pair(Agent, Agent, A, B)
    assert (_holds(wire6.a, VIP6_LINK_LOCAL), _holds(wire6.b, VIP6_LINK_LOCAL)) == (True, False)
    a.cli("demote", "VI_1", check=True)
    wait_owner(wire6.segment, VIP6, "b")
    poll(lambda: not _holds(wire6.a, VIP6_LINK_LOCAL), 2, "A keeps the link-local address")
    assert _holds(wire6.b, VIP6_LINK_LOCAL)
    assert a.status()["source"] == wire6.a.link_local()


@pytest.mark.timing
def test_promote_and_release_lose_nothing(wire6):
    a, b = wire6.start_pair(Agent, Agent, A, B)
    report = wire6.lost(lambda: b.cli("promote", "VI_1", check=True), answers_then=wire6.b)
    assert report.lost == 0, str(report)
    report = wire6.lost(lambda: b.cli("release", "VI_1", check=True), answers_then=wire6.a)
    assert report.lost == 0, str(report)
    wire6.settled(a, b)


@pytest.mark.timing
@pytest.mark.parametrize("forwarding", [0, 1])
def test_neighbour_advertisements_are_sent_at_once_and_after_the_delay(wire6, forwarding):
    """A router must set the R flag, or its clients drop their default route (RFC 4861 7.2.5)."""
    wire6.a.sysctl("net.ipv6.conf.all.forwarding", forwarding)
    repeat, lines = 3, ("garp_master_delay 1", "garp_master_repeat 3")
    with Capture(wire6.client) as capture:
        wire6.start(Agent, wire6.a, A.but(lines=lines))
        frames = capture.wait(
            lambda seen: (
                (found := seen.unsolicited_advertisements(VIP6, wire6.a.mac())) and len(found) >= 2 * repeat and found
            ),
            5,
            "two bursts",
        )
        mastered = capture.adverts()[0][0]
    times = [at for at, _unused in frames]
    assert max(abs(at - mastered) for at in times[:repeat]) < 0.3, "the first burst comes with the first advertisement"
    assert all(abs(at - times[0] - 1) < 0.3 for at in times[repeat:]), "the second burst after garp_master_delay"
    assert {(str(na.source), na.override, na.router) for _at, na in frames} == {(VIP6, True, bool(forwarding))}


def test_a_deleted_address_comes_back_and_is_announced(wire6):
    a, _b = wire6.start_pair(Agent, Agent, A, B)
    with Capture(wire6.client) as capture:
        wire6.a.ip("addr", "del", VIP6 + PREFIX6, "dev", "eth0")
        capture.wait(lambda seen: seen.unsolicited_advertisements(VIP6, wire6.a.mac()), 2, "an advertisement of A")
    wait_owner(wire6.segment, VIP6, "a", timeout_s=2)
    assert a.state() == "MASTER"


def test_both_versions_with_one_virtual_router_id_are_two_routers(wire6):
    (four_a, four_b), (six_a, six_b) = pair(version=3, advert_int=INTERVAL_S), ipv6_pair(advert_int=INTERVAL_S)
    a = wire6.start(Agent, wire6.a, whole([four_a, six_a.but(name="VI_6", priority=80)]))
    b = wire6.start(Agent, wire6.b, whole([four_b, six_b.but(name="VI_6")]))
    wait_owner(wire6.segment, VIP, "a")
    wait_owner(wire6.segment, VIP6, "b")
    assert [(agent.state("VI_1"), agent.state("VI_6")) for agent in (a, b)] == [
        ("MASTER", "BACKUP"),
        ("BACKUP", "MASTER"),
    ]
    a.cli("demote", "VI_1", check=True)
    wait_owner(wire6.segment, VIP, "b")
    assert_one_owner(wire6.segment, VIP6, "b")


def test_a_tentative_source_is_waited_for(wire6):
    """Duplicate address detection takes a second or two: FAULT until then, and no restart is needed."""
    own = wire6.a.link_local()
    wire6.a.sysctl("net.ipv6.conf.eth0.accept_dad", 1)
    wire6.a.sysctl("net.ipv6.conf.eth0.dad_transmits", 3)
    wire6.a.ip("addr", "del", own + PREFIX6, "dev", "eth0")
    wire6.a.ip("addr", "add", own + PREFIX6, "dev", "eth0")
    agent = wire6.start(Agent, wire6.a, A)
    agent.wait_log("entering FAULT state .source address .* is tentative")
    agent.wait_state("MASTER")
    assert agent.status()["source"] == own
    wait_owner(wire6.segment, VIP6, "a")


def test_a_duplicate_source_is_a_fault_until_there_is_another(wire6):
    own = wire6.a.link_local()
    wire6.client.ip("addr", "add", own + PREFIX6, "dev", "eth0", "nodad")
    wire6.a.sysctl("net.ipv6.conf.eth0.accept_dad", 1)
    wire6.a.ip("addr", "del", own + PREFIX6, "dev", "eth0")
    wire6.a.ip("addr", "add", own + PREFIX6, "dev", "eth0")
    agent = wire6.start(Agent, wire6.a, A)
    fault = f"source address {own} failed duplicate address detection: another host has it"
    poll(lambda: fault in _faults(agent), 10, "the duplicate is not noticed", lambda: str(_faults(agent)))
    assert agent.state() == "FAULT"
    wire6.a.ip("addr", "add", "fe80::4/64", "dev", "eth0", "nodad")
    agent.wait_state("MASTER")
    assert agent.status()["source"] == "fe80::4"


def _faults(agent: Agent) -> list[str]:
    return agent.status()["faults"] if agent.state() else []


@pytest.mark.timing
def test_a_virtual_address_that_failed_dad_is_set_again(wire6):
    """It was set on the standby while the master had it: there it is present, but cannot be used."""
    _a, b = wire6.start_pair(Agent, Agent, A, B)
    wire6.b.sysctl("net.ipv6.conf.eth0.accept_dad", 1)
    wire6.b.ip("addr", "add", VIP6 + PREFIX6, "dev", "eth0")
    poll(lambda: "dadfailed" in wire6.b.ip("-6", "addr", "show", "dev", "eth0"), 10, "no conflict")
    report = wire6.lost(lambda: wire6.segment.cut("a"), answers_then=wire6.b)
    assert report.longest_outage_ms <= B.master_down_interval_s * 1000 + TOLERANCE_S * 1000, str(report)
    assert "dadfailed" not in wire6.b.ip("-6", "addr", "show", "dev", "eth0")
    b.wait_log(f"{VIP6}.*duplicate address detection")


STRONGEST = Advertisement(3, 51, 255, (ip_address(VIP6),), 10)


def test_routed_and_damaged_packets_are_discarded(wire6):
    _a, b = wire6.start_pair(Agent, Agent, A, B)
    source = wire6.client.link_local()
    sound = encode(STRONGEST, ip_address(source), ip_address(GROUP))
    other = encode(replace(STRONGEST, addresses=(ip_address("fd00:9::1"),)), ip_address(source), ip_address(GROUP))
    to_us = encode(STRONGEST, ip_address(source), ip_address(wire6.b.link_local()))
    send_vrrp(wire6.client, sound, source=source, destination=GROUP, ttl=254)
    send_vrrp(wire6.client, sound[:6] + b"\x12\x34" + sound[8:], other, source=source, destination=GROUP)
    send_vrrp(wire6.client, to_us, source=source, destination=wire6.b.link_local())
    expected = {"ttl": 1, "checksum": 1, "addresses": 1, "destination": 1}

    def discarded():
        return b.status()["counters"]["discarded"]

    poll(lambda: discarded() == expected, 3, f"not {expected}", lambda: str(discarded()))
    assert_one_owner(wire6.segment, VIP6, "a")


def _many(count: int, node: Instance) -> str:
    return whole(
        [
            node.but(name=f"VI_{number}", virtual_router_id=number, virtual_ipaddress=(f"fd00:8::1:{number:x}/64",))
            for number in range(1, count + 1)
        ]
    )


@pytest.mark.timing
@pytest.mark.alone
def test_many_instances_are_taken_over_and_given_back(wire6, figure):
    a = wire6.start(Agent, wire6.a, _many(MANY, A))
    b = wire6.start(Agent, wire6.b, _many(MANY, B))
    vips = [f"fd00:8::1:{number:x}" for number in range(1, MANY + 1)]
    wire6.vip = vips[-1]

    def all_on(name: str, states: dict) -> None:
        poll(lambda: all(owners(wire6.segment, vip) == [name] for vip in (vips[0], vips[-1])), 10, f"not all on {name}")
        poll(lambda: _states(states) == set(states.values()), 10, "not all agree", lambda: str(_states(states)))
        for host in (wire6.a, wire6.b):
            held = {address.split("/")[0] for address in host.addresses()} & set(vips)
            assert held == (set(vips) if host.name == name else set())

    def _states(states: dict) -> set:
        return {entry["state"] for agent in states for entry in agent.client().status()["instances"]}

    all_on("a", {a: "MASTER", b: "BACKUP"})
    report = wire6.lost(lambda: wire6.segment.cut("a"), answers_then=wire6.b)
    down_ms = B.master_down_interval_s * 1000
    figure(f"{MANY} IPv6 instances cut off, the last one: {report.longest_outage_ms:.0f} ms lost (bound {down_ms:.0f})")
    poll(lambda: {entry["state"] for entry in b.client().status()["instances"]} == {"MASTER"}, 5, "B is not all master")
    assert report.longest_outage_ms <= down_ms + 100, str(report)
    wire6.segment.heal("a")
    all_on("a", {a: "MASTER", b: "BACKUP"})
    report = wire6.lost(a.stop, answers_then=wire6.b)
    assert report.lost == 0, str(report)
    assert {entry["state"] for entry in b.client().status()["instances"]} == {"MASTER"}
