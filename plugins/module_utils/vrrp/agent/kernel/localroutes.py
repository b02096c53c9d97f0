# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the kernel take packets for an address? It does when its local route is there.

With IPv6 that is later than everything else one can see of a new address: the kernel acknowledges the request, then
tells of the address in an event, and then inserts the route, in a thread of its own (linux/net/ipv6/addrconf.c).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Collection
from typing import Optional

from .interfaces import ATTRIBUTE, NETLINK_HEADER, NLM_F_REQUEST, RECEIVE_SIZE, Interface, messages

RTM_NEWROUTE, RTM_GETROUTE = 24, 26  # linux/rtnetlink.h
RTA_DST, RTA_OIF = 1, 4
RTN_LOCAL = 2
ROUTE_HEADER = struct.Struct("=BBBBBBBBI")  # family, three lengths and TOS, table, protocol, scope, type, flags
TYPE_AT = 7  # in a route's body
BATCH = 64  # questions in one datagram: their answers must fit into the socket's default buffer
ANSWER_TIMEOUT_S = 1.0  # the kernel answers inside send(); this only ends a kernel that does not

Place = tuple[int, Interface]  # interface index and address


class LocalRoutes:
    """Asks the kernel, over a socket that is opened with the first question."""

    def __init__(self) -> None:
        self._socket: Optional[socket.socket] = None

    def missing(self, places: Collection[Place]) -> set[Place]:
        """Those of ``places`` that the kernel takes no packets for; none where it cannot be asked."""
        asked = list(places)
        found: set[Place] = set()
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            try:
                kinds = self._ask(batch)
            except OSError:
                self.close()  # its answers may still come: nobody must take them for those of another question
                continue
            found |= {place for place, kind in zip(batch, kinds) if kind != RTN_LOCAL}
        return found

    def close(self) -> None:
        """Close the socket; the next question opens a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, batch: list[Place]) -> list[Optional[int]]:
        """The type of the route to each, None where there is no route at all."""
        if self._socket is None:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
            self._socket.settimeout(ANSWER_TIMEOUT_S)
        self._socket.send(b"".join(question(number, *place) for number, place in enumerate(batch)))
        answers: dict[int, Optional[int]] = {}
        while len(answers) < len(batch):
            data = self._socket.recv(RECEIVE_SIZE)
            for kind, _flags, sequence, start, _end in messages(data):
                answers[sequence] = data[start + TYPE_AT] if kind == RTM_NEWROUTE else None
        return [answers.get(number) for number in range(len(batch))]


def question(sequence: int, index: int, address: Interface) -> bytes:
    """One RTM_GETROUTE request: how would a packet to this address go."""
    packed = address.ip.packed
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    body = ROUTE_HEADER.pack(family, len(packed) * 8, 0, 0, 0, 0, 0, 0, 0)
    body += ATTRIBUTE.pack(ATTRIBUTE.size + len(packed), RTA_DST) + packed
    body += ATTRIBUTE.pack(ATTRIBUTE.size + 4, RTA_OIF) + struct.pack("=i", index)
    return NETLINK_HEADER.pack(NETLINK_HEADER.size + len(body), RTM_GETROUTE, NLM_F_REQUEST, sequence, 0) + body
