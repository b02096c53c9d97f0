# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encode an ICMP echo request, and find the number of the probe in a reply. RFC 792, RFC 4443 section 4. Pure."""

from __future__ import annotations

import struct
from typing import Optional

_HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence number
_NUMBER = struct.Struct("!I")
_REQUEST = {4: 8, 6: 128}
_REPLY = {4: 0, 6: 129}


def request(version: int, token: bytes, number: int) -> bytes:
    """Return the message of a probe. Its data are ``token``, which replies to others do not have, and the number."""
    data = token + _NUMBER.pack(number)
    sequence = number & 0xFFFF
    empty = _HEADER.pack(_REQUEST[version], 0, 0, 0, sequence) + data
    # The kernel fills in the checksum of ICMPv6, which covers addresses.
    checksum = _checksum(empty) if version == 4 else 0
    return _HEADER.pack(_REQUEST[version], 0, checksum, 0, sequence) + data


def answered(version: int, packet: bytes, raw: bool, token: bytes) -> Optional[int]:
    """Return the number of the probe that a packet answers; None where it is no reply to a probe with this token.

    A raw socket of IPv4 receives the IP header too.
    """
    start = (packet[0] & 0x0F) * 4 if raw and version == 4 and packet else 0
    begin = start + _HEADER.size + len(token)
    if len(packet) < begin + _NUMBER.size or packet[start] != _REPLY[version]:
        return None
    if packet[start + _HEADER.size : begin] != token:
        return None
    number: int = _NUMBER.unpack_from(packet, begin)[0]
    return number


def _checksum(message: bytes) -> int:
    padded = message + b"\0" * (len(message) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
