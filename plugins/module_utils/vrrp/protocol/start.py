# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide how a virtual router begins to take part, and how it listens (RFC 9568 section 6.4.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from . import explain, timers
from .constants import PRIORITY_OWNER
from .election import deferred
from .master import taken_over
from .states import Backup, Fault, SavedRouterState, State, Stopped, Yielding
from .transition import RouterView, Transition


def begun(view: RouterView, reason: str, now: float) -> Transition:
    """Begin to take part: listen, or be in FAULT."""
    if view.faults:
        return Transition(Fault(), (), "; ".join(view.faults), entered=True)
    early_s = timers.first_wait_s(view.parameters.version, view.priority, view.parameters.interval_cs)
    return listening(view, reason, now, now + early_s if view.parameters.begins_early else 0.0)


def resumed(view: RouterView, memory: SavedRouterState, now: float) -> Transition:
    """Continue as MASTER while no peer can have taken over; else listen, a BACKUP for the rest of its timer."""
    reason, adverts = f"it goes on after {now - memory.last_at:.2f} s", view.parameters.down_adverts
    if memory.has_mandate(view.parameters.version, now, adverts):
        return taken_over(view, f"{reason} as the MASTER that it was", now)
    if memory.state is not State.BACKUP:
        return listening(view, f"{reason} and listens first", now)
    down_at = memory.down_at(view.parameters.version, view.priority, now, adverts)
    return listening(view, f"{reason} and listens first", now, down_at, memory.interval_cs)


def undrained(view: RouterView, now: float) -> Optional[Transition]:
    """Begin anew after a drain. One that still gives up because of it goes on to listen, and not to STOP."""
    condition = view.condition
    if isinstance(condition, Stopped):
        return begun(view, "this node was drained until now", now)
    if not isinstance(condition, Yielding) or not condition.stopping:
        return None
    listening_next = replace(condition, down_at=now + view.down_interval_s(), stopping=False)
    return Transition(listening_next, reason="this node was drained")


def waiting(view: RouterView, now: float) -> Optional[Transition]:
    """Have a BACKUP listen until ``listen_until``, or until an advertisement is heard."""
    if not isinstance(view.condition, Backup):
        return None
    return Transition(Backup(max(view.listen_until, now)), reason=explain.WAITING)


def listening(view: RouterView, reason: str, now: float, down_at: float = 0.0, interval_cs: int = 0) -> Transition:
    """Become BACKUP until ``down_at``; later where a better master that lives was heard before.

    An owner does not listen: it becomes MASTER, or is ready.
    """
    if view.priority == PRIORITY_OWNER:
        owns = f"{reason}, and it owns the address"
        if view.group is None:
            return taken_over(view, owns, now)
        return Transition(Backup(now, ready=True), (), owns, entered=True)
    interval_cs = interval_cs or view.parameters.interval_cs
    backup = Backup(max(down_at or now + view.down_interval_s(interval_cs), view.listen_until))
    later = deferred(view, backup) if now < view.living_until else None
    entered = Transition(backup, master_interval_cs=interval_cs) if later is None else later
    return entered._replace(reason=reason, entered=True)
