# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test advertisements and their bytes, compared with what keepalived sent."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pcap
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrrp.protocol import packet
from vrrp.protocol.constants import AUTH_NONE, AUTH_PASS
from vrrp.protocol.packet import MESSAGE_ONLY, PSEUDO_HEADER, Advertisement, PacketError

A, B = IPv4Address("192.168.8.4"), IPv4Address("192.168.8.6")
VIP = IPv4Address("192.168.8.100")
THREE_VIPS = (VIP, IPv4Address("192.168.8.101"), IPv4Address("192.168.8.102"))
IPV6_VIPS = (IPv6Address("fe80::8:100"), IPv6Address("fd00:8::100"))
GROUP = IPv4Address("224.0.0.18")

# What the .conf files beside each capture say that its advertisements carry.
CAPTURED = {
    "v2-pass-multicast": (2, (VIP,), 100, AUTH_PASS, b"1111\0\0\0\0", MESSAGE_ONLY),
    "v2-pass-unicast": (2, (VIP,), 100, AUTH_PASS, b"1111\0\0\0\0", MESSAGE_ONLY),
    "v2-noauth-multicast": (2, THREE_VIPS, 100, AUTH_NONE, bytes(8), MESSAGE_ONLY),
    "v3-ipv4-multicast": (3, THREE_VIPS, 20, AUTH_NONE, bytes(8), PSEUDO_HEADER),
    "v3-ipv4-checksum-as-v2": (3, (VIP,), 20, AUTH_NONE, bytes(8), MESSAGE_ONLY),
    "v3-ipv6-multicast": (3, IPV6_VIPS, 20, AUTH_NONE, bytes(8), PSEUDO_HEADER),
}


@pytest.mark.parametrize("name", CAPTURED)
def test_every_captured_advertisement_decodes_and_encodes_to_the_same_bytes(name):
    version, addresses, interval_cs, auth_type, auth_data, checksum_kind = CAPTURED[name]
    priorities = {captured.source: [] for captured in pcap.vrrp_packets(name)}
    for captured in pcap.vrrp_packets(name):
        decoded = packet.decode(captured.payload, captured.source, captured.destination)
        assert decoded == Advertisement(
            version, 51, decoded.priority, addresses, interval_cs, auth_type, auth_data, checksum_kind
        )
        assert packet.encode(decoded, captured.source, captured.destination) == captured.payload
        assert captured.ttl == 255
        if decoded.priority not in priorities[captured.source]:
            priorities[captured.source].append(decoded.priority)
    # Both are stopped in the end, with an advertisement of priority 0 that counts like any other.
    assert sorted(priorities.values()) == [[90, 0], [100, 0]]


def test_the_captures_cover_every_frame_kind_that_has_neither_ah_nor_hmac():
    names = {path.stem for path in pcap.CAPTURES.glob("*.pcap")}
    assert set(CAPTURED) == {name for name in names if "-ah-" not in name and "-hmac-" not in name}


def test_version_2_with_a_password_byte_by_byte():
    advertisement = Advertisement(2, 51, 100, (VIP,), 100, AUTH_PASS, b"1111\0\0\0\0")
    assert packet.encode(advertisement, A, GROUP).hex() == "2133640101014e5bc0a808643131313100000000"


def test_version_3_over_ipv4_byte_by_byte_with_both_checksums():
    advertisement = Advertisement(3, 51, 100, THREE_VIPS, 20, checksum_kind=PSEUDO_HEADER)
    assert packet.encode(advertisement, A, GROUP).hex() == "3133640300146648c0a80864c0a80865c0a80866"
    alone = packet.encode(replace(advertisement, checksum_kind=MESSAGE_ONLY), A, GROUP)
    assert alone[:6] + alone[8:] == bytes.fromhex("313364030014c0a80864c0a80865c0a80866")
    assert packet.decode(alone, A, GROUP).checksum_kind == MESSAGE_ONLY


SOUND = bytes.fromhex("2133640101014e5bc0a808643131313100000000")


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "truncated"),
        (SOUND[:7], "truncated"),
        (SOUND[:-1], "truncated"),
        (SOUND[:8], "truncated"),
        (SOUND + b"\0", "length"),
        (b"\x11" + SOUND[1:], "version"),
        (b"\x41" + SOUND[1:], "version"),
        (b"\x22" + SOUND[1:], "type"),
        (SOUND[:2] + b"\x65" + SOUND[3:], "checksum"),
        (SOUND[:-1] + b"\x01", "checksum"),
        (SOUND[:3] + b"\xff" + SOUND[4:], "truncated"),
        (bytes.fromhex("3133640100005e6ac0a80864"), "checksum"),
    ],
)
def test_damage_is_named(payload, reason):
    with pytest.raises(PacketError) as caught:
        packet.decode(payload, A, GROUP)
    assert caught.value.reason == reason


