# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detect address conflicts (RFC 5227 section 2.4): another host says that one of our addresses is its own.

Watched are the virtual addresses of each MASTER, and the source address of each instance. A claim is not judged when it
is heard: a peer that takes over announces the addresses too, and then it advertises. So the claim waits for an
interval. It counts when the instance is still MASTER, has been for longer than a handover takes, and no other router
was heard meanwhile. Then the addresses are announced again, at most once in DEFEND_INTERVAL_S.

After a claim we ask for the address again and again: a host that does not answer has given it up. We also ask while the
instance is MASTER and cannot be heard, or has given its addresses up for that (:mod:`.refusals`): then every claim
counts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Optional

from ..ip_types import Address, Interface
from ..protocol import timers
from ..protocol.arp_ndp import Announcement, question, read_claim
from ..protocol.constants import PRIORITY_OWNER, VIRTUAL_MAC
from ..protocol.states import State
from . import log_messages
from .instance import VrrpInstance
from .log import Log
from .netlink.links import InterfaceTable
from .network.claims import ClaimSocket
from .network.receiver import RejectLogLimiter
from .statistics import CONFLICT_S, Conflict

DEFEND_INTERVAL_S = 10.0  # RFC 5227 section 1.1
LOOK_S = 0.1  # seconds: several changes within them are one look
READ_MAX = 32  # frames in one go, and the next go REST_S later: a flood gets no more of the loop
THROTTLE_S = 0.1
GRACE_S = 1.0  # the least time after a takeover: the former master may be slow to take its addresses off
CONFIRM_S = 0.5  # beside an interval, until the advertisement of a peer that takes over must have come
ASK_S = 3.0  # between two questions; several of them fit into DEFEND_INTERVAL_S and refusals.HOLD_S
ASK_MAX = 128  # questions in one go: the others come next
NOBODY = {4: ip_address("0.0.0.0"), 6: ip_address("::")}  # the sender of a probe

LinkVersion = tuple[int, int]  # interface index and IP version
Watched = dict[LinkVersion, dict[Address, list[VrrpInstance]]]


class Conflicts:
    """It finds conflicts of ``instances``. ``later(delay_s, callback)`` calls back after so many seconds."""

    def __init__(
        self,
        log: Log,
        clock: Callable[[], float],
        table: Callable[[], InterfaceTable],
        instances: Callable[[], Iterable[VrrpInstance]],
        virtual: Callable[[], frozenset[Interface]],
        listen: Callable[[int, Callable[[], None]], None],
        unlisten: Callable[[int], object],
        later: Callable[[float, Callable[[], None]], object],
        open_socket: Callable[[int, frozenset[Address]], ClaimSocket] = ClaimSocket,
    ) -> None:
        self._log = log
        self._clock = clock
        self._table = table
        self._instances = instances
        self._virtual = virtual
        self._listen = listen
        self._unlisten = unlisten
        self._later = later
        self._open_socket = open_socket
        self._complaints = RejectLogLimiter()
        self._sockets: dict[LinkVersion, ClaimSocket] = {}
        self._watched: Watched = {}
        self._waiting: set[tuple[VrrpInstance, Address]] = set()  # claims that are not judged yet
        self._looks = False
        self._asks = False
        self._asked = 0
        self._closed = False

    def changed(self) -> None:
        """Look soon: the state of an instance, an interface or an address has changed."""
        if not self._looks and not self._closed:
            self._looks = True
            self._later(LOOK_S, self._look)

    def close(self) -> None:
        """Close all sockets for good; :meth:`changed` does nothing from now on."""
        self._closed = True
        for place in list(self._sockets):
            self._close(place)

    def _look(self) -> None:
        """Open a socket for each interface with an address to watch."""
        self._looks = False
        if self._closed:
            return
        self._watched = watched(self._instances(), self._table(), self._virtual())
        if not self._asks:
            self._asks = True
            self._later(ASK_S, self._ask)
        for place in self._sockets.keys() - self._watched.keys():
            self._close(place)
        for place, addresses in self._watched.items():
            try:
                self._open(place, frozenset(addresses))
            except OSError as error:
                link = self._table().links[place[0]].name
                self._log.rate_limited(
                    ("claims", link),
                    f"interface {link}: address conflicts are not detected ({error.strerror or error})",
                )

    def _open(self, place: LinkVersion, addresses: frozenset[Address]) -> None:
        sock = self._sockets.get(place)
        if sock is None:
            sock = self._sockets[place] = self._open_socket(place[0], addresses)
            self._listen(sock.fileno(), lambda: self._readable(place))
        elif sock.addresses != addresses:
            sock.watch(addresses)

    def _ask(self) -> None:
        """Ask for the addresses that matter now; if there are too many, in turns."""
        if self._closed:
            return
        now = self._clock()
        questions = self._questions(now)
        first = self._asked % len(questions) if questions else 0
        questions = questions[first:] + questions[:first]
        self._asked += ASK_MAX
        for place, address, known in questions[:ASK_MAX]:
            if known is not None:
                known.unanswered += 1
            self._sockets[place].send(question(self._table().links[place[0]].mac, NOBODY[place[1]], address))
        self._later(ASK_S, self._ask)

    def _questions(self, now: float) -> list[tuple[LinkVersion, Address, Optional[Conflict]]]:
        """Return what to ask: each known claim, and one address of each instance that cannot be heard."""
        found: list[tuple[LinkVersion, Address, Optional[Conflict]]] = []
        asking = set()
        for place, addresses in self._watched.items():
            link = self._table().links.get(place[0])
            if link is None or place not in self._sockets:
                continue
            for address, instances in addresses.items():
                for instance in instances:
                    known = instance.reporter.conflicts.get(address)
                    unheard = instance.refusals.unheard(now) is not None
                    if unheard and link.kind == "macvlan":
                        continue  # a question would move the other host's clients here: it has the same MAC address
                    if known is not None and not known.past(now):
                        found.append((place, address, known))
                    elif unheard and instance not in asking and is_virtual(instance, address):
                        asking.add(instance)
                        found.append((place, address, None))
        return found

    def _close(self, place: LinkVersion) -> None:
        sock = self._sockets.pop(place)
        self._unlisten(sock.fileno())
        sock.close()

    def _readable(self, place: LinkVersion) -> None:
        sock, now = self._sockets[place], self._clock()
        for _count in range(READ_MAX):
            frame = sock.receive()
            if frame is None:
                break
            self._take(place, frame, now)
        self._unlisten(sock.fileno())

        def resume() -> None:
            if self._sockets.get(place) is sock:
                self._listen(sock.fileno(), lambda: self._readable(place))

        self._later(THROTTLE_S, resume)

    def _take(self, place: LinkVersion, frame: bytes, now: float) -> None:
        claim = read_claim(frame)
        if claim is None or any(link.mac == claim.mac for link in self._table().links.values()):
            return
        for instance in self._watched.get(place, {}).get(claim.address, ()):
            known = instance.reporter.conflicts.get(claim.address)
            if known is not None and known.mac == claim.mac:
                known.unanswered = 0
            if instance.refusals.fault and is_virtual(instance, claim.address):
                instance.refusals.seen(clause(claim), now)
                continue
            virtual = claim.mac == VIRTUAL_MAC[place[1]] + bytes((instance.virtual_router_id,))
            if virtual and instance.refusals.unheard(now) is None:
                continue  # a router of ours, with use_vmac
            if (instance, claim.address) in self._waiting or (known and now < known.seen_at + DEFEND_INTERVAL_S):
                continue
            self._wait(instance, claim.address, claim.mac, place, now)

    def _wait(self, instance: VrrpInstance, address: Address, mac: bytes, place: LinkVersion, now: float) -> None:
        def judge() -> None:
            self._waiting.discard((instance, address))
            if instance in self._watched.get(place, {}).get(address, ()) and not yours(instance, address, now):
                self._tell(instance, address, mac, place)

        self._waiting.add((instance, address))
        self._later(timers.interval_s(instance.config.advert_int_cs) + CONFIRM_S, judge)

    def _tell(self, instance: VrrpInstance, address: Address, mac: bytes, place: LinkVersion) -> None:
        now = self._clock()
        link = self._table().links.get(place[0])
        name = link.name if link is not None else str(place[0])
        known = instance.reporter.conflicts.get(address)
        news = known is None or now >= known.seen_at + CONFLICT_S
        instance.reporter.claimed()
        if is_virtual(instance, address):
            instance.refusals.seen(clause(Announcement(address, mac)), now)
        if instance.refusals.fault:
            return  # we have given it up
        found = Conflict(name, mac, now)
        instance.conflict(address, found, news, now)
        if news and self._complaints.wanted("conflict", address, now):
            more = "; others are only counted for a minute" if self._complaints.full("conflict") else ""
            self._log.warning(log_messages.conflict(instance.name, address, found, owns(instance, address)) + more)


