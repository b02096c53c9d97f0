# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vrrp_script``: run it again and again, count rises and falls as keepalived does, report what changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Optional

from ..config.model import Configuration, Globals, Script, TrackedScript
from ..protocol.tracking import CheckResult
from . import process
from .log import Log


class Check:
    """One script and what it says. ``ok`` is None until its first result (unless ``init_fail``).

    The count is keepalived's: 0 to rise-1 is failed, rise to rise+fall-1 is good. A first success makes it good at once
    and a first failure makes it failed at once, whatever rise and fall say.
    """

    def __init__(
        self,
        script: Script,
        settings: Globals,
        changed: Callable[[], None],
        log: Log,
        before: Optional[Check] = None,
    ) -> None:
        self.script = script
        self.settings = settings
        self.ok: Optional[bool] = False if script.init_fail else None
        self.detail = "assumed failed until its first success (init_fail)" if script.init_fail else ""
        if before is not None:  # a changed script goes on saying what the old one said, until its first result
            self.ok, self.detail = before.ok, before.detail
        self._first = not script.init_fail or before is not None
        self._count = script.rise - 1 if self._first else 0
        self._ended = False
        self._last_status = 0
        self._changed = changed
        self._log = log
        self._task: Optional[asyncio.Task] = None

    def result(self, weight: int) -> CheckResult:
        """What it says, for an instance that tracks it with this weight."""
        return CheckResult(self.script.name, "script", self.ok, weight, self.detail)

    def runs_like(self, script: Script, settings: Globals) -> bool:
        """Whether this configuration would run the very same thing."""
        user, other = (
            (each.enable_script_security, (each.script_user, each.script_group) if script.user is None else None)
            for each in (self.settings, settings)
        )
        return self.script == script and user == other

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End it, and the script if it runs."""
        self._ended = True  # before Python 3.12 wait_for() swallows a cancellation that meets the script's end
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def observe(self, outcome: process.Outcome) -> None:
        """Count one result; tell whoever listens when it changed what the check says."""
        name, rise, fall = self.script.name, self.script.rise, self.script.fall
        before = (self.ok, self.detail)
        if outcome.status is not None and outcome.status != self._last_status:
            self._log.info(f"Script `{name}` now returning {outcome.status}")
            self._last_status = outcome.status
        if outcome.ok:
            if self._count < rise - 1:
                self._count += 1
            else:
                if self._count < rise:
                    self._log.info(f"VRRP_Script({name}) succeeded")
                    self.ok, self.detail = True, ""
                self._count = rise + fall - 1
        elif self._count > rise:
            self._count -= 1
        else:
            if self._count == rise or self._first:
                how = "timed_out" if outcome.timed_out else f"failed ({outcome.text})"
                self._log.info(f"VRRP_Script({name}) {how}")
                self.ok = False
            if self.ok is False:
                self.detail = outcome.text
            self._count = 0
        self._first = False
        if (self.ok, self.detail) != before:
            self._changed()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        script, settings = self.script, self.settings
        user, group = script.user, script.group
        if user is None:
            user, group = settings.script_user, settings.script_group
        while True:
            started_at = loop.time()
            outcome = await process.run(script.command, script.timeout_s, user, group, settings.enable_script_security)
            if self._ended:
                return
            self.observe(outcome)
            # Never two at once, and never a burst to catch up with what was missed.
            await asyncio.sleep(max(started_at + script.interval_s - loop.time(), 0.0))


class Checks:
    """Every script that is tracked, each run once however many instances track it."""

    def __init__(self, changed: Callable[[], None], log: Log) -> None:
        self._changed = changed
        self._log = log
        self._checks: dict[str, Check] = {}
        self._ending: set[asyncio.Task] = set()

    def apply(self, configuration: Configuration) -> None:
        """Run the scripts that instances track, from now on. One that is as it was goes on with its count."""
        settings = configuration.globals
        tracked = {entry.name for instance in configuration.instances for entry in instance.track_scripts}
        old, self._checks = self._checks, {}
        for script in configuration.scripts:
            if script.name not in tracked:
                continue
            before = old.pop(script.name, None)
            if before is not None and before.runs_like(script, settings):
                self._checks[script.name] = before
                continue
            check = self._checks[script.name] = Check(script, settings, self._changed, self._log, before)
            check.start()
            if before is not None:
                self._end(before)
        for check in old.values():
            self._end(check)

    def results(self, tracked: Iterable[TrackedScript]) -> tuple[CheckResult, ...]:
        """What the scripts say that an instance tracks."""
        return tuple(self._checks[entry.name].result(entry.weight) for entry in tracked)

    async def stop(self) -> None:
        """End all of them, and the scripts that run."""
        for check in self._checks.values():
            self._end(check)
        self._checks = {}
        await asyncio.gather(*self._ending)

    def _end(self, check: Check) -> None:
        task = asyncio.get_running_loop().create_task(check.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
