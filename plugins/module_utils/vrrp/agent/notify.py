# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notify scripts: one queue for each instance, in the order of the transitions, one script at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Optional

from ..config.model import Globals, Instance, NotifyCommand
from . import process
from .log import Log

TIMEOUT_S = 60.0  # a script that runs longer is ended, so that the next transition is told at all
WAITING_MAX = 64  # transitions that wait; a pair that flaps faster than its scripts run loses the oldest

Job = tuple[tuple[str, ...], Optional[str], Optional[str], bool]  # command, user, group, secure


class NotifyQueue:
    """Runs what ``notify_*`` and ``notify`` ask for, never in the way of the loop."""

    def __init__(self, name: str, log: Log, timeout_s: float = TIMEOUT_S) -> None:
        self._name = name
        self._log = log
        self._timeout_s = timeout_s
        self._waiting: deque[Job] = deque()
        self._task: Optional[asyncio.Task] = None

    def put(self, instance: Instance, settings: Globals, state: str, priority: int) -> None:
        """Queue the scripts of one transition: the state's own first, then ``notify`` with its four arguments."""
        self._name = instance.name  # a reload may have changed it
        own = {
            "MASTER": instance.notify.master,
            "BACKUP": instance.notify.backup,
            "FAULT": instance.notify.fault,
            "STOP": instance.notify.stop,
        }.get(state)
        if own is not None:
            self._add(own, settings)
        if instance.notify.any is not None:
            self._add(instance.notify.any, settings, "INSTANCE", instance.name, state, str(priority))

    def rival(self, instance: Instance, settings: Globals, priority: int) -> None:
        """Queue ``notify_master_rx_lower_pri``: a MASTER of this ``priority`` heard another one, of a lower one.

        keepalived runs it without arguments and does not run ``notify``: only its FIFO would say the priority. A rival
        speaks at every interval, and must not push what tells of transitions out of the queue.
        """
        self._name = instance.name
        notify = instance.notify.master_rx_lower_pri
        if notify is not None and self._job(notify, settings) not in self._waiting:
            self._add(notify, settings)

    @property
    def idle(self) -> bool:
        return self._task is None

    async def finish(self, bound_s: float) -> None:
        """Let what is queued run, ``bound_s`` seconds at most; then end it."""
        if self._task is None:
            return
        _done, pending = await asyncio.wait([self._task], timeout=bound_s)
        if pending:
            self._log.warning(f"({self._name}) notify scripts still run at the end: they are ended")
            self._waiting.clear()  # before Python 3.12 a cancellation that meets the script's end is swallowed
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @staticmethod
    def _job(notify: NotifyCommand, settings: Globals, *arguments: str) -> Job:
        user, group = notify.user, notify.group
        if user is None:
            user, group = settings.script_user, settings.script_group
        return notify.command + arguments, user, group, settings.enable_script_security

    def _add(self, notify: NotifyCommand, settings: Globals, *arguments: str) -> None:
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.popleft()
            self._log.warning(f"({self._name}) {WAITING_MAX} notify scripts wait: the oldest one is dropped")
        self._waiting.append(self._job(notify, settings, *arguments))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._waiting:
                command, user, group, secure = self._waiting.popleft()
                outcome = await process.run(command, self._timeout_s, user, group, secure)
                if not outcome.ok:
                    tell = self._log.warning if outcome.error is None else self._log.error
                    tell(f"({self._name}) notify script {command[0]} failed ({outcome.text})")
        finally:
            self._task = None
