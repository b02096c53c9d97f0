# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The receiver reads the packets of one interface and IP version, and gives each to its instance.

The hot path is short: an advertisement that equals one already judged, octet for octet, skips decoding and checks and
only re-arms its instance's timer. One with the trailer of ``auth_hmac`` never equals another. Where all but the trailer
(and the checksum over it) has been judged, the trailer alone is verified, each time: nothing is skipped of that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Optional, Protocol

from ...config.model.configuration import Instance
from ...ip_types import Address
from ...protocol.auth_hmac import TRAILER_LENGTH, Verifier, covered
from ...protocol.constants import AH_PROTOCOL
from ...protocol.packet import Advertisement, PacketError
from ...protocol.validation import Discard, accept, is_followed, is_for, peek_interval_s, peek_vrid
from .. import log_messages
from ..log import Log
from ..scheduler import Scheduler
from .authentication import Authenticator
from .ip_headers import IPV6_HEADER, PROTOCOL_AT, SOURCE_AT, TTL_AT, read
from .listener import Listener
from .sockets import VrrpSocket

DRAIN_S = 0.005  # of reading one socket, then other work comes: a MASTER must advertise also in a flood of packets
DRAIN_MAX = 4096  # packets; the receive buffer holds fewer
THROTTLE_S = 0.001  # a busy receiver is read once in so long, not once a packet
CHECKSUM_AT = IPV6_HEADER.size + 6  # octets into an IPv6 packet

Known = tuple["Recipient", Advertisement, Address]
KnownSigned = tuple["Recipient", Advertisement, Address, bytes]  # and what the trailer signs


class Recipient(Protocol):
    """A recipient is an instance, which takes the advertisements of one virtual router."""

    @property
    def name(self) -> str:
        """Return its name, for the log."""

    @property
    def virtual_router_id(self) -> int:
        """Return the virtual router id that tells which packets are for it."""

    @property
    def config(self) -> Instance:
        """Return its configuration."""

    @property
    def authenticator(self) -> Authenticator:
        """Return what verifies the advertisements for it, and says what they must look like."""

    def __hash__(self) -> int: ...

    def follows(self, source: Address) -> bool:
        """Return whether ``source`` is the master that it heard last."""

    def said(self, now: float) -> Sequence[int]:
        """Return the priorities that it has sent a moment ago, and that a switch may send back."""

    def heard(self, advertisement: Advertisement, source: Address, now: float) -> None:
        """Take an advertisement that has passed the checks."""

    def refused(self, reason: str, source: Address, detail: str, now: float, interval_s: float) -> None:
        """Take note of one that has not passed the checks; ``interval_s`` is its advertised interval."""


