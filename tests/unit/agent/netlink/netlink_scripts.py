# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of the kernel share sockets that receive what a test says, and the events for them."""

from __future__ import annotations

import errno
import os
import socket
import struct
from typing import Any, NamedTuple


class ScriptedSocket(socket.socket):
    """It is bound and polled as every netlink socket. ``script`` takes what it sends, and says what it receives."""

    script: Any = None

    def send(self, data):
        return self.script.send(data)

    def recv(self, size):
        return self.script.recv(size)

    def recv_into(self, buffer):
        return self.script.recv_into(buffer)


class Sockets(NamedTuple):
    events: ScriptedSocket
    requests: ScriptedSocket
    renewals: ScriptedSocket


class Events:
    """It has datagrams to read and errors to raise, then nothing."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def recv(self, size):
        answer = self.answers.pop(0) if self.answers else BlockingIOError()
        if isinstance(answer, Exception):
            raise answer
        return answer


OVERRUN = OSError(errno.ENOBUFS, "no buffer space")


def with_events(kernel, *answers):
    kernel.sockets.events.script = Events(*answers)
    return kernel.sockets.events.script


def link_down(name=b"eth0", index=2):
    attribute = struct.pack("=HH", 4 + len(name) + 1, 3) + name + b"\0"
    body = struct.pack("=BxHiII", 0, 1, index, 0, 0) + attribute + b"\0" * (-len(attribute) % 4)
    return struct.pack("=IHHII", 16 + len(body), 16, 0, 0, 0) + body


def address(kind, host, index=2):
    octets = socket.inet_aton(f"192.168.8.{host}")
    body = struct.pack("=BBBBI", 2, 24, 0, 0, index) + struct.pack("=HH", 8, 2) + octets
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body


def told(changes):
    return [(str(change.present.address), change.added) for change in changes]


class Answers:
    """It answers each request of a datagram, as rtnetlink does inside send()."""

    def __init__(self, codes=()):
        self.codes = list(codes)
        self.requests = []
        self.answers = []

    def send(self, data):
        offset = 0
        while offset < len(data):
            length, kind, _flags, sequence, _port = struct.unpack_from("=IHHII", data, offset)
            self.requests.append((kind, bytes(data[offset + 16 : offset + length])))
            code = self.codes.pop(0) if self.codes else 0
            self.answers.append(struct.pack("=IHHIIi", 36, 2, 0, sequence, 0, -code) + bytes(16))
            offset += (length + 3) & ~3

    def recv_into(self, buffer):
        answer = self.answers.pop(0)
        buffer[: len(answer)] = answer
        return len(answer)


class FakeListing:
    """A listing of so many portions, at whose end there is ``found``; ``error`` instead of the last one."""

    def __init__(self, found, portions=1, error=None):
        self.found, self.left, self.error, self.events, self.closed = found, portions, error, [], False
        self.done = False
        self._pipe = os.pipe()

    def fileno(self):
        return self._pipe[0]

    def advance(self):
        self.left -= 1
        if not self.left and self.error is not None:
            raise self.error
        self.done = not self.left

    def event(self, data):
        self.events.append(data)

    def finish(self):
        for data in self.events:
            self.found.feed(data)
        return self.found

    def close(self):
        self.closed = True
        for end in self._pipe:
            os.close(end)
