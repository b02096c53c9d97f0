# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make again what was deleted while the agent runs: its directory, its socket, its state files.

It also writes the sequences that ``auth_hmac`` has heard every few seconds: a crash loses no more than that.
"""

from __future__ import annotations

import asyncio
from typing import Any, Optional, Protocol

from ..runtime import RUNTIME_DIR
from .graceful_restart import GracefulRestart
from .log import Log
from .process.runtime_dir import NO_ROOM, RuntimeDirectory, RuntimeDirectoryError
from .scheduler import Scheduler

PERIOD_S = 5.0  # a look costs a few system calls


class Server(Protocol):
    """A server is the control socket as housekeeping sees it: it can be made again."""

    @property
    def there(self) -> bool:
        """Return whether the file of the socket is still there."""

    async def start(self) -> None:
        """Open it."""

    async def restart(self) -> None:
        """Open it again."""

    async def stop(self) -> None:
        """Close it."""


class Housekeeping:
    """It looks every few seconds, and when :meth:`look` is called, from :meth:`start` to :meth:`stop`."""

    def __init__(
        self,
        runtime: RuntimeDirectory,
        control: Server,
        graceful_restart: GracefulRestart,
        log: Log,
        scheduler: Scheduler,
    ) -> None:
        self._runtime = runtime
        self._control = control
        self._graceful_restart = graceful_restart
        self._log = log
        self._scheduler = scheduler
        self._timer: Optional[asyncio.TimerHandle] = None
        self._task: Optional[asyncio.Task[Any]] = None

    async def start(self) -> None:
        """Open the control socket. While the file system is full the agent works without it."""
        try:
            await self._control.start()
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            self._tell(error)
        self._timer = self._scheduler.call_later(PERIOD_S, self._look_again)

    async def stop(self) -> None:
        """Close the control socket; nothing is made again any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        await self._control.stop()

    def look(self) -> None:
        """Make again all that is missing."""
        if self._timer is None:
            return
        if not self._runtime.there:
            try:
                self._runtime.restore()
            except RuntimeDirectoryError as error:
                text = f"{error}; without it nobody can ask this agent anything, and a restart would begin from nothing"
                remedy = ": systemctl reload hotstandby makes it again" if self._runtime.path == RUNTIME_DIR else ""
                self._log.rate_limited(("upkeep", "directory"), text + remedy)
                return
        self._graceful_restart.restore()
        if not self._control.there and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._open_again())

    async def _open_again(self) -> None:
        try:
            await self._control.restart()
        except OSError as error:
            self._tell(error)
        else:
            self._log.info("the control socket was gone and has been made again")

    def _look_again(self) -> None:
        self._timer = self._scheduler.call_later(PERIOD_S, self._look_again)
        self.look()
        self._runtime.dismiss()
        self._graceful_restart.keep_marks()

    def _tell(self, error: OSError) -> None:
        reason = f"{error.strerror or error}"
        self._log.rate_limited(
            ("upkeep", reason), f"cannot open {self._runtime.control_socket}: {reason}; trying again"
        )
