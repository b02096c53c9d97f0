# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IP headers are written and read as in keepalived's packets."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from vrrp.agent.network import ip_headers
from vrrp.agent.network.ip_headers import Received

LINK_LOCAL, GROUP = ip_address("fe80::c09b:2eff:feca:b85"), ip_address("ff02::12")
# keepalived 2.4.3: traffic class 0xc0, a flow label that its kernel made up, 40 octets, hop limit 255
RECORDED_IPV6 = bytes.fromhex(
    "6c07dbd2002870ff"
    "fe80000000000000c09b2efffeca0b85"
    "ff020000000000000000000000000012"
    "3133640200140000"  # the beginning of its payload, the checksum left out
)


def test_an_ipv6_packet_is_keepalives_but_for_the_flow_label():
    payload = bytes(40)
    packet = ip_headers.write(LINK_LOCAL, GROUP, payload)
    assert packet[:4].hex() == "6c000000"
    assert packet[4:40] == RECORDED_IPV6[4:40]
    assert packet[40:] == payload


def test_a_recorded_packet_is_read():
    assert ip_headers.read(RECORDED_IPV6) == Received(LINK_LOCAL, GROUP, 255, RECORDED_IPV6[40:])


@pytest.mark.parametrize(
    ("source", "destination"), [("192.168.8.4", "224.0.0.18"), ("fe80::4", "ff02::12"), ("fd00:8::4", "fd00:8::6")]
)
def test_a_written_packet_is_read_again(source, destination):
    source, destination = ip_address(source), ip_address(destination)
    assert ip_headers.read(ip_headers.write(source, destination, b"payload")) == (source, destination, 255, b"payload")


@pytest.mark.parametrize("cut", range(40))
def test_half_an_ipv6_header_is_no_packet(cut):
    assert ip_headers.read(RECORDED_IPV6[:cut]) is None


def test_another_protocol_is_not_ours():
    assert ip_headers.read(RECORDED_IPV6[:6] + b"\x3a" + RECORDED_IPV6[7:]) is None


def test_a_packet_of_another_ip_version_is_none():
    assert ip_headers.read(b"\x50" + bytes(59)) is None


IPV4 = ip_headers.write(ip_address("192.168.8.4"), ip_address("224.0.0.18"), b"\x21\x33payload")


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        IPV4[:19],
        b"\x44" + IPV4[1:],  # a header of 16 octets
        b"\x4f" + IPV4[1:],  # options that are not there
        IPV4[:9] + b"\x11" + IPV4[10:],  # UDP
        IPV4[:9] + b"\x33" + IPV4[10:],  # an Authentication Header that is not whole
        IPV4[:9] + b"\x33" + IPV4[10:20] + b"\x06" + bytes(40),  # TCP inside of one
    ],
)
def test_an_ipv4_packet_without_whole_vrrp_is_none(packet):
    assert ip_headers.read(packet) is None


def test_an_authentication_header_and_options_are_left_out():
    header = b"\x70\x04" + bytes(22)
    inside = IPV4[:9] + b"\x33" + IPV4[10:20] + header + b"payload"
    received = (ip_address("192.168.8.4"), ip_address("224.0.0.18"), 255, b"payload")
    assert ip_headers.read(inside) == received
    assert ip_headers.read(b"\x46" + inside[1:20] + b"\1\1\1\1" + inside[20:]) == received
