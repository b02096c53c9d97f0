# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine whose processes are made up, for the watch of processes."""

from __future__ import annotations

import asyncio
import io
import os

from waiting import until

from vrrp.agent.log import Log
from vrrp.agent.track import process as process_check
from vrrp.agent.track.process import ProcessCheck, ProcessMonitor
from vrrp.agent.track.procfs import Seen
from vrrp.config.model.trackers import Process


def is_open(descriptor, status):
    """Return whether the descriptor still is what it was."""
    try:
        return os.path.samestat(os.fstat(descriptor), status)
    except OSError:
        return False


class Machine:
    """Processes that a test starts and ends; with ``polls`` /proc is read so often that a test need not wait."""

    def __init__(self, monkeypatch):
        self.processes: dict[int, Seen] = {}
        self.ends_of: dict[int, int] = {}  # pid -> the end of a pipe that a test closes: then the other one is readable
        self.opened: list[int] = []
        self.monitor: ProcessMonitor = None  # of the checks that are played
        self._descriptors: dict[int, tuple[int, os.stat_result]] = {}  # the last one of each process
        self.scans = 0
        self.text = io.StringIO()
        self.told: list[bool] = []
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(process_check.procfs, "pids", self._pids)
        monkeypatch.setattr(process_check.procfs, "look", lambda pid, with_command, length: self.processes.get(pid))
        monkeypatch.setattr(process_check.os, "pidfd_open", self._pidfd_open, raising=False)
        self.polls(0.005)

    def polls(self, seconds):
        self._monkeypatch.setattr(process_check, "POLL_S", seconds)

    def without_pidfds(self, error):
        def refuse(pid):
            raise error

        self._monkeypatch.setattr(process_check.os, "pidfd_open", refuse, raising=False)

    def _pids(self):
        self.scans += 1
        return iter(list(self.processes))

    def _pidfd_open(self, pid):
        self.opened.append(pid)
        if pid not in self.processes:
            raise ProcessLookupError
        readable, self.ends_of[pid] = os.pipe()
        self._descriptors[pid] = readable, os.fstat(readable)
        return readable

    @property
    def watched(self) -> set[int]:
        """Return the processes whose descriptor is open."""
        return {pid for pid, (descriptor, status) in self._descriptors.items() if is_open(descriptor, status)}

    def runs(self, *pids, name=b"nginx"):
        self.processes.update((pid, Seen(name, None)) for pid in pids)

    def ends(self, *pids):
        for pid in pids:
            del self.processes[pid]
            if pid in self.ends_of:
                os.close(self.ends_of.pop(pid))

    @property
    def lines(self):
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]

    def play(self, steps, *processes):
        async def run():
            log = Log(self.text)
            self.monitor = ProcessMonitor()
            checks = []
            for process in processes or (Process("w", "nginx"),):
                made = ProcessCheck(process, self.monitor, lambda: self.told.append(checks[0].ok), log)
                checks.append(made)
            for each in checks:
                each.start()
            try:
                await until(lambda: all(each.ok is not None for each in checks))
                await steps(*checks)
            finally:
                for each in checks:
                    await each.stop()
            assert (self.watched, [each.pids for each in checks]) == (set(), [set()] * len(checks))

        asyncio.run(run())
        for end in self.ends_of.values():
            os.close(end)
