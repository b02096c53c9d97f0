# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a virtual router does because it is a member of a sync group. :mod:`~.group` decides when."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from .actions import Action, Announce, ReleaseAddresses, SendAdvertisement
from .constants import PRIORITY_STOP
from .holds import HOLD_MASTER
from .states import NEVER, Backup, Fault, Initialize, Master, Stopped, Yielding
from .timers import HANDOVER_S


class Membership:
    """Part of :class:`~.router.VirtualRouter`, whose fields these methods read and set."""

    @property
    def ready(self) -> bool:
        """Whether it would be MASTER if it were alone."""
        return getattr(self.condition, "ready", False)

    @property
    def patience_s(self) -> float:
        """Its Master_Down_Interval as it is now, in seconds."""
        return self._master_down_interval_s()

    # Inputs

    def group_changed(self, group: Optional[str], now: float) -> tuple[Action, ...]:
        """It is a member of this sync group from now on, None of no one. Whoever was ready goes on alone."""
        self.group, self.awaited = group, ()
        if group is None and self.ready:
            return self._take_over(now, self.reason)
        return ()

    def join(self, now: float) -> tuple[Action, ...]:
        """Every member is ready, or is MASTER already."""
        if not self.ready:
            return ()
        self.awaited = ()
        return self._take_over(now, self.reason)

    def give_up(self, until: float, patient: bool, reason: str, now: float) -> tuple[Action, ...]:
        """Another member is MASTER no more: nor is this one. It wants to be again at ``until``, if nobody else is.

        One that is ``patient`` does not want to earlier, even if somebody says that he stops.
        """
        lapsed, condition = self._lapse(now), self.condition
        self.patient_until = until if patient else 0.0
        if isinstance(condition, (Backup, Yielding)):
            if condition.down_at != NEVER:
                self.condition = replace(condition, down_at=max(condition.down_at, until))
            return lapsed
        if not isinstance(condition, Master):
            return lapsed
        if self.hold == HOLD_MASTER:
            self.hold = None
        self.reason = reason
        self.condition = Yielding(release_at=NEVER, down_at=until)
        return (SendAdvertisement(PRIORITY_STOP),)

    def let_go(self, now: float) -> tuple[Action, ...]:
        """Nobody has taken over, but the group cannot be MASTER again: the addresses go."""
        if not isinstance(self.condition, Yielding) or not self.condition.ready:
            return ()
        return self._enter(Backup(self.condition.down_at, ready=True), now, self.reason, ReleaseAddresses())

    def refresh(self, now: float) -> tuple[Action, ...]:
        """Another member has met a rival, which may have announced the addresses of this one as well."""
        repeat, delay_s = self.parameters.lower_prio_repeat, self.parameters.lower_prio_delay_s
        if not isinstance(self.condition, Master) or not repeat:
            return ()
        if delay_s:
            self.condition = self.condition.announcing(repeat, now + delay_s)
        return (Announce(repeat),)

    def group_fault_changed(self, faults: tuple[str, ...], until: float, now: float) -> tuple[Action, ...]:
        """Take what the faults of the other members forbid to this one, each one clause.

        Nothing is wrong with this one: it keeps its addresses until a peer speaks, or until ``until``.
        """
        self.group_faults = faults
        return self._faults_changed(now, until)

    # What the inputs are made of

    def _faults_changed(self, now: float, until: float = 0.0) -> tuple[Action, ...]:
        before, self.faults = self.faults, self.own_faults + self.group_faults
        said, condition = "; ".join(self.faults), self.condition
        if isinstance(condition, (Initialize, Stopped)):
            return ()
        if isinstance(condition, Fault):
            if self.faults:
                self.reason = said
                return ()
            return self._listen(now, _over(before))
        if not self.faults:
            return self._mended(before, now)
        if isinstance(condition, Yielding) and condition.stopping:
            reason = f"{self.reason}, and {said}"
            return self._enter(Stopped(), now, reason, ReleaseAddresses()) if self.own_faults else ()
        if self.holds_addresses and not self.own_faults:
            return self._fail(until, said)
        leaving = (SendAdvertisement(PRIORITY_STOP), ReleaseAddresses()) if self.holds_addresses else ()
        return self._enter(Fault(), now, said, *leaving)

    def _fail(self, until: float, reason: str) -> tuple[Action, ...]:
        speaking, self.reason = isinstance(self.condition, Master), reason
        self.condition = Yielding(until if speaking else min(until, self.condition.release_at), failing=True)
        return (SendAdvertisement(PRIORITY_STOP),) if speaking else ()

    def _mended(self, before: tuple[str, ...], now: float) -> tuple[Action, ...]:
        """Sooner than anybody has taken over."""
        condition = self.condition
        if isinstance(condition, Yielding) and condition.failing:
            release_at = condition.release_at if condition.release_at <= now + HANDOVER_S else NEVER
            self.condition = Yielding(release_at, now + self._master_down_interval_s())
            self.reason = _over(before)
        return ()


def _over(faults: tuple[str, ...]) -> str:
    """Return a reason that quotes faults of the past: each was said of its time, as in "interface eth0 is down"."""
    return f'it had the fault "{"; ".join(faults)}", which is over'
