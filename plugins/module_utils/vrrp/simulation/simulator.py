# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a scenario in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any, Optional

from ..protocol.packet import Advertisement
from ..protocol.router import VirtualRouter
from ..protocol.states import Parameters
from .client import SimulatedClient
from .clock import Clock, StandsStill
from .faults import WITHOUT_EFFECT, InjectedFault
from .lan import CLIENT, Judge, Lan
from .node import Node
from .observer import Observer, Violated
from .scenario import Scenario
from .timeline import FAULT, LAN, LOST, NOTE, VIOLATION, Timeline

VIP = (ip_address("192.0.2.100"),)  # RFC 5737; any address will do

# Faults that change a node by a method of the same name. Those of the process need a machine that is not frozen.
_PROCESS = {"crash", "pause", "resume", "start", "restart"}
_MACHINE = {"kill", "boot", "thaw", "freeze"}


@dataclass
class Run:
    """It is the result of a scenario. ``violation`` is None when nothing ended it early."""

    scenario: Scenario
    timeline: Timeline
    client: SimulatedClient
    violation: Optional[Violated] = None
    ended_at: float = 0.0


class Simulator:
    """Run one scenario on one segment.

    ``watch_class`` makes the object that is told everything and may end the run with :class:`~.observer.Violated`;
    ``judge`` says which advertisements are refused.
    """

    def __init__(
        self,
        scenario: Scenario,
        router_class: Callable[[Parameters], VirtualRouter] = VirtualRouter,
        trace: bool = False,
        judge: Optional[Judge] = None,
        drains_first: bool = True,
        clock: Optional[Clock] = None,
        label: str = "lan1",
        timeline: Optional[Timeline] = None,
        watch_class: Optional[Callable[[Clock, Lan], Observer]] = None,
    ) -> None:
        self.scenario = scenario
        self.clock = clock or Clock()
        self.timeline = timeline or Timeline(trace)
        self.lan = Lan(self.clock, scenario.names, scenario.seed, scenario.delay_s)
        self.lan.judge = judge
        self.lan.on_lost, self.lan.on_refused = self._lost, self._refused
        self.client = self.lan.client = SimulatedClient(self.clock, self.lan, self.timeline)
        self.watch: Observer = watch_class(self.clock, self.lan) if watch_class else Observer()
        for machine in scenario.machines:
            self.lan.nodes[machine.name] = Node(
                machine.name,
                machine.parameters,
                self.clock,
                self.lan,
                self.timeline,
                self.watch,
                router_class=router_class,
                drains_first=drains_first,
                lag_s=machine.lag_s,
                epoch_s=machine.epoch_s,
                addresses=VIP,
                check_delta=machine.check_delta,
                lease_s=machine.lease_s,
                label=label,
            )

    def run(self) -> Run:
        """Run the scenario. A violation ends it early."""
        run = Run(self.scenario, self.timeline, self.client)
        self.watch.begin()
        for machine in self.scenario.machines:
            self.clock.at(machine.begins_at, self._apply, InjectedFault(machine.begins_at, "start", (machine.name,)))
        for fault in self.scenario.faults:
            self.clock.at(fault.at, self._apply, fault)
        try:
            self.clock.run(self.scenario.until)
            self.watch.ended()
        except (Violated, StandsStill) as error:
            violated = error if isinstance(error, Violated) else Violated(self.clock.now, "progress", str(error))
            run.violation = violated
            self.timeline.note(violated.at, LAN, VIOLATION, str(violated), violated.rule)
        run.ended_at = self.clock.now
        return run

    # What happens

    def _apply(self, fault: InjectedFault) -> None:
        if fault.verb in WITHOUT_EFFECT:
            self.set_wall_clock(fault)
            return
        self.watch.disturbing(fault)
        self.happen(fault)
        self.watch.disturbed(fault)
        self.client.look()

    def happen(self, fault: InjectedFault) -> None:
        """Apply a fault, and note it."""
        self.note(fault)
        for name in fault.nodes:
            self._happen(fault, self.lan.nodes[name])
        if not fault.nodes:
            self._happen_to_lan(fault.verb, fault.words)

    def note(self, fault: InjectedFault) -> None:
        """Note a fault in the timeline."""
        self.timeline.note(self.clock.now, fault.nodes[0] if fault.nodes else LAN, FAULT, fault.text(), fault.verb)

    def _happen(self, fault: InjectedFault, node: Node) -> None:
        verb, words = fault.verb, fault.words
        if verb in _PROCESS:
            if node.up and not node.frozen:
                getattr(node, verb)()
        elif verb in _MACHINE:
            getattr(node, verb)()
        elif verb == "suspend":
            node.freeze(suspended=True)
        elif verb in ("cut", "join"):
            getattr(self.lan, verb)(node.name)
        elif verb == "unplug":
            self.lan.cut(node.name)
            node.broken("interface eth0 has no carrier")
        elif verb == "plug":
            self.lan.join(node.name)
            node.broken()
        elif verb == "break":
            node.broken(" ".join(words) or "script check failed")
        elif verb == "mend":
            node.broken()
        elif verb in ("drain", "undrain"):
            node.drain(verb == "drain")
        elif verb == "check":
            node.check_says(int(words[0]))
        elif verb == "reload":
            node.reconfigure(_changed(node.parameters, words))
        elif verb in ("stop", "promote", "demote", "release"):
            node.command(verb)

    def _happen_to_lan(self, verb: str, words: tuple[str, ...]) -> None:
        if verb == "heal":
            self.lan.heal()
        elif verb == "split":
            groups = " ".join(words).split("|")
            self.lan.heal()
            self.lan.split([group.split() for group in groups])
            if CLIENT not in words and not set(self.lan.nodes) - set(words):
                self.lan.side[CLIENT] = 1  # all nodes were named: the client is with the first
        elif verb == "loss":
            self.lan.loss = float(words[0].rstrip("%")) / 100
        elif verb == "delay":
            self.lan.set_delay(float(words[0]) / 1000, float(words[1]) / 1000)

    def set_wall_clock(self, fault: InjectedFault) -> None:
        """Set the wall clock, which no code of the agent reads: a run with and one without this are the same."""
        for name in fault.nodes or self.lan.nodes:
            self.lan.nodes[name].wall_s += float(fault.words[0])
        self.timeline.note(self.clock.now, fault.nodes[0] if fault.nodes else LAN, FAULT, fault.text(), fault.verb)

    def _lost(self, sender: Node, receiver: Node, advertisement: Advertisement) -> None:
        text = f"an advertisement of {sender.name} for {receiver.name} is lost"
        self.timeline.note(self.clock.now, LAN, LOST, text, f"{sender.name} {receiver.name}")

    def _refused(self, sender: Node, receiver: Node, why: str) -> None:
        text = f"discards the advertisements of {sender.name}: {why}"
        self.timeline.note(self.clock.now, receiver.name, NOTE, text, "discards")


def _changed(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    values = dict(word.split("=") for word in words)
    changes: dict[str, Any] = {}
    if "priority" in values:
        changes["priority"] = int(values["priority"])
    if "interval" in values:
        changes["interval_cs"] = round(float(values["interval"]) * 100)
    if "preempt" in values:
        changes["preempt"] = values["preempt"] == "yes"
    if "preempt_delay" in values:
        changes["preempt_delay_s"] = float(values["preempt_delay"])
    return replace(parameters, **changes)
