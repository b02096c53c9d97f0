# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A receiver gives each packet to the instance that it is for, and counts those that are discarded."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from agent_fakes import OWN, PEER, instance
from receiver_parts import Line, Listener, from_peer, with_octet

from vrrp.agent.network import receiver
from vrrp.config.model.configuration import Authentication, TtlLimit
from vrrp.protocol.validation import REASONS


def test_an_advertisement_reaches_its_instance(line):
    line.receive(from_peer(), now=7.0)
    assert line.instance.heard_of == [(200, "192.168.8.6", 7.0)]
    assert line.socket.joined == ["224.0.0.18"]


def test_an_equal_advertisement_is_not_judged_again(line, monkeypatch):
    line.receive(from_peer())
    monkeypatch.setattr(receiver, "accept", lambda *arguments: pytest.fail("judged twice"))
    again = with_octet(with_octet(from_peer(), 5, 99), 11, 77)  # another IP identification and header checksum
    line.receive(again, again, now=2.0)
    assert line.instance.heard_of[1:] == [(200, "192.168.8.6", 2.0)] * 2


@pytest.mark.parametrize("octet", [8, 15, 22, 24, 30])  # TTL, source, priority, auth type, checked addresses
def test_an_advertisement_that_differs_is_judged(line, octet):
    line.receive(from_peer())
    line.receive(with_octet(from_peer(), octet, 201))
    assert len(line.instance.heard_of) + sum(line.instance.counters.discarded.values()) == 2


def test_an_equal_advertisement_is_judged_again_after_a_new_password(line):
    line.receive(from_peer())
    line.instance.authenticator.take(instance(authentication=Authentication("PASS", "2222")), OWN)
    line.receiver.forget(51)
    line.receive(from_peer())
    assert line.instance.counters.discarded == {"auth_pass": 1}


def test_another_router_with_our_address_is_heard_until_we_send_the_same(line):
    line.receive(from_peer(source=OWN, priority=200), from_peer(source=OWN, priority=200), now=7.0)
    assert line.instance.heard_of == [(200, str(OWN), 7.0)] * 2
    line.instance.said = lambda now: (200,)
    line.receive(from_peer(source=OWN, priority=200), now=8.0)
    assert len(line.instance.heard_of) == 2
    assert line.instance.counters.discarded == {"own": 1}


def test_only_the_newest_advertisement_is_remembered(line):
    line.receive(from_peer(priority=200), from_peer(priority=201))
    line.instance.authenticator.take(instance(authentication=Authentication("PASS", "2222")), OWN)
    line.receiver.forget(51)
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
def test_every_discarded_packet_is_counted_by_its_reason(line, packet, reason):
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
def test_a_packet_for_no_instance_is_counted_by_the_agent(line, packet, reason):
    line.receive(packet)
    assert line.unknown.discarded == {reason: 1}
    assert line.instance.counters.discarded == {}
    assert reason in REASONS


def test_ip_options_are_skipped(line):
    packet = from_peer()
    line.receive(b"\x46" + packet[1:20] + b"\1\1\1\1" + packet[20:])
    assert [priority for priority, _source, _now in line.instance.heard_of] == [200]


def test_a_unicast_instance_hears_its_peers_only():
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
        line.receiver.add(each)
    return line, [line.instance, *others]


def sent(source, *destination):
    """An advertisement from one address to another, or to the multicast group."""
    return from_peer(source=ip_address(source), unicast_peers=tuple(map(ip_address, destination)), authentication=None)


def sources(listener):
    return [source for _priority, source, _now in listener.heard_of]


@pytest.mark.parametrize("order", [1, -1])
def test_the_instance_with_the_sender_among_its_peers_hears(order):
    places = [("192.168.8.4", "192.168.8.6"), ("192.168.8.4", "192.168.8.7", "192.168.8.8"), ("192.168.8.4",)]
    line, found = sharing(*places[::order])
    for _again in range(2):  # from the second on they are known by their octets
        line.receive(sent("192.168.8.6", "192.168.8.4"), sent("192.168.8.8", "192.168.8.4"), sent("192.168.8.9"))
    assert [sources(each) for each in found[::order]] == [["192.168.8.6"] * 2, ["192.168.8.8"] * 2, ["192.168.8.9"] * 2]


def test_the_destination_says_which_instance_a_shared_peer_means():
    line, (four, five) = sharing(("192.168.8.4", "192.168.8.6"), ("192.168.8.5", "192.168.8.6"))
    line.receive(sent("192.168.8.6", "192.168.8.5"))
    assert (len(four.heard_of), len(five.heard_of)) == (0, 1)
    line.receive(sent("192.168.8.6", "192.168.8.4"))
    assert (len(four.heard_of), len(five.heard_of)) == (1, 1)


