# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It simulates one pair, and returns what happened as instances of a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from statistics import median
from typing import Optional

from ..report.model import Expected, TestedInstance, TestTimeline
from ..vrrp.simulation.faults import InjectedFault
from ..vrrp.simulation.outage import Outage, ask
from ..vrrp.simulation.timeline import NOTE, STATE
from ..vrrp.simulation_input import NodeFile, Shared, virtual_routers
from ..vrrp.simulation_questions import first_failure_s, questions
from .checks import NodeChecks
from .faults import nodes_of
from .services import Dead, Services
from .usual_faults import usual_faults

_SOONEST, _MIDDLE, _LATEST = 0.0, 0.5, 1.0


class SimulatedPair:
    """It is one pair: its name, its two nodes, and what they track."""

    def __init__(self, name: str, nodes: Sequence[NodeFile]) -> None:
        self.name, self.nodes = name, list(nodes)
        self.checks = {node.name: NodeChecks(node) for node in nodes}
        self.virtuals = virtual_routers(self.nodes)
        self._services = Services(self.checks)

    @property
    def words(self) -> set[str]:
        """Return the words that may stand behind ``on``."""
        return set().union(*(virtual.names for virtual in self.virtuals))

    def usual(self) -> Iterator[TestedInstance]:
        """Yield what each of the usual faults would cost."""
        for fault in usual_faults(self.checks, first_failure_s(self.virtuals)):
            yield from self.play([fault])

    def concerned(self, faults: Sequence[InjectedFault]) -> list[InjectedFault]:
        """Return the faults that happen to this pair; nothing where all of them are about other pairs."""
        own = {node.name for node in self.nodes}
        here = [fault for fault in faults if nodes_of(fault) <= own and fault.only_on in (None, *self.words)]
        named = any(nodes_of(fault) for fault in faults)
        return here if not named or any(nodes_of(fault) for fault in here) else []

    def play(self, faults: Sequence[InjectedFault]) -> Iterator[TestedInstance]:
        """Yield what these faults would cost each instance that they concern."""
        shares = (_MIDDLE, _SOONEST, _LATEST) if self._services.waits(faults) else (_MIDDLE,)
        dead = self._services.dead(faults)
        asked = [questions(self.nodes, self.virtuals, self._services.seen(faults, share)) for share in shares]
        for virtual, *of_shares in zip(self.virtuals, *asked):
            here = tuple(each[1:] for each in dead if virtual.label in each[0])
            if here or of_shares[0].scenario.faults:
                outages = [ask(replace(question, dead=here)) for question in of_shares]
                # A fault of one member of a sync group moves the others, too.
                own = [fault for fault in faults if fault.only_on in (None, *virtual.names)] or list(faults)
                yield self._instance(virtual, own, outages, [each for each in dead if virtual.label in each[0]])

    def _instance(
        self, virtual: Shared, faults: Sequence[InjectedFault], outages: list[Outage], dead: list[Dead]
    ) -> TestedInstance:
        outage = outages[0]
        return {
            "pair": self.name,
            "name": virtual.label,
            "addresses": virtual.addresses.split(", "),
            "timeline": _timeline(virtual, faults, outage, self._services.notes(faults, virtual.label)),
            "expected": _expected(outages),
            "measured": None,
            "passed": None,
            "remarks": list(dict.fromkeys(_remarks(virtual, faults, outage, dead))),
        }


def _timeline(
    virtual: Shared, faults: Sequence[InjectedFault], outage: Outage, notes: Iterable[tuple[float, str]]
) -> TestTimeline:
    run = outage.run
    slowest_s = max(instance.advert_int_cs for instance in virtual.members.values()) / 100
    since = max(min(fault.at for fault in faults) - 2 * slowest_s, 0.0)
    return {
        "from_s": since,
        "to_s": run.ended_at,
        "hosts": list(virtual.members),
        "owners": [
            {"host": node, "from_s": round(begin, 6), "to_s": round(end, 6)}
            for node in virtual.members
            for begin, end in run.timeline.owned(node, run.ended_at)
            if end > since
        ],
        "faults": [{"at_s": fault.at, "text": fault.text()} for fault in faults],
        "notes": [{"at_s": round(at, 6), "text": text} for at, text in notes],
        "lost": [{"from_s": round(begin, 6), "to_s": round(end, 6), "count": None} for begin, end in outage.losses],
    }


def _expected(outages: Sequence[Outage]) -> Expected:
    spread = [loss_s for outage in outages for loss_s in outage.spread_s]
    found: Expected = {
        "best_s": round(min(spread), 6),
        "middle_s": round(median(spread), 6),
        "worst_s": round(max(spread), 6),
    }
    if any(outage.for_good for outage in outages):
        found["for_good"] = True
    return found


def _remarks(virtual: Shared, faults: Sequence[InjectedFault], outage: Outage, dead: Sequence[Dead]) -> Iterator[str]:
    run = outage.run
    first_at = min(fault.at for fault in faults)
    if _answers_at(outage, first_at) is None:
        yield f"no node is master yet when the first fault happens, at {first_at:g} s: let it happen later"
    for entry in run.timeline.entries:
        if entry.kind == NOTE and entry.value in ("discards", "refused"):
            yield f"{entry.node} {entry.text}" if entry.value == "discards" else f"{entry.node}: {entry.text}"
    masters = [node for node in virtual.members if _last_state(outage, node) == "MASTER"]
    if len(masters) > 1:
        yield f"at the end {' and '.join(masters)} are both master"
    for _instances, node, _begin, end in dead:
        if end > run.ended_at and run.client.answered_by == node:
            yield f"{node} keeps the addresses, although the service is dead there"
    if run.client.answered_by is None:
        yield "at the end no node answers"


def _answers_at(outage: Outage, at: float) -> Optional[str]:
    return next((who for since, who in reversed(outage.run.client.spans) if since < at), None)


def _last_state(outage: Outage, node: str) -> Optional[str]:
    """Return the state of a node at the end; None where its agent has ended."""
    for entry in reversed(outage.run.timeline.entries):
        if entry.node == node and entry.value in ("kill", "crash"):
            return None
        if (entry.node, entry.kind) == (node, STATE):
            return entry.value
    return None
