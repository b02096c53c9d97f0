# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take a changed configuration file without touching what it does not change."""

from __future__ import annotations

from asyncio import Future, get_running_loop
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Optional, Union

from ...config import loader
from ...config.model import Configuration
from ...config.plan import compare
from ...config.problems import ConfigError, Problem
from ..life.programs import doubts
from ..life.secrecy import exposed, exposed_includes, exposed_scripts
from ..life.startcheck import misfits, refusals, unsupported
from ..segment import keys, wire
from ..telling.log import Log
from .control import CommandError
from .ports import Daemon

SIGNAL_REST_S = 0.5  # between two reloads on signal


def read(path: str) -> tuple[Configuration, str, tuple[Problem, ...]]:
    """Return the configuration in ``path``, the SHA-256 of the file (and of what it includes), and its warnings.

    Raises ConfigError with everything that is wrong with the file or that this agent cannot do.
    """
    return judge(loader.read_text(path), path)


def judge(text: str, path: str) -> tuple[Configuration, str, tuple[Problem, ...]]:
    """The same of a text that may come to be in ``path``."""
    report = loader.inspect_here(text, path)
    problems = report.problems
    configuration = report.configuration
    if configuration is not None:
        configuration, unreadable = keys.resolve(configuration)
        problems += unsupported(configuration) + unreadable
    if configuration is None or report.root is None or problems:
        raise ConfigError(problems)
    warnings = report.warnings + exposed(path, configuration) + exposed_includes(report.sources)
    warnings += exposed_scripts(path, configuration) + doubts(report.root)
    return configuration, report.digest, warnings


@dataclass(frozen=True)
class Found:
    """What a file says: the configuration and its ``digest``, texts of ``changes`` and ``warnings`` for people."""

    configuration: Configuration
    digest: str
    instances: dict[str, list[str]]  # the names of those that are added, removed, changed
    changes: list[str]
    warnings: list[str]


def reload(agent: Daemon) -> Union[dict[str, Any], Future[dict[str, Any]]]:
    """Read the file again and apply what is different. Raises CommandError and keeps the old one when it is bad.

    The answer has the names of the instances that were added, removed and changed, and two lists of texts for people:
    ``changes``, and ``warnings`` about the file and what in it does not fit this machine. The file is read and compared
    outside of the loop (:mod:`..life.fork`): only to apply it is the loop's work.
    """
    _refuse_at_the_end(agent)
    return agent.fork.run(lambda: look(agent), lambda found: take(agent, found))


def _refuse_at_the_end(agent: Daemon) -> None:
    if agent.stopping:
        raise CommandError("the agent is stopping")


def look(agent: Daemon) -> Found:
    """Read the file and hold it against what is in force; nothing is changed."""
    path = agent.configuration.path
    try:
        new, digest, warnings = read(path)
        refuse(agent, new)
    except ConfigError as error:
        problems = tuple(str(problem) for problem in error.problems)
        raise CommandError(f"{path} is not valid: the old configuration stays in force", problems) from error
    if new == Configuration(new.path):
        raise CommandError(f"{path} says nothing: an empty file is not taken, and the old configuration stays in force")
    plan = compare(agent.configuration, new)
    instances: dict[str, list[str]] = {"added": [], "removed": [], "changed": []}
    for entry in plan.instances:
        instances[entry.kind].append(entry.name)
    texts = [str(each) for each in warnings + misfits(new, agent.network.kernel.table)]
    return Found(new, digest, instances, list(plan.texts), texts)


def refuse(agent: Daemon, new: Configuration) -> None:
    """Raise ConfigError if a virtual address of ``new`` is the host's own, or nobody's on this host."""
    held = frozenset().union(*(each.addresses.installed for each in agent.everyone()))
    problems = refusals(new, agent.network.kernel.table, held=held)
    if problems:
        raise ConfigError(problems)