class Receiver:
    """It has one VRRP socket and the instances that use it, by virtual router id.

    The same virtual router id over IPv4 and over IPv6 means two virtual routers, which use two receivers. ``ah`` is a
    second socket, for VRRP inside IPsec AH, where an instance wants it; it only receives.
    """

    def __init__(self, sock: VrrpSocket, log: Log, count: Callable[[str], None], scheduler: Scheduler) -> None:
        self.socket = sock
        self.ah: Optional[VrrpSocket] = None
        self.instances: dict[int, Recipient] = {}
        self._sharing: dict[int, list[Recipient]] = {}  # a virtual router id of more than one: keepalived's files
        self._listeners: dict[int, list[Listener]] = {}
        self.tells_unknown = False  # log_unknown_vrids
        self._log = log
        self._count = count
        self._scheduler = scheduler
        self._clock = scheduler.now
        self._unbroken = 0  # packets read since nothing was waiting
        self._complaints = RejectLogLimiter()
        self._read_at = 0.0  # when the loop was woken for it last
        self._closed = False
        self._known: dict[bytes, Known] = {}
        self._signed: dict[bytes, KnownSigned] = {}
        self._key_of: dict[int, bytes] = {}

    @property
    def sockets(self) -> tuple[VrrpSocket, ...]:
        """Return the VRRP socket, and behind it the socket for IPsec AH where there is one."""
        return (self.socket,) if self.ah is None else (self.socket, self.ah)

    def add(self, instance: Recipient) -> None:
        """Add an instance, or take what has changed about it. Raises SocketError."""
        vrid = instance.virtual_router_id
        sharing = [instance, *(each for each in self._of(vrid) if each is not instance)]
        self.instances[vrid] = instance
        if len(sharing) > 1:
            self._sharing[vrid] = sharing
        group = instance.authenticator.expectation.group
        if group is not None:
            for sock in self.sockets:
                sock.join(group)
        self._leave_groups()

    def remove(self, instance: Recipient) -> None:
        """Remove an instance, and leave the multicast groups that no other instance needs."""
        vrid = instance.virtual_router_id
        left = [each for each in self._of(vrid) if each is not instance]
        self.instances.pop(vrid, None)
        self._sharing.pop(vrid, None)
        if left:
            self.instances[vrid] = left[0]
        if len(left) > 1:
            self._sharing[vrid] = left
        self.forget(vrid)
        self._leave_groups()

    def _of(self, vrid: int) -> list[Recipient]:
        one = self.instances.get(vrid)
        return self._sharing.get(vrid, [] if one is None else [one])

    @property
    def every(self) -> list[Recipient]:
        """Return all instances, also those that share a virtual router id."""
        return [each for vrid in self.instances for each in self._of(vrid)]

    def _addressee(self, vrid: int, source: Address, destination: Address) -> Optional[Recipient]:
        """Return the instance of a packet. If several share the virtual router id, it has the sender as a peer."""
        for instance in self._sharing.get(vrid, ()):
            if is_for(instance.authenticator.expectation, source, destination):
                return instance
        return self.instances.get(vrid)

    def overhear(self, listeners: Sequence[Listener]) -> None:
        """Let these listeners, and none that were given before, hear the packets too. Raises SocketError."""
        self._listeners = {}
        for listener in listeners:
            self._listeners.setdefault(listener.virtual_router_id, []).append(listener)
            self.forget(listener.virtual_router_id)
            for sock in self.sockets:
                if listener.authenticator.expectation.group is not None:
                    sock.join(listener.authenticator.expectation.group)
        self._leave_groups()

    def _leave_groups(self) -> None:
        authenticators = [each.authenticator for each in self.every]
        authenticators += [each.authenticator for listeners in self._listeners.values() for each in listeners]
        groups = {group for authenticator in authenticators if (group := authenticator.expectation.group) is not None}
        for sock in self.sockets:
            sock.stay_in(groups)

    def forget(self, vrid: int) -> None:
        """Check the next advertisement of this virtual router fully again: the expectation has changed."""
        key = self._key_of.pop(vrid, b"")
        self._known.pop(key, None)
        self._signed.pop(key, None)

    def listen(self) -> None:
        """Have the loop call :meth:`read` whenever packets are waiting."""
        for sock in self.sockets:
            self._scheduler.add_reader(sock.fileno(), self.read)

    def read(self) -> None:
        """Read the packets that are waiting; a busy receiver is not read again for a moment."""
        now = self._clock()
        busy, self._read_at = now - self._read_at < 2 * THROTTLE_S, now
        self.drain(now)
        if busy and not self._closed:  # what was due before it was read may have closed it
            self.throttle()

    def throttle(self) -> None:
        """Do not wake for a moment: a wake-up for each packet of a burst costs sender and receiver."""

        def resume() -> None:
            if not self._closed:
                self.listen()

        for sock in self.sockets:
            self._scheduler.remove_reader(sock.fileno())
        self._scheduler.call_later(THROTTLE_S, resume)

    def close(self) -> None:
        """Close the sockets for good."""
        self._closed = True
        for sock in self.sockets:
            self._scheduler.remove_reader(sock.fileno())
            sock.close()

    def drain(self, now: float) -> bool:
        """Hand a portion of the waiting packets to their instances. ``now`` is when they are read, monotonic seconds.

        Returns whether everything has been read that may have been waiting when the first portion was: where a flood
        never ends, as many packets as can wait.
        """
        more = [self._drain(sock, now) for sock in self.sockets]
        self._unbroken += sum(count for count, _ended in more)
        whole = all(ended for _count, ended in more) or self._unbroken >= DRAIN_MAX * len(more)
        if whole:
            self._unbroken = 0
        return whole

    def _drain(self, sock: VrrpSocket, now: float) -> tuple[int, bool]:
        """Return how many packets were read, and whether nothing is waiting any more."""
        receive, known, signed, is_ipv4 = sock.receive, self._known, self._signed, sock.version == 4
        clock = self._clock
        until = clock() + DRAIN_S
        for count in range(DRAIN_MAX):
            if clock() > until:
                return count, False
            packet = receive()
            if packet is None:
                return count, True
            # Without identification and checksum of an IPv4 header, which differ from packet to packet.
            key = packet[TTL_AT : PROTOCOL_AT + 1] + packet[SOURCE_AT:] if is_ipv4 else packet
            hit = known.get(key)
            if hit is not None:
                hit[0].heard(hit[1], hit[2], now)
                continue
            if signed:
                judged = signed.get(_lasting(key, is_ipv4))
                if judged is not None and self._verify(judged, packet[-TRAILER_LENGTH:], now):
                    continue
            self._judge(packet, key, now)
        return DRAIN_MAX, False

    def _verify(self, judged: KnownSigned, trailer: bytes, now: float) -> bool:
        """Verify the trailer, and return whether that was all; else a listener may know what the instance refuses."""
        instance, advertisement, source, signed = judged
        verifier = instance.authenticator.verifier
        if verifier is None:
            return True
        try:
            verifier.verify(signed, trailer, source, instance.authenticator.wall())
        except PacketError as error:
            if self._listeners:
                return False
            self._refuse(instance, source, error.reason, error.detail, now, advertisement.interval_cs / 100)
            return True
        if verifier.drift_s:
            self._drifting(instance, source, verifier)
        instance.heard(advertisement, source, now)
        return True

    def _judge(self, packet: bytes, key: bytes, now: float) -> None:
        received = read(packet)
        inside_ah = self.socket.version == 4 and packet[PROTOCOL_AT : PROTOCOL_AT + 1] == bytes((AH_PROTOCOL,))
        if received is None:
            if not inside_ah:  # what else IPsec protects on this host is none of our business
                self._count("truncated")
            return
        source, destination, hops, payload = received
        vrid = peek_vrid(payload)
        instance = self._addressee(vrid, source, destination) if vrid is not None else None
        listeners = self._listeners.get(vrid, ()) if vrid is not None else ()
        if instance is None or vrid is None:
            if any(listener.hears(packet, inside_ah, received, None) for listener in listeners):
                return
            reason = "truncated" if vrid is None else "vrid"
            self._count(reason)
            if (vrid is None or self.tells_unknown) and self._complaints.wanted(reason, source, now):
                self._discarded(reason, source, log_messages.stranger(vrid, self.socket.interface, source))
            return
        authenticator = instance.authenticator
        expected = authenticator.expectation
        known = expected.skip_known and instance.follows(source)
        from_our_address = source == expected.own_source
        said = instance.said(now) if from_our_address else ()
        try:
            authenticator.check_ah(inside_ah, packet)
            advertisement = accept(payload, source, destination, hops, expected, authenticator.wall(), known, said)
        except Discard as discard:
            if any(listener.hears(packet, inside_ah, received, None) for listener in listeners):
                return
            self._refuse(instance, source, discard.reason, discard.detail, now, peek_interval_s(payload))
            return
        self.forget(vrid)
        if from_our_address:
            pass  # the next one may be our own, and is judged
        elif authenticator.verifier is not None and is_followed(payload, source.version):
            lasting = _lasting(key, source.version == 4)
            prefix = covered(expected.version, expected.vrid, source, payload[:-TRAILER_LENGTH])
            self._signed[lasting] = (instance, advertisement, source, prefix)
            self._key_of[vrid] = lasting
            if authenticator.verifier.drift_s:
                self._drifting(instance, source, authenticator.verifier)
        elif not inside_ah:
            self._known[key] = (instance, advertisement, source)
            self._key_of[vrid] = key
        instance.heard(advertisement, source, now)
        for listener in listeners:
            listener.hears(packet, inside_ah, received, expected)

    def _refuse(
        self, instance: Recipient, source: Address, reason: str, detail: str, now: float, interval_s: float
    ) -> None:
        instance.refused(reason, source, detail, now, interval_s)
        if self._complaints.wanted(reason, source, now):
            self._discarded(reason, source, log_messages.refused(instance.name, source, detail))

    def _discarded(self, reason: str, source: Address, text: str) -> None:
        more = "; others of this kind are only counted for a minute" if self._complaints.full(reason) else ""
        self._log.rate_limited((self.socket.interface, reason, str(source)), f"{text}{more}")

    def _drifting(self, instance: Recipient, source: Address, verifier: Verifier) -> None:
        self._log.rate_limited(
            ("drift", instance.name, str(source)),
            f"({instance.name}) authentication clock skew {verifier.drift_s} sec from {source} approaching window "
            f"{verifier.window_s} sec: beyond it nothing is accepted",
        )


