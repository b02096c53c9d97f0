# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate several segments at once: every machine has a router on each, and these are one sync group.

Each segment is a :class:`~.simulator.Simulator` of its own on one clock, with its own client and its own rules. What
happens to a machine or its process happens on all of them; ``on lan2`` at the end of a line limits it to one segment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Optional

from ..protocol.actions import Action
from ..protocol.override import CommandRefused
from ..protocol.sync_group import Group, Move
from .clock import Clock, StandsStill
from .faults import WITHOUT_EFFECT, InjectedFault
from .lan import Judge
from .node import Node
from .observer import Observer, Violated
from .scenario import Scenario
from .simulator import Run, Simulator
from .timeline import LAN, NOTE, VIOLATION, LanTimeline, Timeline


class GroupSimulator:
    """It runs one scenario on several segments.

    ``judges`` and ``labels`` are by segment, ``places`` say which segments a word after ``on`` means, ``alone`` are the
    machines without a sync group.
    """

    def __init__(
        self,
        scenario: Scenario,
        group_class: Callable[[str], Group] = Group,
        trace: bool = False,
        judges: Optional[dict[int, Judge]] = None,
        places: Optional[dict[str, tuple[int, ...]]] = None,
        alone: frozenset[str] = frozenset(),
        labels: Optional[dict[int, str]] = None,
        **options: Any,
    ) -> None:
        self.scenario = scenario
        self._places = places or {f"lan{lan}": (lan,) for lan in scenario.lans}
        self.clock = Clock()
        self.timeline = Timeline(trace)
        self.simulators = {
            lan: Simulator(
                scenario.on(lan),
                trace=trace,
                judge=(judges or {}).get(lan),
                clock=self.clock,
                label=(labels or {}).get(lan, f"lan{lan}"),
                timeline=LanTimeline(self.timeline, f"lan{lan}"),
                **options,
            )
            for lan in scenario.lans
        }
        self.machine_groups = {
            name: MachineGroup(
                [simulator.lan.nodes[name] for simulator in self.simulators.values() if name in simulator.lan.nodes],
                group_class,
            )
            for name in scenario.names
            if name not in alone
        }

    def run(self) -> dict[int, Run]:
        """Run the scenario. Return the run of each segment; a violation is that of all of them."""
        runs = {
            lan: Run(replace(simulator.scenario, faults=self.scenario.faults), simulator.timeline, simulator.client)
            for lan, simulator in self.simulators.items()
        }
        for watch in self.watches():
            watch.begin()
        begins = {machine.name: machine.begins_at for machine in self.scenario.machines}
        for name, at in begins.items():
            self.clock.at(at, self._apply, InjectedFault(at, "start", (name,)))
        for fault in self.scenario.faults:
            self.clock.at(fault.at, self._apply, fault)
        violated = None
        try:
            self.clock.run(self.scenario.until)
            for watch in self.watches():
                watch.ended()
            self.look()
        except (Violated, StandsStill) as error:
            violated = error if isinstance(error, Violated) else Violated(self.clock.now, "progress", str(error))
            self.timeline.note(violated.at, LAN, VIOLATION, str(violated), violated.rule)
        for run in runs.values():
            run.violation, run.ended_at = violated, self.clock.now
        return runs

    # What happens

    def _apply(self, fault: InjectedFault) -> None:
        lans = self.scenario.lans if fault.only_on is None else self._places[fault.only_on]
        where = [self.simulators[lan] for lan in lans]
        where = [simulator for simulator in where if set(fault.nodes) <= set(simulator.lan.nodes)]
        if fault.verb in WITHOUT_EFFECT:
            for simulator in where:
                simulator.set_wall_clock(fault)
            return
        self.look()
        for watch in self.watches():
            watch.disturbing(fault)
        with ExitStack() as together:
            for machine_group in self.machine_groups.values():
                together.enter_context(machine_group.batch())
            if fault.verb in ("promote", "demote", "release") and where and fault.nodes[0] in self.machine_groups:
                where[0].note(fault)
                self.machine_groups[fault.nodes[0]].command(fault.verb)
            else:
                for simulator in where:
                    simulator.happen(fault)
        for simulator in self.simulators.values():
            simulator.watch.disturbed(fault)
            simulator.client.look()

    def look(self) -> None:
        """Look at all segments together: a fault is about to happen, or the run is over. A subclass judges them."""

    def watches(self) -> list[Observer]:
        """Return the watches of the segments, one for each."""
        return [simulator.watch for simulator in self.simulators.values()]


GROUP = "G"


class MachineGroup:
    """It works as the agent's Groups: what happens together is settled when all of it has happened."""

    def __init__(self, nodes: list[Node], group_class: Callable[[str], Group] = Group) -> None:
        self.nodes = {node.label: node for node in nodes}
        self.group = group_class(GROUP)
        self._group_class = group_class
        self._depth = 0
        self._touched = False
        for node in nodes:
            node.machine_group = self

    def enrol(self, node: Node, now: float) -> None:
        """Put a node with a new process into the group; the first node of the machine makes a new group."""
        if node is next(iter(self.nodes.values())):
            self.group = self._group_class(GROUP)
        node.router.group_changed(GROUP, now)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Treat everything inside as one event."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
        self._settle()

    def acted(self, node: Node, actions: Iterable[Action]) -> None:
        """Note the actions of a node, and settle the group."""
        if self.group.acted(node.label, node.router, actions):
            self._touched = True
        if self._touched:
            self._settle()

    def _settle(self) -> None:
        if self._depth or not all(node.running for node in self.nodes.values()):
            return
        self._depth += 1
        self._touched = False
        try:
            members = {label: node.router for label, node in self.nodes.items()}
            self.group.settle(members, next(iter(self.nodes.values())).monotonic(), self._feed)
        finally:
            self._depth -= 1
        next(iter(self.nodes.values())).watch.settled(self)

    def command(self, verb: str) -> None:
        """Feed an operator's command for one node to all."""
        first = next(iter(self.nodes.values()))
        if not all(node.running for node in self.nodes.values()):
            return
        try:
            moves = self.group.command(verb, {label: node.router for label, node in self.nodes.items()}, first.label)
        except CommandRefused as refusal:
            first.timeline.note(first.clock.now, first.name, NOTE, f"refused: {refusal}", "refused")
            return
        for move in moves:
            self.nodes[move.member].command(move.name)

    def _feed(self, move: Move) -> None:
        self.nodes[move.member].take(move.name, *move.arguments)
