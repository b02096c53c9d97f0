# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep virtual time: the queue of everything that is going to happen.

Two events of the same moment happen in the order in which they were put in, so that a run is the same every time.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from .expected_timers import EPSILON_S

CROWD_MAX = 10_000  # events that follow each other within the rounding of a clock


class StandsStill(Exception):
    """Time does not advance: an event asks again and again to be called now."""


class Clock:
    """It has ``now`` in seconds of the world, which no machine in it can read: each has a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[..., object], tuple[object, ...]]] = []
        self._order = 0

    def at(self, when: float, what: Callable[..., object], *arguments: object) -> None:
        """Call ``what`` with ``arguments`` at ``when``; a time that has passed is now."""
        self._order += 1
        heappush(self._events, (when if when > self.now else self.now, self._order, what, arguments))

    def run(self, until: float) -> None:
        """Run every event up to ``until``, in seconds. Raises :class:`StandsStill` when time does not advance."""
        events, crowd = self._events, 0
        while events and events[0][0] <= until:
            when, _order, what, arguments = heappop(events)
            crowd = crowd + 1 if when - self.now < EPSILON_S else 0
            if crowd > CROWD_MAX:
                raise StandsStill(f"{crowd} events within a moment, at {when:.6f} s")
            self.now = when
            what(*arguments)
        self.now = until
