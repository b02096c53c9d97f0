# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pause between the frames of bursts, for switches that cannot take a flood of them.

A pause is for one interface, or for all interfaces of a ``garp_group`` together; gratuitous ARP and neighbour
advertisements have one each. Bursts that share a queue take turns, one frame at a time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterator
from typing import NamedTuple, Optional

from ...config.model.configuration import GarpGroup

Frame = tuple[int, bytes]  # the interface's index and the frame


class Pauses(NamedTuple):
    """It holds the pauses between two frames, in seconds."""

    garp_s: float = 0.0
    gna_s: float = 0.0


NO_PAUSES = Pauses()


class Burst(NamedTuple):
    """It is one burst of a queue."""

    key: Hashable
    frames: Iterator[Frame]
    pause_s: float


class PacedQueue:
    """It sends frames that must keep a distance in time from each other."""

    def __init__(self, send: Callable[[int, bytes], None]) -> None:
        self._send = send
        self._bursts: deque[Burst] = deque()
        self._next_at = 0.0
        self._timer: Optional[asyncio.Handle] = None

    @property
    def busy(self) -> bool:
        """Return whether a burst is under way in this queue."""
        return bool(self._bursts)

    def add(self, burst: Burst) -> None:
        """Send these frames as soon as it is their turn, beginning after the caller has finished."""
        self._bursts.append(burst)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_soon(self._go_on)

    def drop(self, key: Hashable) -> None:
        """Forget what has not been sent."""
        self._bursts = deque(burst for burst in self._bursts if burst.key != key)

    def close(self) -> None:
        """Drop all frames that have not been sent, and cancel the timer."""
        self._bursts.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go_on(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        while self._bursts:
            if loop.time() < self._next_at:
                self._timer = loop.call_at(self._next_at, self._go_on)
                return
            burst = self._bursts.popleft()
            frame = next(burst.frames, None)
            if frame is not None:
                self._bursts.append(burst)
                self._next_at = loop.time() + burst.pause_s
                self._send(*frame)


class Pacer:
    """It makes queues when they are needed, and keeps them."""

    def __init__(self, send: Callable[[int, bytes], None]) -> None:
        self._send = send
        self._queues: dict[Hashable, PacedQueue] = {}
        self._groups: dict[str, GarpGroup] = {}

    def arrange(self, groups: Collection[GarpGroup]) -> None:
        """Let the interfaces of each of these groups share their queues from now on."""
        self._groups = {name: group for group in groups for name in group.interfaces}

    def may_pause(self, pauses: Pauses) -> bool:
        """Return whether some frame of an instance with these pauses has to wait anywhere."""
        return bool(self._groups) or pauses != NO_PAUSES

    def pause_s(self, interface: str, version: int, pauses: Pauses) -> float:
        """Return the seconds between two frames there: those of the group, else those of the instance."""
        group = self._groups.get(interface)
        own, shared = pauses.garp_s, group.garp_interval_s if group is not None else None
        if version == 6:
            own, shared = pauses.gna_s, group.gna_interval_s if group is not None else None
        return own if shared is None else shared

    def add(self, interface: str, version: int, burst: Burst) -> None:
        """Send these frames, which are of one interface and one IP version."""
        place = self._groups.get(interface, interface), version
        if place not in self._queues:
            self._queues[place] = PacedQueue(self._send)
        self._queues[place].add(burst)

    def drop(self, key: Hashable) -> None:
        """Forget what has not been sent."""
        for queue in self._queues.values():
            queue.drop(key)

    def close(self) -> None:
        """Close every queue; frames that have not been sent are dropped."""
        for queue in self._queues.values():
            queue.close()
        self._queues.clear()
