# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``hotstandby simulate``: configuration files, a failure, and what a client would lose.

Nothing here touches an interface: it reads the files and writes what it is told to write.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .simulation import timeline
from .simulation.faults import FaultError, InjectedFault, demand_power, parse
from .simulation.outage import Outage, ask
from .simulation.svg import draw
from .simulation_input import Shared, demand_distinct, read, virtual_routers
from .simulation_questions import demand_known, questions
from .streams import say

DONE, REFUSED, USAGE = 0, 1, 2


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
        demand_known(faults, virtuals)
        answers = [ask(question) for question in questions(nodes, virtuals, faults, options.seed, options.seconds)]
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


def _fault(text: str, names: list[str]) -> InjectedFault:
    try:
        return parse(text, names)
    except FaultError as error:
        raise FaultError(f'--fault "{text}": {error}') from error


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
