# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VirtualRouter implements the state machine of RFC 9568 section 6.4 and RFC 3768 section 6.4.

Theory of operation. The machine never reads a clock and never sleeps: each input takes ``now`` (monotonic seconds)
and returns the actions to do, in their order. Between two inputs the caller waits until ``deadline`` at most and then
calls ``expire``. The same inputs give the same actions.

===========  ==============================  ============================================================
state        input                           what happens
===========  ==============================  ============================================================
INIT         start                           BACKUP, or MASTER when it owns the address (255), or FAULT
INIT         start with ``state MASTER``     BACKUP for one interval and the skew only
INIT         start with a memory of MASTER   MASTER again, when no peer can have taken over meanwhile
BACKUP       down_at or preempt_at passes    MASTER: install, announce, advertise
BACKUP       advertisement, not lower        down_at again
BACKUP       advertisement, lower            nothing (preempt), down_at again (nopreempt, preempt_delay)
BACKUP       advertisement of priority 0     down_at is Skew_Time away
BACKUP       promote                         MASTER at once
MASTER       advertise_at passes             advertise
MASTER       advertisement that wins         a last advertisement, then yield: addresses released a moment later, BACKUP
MASTER       advertisement that loses        advertise and announce, so that the sender and the segment know
MASTER       anything, after lapses_at       it was frozen: release, BACKUP, and listen before it advertises
MASTER       demote, stop                    advertise 0 and yield until a peer advertises, then BACKUP or STOP
MASTER       abort                           STOP at once: advertise 0, release
MASTER       cease                           STOP at once, without a word: its successor has the addresses
BACKUP       wait                            down_at is later, until an advertisement is heard
any          a fault                         FAULT: advertise 0, release
FAULT        no fault left                   BACKUP
MASTER       conflict                        announce: the address is here
MASTER       link_changed                    announce, and once more after garp_master_delay
any          drain                           as stop; undrain starts it again
===========  ==============================  ============================================================

A member of a sync group does not become MASTER on its own: it is ready, and :mod:`~.sync_group` says when.
An input is noted (what was heard, a fault, a hold, the parameters). What it does is decided by pure functions
(:mod:`~.start`, :mod:`~.election`, :mod:`~.master`, :mod:`~.sync_member`) that look at the router and return a
:class:`~.transition.Transition`. Only ``_apply`` makes that change.

Three things go beyond the RFC. *Make before break*: a router that gives up mastership keeps the addresses until the new
master has been heard, so that the addresses are always on a node. *Holds* (:mod:`~.override`): commands of an operator,
expressed in priorities that any peer understands. *The mandate* (:func:`~.timers.mandate_s`): a master that was silent
for so long that a peer may have taken over is no longer master, whether it was frozen or its process died.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from ..ip_types import Address
from . import election, explain, master, override, start, sync_member, timers
from .actions import Action, Announce, Notify
from .constants import PRIORITY_MAX, PRIORITY_STOP
from .override import HOLD_BACKUP, HOLD_MASTER
from .packet import Advertisement
from .states import (
    NEVER,
    Backup,
    Condition,
    Fault,
    Initialize,
    Master,
    MasterSeen,
    Parameters,
    SavedRouterState,
    State,
    Stopped,
    Yielding,
)
from .transition import Transition


