# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It tries whether advertisements get from one node of a pair to the other: both nodes send and listen at once.

The advertisements are of a virtual router id that nobody uses, with the lowest priorities and without an address, so
that no router can act on them. They go to the multicast group and to the peer alone, which tells a network that drops
multicast from a firewall that drops the protocol. A packet socket, which is in front of the firewall, sees what
arrives; the VRRP socket gets what the firewall lets through.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Mapping
from ipaddress import IPv4Address, ip_address
from typing import Any, Optional

from ..vrrp.agent.netlink.bpf import LOAD_OCTET, attach, only
from ..vrrp.agent.netlink.links import Link
from ..vrrp.agent.network import ip_headers
from ..vrrp.agent.network.sockets import PACKET_MAX, open_socket
from ..vrrp.ip_types import Address
from ..vrrp.protocol import ipsec_ah
from ..vrrp.protocol.arp_ndp import ETHERTYPE_IPV6
from ..vrrp.protocol.constants import (
    AH_PROTOCOL,
    HEADER_LENGTH,
    VRID_MAX,
    VRID_MIN,
    VRRP_MULTICAST_IPV4,
    VRRP_MULTICAST_IPV6,
    VRRP_PROTOCOL,
    VRRP_TTL,
)
from ..vrrp.protocol.packet import Advertisement, PacketError, decode, encode, length_of

MULTICAST, UNICAST = "multicast", "unicast"
VRRP, AH, UDP = "vrrp", "ah", "udp"
_KEY = b"a try"
IDENTIFICATION_MAX = 65535
INTERVAL_S = 0.2
MULTICAST_AFTER_S = 1.0  # until then every router of the segment has told its id, with the usual interval
LEAST_S, MAX_S = 1.0, 5.0  # the hosts of a play do not begin at the same moment
_LAST = 3  # advertisements at the end, so that the peer learns what was heard
_HEARD = {MULTICAST: 1, UNICAST: 2}  # what is added to the priority 1 says what the sender has heard of its peer
PRIORITIES = range(1, 2 + sum(_HEARD.values()))
_ETHERTYPE_IPV4 = 0x0800
_PROTOCOL_AT = {4: ip_headers.PROTOCOL_AT, 6: 6}


