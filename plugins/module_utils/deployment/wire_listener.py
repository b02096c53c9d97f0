# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It listens to the advertisements on the interfaces of a node, sent and received, and sends nothing.

A packet socket of all protocols (packet(7), ETH_P_ALL) also gets what this node sends itself.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Optional

from ..vrrp.agent.netlink.bpf import LOAD_OCTET, attach, only
from ..vrrp.agent.network import ip_headers
from ..vrrp.agent.network.sockets import PACKET_MAX
from ..vrrp.protocol.constants import AH_PROTOCOL, HEADER_LENGTH, VRRP_PROTOCOL
from .reach import without_padding

ETH_P_ALL = 0x0003  # linux/if_ether.h
_FILTERS = (
    (ip_headers.PROTOCOL_AT, VRRP_PROTOCOL),
    (ip_headers.PROTOCOL_AT, AH_PROTOCOL),
    (6, VRRP_PROTOCOL),  # the next header of IPv6
)
_POLL_S = 0.1


@dataclass(frozen=True)
class Heard:
    """It is one advertisement on ``interface``: a whole IP packet, and whether this node has sent it."""

    interface: str
    packet: bytes
    sent: bool

    @property
    def received(self) -> ip_headers.Received:
        """Return it as it is read; :func:`listen` has made sure that it can be."""
        found = ip_headers.read(self.packet)
        if found is None:
            raise ValueError("it is no advertisement")
        return found


def listen(interfaces: Iterable[str], enough: Callable[[list[Heard]], bool], timeout_s: float) -> list[Heard]:
    """Return the advertisements of these interfaces, until ``enough`` of them are heard or ``timeout_s`` is over.

    An interface that does not exist is left out. Raises OSError where the kernel gives no packet socket.
    """
    heard: list[Heard] = []
    deadline = time.monotonic() + timeout_s
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        for interface in dict.fromkeys(interfaces):
            for test in _FILTERS:
                sock = _open(interface, test)
                if sock is not None:
                    stack.enter_context(sock)
                    selector.register(sock, selectors.EVENT_READ, interface)
        while selector.get_map() and not enough(heard) and time.monotonic() < deadline:
            for key, _events in selector.select(_POLL_S):
                heard += _read(key.fileobj, key.data)  # type: ignore[arg-type]
    return heard


def advertisement(interface: str, packet: bytes, kind: int) -> Optional[Heard]:
    """Return what a packet socket has read as an advertisement; None where it is none."""
    whole = without_padding(packet)
    received = ip_headers.read(whole)
    if received is None or len(received.payload) < HEADER_LENGTH:
        return None
    return Heard(interface, whole, kind == socket.PACKET_OUTGOING)


def _open(interface: str, test: tuple[int, int]) -> Optional[socket.socket]:
    kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    sock = socket.socket(socket.AF_PACKET, kind, 0)  # with protocol 0 nothing arrives before the filter is there
    try:
        attach(sock, *only((LOAD_OCTET, *test)))
        sock.bind((interface, ETH_P_ALL))
    except OSError:
        sock.close()
        return None
    except BaseException:
        sock.close()
        raise
    return sock


def _read(sock: socket.socket, interface: str) -> list[Heard]:
    found: list[Heard] = []
    while True:
        try:
            packet, sender = sock.recvfrom(PACKET_MAX)
        except OSError:
            return found  # nothing there, or the interface went down
        heard = advertisement(interface, packet, sender[2])
        if heard is not None:
            found.append(heard)
