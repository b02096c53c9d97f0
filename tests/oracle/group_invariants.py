# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check sync groups: beside the rules of each segment, that a group is whole.

=================  ==================================================================================================
rule               what it says
=================  ==================================================================================================
whole              a machine at rest is MASTER on all of its segments or on none
exactly one        where the machines can talk on all segments, or on none, one of them is MASTER; nowhere are two
the best           it is none that another one would preempt on every segment
the client         at rest the client of each segment is answered by the master
takes part         a machine at rest takes part on every segment, unless it was told not to or has a fault on one
=================  ==================================================================================================

How long a segment may be without an owner is no rule of its own: a member waits for the others, and for ever when these
hear a master. That a group does not wait for nothing is what *exactly one* says.
"""

from __future__ import annotations

from vrrp.protocol.states import State
from vrrp.simulation.clock import Clock
from vrrp.simulation.faults import PLANNED, InjectedFault
from vrrp.simulation.lan import Lan
from vrrp.simulation.observer import Violated

from . import steady_state
from .invariants import Invariants
from .partitions import Partitions, Side

ROUNDS = 2  # times a segment settles until a group has: its members wait for each other
MIXED_ROUNDS = 12  # where two groups lose to each other, until one of them is first
FAILING = frozenset({"unplug", "break"})  # on one segment: the group moves, and nothing is lost on the others


class GroupPartitions(Partitions):
    """It checks the sides of one segment with members of groups. The time limits of a group are longer."""

    def settle_s(self) -> float:
        nodes = self.lan.nodes.values()
        rounds = MIXED_ROUNDS if any(mixed(node.machine_group) for node in nodes) else ROUNDS
        return rounds * super().settle_s()

    def _judge_nobody(self, side: Side, since: float) -> None:
        """Judge nothing: the module's text says why."""

    def _judge_owners(self, side: Side, since: float) -> None:
        """Judge as for one; but a member that gives up for another may wait for what was sent before that."""
        side.contested = True
        super()._judge_owners(side, since)


class GroupInvariants(Invariants):
    """It checks the rules of one segment, as far as they hold for a member of a group."""

    def __init__(self, clock: Clock, lan: Lan) -> None:
        super().__init__(clock, lan)
        self.sides = GroupPartitions(clock, lan)

    def disturbing(self, fault: InjectedFault) -> None:
        self.sides.close()
        self._rested = self.at_rest()
        self._happening = True

    def disturbed(self, fault: InjectedFault) -> None:
        self._happening = False
        here = next(iter(self.lan.nodes.values())).label
        keeps = fault.verb in PLANNED and fault.only_on is None
        keeps = keeps or (fault.verb in FAILING and fault.only_on not in (None, here))
        planned = self._rested and keeps and self._can_move(fault.nodes)
        self.sides.disturbed(fault.text() if planned else None)

    def ended(self) -> None:
        self.sides.close()

    def settled(self, machine_group) -> None:
        """Check that no member speaks as MASTER while another one gives up or has a fault."""
        speaking = [node for node in machine_group.nodes.values() if node.speaks]
        for node in machine_group.nodes.values() if speaking else ():
            if node.router.yielding or node.faults:
                said = "gives up" if node.router.yielding else "has a fault"
                text = f"{node.name} speaks as MASTER on {speaking[0].label} and {said} on {node.label}"
                raise Violated(self.clock.now, "whole", text)

    def _can_move(self, nodes: tuple[str, ...]) -> bool:
        machine_groups = {node.name: node.machine_group for node in self.lan.nodes.values()}
        if any(map(mixed, machine_groups.values())):
            return False
        moved = {name for name in nodes if not all(map(_takes_part, machine_groups[name].nodes.values()))}
        others = [
            each
            for name, machine_group in machine_groups.items()
            if name not in moved
            for each in machine_group.nodes.values()
        ]
        failing = any(node.faults for name in moved for node in machine_groups[name].nodes.values())
        names = [name for name in machine_groups if not (failing and name in moved)]
        connected = _talk(self.lan, list(machine_groups)) and all(_talk(each.lan, names) for each in others)
        return connected and all(map(_takes_part, others)) and super()._can_move(nodes)


