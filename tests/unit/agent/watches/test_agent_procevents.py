# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of the kernel's process connector, typed after linux/cn_proc.h, through the filter and the reader."""

from __future__ import annotations

import errno
import socket
import struct

import pytest

from vrrp.agent.kernel.bpf import attach
from vrrp.agent.watches import procevents
from vrrp.agent.watches.procevents import Connector, Event, EventsLost, decode


def message(what, *words, index=1, tail=b""):
    event = struct.pack("=IIQ", what, 0, 12345) + struct.pack(f"={len(words)}I", *words) + tail
    event = event.ljust(40, b"\0")
    connector = struct.pack("=IIIIHH", index, 1, 7, 0, len(event), 0)
    return struct.pack("=IHHII", 36 + len(event), 3, 0, 7, 0) + connector + event


NONE = message(0)
FORK = message(1, 10, 10, 20, 20)
FORK_BY_THREAD = message(1, 11, 10, 20, 20)
NEW_THREAD = message(1, 10, 10, 21, 20)
EXEC = message(2, 30, 30)
EXEC_OF_THREAD = message(2, 31, 30)
COMM = message(0x200, 30, 30, tail=b"Web Content\0\0\0\0\0")
COMM_OF_THREAD = message(0x200, 31, 30, tail=b"worker\0")
EXIT = message(0x80000000, 30, 30, 0, 17)
EXIT_OF_THREAD = message(0x80000000, 31, 30, 0, 17)
OTHERS = [message(what, 30, 30, 1, 1) for what in (0x4, 0x40, 0x80, 0x100, 0x40000000, 0x20000000)]


@pytest.mark.parametrize(
    ("data", "event"),
    [
        (NONE, Event(0, 0)),
        (FORK, Event(1, 20, 10)),
        (FORK_BY_THREAD, Event(1, 20, 10)),
        (NEW_THREAD, None),
        (EXEC, Event(2, 30)),
        (EXEC_OF_THREAD, None),
        (COMM, Event(0x200, 30, name=b"Web Content")),
        (COMM_OF_THREAD, None),
        (EXIT, Event(0x80000000, 30)),
        (EXIT_OF_THREAD, None),
        (message(2, 30, 30, index=3), None),
        (b"", None),
        (EXEC[:50], None),
    ],
)
def test_what_a_message_says(data, event):
    assert decode(data) == event


def passes(data):
    """Whether the filter lets a message pass, asked of the kernel itself."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    with one, other:
        attach(other, *procevents.PROCESSES_ONLY)
        one.send(data)
        try:
            return other.recv(512) == data
        except BlockingIOError:
            return False


@pytest.mark.parametrize("data", [NONE, FORK, FORK_BY_THREAD, EXEC, COMM, EXIT])
def test_the_kernel_lets_processes_pass(data):
    assert passes(data)


@pytest.mark.parametrize("data", [NEW_THREAD, EXEC_OF_THREAD, COMM_OF_THREAD, EXIT_OF_THREAD, *OTHERS])
def test_and_drops_threads_and_what_else_happens_to_a_process(data):
    assert not passes(data)


class FakeSocket:
    """What the kernel sends; an error is raised."""

    refuses = None

    def __init__(self, *how):
        self.waiting, self.sent, self.closed = [], [], False

    def setsockopt(self, *how):
        pass

    def bind(self, address):
        if self.refuses is not None:
            raise OSError(*self.refuses.args)

    def send(self, data):
        self.sent.append(data)

    def recvfrom(self, length):
        if not self.waiting:
            raise BlockingIOError
        found = self.waiting.pop(0)
        if isinstance(found, OSError):
            raise found
        return found

    def close(self):
        self.closed = True


@pytest.fixture
def connector(monkeypatch):
    monkeypatch.setattr(procevents.socket, "socket", FakeSocket)
    monkeypatch.setattr(procevents, "attach", lambda *how: None)
    return Connector()


KERNEL = (0, 1)


def test_it_asks_for_events_and_waits_for_the_answer(connector):
    assert connector._socket.sent == [
        struct.pack("=IHHII", 40, 3, 0, 0, 0) + struct.pack("=IIIIHHI", 1, 1, 0, 0, 4, 0, 1)
    ]
    assert not connector.confirmed
    connector._socket.waiting = [(NONE, KERNEL), (EXEC, KERNEL)]
    assert connector.read(10) == [Event(2, 30)]
    assert connector.confirmed


def test_it_reads_so_many_and_no_more(connector):
    connector._socket.waiting = [(EXEC, KERNEL)] * 5
    assert len(connector.read(3)) == 3
    assert len(connector.read(3)) == 2
    assert connector.read(3) == []


def test_only_the_kernel_is_believed(connector):
    connector._socket.waiting = [(NONE, (4711, 1)), (EXEC, (4711, 1)), (EXIT, KERNEL)]
    assert connector.read(10) == [Event(0x80000000, 30)]
    assert not connector.confirmed


def test_lost_events_are_told(connector):
    connector._socket.waiting = [OSError(errno.ENOBUFS, "No buffer space available")]
    with pytest.raises(EventsLost):
        connector.read(10)


def test_where_it_may_not_listen_the_socket_is_closed(monkeypatch):
    made = []

    class Refusing(FakeSocket):
        refuses = PermissionError(errno.EPERM, "Operation not permitted")

        def __init__(self, *how):
            super().__init__()
            made.append(self)

    monkeypatch.setattr(procevents.socket, "socket", Refusing)
    monkeypatch.setattr(procevents, "attach", lambda *how: None)
    with pytest.raises(PermissionError):
        Connector()
    assert made[0].closed


def test_in_the_end_it_says_so(connector):
    connector.close()
    assert connector._socket.sent[1][-4:] == struct.pack("=I", 2)
    assert connector._socket.closed
