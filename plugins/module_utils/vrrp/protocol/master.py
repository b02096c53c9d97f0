# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide how a MASTER begins, when it advertises and announces, and how it ends by itself."""

from __future__ import annotations

from typing import Optional

from . import timers
from .actions import Action, Announce, InstallAddresses, ReleaseAddresses, SendAdvertisement
from .constants import PRIORITY_OWNER, PRIORITY_STOP
from .states import NEVER, Backup, Condition, Fault, Master, Stopped, Yielding
from .timers import HANDOVER_S
from .transition import RouterView, Transition


def advertised_priority(condition: Condition, priority: int, now: float) -> int:
    """Return the priority that it advertises: just after a promotion it is 255, to outbid an earlier promotion."""
    return PRIORITY_OWNER if isinstance(condition, Master) and now < condition.outbid_until else priority


def taken_over(view: RouterView, reason: str, now: float, outbid_until: float = 0.0) -> Transition:
    """Become MASTER. Addresses and announcements come before the advertisement: it makes the old master release."""
    own = view.parameters
    polite_s = min(timers.ANNOUNCE_FIRST_S, timers.interval_s(own.interval_cs) / 2)
    begun = Master.begun(own, now, outbid_until, polite_s if now < view.living_until else 0.0)
    announce = (Announce(own.announce_repeat),) if own.announce_repeat else ()
    spoken = () if begun.assert_at else (SendAdvertisement(advertised_priority(begun, view.priority, now)),)
    return Transition(
        begun,
        (InstallAddresses(), *announce, *spoken),
        reason,
        entered=True,
        master_interval_cs=own.interval_cs,
        forgets_master=True,
    )


def reconfigured(view: RouterView, now: float) -> Optional[Transition]:
    """Give a MASTER its changed parameters. The peers know of a longer interval from the next advertisement on."""
    condition, own = view.condition, view.parameters
    if not isinstance(condition, Master):
        return None
    known_cs = min(view.master_interval_cs, own.interval_cs)
    return Transition(condition.reconfigured(own, now), master_interval_cs=known_cs)


def due(view: RouterView, condition: Master, now: float) -> Transition:
    """Advertise, and send the second burst or the refresh of gratuitous ARP, whichever is due."""
    actions: tuple[Action, ...] = ()
    interval_cs = None
    if condition.advertise_at <= now:
        actions += (SendAdvertisement(advertised_priority(condition, view.priority, now)),)
        condition = condition.advertised(view.parameters, now)
        interval_cs = view.parameters.interval_cs  # the peers know it now
    if min(condition.announce_at, condition.refresh_at) <= now:
        repeat = condition.announces(view.parameters, now)  # 0: none, and it is over all the same
        actions += (Announce(repeat),) if repeat else ()
        condition = condition.announced(view.parameters, now)
    return Transition(condition, actions, master_interval_cs=interval_cs)


def announce_again(view: RouterView, repeat: int, delay_s: float, now: float) -> Optional[Transition]:
    """Announce the addresses ``repeat`` times, and again after ``delay_s``, as clients may have a wrong entry."""
    condition = view.condition
    if not isinstance(condition, Master) or not repeat:
        return None
    later = condition.announcing(repeat, now + delay_s) if delay_s else condition
    return Transition(later, (Announce(repeat),))


def lapsed(view: RouterView, now: float) -> Optional[Transition]:
    """End the mastership of a router that was frozen for longer than its mandate, before anything else happens."""
    condition, interval_cs = view.condition, view.parameters.interval_cs
    if not isinstance(condition, Master) or now < condition.lapses_at:
        return None
    return Transition(
        Backup(now + view.down_interval_s(interval_cs)),
        (ReleaseAddresses(),),
        f"it could not speak for {now - condition.spoke_at:.2f} s, so that a peer may have taken over",
        entered=True,
        master_interval_cs=interval_cs,
    )


def stopped(view: RouterView, reason: str, now: float) -> Transition:
    """Stop the router. A MASTER keeps the addresses until a peer advertises, or all Skew_Times have passed."""
    condition, own = view.condition, view.parameters
    if isinstance(condition, (Backup, Fault)):
        return Transition(Stopped(), (), reason, entered=True)
    release_at = now + timers.longest_skew_s(own.version, own.interval_cs) + HANDOVER_S
    if isinstance(condition, Master):
        return Transition(Yielding(release_at, stopping=True), (SendAdvertisement(PRIORITY_STOP),), reason)
    if isinstance(condition, Yielding):
        return Transition(Yielding(min(condition.release_at, release_at), stopping=True), (), reason)
    return Transition(Stopped(), (), reason)


def demoted(view: RouterView, now: float) -> Transition:
    """Give up mastership at an operator's request, and keep the addresses until a peer has taken over."""
    yielding = Yielding(release_at=NEVER, down_at=now + view.down_interval_s())
    return Transition(yielding, (SendAdvertisement(PRIORITY_STOP),), "it was demoted")


def ceased(view: RouterView) -> Optional[Transition]:
    """Stop without a word where it holds addresses: another virtual router of this node has them now, and is MASTER."""
    if not isinstance(view.condition, (Master, Yielding)):
        return None
    return Transition(Stopped(), (ReleaseAddresses(),), "another virtual router id follows it", entered=True)


def aborted(view: RouterView) -> Optional[Transition]:
    """Stop at once where it holds addresses, MASTER or yielding. Without them there is nothing to give up."""
    condition = view.condition
    if not isinstance(condition, (Master, Yielding)):
        return None
    said = () if isinstance(condition, Yielding) else (SendAdvertisement(PRIORITY_STOP),)
    return Transition(Stopped(), (*said, ReleaseAddresses()), "its process ends at once", entered=True)
