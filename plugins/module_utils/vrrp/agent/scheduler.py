# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scheduler has the clock, the one timer for the deadlines of all instances, and what is common to all callbacks.

When a deadline is long past, the process has slept. Then each callback first does what is due, which begins with
reading the sockets. So an agent that slept does not take over from a master that has advertised all the time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Optional, TypeVar

from ..protocol.states import NEVER

LATE_S = 0.05  # a timer that is this late shows that the process has slept

Returned = TypeVar("Returned")


class Scheduler:
    """It calls back in the running loop. ``now()`` is monotonic seconds; asyncio's timers use the same clock.

    ``call_at`` starts a timer, as that of asyncio does. A test passes its own.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        call_at: Optional[Callable[[float, Callable[[], None]], asyncio.TimerHandle]] = None,
    ) -> None:
        self.now = now
        self._loop = asyncio.get_running_loop()
        self._call_at = call_at or self._loop.call_at
        self._timer: Optional[asyncio.TimerHandle] = None
        self._at = NEVER
        self._suspended = False
        self.connect(nothing, nothing, nullcontext())

    def connect(
        self, on_due: Callable[[], None], on_error: Callable[[], None], batch: AbstractContextManager[Any]
    ) -> None:
        """Set the hooks of the owner.

        ``on_due()`` does what is due and sets the timer again. ``on_error()`` is called while an unexpected exception
        is handled. The context manager ``batch`` is around each callback, so that its changes count as one.
        """
        self._on_due, self._on_error, self._batch = on_due, on_error, batch
        self._ring = self.callback(on_due)

    # Callbacks

    def callback(self, function: Callable[[], None]) -> Callable[[], None]:
        """Return a wrapper of ``function`` for the loop.

        After a bug in it the agent must not keep its addresses, so each exception goes to ``on_error``.
        """

        def call() -> None:
            try:
                with self._batch:
                    if self.now() > self._at + LATE_S:
                        self._on_due()
                    function()
            except Exception:  # the addresses go, and the service manager starts the agent again
                self._on_error()

        return call

    def run(self, function: Callable[[], Returned]) -> Returned:
        """Call ``function`` now, as a callback is called, and return its result. Raises what it raises."""
        with self._batch:
            if self.now() > self._at + LATE_S:
                self._on_due()
            return function()

    def call_soon(self, function: Callable[[], None]) -> asyncio.Handle:
        """Call ``function`` in the next turn of the loop."""
        return self._loop.call_soon(self.callback(function))

    def call_later(self, delay_s: float, function: Callable[[], None]) -> asyncio.TimerHandle:
        """Call ``function`` in ``delay_s`` seconds."""
        return self._loop.call_later(delay_s, self.callback(function))

    def add_reader(self, descriptor: int, function: Callable[[], None]) -> None:
        """Call ``function`` whenever there is something to read."""
        self._loop.add_reader(descriptor, self.callback(function))

    def remove_reader(self, descriptor: int) -> None:
        """Forget the reader of ``descriptor``, if there is one."""
        self._loop.remove_reader(descriptor)

    def on_signal(self, number: int, function: Callable[[], None]) -> None:
        """Call ``function`` whenever this signal comes."""
        self._loop.add_signal_handler(number, self.callback(function))

    # The timer

    @property
    def armed_at(self) -> float:
        """Return when ``on_due`` will be called (monotonic seconds), NEVER while the timer is not set."""
        return self._at

    def arm(self, at: float) -> None:
        """Call ``on_due`` at ``at`` (absolute monotonic seconds) at the latest.

        A deadline that moves to a later time does not move the timer: ``on_due`` looks at all deadlines and sets it
        again. So an advertisement, which only moves a backup's deadline, costs no timer call.
        """
        if at < self._at and not self._suspended:
            if self._timer is not None:
                self._timer.cancel()
            self._at = at
            self._timer = self._call_at(at, self._ring)

    def suspend(self) -> None:
        """Cancel the timer, and set none until :meth:`resume`."""
        self.cancel()
        self._suspended = True

    def resume(self, at: float) -> None:
        """Arm the timer for ``at``, which is the earliest of all deadlines now."""
        self._suspended = False
        self.arm(at)

    def cancel(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._at = None, NEVER


def nothing() -> None:
    """Do nothing."""
