# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch the kernel's links and addresses, install and release virtual addresses.

The sockets are our own, for three reasons. Changes go to the kernel as one batch that is answered before the next
action runs, so the order of the actions is kept. Messages are encoded once for each address and reused. And lost
events (ENOBUFS) lead to a new listing instead of a wrong table. Both are read in portions: a program that changes
addresses as fast as we can read must not block the loop. The messages are in :mod:`.messages`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Optional

from .address_request import DesiredAddress, beside_its_peer, dependants, preferred_s
from .dump import Listing
from .event_filter import only_what_matters, watch_routes
from .links import FOR_EVER, ActualAddress, InterfaceTable, KernelChange, dump
from .local_table import question
from .messages import (
    BATCH,
    GROUPS,
    NLM_F_ACK,
    NLM_F_CREATE,
    NLM_F_EXCL,
    NLM_F_REPLACE,
    NLMSG_ERROR,
    RECEIVE_SIZE,
    RTM_DELADDR,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_NEWADDR,
    RTPROT_KEEPALIVED,
    batch,
    encode,
    error_of,
    kind_of,
    messages,
    open_socket,
    with_header,
    without_ack,
)
from .pyroute2_import import message_class
from .routes import ANY, KernelRoute, RouteKey, deleted

IFA_F_NODAD = 0x02  # linux/if_addr.h
LOW_FLAGS = 0xFF  # what fits into the header of an address
EVENT_BUFFER = 1 << 20  # octets, for many events at once
EVENTS_AT_ONCE = 128  # datagrams that are read in one turn of the loop
PORTION_S = 0.005  # and for so long at most, of events and of a listing each
LISTED_EVERY_S = 1.0  # at most so often, even if events are lost again: a listing takes time
ANSWERS_SIZE = 1 << 16  # octets, for the answers to a batch: some 60 octets each
ANSWER_TIMEOUT_S = 2.0  # the kernel answers inside send(); this only ends a kernel that does not
HARMLESS_ON_DELETE = (errno.EADDRNOTAVAIL, errno.ENODEV, errno.ENXIO)


class NetlinkUnavailable(RuntimeError):
    """The agent lacks pyroute2 or the rights to use rtnetlink; the text says what to do."""


