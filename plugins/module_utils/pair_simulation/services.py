# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It turns services that die into what their checks do.

``break NODE CHECK`` is a service that dies: until the check has seen it, clients get no answer. Then the node has a
fault, or a lower priority, by the weight of the check. A gateway is where the client is: a node that is apart from the
client does not reach it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..vrrp.simulation.faults import InjectedFault
from ..vrrp.simulation.lan import CLIENT
from .checks import NodeChecks, SimulatedCheck
from .faults import check_of

FOREVER = float("inf")
Dead = tuple[tuple[str, ...], str, float, float]  # the instances whose service it is, the node, from, to


@dataclass(frozen=True)
class _Event:
    """It is what a node sees: a check fails, or succeeds again."""

    at: float
    node: str
    check: SimulatedCheck
    fails: bool
    instances: tuple[str, ...]


class Services:
    """It holds the services of one pair. Its methods take the faults of one simulation, in order."""

    def __init__(self, checks: Mapping[str, NodeChecks]) -> None:
        self._checks = checks

    def waits(self, faults: Sequence[InjectedFault]) -> bool:
        """Return whether a check needs time to see one of these faults, so that ``share`` matters."""
        return any(check.latest_s > check.soonest_s for _fault, check in self._broken(faults))

    def dead(self, faults: Sequence[InjectedFault]) -> list[Dead]:
        """Return when which service is dead."""
        return [
            (_instances(fault, check), fault.nodes[0], fault.at, _mended_at(fault, faults))
            for fault, check in self._broken(faults)
        ]

    def seen(self, faults: Sequence[InjectedFault], share: float = 0.5) -> list[InjectedFault]:
        """Return the faults as the agents see them. ``share`` is between the soonest (0) and the latest (1)."""
        broken = [fault for fault, _check in self._broken(faults)]
        found = [fault for fault in faults if fault not in broken]
        failing: dict[tuple[str, str], list[str]] = {}  # of an instance on a node
        for event in self._events(faults, share):
            for instance in event.instances:
                names = failing.setdefault((event.node, instance), [])
                if event.fails != (event.check.name in names):
                    names[:] = (
                        [*names, event.check.name]
                        if event.fails
                        else [name for name in names if name != event.check.name]
                    )
                    found += self._follows(event, instance, names)
        return sorted(found, key=lambda fault: fault.at)

    def notes(self, faults: Sequence[InjectedFault], instance: str) -> Iterator[tuple[float, str]]:
        """Yield when which check of an instance fails or succeeds again, in the middle of the time that it needs."""
        failing: set[tuple[str, str]] = set()
        for event in self._events(faults, 0.5):
            key = (event.node, event.check.name)
            if instance in event.instances and event.fails != (key in failing):
                failing ^= {key}
                how = f"fails on {event.node} (it needs {_within(event.check)} to see it)"
                yield event.at, f"{event.check.name} {how if event.fails else f'succeeds again on {event.node}'}"

    def _events(self, faults: Sequence[InjectedFault], share: float) -> list[_Event]:
        """Return what the checks see, in order. What is mended before a check has seen it is not seen."""
        found = list(self._gateway_events(faults, share))
        for fault in faults:
            if fault.verb == "mend":
                known = self._checks[fault.nodes[0]].checks.values()
                found += [_Event(fault.at, fault.nodes[0], check, False, check.instances) for check in known]
        for fault, check in self._broken(faults):
            at = _seen_at(fault.at, check, share)
            if at < _mended_at(fault, faults):
                found.append(_Event(at, fault.nodes[0], check, True, _instances(fault, check)))
        return sorted(found, key=lambda event: event.at)

    def _gateway_events(self, faults: Sequence[InjectedFault], share: float) -> Iterator[_Event]:
        moments = list(self._apart(faults))
        before: set[str] = set()
        for number, (at, apart) in enumerate(moments):
            for node, check in self._gateways(before ^ apart):
                seen_at = _seen_at(at, check, share) if node in apart else at
                again_at = next((later for later, other in moments[number:] if node not in other), FOREVER)
                if node not in apart or seen_at < again_at:
                    yield _Event(seen_at, node, check, node in apart, check.instances)
            before = apart

    def _gateways(self, nodes: Iterable[str]) -> Iterator[tuple[str, SimulatedCheck]]:
        for node in sorted(nodes):
            yield from ((node, check) for check in self._checks[node].checks.values() if check.gateway)

    def _apart(self, faults: Sequence[InjectedFault]) -> Iterator[tuple[float, set[str]]]:
        """Yield which nodes do not reach the client from when on."""
        apart: set[str] = set()
        for fault in faults:
            if fault.verb == "split":
                apart = set(self._checks) - side_of_client(fault, self._checks)
            elif fault.verb in ("cut", "unplug"):
                apart = apart | set(fault.nodes)
            elif fault.verb in ("join", "plug"):
                apart = apart - set(fault.nodes)
            elif fault.verb == "heal":
                apart = set()
            else:
                continue
            yield fault.at, apart

    def _broken(self, faults: Sequence[InjectedFault]) -> list[tuple[InjectedFault, SimulatedCheck]]:
        named = [fault for fault in faults if fault.verb == "break" and fault.words]
        return [(fault, check_of(fault, self._checks)) for fault in named]

    def _follows(self, event: _Event, instance: str, failing: Sequence[str]) -> list[InjectedFault]:
        """Return what an instance does while these checks fail."""
        at, node, checks = event.at, event.node, self._checks[event.node]
        verdict = checks.verdict(instance, failing)
        found = [
            InjectedFault(at, "check", (node,), (f"{verdict.priority - checks.base_priority(instance):+d}",), instance)
        ]
        if verdict.faults:
            return [*found, InjectedFault(at, "break", (node,), (f"{failing[-1]} failed",), instance)]
        return found if event.fails else [*found, InjectedFault(at, "mend", (node,), (), instance)]


def side_of_client(fault: InjectedFault, nodes: Iterable[str]) -> set[str]:
    """Return the nodes that still reach the client after a split."""
    sides = [set(side.split()) for side in " ".join(fault.words).split("|")]
    unnamed = set(nodes).difference(*sides)
    return next((side for side in sides if CLIENT in side), unnamed or sides[0]) - {CLIENT}


def _within(check: SimulatedCheck) -> str:
    soonest, latest = f"{check.soonest_s:g}", f"{check.latest_s:g}"
    return f"{latest} s" if soonest == latest else f"{soonest} to {latest} s"


def _seen_at(at: float, check: SimulatedCheck, share: float) -> float:
    return at + check.soonest_s + share * (check.latest_s - check.soonest_s)


def _instances(fault: InjectedFault, check: SimulatedCheck) -> tuple[str, ...]:
    return tuple(each for each in check.instances if fault.only_on in (None, each)) or check.instances


def _mended_at(fault: InjectedFault, faults: Sequence[InjectedFault]) -> float:
    later = [each.at for each in faults if each.verb == "mend" and each.nodes == fault.nodes and each.at >= fault.at]
    return min(later, default=FOREVER)
