# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test announcements, compared with the frames that keepalived sent."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pcap
import pytest

from vrrp.protocol import arp_ndp


@pytest.mark.parametrize("name", ["v2-pass-multicast", "v2-noauth-multicast", "v3-ipv4-multicast"])
def test_gratuitous_arp_is_that_of_keepalived(name):
    vips = {IPv4Address(f"192.168.8.{last}") for last in (100, 101, 102)}
    captured = [frame for frame in pcap.frames(name) if frame[12:14] == b"\x08\x06" and frame[28:32] == frame[38:42]]
    assert {IPv4Address(frame[28:32]) for frame in captured} <= vips
    assert len(captured) >= 5
    for frame in captured:
        assert arp_ndp.gratuitous_arp(frame[6:12], IPv4Address(frame[28:32])) == frame


def test_a_neighbour_advertisement_of_a_host_is_that_of_keepalived():
    vips = {IPv6Address("fe80::8:100"), IPv6Address("fd00:8::100")}
    captured = [
        frame for frame in pcap.frames("v3-ipv6-multicast") if frame[12:14] == b"\x86\xdd" and frame[54:55] == b"\x88"
    ]
    captured = [frame for frame in captured if IPv6Address(frame[62:78]) in vips]
    assert {IPv6Address(frame[62:78]) for frame in captured} == vips
    for frame in captured:
        router = bool(frame[58] & 0x80)
        assert arp_ndp.unsolicited_na(frame[6:12], IPv6Address(frame[62:78]), router) == frame


def test_the_router_flag_is_the_only_difference_between_a_router_and_a_host():
    mac, address = b"\x02\0\0\0\0\x01", IPv6Address("fe80::1")
    host, router = arp_ndp.unsolicited_na(mac, address, router=False), arp_ndp.unsolicited_na(mac, address)
    differing = [index for index in range(len(host)) if host[index] != router[index]]
    assert 58 in differing
    assert set(differing) <= {56, 57, 58}  # the checksum and the flags


def test_a_gratuitous_reply_has_the_mac_as_its_target():
    # RFC 5944 section 4.6; Linux (arp_is_garp) ignores any other one for a second after another host's.
    mac, address = bytes.fromhex("00005e000133"), IPv4Address("192.168.8.100")
    request, reply = arp_ndp.gratuitous_arp(mac, address), arp_ndp.gratuitous_arp(mac, address, reply=True)
    assert (request[20:22], reply[20:22]) == (b"\0\1", b"\0\2")
    assert (request[32:38], reply[32:38]) == (b"\xff" * 6, mac)
    assert (request[:20], request[22:32], request[38:]) == (reply[:20], reply[22:32], reply[38:])
