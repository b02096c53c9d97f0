# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep sync groups together: their virtual routers are MASTER together or not at all.

Theory of operation. A member does not become MASTER when its timer ends: it is *ready*. When every member is ready, all
of them join. When one is MASTER no more, the others give up, make before break. When one is in FAULT, all are. So the
group prefers BACKUP, as keepalived's does: a node that hears the master on one of several segments stays BACKUP on all.
The machine is pure: :meth:`Group.moves` looks at the members and says which one must be given which input; the agent
and the simulator feed these, and ask again until nothing is left to do.

=====================  ===============================================================================================
members                what follows
=====================  ===============================================================================================
one has a fault        each other gets it: group_fault_changed
all ready              join
MASTER and ready       join: a member that was added, or that could not speak for a while
MASTER and listening   nothing yet: it will be ready, or defer to another master
MASTER and deferring   give_up: a better master was heard for one member
MASTER and yielding    give_up
ready, still holding   release_addresses when another member defers, or cannot take part
=====================  ===============================================================================================

Where each of two nodes has the higher priority for another member, both groups lose to each other. After two losses in
a row a group backs off by a delay derived from its address and the number of losses, so that one of them is first.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Optional

from . import override, timers
from .actions import Action, RivalHeard
from .constants import PRIORITY_MIN
from .override import CommandRefused
from .router import VirtualRouter
from .states import NEVER, Backup, Master, Parameters, State, Yielding
from .timers import HANDOVER_S
from .transition import RouterView

PENALTY_INTERVALS = 4  # the longest delay, in intervals, after repeated losses
ROUNDS = 8  # a settlement needs four at most: faults, giving up, letting go, announcing

MASTER, READY, YIELDING, LISTENING, DEFERRING, OUT = "master", "ready", "yielding", "listening", "deferring", "out"


class Move(NamedTuple):
    """It is an input for one member: its name, the input's name, and the arguments before ``now``."""

    member: str
    name: str
    arguments: tuple[Any, ...] = ()


