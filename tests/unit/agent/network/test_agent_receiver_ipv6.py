# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A receiver of IPv6 does the same as one of IPv4."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from agent_fakes import instance
from receiver_parts import Line, with_octet

from vrrp.agent.network import advertisement, receiver

OWN6, PEER6, VIP6 = ip_address("fe80::4"), ip_address("fe80::6"), "fd00:8::100/64"


def over_ipv6(**fields):
    return instance(**{"version": 3, "advert_int_cs": 10, "addresses": (VIP6,), **fields})


def from_peer6(source=PEER6, priority=200, **fields):
    ((packet, _destination),) = advertisement.packets(over_ipv6(**fields), source, priority)
    return packet


@pytest.fixture
def line6():
    return Line(over_ipv6(), OWN6)


def test_an_ipv6_advertisement_reaches_its_instance(line6):
    line6.receive(from_peer6(), now=7.0)
    assert line6.instance.heard_of == [(200, "fe80::6", 7.0)]
    assert line6.socket.joined == ["ff02::12"]


def test_an_equal_ipv6_packet_is_not_judged_again(line6, monkeypatch):
    line6.receive(from_peer6())
    monkeypatch.setattr(receiver, "accept", lambda *arguments: pytest.fail("judged twice"))
    line6.receive(from_peer6(), from_peer6(), now=2.0)
    assert line6.instance.heard_of[1:] == [(200, "fe80::6", 2.0)] * 2


@pytest.mark.parametrize("octet", [7, 23, 39, 42, 44, 46, 63])  # hop limit, source, destination, payload, the address
def test_any_ipv6_packet_that_differs_is_judged(line6, octet):
    line6.receive(from_peer6())
    line6.receive(with_octet(from_peer6(), octet, 201))
    assert len(line6.instance.heard_of) == 1
    assert sum(line6.instance.counters.discarded.values()) == 1


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (with_octet(from_peer6(), 7, 254), "ttl"),
        (with_octet(from_peer6(), 7, 0), "ttl"),  # the kernel did not say
        (with_octet(from_peer6(), 46, 0), "checksum"),
        (with_octet(from_peer6(), 23, 7), "checksum"),  # the pseudo-header is summed: another source
        (from_peer6(addresses=("fd00:9::1/64",)), "addresses"),
        (from_peer6(source=OWN6, priority=100), "own"),
        (from_peer6(unicast_peers=(OWN6,)), "destination"),
        (from_peer6()[:63], "truncated"),
        (from_peer6() + bytes(16), "length"),
    ],
)
def test_every_discarded_ipv6_packet_is_counted_by_its_reason(line6, packet, reason):
    line6.receive(packet)
    assert line6.instance.counters.discarded == {reason: 1}
    assert line6.instance.heard_of == []


@pytest.mark.parametrize(
    ("packet", "reason"),
    [(from_peer6(virtual_router_id=52), "vrid"), (from_peer6()[:47], "truncated"), (from_peer6()[:39], "truncated")],
)
def test_an_ipv6_packet_for_no_instance_is_counted_by_the_agent(line6, packet, reason):
    line6.receive(packet)
    assert line6.unknown.discarded == {reason: 1}


def test_an_ipv6_unicast_instance_hears_its_peers_only():
    source, peer, stranger = (ip_address(f"fd00:8::{last}") for last in (4, 6, 7))
    line = Line(over_ipv6(unicast_src_ip=source, unicast_peers=(peer,)), source)
    line.receive(*(from_peer6(source=sender, unicast_peers=(source,)) for sender in (peer, stranger)), from_peer6())
    assert [sender for _priority, sender, _now in line.instance.heard_of] == ["fd00:8::6"]
    assert line.instance.counters.discarded == {"source": 1, "destination": 1}
    assert line.socket.joined == []


def test_ipv6_unicast_comes_with_any_hop_limit_because_keepalived_sends_64():
    source, peer = ip_address("fd00:8::4"), ip_address("fd00:8::6")
    line = Line(over_ipv6(unicast_src_ip=source, unicast_peers=(peer,)), source)
    packet = from_peer6(source=peer, unicast_peers=(source,))
    line.receive(with_octet(packet, 7, 64), packet, with_octet(packet, 7, 0))  # 0: the kernel did not say
    assert len(line.instance.heard_of) == 2
    assert line.instance.counters.discarded == {"ttl": 1}
