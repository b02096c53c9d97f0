# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Feed a record to the state machine again, in virtual time, and compare what it does.

It begins with the router as it was after the first entry, and feeds every input from the second on. The inputs of a run
are spread evenly between its first and its last; afterwards the router goes on from where the recorded one was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Optional

from .actions import Action
from .event_codec import Record, Step, move, restored
from .router import VirtualRouter

RUN_MAX = 1000  # inputs of one run that are fed: a month of advertisements tells nothing new
SAME_S = 1e-6  # deadlines that lie closer together are the same
LATER_S = 1e-6  # a timer is never early, and the rounding of a mean must not make it early


@dataclass(frozen=True)
class Difference:
    """The router does something else than recorded, at input ``nth`` of ``step``, the entry ``entry``; both from 1."""

    entry: int
    nth: int
    at: float
    step: Step
    recorded: str
    replayed: str


@dataclass(frozen=True)
class Outcome:
    """It says that ``compared`` inputs did the same as recorded, up to the first ``difference`` (None without one)."""

    compared: int
    difference: Optional[Difference] = None


def replay(record: Record) -> Outcome:
    """Feed the inputs of ``record`` to a router and stop at the first difference."""
    compared = 0
    router: Optional[VirtualRouter] = None
    for number, step in enumerate(record.steps, 1):
        for nth, at in enumerate(times_of(step), 1):
            if router is None:
                router = restored(step.after)  # the first input led to this condition
                continue
            found = _compare(router, step, at, nth)
            if found is not None:
                return Outcome(compared, Difference(number, nth, at, step, *found))
            compared += 1
        if router is not None:
            move(router, step.last)
    return Outcome(compared)


def times_of(step: Step) -> Iterator[float]:
    """Yield when the inputs of a run are fed: the first and the last at their times, the others evenly spaced."""
    yield step.at
    if step.times > 1:
        gap_s = (step.until - step.at) / (step.times - 1)
        for nth in range(1, min(step.times - 1, RUN_MAX)):
            yield step.at + nth * gap_s + LATER_S
        if step.times <= RUN_MAX:
            yield step.until


def feed(router: VirtualRouter, name: str, arguments: dict[str, Any], now: float) -> tuple[Action, ...]:
    """Give ``router`` the input ``name``."""
    actions: tuple[Action, ...] = getattr(router, name)(**arguments, now=now)
    return actions


def _compare(router: VirtualRouter, step: Step, at: float, nth: int) -> Optional[tuple[str, str]]:
    """Feed one input. Return what was recorded and what came, as text, when they differ; else None."""
    try:
        done = feed(router, step.name, step.arguments, at)
    except Exception as error:  # a replay has to report every error of a changed router
        return words(step.actions), f"{type(error).__name__}: {error}"
    if done != step.actions:
        return words(step.actions), words(done)
    if nth == 1 and not same_time(router.deadline, deadline(step)):
        return f"deadline {deadline(step)}", f"deadline {router.deadline}"
    return None


def deadline(step: Step) -> Optional[float]:
    """Return the router's deadline after the first input of ``step``, monotonic seconds."""
    return restored(step.after).deadline


def same_time(one: Optional[float], other: Optional[float]) -> bool:
    """Return whether two deadlines are the same one."""
    if one is None or other is None:
        return one is other
    return abs(one - other) < SAME_S


def words(actions: tuple[Action, ...]) -> str:
    """Return actions as code."""
    return ", ".join(map(repr, actions)) or "nothing"
