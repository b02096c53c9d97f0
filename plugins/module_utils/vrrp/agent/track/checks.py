# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Track scripts, processes, files, gateways and services, each once for all instances that listen.

Interfaces are tracked without a question: the kernel reports them, and :class:`~.interface.Links` keeps them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Optional

from ...config.model.configuration import Configuration, Globals, Instance
from ...config.model.trackers import Script, Tracking
from ...config.semantics.tracking import KINDS, WORDS, counting
from ...ip_types import Interface
from ...protocol.constants import PRIORITY_OWNER
from ...protocol.priority import CheckResult
from ..log import Log
from ..netlink.links import InterfaceTable
from ..process import subprocesses
from . import interface
from .check import AskedWatch, Watch
from .file import FileCheck
from .gateway import GatewayCheck
from .http import HttpCheck
from .process import ProcessCheck, ProcessMonitor
from .services import TcpCheck, UnitCheck

ASSUMED_FAILED = "assumed failed until its first success (init_fail)"
FAILED_BEFORE = "it had failed before the agent was restarted"
RECALL_S = 5.0  # a restart takes no longer; an older result does not count, unless the check runs less often
DEFINED = ("scripts", "processes", "files")  # have a name and a block; the others are defined where tracked
SERVICES = {"tcp": TcpCheck, "http": HttpCheck, "units": UnitCheck}

CheckKey = tuple[str, Hashable]


class Check(AskedWatch):
    """It runs one ``vrrp_script``. ``ok`` is None until its first result (unless ``init_fail``)."""

    kind = "script"

    def __init__(self, script: Script, settings: Globals, changed: Callable[[], None], log: Log) -> None:
        user, group = script.user, script.group
        if user is None:
            user, group = settings.script_user, settings.script_group
        as_whom = (user, group, settings.enable_script_security)
        definition = (replace(script, weight=0, reverse=False, user=user, group=group), settings.enable_script_security)
        counts = (script.rise, script.fall)
        super().__init__(script.name, ("script", script.name), definition, counts, script.interval_s, changed, log)
        self.answer_within_s = script.interval_s + script.timeout_s
        self.script = script
        self._as_whom = as_whom
        self._last_status = 0
        self._runs = subprocesses.Repeated()
        if script.init_fail:
            self.assume(False, ASSUMED_FAILED)

    async def ask(self) -> subprocesses.ScriptResult:
        """Run the script once, for at most its timeout, and return how it ended."""
        return await self._runs.run(self.script.command, self.script.timeout_s, *self._as_whom)

    def observe(self, outcome: subprocesses.ScriptResult) -> None:
        """Count one result, and log it in keepalived's words."""
        if outcome.status is not None and outcome.status != self._last_status:
            self._log.info(f"Script `{self.name}` now returning {outcome.status}")
            self._last_status = outcome.status
        how = "succeeded" if outcome.ok else "timed_out" if outcome.timed_out else f"failed ({outcome.text})"
        self.take(outcome.ok, outcome.text, f"VRRP_Script({self.name}) {how}")


