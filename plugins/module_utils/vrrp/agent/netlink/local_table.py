# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel accepts packets for an address as soon as the local route of the address is there.

With IPv6 this is the last step for a new address: the kernel acknowledges the request, then sends the event, and then
inserts the route, in a thread of its own (linux/net/ipv6/addrconf.c).
"""

from __future__ import annotations

import functools
import socket
from collections.abc import Collection
from typing import Any, Optional

from ...ip_types import Interface
from .messages import BATCH, RECEIVE_SIZE, RTM_GETROUTE, RTM_NEWROUTE, batch, decode, encode, messages, open_socket
from .ownership import InterfaceAddress
from .pyroute2_import import derived_class, message_class

RTN_LOCAL = 2  # linux/rtnetlink.h
CACHED = 1024  # questions: each is asked again until its route is there
ANSWER_TIMEOUT_S = 1.0  # the kernel answers inside send(); this only ends a kernel that does not


class LocalRoutes:
    """It asks the kernel for local routes. The socket is opened with the first question."""

    def __init__(self) -> None:
        self._socket: Optional[socket.socket] = None

    def missing(self, places: Collection[InterfaceAddress]) -> set[InterfaceAddress]:
        """Return those of ``places`` that the kernel accepts no packets for; none where it cannot be asked."""
        asked = list(places)
        found: set[InterfaceAddress] = set()
        for start in range(0, len(asked), BATCH):
            some = asked[start : start + BATCH]
            try:
                kinds = self._ask(some)
            except OSError:
                self.close()  # late answers must not be taken for those of another question
                continue
            found |= {place for place, kind in zip(some, kinds) if kind != RTN_LOCAL}
        return found

    def close(self) -> None:
        """Close the socket; the next question opens a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, places: list[InterfaceAddress]) -> list[Optional[int]]:
        """Return the type of the route to each, None where there is no route."""
        if self._socket is None:
            self._socket = open_socket()
            self._socket.settimeout(ANSWER_TIMEOUT_S)
        self._socket.send(batch(question(*place) for place in places))
        answers: dict[int, Optional[int]] = {}
        while len(answers) < len(places):
            data = self._socket.recv(RECEIVE_SIZE)
            for kind, _flags, sequence, start, _end in messages(data):
                answers[sequence] = decode(_header_class(), data, start)["type"] if kind == RTM_NEWROUTE else None
        return [answers.get(number) for number in range(len(places))]


@functools.lru_cache(maxsize=CACHED)
def question(index: int, address: Interface) -> bytes:
    """Return an RTM_GETROUTE request: how would a packet to this address go."""
    fields = {
        "family": socket.AF_INET if address.version == 4 else socket.AF_INET6,
        "dst_len": address.max_prefixlen,
    }
    attributes = (("RTA_DST", str(address.ip)), ("RTA_OIF", index))
    return encode(message_class("rtmsg"), RTM_GETROUTE, 0, fields, attributes)


@functools.cache
def _header_class() -> Any:
    """Return pyroute2's message about a route, without its attributes: 255 answers are read while clients wait."""
    return derived_class("nlmsg", fields=message_class("rtmsg").fields)
