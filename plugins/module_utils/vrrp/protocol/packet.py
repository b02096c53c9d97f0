# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encode and decode advertisements: VRRPv2 and VRRPv3 over IPv4 and IPv6.

The bytes are the payload of the IP packet; the kernel writes the IP header. Layout: RFC 3768 section 5.1 (v2),
RFC 9568 section 5.1 (v3)::

     0                   1                   2                   3
    |Version| Type  | Virtual Rtr ID|   Priority    |  Address count |
    |  v2: Auth Type | v2: Adver Int in seconds    |   Checksum      |
    |  v3: reserved (4 bits), Max Advertise Interval (12 bits, cs)   |
    |  addresses ...                                                 |
    |  v2: Authentication Data, 8 octets                             |
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from ..ip_types import Address
from .constants import (
    ADDRESSES_MAX,
    AUTH_DATA_LENGTH,
    AUTH_NONE,
    HEADER_LENGTH,
    INTERVAL_V2_MAX_CS,
    INTERVAL_V3_MAX_CS,
    PRIORITY_OWNER,
    TYPE_ADVERTISEMENT,
    VERSION_2,
    VERSION_3,
    VERSIONS,
    VRID_MAX,
    VRID_MIN,
    VRRP_PROTOCOL,
)

# VRRPv3 over IPv4 is sent with either of two checksums. RFC 5798 (and keepalived, unless `v3_checksum_as_v2`) sums a
# pseudo-header too; RFC 9568 section 5.2.8 and Cisco sum the VRRP message alone. Over IPv6 it is always the former.
PSEUDO_HEADER = "pseudo_header"
MESSAGE_ONLY = "message_only"

_CHECKSUM_AT = 6
_NO_AUTH_DATA = bytes(AUTH_DATA_LENGTH)
_CENTISECONDS_PER_SECOND = 100


class PacketError(ValueError):
    """The bytes are not an advertisement. ``reason`` is one word, fit for a counter's name."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Advertisement:
    """It is one VRRP advertisement.

    ``interval_cs`` is in centiseconds in both versions; ``auth_type`` and the eight octets of ``auth_data`` are
    VRRPv2's; ``checksum_kind`` says which of the two v3/IPv4 checksums it is sent with, or arrived with.
    """

    version: int
    vrid: int
    priority: int
    addresses: tuple[Address, ...]
    interval_cs: int
    auth_type: int = AUTH_NONE
    auth_data: bytes = field(default=_NO_AUTH_DATA, repr=False)
    checksum_kind: str = MESSAGE_ONLY


def checksum(data: bytes) -> int:
    """Return the Internet checksum of ``data`` (RFC 1071); 0 when ``data`` already holds the right one."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _pseudo_header(source: Address, destination: Address, length: int) -> bytes:
    """Return the IPv4 (RFC 9293 section 3.1) or IPv6 (RFC 8200 section 8.1) pseudo-header."""
    if source.version == 4:
        return source.packed + destination.packed + struct.pack("!BBH", 0, VRRP_PROTOCOL, length)
    return source.packed + destination.packed + struct.pack("!II", length, VRRP_PROTOCOL)


def _covered(message: bytes, source: Address, destination: Address, kind: str) -> bytes:
    """Return the octets that the checksum of ``message`` covers."""
    if kind == PSEUDO_HEADER:
        return _pseudo_header(source, destination, len(message)) + message
    return message


def length_of(payload: bytes, ip_version: int) -> int:
    """Return the octets of the advertisement at the start of ``payload`` (eight octets or more), by its own counts."""
    size = 4 if ip_version == 4 else 16
    return HEADER_LENGTH + payload[3] * size + (AUTH_DATA_LENGTH if payload[0] >> 4 == VERSION_2 else 0)


