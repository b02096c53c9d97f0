# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The receiving side of one interface: packets in, instances told.

The hot path is short: an advertisement that equals one already judged, octet for octet, skips decoding and checks and
only re-arms its instance's timer.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ..protocol.constants import VRRP_MULTICAST_IPV4, VRRP_PROTOCOL
from ..protocol.packet import Address, Advertisement
from ..protocol.reception import Discard, accept, peek_vrid
from .log import Log
from .sockets import VrrpSocket

if TYPE_CHECKING:
    from .instance import RunningInstance

IPV4_HEADER_MIN = 20  # octets
DRAIN_MAX = 4096  # packets in one go: a flood must not keep the timers waiting for ever
TTL_AT, PROTOCOL_AT, SOURCE_AT, DESTINATION_AT = 8, 9, 12, 16  # RFC 791 section 3.1

Known = tuple["RunningInstance", Advertisement, Address]


class Channel:
    """One interface's VRRP socket and the instances that live on it, by virtual router id."""

    def __init__(self, sock: VrrpSocket, log: Log, count: Callable[[str], None]) -> None:
        self.socket = sock
        self.instances: dict[int, RunningInstance] = {}
        self._log = log
        self._count = count
        self._known: dict[bytes, Known] = {}
        self._key_of: dict[int, bytes] = {}

    def add(self, instance: RunningInstance) -> None:
        self.instances[instance.virtual_router_id] = instance
        if instance.multicast:
            self.socket.join()

    def remove(self, instance: RunningInstance) -> None:
        if self.instances.get(instance.virtual_router_id) is instance:
            del self.instances[instance.virtual_router_id]
        self.forget(instance.virtual_router_id)

    def forget(self, vrid: int) -> None:
        """Judge the next advertisement of this virtual router anew: what is expected of it has changed."""
        self._known.pop(self._key_of.pop(vrid, b""), None)

    def drain(self, now: float) -> None:
        """Hand every waiting packet to its instance. ``now`` is when they were read, monotonic seconds."""
        receive, known = self.socket.receive, self._known
        for _count in range(DRAIN_MAX):
            packet = receive()
            if packet is None:
                return
            # Without identification and checksum of the IP header, which differ from packet to packet.
            key = packet[TTL_AT : PROTOCOL_AT + 1] + packet[SOURCE_AT:]
            hit = known.get(key)
            if hit is not None:
                hit[0].heard(hit[1], hit[2], now)
            else:
                self._judge(packet, key, now)

    def _judge(self, packet: bytes, key: bytes, now: float) -> None:
        header_length = (packet[0] & 0x0F) * 4 if packet else 0
        if header_length < IPV4_HEADER_MIN or len(packet) < header_length or packet[PROTOCOL_AT] != VRRP_PROTOCOL:
            self._count("truncated")
            return
        source = IPv4Address(packet[SOURCE_AT:DESTINATION_AT])
        destination = IPv4Address(packet[DESTINATION_AT : DESTINATION_AT + 4])
        payload = packet[header_length:]
        vrid = peek_vrid(payload)
        instance = self.instances.get(vrid) if vrid is not None else None
        if instance is None:
            reason = "truncated" if vrid is None else "vrid"
            self._count(reason)
            what = "too short" if vrid is None else f"for virtual router {vrid}, which is not configured here"
            self._discarded(reason, source, f"from {source} on {self.socket.interface}: {what}")
            return
        try:
            self._check_destination(destination, instance)
            advertisement = accept(payload, source, destination, packet[TTL_AT], instance.expectation)
        except Discard as discard:
            instance.counters.discard(discard.reason)
            self._discarded(discard.reason, source, f"({instance.name}) from {source}: {discard.detail}")
            return
        self.forget(instance.virtual_router_id)
        self._known[key] = (instance, advertisement, source)
        self._key_of[instance.virtual_router_id] = key
        instance.heard(advertisement, source, now)

    @staticmethod
    def _check_destination(destination: Address, instance: RunningInstance) -> None:
        is_group = destination == VRRP_MULTICAST_IPV4
        if is_group != instance.multicast:
            expected, received = ("multi", "uni") if instance.multicast else ("uni", "multi")
            raise Discard("destination", f"Expected {expected}cast packet but received {received}cast packet")

    def _discarded(self, reason: str, source: Address, text: str) -> None:
        self._log.seldom((self.socket.interface, reason, str(source)), f"discarded a packet {text}")
