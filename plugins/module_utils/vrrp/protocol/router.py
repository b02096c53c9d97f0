# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VirtualRouter: the state machine of RFC 9568 section 6.4 and RFC 3768 section 6.4.

Theory of operation. The machine never reads a clock and never sleeps: each input takes ``now`` (monotonic seconds)
and returns the actions to do, in their order. Between two inputs the caller waits until ``deadline`` at most and then
calls ``expire``. The same inputs give the same actions.

===========  ==============================  ============================================================
state        input                           what happens
===========  ==============================  ============================================================
INIT         start                           BACKUP, or MASTER when it owns the address (255), or FAULT
INIT         start with ``state MASTER``     BACKUP for one interval and the skew only
BACKUP       down_at or preempt_at passes    MASTER: install, announce, advertise
BACKUP       advertisement, not lower        down_at again
BACKUP       advertisement, lower            nothing (preempt), down_at again (nopreempt, preempt_delay)
BACKUP       advertisement of priority 0     down_at is Skew_Time away
BACKUP       promote                         MASTER at once
MASTER       advertise_at passes             advertise
MASTER       advertisement that wins         a last advertisement, then yield: addresses released a moment later, BACKUP
MASTER       advertisement that loses        advertise and announce, so that the sender and the segment know
MASTER       demote, stop                    advertise 0 and yield until a peer speaks, then BACKUP or STOP
any          a fault                         FAULT: advertise 0, release
FAULT        no fault left                   BACKUP
===========  ==============================  ============================================================

Two things go beyond the RFC. *Make before break*: whoever gives up mastership keeps the addresses until the new master
has been heard, so that no packet meets a segment without an owner. *Holds*: a promoted router advertises 254 and a
demoted one 1 until it is released, which any peer that speaks VRRP understands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from . import explain, timers
from .actions import Action, Announce, InstallAddresses, Notify, ReleaseAddresses, SendAdvertisement
from .constants import PRIORITY_MAX, PRIORITY_MIN, PRIORITY_OWNER, PRIORITY_STOP, VERSION_3
from .packet import Address, Advertisement
from .states import (
    NEVER,
    Backup,
    Condition,
    Fault,
    Initialize,
    Master,
    MasterSeen,
    Parameters,
    State,
    Stopped,
    Yielding,
)

HOLD_MASTER = "master"
HOLD_BACKUP = "backup"

# keepalived advertises first and announces after it, so the old owner stays until the announcements are out as well.
# Two owners for so long cost nothing; none for a moment loses packets.
HANDOVER_S = 0.05


class Refused(Exception):
    """A promotion or demotion that cannot be. The message says why and what to do instead."""