class Kernel:
    """It keeps the ``table`` of one network namespace; :meth:`install` and :meth:`release` change its addresses."""

    def __init__(self) -> None:
        try:
            message_class("ifaddrmsg")
        except ImportError as error:
            raise NetlinkUnavailable(
                "the Python library pyroute2 (0.9 or later) is missing: the vrrp_agent module brings it along, "
                "by hand: pip install pyroute2"
            ) from error
        self.table = InterfaceTable()
        self._encoded: dict[tuple[int, DesiredAddress, int], bytes] = {}
        self.stale = False  # events were lost, and the table may be wrong until a new listing is complete
        self._listing: Optional[Listing] = None  # the new listing, while it is read
        self._listed_at = -LISTED_EVERY_S
        self._routes_gone: set[RouteKey] = set()  # deleted by others since they were taken last
        self._sequence = 0
        self._answers = memoryview(bytearray(ANSWERS_SIZE))  # made now, so that a release needs no new memory
        self._events = open_socket(socket.SOCK_NONBLOCK)
        self._requests = open_socket()
        self._renewals = open_socket(socket.SOCK_NONBLOCK)
        self._waiting = select.epoll()  # of the events and of a listing: either wakes the loop
        self._waiting.register(self._events.fileno(), select.EPOLLIN)
        try:
            self._renewals.bind((0, 0))
            self._requests.settimeout(ANSWER_TIMEOUT_S)
            self._requests.bind((0, 0))
            only_what_matters(self._events, self._requests.getsockname()[0], self._renewals.getsockname()[0])
            self._events.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, EVENT_BUFFER)
            self._events.bind((0, GROUPS))
            dump(self.table)  # after bind: what changes in between arrives as an event
        except OSError as error:
            self.close()
            raise NetlinkUnavailable(f"cannot watch interfaces and addresses: {error}") from error

    def fileno(self) -> int:
        """Return the descriptor for the loop's reader: readable while there is something for :meth:`read_events`."""
        return self._waiting.fileno()

    def close(self) -> None:
        """Close all sockets, also that of a listing that has not ended."""
        self._end_listing()
        self._waiting.close()
        self._events.close()
        self._requests.close()
        self._renewals.close()

    def read_events(self) -> list[KernelChange]:
        """Read a portion of the waiting events. Returns the changes. Never blocks; the rest wakes the loop again.

        When events were lost, it also reads a portion of a new listing; ``stale`` lasts until that is complete.
        """
        changes: list[KernelChange] = []
        until, drained = time.monotonic() + PORTION_S, False
        for _count in range(EVENTS_AT_ONCE):
            try:
                data = self._events.recv(RECEIVE_SIZE)
            except BlockingIOError:
                drained = True
                break
            except InterruptedError:
                continue
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.stale = True
                self._end_listing()  # it may miss the lost changes, too
            else:
                changes += self._take(data)
            if time.monotonic() > until:
                break
        return changes + self._resync(drained) if self.stale else changes

    def _take(self, data: bytes) -> list[KernelChange]:
        if kind_of(data) in (RTM_DELROUTE, RTM_DELRULE):
            self._routes_gone |= deleted(data)
            return []
        if self._listing is not None:
            try:
                self._listing.event(data)
            except OSError:
                self._end_listing()
        return self.table.feed(data)

    def _resync(self, drained: bool) -> list[KernelChange]:
        """Read a portion of a new listing; when it is complete, return the changes since the last event.

        A listing begins when no event is waiting: a waiting event is older than the listing, and a lost one may have
        undone it. (After a loss the kernel keeps no more events until the socket is empty.) It also ends only when no
        event is waiting, so that it includes what happened while it was read.
        """
        now = time.monotonic()
        try:
            if self._listing is None:
                if not drained or now < self._listed_at + LISTED_EVERY_S:
                    return []
                self._listed_at = now
                self._listing = Listing()
                self._waiting.register(self._listing.fileno(), select.EPOLLIN)
            until = now + PORTION_S
            while not self._listing.done:
                self._listing.advance()
                if time.monotonic() > until:
                    break
        except OSError:
            self._end_listing()  # the table stays stale, and a listing is tried again
            return []
        if not self._listing.done or not drained:
            return []
        fresh = self._listing.finish()
        self._end_listing()
        changes = self.table.difference(fresh)
        self.table, self.stale = fresh, False
        self._routes_gone.add(ANY)
        return changes

    def _end_listing(self) -> None:
        if self._listing is not None:
            self._listing.close()  # epoll forgets a closed socket
            self._listing = None

    def install(self, wanted: Sequence[DesiredAddress], lifetime_s: int = 0) -> list[str]:
        """Put addresses on their interfaces, in one batch; those that are there stay. Returns one text per failure.

        With ``lifetime_s`` the kernel takes each off again after so many seconds, unless it is renewed.
        """
        failed = []
        requests = [self._request(RTM_NEWADDR, want, lifetime_s) for want in wanted]
        for want, code in zip(wanted, self._exchange(requests)):
            if code in (0, errno.EEXIST):
                # An IPv6 address is usable only when its event says so: a thread of the kernel finishes it.
                unfinished = want.address.version == 6
                present = ActualAddress(
                    want.index, want.address, want.label or "", scope=want.scope, tentative=unfinished
                )
                self.table.remember(present)
            elif code != errno.ENODEV or not self.is_deleted(want.index):
                failed.append(f"cannot set {want.address} on {self._name(want.index)}: {os.strerror(code)}")
        return failed

    @staticmethod
    def is_deleted(index: int) -> bool:
        """Return whether the kernel has no interface of this index, although its event may not have been read yet.

        The kernel tells of the addresses of a deleted interface first, then of the interface. What is put back
        in between meets ENODEV. That is no failure: the event of the interface says what follows.
        """
        try:
            socket.if_indextoname(index)
        except OSError:
            return True
        return False

    def release(self, wanted: Sequence[DesiredAddress]) -> list[str]:
        """Remove exactly these addresses, and no secondary ones with them. Returns one text per failure."""
        failed = []
        keep = dependants(wanted, self.table)
        requests = [self._request(RTM_DELADDR, beside_its_peer(want, self.table)) for want in wanted]
        # The same datagram puts back what the kernel removes with them, so that the gap is very short.
        requests += [with_header(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, entry.message) for entry in keep]
        codes = list(self._exchange(requests))
        for want, code in zip(wanted, codes):
            if code == 0 or code in HARMLESS_ON_DELETE:
                self.table.forget(want.index, want.address)
            else:
                failed.append(f"cannot remove {want.address} from {self._name(want.index)}: {os.strerror(code)}")
        for entry, code in zip(keep, codes[len(wanted) :]):
            if code not in (0, errno.EEXIST):  # EEXIST: promote_secondaries kept it
                failed.append(f"cannot put {entry.address} back on {self._name(entry.index)}: {os.strerror(code)}")
        return failed

    def ask(self, requests: Sequence[bytes]) -> list[int]:
        """Send ready-made requests in one batch. Returns one errno for each, 0 for success."""
        return list(self._exchange(requests))

    def add_routes(self, ways: Iterable[KernelRoute]) -> list[int]:
        """Set routes and rules, in one batch. Returns one errno for each, 0 for success."""
        return self.ask([way.add for way in ways])

    def remove_routes(self, removals: Iterable[bytes]) -> list[int]:
        """Delete routes and rules by what :class:`KernelRoute` calls ``remove``. Return an errno for each."""
        return self.ask(list(removals))

    def watch_routes(self) -> None:
        """Hear of routes and rules from now on: without any of ours no such events are needed."""
        watch_routes(self._events)

    def take_routes_gone(self) -> set[RouteKey]:
        """Return the keys of routes and rules that others have deleted since the last call."""
        gone, self._routes_gone = self._routes_gone, set()
        return gone

    def _name(self, index: int) -> str:
        link = self.table.links.get(index)
        return link.name if link is not None else f"interface {index}"

    def prepare(self, wanted: Sequence[DesiredAddress], lifetime_s: int) -> None:
        """Encode the requests to install and release these, as a takeover of many instances has no time for it."""
        for want in wanted:
            self._request(RTM_NEWADDR, want, lifetime_s)
            self._request(RTM_DELADDR, want)
            if want.address.version == 6:
                question(want.index, want.address)

    def renewals(self, leases: Sequence[tuple[DesiredAddress, int]]) -> list[bytes]:
        """Encode the renewal of these (address, lifetime in seconds), for :meth:`renew`."""
        batches = []
        for start in range(0, len(leases), BATCH):
            requests = [self._request(RTM_NEWADDR, *lease) for lease in leases[start : start + BATCH]]
            # Without acknowledgement: the event tells of an address that has gone. "Replace" never makes a second one.
            batches.append(bytes(batch(map(without_ack, requests))))
        return batches

    def renew(self, batches: Sequence[bytes]) -> None:
        """Send encoded renewals. A failure shows in an event, or in the next renewal.

        The kernel does each of them before the call returns, also on a socket that does not block. So it takes as long
        as another program keeps the kernel's lock of all interfaces, as a driver does that resets its card.
        """
        for renewal in batches:
            with contextlib.suppress(OSError):
                self._renewals.send(renewal)
        with contextlib.suppress(OSError):
            while self._renewals.recv(RECEIVE_SIZE):
                pass

    def _request(self, kind: int, want: DesiredAddress, lifetime_s: int = 0) -> bytes:
        encoded = self._encoded.get((kind, want, lifetime_s))
        if encoded is None:
            encoded = address_request(kind, want, self._name(want.index), lifetime_s)
            self._encoded[kind, want, lifetime_s] = encoded
        return encoded

    def _exchange(self, requests: Sequence[bytes]) -> Iterator[int]:
        """Send the requests; yield one errno for each, in order, 0 for success."""
        for start in range(0, len(requests), BATCH):
            yield from self._exchange_batch(requests[start : start + BATCH])

    def _exchange_batch(self, requests: Sequence[bytes]) -> list[int]:
        first = self._sequence + 1
        self._sequence += len(requests)
        answers: dict[int, int] = {}
        try:
            self._requests.send(batch(requests, first))
            while len(answers) < len(requests):
                data = self._answers[: self._requests.recv_into(self._answers)]
                for kind, _flags, sequence, start, _end in messages(data):
                    if kind == NLMSG_ERROR and first <= sequence <= self._sequence:
                        answers[sequence] = error_of(data, start)
        except OSError as error:
            code = error.errno or errno.ETIMEDOUT
            return [answers.get(first + number, code) for number in range(len(requests))]
        return [answers[first + number] for number in range(len(requests))]


