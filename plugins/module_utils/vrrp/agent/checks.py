# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What instances track: scripts, run again and again, and gateways; each once, however many instances listen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from ..config.model import Configuration, Globals, Instance
from ..config.trackers import Script, TrackedGateway
from ..protocol.constants import PRIORITY_OWNER
from ..protocol.tracking import CheckResult
from . import process
from .gateway import GatewayCheck
from .interfaces import Interface, InterfaceTable
from .log import Log
from .watch import Watch

AnyWatch = TypeVar("AnyWatch", bound=Watch)

ASSUMED_FAILED = "assumed failed until its first success (init_fail)"
FAILED_BEFORE = "it had failed before the agent was restarted"


class Check(Watch):
    """One ``vrrp_script``. ``ok`` is None until its first result (unless ``init_fail``)."""

    kind = "script"

    def __init__(self, script: Script, settings: Globals, changed: Callable[[], None], log: Log) -> None:
        user, group = script.user, script.group
        if user is None:
            user, group = settings.script_user, settings.script_group
        as_whom = (user, group, settings.enable_script_security)
        definition = (replace(script, weight=0, user=user, group=group), settings.enable_script_security)
        counts = (script.rise, script.fall)
        super().__init__(script.name, ("script", script.name), definition, counts, script.interval_s, changed, log)
        self.script = script
        self._as_whom = as_whom
        self._last_status = 0
        if script.init_fail:
            self.assume(False, ASSUMED_FAILED)

    async def ask(self) -> process.Outcome:
        return await process.run(self.script.command, self.script.timeout_s, *self._as_whom)

    def observe(self, outcome: process.Outcome) -> None:
        """Count one result, in keepalived's words."""
        if outcome.status is not None and outcome.status != self._last_status:
            self._log.info(f"Script `{self.name}` now returning {outcome.status}")
            self._last_status = outcome.status
        how = "succeeded" if outcome.ok else "timed_out" if outcome.timed_out else f"failed ({outcome.text})"
        self.take(outcome.ok, outcome.text, f"VRRP_Script({self.name}) {how}")


class Checks:
    """Everything that is tracked. ``table`` are the interfaces, ``virtual`` the addresses that no gateway must see."""

    def __init__(
        self,
        changed: Callable[[], None],
        log: Log,
        table: Callable[[], InterfaceTable],
        virtual: Callable[[], frozenset[Interface]],
    ) -> None:
        self._changed = changed
        self._log = log
        self._table = table
        self._virtual = virtual
        self._owned: frozenset[Interface] = frozenset()
        self._scripts: dict[str, Check] = {}
        self._gateways: dict[TrackedGateway, GatewayCheck] = {}
        self._recalled: dict[str, bool] = {}
        self._ending: set[asyncio.Task] = set()

    def recall(self, said: Mapping[str, bool]) -> None:
        """What :meth:`remember` returned in a process before this one; for the next :meth:`apply`, and only for it.

        It counts as a first result. Who calls knows whether it is recent enough to mean anything.
        """
        self._recalled = {key: ok for key, ok in said.items() if isinstance(ok, bool)}

    def remember(self) -> dict[str, bool]:
        """What every check says that has said anything, by a key of its name and its definition."""
        return {check.key: check.ok for check in self._everyone() if check.ok is not None}

    def apply(self, configuration: Configuration) -> None:
        """Ask what instances track, from now on. What is as it was goes on with its count."""
        self._owned = frozenset(
            entry.address
            for instance in configuration.instances
            if instance.priority == PRIORITY_OWNER
            for entry in instance.addresses
        )
        old = self._everyone()
        settings = configuration.globals
        tracked = {entry.name for instance in configuration.instances for entry in instance.track.scripts}
        self._scripts = {
            script.name: self._continue(Check(script, settings, self._changed, self._log), old)
            for script in configuration.scripts
            if script.name in tracked
        }
        asked = (one_asked(entry, each) for each in configuration.instances for entry in each.track.gateways)
        self._gateways = {
            gateway: self._continue(GatewayCheck(gateway, self._table, self._not_ours, self._changed, self._log), old)
            for gateway in dict.fromkeys(asked)
        }
        self._recalled = {}
        kept = self._everyone()
        for check in old:
            if check not in kept:
                self._end(check)

    def results(self, config: Instance) -> tuple[CheckResult, ...]:
        """What the checks say that an instance tracks."""
        scripts = (self._scripts[entry.name].result(entry.weight) for entry in config.track.scripts)
        gateways = (self._gateways[one_asked(entry, config)].result(entry.weight) for entry in config.track.gateways)
        return (*scripts, *gateways)

    async def stop(self) -> None:
        """End all of them, and the scripts that run."""
        for check in self._everyone():
            self._end(check)
        self._scripts, self._gateways = {}, {}
        await asyncio.gather(*self._ending)

    def _everyone(self) -> list[Watch]:
        return [*self._scripts.values(), *self._gateways.values()]

    def _not_ours(self) -> frozenset[Interface]:
        """The addresses that another node may have: those of the owner (priority 255) never leave this one."""
        return self._virtual() - self._owned

    def _continue(self, fresh: AnyWatch, old: list[Watch]) -> AnyWatch:
        """``fresh``, begun, or the one that has been doing the same all along."""
        for before in old:
            if before.definition == fresh.definition and isinstance(before, type(fresh)):
                return before
        for before in old:
            if before.subject == fresh.subject:
                fresh.follow(before)
        said = self._recalled.get(fresh.key)
        if said is not None:
            fresh.assume(said, FAILED_BEFORE)
        fresh.start()
        return fresh

    def _end(self, check: Watch) -> None:
        task = asyncio.get_running_loop().create_task(check.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


def one_asked(tracked: TrackedGateway, instance: Instance) -> TrackedGateway:
    """What has to be asked for this instance; equal for all that can share the answer."""
    return replace(tracked, weight=0, device=tracked.device or instance.interface)
