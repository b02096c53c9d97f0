# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vrrp_track_process``: how many processes match, from the kernel's events where it tells them, else from /proc.

Events say that something has happened to a process; what it is now is always looked up in /proc. So neither their order
nor a lost one matters for long: /proc is read again when events were lost, and now and then in any case.

A machine that starts thousands of processes a second must not keep the loop from its advertisements: after each reading
the socket rests for a moment, what came meanwhile is taken together, and who has ended by then is not looked up at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Optional

from ...config.trackers import Process
from ..telling.log import Log
from . import proctable
from .procevents import EXIT, FORK, Connector, Event, EventsLost
from .watch import Watch

POLL_S = 1.0  # between two readings of /proc where the kernel tells no events
RESCAN_S = 60.0  # where it does: another listener that ends can silence it for everybody (Linux before 6.6)
LOST_S = 1.0  # between two readings because of lost events
CONFIRM_S = 0.2  # until the kernel has said that it will tell
REST_S = 0.01  # between two readings of the socket
REST_IN_STORM_S = 0.002  # when there was more to read
EVENTS_MAX = 256  # in one reading; to look at so many processes takes some milliseconds
SLICE_S = 0.002  # of reading events, or looking at processes, before others have their turn
CHUNK = 32  # events, or processes, between two looks at the clock
BECAUSE_OF_FORK, BECAUSE_OF_EXIT, OTHERWISE = "fork", "exit", ""


