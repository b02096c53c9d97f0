# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the former priorities and intervals of a node: timers set with them may still run."""

from __future__ import annotations

from typing import Optional

from ..protocol.router import VirtualRouter
from ..protocol.states import Master, SavedRouterState, State
from .clock import Clock
from .expected_timers import down_s, interval_s


class ParameterHistory:
    """It keeps the priorities and intervals of one node that have ended."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._adverts = 3
        self._ended: list[tuple[float, int, float, int]] = []  # (at, priority, interval, VRRP version)

    def ends(self, router: VirtualRouter) -> None:
        """Note the present values: the next input may change them."""
        own = router.parameters
        self._adverts = own.down_adverts
        self._ended.append((self.clock.now, router.priority, interval_s(own), own.version))

    def priorities(self) -> list[int]:
        """Return the priorities that a running timer may have been set with."""
        return [priority for at, priority, _interval, version in self._ended if self._counts(at, version)]

    def intervals(self) -> list[float]:
        """Return the intervals that a running timer may have been set with, in seconds."""
        return [interval for at, _priority, interval, version in self._ended if self._counts(at, version)]

    def _counts(self, at: float, version: int) -> bool:
        longest_s = 2 * max(interval for _at, _priority, interval, _version in self._ended)
        return self.clock.now - at <= 2 * down_s(version, 1, longest_s, self._adverts)


def remembered(router: VirtualRouter) -> Optional[SavedRouterState]:
    """Return what the ledger says of a router whose process dies now."""
    if isinstance(router.condition, Master):
        return SavedRouterState(State.MASTER, router.condition.spoke_at, router.master_interval_cs, router.hold)
    if router.state is State.BACKUP and router.master is not None:
        return SavedRouterState(State.BACKUP, router.master.seen_at, router.master_interval_cs, router.hold)
    return None
