# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets in: which instance hears of them, which are counted and why."""

from __future__ import annotations

import io
from ipaddress import ip_address

import pytest
from agent_fakes import OWN, PEER, instance

from vrrp.agent.segment import channel, wire
from vrrp.agent.segment.channel import Channel
from vrrp.agent.segment.guard import Guard
from vrrp.agent.telling.counters import Counters
from vrrp.agent.telling.log import Log
from vrrp.config.model import Authentication, TtlLimit
from vrrp.protocol.reception import REASONS

PASSWORD = Authentication("PASS", "1111")


class FakeSocket:
    interface = "eth0"

    def __init__(self, version=4):
        self.version = version
        self.waiting = []
        self.joined = []

    def receive(self):
        return self.waiting.pop(0) if self.waiting else None

    def join(self, group):
        self.joined.append(str(group))

    def stay_in(self, groups):
        self.stays_in = {str(group) for group in groups}


class Listener:
    """An instance as the channel sees it."""

    def __init__(self, config, source=OWN):
        self.name = config.name
        self.virtual_router_id = config.virtual_router_id
        self.counters = Counters()
        self.guard = Guard(config, wall=lambda: self.wall)
        self.expectation = self.guard.take(config, source)
        self.wall = 1_700_000_000.0
        self.master = None
        self.heard_of = []
        self.refused_of = []

    def follows(self, source):
        return source == self.master

    def said(self, now):
        return (100,)

    def refused(self, reason, source, detail, now, interval_s):
        self.counters.discard(reason)
        self.refused_of.append((reason, str(source), interval_s))

    def heard(self, advertisement, source, now):
        self.heard_of.append((advertisement.priority, str(source), now))


class Line:
    """A channel with one instance on it."""

    def __init__(self, config, source=OWN):
        self.socket, self.text, self.unknown = FakeSocket(config.ip_version), io.StringIO(), Counters()
        self.now = 0.0
        self.channel = Channel(self.socket, Log(self.text), self.unknown.discard, lambda: self.now)
        self.instance = Listener(config, source)
        self.channel.add(self.instance)

    def receive(self, *packets, now=1.0):
        self.socket.waiting += packets
        self.channel.drain(now)


def from_peer(config=None, priority=200, source=PEER, **fields):
    config = instance(**{"authentication": PASSWORD, **fields}) if config is None else config
    ((packet, _destination),) = wire.packets(config, source, priority)
    return packet


@pytest.fixture
def line():
    return Line(instance(authentication=PASSWORD))


def with_octet(packet, at, value):
    changed = bytearray(packet)
    changed[at] = value
    return bytes(changed)


def test_an_advertisement_reaches_its_instance(line):
    line.receive(from_peer(), now=7.0)
    assert line.instance.heard_of == [(200, "192.168.8.6", 7.0)]
    assert line.socket.joined == ["224.0.0.18"]


def test_the_same_again_is_not_judged_again(line, monkeypatch):
    line.receive(from_peer())
    monkeypatch.setattr(channel, "accept", lambda *arguments: pytest.fail("judged twice"))
    again = with_octet(with_octet(from_peer(), 5, 99), 11, 77)  # another IP identification and header checksum
    line.receive(again, again, now=2.0)
    assert line.instance.heard_of[1:] == [(200, "192.168.8.6", 2.0)] * 2


@pytest.mark.parametrize("octet", [8, 15, 22, 24, 30])  # TTL, source, priority, auth type, checked addresses
def test_anything_else_that_differs_is_judged(line, octet):
    line.receive(from_peer())
    line.receive(with_octet(from_peer(), octet, 201))
    assert len(line.instance.heard_of) + sum(line.instance.counters.discarded.values()) == 2


def test_what_was_fine_is_judged_anew_when_the_password_changes(line):
    line.receive(from_peer())
    line.instance.expectation = wire.expectation(instance(authentication=Authentication("PASS", "2222")), OWN)
    line.channel.forget(51)
    line.receive(from_peer())
    assert line.instance.counters.discarded == {"auth_pass": 1}


def test_another_router_that_speaks_from_our_address_is_heard_until_we_say_the_same(line):
    line.receive(from_peer(source=OWN, priority=200), from_peer(source=OWN, priority=200), now=7.0)
    assert line.instance.heard_of == [(200, str(OWN), 7.0)] * 2
    line.instance.said = lambda now: (200,)
    line.receive(from_peer(source=OWN, priority=200), now=8.0)
    assert len(line.instance.heard_of) == 2
    assert line.instance.counters.discarded == {"own": 1}


