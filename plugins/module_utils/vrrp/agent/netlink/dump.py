# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A listing of links and addresses is read in portions: 20,000 addresses must not block the loop.

The events that arrive meanwhile are kept, and applied after the listing. Each has the whole state of one link or
address, so the last one is right, with or without its change in the listing.
"""

from __future__ import annotations

import errno
import socket

from .links import LISTINGS, InterfaceTable
from .messages import (
    DUMP_TRIES,
    NLM_F_DUMP_INTR,
    NLMSG_DONE,
    NLMSG_ERROR,
    RECEIVE_SIZE,
    REFUSED,
    UNSTEADY,
    DumpError,
    error_of,
    messages,
    open_socket,
)

EVENTS_KEPT = 4096  # datagrams: to take them in at the end takes a part of half an interval of 0.1 s


class Listing:
    """It reads a listing into ``table``; :meth:`advance` reads one datagram. ``done`` says that it is complete."""

    def __init__(self) -> None:
        """Ask the kernel for the first portion. Raises OSError."""
        self.table = InterfaceTable()
        self._whole: bool = True
        self.done = False
        self._events: list[bytes] = []
        self._kind = 0  # of LISTINGS, which is listed now
        self._tries = 0
        self._sock = open_socket(socket.SOCK_NONBLOCK)
        try:
            self._sock.bind((0, 0))
            self._ask()
        except OSError:
            self.close()
            raise

    def fileno(self) -> int:
        """Return the socket, which is readable as long as there is more."""
        return self._sock.fileno()

    def close(self) -> None:
        """Close the socket; what was listed so far stays in ``table``."""
        self._sock.close()

    def event(self, data: bytes) -> None:
        """Keep a datagram of events for the end. Raises :class:`DumpError` when they are too many."""
        self._events.append(data)
        if len(self._events) > EVENTS_KEPT:
            raise DumpError(errno.EAGAIN, "too much happened while the interfaces and addresses were listed")

    def finish(self) -> InterfaceTable:
        """Return the table as it is now, with what has happened meanwhile."""
        for data in self._events:
            self.table.feed(data)
        return self.table

    def advance(self) -> None:
        """Read one datagram, if one is there. Raises :class:`DumpError` when the kernel cannot list."""
        try:
            data = self._sock.recv(RECEIVE_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        self.table.feed(data)
        for answer, flags, _sequence, start, _end in messages(data):
            self._whole = self._whole and not flags & NLM_F_DUMP_INTR
            if answer == NLMSG_ERROR:
                raise DumpError(error_of(data, start), REFUSED)
            if answer == NLMSG_DONE:
                self._next()

    def _next(self) -> None:
        if not self._whole:  # entries may be missing or be there twice
            self._tries += 1
            if self._tries == DUMP_TRIES:
                raise DumpError(errno.EAGAIN, UNSTEADY)
            self.table, self._kind = InterfaceTable(), 0
        elif self._kind + 1 == len(LISTINGS):
            self.done = True
            return
        else:
            self._kind += 1
        self._ask()

    def _ask(self) -> None:
        self._whole = True
        self._sock.send(LISTINGS[self._kind])
