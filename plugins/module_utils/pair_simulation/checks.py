# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It says what a node tracks, how long a check needs to see a failure, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..vrrp.config.model.configuration import Configuration
from ..vrrp.config.semantics.tracking import KINDS, counting, healthy
from ..vrrp.protocol.priority import CheckResult, Verdict, verdict
from ..vrrp.simulation_input import NodeFile

_SERVICES = ("scripts", "processes", "gateways", "tcp", "http", "units")  # interfaces and files are none


@dataclass(frozen=True)
class SimulatedCheck:
    """It is one thing that a node tracks. It sees a failure ``soonest_s`` to ``latest_s`` seconds later.

    It sees within ``again_s`` that the failure is over. ``terms`` are the values of the file that this follows from.
    """

    name: str
    instances: tuple[str, ...]
    soonest_s: float
    latest_s: float
    again_s: float
    terms: str
    gateway: bool = False


class NodeChecks:
    """It holds what one node tracks."""

    def __init__(self, node: NodeFile) -> None:
        self._instances = {instance.name: instance for instance in node.configuration.instances}
        self._tracked = counting(node.configuration)
        found: dict[str, SimulatedCheck] = {}
        for instance, tracking in self._tracked.items():
            for kind in _SERVICES:
                for entry in getattr(tracking, kind):
                    if not getattr(entry, "reverse", False):
                        name = _name(kind, entry)
                        before = found[name].instances if name in found else ()
                        within = _seen_within(node.configuration, kind, entry)
                        found[name] = SimulatedCheck(name, (*before, instance), *within, gateway=kind == "gateways")
        self.checks = found

    def verdict(self, instance: str, failing: Collection[str]) -> Verdict:
        """Return the priority and the faults of an instance while these checks fail and all others succeed."""
        results = [replace(result, ok=False) if name in failing else result for name, result in self._results(instance)]
        return verdict(self._instances[instance].priority, results)

    def base_priority(self, instance: str) -> int:
        """Return the priority of an instance as the file says it."""
        return self._instances[instance].priority

    def _results(self, instance: str) -> Iterator[tuple[str, CheckResult]]:
        tracking = self._tracked[instance]
        names = [_name(kind, entry) for kind in KINDS for entry in getattr(tracking, kind)]
        return zip(names, healthy(tracking))


def _name(kind: str, entry: Any) -> str:
    """Return the name of a check as a user would write it."""
    if kind == "gateways":
        return str(entry.address)
    if kind == "tcp":
        return f"[{entry.host}]:{entry.port}" if entry.host.version == 6 else f"{entry.host}:{entry.port}"
    return str(entry.url if kind == "http" else entry.unit if kind == "units" else entry.name)


def _seen_within(configuration: Configuration, kind: str, entry: Any) -> tuple[float, float, float, str]:
    """Return after how many seconds at least and at most a failure counts, its end at most, and why."""
    if kind == "processes":  # the kernel tells the agent at once
        process = next(each for each in configuration.processes if each.name == entry.name)
        delay_s = process.terminate_delay_s
        return delay_s, delay_s, process.fork_delay_s, f"terminate_delay {delay_s:g}"
    asked = next(each for each in configuration.scripts if each.name == entry.name) if kind == "scripts" else entry
    silent_s = entry.timeout_s if kind == "gateways" else 0.0  # all others refuse at once
    within_s = [count * asked.interval_s + silent_s for count in (asked.fall - 1, asked.fall)]
    # A service that has just been started may take as long to answer as it is allowed to.
    again_s = asked.rise * asked.interval_s + asked.timeout_s
    return within_s[0], within_s[1], again_s, f"interval {asked.interval_s:g}, fall {asked.fall}"
