# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn virtual routers and faults into questions that the simulator can answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Optional

from .simulation import expected_timers
from .simulation.faults import FaultError, InjectedFault
from .simulation.outage import Question
from .simulation.scenario import Scenario
from .simulation_input import NodeFile, Shared, moving_together, without_group

DELAY_S = (0.0001, 0.0003)  # of a switch
FAILURE_AT_S = 10.0


def demand_known(faults: Sequence[InjectedFault], virtuals: Sequence[Shared]) -> None:
    """Raise FaultError where a fault is limited to an instance or interface that does not exist."""
    known = sorted(set().union(*(virtual.names for virtual in virtuals)))
    for fault in faults:
        if fault.only_on is not None and fault.only_on not in known:
            raise FaultError(
                f'--fault "{fault}": no instance or interface is called {fault.only_on}. There are: {", ".join(known)}'
            )


def first_failure_s(virtuals: Sequence[Shared]) -> float:
    """Return when a failure may happen first, in seconds: everything is at rest by then."""
    return max(FAILURE_AT_S, math.ceil(_longest_settle_s([_scenario(virtual, 0) for virtual in virtuals])))


def questions(
    nodes: list[NodeFile],
    virtuals: list[Shared],
    faults: Sequence[InjectedFault],
    seed: int = 0,
    seconds: Optional[float] = None,
) -> list[Question]:
    """Return a question for each virtual router. Without a fault the master of the first one dies."""
    scenarios = [_scenario(virtual, seed) for virtual in virtuals]
    settle_s = _longest_settle_s(scenarios)
    if not faults:
        faults = [_default_failure(virtuals[0], scenarios[0], first_failure_s(virtuals))]
    end = seconds or math.ceil(max(fault.at for fault in faults) + settle_s + expected_timers.LEASE_LONG_S)
    found = {}
    for together in moving_together(nodes, virtuals):
        names: set[str] = set()
        members: set[str] = set()
        for virtual in together:
            names, members = names | virtual.names, members | set(virtual.members)
        here = [fault for fault in faults if fault.only_on is None or fault.only_on in names]
        own = tuple(fault for fault in here if set(fault.nodes) <= members)
        group_options = _group_options(nodes, together) if len(together) > 1 else None
        whole = _whole([scenarios[virtuals.index(virtual)] for virtual in together])
        whole = replace(whole, faults=own, until=float(end))
        for lan, virtual in enumerate(together, 1):
            found[virtuals.index(virtual)] = Question(virtual.label, whole, virtual.judge(), lan, group_options)
    return [found[index] for index in sorted(found)]


def _whole(scenarios: list[Scenario]) -> Scenario:
    """Return one scenario for the instances of a sync group, with a segment for each virtual router."""
    machines = [replace(machine, lan=lan) for lan, each in enumerate(scenarios, 1) for machine in each.machines]
    return replace(scenarios[0], machines=tuple(machines))


def _group_options(nodes: list[NodeFile], together: list[Shared]) -> dict[str, Any]:
    words = {word for virtual in together for word in virtual.names}
    numbered = list(enumerate(together, 1))
    return {
        "judges": {lan: virtual.judge() for lan, virtual in numbered},
        "places": {word: tuple(lan for lan, virtual in numbered if word in virtual.names) for word in words},
        "alone": without_group(nodes, together),
        "labels": {lan: virtual.label for lan, virtual in numbered},
    }


def _scenario(virtual: Shared, seed: int) -> Scenario:
    machines = virtual.machines()
    return Scenario(seed=seed, version=machines[0].parameters.version, machines=machines, delay_s=DELAY_S)


def _longest_settle_s(scenarios: Sequence[Scenario]) -> float:
    """Return how long until everything is at rest, in seconds."""
    longest = 0.0
    for scenario in scenarios:
        for machine in scenario.machines:
            own = machine.parameters
            down_s = expected_timers.down_s(own.version, 1, expected_timers.interval_s(own), own.down_adverts)
            longest = max(longest, own.preempt_delay_s + 2 * down_s)
    return longest


def _default_failure(virtual: Shared, scenario: Scenario, at: float) -> InjectedFault:
    """Return the fault that kills the node which is master by then."""
    quiet = Question(virtual.label, replace(scenario, until=at), virtual.judge()).run()
    return InjectedFault(at, "kill", (quiet.client.answered_by or scenario.names[0],))
