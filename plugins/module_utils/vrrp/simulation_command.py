# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``hotstandby simulate``: configuration files, a failure, and what a client would lose.

Nothing here touches an interface: it reads the files and writes what it is told to write.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from .simulation import expected_timers, timeline
from .simulation.faults import Fault, FaultError, demand_power, parse
from .simulation.outage import Outage, Question, ask
from .simulation.scenario import Scenario
from .simulation.svg import draw
from .simulation_input import NodeFile, Shared, demand_distinct, moving_together, read, virtual_routers, without_group
from .streams import say

DONE, REFUSED, USAGE = 0, 1, 2
DELAY_S = (0.0001, 0.0003)  # of a switch
FAILURE_AT_S = 10.0


def run(options: argparse.Namespace) -> int:
    """Play the failure and print the result. Raises ConfigError for files that are not good."""
    if options.seconds is not None and not 0 < options.seconds <= 1e6:
        say(sys.stderr, "error: --seconds needs a number of seconds above 0 and up to 1000000")
        return USAGE
    nodes = read(options.files)
    names = [node.name for node in nodes]
    try:
        demand_distinct(nodes)
        faults = [_fault(text, names) for text in options.fault]
        demand_power(faults)
        virtuals = virtual_routers(nodes)
        _demand_known(faults, virtuals)
        answers = [ask(question) for question in _questions(nodes, virtuals, faults, options)]
    except FaultError as error:
        say(sys.stderr, f"error: {error}")
        return REFUSED
    if options.json:
        say(sys.stdout, json.dumps(_as_json(virtuals, answers), indent=2))
    else:
        for virtual, answer in zip(virtuals, answers):
            say(sys.stdout, *_lines(virtual, answer))
        say(sys.stdout, *(line for answer in answers for line in answer.lines()))
    if options.svg:
        try:
            Path(options.svg).write_text(draw(answers), encoding="utf-8")
        except OSError as error:
            say(sys.stderr, f"error: cannot write {options.svg}: {(error.strerror or str(error)).lower()}")
            return REFUSED
    return DONE


# What is to happen


def _fault(text: str, names: list[str]) -> Fault:
    try:
        return parse(text, names)
    except FaultError as error:
        raise FaultError(f'--fault "{text}": {error}') from error


def _demand_known(faults: list[Fault], virtuals: list[Shared]) -> None:
    known = sorted(set().union(*(virtual.names for virtual in virtuals)))
    for fault in faults:
        if fault.only_on is not None and fault.only_on not in known:
            raise FaultError(
                f'--fault "{fault}": no instance or interface is called {fault.only_on}. There are: {", ".join(known)}'
            )


def _questions(
    nodes: list[NodeFile], virtuals: list[Shared], faults: list[Fault], options: argparse.Namespace
) -> list[Question]:
    seed = options.seed
    scenarios = [_scenario(virtual, seed) for virtual in virtuals]
    settle_s = max(_settle_s(scenario) for scenario in scenarios)
    if not faults:
        faults = [_default_failure(virtuals[0], scenarios[0], max(FAILURE_AT_S, math.ceil(settle_s)))]
    end = options.seconds or math.ceil(max(fault.at for fault in faults) + settle_s + expected_timers.LEASE_LONG_S)
    questions = {}
    for together in moving_together(nodes, virtuals):
        names: set[str] = set()
        members: set[str] = set()
        for virtual in together:
            names, members = names | virtual.names, members | set(virtual.members)
        here = [fault for fault in faults if fault.only_on is None or fault.only_on in names]
        own = tuple(fault for fault in here if set(fault.nodes) <= members)
        joint = _joint(nodes, together) if len(together) > 1 else None
        whole = _whole([scenarios[virtuals.index(virtual)] for virtual in together])
        whole = replace(whole, faults=own, until=float(end))
        for lan, virtual in enumerate(together, 1):
            questions[virtuals.index(virtual)] = Question(virtual.label, whole, virtual.judge(), lan, joint)
    return [questions[index] for index in sorted(questions)]


def _whole(scenarios: list[Scenario]) -> Scenario:
    """Return one scenario for the instances of a sync group, with a segment for each virtual router."""
    machines = [replace(machine, lan=lan) for lan, each in enumerate(scenarios, 1) for machine in each.machines]
    return replace(scenarios[0], machines=tuple(machines))


def _joint(nodes: list[NodeFile], together: list[Shared]) -> dict[str, Any]:
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


def _settle_s(scenario: Scenario) -> float:
    """Return how long until everything is at rest, in seconds."""
    longest = 0.0
    for machine in scenario.machines:
        own = machine.parameters
        longest = max(
            longest,
            own.preempt_delay_s
            + 2 * expected_timers.down_s(own.version, 1, expected_timers.interval_s(own), own.down_adverts),
        )
    return longest


def _default_failure(virtual: Shared, scenario: Scenario, at: float) -> Fault:
    """Return the fault that kills the node which is master by then."""
    quiet = Question(virtual.label, replace(scenario, until=at), virtual.judge()).run()
    return Fault(at, "kill", (quiet.client.answered_by or scenario.names[0],))


# What is said


def _lines(virtual: Shared, answer: Outage) -> list[str]:
    said = [f"{virtual.label}: virtual router {virtual.vrid} for {virtual.addresses}"]
    for name, instance in virtual.members.items():
        made_up = " (made up: the file has no unicast_src_ip)" if name in virtual.made_up else ""
        priority = _priority(answer, name)
        said.append(
            f"  {name}: priority {priority} every {instance.advert_int_cs / 100:g} s on {instance.interface}, from "
            f"{virtual.sources[name]}{made_up}"
        )
    return [*said, "", *timeline.lines(answer.run.timeline.entries), ""]


def _priority(answer: Outage, name: str) -> int:
    """Return what a node advertises while all its checks succeed."""
    question = answer.question
    machine = next(each for each in question.scenario.machines if (each.name, each.lan) == (name, question.lan))
    return machine.parameters.priority + machine.check_delta


def _as_json(virtuals: list[Shared], answers: list[Outage]) -> dict[str, Any]:
    described = []
    for virtual, answer in zip(virtuals, answers):
        nodes = [
            {
                "name": name,
                "instance": instance.name,
                "interface": instance.interface,
                "priority": _priority(answer, name),
                "interval_s": instance.advert_int_cs / 100,
                "source": str(virtual.sources[name]),
                "source_made_up": name in virtual.made_up,
            }
            for name, instance in virtual.members.items()
        ]
        faults = [str(fault) for fault in answer.question.scenario.faults]
        described.append({**answer.as_json(), "virtual_router_id": virtual.vrid, "nodes": nodes, "faults": faults})
    return {"instances": described}
