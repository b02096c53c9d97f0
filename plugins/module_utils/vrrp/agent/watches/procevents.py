# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Process events from the kernel (linux/cn_proc.h): which process forked, became another program, was renamed, ended.

The kernel tells who has CAP_NET_ADMIN in its first namespaces. In a container, or in a network namespace of its own,
there is nobody at the other end (ECONNREFUSED), or no answer comes: :attr:`Connector.confirmed` stays False.
A filter in the kernel lets nothing pass of threads, nor of users, groups, sessions and debuggers.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import sys
from typing import NamedTuple, Optional

from ..kernel.bpf import EVERYTHING, JUMP_EQUAL, LOAD_WORD, RETURN, Instruction, attach

NETLINK_CONNECTOR = 11
CN_IDX_PROC = CN_VAL_PROC = 1
LISTEN, IGNORE = 1, 2
NLMSG_DONE = 3
NONE, FORK, EXEC, COMM, EXIT = 0, 1, 2, 0x200, 0x80000000

RECEIVE_BUFFER = 1 << 20  # octets; some thousand events
MESSAGE_MAX = 512
_REQUEST = struct.Struct("=IHHII IIII HHI")  # nlmsghdr; cn_msg; the operation
_WHAT, _DATA = 36, 52  # offsets: of the kind of event, of what belongs to it
_HEAD = struct.Struct("=II")
_PIDS = struct.Struct("=II")
_JUMP_EQUAL_X, _TO_X = 0x1D, 0x07  # compare with the index register; load it


class Event(NamedTuple):
    """``pid`` is whose event it is; of a fork ``parent`` is the process that did it."""

    what: int
    pid: int
    parent: int = 0
    name: bytes = b""


class EventsLost(Exception):
    """The kernel had more to tell than we took: what is known must be looked up again."""


class Connector:
    """The socket. Raises OSError where the kernel does not let us listen."""

    def __init__(self) -> None:
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        self.confirmed = False  # the kernel has said that it will tell
        self._socket = socket.socket(socket.AF_NETLINK, kind, NETLINK_CONNECTOR)
        try:
            attach(self._socket, *PROCESSES_ONLY)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            self._socket.bind((0, CN_IDX_PROC))
            self._ask(LISTEN)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self, most: int) -> list[Event]:
        """At most so many of the events that are waiting, none when there are none. Raises :class:`EventsLost`."""
        events = []
        for _count in range(most):
            try:
                data, (sender, _groups) = self._socket.recvfrom(MESSAGE_MAX)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    raise EventsLost from error
                break
            if sender:
                continue  # not from the kernel
            event = decode(data)
            if event is not None and event.what == NONE:
                self.confirmed = True
            elif event is not None:
                events.append(event)
        return events

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._ask(IGNORE)
        self._socket.close()

    def _ask(self, operation: int) -> None:
        length = _REQUEST.size
        request = _REQUEST.pack(length, NLMSG_DONE, 0, 0, 0, CN_IDX_PROC, CN_VAL_PROC, 0, 0, 4, 0, operation)
        self._socket.send(request)


def decode(data: bytes) -> Optional[Event]:
    """One message of the connector; None for what is of no interest."""
    if len(data) < _DATA + _PIDS.size or _HEAD.unpack_from(data, 16) != (CN_IDX_PROC, CN_VAL_PROC):
        return None
    (what,) = struct.unpack_from("=I", data, _WHAT)
    thread, process = _PIDS.unpack_from(data, _DATA)
    if what == NONE:
        return Event(NONE, 0)
    if what == FORK:
        parent = process
        thread, process = _PIDS.unpack_from(data, _DATA + _PIDS.size)
        return Event(FORK, process, parent) if thread == process else None
    if what not in (EXEC, COMM, EXIT) or thread != process:
        return None
    name = data[_DATA + 8 : _DATA + 24].split(b"\0", 1)[0] if what == COMM else b""
    return Event(what, process, name=name)


def _in_network_order(value: int) -> int:
    """What a filter, which loads in network order, reads where the kernel has written this number in its own."""
    return int.from_bytes(value.to_bytes(4, sys.byteorder), "big")


def _processes_only() -> tuple[Instruction, ...]:
    """Lets pass: the confirmation, and forks, execs, renames and exits whose thread is the process itself."""
    fork, own = _DATA + 8, _DATA
    return (
        (LOAD_WORD, 0, 0, _WHAT),
        (JUMP_EQUAL, 12, 0, _in_network_order(NONE)),
        (JUMP_EQUAL, 3, 0, _in_network_order(FORK)),
        (JUMP_EQUAL, 6, 0, _in_network_order(EXEC)),
        (JUMP_EQUAL, 5, 0, _in_network_order(COMM)),
        (JUMP_EQUAL, 4, 9, _in_network_order(EXIT)),
        (LOAD_WORD, 0, 0, fork),
        (_TO_X, 0, 0, 0),
        (LOAD_WORD, 0, 0, fork + 4),
        (_JUMP_EQUAL_X, 4, 5, 0),
        (LOAD_WORD, 0, 0, own),
        (_TO_X, 0, 0, 0),
        (LOAD_WORD, 0, 0, own + 4),
        (_JUMP_EQUAL_X, 0, 1, 0),
        (RETURN, 0, 0, EVERYTHING),
        (RETURN, 0, 0, 0),
    )


PROCESSES_ONLY = _processes_only()
