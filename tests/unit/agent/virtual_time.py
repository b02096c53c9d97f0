# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of this asyncio loop belongs to the test: it jumps to the next timer, so a test does not wait."""

from __future__ import annotations

import asyncio
import selectors

LIMIT_S = 1_000_000.0  # of virtual time


class Jump(selectors.SelectSelector):
    """It polls, and lets the waiting time of the loop pass at once."""

    now = 0.0

    def select(self, timeout=None):
        if timeout is not None and timeout > 0:
            self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """``time()`` begins at 0."""

    def __init__(self) -> None:
        self._jump = Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now


def play(scenario):
    """Run ``scenario``, an async function, in virtual time. Returns what it returns."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(asyncio.wait_for(scenario(), LIMIT_S))
    finally:
        loop.close()
