# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sync groups give the decisions of :mod:`~..protocol.sync_group` to their instances.

All changes within one callback of the loop (``with groups:``) are handled together at its end: a command for all
members, a drain, a packet for each of two members. Outside of a callback a change is handled at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Optional

from ..config.model.configuration import Configuration, Globals, SyncGroup
from ..protocol.actions import Action
from ..protocol.states import State
from ..protocol.sync_group import Group, Move, awaited, state
from .instance import VrrpInstance
from .instances import Instances
from .log import Log
from .notify.scripts import GroupQueue, Tell
from .router_inputs import RouterInputs

# What keepalived's log says when a group moves, by the input that moves it.
SYNCING = {"join": "MASTER", "give_up": "BACKUP", "group_fault_changed": "FAULT"}

# The inputs that a group gives to its members, and those that an operator asks for.
INPUTS: dict[str, Callable[..., None]] = {
    "join": RouterInputs.join,
    "give_up": RouterInputs.give_up,
    "release_addresses": RouterInputs.release_addresses,
    "refresh": RouterInputs.refresh,
    "group_fault_changed": RouterInputs.group_fault_changed,
    "promote": RouterInputs.promote,
    "demote": RouterInputs.demote,
    "release": RouterInputs.release,
}


class RunningGroup:
    """It keeps one ``vrrp_sync_group``. ``state`` is the one that was told last, None before the first."""

    def __init__(self, config: SyncGroup, queue: GroupQueue) -> None:
        self.config = config
        self.queue = queue
        self.members: dict[str, VrrpInstance] = {}  # in the file's order
        self.logic = Group(config.name)
        self.state: Optional[State] = None

    @property
    def routers(self) -> dict[str, Any]:
        """Return the state machine of each member by the name of the instance."""
        return {name: instance.router for name, instance in self.members.items()}


class Groups:
    """It keeps all sync groups of ``instances``. ``clock`` is monotonic seconds."""

    def __init__(self, instances: Instances, clock: Callable[[], float], log: Log, tell: Tell) -> None:
        self._instances, self._clock, self._log, self._tell = instances, clock, log, tell
        self._settings = Globals()
        self._by_name: dict[str, RunningGroup] = {}
        self._of: dict[VrrpInstance, RunningGroup] = {}
        self._gone: list[GroupQueue] = []  # of groups that a reload has removed
        self._depth = 0
        self._touched: list[RunningGroup] = []

    def of(self, instance: VrrpInstance) -> Optional[RunningGroup]:
        """Return the group of the instance, None without one."""
        return self._of.get(instance)

    def mates(self, instance: VrrpInstance) -> tuple[VrrpInstance, ...]:
        """Return all instances that change state together with it, itself first."""
        group = self._of.get(instance)
        others = group.members.values() if group is not None else ()
        return (instance, *(each for each in others if each is not instance))

    def awaited(self, instance: VrrpInstance) -> tuple[str, ...]:
        """Return the names of the members that the ready ones of its group wait for."""
        group = self._of.get(instance)
        return awaited(group.routers, self._clock()) if group is not None else ()

    def queues(self) -> Iterable[GroupQueue]:
        """Return the notify queues of all groups, also of removed ones whose scripts may still run."""
        return (*(group.queue for group in self._by_name.values()), *self._gone)

    def apply(self, configuration: Configuration) -> None:
        """Make the groups what ``configuration`` says; its instances run, or wait to begin."""
        running, now = self._instances.running, self._clock()
        self._settings = configuration.globals
        before, self._by_name, self._of = self._by_name, {}, {}
        for config in configuration.sync_groups:
            group = before.pop(config.name, None) or RunningGroup(
                config, GroupQueue(config.name, self._log, self._tell)
            )
            group.config = config
            group.members = {name: running[name] for name in config.members if name in running}
            self._by_name[config.name] = group
            self._of.update((instance, group) for instance in group.members.values())
        self._gone = [queue for queue in (*self._gone, *(group.queue for group in before.values())) if not queue.idle]
        with self:
            for instance in running.values():
                its_group = self._of.get(instance)
                name = its_group.config.name if its_group is not None else None
                if instance.router.group != name:
                    instance.inputs.group_changed(name, now)
                if its_group is None and instance.router.group_faults:
                    instance.inputs.group_fault_changed((), now, now)
            self._touched = list(self._by_name.values())

    # What moves

    def __enter__(self) -> Groups:
        self._depth += 1
        return self

    def __exit__(self, *error: object) -> None:
        self._depth -= 1
        if self._touched and not self._depth:
            self._settle()  # after a refusal as well: what was read before it has happened

    def acted(self, instance: VrrpInstance, actions: Iterable[Action]) -> None:
        """Take that an instance has performed the ``actions`` of an input."""
        group = self._of.get(instance)
        if group is None:
            return
        if not group.logic.acted(instance.name, instance.router, actions):
            return
        if group not in self._touched:
            self._touched.append(group)
        if not self._depth:
            self._settle()

    def command(self, verb: str, instance: VrrpInstance, now: float) -> None:
        """Promote, demote or release (``verb``) one instance, and all that change state together with it.

        Raises :class:`~..protocol.override.CommandRefused` when one of them cannot, before anything has changed.
        """
        group = self._of.get(instance)
        if group is None:
            INPUTS[verb](instance.inputs, now)
            return
        with self:
            for move in group.logic.command(verb, group.routers, instance.name):
                INPUTS[move.name](group.members[move.member].inputs, now)

    def _settle(self) -> None:
        self._depth += 1  # what follows from a move is looked at in the next round of the same settlement
        try:
            while self._touched:
                group = self._touched.pop()
                self._move(group)
                self._tell_state(group)
        finally:
            self._depth -= 1

    def _move(self, group: RunningGroup) -> None:
        now, said = self._clock(), set()

        def feed(move: Move) -> None:
            told = SYNCING.get(move.name)
            if told and told not in said and move.arguments[:1] != ((),):
                said.add(told)
                self._log.info(f"VRRP_Group({group.config.name}) Syncing instances to {told} state")
            INPUTS[move.name](group.members[move.member].inputs, *move.arguments, now)

        group.logic.settle(group.routers, now, feed)
        if group in self._touched:
            self._touched.remove(group)  # by its own moves

    def tell_states(self) -> None:
        """Tell the states at the end of the process, when members have stopped without an input of their group."""
        for group in self._by_name.values():
            self._tell_state(group)

    def _tell_state(self, group: RunningGroup) -> None:
        now_is = state(group.routers.values())
        if now_is is not None and now_is is not group.state:
            group.state = now_is
            self._log.info(f"VRRP_Group({group.config.name}) Entering {now_is.value} STATE")
            group.queue.put(group.config, self._settings, now_is.value, 0)
