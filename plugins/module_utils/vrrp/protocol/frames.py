# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build frames that tell a segment where an address lives now: gratuitous ARP and unsolicited NA.

Both are whole Ethernet frames, ready for a packet socket.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address

from .packet import checksum

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
