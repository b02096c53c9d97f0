# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a virtual router makes of an advertisement: the half of the state machine that listens."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from . import timers
from .actions import Action, Announce, RivalHeard, SendAdvertisement
from .constants import PRIORITY_STOP
from .holds import HOLD_MASTER
from .packet import Address, Advertisement
from .states import NEVER, Backup, Master, MasterSeen, Yielding
from .timers import HANDOVER_S


class Hearing:
    """Part of :class:`~.router.VirtualRouter`, whose fields these methods read and set."""

    def advertisement(self, advertisement: Advertisement, source: Address, now: float) -> tuple[Action, ...]:
        """Take an advertisement that :mod:`~.reception` has accepted."""
        master = self._living_master(now)
        ruled = master is not None and master.rules_over(source, advertisement.priority, self.priority)
        if not ruled:
            seen = MasterSeen(source, advertisement.priority, advertisement.interval_cs, now)
            self.master = seen if advertisement.priority != PRIORITY_STOP else None
        lapsed = self._lapse(now)
        if isinstance(self.condition, Backup):
            return lapsed + self._heard_as_backup(advertisement, source, now, ruled)
        if isinstance(self.condition, Master):
            return self._heard_as_master(advertisement, source, now)
        if isinstance(self.condition, Yielding) and advertisement.priority != PRIORITY_STOP:
            self.master_interval_cs = self.parameters.heard_interval_cs(advertisement.interval_cs)
            release_at = min(self.condition.release_at, now + HANDOVER_S)
            for_good = self.condition.stopping or self.condition.failing
            down_at = NEVER if for_good else now + self._master_down_interval_s()
            self.condition = replace(self.condition, release_at=release_at, down_at=down_at, ready=False)
        return ()

    @property
    def master_until(self) -> float:
        """When the master that was heard last has been silent for its whole Master_Down_Interval."""
        own, interval_cs = self.parameters, self.parameters.heard_interval_cs(self.master.interval_cs)
        down_s = timers.master_down_interval_s(own.version, self.priority, interval_cs, own.down_adverts)
        return self.master.seen_at + down_s

    def _living_master(self, now: float) -> Optional[MasterSeen]:
        """The master that was heard last, None when it has been silent for too long."""
        return self.master if self.master is not None and now < self.master_until else None

    def _heard_as_backup(
        self, advertisement: Advertisement, source: Address, now: float, ruled: bool
    ) -> tuple[Action, ...]:
        parameters = self.parameters
        if advertisement.priority == PRIORITY_STOP:
            skew_s = timers.skew_time_s(parameters.version, self.priority, self.master_interval_cs)
            self.reason = f"{source} advertised priority 0: it stops"
            self.condition = Backup(down_at=now + skew_s)
            return ()
        if advertisement.priority >= self.priority or not parameters.preempt:
            self.master_interval_cs = self.parameters.heard_interval_cs(advertisement.interval_cs)
            self.condition = Backup(down_at=now + self._master_down_interval_s())
        elif parameters.preempt_delay_s and not ruled:
            self.master_interval_cs = self.parameters.heard_interval_cs(advertisement.interval_cs)
            preempt_at = min(self.condition.preempt_at, now + parameters.preempt_delay_s)
            self.condition = Backup(now + self._master_down_interval_s(), preempt_at)
        return ()

    def _heard_as_master(self, advertisement: Advertisement, source: Address, now: float) -> tuple[Action, ...]:
        ours = self._advertised_priority(now)
        if advertisement.priority > ours or (advertisement.priority == ours and self.parameters.loses_tie(source)):
            # Whoever outbids a promoted router was promoted after it, or owns the address.
            if self.hold == HOLD_MASTER:
                self.hold = None
            self.reason = f"{source} advertises {advertisement.priority}, ours was {ours}"
            self.master_interval_cs = self.parameters.heard_interval_cs(advertisement.interval_cs)
            self.condition = Yielding(release_at=now + HANDOVER_S, down_at=now + self._master_down_interval_s())
            # A last word: it makes the winner of a healed split announce, or the clients would stay with us.
            return (SendAdvertisement(ours),)
        # Answered once an interval only: a flood of forged advertisements must not make us send a flood.
        if now < self.condition.assert_at:
            return ()
        if self.parameters.answers_lower or advertisement.priority == PRIORITY_STOP:
            self.condition = self.condition.asserted(self.parameters, now)
            answer = self._rival(advertisement, source, now) + (SendAdvertisement(ours),)
        else:
            interval_s = timers.interval_s(self.parameters.interval_cs)
            self.condition = replace(self.condition, assert_at=now + interval_s)
            answer = self._rival(advertisement, source, now)
        repeat, delay_s = self.parameters.lower_prio_repeat, self.parameters.lower_prio_delay_s
        if not repeat:  # to a priority 0 as well: who stops may have announced the addresses before
            return answer
        if delay_s:
            self.condition = self.condition.announcing(repeat, now + delay_s)
        return answer + (Announce(repeat),)

    def _rival(self, advertisement: Advertisement, source: Address, now: float) -> tuple[Action, ...]:
        """Say once that another master speaks. In the first interval that is the one that we have taken over from."""
        just_begun = now - self.since <= timers.interval_s(self.parameters.interval_cs)
        if just_begun or advertisement.priority == PRIORITY_STOP:
            return ()
        known, quiet_at = self.condition.rival_until, now + self._master_down_interval_s()
        self.condition = replace(self.condition, rival_until=quiet_at)
        return () if now < known else (RivalHeard(str(source), advertisement.priority),)
