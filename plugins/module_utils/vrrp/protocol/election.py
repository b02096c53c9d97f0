# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide what an advertisement does to a virtual router that hears it, and what silence does (RFC 9568 section 6.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from ..ip_types import Address
from . import explain, timers
from .actions import Action, Announce, ReleaseAddresses, RivalHeard, SendAdvertisement
from .constants import PRIORITY_STOP
from .master import advertised_priority
from .override import HOLD_MASTER
from .packet import Advertisement
from .states import NEVER, Backup, Fault, Master, MasterSeen, Stopped, Yielding
from .sync_member import wants
from .timers import HANDOVER_S
from .transition import RouterView, Transition


def master_until(view: RouterView, master: MasterSeen) -> float:
    """Return when ``master``, heard last, has been silent for its whole Master_Down_Interval."""
    return master.seen_at + view.down_interval_s(view.parameters.heard_interval_cs(master.interval_cs))


def overslept(view: RouterView, now: float) -> Backup:
    """Listen once more, as a deadline that is long past says that we slept, not that the master is silent.

    Once only: some machines are always late.
    """
    wait_s = timers.first_wait_s(view.parameters.version, view.priority, view.master_interval_cs)
    return Backup(now + wait_s, overslept=True)


def down(view: RouterView, condition: Backup, now: float) -> Transition:
    """Decide what a BACKUP does when its Master_Down_Interval or its ``preempt_delay`` has ended."""
    if condition.preempt_at <= now:
        return wants(view, condition, "preempt_delay has passed and the master has a lower priority", now)
    if not condition.overslept and now - condition.down_at > timers.interval_s(view.master_interval_cs):
        return Transition(overslept(view, now))
    return wants(view, condition, explain.takeover(view, now), now)


def deferring(view: RouterView) -> Optional[Transition]:
    """Make a BACKUP wait for the master that it has heard, if that does not lose to us any more."""
    return deferred(view, view.condition) if isinstance(view.condition, Backup) else None


def deferred(view: RouterView, condition: Backup) -> Optional[Transition]:
    """Give a master that does not lose to us its whole Master_Down_Interval, from when it was heard."""
    master, own = view.master, view.parameters
    if master is None or (master.priority < view.priority and own.preempt):
        return None
    down_at = max(condition.down_at, master_until(view, master))
    return Transition(Backup(down_at), master_interval_cs=own.heard_interval_cs(master.interval_cs))


def is_ruled(view: RouterView, advertisement: Advertisement, source: Address, now: float) -> bool:
    """Return whether a better master than the sender lives, which was heard before."""
    lower = view.master is not None and view.master.rules_over(source, advertisement.priority, view.priority)
    return lower and now < view.living_until


def heard_as_backup(
    view: RouterView, condition: Backup, advertisement: Advertisement, source: Address, now: float, ruled: bool
) -> Optional[Transition]:
    """Decide what a BACKUP does (RFC 9568 section 6.4.2). ``ruled``: a better master than the sender lives."""
    own, ours = view.parameters, view.priority
    if advertisement.priority == PRIORITY_STOP:
        skew_s = timers.skew_time_s(own.version, ours, view.master_interval_cs)
        stopping = Backup(now + skew_s, master_stops=True)
        return Transition(stopping, reason=f"{source} advertised priority 0: it stops")
    interval_cs = own.heard_interval_cs(advertisement.interval_cs)
    if advertisement.priority >= ours or not own.preempt:
        return Transition(Backup(now + view.down_interval_s(interval_cs, ours)), master_interval_cs=interval_cs)
    if own.preempt_delay_s and not ruled:
        preempt_at = min(condition.preempt_at, now + own.preempt_delay_s)
        waiting = Backup(now + view.down_interval_s(interval_cs, ours), preempt_at)
        return Transition(waiting, master_interval_cs=interval_cs)
    return None


