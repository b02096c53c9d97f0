# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the packets that an instance sends, octet for octet."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from agent_fakes import OWN, PEER, instance

from vrrp.agent.network import advertisement
from vrrp.config.model.configuration import Authentication, GratuitousArp, Vmac
from vrrp.protocol.packet import decode
from vrrp.protocol.states import Parameters

ADVERTISEMENT = (
    "2133640101014e5bc0a808643131313100000000"  # v2, 51, 100, one address, PASS, 1 s, checksum, address, 1111
)


def test_the_instance_of_the_article_is_encoded_octet_for_octet():
    config = instance(authentication=Authentication("PASS", "1111"))
    ((packet, destination),) = advertisement.packets(config, OWN, 100)
    # TOS 0xc0, length 40, identification and checksum for the kernel to fill in, TTL 255, protocol 112
    assert packet.hex() == "45c0002800000000ff700000c0a80804e0000012" + ADVERTISEMENT
    assert destination == "224.0.0.18"


def test_every_keyword_of_the_router_reaches_its_parameters():
    config = instance(
        initial_state="MASTER",
        priority=120,
        nopreempt=True,
        preempt_delay_s=7.0,
        garp=GratuitousArp(
            delay_s=1.0, repeat=2, refresh_s=3.0, refresh_repeat=4, lower_prio_delay_s=6.0, lower_prio_repeat=8
        ),
    )
    assert advertisement.parameters(config, OWN) == Parameters(
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
    assert not advertisement.parameters(instance(initial_state="BACKUP"), OWN).begins_as_master


def test_there_is_one_packet_for_each_unicast_peer():
    other = ip_address("192.168.8.7")
    config = instance(unicast_peers=(PEER, other))
    assert [(packet[16:20], destination) for packet, destination in advertisement.packets(config, OWN, 100)] == [
        (PEER.packed, "192.168.8.6"),
        (other.packed, "192.168.8.7"),
    ]


def test_version_3_has_no_password_and_a_pseudo_header():
    config = instance(version=3, advert_int_cs=10, authentication=Authentication("PASS", "1111"))
    ((packet, _destination),) = advertisement.packets(config, OWN, 100)
    assert packet.hex()[40:] == "31336401000af878c0a80864"


def test_without_a_source_address_there_is_nothing_to_send():
    assert advertisement.packets(instance(), None, 100) == []


def test_ipv6_on_the_wire_is_what_keepalived_sent():
    """A packet of keepalived 2.4.3, its flow label left out."""
    config = instance(version=3, advert_int_cs=20, addresses=("fe80::8:100/64", "fd00:8::100/64"))
    ((packet, destination),) = advertisement.packets(config, ip_address("fe80::c09b:2eff:feca:b85"), 100)
    assert packet.hex() == (
        "6c000000002870fffe80000000000000c09b2efffeca0b85ff020000000000000000000000000012"
        "313364020014750bfe800000000000000000000000080100fd000008000000000000000000000100"
    )
    assert destination == "ff02::12"


def test_ipv6_unicast_has_a_checksum_for_each_peer():
    source, peers = ip_address("fd00:8::4"), (ip_address("fd00:8::6"), ip_address("fd00:8::7"))
    config = instance(version=3, addresses=("fd00:8::100/64",), unicast_src_ip=source, unicast_peers=peers)
    packets = advertisement.packets(config, source, 100)
    assert [(packet[8:24], packet[24:40], destination) for packet, destination in packets] == [
        (source.packed, peers[0].packed, "fd00:8::6"),
        (source.packed, peers[1].packed, "fd00:8::7"),
    ]
    for (packet, _destination), peer in zip(packets, peers):
        assert decode(packet[40:], source, peer).vrid == 51  # its checksum is right


def test_an_instance_with_its_own_group_sends_to_it():
    ((packet, destination),) = advertisement.packets(instance(mcast_dst_ip=ip_address("224.0.0.99")), OWN, 100)
    assert (packet[16:20], destination) == (bytes([224, 0, 0, 99]), "224.0.0.99")
    assert advertisement.expectation(instance(mcast_dst_ip=ip_address("224.0.0.99")), OWN).group == ip_address(
        "224.0.0.99"
    )


def test_the_ttl_of_unicast_and_of_nothing_else():
    ((packet, _destination),) = advertisement.packets(instance(unicast_peers=(PEER,), unicast_ttl=17), OWN, 100)
    assert packet[8] == 17
    ((packet, _destination),) = advertisement.packets(instance(unicast_ttl=17), OWN, 100)
    assert packet[8] == 255
    config = instance(version=3, addresses=("fd00:8::100/64",), unicast_peers=(ip_address("fd00:8::6"),), unicast_ttl=9)
    ((packet, _destination),) = advertisement.packets(config, ip_address("fd00:8::4"), 100)
    assert packet[7] == 9


def test_v3_checksum_as_v2_is_what_keepalived_sends_with_it():
    """From a capture of keepalived 2.4.3: priority 100, 0.2 s."""
    config = instance(version=3, advert_int_cs=20, v3_checksum_as_v2=True)
    ((packet, _destination),) = advertisement.packets(config, OWN, 100)
    assert packet[20:].hex() == "313364010014a1aac0a80864"


def test_ah_needs_a_password_and_version_2():
    config = instance(authentication=Authentication("AH", "1111"))
    assert advertisement.ah_key(config) == b"1111\0\0\0\0"
    assert advertisement.ah_key(instance(authentication=Authentication("PASS", "1111"))) is None
    assert advertisement.ah_key(instance(version=3, authentication=Authentication("AH", "1111"))) is None
    assert advertisement.authentication(config) == {"auth_type": 2}


def test_an_instance_sends_nothing_to_itself():
    own, other = ip_address("192.168.8.4"), ip_address("192.168.8.6")
    both, alone = instance(unicast_peers=(own, other)), instance(unicast_peers=(own,))
    assert [to for _packet, to in advertisement.packets(both, own, 100)] == [str(other)]
    assert advertisement.packets(alone, own, 100) == []


def test_instances_that_share_a_vrid_differ_by_source_and_peers():
    """The identity is what a restarted agent finds its state by, so none may change when another one comes or goes."""
    first = instance(unicast_peers=(PEER,))
    to_seven = instance(name="VI_2", unicast_peers=(ip_address("192.168.8.7"), PEER), shares_vrid=True)
    from_five = instance(name="VI_3", unicast_src_ip=ip_address("192.168.8.5"), shares_vrid=True)
    group = instance(name="VI_4", mcast_src_ip=ip_address("192.168.8.5"), shares_vrid=True)
    found = [advertisement.identity(config) for config in (first, to_seven, from_five, group)]
    assert found == [
        ("eth0", 51, 4),
        ("eth0/None/192.168.8.6,192.168.8.7", 51, 4),
        ("eth0/192.168.8.5/", 51, 4),
        ("eth0/192.168.8.5/", 51, 4),
    ]
    other_order = replace(to_seven, name="VI_9", unicast_peers=to_seven.unicast_peers[::-1])
    assert advertisement.identity(other_order) == found[1]


def test_the_identity_names_the_macvlan_and_not_the_instance():
    renamed = instance(name="VI_9", priority=7, addresses=("192.168.8.101/24",))
    assert advertisement.identity(renamed) == advertisement.identity(instance()) == ("eth0", 51, 4)
    macvlan = instance(vmac=Vmac(name="vip0", mac="02:00:5e:10:00:01", xmit_base=True))
    assert advertisement.identity(macvlan) == ("eth0/vip0/02:00:5e:10:00:01/base", 51, 4)
    assert advertisement.identity(instance(vmac=Vmac())) == ("eth0/vrrp.51/", 51, 4)
