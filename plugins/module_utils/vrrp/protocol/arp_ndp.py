# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encode and decode questions and answers of neighbours: ARP (RFC 826) and neighbour discovery (RFC 4861).

Everything here is a whole Ethernet frame. A question goes to every host that may have the address, or, once its
hardware address is known, to that alone, as hosts do to see whether a neighbour still lives (RFC 1122 section 2.3.2.1,
RFC 4861 section 7.3.3).

A claim is any frame in which a host says that an address is its own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Optional

from ..ip_types import Address
from .packet import checksum

REQUEST, REPLY = 1, 2  # RFC 826: ares_op$REQUEST, ares_op$REPLY
SOLICITATION, ADVERTISEMENT = 135, 136  # RFC 4861 sections 4.3, 4.4
ICMPV6 = 58
HOP_LIMIT = 255  # RFC 4861: a packet with less came through a router, and is discarded

_ETHERNET = struct.Struct("!6s6sH")
_ARP = struct.Struct("!HHBBH6s4s6s4s")
_ARP_ETHERNET_IPV4 = (1, 0x0800, 6, 4)
_IPV6 = struct.Struct("!IHBB16s16s")
_NEIGHBOUR = struct.Struct("!BBHI16s")  # type, code, checksum, flags, target
_ROUTER, _SOLICITED, _OVERRIDE = 0x80000000, 0x40000000, 0x20000000
_SOURCE_LINK_LAYER, _TARGET_LINK_LAYER = b"\x01\x01", b"\x02\x01"  # type, length in units of eight octets
_SOLICITED_NODE = IPv6Address("ff02::1:ff00:0").packed[:13]  # RFC 4291 section 2.7.1
_NOBODY = b"\0" * 6
_NOTHING = (None, False)


@dataclass(frozen=True)
class Reply:
    """It tells ``asker``, which asked, that ``address`` lives at ``mac``."""

    address: Address
    mac: bytes
    asker: Address


@dataclass(frozen=True)
class Announcement:
    """It tells every receiver that ``address`` lives at ``mac``."""

    address: Address
    mac: bytes


def question(mac: bytes, source: Address, target: Address, known: Optional[bytes] = None) -> bytes:
    """Return a frame that asks for ``target`` from ``source`` at ``mac``: at ``known`` only, or at every host.

    From the unspecified address it is a probe (RFC 5227 section 2.1.1, RFC 4862 section 5.4.2).
    """
    if isinstance(target, IPv4Address):
        body = _ARP.pack(*_ARP_ETHERNET_IPV4, REQUEST, mac, source.packed, _NOBODY, target.packed)
        return _ETHERNET.pack(known or BROADCAST, mac, ETHERTYPE_ARP) + body
    group = IPv6Address(_SOLICITED_NODE + target.packed[-3:])
    destination = target if known else group
    body = _NEIGHBOUR.pack(SOLICITATION, 0, 0, 0, target.packed)
    if not source.is_unspecified:  # RFC 4861 section 4.3: the unspecified address has no hardware address
        body += _SOURCE_LINK_LAYER + mac
    frame_to = known or b"\x33\x33" + group.packed[-4:]  # RFC 2464 section 7
    return _neighbour_frame(frame_to, mac, source, destination, body)


def answer(mac: bytes, address: Address, to_mac: bytes, to: Address) -> bytes:
    """Return the frame that tells ``to``, which asked: ``address`` lives at ``mac``."""
    if isinstance(address, IPv4Address):
        body = _ARP.pack(*_ARP_ETHERNET_IPV4, REPLY, mac, address.packed, to_mac, to.packed)
        return _ETHERNET.pack(to_mac, mac, ETHERTYPE_ARP) + body
    flags = _ROUTER | _SOLICITED | _OVERRIDE
    body = _NEIGHBOUR.pack(ADVERTISEMENT, 0, 0, flags, address.packed) + _TARGET_LINK_LAYER + mac
    return _neighbour_frame(to_mac, mac, address, to, body)


def read_answer(frame: bytes) -> Optional[Reply]:
    """Return the answer in a frame; None for anything else, for what is cut off, damaged, or unsolicited."""
    found, asked_for = _read(frame)
    return found if asked_for else None


def read_claim(frame: bytes) -> Optional[Announcement]:
    """Return the claim in a frame; None for anything else, for a probe, and for what is cut off or damaged.

    The sender of any ARP packet makes one (RFC 5227 section 2.4), and the target of any neighbour advertisement.
    """
    found, _asked_for = _read(frame)
    if found is None or not int(found.address) or found.mac[0] & 1:  # no host has a group's hardware address
        return None
    return Announcement(found.address, found.mac)


def _read(frame: bytes) -> tuple[Optional[Reply], bool]:
    """Return what a frame says of its sender, and whether it is the answer to a question."""
    if len(frame) < _ETHERNET.size:
        return _NOTHING
    _to, sender, ethertype = _ETHERNET.unpack_from(frame)
    if ethertype == ETHERTYPE_ARP:
        return _read_arp(frame)
    return _read_advertisement(frame, sender) if ethertype == ETHERTYPE_IPV6 else _NOTHING


