# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advertisements with an authentication header (AH) are signed, verified and refused as keepalived does it."""

from __future__ import annotations

import pytest
from agent_fakes import OWN, PEER, instance
from authenticated_pair import AH, Sender, Side, Socket

from vrrp.config.model.configuration import Authentication


def test_packets_with_ah_are_heard_and_counted():
    sender, receiver = Sender(instance(**AH), PEER), Side(instance(**AH), OWN)
    packets = [sender.say() for _each in range(3)]
    assert {packet[9] for packet in packets} == {51}
    assert [int.from_bytes(packet[4:6], "big") for packet in packets] == [
        1,
        2,
        3,
    ]  # signed, so never left to the kernel
    assert receiver.receive(*packets) == 3
    assert receiver.receive(*packets) == 0
    assert receiver.counters.discarded == {"ah_replay": 3}


def test_two_masters_count_one_sequence_of_ah():
    one, other = Side(instance(**AH), OWN), Side(instance(**AH), PEER)
    for _turn in range(3):
        for speaker, listener in ((one, other), (other, one)):
            assert listener.receive(speaker.authenticator.packets(100)[0][0]) == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"authentication": Authentication("AH", "2222")}, "ah"),
        ({"authentication": Authentication("PASS", "1111")}, "auth_type"),
        ({}, "auth_type"),
        ({**AH, "advert_int_cs": 200}, "interval"),
    ],
)
def test_wrong_packets_with_ah_are_refused(fields, reason):
    receiver = Side(instance(**AH), OWN)
    assert receiver.receive(Sender(instance(**fields), PEER).say()) == 0
    assert receiver.counters.discarded == {reason: 1}


def test_a_packet_without_the_ah_header_is_refused():
    receiver = Side(instance(**AH), OWN)
    sealed = Sender(instance(**AH), PEER).say()
    bare = bytearray(sealed[:20] + sealed[44:])
    bare[9] = 112
    assert receiver.receive(bytes(bare)) == 0
    assert receiver.counters.discarded == {"auth_type": 1}


def test_an_unexpected_ah_header_is_refused():
    receiver = Side(instance(), OWN)
    assert receiver.receive(Sender(instance(**AH), PEER).say()) == 0
    assert receiver.counters.discarded == {"auth_type": 1}


def test_other_protocols_behind_ah_are_ignored():
    receiver = Side(instance(**AH), OWN)
    foreign = bytearray(Sender(instance(**AH), PEER).say())
    foreign[20] = 89  # OSPF
    assert receiver.receive(bytes(foreign), bytes(foreign[:30])) == 0
    assert receiver.unknown.discarded == {}


def test_a_receiver_reads_its_socket_for_ah():
    receiver = Side(instance(**AH), OWN)
    receiver.receiver.ah = Socket(4)
    receiver.take(instance(**AH))
    assert receiver.receiver.ah.groups == ["224.0.0.18"]
    receiver.receiver.ah.waiting.append(Sender(instance(**AH), PEER).say())
    receiver.receiver.drain(1.0)
    assert len(receiver.heard_of) == 1


def test_ah_works_on_unicast():
    sender = Sender(instance(unicast_peers=(OWN,), unicast_ttl=17, **AH), PEER)
    receiver = Side(instance(unicast_peers=(PEER,), **AH), OWN)
    packet = sender.say()
    assert packet[8] == 17
    routed = bytearray(packet)
    routed[8] = 12  # the TTL of unicast is not signed
    assert receiver.receive(bytes(routed)) == 1
