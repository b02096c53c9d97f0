# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the Ethernet frames of a capture file: just enough of the pcap format for the captures beside this file."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

CAPTURES = Path(__file__).parent / "captures"
VRRP = 112
AH = 51
ICMPV6 = 58


@dataclass(frozen=True)
class IpPacket:
    source: IPv4Address | IPv6Address
    destination: IPv4Address | IPv6Address
    protocol: int
    ttl: int
    payload: bytes


def frames(name: str) -> list[bytes]:
    return [frame for _at, frame in timed_frames(name)]


def timed_frames(name: str) -> list[tuple[float, bytes]]:
    """Return the frames with their time, UTC in seconds."""
    data = (CAPTURES / f"{name}.pcap").read_bytes()
    assert data[:4] == b"\xd4\xc3\xb2\xa1", "a little-endian capture with microseconds"
    found, offset = [], 24
    while offset < len(data):
        seconds, microseconds, length = struct.unpack_from("<III", data, offset)
        found.append((seconds + microseconds / 1e6, data[offset + 16 : offset + 16 + length]))
        offset += 16 + length
    return found


def ip_packet(frame: bytes) -> IpPacket | None:
    ethertype = struct.unpack_from("!H", frame, 12)[0]
    if ethertype == 0x0800:
        header = (frame[14] & 0x0F) * 4
        end = 14 + struct.unpack_from("!H", frame, 16)[0]
        source, destination = IPv4Address(frame[26:30]), IPv4Address(frame[30:34])
        return IpPacket(source, destination, frame[23], frame[22], frame[14 + header : end])
    if ethertype == 0x86DD:
        end = 54 + struct.unpack_from("!H", frame, 18)[0]
        source, destination = IPv6Address(frame[22:38]), IPv6Address(frame[38:54])
        return IpPacket(source, destination, frame[20], frame[21], frame[54:end])
    return None


def vrrp_packets(name: str) -> list[IpPacket]:
    packets = [ip_packet(frame) for frame in frames(name)]
    return [packet for packet in packets if packet and packet.protocol == VRRP]


def timed_packets(name: str, protocol: int = VRRP) -> list[tuple[float, IpPacket, bytes]]:
    """Return time, content and the octets of the whole packet, of every IP packet of this protocol."""
    found = [(at, ip_packet(frame), frame) for at, frame in timed_frames(name)]
    return [
        (at, packet, frame[14 : 14 + 20 + len(packet.payload)])
        for at, packet, frame in found
        if packet and packet.protocol == protocol and isinstance(packet.source, IPv4Address)
    ]
