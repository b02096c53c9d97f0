# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take a changed configuration file without touching what it does not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...config import loader
from ...config.model import Configuration
from ...config.plan import compare
from ...config.problems import ConfigError, Problem
from ..life.secrecy import exposed, exposed_includes, exposed_scripts
from ..life.startcheck import misfits, unsupported
from ..segment import keys, wire
from .control import CommandError

if TYPE_CHECKING:
    from ..daemon import Agent


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
    if configuration is None or problems:
        raise ConfigError(problems)
    warnings = report.warnings + exposed(path, configuration) + exposed_includes(report.sources)
    warnings += exposed_scripts(path, configuration)
    return configuration, report.digest, warnings


def reload(agent: Agent) -> dict:
    """Read the file again and apply what is different. Raises CommandError and keeps the old one when it is bad.

    Returns the names of the instances that were added, removed and changed, and two lists of texts for people:
    ``changes``, and ``warnings`` about the file and what in it does not fit this machine.
    """
    path = agent.configuration.path
    if agent.stopping:
        raise CommandError("the agent is stopping")
    try:
        new, digest, warnings = read(path)
    except ConfigError as error:
        problems = tuple(str(problem) for problem in error.problems)
        raise CommandError(f"{path} is not valid: the old configuration stays in force", problems) from error
    if new == Configuration(new.path):
        raise CommandError(f"{path} says nothing: an empty file is not taken, and the old configuration stays in force")
    plan = compare(agent.configuration, new)
    result: dict[str, list[str]] = {"added": [], "removed": [], "changed": [], "changes": []}
    for entry in plan.instances:
        result[entry.kind].append(entry.name)
    result["changes"] += plan.texts
    words = [f"{', '.join(result[kind])} {kind}" for kind in ("added", "removed", "changed") if result[kind]]
    result["warnings"] = [str(each) for each in warnings + misfits(new, agent.network.kernel.table)]
    agent.service_manager.reloading()
    agent.log.info("Reloading")
    try:
        with agent.groups.together():
            apply(agent, new)
    finally:
        agent.service_manager.ready()
    agent.digest = digest
    for text in result["warnings"]:
        agent.log.info(text)
    agent.log.info("Reload complete")
    agent.log.info(f"Reloaded {path}: {'; '.join(words + result['changes']) or 'nothing has changed'}")
    return result


def apply(agent: Agent, new: Configuration) -> None:
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
            instance.reconfigure(config, new.globals, now)
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
                instance.notifications.again(instance.config, instance.router.priority)
        for queue in agent.groups.queues():
            queue.again()
    agent.show_status()