def test_a_stranger_on_a_shared_virtual_router_id_is_counted_by_one_of_them():
    line, found = sharing(("192.168.8.4", "192.168.8.6"), ("192.168.8.4", "192.168.8.7"))
    line.receive(sent("192.168.8.9", "192.168.8.4"))
    assert sorted(each.counters.discarded.get("source", 0) for each in found) == [0, 1]


def test_an_instance_still_hears_when_one_with_its_router_id_leaves():
    line, (six, seven) = sharing(("192.168.8.4", "192.168.8.6"), ("192.168.8.4", "192.168.8.7"))
    assert line.receiver.every == [seven, six]
    line.receiver.remove(seven)
    line.receive(sent("192.168.8.6", "192.168.8.4"), sent("192.168.8.7", "192.168.8.4"))
    assert (sources(six), sources(seven)) == (["192.168.8.6"], [])
    line.receiver.remove(six)
    assert (line.receiver.every, line.receiver.instances) == ([], {})


def test_an_instance_that_was_removed_hears_nothing(line):
    line.receive(from_peer())
    line.receiver.remove(line.instance)
    line.receive(from_peer())
    assert len(line.instance.heard_of) == 1
    assert line.unknown.discarded == {"vrid": 1}


# Groups, limits, strangers


def test_an_instance_with_its_own_group_joins_it():
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
    line.receiver.add(other)
    line.receive(from_peer(authentication=None, mcast_dst_ip=ip_address("224.0.0.99")))
    line.receive(from_peer(authentication=None, virtual_router_id=52))
    assert (len(line.instance.heard_of), len(other.heard_of)) == (1, 1)
    assert line.socket.stays_in == {"224.0.0.18", "224.0.0.99"}
    line.receiver.remove(line.instance)
    assert line.socket.stays_in == {"224.0.0.18"}


def test_min_ttl_and_max_ttl_of_a_unicast_peer_are_checked():
    limits = (TtlLimit(PEER, min_ttl=60, max_ttl=64),)
    line = Line(instance(unicast_peers=(PEER, PEER + 1), ttl_limits=limits))
    sent = from_peer(authentication=None, unicast_peers=(OWN,))
    line.receive(*(with_octet(sent, 8, ttl) for ttl in (59, 60, 64, 65, 255)))
    assert len(line.instance.heard_of) == 2
    assert line.instance.counters.discarded == {"ttl": 3}
    line.receive(with_octet(from_peer(source=PEER + 1, authentication=None, unicast_peers=(OWN,)), 8, 3))
    assert len(line.instance.heard_of) == 3  # without limits unicast comes from anywhere, as with keepalived


def test_with_skip_check_adv_addr_addresses_are_not_compared():
    line = Line(instance(skip_check_adv_addr=True))
    other = from_peer(authentication=None, addresses=("10.0.0.1/24",))
    line.receive(other)
    line.instance.master = PEER
    line.receive(other)
    assert len(line.instance.heard_of) == 1
    assert line.instance.counters.discarded == {"addresses": 1}


def test_with_log_unknown_vrids_other_routers_are_told(line):
    line.receive(from_peer(virtual_router_id=52))
    assert line.text.getvalue() == ""
    line.receiver.tells_unknown = True
    line.receive(from_peer(virtual_router_id=53))
    assert "Unknown VRID(53) received on interface(eth0) from 192.168.8.6" in line.text.getvalue()
    assert line.unknown.discarded == {"vrid": 2}


def test_a_packet_that_is_too_short_is_always_told(line):
    line.receive(from_peer()[:24])
    line.receive(from_peer(virtual_router_id=52))  # and one for others is not, without log_unknown_vrids
    assert len(line.text.getvalue().splitlines()) == 1


def test_two_of_three_that_share_a_router_id_go_on_when_the_third_leaves():
    places = [("192.168.8.4", "192.168.8.6"), ("192.168.8.4", "192.168.8.7"), ("192.168.8.4", "192.168.8.8")]
    line, (six, seven, eight) = sharing(*places)
    line.receiver.remove(seven)
    line.receive(*(sent(f"192.168.8.{host}", "192.168.8.4") for host in (6, 7, 8)))
    assert (sources(six), sources(seven), sources(eight)) == (["192.168.8.6"], [], ["192.168.8.8"])