def _read_arp(frame: bytes) -> tuple[Optional[Reply], bool]:
    if len(frame) < _ETHERNET.size + _ARP.size:
        return _NOTHING
    *kind, operation, mac, address, _to_mac, to = _ARP.unpack_from(frame, _ETHERNET.size)
    if tuple(kind) != _ARP_ETHERNET_IPV4 or operation not in (REQUEST, REPLY):
        return _NOTHING
    return Reply(IPv4Address(address), mac, IPv4Address(to)), operation == REPLY


def _read_advertisement(frame: bytes, sender: bytes) -> tuple[Optional[Reply], bool]:
    """Return a valid neighbour advertisement (RFC 4861 section 7.1.2), and whether it is solicited."""
    start = _ETHERNET.size + _IPV6.size
    if len(frame) < start + _NEIGHBOUR.size:
        return _NOTHING
    _flow, length, following, hops, source, to = _IPV6.unpack_from(frame, _ETHERNET.size)
    body = frame[start : start + length]
    if (following, hops) != (ICMPV6, HOP_LIMIT) or len(body) < max(length, _NEIGHBOUR.size):
        return _NOTHING
    kind, code, _checksum, flags, target = _NEIGHBOUR.unpack_from(body)
    if (kind, code) != (ADVERTISEMENT, 0) or checksum(_pseudo(source, to, length) + body):
        return _NOTHING
    # The option may be missing in the answer to a solicitation that was unicast (section 7.2.4).
    mac = _option(body[_NEIGHBOUR.size :], _TARGET_LINK_LAYER) or sender
    return Reply(IPv6Address(target), mac, IPv6Address(to)), bool(flags & _SOLICITED)


def _option(options: bytes, wanted: bytes) -> Optional[bytes]:
    while len(options) >= 8 and options[1]:
        if options[:2] == wanted:
            return options[2:8]
        options = options[8 * options[1] :]
    return None


def _neighbour_frame(to_mac: bytes, mac: bytes, source: Address, destination: Address, body: bytes) -> bytes:
    total = checksum(_pseudo(source.packed, destination.packed, len(body)) + body)
    ipv6 = _IPV6.pack(6 << 28, len(body), ICMPV6, HOP_LIMIT, source.packed, destination.packed)
    head = _ETHERNET.pack(to_mac, mac, ETHERTYPE_IPV6)
    return head + ipv6 + body[:2] + struct.pack("!H", total) + body[4:]


def _pseudo(source: bytes, destination: bytes, length: int) -> bytes:
    """Return the pseudo-header (RFC 8200 section 8.1)."""
    return source + destination + struct.pack("!II", length, ICMPV6)


BROADCAST = b"\xff" * 6
ETHERTYPE_ARP = 0x0806
ETHERTYPE_IPV6 = 0x86DD
ALL_NODES = IPv6Address("ff02::1")
ALL_NODES_MAC = b"\x33\x33\x00\x00\x00\x01"  # RFC 2464 section 7

_ARP_HEADER = struct.pack("!HHBB", 1, 0x0800, 6, 4)
_REQUEST, _REPLY = b"\x00\x01", b"\x00\x02"
_ICMPV6 = 58
_NEIGHBOUR_ADVERTISEMENT = 136
_R_FLAG, _O_FLAG = 0x80000000, 0x20000000
_TARGET_LINK_LAYER_ADDRESS = b"\x02\x01"  # RFC 4861 section 4.6.1: type 2, length one unit of eight octets


def gratuitous_arp(mac: bytes, address: IPv4Address, reply: bool = False) -> bytes:
    """Return the broadcast ARP request in which ``address`` asks for itself from ``mac`` (RFC 5227 section 3).

    RFC 9568 section 8.1.2 wants it in the Announcement form, a request; keepalived also fills the target hardware
    address with ones, which no receiver reads, and so do we.

    With ``reply`` it is an unsolicited ARP reply (RFC 5944 section 4.6), which no host answers. Where all nodes share
    one ``mac``, an answer of the master that hands over would teach switches that ``mac`` is still there. The target
    hardware address is ``mac``, too: otherwise Linux handles it as an ordinary reply and ignores it for a second after
    another one.
    """
    operation, target = (_REPLY, mac) if reply else (_REQUEST, BROADCAST)
    body = _ARP_HEADER + operation + mac + address.packed + target + address.packed
    return BROADCAST + mac + struct.pack("!H", ETHERTYPE_ARP) + body


def unsolicited_na(mac: bytes, address: IPv6Address, router: bool = True) -> bytes:
    """Return the neighbour advertisement that says ``address`` lives at ``mac`` (RFC 9568 section 8.2.2, RFC 4861 4.4).

    It goes to all nodes with the override flag; ``router`` is the R flag: the node forwards packets.
    """
    flags = _O_FLAG | (_R_FLAG if router else 0)
    head = struct.pack("!BB", _NEIGHBOUR_ADVERTISEMENT, 0)
    tail = struct.pack("!I", flags) + address.packed + _TARGET_LINK_LAYER_ADDRESS + mac
    length = len(head) + 2 + len(tail)
    pseudo = address.packed + ALL_NODES.packed + struct.pack("!II", length, _ICMPV6)
    total = checksum(pseudo + head + b"\0\0" + tail)
    ipv6 = struct.pack("!IHBB", 6 << 28, length, _ICMPV6, 255) + address.packed + ALL_NODES.packed
    ethernet = ALL_NODES_MAC + mac + struct.pack("!H", ETHERTYPE_IPV6)
    return ethernet + ipv6 + head + struct.pack("!H", total) + tail