def take(agent: Daemon, found: Found) -> dict[str, Any]:
    """Apply what was found, and answer with it."""
    _refuse_at_the_end(agent)
    path = agent.configuration.path
    words = [f"{', '.join(names)} {kind}" for kind, names in found.instances.items() if names]
    agent.service_manager.reloading()
    agent.log.info("Reloading")
    try:
        with agent.groups.together():
            apply(agent, found.configuration)
    finally:
        agent.service_manager.ready()
    agent.digest = found.digest
    for text in found.warnings:
        agent.log.info(text)
    agent.log.info("Reload complete")
    agent.log.info(f"Reloaded {path}: {'; '.join(words + found.changes) or 'nothing has changed'}")
    return {**found.instances, "changes": found.changes, "warnings": found.warnings}


class OnSignal:
    """Reloads on SIGHUP: one at a time, and one more after it, however many signals come meanwhile.

    The one more is because the file may have changed after it was read.
    """

    def __init__(self, reload: Callable[[], Union[dict[str, Any], Future[dict[str, Any]]]], log: Log) -> None:
        self._reload = reload
        self._log = log
        self._wanted = 0
        self._told: tuple[str, ...] = ()

    def signal(self) -> None:
        """SIGHUP has come."""
        self._wanted = min(self._wanted + 1, 2)
        if self._wanted == 1:
            self._begin()

    def _begin(self) -> None:
        try:
            result = self._reload()
        except CommandError as error:
            return self._ended(error)
        if isinstance(result, dict):
            return self._ended(None)
        result.add_done_callback(lambda done: self._ended(done.exception()))

    def _ended(self, error: Optional[BaseException]) -> None:
        texts = (str(error), *error.problems) if isinstance(error, CommandError) else ()
        for text in texts[: 1 if texts == self._told else None]:  # once is enough of a file that stays bad
            self._log.error(text)
        self._told = texts
        get_running_loop().call_later(SIGNAL_REST_S, self._rested)

    def _rested(self) -> None:
        self._wanted -= 1
        if self._wanted:
            self._begin()


def apply(agent: Daemon, new: Configuration) -> None:
    """Make the running agent what ``new`` says."""
    agent.configuration = new
    agent.fifos.apply(new.globals)
    agent.network.tell_unknown(new.globals.log_unknown_vrids)
    wanted = {wire.identity(config) for config in new.instances}
    for instance in list(agent.instances.values()):
        if wire.identity(instance.config) not in wanted:
            agent.remove_instance(instance)
    agent.have_macvlans()
    links_differ = agent.links.apply(new)
    channels = set(agent.network.channels)
    running = {wire.identity(instance.config): instance for instance in agent.instances.values()}
    fresh = [config for config in new.instances if wire.identity(config) not in running]
    # By name at once, then in the order of the file: whatever fails below, every running instance stays known.
    agent.instances = {config.name: running[wire.identity(config)] for config in new.instances if config not in fresh}
    added = [agent.add_instance(config) for config in fresh]
    agent.instances = {config.name: agent.instances[config.name] for config in new.instances}
    # Every instance must know all virtual addresses, old and new, before one of them looks for its source address.
    agent.addresses_changed()
    agent.foundation.apply(new)
    now = agent.clock()
    for config in new.instances:
        instance = agent.instances[config.name]
        if instance not in added:
            same = replace(instance.config, line=config.line) == config
            instance.reconfigure(config, new.globals, now)
            if not same:  # 255 times for nothing is a part of an interval
                agent.network.reconfigured(instance)
    agent.network.open_missing()
    agent.addresses_changed()
    for instance in added:
        instance.interface_changed(now)
        instance.addresses.remove_leftovers()
    agent.groups.apply(new)
    if links_differ or channels != set(agent.network.channels):  # without a socket nobody may be MASTER
        for instance in agent.instances.values():
            instance.interface_changed(now)
    agent.checks.apply(new)
    agent.checks_changed()
    if new.globals.fifo_write_states_on_reload:
        for instance in agent.instances.values():
            if instance not in added:
                instance.reporter.notifications.again(instance.config, instance.router.priority)
        for queue in agent.groups.queues():
            queue.again()
    agent.show_status()
