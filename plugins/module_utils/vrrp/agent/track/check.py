# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the rises and falls of a check as keepalived does, and say good or bad."""

from __future__ import annotations

import abc
import asyncio
import hashlib
import traceback
from collections.abc import Callable
from typing import Any, Optional

from ...protocol.priority import CheckResult
from ..log import Log

Definition = tuple[Any, ...]


class Watch(abc.ABC):
    """It is one thing that is watched. ``ok`` is None until its first result.

    The count is keepalived's: 0 to rise-1 is failed, rise to rise+fall-1 is good. A first success makes it good at once
    and a first failure makes it failed at once, for any rise and fall.

    ``subject`` is what it is about, ``definition`` also how it asks; weights belong to the instances that track it, and
    are in neither.
    """

    kind = ""

    def __init__(
        self,
        name: str,
        subject: Definition,
        definition: Definition,
        counts: tuple[int, int],
        changed: Callable[[], None],
        log: Log,
    ) -> None:
        self.name = name
        self.subject = subject
        self.definition = definition
        self.ok: Optional[bool] = None
        self.detail = ""
        self.answer_within_s = 0.0  # seconds from one answer to the next, when all is well
        self._rise, self._fall = counts
        self._first = True
        self._count = self._rise - 1
        self._changed = changed
        self._log = log
        self.broken = False  # a bug ended it
        self._ended = False

    @property
    def key(self) -> str:
        """Return a key: the same for the same definition in every process. It hides the command and its arguments."""
        digest = hashlib.sha256(repr(self.definition).encode("utf-8", "surrogateescape")).hexdigest()
        return f"{self.kind} {self.name} {digest[:16]}"

    def result(self, weight: int, reverse: bool = False) -> CheckResult:
        """Return the result for an instance that tracks it with this weight."""
        return CheckResult(self.name, self.kind, self.ok, weight, self.detail, reverse)

    # Before the first result

    def follow(self, before: Watch) -> None:
        """Keep the result of the check that this one replaces, until its own first result."""
        self.ok, self.detail = before.ok, before.detail
        self._first, self._count = True, self._rise - 1

    def assume(self, ok: bool, detail: str) -> None:
        """Begin as if it had this result."""
        self.ok, self.detail = ok, "" if ok else detail
        self._first, self._count = False, self._rise + self._fall - 1 if ok else 0

    # Results

    def take(self, ok: bool, detail: str, line: str) -> None:
        """Count one result. Log ``line`` when it decides, and call ``changed`` when the result has changed."""
        before = (self.ok, self.detail)
        if self._decides(ok):
            self._log.info(line)
            self.ok, self.detail = ok, ""
        if self.ok is False and not ok:
            self.detail = detail
        if (self.ok, self.detail) != before:
            self._changed()

    def _decides(self, ok: bool) -> bool:
        """Return whether this result makes it good or failed, even if it is so already."""
        first, self._first = self._first, False
        if ok:
            if self._count < self._rise - 1:
                self._count += 1
                return False
            decides = self._count < self._rise
            self._count = self._rise + self._fall - 1
            return decides
        if self._count > self._rise:
            self._count -= 1
            return False
        decides = first or self._count == self._rise
        self._count = 0
        return decides

    # Life

    @abc.abstractmethod
    def start(self) -> None:
        """Begin to watch."""

    @abc.abstractmethod
    async def stop(self) -> None:
        """End it, and what it does now."""

    def ended(self, task: asyncio.Task[Any]) -> None:
        """Handle the end of its task. After a bug it counts as failed, as the last result may be old."""
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._ended:
            text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            self._log.error(f"internal error, {self.kind} {self.name} is not asked any more:\n{text}".rstrip())
            self.broken, self.ok, self.detail = True, False, "internal error: see the log of the agent"
            self._changed()


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
        self.interval_s = interval_s
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
            await asyncio.sleep(max(started_at + self.interval_s - loop.time(), 0.0))
