# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw a scenario from a seed: machines, a segment, and some faults with their ends.

Everything is measured in Master_Down_Intervals, so that a pair at 10 ms meets as much in a second as one at 1 s in a
minute and a half. Some faults follow each other at once, others when everything is at rest.
"""

from __future__ import annotations

import random
from dataclasses import replace
from ipaddress import ip_address
from typing import Optional

from vrrp.protocol.states import Parameters
from vrrp.simulation import expected_timers
from vrrp.simulation.faults import InjectedFault
from vrrp.simulation.scenario import Machine, Scenario

from .group_invariants import MIXED_ROUNDS, ROUNDS

NAMES = ("node-a", "node-b", "node-c", "node-d", "node-e")
INTERVALS_CS = {2: (100, 100, 100, 200), 3: (100, 100, 100, 50, 10, 10, 3, 1)}

GAPS = ((0.001, 0.03), (0.01, 0.4), (0.2, 1.2), (2.5, 6), (2.5, 6), (2.5, 6))  # between two faults

# What begins a fault, and what ends it; None: it has no end.
OF_A_MACHINE = (
    ("kill", "boot"),
    ("crash", "restart"),
    ("crash", "restart"),
    ("pause", "resume"),
    ("pause", "resume"),
    ("freeze", "thaw"),
    ("suspend", "thaw"),
    ("stop", "start"),
    ("stop", "start"),
    ("drain", "undrain"),
    ("break", "mend"),
    ("unplug", "plug"),
)
OF_THE_SEGMENT = ("cut", "split", "loss")
ENDS = (("cut", "join"), ("split", "heal"), ("unplug", "plug"), ("break", "mend"))
OF_ONE_LAN = frozenset(verb for pair in ENDS for verb in pair) | {"loss"}
GROUPED = 16  # one of so many seeds is of machines on several segments, with a sync group each
COMMANDS = ("promote", "promote", "demote", "demote", "release", "reload", "check", "wall clock")


class Generator:
    """It draws one scenario."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(f"scenario {seed}")
        self.faults: list[InjectedFault] = []
        self.busy_until: dict[str, float] = {}  # by node, and "" for the segment
        self.loss_ends = False

    def scenario(self) -> Scenario:
        draw = self.random
        self.lans, self.mixed = (1,), False
        if self.seed % GROUPED == GROUPED - 1:
            self.lans = (1, 2) if draw.random() < 0.8 else (1, 2, 3)
            self.mixed = draw.random() < 0.15
        self.version = draw.choice((2, 3))
        self.adverts = random.Random(f"adverts {self.seed}").choice((*[3] * 8, 2, 5))
        names = NAMES[: draw.choices((2, 3, 4, 5), (60, 25, 10, 5))[0]]
        self.interval_cs = draw.choice(INTERVALS_CS[self.version])
        machines = self._machines(names)
        self.down_s = expected_timers.down_s(self.version, 100, self.interval_cs / 100, self.adverts)
        end = self._faults(names)
        slowest = max(machine.parameters.interval_cs for machine in machines) / 100
        settle_s = 2 * expected_timers.down_s(self.version, 1, slowest, self.adverts) + 2 * self.delay_s[1] + 0.11
        settle_s += max(machine.parameters.preempt_delay_s for machine in machines)
        settle_s *= 1 if len(self.lans) == 1 else MIXED_ROUNDS if self._may_mix() else ROUNDS
        return Scenario(
            seed=self.seed,
            version=self.version,
            machines=machines,
            faults=tuple(sorted(self.faults, key=lambda fault: fault.at)),
            until=round(end + settle_s + draw.uniform(0.1, 1.0) * self.down_s, 6),
            delay_s=self.delay_s,
        )

    def _machines(self, names: tuple[str, ...]) -> tuple[Machine, ...]:
        draw, interval_s = self.random, self.interval_cs / 100
        longest = min(draw.choice((0.0002, 0.0002, 0.001, 0.01, 0.2 * interval_s)), 0.2 * interval_s)
        self.delay_s = (round(longest * draw.choice((0.1, 0.9)), 7), round(longest, 7))
        priorities = draw.sample(range(1, 255), len(names))
        if draw.random() < 0.1:
            priorities = [priorities[0]] * len(names)
        elif draw.random() < 0.1:
            priorities[draw.randrange(len(names))] = 255
        hosts = draw.sample(range(1, 250), len(names))
        mixed = self.version == 3 and draw.random() < 0.15  # RFC 9568 lets a backup learn the interval
        nopreempt, delayed = draw.random() < 0.3, draw.random() < 0.15
        machines = []
        for index, name in enumerate(names):
            interval_cs = self.interval_cs * draw.choice((1, 2, 3)) if mixed else self.interval_cs
            parameters = Parameters(
                version=self.version,
                vrid=51,
                priority=priorities[index],
                interval_cs=interval_cs,
                source=ip_address(f"192.0.2.{hosts[index]}"),
                begins_as_master=priorities[index] == max(priorities) and draw.random() < 0.5,
                preempt=not (nopreempt and draw.random() < 0.8),
                preempt_delay_s=round(draw.uniform(0.1, 2) * 3 * interval_s, 3) if delayed else 0.0,
                down_adverts=self.adverts,
            )
            lag_s = round(min(draw.choice((0.0, 0.0, 0.0005, 0.003)), 0.1 * interval_s), 7)
            begins_at = 0.0 if draw.random() < 0.5 else round(draw.uniform(0, 6) * interval_s, 6)
            machines.append(Machine(name, parameters, lag_s, round(draw.uniform(0, 1e6), 3), begins_at))
        return tuple(machine for lan in self.lans for machine in self._on(lan, machines))

    def _on(self, lan: int, machines: list[Machine]) -> list[Machine]:
        """Return the same machines on another segment; where they are mixed, another machine is the best one there."""
        if lan == 1:
            return machines
        priorities = [machine.parameters.priority for machine in machines]
        if self.mixed:
            priorities = self.random.sample(priorities, len(priorities))
        found = []
        for machine, priority in zip(machines, priorities):
            source = ip_address(str(machine.parameters.source).replace("192.0.2.", f"198.51.{100 + lan}."))
            parameters = replace(machine.parameters, vrid=50 + lan, priority=priority, source=source)
            found.append(replace(machine, parameters=parameters, lan=lan))
        return found

    def _may_mix(self) -> bool:
        return self.mixed or any(fault.only_on and fault.verb in ("check", "reload") for fault in self.faults)

    # Faults

    def _faults(self, names: tuple[str, ...]) -> float:
        """Draw the faults. Return when the last of them, or of their ends, happens."""
        draw = self.random
        at = draw.uniform(0.5, 5) * self.down_s
        end = at
        for _each in range(draw.choice((1, 2, 3, 4, 5, 6, 8, 10))):
            end = max(end, self._episode(at, names))
            shortest, longest = draw.choice(GAPS)
            at += draw.uniform(shortest, longest) * self.down_s
        return end

    def _episode(self, at: float, names: tuple[str, ...]) -> float:
        draw = self.random
        kind = draw.choices(("machine", "segment", "command"), (50, 20, 30))[0]
        if kind == "command":
            self._command(at, names)
            return at
        lasts_s = draw.choice((draw.uniform(0.02, 1), draw.uniform(0.5, 3), draw.uniform(2, 5))) * self.down_s
        ends_at = at + lasts_s
        name = draw.choice(names)
        owner = name if kind == "machine" else ""
        if self.busy_until.get(owner, 0.0) >= at:
            self._command(at, names)  # a machine has one fault at a time
            return at
        self.busy_until[owner] = ends_at
        if kind == "segment":
            return self._segment(at, ends_at, name, names)
        begin, mend = draw.choice(OF_A_MACHINE)
        self._add(at, begin, (name,))
        if draw.random() < 0.12 and len(names) > 1:
            self.busy_until[owner] = float("inf")  # it stays as it is
            return at
        self._add(ends_at, mend, (name,))
        return ends_at

    def _segment(self, at: float, ends_at: float, name: str, names: tuple[str, ...]) -> float:
        draw = self.random
        verb = draw.choice(OF_THE_SEGMENT)
        if verb == "cut":
            self._add(at, verb, (name,))
            if len(self.lans) > 1 and draw.random() < 0.3:
                self.busy_until[""] = float("inf")  # the group has to work with it
                return at
            self._add(ends_at, "join", (name,))
        elif verb == "split":
            shuffled = draw.sample(names, len(names))
            where = draw.randrange(1, len(names))
            words = [*shuffled[:where], "|", *shuffled[where:]]
            words.append("client")
            self._add(at, verb, words=tuple(words))
            self._add(ends_at, "heal")
        else:
            self._add(at, verb, words=(f"{draw.choice((5, 20, 50, 90))}%",))
            self._add(ends_at, verb, words=("0%",))
        return ends_at

    def _command(self, at: float, names: tuple[str, ...]) -> None:
        draw = self.random
        verb, name = draw.choice(COMMANDS), draw.choice(names)
        if verb == "wall clock":
            self._add(at, verb, (name,), (f"{draw.choice((-86400, -3600, -1, 1, 3600, 86400)):+d}",))
        elif verb == "check":
            self._add(at, verb, (name,), (f"{draw.choice((-100, -20, -5, 0, 10, 60)):+d}",))
        elif verb == "reload":
            words = [f"priority={draw.randrange(1, 255)}"]
            if self.version == 3 and draw.random() < 0.3:
                words.append(f"interval={self.interval_cs * draw.choice((1, 2)) / 100:g}")
            if draw.random() < 0.3:
                words.append(f"preempt={draw.choice(('yes', 'no'))}")
            self._add(at, verb, (name,), tuple(words))
        else:
            self._add(at, verb, (name,))

    def _add(self, at: float, verb: str, nodes: tuple[str, ...] = (), words: tuple[str, ...] = ()) -> None:
        only_on = None
        if len(self.lans) > 1 and (verb in OF_ONE_LAN or (self.mixed and verb in ("check", "reload"))):
            only_on = self._where(at, verb, nodes)
        self.faults.append(InjectedFault(round(at, 6), verb, nodes, words, only_on))

    def _where(self, at: float, verb: str, nodes: tuple[str, ...]) -> Optional[str]:
        """Return the segment of a fault: mostly one, and for an end the one where it began."""
        begins = next((begin for begin, end in ENDS if end == verb), None)
        if begins is not None:
            broken = [each for each in self.faults if each.verb == begins and each.nodes == nodes]
            return broken[-1].only_on if broken else None
        return f"lan{self.random.choice(self.lans)}" if self.random.random() < 0.7 else None


def generate(seed: int) -> Scenario:
    """Return the scenario of a seed: always the same one."""
    return Generator(seed).scenario()
