# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that FRRouting's vrrpd and our agent make a pair, over IPv4 and IPv6, in either role.

FRR answers with the virtual router's own Ethernet address and always has the virtual address on an interface. So the
tests count the answers to a client that asks again: exactly one host answers each of several questions.
"""

from __future__ import annotations

import pytest

from lab.example_pair import ADDRESS6_A, ADDRESS6_B, CLIENT6, PREFIX, PREFIX6, VIP, VIP6_LINK_LOCAL, ipv6_pair, pair
from lab.frr import Frr, Router, wait_answered_by
from lab.peers import Agent, poll

INTERVAL_S = 0.2
SAMPLES = 3


@pytest.fixture(params=[4, 6], ids=["ipv4", "ipv6"])
def version(request, wire):
    wire.segment.hub()
    for host, address in ((wire.a, ADDRESS6_A), (wire.b, ADDRESS6_B), (wire.client, CLIENT6)):
        host.ip("addr", "add", address + PREFIX6, "dev", "eth0", "nodad")
    if request.param == 6:
        wire.client.ip("route", "add", VIP6_LINK_LOCAL, "dev", "eth0")
    return request.param


def start(wire, version, frr_priority):
    """Start FRR on A, and our agent with priority 100 on B."""
    vip = VIP6_LINK_LOCAL + PREFIX6 if version == 6 else VIP + PREFIX
    both = {"advert_int": INTERVAL_S, "priority": 100, "state": "BACKUP", "virtual_ipaddress": (vip,)}
    config = (ipv6_pair(**both) if version == 6 else pair(version=3, **both))[1]
    frr = Frr(wire.a, Router(vip, priority=frr_priority, interval_s=INTERVAL_S))
    wire.started.append(frr)
    frr.start()
    return frr, wire.start(Agent, wire.b, config)


def answered_by(wire, frr, mac):
    vip = frr.router.vip.split("/")[0]
    for _sample in range(SAMPLES):
        wait_answered_by(wire.client, vip, mac)


def test_our_agent_stands_by_for_frr(wire, version):
    frr, ours = start(wire, version, frr_priority=200)
    frr.wait_state("MASTER")
    ours.wait_state("BACKUP")
    poll(lambda: (ours.status()["master"] or {}).get("priority") == 200, 5, "FRR is not heard", ours.tail)
    answered_by(wire, frr, frr.mac)

    wire.segment.cut("a")
    ours.wait_state("MASTER", 3)
    answered_by(wire, frr, wire.b.mac())

    wire.segment.heal("a")
    ours.wait_state("BACKUP", 3)
    answered_by(wire, frr, frr.mac)

    frr.stop()
    ours.wait_state("MASTER", 3)
    answered_by(wire, frr, wire.b.mac())


def test_frr_stands_by_for_our_agent(wire, version):
    frr, ours = start(wire, version, frr_priority=50)
    ours.wait_state("MASTER")
    frr.wait_state("BACKUP")
    answered_by(wire, frr, wire.b.mac())

    wire.segment.cut("b")
    frr.wait_state("MASTER", 3)
    answered_by(wire, frr, frr.mac)

    wire.segment.heal("b")
    frr.wait_state("BACKUP", 3)
    answered_by(wire, frr, wire.b.mac())

    ours.stop()
    frr.wait_state("MASTER", 3)
    answered_by(wire, frr, frr.mac)

    ours.start()
    frr.wait_state("BACKUP")
    answered_by(wire, frr, wire.b.mac())
