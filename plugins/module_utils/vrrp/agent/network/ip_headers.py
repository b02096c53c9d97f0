# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write and read the IP headers of VRRP packets: IPv4 (RFC 791 section 3.1), IPv6 (RFC 8200 section 3)."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, Optional

from ...ip_types import Address
from ...protocol.constants import AH_PROTOCOL, VRRP_PROTOCOL, VRRP_TTL
from ...protocol.ipsec_ah import HEADER_LENGTH as AH_LENGTH

INTERNETWORK_CONTROL = 0xC0  # TOS or traffic class, RFC 791: what routing protocols use; keepalived too
IPV4_HEADER = struct.Struct("!BBHHHBBH4s4s")
IPV6_HEADER = struct.Struct("!IHBB16s16s")

IPV4_HEADER_MIN = IPV4_HEADER.size  # octets; options make it longer
TTL_AT, PROTOCOL_AT, SOURCE_AT, DESTINATION_AT = 8, 9, 12, 16
IPV6_START = 6 << 28 | INTERNETWORK_CONTROL << 20  # version, traffic class, flow label 0


class Received(NamedTuple):
    """It is one packet as it came. ``hops`` is its TTL or hop limit."""

    source: Address
    destination: Address
    hops: int
    payload: bytes


def write(source: Address, destination: Address, payload: bytes, ttl: int = VRRP_TTL) -> bytes:
    """Return the whole IP packet, ready to send.

    The kernel fills in the identification and the checksum of an IPv4 header, which are 0 here (raw(7)).
    """
    if source.version == 6:
        return ipv6_header(source.packed, destination.packed, ttl, len(payload)) + payload
    length = IPV4_HEADER.size + len(payload)
    header = IPV4_HEADER.pack(
        0x45, INTERNETWORK_CONTROL, length, 0, 0, ttl, VRRP_PROTOCOL, 0, source.packed, destination.packed
    )
    return header + payload


def ipv6_header(source: bytes, destination: bytes, hops: int, length: int) -> bytes:
    """Return the header of a VRRP packet with ``length`` octets of payload."""
    return IPV6_HEADER.pack(IPV6_START, length, VRRP_PROTOCOL, hops, source, destination)


def read(packet: bytes) -> Optional[Received]:
    """Read one whole IP packet. Return None for what is too short to be one, or carries no VRRP.

    An IPsec Authentication Header is left out: its check needs the whole packet.
    """
    version = packet[0] >> 4 if packet else 0
    if version == 4:
        return _read_ipv4(packet)
    if version == 6 and len(packet) >= IPV6_HEADER.size:
        _start, _length, protocol, hops, source, destination = IPV6_HEADER.unpack_from(packet)
        if protocol == VRRP_PROTOCOL:
            return Received(IPv6Address(source), IPv6Address(destination), hops, packet[IPV6_HEADER.size :])
    return None


def _read_ipv4(packet: bytes) -> Optional[Received]:
    length = (packet[0] & 0x0F) * 4
    if length < IPV4_HEADER_MIN or len(packet) < length:
        return None
    if packet[PROTOCOL_AT] == AH_PROTOCOL and len(packet) >= length + AH_LENGTH and packet[length] == VRRP_PROTOCOL:
        length += AH_LENGTH
    elif packet[PROTOCOL_AT] != VRRP_PROTOCOL:
        return None
    source = IPv4Address(packet[SOURCE_AT:DESTINATION_AT])
    destination = IPv4Address(packet[DESTINATION_AT : DESTINATION_AT + 4])
    return Received(source, destination, packet[TTL_AT], packet[length:])
