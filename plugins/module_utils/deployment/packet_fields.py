# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It takes an advertisement apart into named fields, and compares two of them octet for octet. Pure.

A packet is whole, with its IP header, as a packet socket gives it. A password is compared, and never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Optional

from ..vrrp.agent.network import ip_headers
from ..vrrp.protocol.auth_hmac import TRAILER_LENGTH
from ..vrrp.protocol.constants import AH_PROTOCOL, AUTH_DATA_LENGTH, HEADER_LENGTH, VERSION_2
from ..vrrp.protocol.ipsec_ah import HEADER_LENGTH as AH_LENGTH
from ..vrrp.protocol.packet import MESSAGE_ONLY, PacketError, decode, length_of

# Fields that differ from one advertisement of one sender to the next, with the reason.
BY_NATURE: Mapping[str, str] = {
    "identification": "the kernel numbers the packets of each sender",
    "header checksum": "it follows from the other fields of the IP header",
    "flow label": "the kernel of keepalived chooses one for its socket",
    "AH sequence number": "each sender counts its own packets",
    "AH integrity check value": "it signs the sequence number too",
    "HMAC time and counter": "they are of the moment of sending",
    "HMAC": "it signs the time too",
}
OWN = ("source address", "priority")  # each node has its own
AUTH_DATA = "password"
_SECRET = "********"
_CHECKSUM = {MESSAGE_ONLY: "of the VRRP message alone"}
_AUTH = {0: "0 (none)", 1: "1 (simple password)", 2: "2 (IPsec AH)"}


@dataclass(frozen=True)
class FieldDifference:
    """It is one field in which two packets differ, with both values as text."""

    field: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class PacketField:
    """It is one field: its octets, and what they say as text."""

    octets: bytes
    text: str


Fields = dict[str, PacketField]


def differences(ours: bytes, theirs: bytes) -> list[FieldDifference]:
    """Return each field in which the packets differ, in the order of the octets, also :data:`BY_NATURE`.

    Every octet is in a field, so packets without a difference are equal. The checksum is compared by its kind, as its
    value follows from the other fields.
    """
    one, two = fields(ours), fields(theirs)
    found = []
    for name in dict.fromkeys((*one, *two)):
        mine, other = one.get(name), two.get(name)
        if mine is None or other is None or mine.octets != other.octets:
            found.append(FieldDifference(name, _shown(name, mine), _shown(name, other)))
    return found


def fields(packet: bytes) -> Fields:
    """Return the fields of a whole IP packet; what cannot be read is one field ``packet``."""
    received = ip_headers.read(packet)
    if received is None or len(received.payload) < HEADER_LENGTH:
        return {"packet": PacketField(packet, packet.hex())}
    found = _ipv4(packet) if received.source.version == 4 else _ipv6(packet)
    found.update(_vrrp(received))
    return found


def _ipv4(packet: bytes) -> Fields:
    length = (packet[0] & 0x0F) * 4
    found = {
        "IP version and header length": _hexadecimal(packet[0:1]),
        "type of service": _hexadecimal(packet[1:2]),
        "total length": _number(packet[2:4]),
        "identification": _number(packet[4:6]),
        "flags and fragment offset": _hexadecimal(packet[6:8]),
        "TTL": _number(packet[8:9]),
        "IP protocol": _number(packet[9:10]),
        "header checksum": _hexadecimal(packet[10:12]),
        "source address": _address(packet[12:16]),
        "destination address": _address(packet[16:20]),
    }
    if length > ip_headers.IPV4_HEADER_MIN:
        found["IP options"] = _hexadecimal(packet[ip_headers.IPV4_HEADER_MIN : length])
    if packet[ip_headers.PROTOCOL_AT] == AH_PROTOCOL:
        header = packet[length : length + AH_LENGTH]
        found["AH next header, length, reserved"] = _hexadecimal(header[0:4])
        found["AH index"] = _address(header[4:8])
        found["AH sequence number"] = _number(header[8:12])
        found["AH integrity check value"] = _hexadecimal(header[12:])
    return found