class VirtualRouter:
    """One virtual router on one interface. Feed it inputs, execute what it returns, call ``expire`` at ``deadline``."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.condition: Condition = Initialize()
        self.hold: Optional[str] = None
        self.faults: tuple[str, ...] = ()
        self.master: Optional[MasterSeen] = None
        self.since: Optional[float] = None
        self.reason = "not started"
        self._tracked_priority = parameters.priority
        self._master_interval_cs = parameters.interval_cs

    # What can be asked

    @property
    def state(self) -> State:
        return self.condition.state

    @property
    def deadline(self) -> Optional[float]:
        """The one time at which to call ``expire``, None when nothing is waited for."""
        deadline = self.condition.deadline
        return None if deadline == NEVER else deadline

    @property
    def priority(self) -> int:
        """The effective priority: the configured one, changed by the checks, or what a hold says."""
        if self.hold == HOLD_MASTER:
            return PRIORITY_OWNER if self._tracked_priority == PRIORITY_OWNER else PRIORITY_MAX
        if self.hold == HOLD_BACKUP:
            return PRIORITY_MIN
        return self._tracked_priority

    @property
    def holds_addresses(self) -> bool:
        return isinstance(self.condition, (Master, Yielding))

    @property
    def yielding(self) -> bool:
        return isinstance(self.condition, Yielding)

    # Inputs

    def start(self, now: float) -> tuple[Action, ...]:
        """Begin to take part (RFC 9568 section 6.4.1)."""
        if not isinstance(self.condition, (Initialize, Stopped)):
            return ()
        if self.faults:
            return self._enter(Fault(), now, self._fault_text())
        actions = self._listen(now, "it has just started")
        parameters = self.parameters
        if isinstance(self.condition, Backup) and parameters.begins_early:
            wait_s = timers.first_wait_s(parameters.version, self.priority, parameters.interval_cs)
            self.condition = Backup(now + wait_s)
        return actions

    def stop(self, now: float) -> tuple[Action, ...]:
        """Stop taking part. A master keeps the addresses until a peer speaks, or every backup's skew has passed."""
        if isinstance(self.condition, Yielding):
            release_at = min(self.condition.release_at, self._release_at(now))
            self.condition = Yielding(release_at, stopping=True)
            return ()
        if isinstance(self.condition, Master):
            self.condition = Yielding(release_at=self._release_at(now), stopping=True)
            self.reason = "it was stopped"
            return (SendAdvertisement(PRIORITY_STOP),)
        if isinstance(self.condition, (Initialize, Stopped)):
            self.condition = Stopped()
            return ()
        return self._enter(Stopped(), now, "it was stopped")

    def advertisement(self, advertisement: Advertisement, source: Address, now: float) -> tuple[Action, ...]:
        """Take an advertisement that :mod:`~.reception` has accepted."""
        if advertisement.priority == PRIORITY_STOP:
            self.master = None
        else:
            self.master = MasterSeen(source, advertisement.priority, advertisement.interval_cs, now)
        if isinstance(self.condition, Backup):
            return self._heard_as_backup(advertisement, source, now)
        if isinstance(self.condition, Master):
            return self._heard_as_master(advertisement, source, now)
        if isinstance(self.condition, Yielding) and advertisement.priority != PRIORITY_STOP:
            self._master_interval_cs = self._learned_interval_cs(advertisement)
            self.condition = replace(
                self.condition,
                release_at=min(self.condition.release_at, now + HANDOVER_S),
                down_at=NEVER if self.condition.stopping else now + self._master_down_interval_s(),
            )
        return ()

    def expire(self, now: float) -> tuple[Action, ...]:
        """Do what is due at ``now``; nothing when nothing is."""
        condition = self.condition
        if now < condition.deadline:
            return ()
        if isinstance(condition, Master):
            return self._advertise_and_announce(condition, now)
        if isinstance(condition, Backup):
            if condition.preempt_at <= now:
                return self._take_over(now, "preempt_delay has passed and the master has a lower priority")
            return self._take_over(now, explain.takeover(self, now))
        if isinstance(condition, Yielding):
            return self._finish_yielding(condition, now)
        return ()

    def priority_changed(self, priority: int, now: float) -> tuple[Action, ...]:
        """Take the effective priority that the checks have made. The next advertisement carries it."""
        self._tracked_priority = priority
        self._respect_master()
        return ()

    def fault_changed(self, faults: tuple[str, ...], now: float) -> tuple[Action, ...]:
        """Take the list of everything that forbids taking part, each one clause; empty means healthy."""
        before, self.faults = self.faults, faults
        if isinstance(self.condition, (Initialize, Stopped)):
            return ()
        if isinstance(self.condition, Fault):
            if faults:
                self.reason = self._fault_text()
                return ()
            return self._listen(now, "mended: " + "; ".join(before))
        if not faults:
            return ()
        if isinstance(self.condition, Yielding) and self.condition.stopping:
            return self._enter(Stopped(), now, self._fault_text(), ReleaseAddresses())
        leaving = (SendAdvertisement(PRIORITY_STOP), ReleaseAddresses()) if self.holds_addresses else ()
        return self._enter(Fault(), now, self._fault_text(), *leaving)

    def source_changed(self, source: Optional[Address], now: float) -> tuple[Action, ...]:
        """Take another primary address; it decides between equal priorities."""
        self.parameters = replace(self.parameters, source=source)
        return ()

    def parameters_changed(self, parameters: Parameters, now: float) -> tuple[Action, ...]:
        """Take a changed configuration. State, addresses and timers stay; a shorter interval counts at once."""
        self.parameters = parameters
        self._tracked_priority = parameters.priority
        if isinstance(self.condition, Master):
            soon = now + timers.interval_s(parameters.interval_cs)
            self.condition = replace(self.condition, advertise_at=min(self.condition.advertise_at, soon))
            if parameters.refresh_s and now + parameters.refresh_s < self.condition.announce_at:
                self.condition = replace(
                    self.condition, announce_at=now + parameters.refresh_s, announce_repeat=parameters.refresh_repeat
                )
        return ()

    def promote(self, now: float) -> tuple[Action, ...]:
        """Become MASTER at once and stay it until released. Raises :class:`Refused` where that cannot be."""
        if isinstance(self.condition, (Initialize, Stopped)) or self._stopping():
            raise Refused("it is not running")
        if self.faults:
            raise Refused(f"it is in FAULT: {'; '.join(self.faults)}. Mend that first")
        outbids = self.master is not None and not isinstance(self.condition, Master)
        if outbids and self.master.priority == PRIORITY_OWNER and self.priority != PRIORITY_OWNER:
            raise Refused(
                f"{self.master.address} advertises priority {PRIORITY_OWNER}, the owner of the address, which nobody "
                "can outbid. Demote it there instead"
            )
        self.hold = HOLD_MASTER
        if isinstance(self.condition, Master):
            return ()
        outbid_until = 0.0
        if outbids and self.master.priority >= PRIORITY_MAX:
            outbid_until = now + self._master_down_interval_s()
        return self._take_over(now, "it was promoted", outbid_until=outbid_until)

    def demote(self, now: float) -> tuple[Action, ...]:
        """Give up mastership and take it again only when nobody else does. Raises :class:`Refused` when stopped."""
        if isinstance(self.condition, (Initialize, Stopped)) or self._stopping():
            raise Refused("it is not running")
        self.hold = HOLD_BACKUP
        if not isinstance(self.condition, Master):
            self._respect_master()
            return ()
        self.reason = "it was demoted"
        self.condition = Yielding(release_at=NEVER, down_at=now + self._master_down_interval_s())
        return (SendAdvertisement(PRIORITY_STOP),)

    def release(self, now: float) -> tuple[Action, ...]:
        """End a promotion or demotion: the priority decides again."""
        self.hold = None
        return ()

    def why(self, now: float, makeup: str = "") -> str:
        """Return one sentence that explains the state; ``makeup`` says how the checks made our priority."""
        return explain.why(self, now, makeup)

    # What the inputs are made of

    def _heard_as_backup(self, advertisement: Advertisement, source: Address, now: float) -> tuple[Action, ...]:
        parameters = self.parameters
        if advertisement.priority == PRIORITY_STOP:
            skew_s = timers.skew_time_s(parameters.version, self.priority, self._master_interval_cs)
            self.reason = f"{source} advertised priority 0: it stops"
            self.condition = Backup(down_at=now + skew_s)
            return ()
        if advertisement.priority >= self.priority or not parameters.preempt:
            self._master_interval_cs = self._learned_interval_cs(advertisement)
            self.condition = Backup(down_at=now + self._master_down_interval_s())
        elif parameters.preempt_delay_s:
            self._master_interval_cs = self._learned_interval_cs(advertisement)
            preempt_at = min(self.condition.preempt_at, now + parameters.preempt_delay_s)
            self.condition = Backup(now + self._master_down_interval_s(), preempt_at)
        return ()

    def _heard_as_master(self, advertisement: Advertisement, source: Address, now: float) -> tuple[Action, ...]:
        ours = self._advertised_priority(now)
        if advertisement.priority > ours or (advertisement.priority == ours and self._loses_tie(source)):
            # Whoever outbids a promoted router was promoted after it, or owns the address.
            if self.hold == HOLD_MASTER:
                self.hold = None
            self.reason = f"{source} advertises {advertisement.priority}, ours was {ours}"
            self._master_interval_cs = self._learned_interval_cs(advertisement)
            self.condition = Yielding(release_at=now + HANDOVER_S, down_at=now + self._master_down_interval_s())
            # A last word: the winner of a healed split has not heard us yet. It answers a lower priority with its
            # announcements, without which the clients would stay with us until their ARP entries expire.
            return (SendAdvertisement(ours),)
        # Answered once an interval only: a flood of forged advertisements must not make us send a flood.
        if now < self.condition.assert_at:
            return ()
        next_at = now + timers.interval_s(self.parameters.interval_cs)
        self.condition = replace(self.condition, advertise_at=next_at, assert_at=next_at)
        answer = (SendAdvertisement(ours),)
        repeat, delay_s = self.parameters.lower_prio_repeat, self.parameters.lower_prio_delay_s
        if advertisement.priority == PRIORITY_STOP or not repeat:
            return answer
        if delay_s and now + delay_s < self.condition.announce_at:
            self.condition = replace(self.condition, announce_at=now + delay_s, announce_repeat=repeat)
        return answer + (Announce(repeat),)

    def _advertise_and_announce(self, condition: Master, now: float) -> tuple[Action, ...]:
        actions: tuple[Action, ...] = ()
        if condition.advertise_at <= now:
            actions += (SendAdvertisement(self._advertised_priority(now)),)
            interval = timers.interval_s(self.parameters.interval_cs)
            # The cadence is kept, unless it has been missed by a whole interval.
            following = condition.advertise_at + interval
            condition = replace(condition, advertise_at=following if following > now else now + interval)
        if condition.announce_at <= now:
            actions += (Announce(condition.announce_repeat),)
            refresh_s = self.parameters.refresh_s
            condition = replace(
                condition,
                announce_at=now + refresh_s if refresh_s else NEVER,
                announce_repeat=self.parameters.refresh_repeat,
            )
        self.condition = condition
        return actions

    def _finish_yielding(self, condition: Yielding, now: float) -> tuple[Action, ...]:
        if condition.release_at > now:
            return self._take_over(now, f"{self.reason}, but nobody took over")
        if condition.stopping:
            return self._enter(Stopped(), now, self.reason, ReleaseAddresses())
        return self._enter(Backup(max(condition.down_at, now)), now, self.reason, ReleaseAddresses())

    def _take_over(self, now: float, reason: str, outbid_until: float = 0.0) -> tuple[Action, ...]:
        """Become MASTER. Addresses and announcements go first: who hears the advertisement lets go of them."""
        parameters = self.parameters
        if parameters.announce_delay_s:
            announce_at, repeat = now + parameters.announce_delay_s, parameters.announce_repeat
        elif parameters.refresh_s:
            announce_at, repeat = now + parameters.refresh_s, parameters.refresh_repeat
        else:
            announce_at, repeat = NEVER, 0
        condition = Master(
            advertise_at=now + timers.interval_s(parameters.interval_cs),
            announce_at=announce_at,
            announce_repeat=repeat,
            outbid_until=outbid_until,
        )
        self.master = None
        self._master_interval_cs = parameters.interval_cs
        announce = (Announce(parameters.announce_repeat),) if parameters.announce_repeat else ()
        entered = self._enter(condition, now, reason, InstallAddresses(), *announce)
        return entered[:-1] + (SendAdvertisement(self._advertised_priority(now)), entered[-1])

    def _listen(self, now: float, reason: str) -> tuple[Action, ...]:
        if self.priority == PRIORITY_OWNER:
            return self._take_over(now, f"{reason} and owns the address")
        self._master_interval_cs = self.parameters.interval_cs
        return self._enter(Backup(now + self._master_down_interval_s()), now, reason)

    def _enter(self, condition: Condition, now: float, reason: str, *actions: Action) -> tuple[Action, ...]:
        self.condition = condition
        self.since = now
        self.reason = reason
        return actions + (Notify(condition.state.value, self.priority, reason),)

    def _advertised_priority(self, now: float) -> int:
        if isinstance(self.condition, Master) and now < self.condition.outbid_until:
            return PRIORITY_OWNER
        return self.priority

    def _respect_master(self) -> None:
        """A master that does not lose to us any more has its whole Master_Down_Interval, from when it was heard."""
        if isinstance(self.condition, Backup) and self.master is not None and self.master.priority >= self.priority:
            if self.parameters.version == VERSION_3:
                self._master_interval_cs = self.master.interval_cs
            heard_until = self.master.seen_at + self._master_down_interval_s()
            self.condition = Backup(max(self.condition.down_at, heard_until))

    def _learned_interval_cs(self, advertisement: Advertisement) -> int:
        if self.parameters.version == VERSION_3:
            return advertisement.interval_cs
        return self.parameters.interval_cs

    def _loses_tie(self, source: Address) -> bool:
        return self.parameters.source is not None and source.packed > self.parameters.source.packed

    def _master_down_interval_s(self) -> float:
        return timers.master_down_interval_s(self.parameters.version, self.priority, self._master_interval_cs)

    def _release_at(self, now: float) -> float:
        return now + timers.longest_skew_s(self.parameters.version, self.parameters.interval_cs) + HANDOVER_S

    def _stopping(self) -> bool:
        return isinstance(self.condition, Yielding) and self.condition.stopping

    def _fault_text(self) -> str:
        return "; ".join(self.faults)