def watched(instances: Iterable[VrrpInstance], table: InterfaceTable, virtual: Iterable[Interface]) -> Watched:
    """Return the instances that each address belongs to, by interface and IP version."""
    found: Watched = {}
    hosts = {entry.ip for entry in virtual}
    for instance in instances:
        ours = [(want.index, want.address.ip) for want in instance.addresses.wanted if concerns(instance)]
        if instance.started and instance.tracking.source is not None and instance.tracking.source not in hosts:
            ours += [(entry.index, instance.tracking.source) for entry in table.entries(instance.tracking.source)]
        for index, address in ours:
            link = table.links.get(index)
            if link is not None and not link.loopback and len(link.mac) == 6:
                found.setdefault((index, address.version), {}).setdefault(address, []).append(instance)
    return found


def defends(instance: VrrpInstance) -> bool:
    """Return whether the virtual addresses are this instance's now."""
    return instance.router.state is State.MASTER and not instance.router.yielding


def concerns(instance: VrrpInstance) -> bool:
    """Return whether a claim of another host matters: the virtual addresses are this instance's, or would be."""
    return defends(instance) or bool(instance.refusals.fault)


def is_virtual(instance: VrrpInstance, address: Address) -> bool:
    """Return whether it is one of the instance's virtual addresses, and not only its source address."""
    return any(want.address.ip == address for want in instance.addresses.wanted)


def owns(instance: VrrpInstance, address: Address) -> bool:
    """Return whether the priority of the instance says that this virtual address is the host's own."""
    return instance.config.priority == PRIORITY_OWNER and is_virtual(instance, address)


def clause(claim: Announcement) -> str:
    """Return a clause that says which host has an address."""
    return f"{claim.mac.hex(':')} has {claim.address}"


def yours(instance: VrrpInstance, address: Address, claimed_at: float) -> bool:
    """Return whether another router of the pair may have claimed ``address``, as they do when they take over."""
    if address == instance.tracking.source:
        return False
    config = instance.config
    handover_s = timers.mandate_s(config.version, config.advert_int_cs, config.down_timer_adverts)
    began_before = claimed_at - max(handover_s, GRACE_S)
    since = instance.router.since
    lately = since is not None and since > began_before
    return not defends(instance) or lately or instance.reporter.peers.heard_at > began_before