def _ipv6(packet: bytes) -> Fields:
    first, label = bytes([packet[0], packet[1] & 0xF0]), bytes([packet[1] & 15, packet[2], packet[3]])
    return {
        "IP version and traffic class": PacketField(first[:2], first.hex()[:3]),
        "flow label": _hexadecimal(label),
        "payload length": _number(packet[4:6]),
        "IP protocol": _number(packet[6:7]),
        "hop limit": _number(packet[7:8]),
        "source address": _address(packet[8:24]),
        "destination address": _address(packet[24:40]),
    }


def _vrrp(received: ip_headers.Received) -> Fields:
    payload, size = received.payload, len(received.source.packed)
    version, end = payload[0] >> 4, HEADER_LENGTH + payload[3] * size
    found = {
        "version and type": PacketField(payload[0:1], f"version {version}, type {payload[0] & 15}"),
        "virtual router id": _number(payload[1:2]),
        "priority": _number(payload[2:3]),
        "number of addresses": _number(payload[3:4]),
    }
    if version == VERSION_2:
        found["authentication type"] = PacketField(payload[4:5], _AUTH.get(payload[4], str(payload[4])))
        found["advertisement interval"] = PacketField(payload[5:6], f"{payload[5]} s")
    else:
        found["reserved"] = PacketField(bytes([payload[4] >> 4]), str(payload[4] >> 4))
        interval = payload[4] & 15, payload[5]
        found["advertisement interval"] = PacketField(bytes(interval), f"{int.from_bytes(interval, 'big') / 100:g} s")
    found["checksum"] = _checksum(received)
    addresses = [payload[at : at + size] for at in range(HEADER_LENGTH, min(end, len(payload)), size)]
    listed = ", ".join(_address(each).text for each in addresses) or "none"
    found["addresses"] = PacketField(b"".join(addresses), listed)
    rest = payload[end:]
    if version == VERSION_2:
        found[AUTH_DATA] = PacketField(rest[:AUTH_DATA_LENGTH], _SECRET)
        rest = rest[AUTH_DATA_LENGTH:]
    if len(rest) == TRAILER_LENGTH:
        found["HMAC key id"] = PacketField(rest[:4], f"{rest[1]} (type {rest[0]})")
        found["HMAC time and counter"] = _hexadecimal(rest[4:12])
        found["HMAC"] = _hexadecimal(rest[12:])
    elif rest:
        found["octets behind the advertisement"] = _hexadecimal(rest)
    return found


def _checksum(received: ip_headers.Received) -> PacketField:
    payload, version = received.payload, received.source.version
    if payload[0] >> 4 == VERSION_2 and len(payload) == length_of(payload, version):
        kind = "of the VRRP message alone"
    else:
        kind = "with the pseudo-header"
    try:
        beyond = max(len(payload) - length_of(payload, version), 0)
        said = decode(payload, received.source, received.destination, beyond)
    except PacketError as error:
        return PacketField(
            payload[6:8], f"wrong ({error.detail})" if error.reason == "checksum" else payload[6:8].hex()
        )
    kind = _CHECKSUM.get(said.checksum_kind, "with the pseudo-header")
    return PacketField(kind.encode(), f"right, {kind}")


def _number(octets: bytes) -> PacketField:
    return PacketField(octets, str(int.from_bytes(octets, "big")))


def _hexadecimal(octets: bytes) -> PacketField:
    return PacketField(octets, octets.hex())


def _address(octets: bytes) -> PacketField:
    return PacketField(octets, str(ip_address(octets)) if len(octets) in (4, 16) else octets.hex())


def _shown(name: str, field: Optional[PacketField]) -> str:
    if field is None:
        return "nothing"
    return "another one" if name == AUTH_DATA else field.text
