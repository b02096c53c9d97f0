# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an instance puts on the wire, octet for octet."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest
from agent_fakes import OWN, PEER, instance

from vrrp.agent import sockets, wire
from vrrp.config.model import Authentication, GratuitousArp
from vrrp.protocol.states import Parameters

ADVERTISEMENT = (
    "2133640101014e5bc0a808643131313100000000"  # v2, 51, 100, one address, PASS, 1 s, checksum, address, 1111
)


def test_the_article_on_the_wire():
    config = instance(authentication=Authentication("PASS", "1111"))
    ((packet, destination),) = wire.packets(config, OWN, 100)
    # TOS 0xc0, length 40, identification and checksum for the kernel to fill in, TTL 255, protocol 112
    assert packet.hex() == "45c0002800000000ff700000c0a80804e0000012" + ADVERTISEMENT
    assert destination == "224.0.0.18"


def test_every_keyword_of_the_state_machine_reaches_it():
    config = instance(
        initial_state="MASTER",
        priority=120,
        nopreempt=True,
        preempt_delay_s=7.0,
        garp=GratuitousArp(
            delay_s=1.0, repeat=2, refresh_s=3.0, refresh_repeat=4, lower_prio_delay_s=6.0, lower_prio_repeat=8
        ),
    )
    assert wire.parameters(config, OWN) == Parameters(
        version=2,
        vrid=51,
        priority=120,
        interval_cs=100,
        source=OWN,
        begins_as_master=True,
        preempt=False,
        preempt_delay_s=7.0,
        announce_repeat=2,
        announce_delay_s=1.0,
        refresh_s=3.0,
        refresh_repeat=4,
        lower_prio_repeat=8,
        lower_prio_delay_s=6.0,
    )
    assert not wire.parameters(instance(initial_state="BACKUP"), OWN).begins_as_master


def test_one_packet_for_each_unicast_peer():
    other = ip_address("192.168.8.7")
    config = instance(unicast_peers=(PEER, other))
    assert [(packet[16:20], destination) for packet, destination in wire.packets(config, OWN, 100)] == [
        (PEER.packed, "192.168.8.6"),
        (other.packed, "192.168.8.7"),
    ]


def test_version_3_has_no_password_and_a_pseudo_header():
    config = instance(version=3, advert_int_cs=10, authentication=Authentication("PASS", "1111"))
    ((packet, _destination),) = wire.packets(config, OWN, 100)
    assert packet.hex()[40:] == "31336401000af878c0a80864"


def test_without_a_source_address_there_is_nothing_to_send():
    assert wire.packets(instance(), None, 100) == []


def test_ipv6_is_refused_with_a_sentence():
    with pytest.raises(sockets.SocketError, match="IPv6 is not supported yet"):
        sockets.VrrpSocket("lo", 1, socket.AF_INET6)
