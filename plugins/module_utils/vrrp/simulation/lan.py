# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate the segment: what one machine sends arrives at the others late, or never.

Machines on the same side of a partition can talk. Two packets from one machine to another never overtake each other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any, Optional, Protocol

from ..protocol.packet import Advertisement
from .clock import Clock

CLIENT = "client"  # the name of the client's port, which is on a side like a node's


class Port(Protocol):
    """It is a machine as the segment knows it."""

    name: str

    def receive(self, advertisement: Advertisement, sender: Any) -> None:
        """Take an advertisement that ``sender`` has sent."""


# Why the receiver throws away an advertisement (receiver, sender, priority), None when it takes it.
Judge = Callable[[str, str, int], Optional[str]]


class Lan:
    """It carries packets. ``delay_s`` is the shortest and the longest way of one in seconds, ``loss`` 0 to 1."""

    def __init__(self, clock: Clock, names: Iterable[str], seed: int, delay_s: tuple[float, float]) -> None:
        self.clock = clock
        self.delay_s = delay_s
        self.longest_delay_s = delay_s[1]  # of all that were in force, for what is still on its way
        self.loss = 0.0
        self.lost_at = -1.0  # when the last packet was lost
        self.side = dict.fromkeys((*names, CLIENT), 0)
        self.nodes: dict[str, Any] = {}  # Node by name, filled by the simulator
        self.client: Any = None  # the Client, put there by the simulator
        self.judge: Optional[Judge] = None
        self.on_lost: Callable[[Any, Any, Advertisement], None] = lambda sender, receiver, advertisement: None
        self.on_refused: Callable[[Any, Any, str], None] = lambda sender, receiver, why: None
        self._random = random.Random(f"lan {seed}").random
        self._busy_until: dict[tuple[str, str], float] = {}
        self._refused: set[tuple[str, str, str]] = set()

    # Partitions

    def talk(self, one: str, other: str) -> bool:
        """Return whether the two are on the same side."""
        return self.side[one] == self.side[other]

    def sides(self) -> list[list[str]]:
        """Return the names of the nodes on each side that has any, in a fixed order."""
        grouped: dict[int, list[str]] = {}
        for name in self.nodes:
            grouped.setdefault(self.side[name], []).append(name)
        return list(grouped.values())

    def split(self, groups: Iterable[Iterable[str]]) -> None:
        """Let each group hear only itself; nodes in no group stay with the client."""
        for number, group in enumerate(groups, 1):
            for name in group:
                self.side[name] = number

    def heal(self) -> None:
        """Make one segment again."""
        self.side = dict.fromkeys(self.side, 0)

    def cut(self, name: str) -> None:
        """Separate a node from all others and the client: it hears none of them, and none of them hears it."""
        self.side[name] = -1 - list(self.nodes).index(name)

    def join(self, name: str) -> None:
        """Put a node on the side of the client again."""
        self.side[name] = self.side[CLIENT]

    def set_delay(self, shortest: float, longest: float) -> None:
        """Set how long a packet takes from now on, in seconds."""
        self.delay_s = (shortest, longest)
        self.longest_delay_s = max(self.longest_delay_s, longest)

    # Packets

    def send(self, sender: Port, advertisement: Advertisement) -> None:
        """Carry an advertisement to every machine that ``sender`` can talk to."""
        side, random_ = self.side, self._random
        own, name = side[sender.name], sender.name
        now = self.clock.now
        shortest, longest = self.delay_s
        for receiver in self.nodes.values():
            if receiver is sender or side[receiver.name] != own:
                continue
            late = random_()  # drawn in any case, so that loss changes nothing else
            if self.loss and random_() < self.loss:
                self.lost_at = now
                self.on_lost(sender, receiver, advertisement)
                continue
            if self.judge and self._refuses(self.judge, receiver, sender, advertisement.priority):
                continue
            arrival = now + shortest + (longest - shortest) * late
            key = (name, receiver.name)
            arrival = max(arrival, self._busy_until.get(key, 0.0))
            self._busy_until[key] = arrival
            self.clock.at(arrival, self._deliver, sender, receiver, advertisement)

    def announce(self, sender: Port, repeat: int) -> None:
        """Carry ``repeat`` gratuitous ARP frames to the client; one that arrives is enough."""
        if not self.talk(sender.name, CLIENT):
            return
        late = self._random()
        if self.loss and all(self._random() < self.loss for _each in range(repeat)):
            self.lost_at = self.clock.now
            return
        shortest, longest = self.delay_s
        self.clock.at(self.clock.now + shortest + (longest - shortest) * late, self._tell_client, sender)

    def _deliver(self, sender: Port, receiver: Port, advertisement: Advertisement) -> None:
        side = self.side
        if side[sender.name] == side[receiver.name]:
            receiver.receive(advertisement, sender)

    def _tell_client(self, sender: Port) -> None:
        if self.talk(sender.name, CLIENT):
            self.client.told(sender)

    def _refuses(self, judge: Judge, receiver: Port, sender: Port, priority: int) -> bool:
        why = judge(receiver.name, sender.name, priority)
        if why is not None and (receiver.name, sender.name, why) not in self._refused:
            self._refused.add((receiver.name, sender.name, why))
            self.on_refused(sender, receiver, why)
        return why is not None
