# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate the virtual addresses in the kernel of one machine: a lease that a living agent renews."""

from __future__ import annotations

import enum

from .expected_timers import RENEWAL_S


class SimulatedKernel:
    """It keeps one flag for all virtual addresses of an instance, as they go on and off together."""

    def __init__(self, lease_s: float) -> None:
        self.lease_s = lease_s
        self.owns = False
        self._installed_at = 0.0

    def install(self, now: float) -> bool:
        """Put the addresses on; the renewals count from now. Return whether they were not there."""
        fresh = not self.owns
        self.owns = True
        self._installed_at = now
        return fresh

    def release(self) -> bool:
        """Take the addresses off. Return whether they were there."""
        gone, self.owns = self.owns, False
        return gone

    def lease_ends_at(self, now: float) -> float:
        """Return when the addresses go without a renewal after ``now``; renewals are exact and need no events."""
        renewals = int((now - self._installed_at) / RENEWAL_S)
        return self._installed_at + renewals * RENEWAL_S + self.lease_s


class ProcessState(enum.Enum):
    """It says what the agent's process does."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