class Attempt:
    """It sends to one peer and notes what it hears of it. An entry is one of ``vrrp_info``'s option ``reach``.

    Raises ValueError for what is no address, SocketError and OSError where the kernel gives no socket.
    """

    def __init__(self, link: Link, entry: Mapping[str, Any]) -> None:
        self.source, self.peer = ip_address(entry["source"]), ip_address(entry["peer"])
        if self.source.version != self.peer.version:
            raise ValueError(f"{entry['source']} and {entry['peer']} are of different IP versions")
        six = self.peer.version == 6
        self.group = ip_address(entry.get("group") or (VRRP_MULTICAST_IPV6 if six else VRRP_MULTICAST_IPV4))
        self._version = 3 if six else int(entry["version"])
        self._kinds = (UNICAST,) if entry["unicast"] else (MULTICAST, UNICAST)
        self._taken = set(entry["virtual_router_ids"])
        self._interface = link.name
        self._sent = dict.fromkeys(self._kinds, 0)
        self._heard = dict.fromkeys(self._kinds, 0)
        self._arrived = dict.fromkeys(self._kinds, 0)
        self._refused = dict.fromkeys(self._kinds, "")
        self._peer_heard: set[str] = set()
        self.claims: list[Any] = []  # answers of the peer to a question for its address
        self._due_s = 0.0
        self._protocol = AH_PROTOCOL if entry.get("protocol") == AH else VRRP_PROTOCOL
        self._count = ipsec_ah.Counter()
        self._vrrp = open_socket(link.name, link.index, self.peer.version)  # it sends everything
        self._hearing = self._vrrp
        try:
            if self._protocol == AH_PROTOCOL:
                self._hearing = open_socket(link.name, link.index, self.peer.version, AH_PROTOCOL)
            self._packets = _packet_socket(link.name, self.peer.version, self._protocol)
            if MULTICAST in self._kinds:
                self._hearing.join(self.group)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the sockets."""
        self._vrrp.close()
        self._hearing.close()
        with contextlib.suppress(AttributeError):
            self._packets.close()

    @property
    def sockets(self) -> tuple[tuple[Any, Any], ...]:
        """Return each socket with the function that reads one packet of it, and returns whether there was one."""
        return (self._hearing, self._read), (self._packets, self._read_arrived)

    @property
    def done(self) -> bool:
        """Return whether each node has heard the other in every way."""
        return all(self._heard.values()) and self._peer_heard >= set(self._kinds)

    def send(self, passed_s: float) -> float:
        """Send what is due ``passed_s`` seconds after the start; return when the next is due."""
        if passed_s >= self._due_s:
            self._due_s = passed_s + INTERVAL_S
            for kind in self._kinds:
                if kind == UNICAST or passed_s >= MULTICAST_AFTER_S:
                    self._send(kind)
        return self._due_s

    def finish(self) -> None:
        """Send the last ones."""
        for _number in range(_LAST):
            for kind in self._kinds:
                self._send(kind)

    def result(self) -> dict[str, Any]:
        """Return the counts of advertisements, and why the kernel refused some."""
        return {
            "interface": self._interface,
            "protocol": AH if self._protocol == AH_PROTOCOL else VRRP,
            "source": str(self.source),
            "peer": str(self.peer),
            "group": str(self.group),
            "sent": self._sent,
            "refused": self._refused,
            "arrived": self._arrived,
            "heard": self._heard,
            "answers": bool(self.claims),
        }

    def _send(self, kind: str) -> None:
        number = next((each for each in range(VRID_MAX, VRID_MIN - 1, -1) if each not in self._taken), None)
        if number is None:
            self._refused[kind] = "every virtual router id is in use"
            return
        destination = self.peer if kind == UNICAST else self.group
        priority = 1 + sum(_HEARD[each] for each in self._kinds if self._heard[each])
        said = encode(Advertisement(self._version, number, priority, (), 100), self.source, destination)
        refused = self._vrrp.send(self._packet(destination, said), str(destination))
        if refused is None:
            self._sent[kind] += 1
        else:
            self._refused[kind] = refused

    def _packet(self, destination: Address, said: bytes) -> bytes:
        """Return the whole packet. Its Authentication Header is signed with a key of its own: nobody verifies it."""
        if self._protocol == VRRP_PROTOCOL or not isinstance(self.source, IPv4Address):
            return ip_headers.write(self.source, destination, said)
        number, ends = self._count.take(time.time()), (self.source, IPv4Address(str(destination)))
        of_packet = number % IDENTIFICATION_MAX + 1, *ends, VRRP_TTL, ip_headers.INTERNETWORK_CONTROL
        return ipsec_ah.seal(_KEY, number, *of_packet, said)

    def _read(self) -> bool:
        packet = self._hearing.receive()
        if packet is None:
            return False
        self._note(packet, self._heard)
        return True

    def _read_arrived(self) -> bool:
        try:
            packet = self._packets.recv(PACKET_MAX)
        except OSError:
            return False  # nothing there, or the interface went down
        self._note(without_padding(packet), self._arrived)
        return True

    def _note(self, packet: bytes, counts: dict[str, int]) -> None:
        received = ip_headers.read(packet)
        said = None if received is None else _advertisement(received)
        if received is None or said is None:
            return
        if said.addresses or said.priority not in PRIORITIES:
            self._taken.add(said.vrid)  # a router; attempts of several pairs may have the same id
            return
        if received.source != self.peer:
            return
        kind = UNICAST if received.destination == self.source else MULTICAST
        if kind in counts and received.destination in (self.source, self.group):
            counts[kind] += 1
            self._peer_heard |= {each for each, value in _HEARD.items() if said.priority - 1 & value}


def without_padding(packet: bytes) -> bytes:
    """Return an IP packet without what fills up a short Ethernet frame."""
    if packet[:1] and packet[0] >> 4 == 6:
        return packet[: ip_headers.IPV6_HEADER.size + int.from_bytes(packet[4:6], "big")]
    return packet[: int.from_bytes(packet[2:4], "big")]


def _advertisement(received: ip_headers.Received) -> Optional[Advertisement]:
    if len(received.payload) < HEADER_LENGTH:
        return None
    beyond = max(len(received.payload) - length_of(received.payload, received.source.version), 0)
    try:
        return decode(received.payload, received.source, received.destination, beyond)
    except PacketError:
        return None


def _packet_socket(interface: str, version: int, protocol: int) -> socket.socket:
    """Return a socket that gets each packet of the IP protocol on the interface, also what this node sends."""
    kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    sock = socket.socket(socket.AF_PACKET, kind, 0)  # with protocol 0 nothing arrives before the filter is there
    try:
        attach(sock, *only((LOAD_OCTET, _PROTOCOL_AT[version], protocol)))
        sock.bind((interface, ETHERTYPE_IPV6 if version == 6 else _ETHERTYPE_IPV4))
    except BaseException:
        sock.close()
        raise
    return sock
