# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Explain why a virtual router is in its state, in one sentence for people."""

from __future__ import annotations

from collections.abc import Sequence

from .constants import PRIORITY_OWNER
from .states import Backup, State
from .transition import RouterView

HOLD_TEXT = {"master": "promoted", "backup": "demoted"}
DRAINED = "this node is drained"
WAITING = "the configuration has changed: it waits for a master that has it, too"
CLAUSES_MAX = 2  # beside the clause about the state itself
TWO_OWNERS = "A mistake of the configuration: priority 255 is for one node only, the owner of the addresses"


def why(
    router: RouterView,
    now: float,
    makeup: str = "",
    besides: Sequence[str] = (),
    terms: str = "",
    awaited: Sequence[str] = (),
) -> str:
    """Explain the state of ``router``.

    ``makeup`` explains our priority, as ``base 100, chk_tomcat -10``. ``besides`` are clauses about what
    keeps it from hearing others, or others from hearing it: they explain a router that hears no master. ``terms`` are
    those of its drain or hold, as :meth:`.terms.Terms.words` says them. ``awaited`` are the members of its sync group
    that are not ready (:func:`.sync_group.awaited`).
    """
    text = _state(router, now, makeup, terms, awaited)
    alone = router.state is State.MASTER or (router.state is State.BACKUP and router.master is None)
    if not besides or not alone:
        return text
    more = len(besides) - CLAUSES_MAX
    return "; ".join((text, *besides[:CLAUSES_MAX], *((f"and {more} more",) if more > 0 else ())))


def _state(router: RouterView, now: float, makeup: str, terms: str, awaited: Sequence[str]) -> str:
    ours = f"our {router.priority}"
    if router.hold:
        ours += f" ({HOLD_TEXT[router.hold]}{terms})"
    elif makeup:
        ours += f" ({makeup})"
    if router.yielding:
        reason = f"{DRAINED}{terms}" if router.reason == DRAINED else router.reason
        return f"MASTER, giving up because {reason}: it keeps the addresses until a peer has taken over"
    if router.state is State.MASTER:
        return f"MASTER because {router.reason}; {ours}"
    if router.state is State.BACKUP:
        return _why_backup(router, now, ours, awaited)
    if router.state is State.STOP and router.drained:
        besides = f"; it would be in FAULT because {'; '.join(router.faults)}" if router.faults else ""
        return f"STOP because {DRAINED}{terms}{besides}"
    return f"{router.state.value} because {router.reason}"


def _why_backup(router: RouterView, now: float, ours: str, awaited: Sequence[str]) -> str:
    soon = f"it takes over in {max(router.condition.deadline - now, 0):.1f} s"
    if router.ready:
        return f"BACKUP because sync group {router.group} waits for {', '.join(awaited) or 'the others'}; {ours}"
    if router.master is None or now >= router.living_until:
        return f"BACKUP because {router.reason}; {soon}; {ours}"
    theirs = f"BACKUP because {router.master.address} advertises {router.master.priority}"
    if router.master.priority > router.priority:
        return f"{theirs} > {ours}"
    if router.master.priority == router.priority:
        both_own = f". {TWO_OWNERS}" if router.priority == PRIORITY_OWNER else ""
        return f"{theirs}, equal to {ours}{both_own}"
    if not router.parameters.preempt:
        return f"{theirs} < {ours}, and nopreempt leaves it there"
    return f"{theirs} < {ours}; {soon}"


def takeover(router: RouterView, now: float) -> str:
    """Explain why a backup whose Master_Down_Interval has ended becomes master."""
    master = router.master
    if master is None:
        stops = isinstance(router.condition, Backup) and router.condition.master_stops
        return router.reason if stops else "no master was heard"
    if master.priority < router.priority and router.parameters.preempt and not router.parameters.preempt_delay_s:
        return f"{master.address} advertises {master.priority}, ours is {router.priority}"
    return f"{master.address} has been silent for {now - master.seen_at:.2f} s"
