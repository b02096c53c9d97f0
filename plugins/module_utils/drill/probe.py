# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probe addresses with ICMP echo requests or TCP connections at an interval."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, Optional

from .count import WINDOW_S, Count
from .echo import answered, request

_LOOK_S = 0.1  # between two questions whether to go on
_PROTOCOL = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
_NEEDS = "which needs root, or the group of this user in the sysctl net.ipv4.ping_group_range"


class ProbeError(Exception):
    """A host cannot send probes; the text says why."""


class Echo:
    """It sends ICMP echo requests to one address, and reads the replies. Raises ProbeError where that is forbidden."""

    def __init__(self, count: Count) -> None:
        self.count, self._token = count, os.urandom(8)
        self._version = ip_address(count.address).version
        self._raw = False
        try:
            self._socket = self._open(socket.SOCK_DGRAM)
        except OSError:  # the sysctl allows this user none
            self._raw = True
            try:
                self._socket = self._open(socket.SOCK_RAW)
            except OSError as error:
                raise ProbeError(f"cannot send ICMP echo requests ({error.strerror}), {_NEEDS}") from error
        self._socket.setblocking(False)

    def _open(self, kind: int) -> socket.socket:
        return socket.socket(_FAMILY[self._version], kind, _PROTOCOL[self._version])

    def waits(self) -> list[tuple[socket.socket, int]]:
        """Return the sockets on which answers come, each with the events of poll(2) that tell it."""
        return [(self._socket, select.POLLIN)]

    def send(self, now: float) -> None:
        """Send one probe; what the kernel refuses (no route, no neighbour) stays unanswered."""
        message = request(self._version, self._token, self.count.sent(now))
        with contextlib.suppress(OSError):
            self._socket.sendto(message, (self.count.address, 0))

    def read(self, _ready: socket.socket) -> None:
        """Read the replies that are there."""
        with contextlib.suppress(OSError):
            while True:
                number = answered(self._version, self._socket.recv(2048), self._raw, self._token)
                if number is not None:
                    self.count.answer(number, time.monotonic())

    def close(self) -> None:
        """End it."""
        self._socket.close()


class Connections:
    """It connects to a TCP port of one address. A connection that is refused is no answer."""

    def __init__(self, count: Count, port: int) -> None:
        self.count = count
        self._destination = (count.address, port)
        self._family = _FAMILY[ip_address(count.address).version]
        self._open: dict[socket.socket, int] = {}  # and the number of the probe

    def waits(self) -> list[tuple[socket.socket, int]]:
        """Return the sockets on which answers come, each with the events of poll(2) that tell it."""
        return [(each, select.POLLOUT) for each in self._open]

    def send(self, now: float) -> None:
        """Begin one connection, and give up those whose time is over."""
        for old, number in list(self._open.items()):
            if now - self.count.sent_at[number] > WINDOW_S:
                self._close(old)
        number = self.count.sent(now)
        made = socket.socket(self._family, socket.SOCK_STREAM)
        made.setblocking(False)
        if made.connect_ex(self._destination) in (0, errno.EINPROGRESS):
            self._open[made] = number
        else:  # no route, no port left: it stays unanswered
            made.close()

    def read(self, ready: socket.socket) -> None:
        """Note that a connection is there, or was refused."""
        if ready.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
            self.count.answer(self._open[ready], time.monotonic())
        self._close(ready)

    def _close(self, done: socket.socket) -> None:
        self._open.pop(done, None)
        done.close()

    def close(self) -> None:
        """End it."""
        for each in list(self._open):
            self._close(each)


def probe(
    addresses: Sequence[str],
    port: Optional[int],
    interval_s: float,
    seconds: float,
    goes_on: Callable[[], bool],
    begun: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Probe for ``seconds``, or until ``goes_on`` says no. Return the time of the first probe and each count.

    ``begun`` is called once, when each address has got its first probe.

    Raises ProbeError where this host cannot do it.
    """
    counts = [Count(address) for address in addresses]
    probes: list[Any] = [Connections(count, port) if port else Echo(count) for count in counts]
    started_at, begin = time.time(), time.monotonic()
    due, look_at = begin, begin + _LOOK_S
    while True:
        now = time.monotonic()
        if now >= begin + seconds:
            break
        if now >= look_at:
            if not goes_on():
                break
            look_at = now + _LOOK_S
        if now >= due:
            for each in probes:
                each.send(now)
            if due == begin:
                begun()
            # A probe that was late sends one, not a burst: its own delay is no loss of the target.
            due = max(due + interval_s, now)
        _read(probes, max(0.0, due - time.monotonic()))
    end = time.monotonic() + WINDOW_S
    while time.monotonic() < end and any(count.outstanding(time.monotonic()) for count in counts):
        _read(probes, 0.01)
    for each in probes:
        each.close()
    sent_at = counts[0].sent_at
    return {
        "started_at": started_at,
        "seconds": round(sent_at[-1] - sent_at[0] + interval_s, 6),
        "counts": [count.result(interval_s) for count in counts],
    }


def _read(probes: Sequence[Any], timeout_s: float) -> None:
    """Read what comes within a time. poll(2) has no limit of 1024 sockets, as select(2) has."""
    poll = select.poll()
    found = {}
    for each in probes:
        for ready, events in each.waits():
            poll.register(ready, events)
            found[ready.fileno()] = (each, ready)
    for number, _events in poll.poll(timeout_s * 1000):
        each, ready = found[number]
        each.read(ready)
