# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign what one instance sends and verify what it receives: nothing, ``auth_hmac``, or IPsec AH.

Unsigned packets differ only by their priority, so each is made once. Signed ones differ each time; then the part that
stays is made once. Sequences and marks outlive every reload.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from typing import Optional

from ...config.model.configuration import Instance
from ...ip_types import Address
from ...protocol import ipsec_ah
from ...protocol.anti_replay import ReplayWindow, SendSequence
from ...protocol.auth_hmac import TRAILER_LENGTH, Key, Signer, Verifier, covered
from ...protocol.constants import AUTH_AH
from ...protocol.packet import PacketError, encode, followed
from ...protocol.validation import Discard, Expectation
from . import advertisement, ip_headers

RECEIVE_ONLY, ENFORCE, TIME = "receive-only", "enforce", "time"
IDENTIFICATION_MAX = 0xFFFF

SignedParts = tuple[
    bytes, list[tuple[bytes, bytes, Address, str]]
]  # signed octets; header, payload, destination, its text


class Authenticator:
    """It signs and verifies for an instance. ``wall`` reads UTC seconds; ``verifier`` is None without ``auth_hmac``.

    ``expectation`` says what the advertisements of the peers must look like.
    """

    def __init__(self, config: Instance, wall: Callable[[], float] = time.time) -> None:
        self.wall = wall
        self.verifier: Optional[Verifier] = None
        self.ah_key: Optional[bytes] = None
        self._signer: Optional[Signer] = None
        self._sequence, self._marks, self._counter = SendSequence(), ReplayWindow(), ipsec_ah.Counter()
        self._identification = 0
        self._ready: dict[int, list[advertisement.AddressedPacket]] = {}
        self._parts: dict[int, SignedParts] = {}
        self.take(config, None)

    def take(self, config: Instance, source: Optional[Address]) -> None:
        """Take this configuration and source address."""
        self._config, self._source = config, source
        self._ready.clear()
        self._parts.clear()
        self.ah_key = advertisement.ah_key(config)
        self.verifier = self._signer = None
        scheme = config.hmac
        if scheme is not None:
            keys = {key.key_id: Key(key.secret) for key in scheme.keys if key.secret}
            window_s = scheme.time_window_s if scheme.anti_replay == TIME else None
            senders = len(config.unicast_peers)
            self.verifier = Verifier(keys, window_s, scheme.mode == ENFORCE, self._marks, senders)
            if scheme.mode != RECEIVE_ONLY and scheme.active_key in keys:
                self._signer = Signer(scheme.active_key, keys[scheme.active_key], window_s, self._sequence)
        self.expectation: Expectation = advertisement.expectation(config, source, self.verifier)

    @property
    def heard(self) -> dict[bytes, int]:
        """Return the last sequence of each ``auth_hmac`` sender."""
        return self._marks.heard

    def restore(self, heard: dict[bytes, int]) -> None:
        """Take over the marks of the process before this one."""
        self._marks.restore(heard, self.wall())

    def adopt(self, heard: Mapping[bytes, int]) -> None:
        """Take over what a listener has heard beside it: a recording of that is refused."""
        for sender, mark in heard.items():
            self._marks.accept(sender, mark, self.wall(), None)

    def packets(self, priority: int) -> list[advertisement.AddressedPacket]:
        """Return one advertisement of this priority, to send now: to the group, or to each unicast peer."""
        ready = self._ready.get(priority)
        if ready is not None:
            return ready
        source = self._source
        if source is None or not advertisement.destinations(self._config, source):
            return []
        if self.ah_key is not None:
            return self._sealed(priority, source, self.ah_key)
        if self._signer is not None:
            return self._signed(priority, source, self._signer)
        ready = self._ready[priority] = advertisement.packets(self._config, source, priority)
        return ready

    def _signed(self, priority: int, source: Address, signer: Signer) -> list[advertisement.AddressedPacket]:
        parts = self._parts.get(priority)
        if parts is None:
            parts = self._parts[priority] = self._prepare(priority, source)
        covered_by_all, copies = parts
        trailer = signer.trailer(covered_by_all, self.wall())
        if source.version == 4:  # the checksum leaves the trailer out
            return [(header + payload + trailer, text) for header, payload, _destination, text in copies]
        return [
            (header + followed(payload, trailer, source, destination), text)
            for header, payload, destination, text in copies
        ]

    def _prepare(self, priority: int, source: Address) -> SignedParts:
        config = self._config
        said, hops, copies = advertisement.advertisement(config, priority), advertisement.ttl(config), []
        for destination in advertisement.destinations(config, source):
            payload = encode(said, source, destination)
            packet = ip_headers.write(source, destination, payload + bytes(TRAILER_LENGTH), hops)
            copies.append((packet[: -len(payload) - TRAILER_LENGTH], payload, destination, str(destination)))
        return covered(config.version, config.virtual_router_id, source, copies[0][1]), copies

    def _sealed(self, priority: int, source: Address, key: bytes) -> list[advertisement.AddressedPacket]:
        """Build AH packets. VRRPv2 advertises in whole seconds, so nothing is worth keeping."""
        config = self._config
        said, number = advertisement.advertisement(config, priority), self._counter.take(self.wall())
        self._identification = self._identification % IDENTIFICATION_MAX + 1
        return [
            (
                ipsec_ah.seal(
                    key,
                    number,
                    self._identification,
                    source,
                    destination,
                    advertisement.ttl(config),
                    ip_headers.INTERNETWORK_CONTROL,
                    encode(said, source, destination),
                ),
                str(destination),
            )
            for destination in advertisement.destinations(config, source)
            if isinstance(source, IPv4Address) and isinstance(destination, IPv4Address)  # keepalived: IPv4 only
        ]

    def check_ah(self, inside_ah: bool, packet: bytes) -> None:
        """Verify the IPsec Authentication Header of a whole packet, or that it has none. Raises Discard."""
        if inside_ah != (self.expectation.auth_type == AUTH_AH):
            detail = "it has an AH header but auth type is not AH" if inside_ah else "No AH header but auth type is AH"
            raise Discard("auth_type", detail)
        if inside_ah:
            try:
                self.open(packet)
            except PacketError as error:
                raise Discard(error.reason, error.detail) from None

    def open(self, packet: bytes) -> None:
        """Verify the IPsec Authentication Header of a whole packet. Raises PacketError."""
        ipsec_ah.verify(self.ah_key or b"", packet, bool(self._config.unicast_peers), self._counter)
