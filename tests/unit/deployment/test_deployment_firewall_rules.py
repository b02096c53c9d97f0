# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the words of a rule. Whether each tool takes them, tests/network and test_deployment_firewall_opening show."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import firewall_rules
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.packet_filter import IN, OUT, Packet

A, B, GROUP = map(ip_address, ("192.168.8.4", "192.168.8.6", "224.0.0.18"))
A6, B6 = map(ip_address, ("fd00:8::4", "fd00:8::6"))


@pytest.mark.parametrize(("protocol", "name"), [(112, "vrrp"), (51, "ah")])
def test_a_protocol_is_allowed_as_a_whole(protocol, name):
    packet = Packet(IN, "eth0", B, GROUP, protocol)
    assert firewall_rules.nftables(packet, protocol) == f"meta l4proto {protocol}"
    assert firewall_rules.iptables(packet, name) == f"-p {name}"
    assert firewall_rules.ufw(packet) == f"allow in on eth0 proto {name}"
    assert firewall_rules.firewalld(packet) == f'rule priority="-112" protocol value="{name}" accept'


@pytest.mark.parametrize(("direction", "end", "flag", "ends"), [
    (IN, "saddr", "-s", "from {} to any"), (OUT, "daddr", "-d", "to {}"),
])  # fmt: skip
@pytest.mark.parametrize(("own", "peer", "family"), [(A, B, "ip"), (A6, B6, "ip6")])
def test_a_port_is_allowed_for_the_peer_alone(direction, end, flag, ends, own, peer, family):
    addresses = (peer, own) if direction == IN else (own, peer)
    packet = Packet(direction, "eth0", *addresses, 17, 61112)
    assert firewall_rules.nftables(packet, 17) == f"{family} {end} {peer} udp dport 61112"
    assert firewall_rules.iptables(packet, "udp") == f"{flag} {peer} -p udp --dport 61112"
    assert firewall_rules.ufw(packet) == f"allow {direction} on eth0 proto udp {ends.format(peer)} port 61112"


def test_a_rich_rule_of_firewalld_names_the_peer():
    packet = Packet(IN, "eth0", B6, A6, 17, 61112)
    words = 'family="ipv6" source address="fd00:8::6" port port="61112" protocol="udp" accept'
    assert firewall_rules.firewalld(packet) == f'rule priority="-112" {words}'