class Checks:
    """It keeps all watches. ``table`` are the interfaces, ``virtual`` the addresses that no gateway must see.

    ``trouble`` says what is wrong with an interface, as :meth:`.interface.Links.trouble` does.
    """

    def __init__(
        self,
        changed: Callable[[], None],
        log: Log,
        table: Callable[[], InterfaceTable],
        virtual: Callable[[], frozenset[Interface]],
        trouble: Optional[Callable[[str], str]] = None,
    ) -> None:
        self._changed = changed
        self._log = log
        self._table = table
        self._virtual = virtual
        self._trouble = trouble or (lambda name: interface.trouble(table().names.get(name)))
        self._owned: frozenset[Interface] = frozenset()
        self._track: dict[str, Tracking] = {}  # what an instance tracks, by its name
        self._watches: dict[CheckKey, Watch] = {}
        self._monitor = ProcessMonitor()
        self._recalled: dict[str, bool] = {}
        self._recalled_age_s = 0.0
        self._begun = False
        self._ending: set[asyncio.Task[Any]] = set()

    def recall(self, said: Mapping[str, bool], age_s: float = 0.0) -> None:
        """Take the results that :meth:`remember` returned in a process before this one, for the next :meth:`apply`.

        Each counts as a first result, unless it is older than an answer would be; ``age_s`` is its age in seconds.
        """
        self._recalled = {key: ok for key, ok in said.items() if isinstance(ok, bool)}
        self._recalled_age_s = age_s

    def remember(self) -> dict[str, bool]:
        """Return the result of every check that has one, by a key of its name and its definition."""
        return {check.key: check.ok for check in self._everyone() if check.ok is not None}

    def apply(self, configuration: Configuration) -> None:
        """Start the watches that the instances track. A watch that stays the same goes on with its count."""
        self._owned = frozenset(
            entry.address
            for instance in configuration.instances
            if instance.priority == PRIORITY_OWNER
            for entry in instance.addresses
        )
        self._track = counting(configuration)
        old = self._everyone()
        kept: dict[CheckKey, Watch] = {}
        for instance in configuration.instances:
            for kind, entry in _asked(self._track[instance.name]):
                key = _key(kind, entry, instance)
                if key not in kept:
                    fresh = self._made(kind, key[1], configuration)
                    if fresh is not None:
                        kept[key] = self._carry_over(fresh, old)
        self._watches = kept
        self._recalled, self._begun = {}, True
        for check in old:
            if check not in kept.values():
                self._end(check)

    def results(self, config: Instance) -> tuple[CheckResult, ...]:
        """Return the results of the checks that count for an instance; without a result before :meth:`apply`."""
        track = self._track.get(config.name, config.track)
        return tuple(self._result(kind, entry, config) for kind, entry in _all(track))

    async def stop(self) -> None:
        """End all of them, and the scripts that run."""
        for check in self._everyone():
            self._end(check)
        self._watches = {}
        await asyncio.gather(*self._ending)

    def _everyone(self) -> list[Watch]:
        return list(self._watches.values())

    def _result(self, kind: str, entry: Any, config: Instance) -> CheckResult:
        reverse = getattr(entry, "reverse", False)
        if kind == "interfaces":
            trouble = self._trouble(entry.name)
            return CheckResult(entry.name, "interface", not trouble, entry.weight, trouble, reverse)
        watch = self._watches.get(_key(kind, entry, config))
        if watch is None:
            name = entry.name if kind in DEFINED else WORDS[kind]
            return CheckResult(name, WORDS[kind], None, entry.weight, "", reverse)
        return watch.result(entry.weight, reverse)

    def _made(self, kind: str, asked: Any, configuration: Configuration) -> Optional[Watch]:
        """Return a new watch, not started; None for a name that nothing defines, which no valid configuration has."""
        if kind == "gateways":
            return GatewayCheck(asked, self._table, self._not_ours, self._changed, self._log)
        if kind in SERVICES:
            made: Watch = SERVICES[kind](asked, self._changed, self._log)
            return made
        defined = next((each for each in getattr(configuration, kind) if each.name == asked), None)
        if defined is None:
            return None
        if kind == "scripts":
            return Check(defined, configuration.globals, self._changed, self._log)
        if kind == "processes":
            return ProcessCheck(defined, self._monitor, self._changed, self._log)
        return FileCheck(defined, self._changed, self._log)

    def _not_ours(self) -> frozenset[Interface]:
        """Return the addresses that another node may have. Those of the owner (priority 255) never leave this one."""
        return self._virtual() - self._owned

    def _carry_over(self, fresh: Watch, old: list[Watch]) -> Watch:
        """Return the old watch with the same definition, or ``fresh``, started."""
        for before in old:
            if before.definition == fresh.definition and before.kind == fresh.kind and not before.broken:
                return before
        for before in old:
            if before.subject == fresh.subject:
                fresh.follow(before)
        said = self._recalled.get(fresh.key)
        if said is not None and self._recalled_age_s <= max(RECALL_S, fresh.answer_within_s):
            fresh.assume(said, FAILED_BEFORE)
        if not self._begun and isinstance(fresh, FileCheck):
            fresh.begin(overwrite=fresh.file.init_overwrite and not self._recalled)
        fresh.start()
        return fresh

    def _end(self, check: Watch) -> None:
        task = asyncio.get_running_loop().create_task(check.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


def _all(track: Tracking) -> Iterator[tuple[str, Any]]:
    """Return (kind, entry) of everything that is tracked."""
    return ((kind, entry) for kind in KINDS for entry in getattr(track, kind))


def _asked(track: Tracking) -> Iterator[tuple[str, Any]]:
    """Return (kind, entry) without interfaces, which the kernel reports."""
    return ((kind, entry) for kind, entry in _all(track) if kind != "interfaces")


def _key(kind: str, entry: Any, instance: Instance) -> CheckKey:
    """Return what is asked for this instance; it is equal for all that can share the answer."""
    if kind in DEFINED:
        return kind, entry.name
    if kind == "gateways":
        return kind, replace(entry, weight=0, device=entry.device or instance.interface)
    return kind, replace(entry, weight=0)
