# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe a scenario, machines, segment and faults, as a value and as text that can be pasted into a test."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any, Callable, Optional

from ..protocol.states import Parameters
from .faults import InjectedFault, parse

_NODE_WORDS: dict[str, tuple[str, Callable[[str], object]]] = {
    "priority": ("priority", int),
    "interval": ("interval_cs", lambda text: round(float(text) * 100)),
    "address": ("source", ip_address),
    "preempt": ("preempt", lambda text: text == "yes"),
    "preempt_delay": ("preempt_delay_s", float),
    "begins": ("begins_as_master", lambda text: text == "master"),
    "refresh": ("refresh_s", float),
    "adverts": ("down_adverts", int),
}


@dataclass(frozen=True)
class Machine:
    """It is one node as it is at the beginning. ``epoch_s`` is its own clock when the world's shows 0."""

    name: str
    parameters: Parameters
    lag_s: float = 0.0  # how late its process wakes
    epoch_s: float = 0.0
    begins_at: float = 0.0  # when its agent starts
    check_delta: int = 0  # what the tracked checks add to its priority
    lease_s: Optional[float] = None  # the lifetime of its addresses; None follows the timers, 0 is none
    lan: int = 1  # which segment; a machine on several has one of these for each, and they are one sync group

    def __str__(self) -> str:
        own, words = self.parameters, [f"node {self.name}"]
        words.append(f"priority={own.priority} interval={own.interval_cs / 100:g} address={own.source}")
        words += ["preempt=no"] if not own.preempt else []
        words += [f"preempt_delay={own.preempt_delay_s!r}"] if own.preempt_delay_s else []
        words += ["begins=master"] if own.begins_as_master else []
        words += [f"refresh={own.refresh_s!r}"] if own.refresh_s else []
        words += [f"lag={self.lag_s!r}"] if self.lag_s else []
        words += [f"epoch={self.epoch_s!r}"] if self.epoch_s else []
        words += [f"from={self.begins_at!r}"] if self.begins_at else []
        words += [f"adverts={own.down_adverts}"] if own.down_adverts != 3 else []
        words += [f"lan={self.lan}"] if self.lan != 1 else []
        return " ".join(words)


@dataclass(frozen=True)
class Scenario:
    """It holds everything that a run depends on. The same scenario gives the same run."""

    seed: int
    version: int
    machines: tuple[Machine, ...]
    faults: tuple[InjectedFault, ...] = ()
    until: float = 60.0
    delay_s: tuple[float, float] = (0.0002, 0.0002)
    vrid: int = field(default=51)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the name of each node once, in the order of the machines."""
        return tuple(dict.fromkeys(machine.name for machine in self.machines))

    @property
    def lans(self) -> tuple[int, ...]:
        """Return the segments there are."""
        return tuple(sorted({machine.lan for machine in self.machines}))

    def on(self, lan: int) -> Scenario:
        """Return one segment of it, without faults."""
        return replace(self, machines=tuple(each for each in self.machines if each.lan == lan), faults=())

    def without(self, fault: InjectedFault) -> Scenario:
        """Return the scenario without this one fault; an equal one stays."""
        return replace(self, faults=tuple(each for each in self.faults if each is not fault))

    def __str__(self) -> str:
        shortest, longest = self.delay_s
        head = f"seed {self.seed} version {self.version} delay {shortest!r} to {longest!r} until {self.until!r}"
        return "\n".join([head, *map(str, self.machines), *map(str, self.faults)])


def from_text(text: str) -> Scenario:
    """Return the scenario that ``str`` has printed. Raises ValueError for anything else."""
    lines = [line.strip() for line in text.strip().splitlines()]
    head = re.fullmatch(r"seed (\d+) version ([23]) delay (\S+) to (\S+) until (\S+)", lines[0] if lines else "")
    if not head:
        raise ValueError("the first line of a scenario is: seed N version V delay S to S until S")
    version = int(head[2])
    machines = tuple(_machine(line, version) for line in lines[1:] if line.startswith("node "))
    names = [machine.name for machine in machines]
    faults = tuple(parse(line, names) for line in lines[1:] if line.startswith("at "))
    if 1 + len(machines) + len(faults) != len(lines):
        raise ValueError("a line of a scenario begins with node or at")
    return Scenario(
        seed=int(head[1]),
        version=version,
        machines=machines,
        faults=faults,
        until=float(head[5]),
        delay_s=(float(head[3]), float(head[4])),
    )


def _machine(line: str, version: int) -> Machine:
    _node, name, *words = line.split()
    values: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for word in words:
        key, _equals, value = word.partition("=")
        if key in _NODE_WORDS:
            field_name, convert = _NODE_WORDS[key]
            values[field_name] = convert(value)
        elif key == "lan":
            own["lan"] = int(value)
        else:
            own[{"lag": "lag_s", "epoch": "epoch_s", "from": "begins_at"}[key]] = float(value)
    return Machine(name, Parameters(version=version, vrid=50 + own.get("lan", 1), **values), **own)
