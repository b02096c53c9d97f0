# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check everything that must hold in every run. A broken rule ends the run with Violated.

=================  ==================================================================================================
rule               what it says
=================  ==================================================================================================
exactly one        a side at rest that can have a master has one, which alone owns the addresses
the best           a side at rest has no preempting backup of a higher priority
the client         a side at rest answers its client through the master
takes part         a side at rest has no running agent that sits out without having been told
takeover           no side is without an owner for longer than the quickest backup's Master_Down_Interval
one master         two active masters that can talk: until the next advertisement of the better one
one owner          two owners: for the handover; for that advertisement; for the lease of an agent that does not run
make before break  a planned move on a segment at rest leaves the addresses with a node at every moment
listens            no node takes over before it has waited as long as RFC 9568 section 6.1 says, from what reached it
yields             a master that hears a better one is none any more
cause              no mastership is lost without a command, a fault, a better master or a lapsed mandate
mandate            no node speaks as master after a silence in which a peer may have taken over
speaks             a master advertises once an interval
announces          a node that takes over says so, with gratuitous ARP
addresses          the kernel has the addresses exactly while the state machine says so
timers, progress   no timer in the past, none that ends without effect
=================  ==================================================================================================
"""

from __future__ import annotations

from vrrp.simulation.clock import Clock
from vrrp.simulation.expected_timers import HANDOVER_S
from vrrp.simulation.faults import PLANNED, InjectedFault
from vrrp.simulation.lan import CLIENT, Lan
from vrrp.simulation.observer import Observer

from . import steady_state
from .conformance import Conformance
from .partitions import Partitions


class Invariants(Observer):
    """It checks all rules of one segment."""

    def __init__(self, clock: Clock, lan: Lan) -> None:
        self.clock, self.lan = clock, lan
        self.sides = Partitions(clock, lan)
        self.conformance: dict[str, Conformance] = {}
        self._rested = False  # when the last fault came
        self._happening = False  # a fault is changing several things at once

    def begin(self) -> None:
        """Take the nodes, before anything has happened."""
        self.conformance = {name: Conformance(node, self.clock) for name, node in self.lan.nodes.items()}
        self.sides.begin()

    def started(self, node, memory) -> None:
        self.conformance[node.name].began(memory)

    def arrived(self, node, advertisement, sender) -> None:
        self.conformance[node.name].arrived(advertisement, sender)

    def heard_as_master(self, node, advertisement, sender) -> None:
        self.conformance[node.name].heard_as_master(advertisement, sender)

    def performed(self, node, cause: str, before) -> None:
        self.conformance[node.name].performed(cause, before)

    def expired(self, node, deadline: float) -> None:
        self.conformance[node.name].expired(deadline)

    def spoke(self, node, priority: int) -> None:
        self.conformance[node.name].spoken(priority)

    def continued(self, node) -> None:
        self.conformance[node.name].continued()

    def look(self) -> None:
        if not self._happening:
            self.sides.look()

    def disturbing(self, fault: InjectedFault) -> None:
        self.sides.close()
        self._rested = self.at_rest()
        if self._rested:
            steady_state.demand(self.clock, self.lan)
        self._happening = True

    def disturbed(self, fault: InjectedFault) -> None:
        self._happening = False
        planned = self._rested and fault.verb in PLANNED and self._can_move(fault.nodes)
        self.sides.disturbed(fault.text() if planned else None)

    def ended(self) -> None:
        self.sides.close()
        if self.at_rest():
            steady_state.demand(self.clock, self.lan)

    def _can_move(self, nodes: tuple[str, ...]) -> bool:
        """Return whether another node can take over, and the segment is quick enough to tell it in time."""
        others = [each for each in self.lan.nodes.values() if each.name not in nodes and each.eligible]
        quick = 3 * self.sides.late_s() < HANDOVER_S
        return quick and any(self.lan.talk(each.name, CLIENT) for each in others)

    def at_rest(self) -> bool:
        """Return whether enough time has passed since the last disturbance."""
        quiet_s = self.clock.now - max(self.sides.disturbed_at, self.lan.lost_at)
        return not self.lan.loss and quiet_s >= self.sides.settle_s()