def heard_as_master(
    view: RouterView, condition: Master, advertisement: Advertisement, source: Address, now: float
) -> Optional[Transition]:
    """Decide what a MASTER does (RFC 9568 section 6.4.3): give up, or tell the sender and the segment about itself."""
    own, ours, theirs = view.parameters, advertised_priority(condition, view.priority, now), advertisement.priority
    if theirs > ours or (theirs == ours and own.loses_tie(source)):
        interval_cs = own.heard_interval_cs(advertisement.interval_cs)
        # A router that outbids a promoted one was promoted after it, or owns the address.
        priority = view.tracked_priority if view.hold == HOLD_MASTER else view.priority
        return Transition(
            Yielding(release_at=now + HANDOVER_S, down_at=now + view.down_interval_s(interval_cs, priority)),
            # One last advertisement makes the winner of a healed split announce. Without it the clients would stay with
            # us.
            (SendAdvertisement(ours),),
            reason=f"{source} advertises {theirs}, ours was {ours}",
            master_interval_cs=interval_cs,
            ends_promotion=True,
        )
    # Answer once in an interval only: a flood of forged advertisements must not make us send a flood.
    if now < condition.assert_at:
        return None
    actions: tuple[Action, ...] = ()
    if own.answers_lower or theirs == PRIORITY_STOP:
        condition = condition.asserted(own, now)
        actions = (SendAdvertisement(ours),)
    else:
        condition = replace(condition, assert_at=now + timers.interval_s(own.interval_cs))
    condition, rival = _rival(view, condition, advertisement, source, now)
    repeat, delay_s = own.lower_prio_repeat, own.lower_prio_delay_s
    if repeat and delay_s:  # to a priority 0 as well: its sender may have announced the addresses before
        condition = condition.announcing(repeat, now + delay_s)
    return Transition(condition, (*rival, *actions, *((Announce(repeat),) if repeat else ())))


def heard_while_yielding(
    view: RouterView, condition: Yielding, advertisement: Advertisement, now: float
) -> Optional[Transition]:
    """Decide when a MASTER that gives up lets go of the addresses: soon, as the new master speaks."""
    if advertisement.priority == PRIORITY_STOP:
        return None
    interval_cs = view.parameters.heard_interval_cs(advertisement.interval_cs)
    for_good = condition.stopping or condition.failing
    down_at = NEVER if for_good else now + view.down_interval_s(interval_cs)
    release_at = min(condition.release_at, now + HANDOVER_S)
    heard = replace(condition, release_at=release_at, down_at=down_at, ready=False)
    return Transition(heard, master_interval_cs=interval_cs)


def _rival(
    view: RouterView, condition: Master, advertisement: Advertisement, source: Address, now: float
) -> tuple[Master, tuple[Action, ...]]:
    """Report once that another master speaks. In the first interval it is the master that we have taken over from."""
    just_begun = view.since is not None and now - view.since <= timers.interval_s(view.parameters.interval_cs)
    if just_begun or advertisement.priority == PRIORITY_STOP:
        return condition, ()
    known = now < condition.rival_until
    condition = replace(condition, rival_until=now + view.down_interval_s())
    return condition, () if known else (RivalHeard(str(source), advertisement.priority),)


def yielded(view: RouterView, condition: Yielding, now: float) -> Transition:
    """End the yielding of a router: it keeps the addresses no longer, or, as no peer took over, it wants to."""
    release = (ReleaseAddresses(),)
    if condition.release_at > now and now - condition.down_at > view.down_interval_s():
        backup = Backup(now + view.down_interval_s())
        return Transition(backup, release, f"{view.reason}, and slept since", entered=True)
    if condition.release_at > now:
        return wants(view, condition, f"{view.reason}, but nobody took over", now)
    if condition.stopping:
        return Transition(Stopped(), release, entered=True)
    if condition.failing:
        return Transition(Fault(), release, entered=True)
    backup = Backup(max(condition.down_at, now), ready=condition.ready)
    if now - condition.release_at > timers.interval_s(view.master_interval_cs):
        again = overslept(view, now)  # the new master may have gone meanwhile, or not
        backup = replace(again, down_at=max(again.down_at, condition.down_at))
    return Transition(backup, release, entered=True)
