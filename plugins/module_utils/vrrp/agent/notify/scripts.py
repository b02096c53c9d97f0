# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run notify scripts in order, one at a time in each instance and sync group, and tell the FIFOs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Optional

from ...config.model.configuration import Globals, Instance, NotifyCommand, NotifyScripts, SyncGroup
from ..log import Log
from ..process import subprocesses

TIMEOUT_S = 60.0  # a script that runs longer is ended, so that the next transition is not blocked
WAITING_MAX = 64  # transitions that wait; when there are more, the oldest is dropped, never the last
DELETED = "DELETED"  # an instance or group that a reload has removed

Job = tuple[tuple[str, ...], Optional[str], Optional[str], bool]  # command, user, group, secure
Tell = Callable[[str, str, str, int], None]  # INSTANCE or GROUP, name, state, priority


class _Queue:
    """It runs scripts one after the other, without blocking the loop. An entry has the scripts of one event."""

    def __init__(self, name: str, log: Log, tell: Tell, timeout_s: float = TIMEOUT_S) -> None:
        self.name = name
        self._log = log
        self._timeout_s = timeout_s
        self._tell_fifos = tell
        self._last = ""  # the state that was told last
        self._waiting: deque[tuple[Job, ...]] = deque()
        self._task: Optional[asyncio.Task[Any]] = None

    @property
    def idle(self) -> bool:
        return self._task is None

    async def finish(self, bound_s: float) -> None:
        """Let what is queued run, ``bound_s`` seconds at most; then end it."""
        if self._task is None:
            return
        _done, pending = await asyncio.wait([self._task], timeout=bound_s)
        if pending:
            self._log.warning(f"({self.name}) notify scripts still run at the end: they are ended")
            self._waiting.clear()  # before Python 3.12 a cancellation that meets the script's end is swallowed
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _tell(self, notify: NotifyScripts, settings: Globals, kind: str, state: str, priority: int) -> None:
        """Tell one transition: the state's own script first, then ``notify`` with four arguments; the FIFOs at once."""
        if state == DELETED and not notify.says_deleted and self._last == "FAULT":
            return  # FAULT once more is no news without notify_deleted
        self._last = told_state(notify, state)
        jobs = []
        own = own_command(notify, state)
        if own is not None:
            jobs.append(_job(own, settings))
        if notify.any is not None:
            jobs.append(_job(notify.any, settings, kind, self.name, self._last, str(priority)))
        if jobs:
            if len(self._waiting) >= WAITING_MAX:
                self._waiting.popleft()
                self._log.warning(
                    f"({self.name}) {WAITING_MAX} transitions wait for notify scripts: the oldest is dropped"
                )
            self._add(tuple(jobs))
        self._tell_fifos(kind, self.name, self._last, priority)

    def _add(self, jobs: tuple[Job, ...]) -> None:
        self._waiting.append(jobs)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._waiting:
                for command, user, group, secure in self._waiting.popleft():
                    outcome = await subprocesses.run(command, self._timeout_s, user, group, secure)
                    if not outcome.ok:
                        tell = self._log.warning if outcome.error is None else self._log.error
                        tell(f"({self.name}) notify script {command[0]} failed ({outcome.text})")
        finally:
            self._task = None


class NotifyQueue(_Queue):
    """It runs the notify scripts of an instance."""

    def put(self, instance: Instance, settings: Globals, state: str, priority: int) -> None:
        """Queue the scripts of one transition: the state's own first, then ``notify`` with its four arguments."""
        self.name = instance.name  # a reload may have changed it
        self._tell(instance.notify, settings, "INSTANCE", state, priority)

    def rival(self, instance: Instance, settings: Globals, priority: int) -> None:
        """Queue ``notify_master_rx_lower_pri``: a MASTER of this ``priority`` heard another one, of a lower one.

        keepalived runs it without arguments and does not run ``notify``: only its FIFO says the priority. A rival
        advertises at every interval, and must not push transitions out of the queue.
        """
        self.name = instance.name
        self._tell_fifos("INSTANCE", self.name, "MASTER_RX_LOWER_PRI", priority)
        notify = instance.notify.master_rx_lower_pri
        if notify is None:
            return
        entry = (_job(notify, settings),)
        if entry not in self._waiting and len(self._waiting) < WAITING_MAX:
            self._add(entry)

    def priority_changed(self, instance: Instance, master: bool, priority: int) -> None:
        """Tell the FIFOs another effective priority, where ``notify_priority_changes`` asks for it."""
        if instance.notify.priority_changes:
            self._tell_fifos("INSTANCE", instance.name, "MASTER_PRIORITY" if master else "BACKUP_PRIORITY", priority)

    def again(self, instance: Instance, priority: int) -> None:
        """Tell the FIFOs the state once more, where ``fifo_write_vrrp_states_on_reload`` asks for it."""
        if self._last:
            self._tell_fifos("INSTANCE", instance.name, self._last, priority)


class GroupQueue(_Queue):
    """It runs the notify scripts of a sync group."""

    def put(self, group: SyncGroup, settings: Globals, state: str, priority: int = 0) -> None:
        """Queue the scripts as :meth:`NotifyQueue.put`. The caller passes priority 0: keepalived does so for groups."""
        self.name = group.name
        self._tell(group.notify, settings, "GROUP", state, priority)

    def again(self) -> None:
        """Tell the FIFOs as :meth:`NotifyQueue.again`."""
        if self._last:
            self._tell_fifos("GROUP", self.name, self._last, 0)


def own_command(notify: NotifyScripts, state: str) -> Optional[NotifyCommand]:
    """Return the script of this state only. Without ``notify_deleted`` a removed instance has none."""
    return {
        "MASTER": notify.master,
        "BACKUP": notify.backup,
        "FAULT": notify.fault,
        "STOP": notify.stop,
        DELETED: notify.deleted if notify.says_deleted else None,
    }.get(state)


def told_state(notify: NotifyScripts, state: str) -> str:
    """Return the state for ``notify`` and FIFOs: without ``notify_deleted`` a removed instance says FAULT."""
    return "FAULT" if state == DELETED and not notify.says_deleted else state


def _job(notify: NotifyCommand, settings: Globals, *arguments: str) -> Job:
    user, group = notify.user, notify.group
    if user is None:
        user, group = settings.script_user, settings.script_group
    return notify.command + arguments, user, group, settings.enable_script_security
