# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It joins two ends of a channel in this process, in place of UDP sockets."""

from __future__ import annotations

import asyncio
import errno
import os
from collections import deque
from itertools import count

from agent_fakes import FakeScheduler

OWN, OTHER = "192.168.8.4", "192.168.8.6"


class LoopScheduler(FakeScheduler):
    """Its time is that of the running loop, and its readers are called when an :class:`End` has something to read."""

    def __init__(self, network) -> None:
        super().__init__()
        self._network = network

    def now(self):
        return asyncio.get_running_loop().time()

    def add_reader(self, descriptor, function):
        self._network.readers[descriptor] = function
        self._network.look()

    def remove_reader(self, descriptor):
        self._network.readers.pop(descriptor, None)


class Network:
    """It makes the sockets of both ends. What one end sends waits at the other one, if that is open."""

    def __init__(self) -> None:
        self.ends: dict[str, End] = {}
        self.readers: dict = {}
        self.error = 0  # what opening a socket fails with
        self.sent: list[tuple[str, bytes]] = []
        self.numbers = count()

    def open(self, own, peer, port):
        if self.error:
            raise OSError(self.error, os.strerror(self.error))
        self.ends[str(own)] = End(self, str(own), str(peer))
        return self.ends[str(own)]

    def look(self):
        asyncio.get_running_loop().call_soon(self._call)

    def _call(self):
        for end in list(self.ends.values()):
            if end.waiting and end.number in self.readers:
                self.readers[end.number]()
                self.look()


class End:
    def __init__(self, network, own, peer) -> None:
        self.address, self._network, self._peer = own, network, peer
        self.number = next(network.numbers)
        self.waiting: deque = deque()
        self.refused = False  # nobody listened to the last message
        self.error = 0
        self.reads = 0

    def fileno(self):
        return self.number

    def send(self, message):
        if self.error:
            raise OSError(self.error, os.strerror(self.error))
        if self.refused:
            self.refused = False
            raise OSError(errno.ECONNREFUSED, "Connection refused")
        self._network.sent.append((self.address, message))
        other = self._network.ends.get(self._peer)
        if other is None:
            self.refused = True
        else:
            other.arrives(message)

    def arrives(self, message):
        self.waiting.append(message)
        self._network.look()

    def receive(self):
        self.reads += 1
        return self.waiting.popleft() if self.waiting else None

    def close(self):
        self._network.ends.pop(self.address, None)
