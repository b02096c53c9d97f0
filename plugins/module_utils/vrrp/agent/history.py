# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember each change of mastership: the log has it, with fields, and a child writes it to the disk a moment later."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Optional

from .log import Log
from .process import history_file, saved_state
from .process.fork import Fork
from .process.history_file import MASTER, REASON_MAX, HistoryEntry
from .scheduler import Scheduler

SOON_S = 1.0  # until the file is written: the changes of one failover together, and not in the middle of it
AGAIN_S = 10.0  # until it is tried again after that has failed
WRITES = "writes the history"
WAITING_MAX = 2048  # changes that are not on the disk yet; the oldest are forgotten


class History:
    """It has a child of ``fork`` write to ``directory``. ``wall()`` is seconds since 1970."""

    def __init__(
        self, directory: str, fork: Fork, scheduler: Scheduler, log: Log, wall: Callable[[], float] = time.time
    ) -> None:
        self._directory = directory
        self._fork = fork
        self._scheduler = scheduler
        self._wall = wall
        self._log = log
        self._boot = saved_state.boot_id()
        self._master: dict[str, bool] = {}  # by instance, as this process has told it last
        self._waiting: deque[HistoryEntry] = deque(maxlen=WAITING_MAX)
        self._timer: Optional[asyncio.TimerHandle] = None
        log.listeners.append(self._heard)

    def end(self) -> None:
        """Write what no child has written, as the process ends."""
        self._log.listeners.remove(self._heard)
        if self._timer is not None:
            self._timer.cancel()
        if not self._waiting:
            return
        waiting = tuple(self._waiting)
        problem = self._fork.finish(lambda: history_file.append(self._directory, waiting), WRITES)
        if problem:
            self._log.error(f"the last changes of mastership are not written: {problem}")

    def _heard(self, level: int, text: str, fields: Mapping[str, str]) -> None:
        """Take a line of the log: one with these fields says that a state has begun."""
        if "STATE" not in fields:
            return
        name, first, is_master = fields["INSTANCE"], fields["INSTANCE"] not in self._master, fields["STATE"] == MASTER
        if not first and self._master[name] is is_master:
            return  # a check that comes and goes on a standby must not have a child write each time
        self._master[name] = is_master
        self._waiting.append(
            HistoryEntry(
                at=round(self._wall(), 3),
                boot=self._boot,
                monotonic=round(self._scheduler.now(), 3),
                instance=name,
                state=fields["STATE"],
                priority=int(fields["PRIORITY"]),
                reason=fields["REASON"][:REASON_MAX],
                peer=fields["PEER"],
                first=first,
            )
        )
        if self._timer is None:
            self._timer = self._scheduler.call_later(SOON_S, self._write)

    def _write(self) -> None:
        """Have a child write what waits. If that does not succeed it is tried again."""
        entries = tuple(self._waiting)
        self._timer = self._scheduler.call_later(AGAIN_S, self._write) if entries else None
        if entries:
            self._fork.run(
                lambda: history_file.append(self._directory, entries),
                lambda told: self._done(entries, told),
                WRITES,
            ).add_done_callback(self._ended)

    def _ended(self, result: asyncio.Future[dict[str, Any]]) -> None:
        """Tell why the child has not done it."""
        if not result.cancelled() and result.exception() is not None:
            self._tell(str(result.exception()))

    def _tell(self, problem: str) -> None:
        self._log.rate_limited(("history", problem), f"{problem}: changes of mastership are kept in memory")

    def _done(self, entries: tuple[HistoryEntry, ...], problem: str) -> dict[str, Any]:
        if problem:
            self._tell(problem)
            return {}
        written = set(entries)
        self._waiting = deque((each for each in self._waiting if each not in written), WAITING_MAX)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._scheduler.call_later(SOON_S, self._write) if self._waiting else None
        return {}