def _lasting(key: bytes, is_ipv4: bool) -> bytes:
    """Return the octets that are the same in each advertisement with a trailer."""
    if is_ipv4:
        return key[:-TRAILER_LENGTH]
    return key[:CHECKSUM_AT] + key[CHECKSUM_AT + 2 : -TRAILER_LENGTH]


SOURCES_MAX = 5  # for each reason and period: more than a segment has misconfigured routers
PERIOD_S = 60.0


class RejectLogLimiter:
    """It names a few sources for each reason, each once in a period. It runs for every packet of a flood.

    ``Log.rate_limited`` alone, which is for all lines that others cause, is not enough. Measured with 2,500 packets a
    second of one reason: 101 lines a minute from 100 sources, and 1,036 from 10,000, instead of 5; 1.1 microseconds for
    each packet instead of 0.1, as it needs the text first.
    """

    def __init__(self) -> None:
        self._named: dict[str, tuple[float, set[Address]]] = {}

    def wanted(self, reason: str, source: Address, now: float) -> bool:
        """Return whether this source is worth a line; then it counts as named."""
        until, sources = self._named.get(reason, (now, set()))
        if now >= until:
            sources = set()
            self._named[reason] = (now + PERIOD_S, sources)
        if len(sources) >= SOURCES_MAX or source in sources:
            return False
        sources.add(source)
        return True

    def full(self, reason: str) -> bool:
        """Return whether no other source will be named for this reason in this period."""
        return len(self._named[reason][1]) >= SOURCES_MAX