def test_only_the_newest_advertisement_is_remembered(line):
    line.receive(from_peer(priority=200), from_peer(priority=201))
    line.instance.expectation = wire.expectation(instance(authentication=Authentication("PASS", "2222")), OWN)
    line.channel.forget(51)
    line.receive(from_peer(priority=200), from_peer(priority=201))
    assert line.instance.counters.discarded == {"auth_pass": 2}


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (with_octet(from_peer(), 8, 254), "ttl"),
        (with_octet(from_peer(), 27, 0), "checksum"),
        (from_peer(authentication=Authentication("PASS", "2222")), "auth_pass"),
        (from_peer(authentication=None), "auth_type"),
        (from_peer(version=3), "version"),
        (from_peer(advert_int_cs=200), "interval"),
        (from_peer(addresses=("10.0.0.1/24",)), "addresses"),
        (from_peer(source=OWN, priority=100), "own"),
        (from_peer(unicast_peers=(OWN,)), "destination"),
        (from_peer()[:29], "truncated"),
        (from_peer() + b"\0", "length"),
    ],
)
def test_every_discarded_packet_is_counted_by_its_reason_and_changes_nothing(line, packet, reason):
    line.receive(packet)
    assert line.instance.counters.discarded == {reason: 1}
    ((told, source, _interval_s),) = line.instance.refused_of
    assert told == reason
    assert source in (str(PEER), str(OWN))
    assert line.instance.heard_of == []
    assert reason in REASONS


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (from_peer(virtual_router_id=52), "vrid"),
        (from_peer()[:24], "truncated"),
        (from_peer()[:19], "truncated"),
        (b"", "truncated"),
        (with_octet(from_peer(), 0, 0x4F)[:40], "truncated"),  # IP options that are not there
        (with_octet(from_peer(), 0, 0x41), "truncated"),
    ],
)
def test_what_belongs_to_no_instance_is_counted_by_the_agent(line, packet, reason):
    line.receive(packet)
    assert line.unknown.discarded == {reason: 1}
    assert line.instance.counters.discarded == {}
    assert reason in REASONS


def test_ip_options_are_skipped(line):
    packet = from_peer()
    line.receive(b"\x46" + packet[1:20] + b"\1\1\1\1" + packet[20:])
    assert [priority for priority, _source, _now in line.instance.heard_of] == [200]


def test_unicast_hears_its_peers_only():
    stranger = PEER + 1
    line = Line(instance(unicast_peers=(PEER,)))
    to_us = {"unicast_peers": (OWN,), "authentication": None}
    line.receive(from_peer(**to_us), from_peer(source=stranger, **to_us), from_peer(authentication=None))
    assert [source for _priority, source, _now in line.instance.heard_of] == ["192.168.8.6"]
    assert line.instance.counters.discarded == {"source": 1, "destination": 1}
    assert line.socket.joined == []


def sharing(*places):
    """A line with listeners of one virtual router id, which differ in (own address, peers)."""
    found = [
        (instance(unicast_peers=tuple(map(ip_address, peers)), shares_vrid=True), ip_address(own))
        for own, *peers in places
    ]
    line = Line(*found[0])
    others = [Listener(*each) for each in found[1:]]
    for each in others:
        line.channel.add(each)
    return line, [line.instance, *others]


def sent(source, *destination):
    """An advertisement from one address to another, or to the multicast group."""
    return from_peer(source=ip_address(source), unicast_peers=tuple(map(ip_address, destination)), authentication=None)


def sources(listener):
    return [source for _priority, source, _now in listener.heard_of]


@pytest.mark.parametrize("order", [1, -1])
def test_of_one_virtual_router_id_that_one_hears_which_has_the_sender_among_its_peers(order):
    places = [("192.168.8.4", "192.168.8.6"), ("192.168.8.4", "192.168.8.7", "192.168.8.8"), ("192.168.8.4",)]
    line, found = sharing(*places[::order])
    for _again in range(2):  # from the second on they are known by their octets
        line.receive(sent("192.168.8.6", "192.168.8.4"), sent("192.168.8.8", "192.168.8.4"), sent("192.168.8.9"))
    assert [sources(each) for each in found[::order]] == [["192.168.8.6"] * 2, ["192.168.8.8"] * 2, ["192.168.8.9"] * 2]