def address_request(kind: int, want: DesiredAddress, interface: str, lifetime_s: int = 0) -> bytes:
    """Return an RTM_NEWADDR or RTM_DELADDR request; an address without a label gets the name of its interface."""
    address = str(want.address.ip)
    fields = {
        "family": socket.AF_INET if want.address.version == 4 else socket.AF_INET6,
        "prefixlen": want.address.network.prefixlen,
        "index": want.index,
        "scope": want.scope,
    }
    attributes: list[tuple[str, Any]] = [("IFA_LOCAL", address), ("IFA_ADDRESS", str(want.peer or address))]
    flags = 0
    if kind == RTM_NEWADDR:
        flags = NLM_F_CREATE | NLM_F_REPLACE
        if want.broadcast is not None:
            attributes.append(("IFA_BROADCAST", str(want.broadcast)))
        if want.address.version == 4:
            attributes.append(("IFA_LABEL", want.label or interface))
        # RFC 9568 section 8.2.3: a master must be able to use it at once.
        all_flags = want.flags | (IFA_F_NODAD if want.address.version == 6 and not want.dad else 0)
        if all_flags > LOW_FLAGS:
            attributes.append(("IFA_FLAGS", all_flags))
        fields["flags"] = all_flags & LOW_FLAGS
        attributes.append(("IFA_CACHEINFO", lifetimes(want, lifetime_s)))
        attributes.append(("IFA_PROTO", RTPROT_KEEPALIVED))  # ignored before Linux 5.18
    return encode(message_class("ifaddrmsg"), kind, NLM_F_ACK | flags, fields, attributes)


def lifetimes(want: DesiredAddress, lifetime_s: int) -> dict[str, int]:
    """Return the attributes for both lifetimes. The kernel refuses a preferred one longer than the valid one."""
    valid = lifetime_s or FOR_EVER
    return {"ifa_valid": valid, "ifa_preferred": min(preferred_s(want), valid), "cstamp": 0, "tstamp": 0}
