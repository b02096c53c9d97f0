# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check who owns the addresses on each side of a partition, and for how long there may be no owner, or two.

A stretch is a while in which a side has no owner, two owners or two masters. It is judged when it ends, from the last
thing that happened to it: its own beginning, a fault, or a packet that the segment has lost.
"""

from __future__ import annotations

from typing import Optional

from vrrp.simulation import expected_timers
from vrrp.simulation.clock import Clock
from vrrp.simulation.expected_timers import EPSILON_S
from vrrp.simulation.lan import CLIENT, Lan
from vrrp.simulation.observer import Violated

NOBODY, MASTERS, OWNERS = "nobody", "masters", "owners"


class Side:
    """It is one side: since when each kind of stretch lasts, None when it does not."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.since: dict[str, Optional[float]] = {NOBODY: None, MASTERS: None, OWNERS: None}
        self.masters: set[str] = set()  # the active ones, at the last look
        self.contested = False  # two masters were active during the stretch of two owners
        self.led = False  # a node was an active master during it
        self.orphaned = False  # an owner had no running agent during it


class Partitions:
    """It keeps all sides of the segment."""

    def __init__(self, clock: Clock, lan: Lan) -> None:
        self.clock, self.lan = clock, lan
        self.disturbed_at = 0.0
        self.planned: Optional[str] = (
            None  # a planned move on a settled segment: nothing may be lost until the next fault
        )
        self.sides: list[Side] = []
        self._longest_interval_s = 0.0

    def begin(self) -> None:
        """Take the nodes."""
        self.learn()
        self.sides = [Side(names) for names in self.lan.sides()]
        self.look()

    def learn(self) -> None:
        """Remember the longest interval of all that were ever configured: a backup may have learned it."""
        nodes = self.lan.nodes.values()
        own = [expected_timers.interval_s(each) for node in nodes for each in (node.parameters, node.router.parameters)]
        self._longest_interval_s = max([self._longest_interval_s, *own])

    def look(self) -> None:
        """Begin and end stretches after a change of owners or masters."""
        now = self.clock.now
        for side in self.sides:
            nodes = [self.lan.nodes[name] for name in side.names]
            owners = [node for node in nodes if node.answers]
            masters = {node.name for node in nodes if node.speaks}
            active = len(masters)
            for kind in (MASTERS, OWNERS) if masters - side.masters else ():
                if side.since[kind] is not None:
                    self._judge(kind, side)
                    side.since[kind] = now  # another node has taken over: that is another handover
                    side.led = True
            side.masters = masters
            for kind, holds in ((NOBODY, not owners), (MASTERS, active > 1), (OWNERS, len(owners) > 1)):
                if holds and side.since[kind] is None:
                    side.since[kind] = now
                    if kind is OWNERS:
                        side.contested = side.led = side.orphaned = False
                    elif kind is NOBODY and self.planned and self.lan.side[CLIENT] == self.lan.side[side.names[0]]:
                        self._fail("make before break", f"no node owns the addresses after {self.planned}")
                elif not holds and side.since[kind] is not None:
                    self._judge(kind, side)
                    side.since[kind] = None
            side.contested = side.contested or active > 1
            side.led = side.led or active > 0
            side.orphaned = side.orphaned or any(not node.running for node in owners)

    def close(self) -> None:
        """Judge every stretch as if it ended now: a fault is about to change the rules, or the run is over."""
        for side in self.sides:
            for kind, since in side.since.items():
                if since is not None:
                    self._judge(kind, side)

    def disturbed(self, planned: Optional[str]) -> None:
        """Begin everything anew after a fault. ``planned`` names a move that must lose nothing."""
        self.disturbed_at = self.clock.now
        self.planned = planned
        self.learn()
        self.sides = [Side(names) for names in self.lan.sides()]
        self.look()

    # Bounds

    def settle_s(self) -> float:
        """Return how long after the last disturbance every side is at rest, in seconds."""
        parameters = [node.parameters for node in self.lan.nodes.values()]
        down_s = expected_timers.down_s(parameters[0].version, 1, self._longest_interval_s, self._adverts())
        return (
            2 * down_s
            + 2 * self.late_s()
            + max(each.preempt_delay_s for each in parameters)
            + 2 * expected_timers.HANDOVER_S
        )

    def late_s(self) -> float:
        return self.lan.longest_delay_s + max(node.lag_s for node in self.lan.nodes.values())

    def _judge(self, kind: str, side: Side) -> None:
        getattr(self, f"_judge_{kind}")(side, max(side.since[kind], self.disturbed_at))

    def _judge_nobody(self, side: Side, since: float) -> None:
        """Check that the first of the backups takes over when its Master_Down_Interval has ended."""
        eligible = [self.lan.nodes[name] for name in side.names if self.lan.nodes[name].eligible]
        if eligible:
            bound_s = min(self._longest_down_s(node) for node in eligible) + self.late_s()
            self._within(bound_s, since, "takeover", f"no node owned the addresses on the side of {_names(side)}")

    def _judge_masters(self, side: Side, since: float) -> None:
        """Check that the next advertisement of the better master ends it."""
        since = max(since, self.lan.lost_at)
        bound_s = self._longest_interval_s + self.late_s()
        self._within(bound_s, since, "one master", f"two masters on the side of {_names(side)}")

    def _judge_owners(self, side: Side, since: float) -> None:
        """Check make before break; it takes longer while an advertisement is late or lost, or a lease has to end."""
        bound_s = expected_timers.HANDOVER_S + expected_timers.POLITE_S + 2 * self.late_s()
        # A router that gives up has to hear the other one, which may have spoken before the two could talk.
        if side.contested or self.lan.lost_at >= since or since == self.disturbed_at:
            bound_s += self._longest_interval_s + self.late_s()
        if not side.led:  # all of them give up, and wait for each other
            bound_s += expected_timers.down_s(2, 1, self._longest_interval_s, self._adverts())
        if side.orphaned:
            bound_s += max(self.lan.nodes[name].kernel.lease_s for name in side.names)
        self._within(bound_s, max(since, self.lan.lost_at), "one owner", f"two owners on the side of {_names(side)}")

    def _within(self, bound_s: float, since: float, rule: str, text: str) -> None:
        lasted_s = self.clock.now - since
        if lasted_s > bound_s + EPSILON_S:
            self._fail(rule, f"{text} for {lasted_s:.4f} s, since {since:.4f}; the bound is {bound_s:.4f} s")

    def _longest_down_s(self, node) -> float:
        lowest = min([node.router.priority, *node.past.priorities()])
        return expected_timers.down_s(node.parameters.version, lowest, self._longest_interval_s, self._adverts())

    def _adverts(self) -> int:
        return max(node.parameters.down_adverts for node in self.lan.nodes.values())

    def _fail(self, rule: str, text: str) -> None:
        raise Violated(self.clock.now, rule, text)


def _names(side: Side) -> str:
    return " and ".join(side.names)