def test_one_peer_of_two_instances_is_told_apart_by_whom_it_speaks_to():
    line, (four, five) = sharing(("192.168.8.4", "192.168.8.6"), ("192.168.8.5", "192.168.8.6"))
    line.receive(sent("192.168.8.6", "192.168.8.5"))
    assert (len(four.heard_of), len(five.heard_of)) == (0, 1)
    line.receive(sent("192.168.8.6", "192.168.8.4"))
    assert (len(four.heard_of), len(five.heard_of)) == (1, 1)


def test_a_stranger_on_a_shared_virtual_router_id_is_counted_by_one_of_them():
    line, found = sharing(("192.168.8.4", "192.168.8.6"), ("192.168.8.4", "192.168.8.7"))
    line.receive(sent("192.168.8.9", "192.168.8.4"))
    assert sorted(each.counters.discarded.get("source", 0) for each in found) == [0, 1]


def test_when_one_of_those_that_share_leaves_the_other_still_hears():
    line, (six, seven) = sharing(("192.168.8.4", "192.168.8.6"), ("192.168.8.4", "192.168.8.7"))
    assert line.channel.every == [seven, six]
    line.channel.remove(seven)
    line.receive(sent("192.168.8.6", "192.168.8.4"), sent("192.168.8.7", "192.168.8.4"))
    assert (sources(six), sources(seven)) == (["192.168.8.6"], [])
    line.channel.remove(six)
    assert (line.channel.every, line.channel.instances) == ([], {})


def test_a_thousand_of_the_same_kind_are_one_line(line):
    line.receive(*[with_octet(from_peer(), 8, 64)] * 1000)
    assert line.instance.counters.discarded == {"ttl": 1000}
    assert line.text.getvalue().count("\n") == 1


def test_a_flood_does_not_keep_the_loop(line):
    line.receive(*[from_peer(virtual_router_id=52)] * (channel.DRAIN_MAX + 10))
    assert len(line.socket.waiting) == 10


class Slow(FakeSocket):
    """Of a portion's time five packets take all, to read and to judge."""

    def __init__(self, line):
        super().__init__()
        self._line = line

    def receive(self):
        self._line.now += channel.DRAIN_S / 4.5
        return super().receive()


@pytest.mark.parametrize("vrid", [51, 52])  # what is known, and what is judged
def test_a_portion_ends_with_its_time(line, vrid):
    line.channel.socket = line.socket = Slow(line)
    line.socket.waiting = [from_peer(virtual_router_id=vrid)] * 12
    found = [(line.channel.drain(1.0), len(line.socket.waiting)) for _ in range(4)]
    assert found == [(False, 7), (False, 2), (True, 0), (True, 0)]


def test_of_a_flood_without_an_end_as_much_is_read_as_can_wait(line, monkeypatch):
    monkeypatch.setattr(channel, "DRAIN_MAX", 20)
    line.channel.socket = line.socket = Slow(line)
    line.socket.waiting = [from_peer(virtual_router_id=52)] * 1000
    assert [line.channel.drain(1.0) for _ in range(8)] == [False, False, False, True] * 2
    assert len(line.socket.waiting) == 1000 - 2 * 20


def test_each_socket_has_a_portion_of_its_own(line):
    line.channel.socket, line.channel.ah = Slow(line), Slow(line)
    for each in line.channel.sockets:
        each.waiting = [from_peer(virtual_router_id=52)] * 10
    assert line.channel.drain(1.0) is False
    assert [len(each.waiting) for each in line.channel.sockets] == [5, 5]


def test_two_sockets_that_are_flooded_end_together(line, monkeypatch):
    monkeypatch.setattr(channel, "DRAIN_MAX", 20)
    line.channel.socket, line.channel.ah = Slow(line), Slow(line)
    for each in line.channel.sockets:
        each.waiting = [from_peer(virtual_router_id=52)] * 1000
    assert [line.channel.drain(1.0) for _ in range(8)] == [False, False, False, True] * 2


def test_an_instance_that_was_removed_hears_nothing(line):
    line.receive(from_peer())
    line.channel.remove(line.instance)
    line.receive(from_peer())
    assert len(line.instance.heard_of) == 1
    assert line.unknown.discarded == {"vrid": 1}


# IPv6

