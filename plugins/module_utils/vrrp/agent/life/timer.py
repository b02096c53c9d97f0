# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One timer for the deadlines of all instances."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Optional

from ...protocol.states import NEVER


class Alarm:
    """Rings at the earliest time it was armed for.

    A deadline that moves away does not move the timer: the one who hears it ring looks at all deadlines and arms it
    anew. So an advertisement, which only moves a backup's deadline away, costs no timer at all.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._handle: Optional[asyncio.TimerHandle] = None
        self._at = NEVER
        self._muted = False

    @property
    def at(self) -> float:
        """When it rings, NEVER while nothing is armed."""
        return self._at

    def arm(self, at: float) -> None:
        """Ring at ``at`` (absolute monotonic seconds) at the latest."""
        if at < self._at and not self._muted:
            self.cancel()
            self._at = at
            self._handle = self._loop.call_at(at, self._ring)

    def mute(self) -> None:
        """Forget what is armed, and do not listen until :meth:`unmute`."""
        self.cancel()
        self._muted = True

    def unmute(self, at: float) -> None:
        """Listen again; ring at ``at``, which is the earliest of all deadlines now."""
        self._muted = False
        self.arm(at)

    def cancel(self) -> None:
        """Do not ring until armed again."""
        if self._handle is not None:
            self._handle.cancel()
        self._handle, self._at = None, NEVER
