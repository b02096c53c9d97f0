# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel's links and addresses: watch them, install and release virtual addresses.

The one file that imports pyroute2: its message classes encode the requests. The sockets are our own, for three
reasons. Changes go to the kernel as one batch that is answered before the next action runs, so the order of the
actions is kept. Messages are encoded once for each address and reused. And lost events (ENOBUFS) lead to a new
listing instead of a wrong picture.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Iterator, Sequence

from .lean import without_init

try:
    with without_init("pyroute2"):
        from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
except ImportError:
    HAS_PYROUTE2 = False
else:
    HAS_PYROUTE2 = True

from .addresses import Wanted, dependants
from .interfaces import (
    NETLINK_HEADER,
    NLM_F_ACK,
    NLM_F_REQUEST,
    NLMSG_ERROR,
    RECEIVE_SIZE,
    RTM_DELADDR,
    RTM_NEWADDR,
    RTMGRP_IPV4_IFADDR,
    RTMGRP_IPV6_IFADDR,
    RTMGRP_LINK,
    Change,
    InterfaceTable,
    Present,
    dump,
    messages,
)

NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE = 0x100, 0x200, 0x400
BATCH = 64  # requests in one datagram: their answers must fit into the socket's default buffer
EVENT_BUFFER = 1 << 20  # octets, for a storm of events
ANSWER_TIMEOUT_S = 2.0  # the kernel answers inside send(); this only ends a kernel that does not
HARMLESS_ON_DELETE = (errno.EADDRNOTAVAIL, errno.ENODEV, errno.ENXIO)


class NetlinkUnavailable(RuntimeError):
    """pyroute2 or the rights to use rtnetlink are missing; the text says what to do."""


class Kernel:
    """One network namespace's addresses. ``table`` is what is; :meth:`install` and :meth:`release` change it."""

    def __init__(self) -> None:
        if not HAS_PYROUTE2:
            raise NetlinkUnavailable(
                "the Python library pyroute2 (0.9 or later) is missing: the vrrp_agent module brings it along, "
                "by hand: pip install pyroute2"
            )
        self.table = InterfaceTable()
        self._encoded: dict[tuple[int, Wanted], bytes] = {}
        self.stale = False  # events were lost, and the table does not know yet what they said
        self._sequence = 0
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        self._events = socket.socket(socket.AF_NETLINK, kind | socket.SOCK_NONBLOCK, 0)
        self._requests = socket.socket(socket.AF_NETLINK, kind, 0)
        try:
            self._events.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, EVENT_BUFFER)
            self._events.bind((0, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
            self._requests.settimeout(ANSWER_TIMEOUT_S)
            self._requests.bind((0, 0))
            dump(self.table)  # after bind: what changes in between arrives as an event
        except OSError as error:
            self.close()
            raise NetlinkUnavailable(f"cannot watch interfaces and addresses: {error}") from error

    def fileno(self) -> int:
        """The event socket, for the loop's reader."""
        return self._events.fileno()

    def close(self) -> None:
        self._events.close()
        self._requests.close()

    def read_events(self) -> list[Change]:
        """Take in every waiting event; say what changed. Never blocks."""
        changes: list[Change] = []
        while True:
            try:
                data = self._events.recv(RECEIVE_SIZE)
            except BlockingIOError:
                break
            except InterruptedError:
                continue
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.stale = True
            else:
                changes += self.table.feed(data)
        # Not before the rest has been read: what still waited is older than a new listing.
        return changes + self.resync() if self.stale else changes

    def resync(self) -> list[Change]:
        """List everything anew; say what changed since the last event that was seen. Stays ``stale`` if it cannot."""
        try:
            fresh = dump(InterfaceTable())
        except OSError:
            return []
        changes = self.table.difference(fresh)
        self.table, self.stale = fresh, False
        return changes

    def install(self, wanted: Sequence[Wanted]) -> list[str]:
        """Put addresses on their interfaces, in one batch; those that are there stay. Returns one text per failure."""
        failed = []
        requests = [self._request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, want) for want in wanted]
        for want, code in zip(wanted, self._exchange(requests)):
            if code in (0, errno.EEXIST):
                self.table.remember(Present(want.index, want.address, want.label or "", scope=want.scope))
            else:
                failed.append(f"cannot set {want.address} on {self._name(want.index)}: {os.strerror(code)}")
        return failed

    def release(self, wanted: Sequence[Wanted]) -> list[str]:
        """Take exactly these addresses off, and nothing that hangs on them. Returns one text per failure."""
        failed = []
        keep = dependants(wanted, self.table)
        requests = [self._request(RTM_DELADDR, 0, want) for want in wanted]
        # The same datagram puts back what the kernel took along: no gap that another process could see for long.
        requests += [self._restore(entry) for entry in keep]
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

    def _name(self, index: int) -> str:
        link = self.table.links.get(index)
        return link.name if link is not None else f"interface {index}"

    def _request(self, kind: int, flags: int, want: Wanted) -> bytes:
        encoded = self._encoded.get((kind, want))
        if encoded is None:
            encoded = self._encoded[kind, want] = encode(kind, flags, want, self._name(want.index))
        return encoded

    @staticmethod
    def _restore(entry: Present) -> bytes:
        flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL
        length = NETLINK_HEADER.size + len(entry.message)
        return NETLINK_HEADER.pack(length, RTM_NEWADDR, flags, 0, 0) + entry.message

    def _exchange(self, requests: Sequence[bytes]) -> Iterator[int]:
        """Send the requests; yield one errno for each, in order, 0 for success."""
        for start in range(0, len(requests), BATCH):
            yield from self._exchange_batch(requests[start : start + BATCH])

    def _exchange_batch(self, requests: Sequence[bytes]) -> list[int]:
        first = self._sequence + 1
        batch = bytearray()
        for request in requests:
            self._sequence += 1
            offset = len(batch)
            batch += request + b"\0" * (-len(request) % 4)
            struct.pack_into("=I", batch, offset + 8, self._sequence)
        answers: dict[int, int] = {}
        try:
            self._requests.send(batch)
            while len(answers) < len(requests):
                data = self._requests.recv(RECEIVE_SIZE)
                for kind, _flags, sequence, start, _end in messages(data):
                    if kind == NLMSG_ERROR and first <= sequence <= self._sequence:
                        answers[sequence] = -struct.unpack_from("=i", data, start)[0]
        except OSError as error:
            code = error.errno or errno.ETIMEDOUT
            return [answers.get(first + number, code) for number in range(len(requests))]
        return [answers[first + number] for number in range(len(requests))]


def encode(kind: int, flags: int, want: Wanted, interface: str) -> bytes:
    """One RTM_NEWADDR or RTM_DELADDR request; its sequence number is 0 and is filled in when it is sent."""
    address = str(want.address.ip)
    message = ifaddrmsg()
    message["family"] = socket.AF_INET if want.address.version == 4 else socket.AF_INET6
    message["prefixlen"] = want.address.network.prefixlen
    message["index"] = want.index
    message["scope"] = want.scope
    attrs = [["IFA_LOCAL", address], ["IFA_ADDRESS", address]]
    if want.broadcast is not None and kind == RTM_NEWADDR:
        attrs.append(["IFA_BROADCAST", str(want.broadcast)])
    if kind == RTM_NEWADDR and want.address.version == 4:
        attrs.append(["IFA_LABEL", want.label or interface])
    message["attrs"] = attrs
    message["header"]["type"] = kind
    message["header"]["flags"] = NLM_F_REQUEST | NLM_F_ACK | flags
    message.encode()
    return bytes(message.data)