def _takes_part(node) -> bool:
    return node.eligible or node.router.state is State.STOP


def _talk(lan: Lan, names: list[str]) -> bool:
    return len({lan.side[name] for name in names}) == 1


def mixed(machine_group) -> bool:
    """Return whether this machine has other priorities on other segments, so that two groups may lose to each other."""
    return len({(node.router.priority, *node.past.priorities()) for node in machine_group.nodes.values()}) > 1


def demand(clock: Clock, lans: dict[int, Lan]) -> None:
    """Raise :class:`~vrrp.simulation.observer.Violated` unless every group is whole and in its place."""
    names = list(dict.fromkeys(name for lan in lans.values() for name in lan.nodes))
    for name in names:
        _demand_whole(clock, name, [lan.nodes[name] for lan in lans.values() if name in lan.nodes])
    for number, lan in lans.items():
        for side in lan.sides():
            _demand_owners(clock, lan, [lan.nodes[name] for name in side], f"on lan{number}")
    sides = [sorted(map(sorted, lan.sides())) for lan in lans.values()]
    if all(each == sides[0] for each in sides):
        for side in sides[0]:
            _demand_one(clock, side, lans)


def _demand_whole(clock: Clock, name: str, nodes: list) -> None:
    if not all(node.running for node in nodes):
        return
    if len({node.router.hold for node in nodes}) > 1 and all(node.lives == 1 for node in nodes):
        raise Violated(clock.now, "whole", f"{name} is promoted or demoted on one segment only")
    if len({node.speaks for node in nodes}) > 1:
        said = ", ".join(f"{node.router.state.value} on {node.label}" for node in nodes)
        raise Violated(clock.now, "whole", f"{name} is {said}")
    told = any(node.faults or node.drained for node in nodes)
    for node in nodes:
        if not told and node.router.state not in (State.BACKUP, State.MASTER):
            raise Violated(clock.now, "takes part", f"{name} runs and is {node.router.state.value} on {node.label}")
        if node.router.yielding and node.router.deadline is None:
            raise Violated(clock.now, "progress", f"{name} gives up on {node.label} and waits for nothing")


def _demand_owners(clock: Clock, lan: Lan, nodes: list, where: str) -> None:
    masters = {node.name for node in nodes if node.speaks}
    owners = {node.name for node in nodes if node.answers and not node.lease_lasts()}
    if len(masters) > 1 or owners != masters:
        raise Violated(clock.now, "exactly one", f"MASTER are {sorted(masters)}, owners {sorted(owners)} {where}")
    for name in masters & {name for name in lan.nodes if lan.talk(name, "client")}:
        steady_state.demand_client(clock, lan, lan.nodes[name], where)


def _demand_one(clock: Clock, side: list[str], lans: dict[int, Lan]) -> None:
    everywhere = [[lan.nodes[name] for lan in lans.values()] for name in side]
    eligible = [nodes for nodes in everywhere if all(node.eligible for node in nodes)]
    masters = [nodes for nodes in eligible if all(node.speaks for node in nodes)]
    if len(masters) != (1 if eligible else 0):
        said = ", ".join(nodes[0].name for nodes in masters) or "no node"
        raise Violated(clock.now, "exactly one", f"{said} is MASTER on the side of {' and '.join(side)}")
    for nodes in eligible if masters else ():
        better = [
            own.router.priority > theirs.router.priority and own.router.parameters.preempt
            for own, theirs in zip(nodes, masters[0])
        ]
        if all(better):
            raise Violated(clock.now, "the best", f"{masters[0][0].name} is MASTER before {nodes[0].name}")