class ProcessCheck(Watch):
    """One ``vrrp_track_process``. Who counts for it is found out by the :class:`ProcessMonitor`."""

    kind = "process"

    def __init__(self, process: Process, monitor: ProcessMonitor, changed: Callable[[], None], log: Log) -> None:
        definition = (replace(process, weight=0, reverse=False),)
        super().__init__(process.name, ("process", process.name), definition, (1, 1), changed, log)
        self.process = process
        self.pattern = proctable.Pattern(process)
        self.pids: set[int] = set()
        self._monitor = monitor
        self._most = float("inf") if process.quorum_max is None else process.quorum_max
        self._least = 0 if process.quorum_max == 0 else process.quorum
        self._told = 0  # how many there were when it was told last
        self.spoken = False  # whether it has been told; what it says before is an older check's word
        self._waiting: Optional[asyncio.TimerHandle] = None

    def start(self) -> None:
        self._monitor.add(self)

    async def stop(self) -> None:
        self._monitor.remove(self)
        self._cancel()

    def counted(self, because: Optional[str] = None) -> None:
        """``pids`` are others now. ``because`` of a fork or an exit it may wait; None: /proc was read as a whole."""
        if because is None:
            because = BECAUSE_OF_FORK if len(self.pids) > self._told else BECAUSE_OF_EXIT
        delays_s = {BECAUSE_OF_FORK: self.process.fork_delay_s, BECAUSE_OF_EXIT: self.process.terminate_delay_s}
        delay_s = delays_s.get(because, 0.0) if self.spoken else 0.0
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
    """Finds out who counts for which check. It works while there is a check, and costs nothing otherwise."""

    def __init__(self, log: Log, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._checks: list[ProcessCheck] = []
        self._known: dict[int, frozenset[ProcessCheck]] = {}  # whom each process counts for
        self._connector: Optional[Connector] = None
        self._task: Optional[asyncio.Task] = None
        self._resting: Optional[asyncio.TimerHandle] = None
        self._again: Optional[asyncio.Event] = None  # /proc must be read anew
        self._lost = False
        self._with_command = False
        self._length = 0

    @property
    def listens(self) -> bool:
        """Whether the kernel tells us events."""
        return self._connector is not None and self._connector.confirmed

    def add(self, check: ProcessCheck) -> None:
        """Count for this one too. It is told for the first time when all processes have been looked at."""
        self._checks.append(check)
        self._patterns_changed()
        if self._task is not None:
            self._again.set()
        else:
            self._again = asyncio.Event()
            self._task = asyncio.get_running_loop().create_task(self._work())
            self._task.add_done_callback(self._ended)

    def remove(self, check: ProcessCheck) -> None:
        self._checks.remove(check)
        self._patterns_changed()
        for pid in list(check.pids):
            self._is(pid, self._known[pid] - {check})
        if not self._checks:
            self._known = {}
            self._close()
            if self._task is not None:
                self._task.cancel()
                self._task = None

    def _ended(self, task: asyncio.Task) -> None:
        if task is self._task:  # a bug: a reload begins anew
            self._task = None
            self._close()
        for check in list(self._checks):
            check.ended(task)

    def _patterns_changed(self) -> None:
        self._with_command = any(check.pattern.by_command for check in self._checks)
        self._length = proctable.longest(check.pattern for check in self._checks)

    async def _work(self) -> None:
        await self._listen()
        while self._task is asyncio.current_task():  # before Python 3.12 wait_for() may swallow a cancellation
            self._again.clear()
            checks = list(self._checks)
            await self._scan()
            for check in checks:
                if check in self._checks:
                    check.counted()
            if self.listens and self._lost:
                await asyncio.sleep(LOST_S)  # not again and again while a storm lasts
            self._lost = False
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._again.wait(), RESCAN_S if self.listens else POLL_S)

    async def _scan(self) -> None:
        began = self._clock()
        listed = set()
        for number, pid in enumerate(list(proctable.pids())):
            if number % CHUNK == CHUNK - 1 and self._clock() - began > SLICE_S:
                await asyncio.sleep(0)
                began = self._clock()
            listed.add(pid)
            self._look(pid)
        for pid in [each for each in self._known if each not in listed]:
            self._look(pid)

    # Events

    async def _listen(self) -> None:
        """Listen to the kernel, if it lets us."""
        why = "a container"
        if proctable.is_the_machines():
            try:
                self._connector = Connector()
            except OSError as error:
                why = error.strerror or str(error)
        if self._connector is not None:
            asyncio.get_running_loop().add_reader(self._connector.fileno(), self._readable)
            give_up_at = self._clock() + CONFIRM_S
            while not self.listens and self._clock() < give_up_at:
                await asyncio.sleep(CONFIRM_S / 20)
            if self.listens:
                return
            why = "no answer"
            self._close()
        self._log.info(f"The kernel tells no process events here ({why}): tracked processes are looked up every second")

    def _readable(self) -> None:
        if self._connector is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._connector.fileno())
        began = self._clock()
        events: list[Event] = []
        more = True
        try:
            while more and len(events) < EVENTS_MAX and self._clock() - began < SLICE_S:
                chunk = self._connector.read(CHUNK)
                events += chunk
                more = len(chunk) == CHUNK
        except EventsLost:
            self._log.seldom("process events", "process events were lost: tracked processes are looked up again")
            self._lost = True
            self._again.set()
        self._happened(events)
        if self._connector is not None:
            self._resting = loop.call_later(REST_IN_STORM_S if more else REST_S, self._rested)

    def _rested(self) -> None:
        self._resting = None
        if self._connector is not None:
            asyncio.get_running_loop().add_reader(self._connector.fileno(), self._readable)

    def _happened(self, events: Iterable[Event]) -> None:
        """Take together what came since the last time."""
        unclear: dict[int, None] = {}  # in order
        touched: dict[ProcessCheck, str] = {}
        for event in events:
            pid = event.pid
            if event.what == FORK:
                for check in self._known.get(event.parent, ()):
                    touched[check] = BECAUSE_OF_FORK
                self._is(pid, self._known.get(event.parent, frozenset()))
                if event.parent in unclear:
                    unclear[pid] = None
            elif event.what == EXIT:
                unclear.pop(pid, None)
                for check in self._known.get(pid, ()):
                    touched[check] = BECAUSE_OF_EXIT
                self._is(pid, frozenset())
            else:
                unclear[pid] = None
        for pid in unclear:
            for check in self._look(pid):
                touched[check] = OTHERWISE
        for check, because in touched.items():
            if check.spoken:  # else all processes are being looked at for the first time
                check.counted(because)

    # Processes

    def _look(self, pid: int) -> frozenset[ProcessCheck]:
        """Find out whom a process counts for; say for whom that is different."""
        seen = proctable.look(pid, self._with_command, self._length)
        if seen is None:
            return self._is(pid, frozenset())
        return self._is(pid, frozenset(check for check in self._checks if check.pattern.matches(seen)))

    def _is(self, pid: int, now: frozenset[ProcessCheck]) -> frozenset[ProcessCheck]:
        before = self._known.get(pid, frozenset())
        if now == before:
            return frozenset()
        for check in before - now:
            check.pids.discard(pid)
        for check in now - before:
            check.pids.add(pid)
        if now:
            self._known[pid] = now
        else:
            del self._known[pid]
        return before ^ now

    def _close(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if self._connector is not None:
            asyncio.get_running_loop().remove_reader(self._connector.fileno())
            self._connector.close()
            self._connector = None