class Group:
    """It decides for one ``vrrp_sync_group``. The members are given with each question: they may have changed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._taken_at: Optional[float] = None
        self._beaten = 0  # how often in a row mastership was lost soon after it began
        self._rivals: set[str] = set()  # members that have met another master
        self._seen: dict[str, tuple[Any, ...]] = {}  # each member's condition when it was last looked at
        self._calm = False  # all are MASTER, or none is and none was lately

    def acted(self, member: str, router: VirtualRouter, actions: Iterable[Action]) -> bool:
        """Note what a member was told and asked to do. Return whether :meth:`moves` has to look at it.

        Most of the time it does not: the group is at rest, and an advertisement was sent or heard once more.
        """
        if any(isinstance(action, RivalHeard) for action in actions):
            self._rivals.add(member)
            return True
        condition = router.condition
        seen = type(condition), router.ready, router.own_faults, getattr(condition, "failing", False)
        if self._calm and self._seen.get(member) == seen:
            return False
        self._seen[member] = seen
        return True

    def moves(self, members: Mapping[str, VirtualRouter], now: float) -> list[Move]:
        """Return what has to be done now to keep the group whole, nothing when it is. ``members``: name -> router."""
        rivals, self._rivals = self._rivals, set()
        masters = [isinstance(router.condition, Master) for router in members.values()]
        self._calm = all(masters) or not (any(masters) or any(router.yielding for router in members.values()))
        return self._faults(members, now) or self._mastership(members, now) or self._refreshes(members, rivals)

    def settle(self, members: Mapping[str, VirtualRouter], now: float, feed: Callable[[Move], None]) -> list[Move]:
        """Have every move done by ``feed`` until nothing is left to do. Return the moves that were done."""
        done: list[Move] = []
        for _round in range(ROUNDS):
            moves = self.moves(members, now)
            for move in moves:
                feed(move)
            done += moves
            if not moves:
                break
        return done

    def command(self, verb: str, members: Mapping[str, VirtualRouter], asked: str) -> list[Move]:
        """Return the inputs of ``promote``, ``demote`` or ``release`` for all members, the one that was asked first.

        Raises :class:`~.override.CommandRefused` when one of them cannot.
        """
        demand = {"promote": override.check_promotable, "demote": override.check_running}.get(verb)
        for name, router in members.items():
            try:
                if demand is not None:
                    demand(router)
            except CommandRefused as refused:
                other = "" if name == asked else f"sync group {self.name} moves as one, and of {name}: "
                raise CommandRefused(f"{other}{refused}") from refused
        return [Move(name, verb) for name in sorted(members, key=lambda name: name != asked)]

    # What the moves are made of

    def _faults(self, members: Mapping[str, VirtualRouter], now: float) -> list[Move]:
        """Pass the fault of one member to the others, which keep their addresses until the peer may have taken over.

        The peer's members wait for each other, and the peer of a member in FAULT hears no priority 0, only silence.
        """
        until = now + max(_longest_down_s(router.parameters) for router in members.values()) + HANDOVER_S
        found = []
        said = {
            name: f"sync group {self.name}: {name} is in FAULT ({'; '.join(router.own_faults)})"
            for name, router in members.items()
            if router.own_faults
        }
        for name, router in members.items():
            faults = tuple(text for other, text in said.items() if other != name)
            if faults != router.group_faults:
                found.append(Move(name, "group_fault_changed", (faults, until)))
        return found

    def _mastership(self, members: Mapping[str, VirtualRouter], now: float) -> list[Move]:
        standings = {name: standing(router, now) for name, router in members.items()}
        said = set(standings.values())
        ready = [name for name, each in standings.items() if each == READY]
        if MASTER in said:
            lost = next((name for name, each in standings.items() if each in (YIELDING, DEFERRING)), None)
            if lost is not None:
                return self._give_up(members, standings, lost, now)
            return [Move(name, "join") for name in ready]
        if said == {READY}:
            self._taken_at = now
            return [Move(name, "join") for name in ready]
        # A member that listens or yields may be ready soon. One that defers or is out will not be.
        waits = said & {YIELDING, LISTENING} and not said & {DEFERRING, OUT}
        return [] if waits else [Move(name, "release_addresses") for name in ready if members[name].yielding]

    def _give_up(
        self, members: Mapping[str, VirtualRouter], standings: Mapping[str, str], lost: str, now: float
    ) -> list[Move]:
        router = members[lost]
        why = router.reason
        if standings[lost] == DEFERRING and router.master is not None:
            why = f"{router.master.address} advertises {router.master.priority}, ours is {router.priority}"
        down_s = max(each.down_interval_s() for each in members.values())
        # A loss so soon can only be the rival's answer to ours; what operators do takes longer.
        soon_s = 2 * max(timers.interval_s(each.parameters.interval_cs) for each in members.values())
        soon = self._taken_at is not None and now - self._taken_at <= soon_s
        self._beaten = self._beaten + 1 if soon and standings[lost] == YIELDING else 0
        penalty_s = self._penalty_s(members)
        until = now + down_s + penalty_s
        reason = f"sync group {self.name}: {lost} gave up ({why})"
        return [Move(name, "give_up", (until, penalty_s > 0, reason)) for name in members]

    def _penalty_s(self, members: Mapping[str, VirtualRouter]) -> float:
        """Return a delay in seconds that differs between two nodes that lose to each other, and from time to time."""
        router = next(iter(members.values()))
        source = router.parameters.source
        if self._beaten < 2 or source is None:
            return 0.0
        drawn = zlib.crc32(source.packed + self._beaten.to_bytes(4, "big")) / 2**32
        return drawn * PENALTY_INTERVALS * timers.interval_s(router.parameters.interval_cs)

    def _refreshes(self, members: Mapping[str, VirtualRouter], rivals: set[str]) -> list[Move]:
        """Refresh the members without a rival: their rivals gave up silently, and clients may use those still."""
        if not rivals:
            return []
        return [Move(name, "refresh") for name in members if name not in rivals]


def standing(router: RouterView, now: float) -> str:
    """Return where a member stands, one of the constants above."""
    if isinstance(router.condition, Master):
        return MASTER
    if router.ready:
        return READY
    if isinstance(router.condition, Yielding):
        return OUT if router.condition.stopping or router.condition.failing else YIELDING
    if isinstance(router.condition, Backup):
        return DEFERRING if _defers(router, now) else LISTENING
    return OUT


def awaited(members: Mapping[str, RouterView], now: float) -> tuple[str, ...]:
    """Return the names of the members that the ready ones wait for, none when all are ready or MASTER."""
    return tuple(name for name, router in members.items() if standing(router, now) not in (MASTER, READY))


def _longest_down_s(parameters: Parameters) -> float:
    """Return how long the peer with the lowest priority waits for a silent master, in seconds."""
    return timers.master_down_interval_s(
        parameters.version, PRIORITY_MIN, parameters.interval_cs, parameters.down_adverts
    )


def _defers(router: RouterView, now: float) -> bool:
    """Return whether it is BACKUP because of a master that it has heard and that it does not preempt, or not yet."""
    if router.master is None or now >= router.living_until:
        return False
    condition = router.condition
    waits = (isinstance(condition, Backup) and condition.preempt_at != NEVER) or not router.parameters.preempt
    return waits or router.master.priority >= router.priority


def state(routers: Iterable[RouterView]) -> Optional[State]:
    """Return the state of a group of these: FAULT when one is, MASTER or STOP when all are, else BACKUP.

    Return None while one of them changes, or has not begun.
    """
    states = set()
    for router in routers:
        if router.yielding or router.state is State.INIT:
            return None
        states.add(router.state)
    if State.STOP in states:
        return State.STOP if states == {State.STOP} else None
    if State.FAULT in states:
        return State.FAULT
    return State.MASTER if states == {State.MASTER} else State.BACKUP
