# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fakes of the sockets to the segment are pipes: a test says what they receive."""

from __future__ import annotations

import os


def priority_in(packet: bytes) -> int:
    """Return the third octet after the IP header."""
    return packet[22 if packet[0] >> 4 == 4 else 42]


class FakeVrrpSocket:
    """A VRRP socket on a pair of pipes: ``waiting`` is what the wire brought, ``sent`` what went out."""

    def __init__(self, interface: str, index: int, version: int = 4, protocol: int = 112) -> None:
        self.interface, self.index, self.version, self.protocol = interface, index, version, protocol
        self.waiting: list[bytes] = []
        self.sent: list[tuple[int, str]] = []
        self.joined: set[str] = set()
        self.closed = False
        self.buffer: int | None = None
        self._pipe = os.pipe()

    def fileno(self) -> int:
        return self._pipe[0]

    def join(self, group) -> None:
        self.joined.add(str(group))

    def stay_in(self, groups) -> None:
        self.joined &= {str(group) for group in groups}

    def resize(self, octets: int) -> None:
        self.buffer = octets

    def receive(self):
        return self.waiting.pop(0) if self.waiting else None

    def send(self, packet: bytes, destination: str) -> None:
        self.sent.append((priority_in(packet), destination))

    def close(self) -> None:
        self.closed = True
        for end in self._pipe:
            os.close(end)


class FakeClaimSocket:
    """A packet socket on a pipe: ``waiting`` is what the wire brought."""

    def __init__(self, index: int, addresses) -> None:
        self.index = index
        self.addresses = frozenset(addresses)
        self.waiting: list[bytes] = []
        self.sent: list[bytes] = []
        self.closed = False
        self._pipe = os.pipe()

    def send(self, frame: bytes) -> None:
        self.sent.append(frame)

    def watch(self, addresses) -> None:
        self.addresses = frozenset(addresses)

    def fileno(self) -> int:
        return self._pipe[0]

    def receive(self):
        return self.waiting.pop(0) if self.waiting else None

    def close(self) -> None:
        self.closed = True
        for end in self._pipe:
            os.close(end)
