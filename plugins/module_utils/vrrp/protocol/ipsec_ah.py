# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write and check VRRPv2 inside an IP Authentication Header, ``auth_type AH``.

RFC 2338 section 5.3.6.2, RFC 2402 and RFC 2403 define it::

    |  Next header: 112 |  Length: 4  |  reserved: 0                |
    |  Security Parameters Index: the source address                |
    |  Sequence Number                                              |
    |  HMAC-MD5, its first 12 octets                                |

Signed is the whole IPv4 packet, with 0 for TOS, flags and fragment offset, header checksum and the HMAC itself; for the
TTL too where it is unicast. The key is the password, padded with zeros to eight octets. That is how keepalived does it.

keepalived counts one sequence for all routers of a pair: it discards a number below its own, and goes on above a number
that it hears. So what is sent is above everything that was sent or heard. A router that starts again must not start at
0, which its peers would discard as a replay, so the sequence is never below the clock.

What is received is compared with the numbers of its own sender only. A number below our own is no replay: keepalived
that has just started counts from 1, and two masters that speak at the same moment of one clock send equal numbers.
"""

from __future__ import annotations

import hmac
import struct
from ipaddress import IPv4Address

from .anti_replay import ReplayWindow
from .constants import AH_PROTOCOL, VRRP_PROTOCOL
from .packet import PacketError

HEADER_LENGTH = 24  # octets

_HEADER = struct.Struct("!BBH4sI12s")
_WORDS = HEADER_LENGTH // 4 - 2  # RFC 2402 section 2.2
_ICV_LENGTH = 12
_NO_ICV = bytes(_ICV_LENGTH)
_IPV4 = struct.Struct("!BBHHHBBH4s4s")
_ICV_AT = 12  # octets into the header
_LAST = 0xFFFFFFFD  # keepalived's
_EPOCH_S = 1735689600  # 2025: 32 bits of quarter seconds last until 2059
_TICKS_PER_S = 4  # more than a router advertises in VRRPv2, so that the clock always catches up


class Counter:
    """Keep the sequence number that one router sends next, and those that it has heard of each other router."""

    def __init__(self) -> None:
        self.value = 0
        self._marks = ReplayWindow()

    def take(self, wall: float) -> int:
        """Return the next number to send. ``wall`` is UTC in seconds; it is ignored when it is out of range."""
        clock = int((wall - _EPOCH_S) * _TICKS_PER_S)
        self.value = min(max(self.value + 1, clock if clock < _LAST else 0), _LAST)
        return self.value

    def heard(self, sender: bytes, number: int) -> bool:
        """Return whether it is new from ``sender`` (four octets of address). The next one to send is then above it."""
        if not self._marks.accept(sender, number, 0.0, None):
            return False
        self.value = max(self.value, number)
        return True


def seal(
    key: bytes, number: int, identification: int, source: IPv4Address, destination: IPv4Address, ttl: int,
    traffic_class: int, advertisement: bytes,
) -> bytes:  # fmt: skip
    """Return the whole IPv4 packet. ``identification`` is 1 to 65535: it is signed, and the kernel would replace 0."""
    length = _IPV4.size + HEADER_LENGTH + len(advertisement)
    ends = source.packed, destination.packed
    ah = _HEADER.pack(VRRP_PROTOCOL, _WORDS, 0, source.packed, number, _NO_ICV)
    signed_ttl = ttl if destination.is_multicast else 0
    covered = _IPV4.pack(0x45, 0, length, identification, 0, signed_ttl, AH_PROTOCOL, 0, *ends) + ah + advertisement
    ah = ah[:_ICV_AT] + hmac.new(key, covered, "md5").digest()[:_ICV_LENGTH]
    header = _IPV4.pack(0x45, traffic_class, length, identification, 0, ttl, AH_PROTOCOL, 0, *ends)
    return header + ah + advertisement


def verify(key: bytes, packet: bytes, unicast: bool, counter: Counter) -> None:
    """Take a whole IPv4 packet of protocol 51 for good, or raise PacketError."""
    at = (packet[0] & 0x0F) * 4
    if len(packet) < at + HEADER_LENGTH or packet[at + 1] != _WORDS:
        raise PacketError("truncated", "no Authentication Header of 24 octets")
    icv_at = at + _ICV_AT
    whole = bytearray(packet)
    whole[1] = 0
    whole[6:8] = whole[10:12] = b"\0\0"
    if unicast:
        whole[8] = 0
    whole[icv_at : icv_at + _ICV_LENGTH] = _NO_ICV
    digest = hmac.new(key, bytes(whole), "md5").digest()[:_ICV_LENGTH]
    if not hmac.compare_digest(digest, packet[icv_at : icv_at + _ICV_LENGTH]):
        raise PacketError("ah", "invalid IPSEC HMAC-MD5 value: another password, or changed on its way")
    _next, _length, _reserved, index, number, _icv = _HEADER.unpack_from(packet, at)
    if index != packet[12:16]:
        raise PacketError("ah_index", f"the security parameters index {index.hex()} is not its source address")
    if not counter.heard(index, number):
        raise PacketError("ah_replay", f"sequence number {number} already processed")