def test_an_interval_of_zero_is_damage_however_sound_its_checksum():
    body = bytes.fromhex("313364010000") + b"\0\0" + VIP.packed
    payload = body[:6] + packet.checksum(body).to_bytes(2, "big") + body[8:]
    with pytest.raises(PacketError) as caught:
        packet.decode(payload, A, GROUP)
    assert caught.value.reason == "interval"


def test_version_2_has_no_ipv6():
    with pytest.raises(PacketError) as caught:
        packet.decode(SOUND, IPv6Address("fe80::4"), IPv6Address("ff02::12"))
    assert caught.value.reason == "version"


def test_version_2_is_not_sent_over_ipv6():
    with pytest.raises(ValueError, match=r"VRRPv2 has no IPv6 \(RFC 3768\); use version 3"):
        packet.encode(Advertisement(2, 51, 100, (), 100), IPv6Address("fe80::4"), IPv6Address("ff02::12"))


def test_the_checksum_of_an_odd_number_of_octets_is_that_with_a_zero_behind():
    """Test the example of RFC 1071 section 3, and the same without its last octet."""
    example = bytes.fromhex("0001f203f4f5f6f7")
    assert packet.checksum(example) == 0x220D
    assert packet.checksum(example[:-1]) == packet.checksum(example[:-1] + b"\0") == 0x2304


def test_a_trailer_counts_in_the_checksum_over_ipv6_and_not_over_ipv4():
    trailer = bytes(range(28))
    source, group = IPv6Address("fe80::4"), IPv6Address("ff02::12")
    for here, there, vips in ((source, group, IPV6_VIPS), (A, GROUP, THREE_VIPS)):
        sent = Advertisement(3, 51, 100, vips, 20, checksum_kind=PSEUDO_HEADER)
        alone = packet.encode(sent, here, there)
        whole = packet.followed(alone, trailer, here, there)
        assert whole[8:] == alone[8:] + trailer
        assert (whole[:8] == alone[:8]) is (here is A)
        assert packet.decode(whole, here, there, len(trailer)) == sent


def test_over_ipv6_a_checksum_without_the_pseudo_header_is_wrong():
    source, group = IPv6Address("fe80::4"), IPv6Address("ff02::12")
    sound = packet.encode(Advertisement(3, 51, 100, IPV6_VIPS, 20), source, group)
    bare = sound[:6] + b"\0\0" + sound[8:]
    wrong = sound[:6] + packet.checksum(bare).to_bytes(2, "big") + sound[8:]
    with pytest.raises(PacketError) as caught:
        packet.decode(wrong, source, group)
    assert caught.value.reason == "checksum"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 4},
        {"vrid": 0},
        {"vrid": 256},
        {"priority": 256},
        {"priority": -1},
        {"interval_cs": 0},
        {"interval_cs": 150},
        {"interval_cs": 25600},
        {"version": 3, "interval_cs": 4096},
        {"auth_data": b"1111"},
        {"addresses": (IPv6Address("fe80::1"),)},
        {"addresses": (VIP,) * 256},
    ],
)
def test_a_value_that_does_not_fit_the_wire_is_refused(change):
    with pytest.raises(ValueError):
        packet.encode(replace(Advertisement(2, 51, 100, (VIP,), 100), **change), A, GROUP)


@given(st.binary(max_size=64))
def test_arbitrary_bytes_decode_or_raise_packet_error(payload):
    try:
        decoded = packet.decode(payload, A, GROUP)
    except PacketError:
        return
    assert decoded.version in (2, 3)


@given(
    version=st.sampled_from((2, 3)),
    vrid=st.integers(1, 255),
    priority=st.integers(0, 255),
    addresses=st.lists(st.ip_addresses(v=4), max_size=20),
    seconds=st.integers(1, 40),
    kind=st.sampled_from((PSEUDO_HEADER, MESSAGE_ONLY)),
)
def test_an_encoded_advertisement_decodes_to_the_same(version, vrid, priority, addresses, seconds, kind):
    checksum_kind = kind if version == 3 else MESSAGE_ONLY
    sent = Advertisement(version, vrid, priority, tuple(addresses), seconds * 100, checksum_kind=checksum_kind)
    assert packet.decode(packet.encode(sent, A, B), A, B) == sent