OWN6, PEER6, VIP6 = ip_address("fe80::4"), ip_address("fe80::6"), "fd00:8::100/64"


def over_ipv6(**fields):
    return instance(**{"version": 3, "advert_int_cs": 10, "addresses": (VIP6,), **fields})


def from_peer6(source=PEER6, priority=200, **fields):
    ((packet, _destination),) = wire.packets(over_ipv6(**fields), source, priority)
    return packet


@pytest.fixture
def line6():
    return Line(over_ipv6(), OWN6)


def test_an_ipv6_advertisement_reaches_its_instance(line6):
    line6.receive(from_peer6(), now=7.0)
    assert line6.instance.heard_of == [(200, "fe80::6", 7.0)]
    assert line6.socket.joined == ["ff02::12"]


def test_the_same_ipv6_packet_again_is_not_judged_again(line6, monkeypatch):
    line6.receive(from_peer6())
    monkeypatch.setattr(channel, "accept", lambda *arguments: pytest.fail("judged twice"))
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
def test_an_ipv6_packet_that_belongs_to_no_instance(line6, packet, reason):
    line6.receive(packet)
    assert line6.unknown.discarded == {reason: 1}


def test_ipv6_unicast_hears_its_peers_only():
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


# Groups, limits, strangers


def test_a_group_of_its_own():
    own_group = {"authentication": None, "mcast_dst_ip": ip_address("224.0.0.99")}
    line = Line(instance(**own_group))
    assert line.socket.joined == ["224.0.0.99"]
    line.receive(from_peer(**own_group), from_peer(authentication=None))
    assert len(line.instance.heard_of) == 1
    assert line.instance.counters.discarded == {"destination": 1}
    assert "to the group 224.0.0.18, ours is 224.0.0.99" in line.text.getvalue()


def test_instances_with_different_groups_share_a_channel():
    line = Line(instance(mcast_dst_ip=ip_address("224.0.0.99")))
    other = Listener(instance(name="VI_2", virtual_router_id=52))
    line.channel.add(other)
    line.receive(from_peer(authentication=None, mcast_dst_ip=ip_address("224.0.0.99")))
    line.receive(from_peer(authentication=None, virtual_router_id=52))
    assert (len(line.instance.heard_of), len(other.heard_of)) == (1, 1)
    assert line.socket.stays_in == {"224.0.0.18", "224.0.0.99"}
    line.channel.remove(line.instance)
    assert line.socket.stays_in == {"224.0.0.18"}


def test_min_ttl_and_max_ttl_of_a_unicast_peer():
    limits = (TtlLimit(PEER, min_ttl=60, max_ttl=64),)
    line = Line(instance(unicast_peers=(PEER, PEER + 1), ttl_limits=limits))
    sent = from_peer(authentication=None, unicast_peers=(OWN,))
    line.receive(*(with_octet(sent, 8, ttl) for ttl in (59, 60, 64, 65, 255)))
    assert len(line.instance.heard_of) == 2
    assert line.instance.counters.discarded == {"ttl": 3}
    line.receive(with_octet(from_peer(source=PEER + 1, authentication=None, unicast_peers=(OWN,)), 8, 3))
    assert len(line.instance.heard_of) == 3  # without limits unicast comes from anywhere, as with keepalived


def test_addresses_of_a_known_master_are_not_looked_at_where_that_is_wanted():
    line = Line(instance(skip_check_adv_addr=True))
    other = from_peer(authentication=None, addresses=("10.0.0.1/24",))
    line.receive(other)
    line.instance.master = PEER
    line.receive(other)
    assert len(line.instance.heard_of) == 1
    assert line.instance.counters.discarded == {"addresses": 1}


def test_other_virtual_routers_are_told_where_that_is_wanted(line):
    line.receive(from_peer(virtual_router_id=52))
    assert line.text.getvalue() == ""
    line.channel.tells_unknown = True
    line.receive(from_peer(virtual_router_id=53))
    assert "Unknown VRID(53) received on interface(eth0) from 192.168.8.6" in line.text.getvalue()
    assert line.unknown.discarded == {"vrid": 2}


def test_a_packet_too_short_to_be_one_is_told_whoever_it_was_for(line):
    line.receive(from_peer()[:24])
    line.receive(from_peer(virtual_router_id=52))  # and one for others is not, without log_unknown_vrids
    assert len(line.text.getvalue().splitlines()) == 1