def encode(advertisement: Advertisement, source: Address, destination: Address) -> bytes:
    """Return the payload of the IP packet that carries ``advertisement`` from ``source`` to ``destination``.

    Raises ValueError when a field does not fit the wire, or when VRRPv2 should carry what only VRRPv3 can.
    """
    _check_fields(advertisement, source)
    if advertisement.version == VERSION_2:
        kind = MESSAGE_ONLY
        timing = bytes((advertisement.auth_type, advertisement.interval_cs // _CENTISECONDS_PER_SECOND))
        trailer = advertisement.auth_data
    else:
        kind = PSEUDO_HEADER if source.version == 6 else advertisement.checksum_kind
        timing = struct.pack("!H", advertisement.interval_cs)
        trailer = b""
    head = bytes(
        (
            advertisement.version << 4 | TYPE_ADVERTISEMENT,
            advertisement.vrid,
            advertisement.priority,
            len(advertisement.addresses),
        )
    )
    body = b"".join(address.packed for address in advertisement.addresses) + trailer
    # RFC 3768 5.3.8 sums the authentication data too: it is part of the message.
    total = checksum(_covered(head + timing + b"\0\0" + body, source, destination, kind))
    return head + timing + struct.pack("!H", total) + body


def followed(payload: bytes, trailer: bytes, source: Address, destination: Address) -> bytes:
    """Return what :func:`encode` returned, followed by ``trailer``.

    Over IPv6 the checksum is that of the whole payload (RFC 8200 section 8.1), over IPv4 that of the advertisement.
    """
    if source.version == 6:
        cleared = payload[:_CHECKSUM_AT] + b"\0\0" + payload[_CHECKSUM_AT + 2 :] + trailer
        total = checksum(_covered(cleared, source, destination, PSEUDO_HEADER))
        payload = payload[:_CHECKSUM_AT] + struct.pack("!H", total) + payload[_CHECKSUM_AT + 2 :]
    return payload + trailer


def decode(payload: bytes, source: Address, destination: Address, trailer: int = 0) -> Advertisement:
    """Return the advertisement that the IP payload holds; ``trailer`` octets follow it.

    Raises :class:`PacketError`; its reasons are ``truncated``, ``version``, ``type``, ``length``, ``interval`` and
    ``checksum``. :mod:`~.validation` makes the other checks of a receiver.
    """
    if len(payload) < HEADER_LENGTH:
        raise PacketError("truncated", f"{len(payload)} octets; an advertisement has {HEADER_LENGTH} at least")
    version, kind = payload[0] >> 4, payload[0] & 0x0F
    if version not in VERSIONS or (version == VERSION_2 and source.version == 6):
        raise PacketError("version", f"VRRP version {version} over IPv{source.version}")
    if kind != TYPE_ADVERTISEMENT:
        raise PacketError("type", f"Invalid packet type. {kind} and expect {TYPE_ADVERTISEMENT}")
    size = len(source.packed)
    addresses_end = HEADER_LENGTH + payload[3] * size
    expected = length_of(payload, source.version) + trailer
    if len(payload) < expected:
        raise PacketError("truncated", f"vrrp packet too short, length {len(payload)} and expect {expected}")
    if len(payload) > expected:
        raise PacketError("length", f"vrrp packet too long, length {len(payload)} and expect {expected}")
    if trailer and source.version == 4:
        payload = payload[:-trailer]
    checksum_kind = _checksum_kind(payload, version, source, destination)
    addresses = tuple(
        type(source)(payload[start : start + size]) for start in range(HEADER_LENGTH, addresses_end, size)
    )
    if version == VERSION_2:
        interval_cs = payload[5] * _CENTISECONDS_PER_SECOND
        auth_type, auth_data = payload[4], payload[addresses_end : addresses_end + AUTH_DATA_LENGTH]
    else:
        interval_cs = struct.unpack_from("!H", payload, 4)[0] & INTERVAL_V3_MAX_CS
        auth_type, auth_data = AUTH_NONE, _NO_AUTH_DATA
    if not interval_cs:
        raise PacketError("interval", "an advertisement interval of 0")
    return Advertisement(version, payload[1], payload[2], addresses, interval_cs, auth_type, auth_data, checksum_kind)


def _checksum_kind(payload: bytes, version: int, source: Address, destination: Address) -> str:
    """Return which checksum the payload carries, or raise PacketError("checksum")."""
    if version == VERSION_3 and checksum(_covered(payload, source, destination, PSEUDO_HEADER)) == 0:
        return PSEUDO_HEADER
    if source.version == 4 and checksum(payload) == 0:
        return MESSAGE_ONLY
    raise PacketError("checksum", f"Invalid VRRPv{version} checksum: it was damaged on its way")


def _check_fields(advertisement: Advertisement, source: Address) -> None:
    if advertisement.version not in VERSIONS:
        raise ValueError(f"VRRP version {advertisement.version}: it is 2 or 3")
    if advertisement.version == VERSION_2 and source.version == 6:
        raise ValueError("VRRPv2 has no IPv6 (RFC 3768); use version 3")
    if not VRID_MIN <= advertisement.vrid <= VRID_MAX:
        raise ValueError(f"virtual router id {advertisement.vrid}: it is {VRID_MIN} to {VRID_MAX}")
    if not 0 <= advertisement.priority <= PRIORITY_OWNER:
        raise ValueError(f"priority {advertisement.priority}: it is 0 to {PRIORITY_OWNER}")
    if len(advertisement.addresses) > ADDRESSES_MAX:
        raise ValueError(f"{len(advertisement.addresses)} addresses: one advertisement carries {ADDRESSES_MAX}")
    if any(address.version != source.version for address in advertisement.addresses):
        raise ValueError(f"the addresses of an advertisement over IPv{source.version} are all IPv{source.version}")
    if len(advertisement.auth_data) != AUTH_DATA_LENGTH:
        raise ValueError(f"authentication data has {AUTH_DATA_LENGTH} octets")
    _check_interval(advertisement.version, advertisement.interval_cs)


def _check_interval(version: int, interval_cs: int) -> None:
    longest = INTERVAL_V2_MAX_CS if version == VERSION_2 else INTERVAL_V3_MAX_CS
    if not 0 < interval_cs <= longest:
        raise ValueError(f"advertisement interval {interval_cs} cs: VRRPv{version} carries 1 to {longest}")
    if version == VERSION_2 and interval_cs % _CENTISECONDS_PER_SECOND:
        raise ValueError(f"advertisement interval {interval_cs} cs: VRRPv2 carries whole seconds")