class VirtualRouter:
    """It is a virtual router on one interface. Give it inputs, execute the actions, call ``expire`` at ``deadline``."""

    heard_as_backup = staticmethod(election.heard_as_backup)
    heard_as_master = staticmethod(election.heard_as_master)
    due = staticmethod(master.due)
    lapsed = staticmethod(master.lapsed)

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.condition: Condition = Initialize()
        self.hold: Optional[str] = None
        self.drained = False
        self.faults: tuple[str, ...] = ()  # its own, and those of the other members of its sync group
        self.own_faults: tuple[str, ...] = ()
        self.group_faults: tuple[str, ...] = ()
        self.group: Optional[str] = None  # the sync group that decides when it becomes MASTER
        self.patient_until = 0.0  # after a defeat of its sync group that was not the first
        self.listen_until = 0.0  # while the master is about to change its parameters, and nobody was heard yet
        self.master: Optional[MasterSeen] = None
        self.since: Optional[float] = None
        self.reason = "not started"
        self.tracked_priority = parameters.priority  # the configured one, changed by the checks
        self.master_interval_cs = parameters.interval_cs  # of the master, ours or the one that was heard

    # Properties

    @property
    def state(self) -> State:
        """Return the state in the words of RFC 9568 and keepalived; it is MASTER also while the router is yielding."""
        return self.condition.state

    @property
    def deadline(self) -> Optional[float]:
        """Return when to call ``expire`` (monotonic seconds), None when no deadline is set."""
        deadline = self.condition.deadline
        return None if deadline == NEVER else deadline

    @property
    def priority(self) -> int:
        """Return the effective priority: the configured one, changed by the checks, or the one of a hold."""
        return self.tracked_priority if self.hold is None else override.priority(self.hold, self.tracked_priority)

    @property
    def holds_addresses(self) -> bool:
        """Return whether the virtual addresses are on this node: it is MASTER or is yielding."""
        return isinstance(self.condition, (Master, Yielding))

    @property
    def yielding(self) -> bool:
        """Return whether it gives up mastership, and keeps the addresses until a peer advertises."""
        return isinstance(self.condition, Yielding)

    @property
    def ready(self) -> bool:
        """Return whether only its sync group keeps it from being MASTER."""
        return isinstance(self.condition, (Backup, Yielding)) and self.condition.ready

    @property
    def living_until(self) -> float:
        """Return when the master's Master_Down_Interval ends (monotonic seconds), 0 without a master."""
        return 0.0 if self.master is None else election.master_until(self, self.master)

    def down_interval_s(self, interval_cs: Optional[int] = None, priority: Optional[int] = None) -> float:
        """Return its Master_Down_Interval in seconds (RFC 9568 section 6.1), for given values or its own."""
        own = self.parameters
        return timers.master_down_interval_s(
            own.version,
            self.priority if priority is None else priority,
            self.master_interval_cs if interval_cs is None else interval_cs,
            own.down_adverts,
        )

    # Inputs

    def start(self, now: float, memory: Optional[SavedRouterState] = None) -> tuple[Action, ...]:
        """Begin to take part (RFC 9568 section 6.4.1), or continue the saved state of a process that has ended."""
        if not isinstance(self.condition, (Initialize, Stopped)):
            return ()
        self.hold = self.hold if memory is None else memory.hold
        if self.drained:
            return ()
        if memory is not None and memory.state is not State.INIT and not self.faults:
            return self._apply(start.resumed(self, memory, now), now)
        return self._apply(start.begun(self, "it has just started", now), now)

    def advertisement(self, advertisement: Advertisement, source: Address, now: float) -> tuple[Action, ...]:
        """Take an advertisement that :mod:`~.validation` has accepted (RFC 9568 sections 6.4.2 and 6.4.3)."""
        condition = self.condition
        if isinstance(condition, Master) and (over := self.lapsed(self, now)) is not None:
            return self._apply(over, now) + self.advertisement(advertisement, source, now)  # it is a BACKUP now
        ruled = election.is_ruled(self, advertisement, source, now)
        if not ruled:
            seen = MasterSeen(source, advertisement.priority, advertisement.interval_cs, now)
            self.listen_until, self.master = 0.0, seen if advertisement.priority != PRIORITY_STOP else None
        if isinstance(condition, Backup):
            return self._apply(self.heard_as_backup(self, condition, advertisement, source, now, ruled), now)
        if isinstance(condition, Master):
            return self._apply(self.heard_as_master(self, condition, advertisement, source, now), now)
        if isinstance(condition, Yielding):
            return self._apply(election.heard_while_yielding(self, condition, advertisement, now), now)
        return ()

    def stop(self, now: float) -> tuple[Action, ...]:
        """Stop taking part. A master keeps the addresses until a peer advertises, or all Skew_Times have passed."""
        return self._apply(master.stopped(self, "it was stopped", now), now)

    def abort(self, now: float) -> tuple[Action, ...]:
        """Give up the addresses at once and stop, as the process ends, without waiting for a peer."""
        return self._apply(master.aborted(self), now)

    def cease(self, now: float) -> tuple[Action, ...]:
        """Stop at once without a word: another virtual router of this node continues as MASTER of the addresses."""
        return self._apply(master.ceased(self), now)

    def wait(self, until: float, now: float) -> tuple[Action, ...]:
        """Listen until then, or until an advertisement is heard, as the master is about to change its parameters."""
        self.listen_until, self.master = until, None
        return self._apply(start.waiting(self, now), now)

    def drain(self, now: float) -> tuple[Action, ...]:
        """Stop, as :meth:`stop` does, until :meth:`undrain`."""
        self.drained = True
        return self._apply(master.stopped(self, explain.DRAINED, now), now)

    def undrain(self, now: float) -> tuple[Action, ...]:
        """Take part again after :meth:`drain`."""
        self.drained = False
        return self._apply(start.undrained(self, now), now)

    def expire(self, now: float) -> tuple[Action, ...]:
        """Do what is due at ``now``, if anything is."""
        condition = self.condition
        if isinstance(condition, Master) and (over := self.lapsed(self, now)) is not None:
            return self._apply(over, now)
        if now < condition.deadline:
            return ()
        if isinstance(condition, Master):
            return self._apply(self.due(self, condition, now), now)
        if isinstance(condition, Backup):
            return self._apply(election.down(self, condition, now), now)
        if isinstance(condition, Yielding):
            return self._apply(election.yielded(self, condition, now), now)
        return ()

    def priority_changed(self, priority: int, now: float) -> tuple[Action, ...]:
        """Take the effective priority that the checks have made. The next advertisement carries it."""
        self.tracked_priority = priority
        return self._apply(election.deferring(self), now)

    def fault_changed(self, faults: tuple[str, ...], now: float) -> tuple[Action, ...]:
        """Take the list of everything that forbids taking part, each one clause; empty means healthy."""
        self.own_faults = faults
        return self._faults_changed(0.0, now)

    def group_fault_changed(self, faults: tuple[str, ...], until: float, now: float) -> tuple[Action, ...]:
        """Take what the faults of the other members of its sync group forbid to this one, each one clause.

        This one works: it keeps its addresses until a peer advertises, or until ``until`` (monotonic seconds).
        """
        self.group_faults = faults
        return self._faults_changed(until, now)

    def source_changed(self, source: Optional[Address], now: float) -> tuple[Action, ...]:
        """Take another primary address; it decides between equal priorities."""
        self.parameters = replace(self.parameters, source=source)
        return ()

    def conflict(self, address: Address, mac: str, now: float) -> tuple[Action, ...]:
        """Take that another host claims ``address``, virtual or our own, with ``mac``: a MASTER announces again."""
        return (Announce(1),) if isinstance(self.condition, Master) else ()

    def link_changed(self, now: float) -> tuple[Action, ...]:
        """Take that an interface of the addresses has another MAC address, or came up: a MASTER announces again."""
        own = self.parameters
        return self._apply(master.announce_again(self, own.announce_repeat, own.announce_delay_s, now), now)

    def parameters_changed(self, parameters: Parameters, now: float) -> tuple[Action, ...]:
        """Take a changed configuration. State, addresses and timers stay; a shorter interval counts at once."""
        self.parameters = parameters
        self.tracked_priority = parameters.priority
        return self._apply(master.reconfigured(self, now), now)

    def promote(self, now: float) -> tuple[Action, ...]:
        """Become MASTER at once and stay it until released. Raises :class:`~.override.CommandRefused` if it cannot."""
        override.check_promotable(self)
        outbid, self.hold = override.master_to_outbid(self), HOLD_MASTER
        if isinstance(self.condition, Master):
            return ()
        beats_promoted = outbid is not None and outbid.priority >= PRIORITY_MAX
        outbid_until = now + self.down_interval_s() if beats_promoted else 0.0
        return self._apply(master.taken_over(self, "it was promoted", now, outbid_until), now)

    def demote(self, now: float) -> tuple[Action, ...]:
        """Give up mastership and take it again only when no peer does. Raises :class:`~.override.CommandRefused`."""
        override.check_running(self)
        self.hold = HOLD_BACKUP
        is_master = isinstance(self.condition, Master)
        return self._apply(master.demoted(self, now) if is_master else election.deferring(self), now)

    def release(self, now: float) -> tuple[Action, ...]:
        """End a promotion or demotion: the priority decides again."""
        self.hold = None
        return ()

    def note(self, text: str, now: float) -> tuple[Action, ...]:
        """Take a remark about a drain or a hold, such as its reason: it is in the events, and changes nothing."""
        return ()

    # Inputs from its sync group

    def group_changed(self, group: Optional[str], now: float) -> tuple[Action, ...]:
        """Become a member of this sync group, or of none. One that was ready then becomes MASTER alone."""
        self.group = group
        return self.join(now) if group is None else ()

    def join(self, now: float) -> tuple[Action, ...]:
        """Become MASTER: every member is ready, or is MASTER already."""
        return self._apply(master.taken_over(self, self.reason, now), now) if self.ready else ()

    def give_up(self, until: float, patient: bool, reason: str, now: float) -> tuple[Action, ...]:
        """Give up mastership, as another member did. It wants to be MASTER again at ``until``, if no peer is.

        With ``patient`` not earlier, even if a master advertises priority 0.
        """
        lapsed = self._apply(self.lapsed(self, now), now)
        self.patient_until = until if patient else 0.0
        return lapsed + self._apply(sync_member.give_up(self, until, reason), now)

    def release_addresses(self, now: float) -> tuple[Action, ...]:
        """Release the addresses: no peer has taken over, but the group cannot be MASTER again."""
        return self._apply(sync_member.release_addresses(self), now)

    def refresh(self, now: float) -> tuple[Action, ...]:
        """Announce again: another member has met a rival, which may have announced the addresses of this one too."""
        own = self.parameters
        return self._apply(master.announce_again(self, own.lower_prio_repeat, own.lower_prio_delay_s, now), now)

    def _apply(self, transition: Optional[Transition], now: float) -> tuple[Action, ...]:
        """Make the change of a decision. Returns its actions."""
        if transition is None:
            return ()
        if transition.ends_promotion and self.hold == HOLD_MASTER:
            self.hold = None
        if transition.master_interval_cs is not None:
            self.master_interval_cs = transition.master_interval_cs
        if transition.forgets_master:
            self.master = None
        self.condition = transition.condition
        if transition.reason is not None:
            self.reason = transition.reason
        if not transition.entered:
            return transition.actions
        self.since = now
        return (*transition.actions, Notify(self.condition.state.value, self.priority, self.reason))

    def _faults_changed(self, until: float, now: float) -> tuple[Action, ...]:
        before, self.faults = self.faults, self.own_faults + self.group_faults
        if self.faults:
            return self._apply(sync_member.failed(self, until), now)
        if isinstance(self.condition, Fault):
            return self._apply(start.listening(self, sync_member.over(before), now), now)
        return self._apply(sync_member.mended(self, before, now), now)
