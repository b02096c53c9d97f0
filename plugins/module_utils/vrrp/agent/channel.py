# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The receiving side of one interface and IP version: packets in, instances told.

The hot path is short: an advertisement that equals one already judged, octet for octet, skips decoding and checks and
only re-arms its instance's timer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..protocol.constants import VRRP_MULTICAST_IPV4, VRRP_MULTICAST_IPV6
from ..protocol.packet import Address, Advertisement
from ..protocol.reception import Discard, accept, peek_vrid
from .complaints import Complaints
from .headers import PROTOCOL_AT, SOURCE_AT, TTL_AT, read
from .log import Log
from .sockets import VrrpSocket

if TYPE_CHECKING:
    from .instance import RunningInstance

DRAIN_MAX = 4096  # packets in one go: a flood must not keep the timers waiting for ever
GROUPS = {4: VRRP_MULTICAST_IPV4, 6: VRRP_MULTICAST_IPV6}

Known = tuple["RunningInstance", Advertisement, Address]


class Channel:
    """One VRRP socket and the instances that live on it, by virtual router id.

    The same virtual router id over IPv4 and over IPv6 means two virtual routers, which are on two channels.
    """

    def __init__(self, sock: VrrpSocket, log: Log, count: Callable[[str], None]) -> None:
        self.socket = sock
        self.instances: dict[int, RunningInstance] = {}
        self._log = log
        self._count = count
        self._complaints = Complaints()
        self.read_at = 0.0  # when the loop was woken for it last
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
        receive, known, is_ipv4 = self.socket.receive, self._known, self.socket.version == 4
        for _count in range(DRAIN_MAX):
            packet = receive()
            if packet is None:
                return
            # Without identification and checksum of an IPv4 header, which differ from packet to packet.
            key = packet[TTL_AT : PROTOCOL_AT + 1] + packet[SOURCE_AT:] if is_ipv4 else packet
            hit = known.get(key)
            if hit is not None:
                hit[0].heard(hit[1], hit[2], now)
            else:
                self._judge(packet, key, now)

    def _judge(self, packet: bytes, key: bytes, now: float) -> None:
        received = read(packet)
        if received is None:
            self._count("truncated")
            return
        source, destination, hops, payload = received
        vrid = peek_vrid(payload)
        instance = self.instances.get(vrid) if vrid is not None else None
        if instance is None:
            reason = "truncated" if vrid is None else "vrid"
            self._count(reason)
            what = "too short" if vrid is None else f"for virtual router {vrid}, which is not configured here"
            if self._complaints.wanted(reason, source, now):
                self._discarded(reason, source, f"from {source} on {self.socket.interface}: {what}")
            return
        try:
            self._check_destination(destination, instance)
            advertisement = accept(payload, source, destination, hops, instance.expectation)
        except Discard as discard:
            instance.counters.discard(discard.reason)
            if self._complaints.wanted(discard.reason, source, now):
                self._discarded(discard.reason, source, f"({instance.name}) from {source}: {discard.detail}")
            return
        self.forget(instance.virtual_router_id)
        self._known[key] = (instance, advertisement, source)
        self._key_of[instance.virtual_router_id] = key
        instance.heard(advertisement, source, now)

    @staticmethod
    def _check_destination(destination: Address, instance: RunningInstance) -> None:
        is_group = destination == GROUPS[destination.version]
        if is_group != instance.multicast:
            expected, received = ("multi", "uni") if instance.multicast else ("uni", "multi")
            raise Discard("destination", f"Expected {expected}cast packet but received {received}cast packet")

    def _discarded(self, reason: str, source: Address, text: str) -> None:
        more = "; others of this kind are only counted for a minute" if self._complaints.full(reason) else ""
        self._log.seldom((self.socket.interface, reason, str(source)), f"discarded a packet {text}{more}")
