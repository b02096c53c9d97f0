# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repeat a check at an interval."""

from __future__ import annotations

import abc
import asyncio
from collections.abc import Callable
from typing import Any, Optional

from ..telling.log import Log
from .watch import Definition, Watch


class AskedWatch(Watch):
    """It asks every ``interval_s`` seconds, and never before the last answer has come."""

    def __init__(
        self,
        name: str,
        subject: Definition,
        definition: Definition,
        counts: tuple[int, int],
        interval_s: float,
        changed: Callable[[], None],
        log: Log,
    ) -> None:
        super().__init__(name, subject, definition, counts, changed, log)
        self.answer_within_s = 2 * interval_s
        self._interval_s = interval_s
        self._task: Optional[asyncio.Task[Any]] = None

    @abc.abstractmethod
    async def ask(self) -> Any:
        """Ask once; the result goes to :meth:`observe`."""

    @abc.abstractmethod
    def observe(self, outcome: Any) -> None:
        """Take one answer."""

    def start(self) -> None:
        """Begin to ask, in a task of its own."""
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._task.add_done_callback(self.ended)

    async def stop(self) -> None:
        """Cancel the task that asks, and return when it has ended."""
        self._ended = True  # before Python 3.12 wait_for() swallows a cancellation that meets a script's end
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            started_at = loop.time()
            outcome = await self.ask()
            if self._ended:
                return
            self.observe(outcome)
            # Never ask twice at once, and never in a burst to catch up.
            await asyncio.sleep(max(started_at + self._interval_s - loop.time(), 0.0))
