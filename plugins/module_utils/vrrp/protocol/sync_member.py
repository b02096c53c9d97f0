# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide for a member of a sync group, and for a router with a fault. :mod:`~.sync_group` says when."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional, Union

from .actions import ReleaseAddresses, SendAdvertisement
from .constants import PRIORITY_STOP
from .master import taken_over
from .states import NEVER, Backup, Fault, Initialize, Master, Stopped, Yielding
from .timers import HANDOVER_S
from .transition import RouterView, Transition


def give_up(view: RouterView, until: float, reason: str) -> Optional[Transition]:
    """Give up, as another member is MASTER no more. This one may become MASTER again at ``until`` at the earliest."""
    condition = view.condition
    if isinstance(condition, (Backup, Yielding)):
        if condition.down_at == NEVER:
            return None
        return Transition(replace(condition, down_at=max(condition.down_at, until)))
    if not isinstance(condition, Master):
        return None
    yielding = Yielding(release_at=NEVER, down_at=until)
    return Transition(yielding, (SendAdvertisement(PRIORITY_STOP),), reason, ends_promotion=True)


def wants(view: RouterView, condition: Union[Backup, Yielding], reason: str, now: float) -> Transition:
    """Make a router MASTER whose timer has ended; a member of a sync group is ready, or is patient."""
    if view.group is None:
        return taken_over(view, reason, now)
    if now >= view.patient_until:
        return Transition(replace(condition, ready=True), reason=reason)
    patient = replace(condition, down_at=view.patient_until)
    return Transition(replace(patient, preempt_at=NEVER) if isinstance(patient, Backup) else patient)


def release_addresses(view: RouterView) -> Optional[Transition]:
    """Release the addresses of a ready member that no peer took over, as its group cannot be MASTER again."""
    condition = view.condition
    if not isinstance(condition, Yielding) or not condition.ready:
        return None
    return Transition(Backup(condition.down_at, ready=True), (ReleaseAddresses(),), view.reason, entered=True)


def failed(view: RouterView, until: float) -> Optional[Transition]:
    """Decide what faults, its own or another member's, do to a router that takes part.

    Where only another member has a fault, it keeps the addresses until a peer speaks, or until ``until``.
    """
    condition, reason = view.condition, "; ".join(view.faults)
    holding = isinstance(condition, (Master, Yielding))
    if isinstance(condition, (Initialize, Stopped)):
        return None
    if isinstance(condition, Fault):
        return Transition(condition, reason=reason)
    if isinstance(condition, Yielding) and condition.stopping:
        both = f"{view.reason}, and {reason}"
        return Transition(Stopped(), (ReleaseAddresses(),), both, entered=True) if view.own_faults else None
    if holding and not view.own_faults:
        if isinstance(condition, Yielding):
            return Transition(Yielding(min(until, condition.release_at), failing=True), reason=reason)
        return Transition(Yielding(until, failing=True), (SendAdvertisement(PRIORITY_STOP),), reason)
    leaving = (SendAdvertisement(PRIORITY_STOP), ReleaseAddresses()) if holding else ()
    return Transition(Fault(), leaving, reason, entered=True)


def mended(view: RouterView, before: tuple[str, ...], now: float) -> Optional[Transition]:
    """Take a failing member back before a peer has taken over. ``before`` are the faults that it had."""
    condition = view.condition
    if not isinstance(condition, Yielding) or not condition.failing:
        return None
    release_at = condition.release_at if condition.release_at <= now + HANDOVER_S else NEVER
    return Transition(Yielding(release_at, now + view.down_interval_s()), reason=over(before))


def over(faults: tuple[str, ...]) -> str:
    """Return a reason that quotes past faults, because their text is in the present tense: "interface eth0 is down"."""
    return f'it had the fault "{"; ".join(faults)}", which is over'
