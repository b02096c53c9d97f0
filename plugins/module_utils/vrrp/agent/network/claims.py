# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Receive the claims of others: ARP and neighbour advertisements that name one of our addresses.

There is one packet socket for each interface and IP version, for any number of addresses. A filter in the kernel passes
only frames that name one of them, so that all other ARP of a segment costs nothing.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Collection
from typing import Optional

from ...ip_types import Address
from ...protocol.arp_ndp import ADVERTISEMENT, ETHERTYPE_ARP, ETHERTYPE_IPV6, ICMPV6
from ..netlink.bpf import EVERYTHING, JUMP_EQUAL, LOAD_OCTET, LOAD_WORD, RETURN, Instruction, attach

FRAME_MAX = 2048  # octets
RECEIVE_BUFFER = 16384  # octets: the first frames of a flood are enough
ADDRESSES_MAX = 2000  # two instructions each; the kernel takes 4096
ETHERNET = 14  # octets of the header
PACKET_TYPE = 0xFFFFF004  # linux/filter.h: SKF_AD_OFF + SKF_AD_PKTTYPE
OTHER_HOST = 3  # linux/if_packet.h PACKET_OTHERHOST: to another host, or of a VLAN that is not ours

_DROP: Instruction = (RETURN, 0, 0, 0)
_PASS: Instruction = (RETURN, 0, 0, EVERYTHING)


class ClaimSocket:
    """It receives claims to ``addresses``, all of one IP version, on one interface. It never blocks."""

    def __init__(self, index: int, addresses: Collection[Address]) -> None:
        self.addresses = frozenset(addresses)
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        # With protocol 0 nothing arrives before the filter is there.
        self._socket = socket.socket(socket.AF_PACKET, kind, 0)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            self.watch(self.addresses)
            ethertype = ETHERTYPE_ARP if next(iter(addresses)).version == 4 else ETHERTYPE_IPV6
            self._socket.bind((socket.if_indextoname(index), ethertype))
        except OSError:
            self._socket.close()
            raise

    def watch(self, addresses: Collection[Address]) -> None:
        """Receive claims to these addresses from now on. Raises OSError."""
        attach(self._socket, *claims_to(addresses))
        self.addresses = frozenset(addresses)

    def fileno(self) -> int:
        """Return the file descriptor, for the event loop."""
        return self._socket.fileno()

    def receive(self) -> Optional[bytes]:
        """Return one frame, or None when none is waiting."""
        try:
            return self._socket.recv(FRAME_MAX)
        except OSError:
            return None  # nothing there, or the interface went down

    def send(self, frame: bytes) -> None:
        """Send a whole frame, if that is possible now."""
        with contextlib.suppress(OSError):
            self._socket.send(frame)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def claims_to(addresses: Collection[Address]) -> tuple[Instruction, ...]:
    """Return the filter for frames in which some host claims one of these addresses, all of one IP version.

    RFC 826 and RFC 4861 section 4.4 have the offsets. Of an IPv6 address only the last four octets are compared: the
    reader of the frames compares all of it. Beyond ADDRESSES_MAX every claim passes.
    """
    program: list[Instruction] = [(LOAD_OCTET, 0, 0, PACKET_TYPE), (JUMP_EQUAL, 0, 1, OTHER_HOST), _DROP]
    sender = ETHERNET + 14
    if next(iter(addresses)).version == 6:
        for at, value in ((ETHERNET + 6, ICMPV6), (ETHERNET + 40, ADVERTISEMENT)):
            program += [(LOAD_OCTET, 0, 0, at), (JUMP_EQUAL, 1, 0, value), _DROP]
        sender = ETHERNET + 60
    words = sorted({int(address) & 0xFFFFFFFF for address in addresses})
    if len(words) > ADDRESSES_MAX:
        return (*program, _PASS)
    program.append((LOAD_WORD, 0, 0, sender))
    for word in words:
        program += [(JUMP_EQUAL, 0, 1, word), _PASS]
    return (*program, _DROP)
