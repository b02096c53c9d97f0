# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the processes that match a ``vrrp_track_process``. /proc is read each second; an exit is seen at once.

A matching process is watched by its pidfd (pidfd_open(2)), in a container as well; one that begins, or becomes another
program, is found within a second. Other processes cause no wakeups.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Optional

from ...config.model.trackers import Process
from ..log import Log
from . import procfs
from .check import Watch

POLL_S = 1.0  # seconds between two readings of /proc
SLICE_S = 0.002  # seconds of work before the loop has its turn
CHUNK = 32  # processes between two looks at the clock
WATCHED_MAX = 256  # processes with a descriptor each; the end of any other is found when /proc is read


class ProcessCheck(Watch):
    """It checks one ``vrrp_track_process``. The :class:`ProcessMonitor` finds the processes that match."""

    kind = "process"

    def __init__(self, process: Process, monitor: ProcessMonitor, changed: Callable[[], None], log: Log) -> None:
        definition = (replace(process, weight=0, reverse=False),)
        super().__init__(process.name, ("process", process.name), definition, (1, 1), changed, log)
        self.process = process
        self.pattern = procfs.Pattern(process)
        self.pids: set[int] = set()
        self._monitor = monitor
        self._most = float("inf") if process.quorum_max is None else process.quorum_max
        self._least = 0 if process.quorum_max == 0 else process.quorum
        self._told = 0  # the last count that was told
        self.spoken = False  # whether a count was told; until then ``ok`` is that of an older check
        self._waiting: Optional[asyncio.TimerHandle] = None

    def start(self) -> None:
        """Let the monitor count processes for this check."""
        self._monitor.add(self)

    async def stop(self) -> None:
        """Let the monitor count for this check no more, and cancel a delay that is under way."""
        self._monitor.remove(self)
        self._cancel()

    def counted(self) -> None:
        """Take ``pids``, which may be others now. More wait for ``fork_delay``, fewer for ``terminate_delay``."""
        more = len(self.pids) > self._told
        delay_s = (self.process.fork_delay_s if more else self.process.terminate_delay_s) if self.spoken else 0.0
        self.spoken, self._told = True, len(self.pids)
        if self._good() is self.ok or not delay_s:
            self._settle()
        elif self._waiting is None:
            self._waiting = asyncio.get_running_loop().call_later(delay_s, self._settle)

    def _good(self) -> bool:
        return self._least <= len(self.pids) <= self._most

    def _settle(self) -> None:
        self._cancel()
        good = self._good()
        self.take(good, self._words(), f"Quorum {'gained' if good else 'lost'} for tracked process {self.name}")

    def _words(self) -> str:
        count = len(self.pids)
        if count > self._most:
            return f"{count} of its processes run, at most {self._most} may"
        return f"{count} of {self._least} processes run" if count else "it does not run"

    def _cancel(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


class ProcessMonitor:
    """It finds which process matches which check. It works while there is a check, and costs nothing otherwise."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._checks: list[ProcessCheck] = []
        self._known: dict[int, frozenset[ProcessCheck]] = {}  # the checks that each process matches
        self._watched: dict[int, int] = {}  # pid -> pidfd
        self._task: Optional[asyncio.Task[None]] = None
        self._again = asyncio.Event()  # /proc must be read again
        self._with_command = False
        self._length = 0

    def add(self, check: ProcessCheck) -> None:
        """Count for this check too. It hears of its first count when all processes have been looked at."""
        self._checks.append(check)
        self._patterns_changed()
        if self._task is not None:
            self._again.set()
        else:
            self._again = asyncio.Event()
            self._task = asyncio.get_running_loop().create_task(self._work())
            self._task.add_done_callback(self._ended)

    def remove(self, check: ProcessCheck) -> None:
        """Stop counting for this check."""
        self._checks.remove(check)
        self._patterns_changed()
        for pid in list(check.pids):
            self._is(pid, self._known[pid] - {check})
        if not self._checks and self._task is not None:
            self._task.cancel()
            self._task = None

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task is self._task:  # after a bug: a reload starts it again
            self._task = None
        for check in list(self._checks):
            check.ended(task)

    def _patterns_changed(self) -> None:
        self._with_command = any(check.pattern.by_command for check in self._checks)
        self._length = procfs.longest(check.pattern for check in self._checks)

    async def _work(self) -> None:
        while self._task is asyncio.current_task():  # before Python 3.12 wait_for() may swallow a cancellation
            self._again.clear()
            checks = list(self._checks)
            await self._scan()
            for check in checks:
                if check in self._checks:
                    check.counted()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._again.wait(), POLL_S)

    async def _scan(self) -> None:
        began = self._clock()
        listed = set()
        for number, pid in enumerate(list(procfs.pids())):
            if number % CHUNK == CHUNK - 1 and self._clock() - began > SLICE_S:
                await asyncio.sleep(0)
                began = self._clock()
            listed.add(pid)
            self._look(pid)
        for pid in [each for each in self._known if each not in listed]:
            self._is(pid, frozenset())

    def _look(self, pid: int) -> None:
        """Find out which checks a process matches."""
        seen = procfs.look(pid, self._with_command, self._length)
        found = () if seen is None else (check for check in self._checks if check.pattern.matches(seen))
        self._is(pid, frozenset(found))

    def _is(self, pid: int, now: frozenset[ProcessCheck]) -> None:
        before = self._known.get(pid, frozenset())
        if now == before:
            return
        for check in before - now:
            check.pids.discard(pid)
        for check in now - before:
            check.pids.add(pid)
        if now:
            self._known[pid] = now
            self._watch(pid)
        else:
            del self._known[pid]
            self._forget(pid)

    # Ends

    def _watch(self, pid: int) -> None:
        if pid in self._watched or len(self._watched) >= WATCHED_MAX:
            return
        try:
            descriptor = os.pidfd_open(pid)
        except (AttributeError, OSError):  # a Python without it, Linux before 5.3, or it is gone: the next scan tells
            return
        self._watched[pid] = descriptor
        asyncio.get_running_loop().add_reader(descriptor, self._exited, pid)

    def _exited(self, pid: int) -> None:
        checks = self._known.get(pid, frozenset())
        self._is(pid, frozenset())
        for check in checks:
            if check.spoken:  # else the first scan is still under way
                check.counted()

    def _forget(self, pid: int) -> None:
        descriptor = self._watched.pop(pid, None)
        if descriptor is not None:
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)
