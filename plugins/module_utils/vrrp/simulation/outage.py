# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute what a failure costs: the loss of a client, and how it depends on the moment of the failure.

A master that dies right after an advertisement is missed an interval later than one that dies right before one. So the
same failure is played at several moments of the interval.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Optional

from .lan import Judge
from .scenario import Scenario
from .simulator import Run, Simulator
from .sync_groups import GroupSimulator

MOMENTS = 16


@dataclass(frozen=True)
class Question:
    """It is one virtual router and the failure to play. ``label`` is its name for people."""

    label: str
    scenario: Scenario
    judge: Optional[Judge] = None
    lan: int = 1  # which segment of a scenario of several
    group_options: Optional[dict[str, Any]] = None  # arguments of GroupSimulator
    dead: tuple[tuple[str, float, float], ...] = ()  # when the service does not answer: node, from, to

    def run(self, later_s: float = 0.0) -> Run:
        """Play it, with every fault ``later_s`` seconds later."""
        scenario = self.scenario
        faults = tuple(fault.later(later_s) for fault in scenario.faults)
        shifted = replace(scenario, faults=faults, until=scenario.until + later_s)
        if self.group_options is not None:
            return GroupSimulator(shifted, **self.group_options).run()[self.lan]
        return Simulator(shifted, judge=self.judge).run()

    def losses(self, run: Run, later_s: float = 0.0) -> list[tuple[float, float]]:
        """Return when a client got no answer after the first fault of this question, as (from, to)."""
        dead = [(node, low + later_s, high + later_s) for node, low, high in self.dead]
        begins = [*(fault.at for fault in self.scenario.faults), *(low for _node, low, _high in self.dead)]
        return run.client.losses(min(begins, default=self.scenario.until), run.ended_at, dead)


@dataclass(frozen=True)
class Outage:
    """It is the result: the run, its losses as (from, to), and the total loss for each moment, in seconds, sorted."""

    question: Question
    run: Run
    losses: tuple[tuple[float, float], ...]
    spread_s: tuple[float, ...]

    @property
    def loss_s(self) -> float:
        """Return the sum of the losses in seconds."""
        return _sum_s(self.losses)

    @property
    def for_good(self) -> bool:
        """Return whether a client gets no answer at the end."""
        lasts = bool(self.losses) and self.losses[-1][1] >= self.run.ended_at
        return self.run.client.answered_by is None or lasts

    def as_json(self) -> dict[str, Any]:
        """Return the answer as JSON values; times are in seconds, rounded to microseconds."""
        low, middle, high = self.spread_s[0], median(self.spread_s), self.spread_s[-1]
        return {
            "instance": self.question.label,
            "loss_s": round(self.loss_s, 6),
            "losses": [{"from": round(begin, 6), "to": round(end, 6)} for begin, end in self.losses],
            "loss_by_moment_s": {"min": round(low, 6), "median": round(middle, 6), "max": round(high, 6)},
            "answered_at_the_end_by": self.run.client.answered_by,
            "timeline": [entry.as_json() for entry in self.run.timeline.entries],
        }

    def lines(self) -> list[str]:
        """Return the loss in words; the last line is the one that counts."""
        label = self.question.label
        if not self.losses:
            said = [f"expected loss: none (a node answered for {label} all the time)"]
        else:
            spans = ", ".join(f"from {begin:.3f} to {end:.3f}" for begin, end in self.losses)
            never = "; no node does at the end" if self.for_good else ""
            said = [f"expected loss: {self.loss_s:.2f} s (no node answered for {label} {spans}{never})"]
        low, middle, high = self.spread_s[0], median(self.spread_s), self.spread_s[-1]
        if high - low >= 0.001:
            said.insert(
                0,
                f"{label}, by the moment within the advertisement interval: {low:.2f} s at best, {middle:.2f} s in the "
                f"middle, {high:.2f} s at worst",
            )
        return said


def ask(question: Question) -> Outage:
    """Play a question at every moment."""
    scenario = question.scenario
    interval_s = max(machine.parameters.interval_cs for machine in scenario.machines) / 100
    run = question.run()
    losses = question.losses(run)
    spread = [_sum_s(losses)]
    for moment in range(1, MOMENTS if scenario.faults else 1):
        later_s = moment * interval_s / MOMENTS
        spread.append(_sum_s(question.losses(question.run(later_s), later_s)))
    return Outage(question, run, tuple(losses), tuple(sorted(spread)))


def _sum_s(losses: Iterable[tuple[float, float]]) -> float:
    return sum(end - begin for begin, end in losses)
