# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each state of a virtual router has a class here, with the deadlines that belong to it.

A deadline is absolute monotonic seconds. It is kept in the state that waits for it, so a timer of a former state cannot
fire. ``NEVER`` is a deadline that does not come.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace
from typing import Optional, Union

from ..ip_types import Address
from . import timers
from .constants import MASTER_DOWN_INTERVALS, VERSION_3

NEVER = math.inf


class State(str, enum.Enum):
    """It names the states as RFC 9568 section 6.4 and keepalived do."""

    INIT = "INIT"
    BACKUP = "BACKUP"
    MASTER = "MASTER"
    FAULT = "FAULT"
    STOP = "STOP"


@dataclass(frozen=True)
class Initialize:
    """The router has not started yet (RFC 9568 section 6.4.1)."""

    state = State.INIT
    deadline = NEVER


@dataclass(frozen=True)
class Fault:
    """Something that the router needs does not work: until that is repaired it neither advertises nor listens."""

    state = State.FAULT
    deadline = NEVER


@dataclass(frozen=True)
class Stopped:
    """The router has stopped; every address is released."""

    state = State.STOP
    deadline = NEVER


@dataclass(frozen=True)
class Backup:
    """The router listens for the master (RFC 9568 section 6.4.2).

    ``down_at`` is the end of Master_Down_Interval. ``preempt_at`` is set while ``preempt_delay`` holds back a takeover
    from a master of lower priority. ``overslept`` says that it listens once more, as its deadline was long past when it
    was checked. ``ready`` says that the deadline has passed, and other members of its sync group are not ready yet.
    ``master_stops`` says that the master has advertised priority 0.
    """

    down_at: float
    preempt_at: float = NEVER
    overslept: bool = False
    ready: bool = False
    master_stops: bool = False

    state = State.BACKUP

    @property
    def deadline(self) -> float:
        """Return the earlier one of ``down_at`` and ``preempt_at``; NEVER when it is ready."""
        return NEVER if self.ready else min(self.down_at, self.preempt_at)


@dataclass(frozen=True)
class Master:
    """The router holds the addresses and advertises (RFC 9568 section 6.4.3).

    ``announce_at`` is the next gratuitous ARP burst of ``announce_repeat`` frames for each address, ``refresh_at`` the
    next refresh, ``assert_at`` the earliest time at which a lower priority is answered again, ``outbid_until`` the end
    of the time in which a promoted router advertises 255 to beat one that was promoted before it. ``spoke_at`` is its
    last advertisement, and from ``lapses_at`` on a peer may have taken over because of its silence. Until
    ``rival_until`` a known rival master is not reported again. Until ``handover_until`` the former master may have
    announced the addresses after us.
    """

    advertise_at: float
    announce_at: float = NEVER
    announce_repeat: int = 0
    refresh_at: float = NEVER
    assert_at: float = 0.0
    outbid_until: float = 0.0
    spoke_at: float = 0.0
    lapses_at: float = NEVER
    rival_until: float = 0.0
    handover_until: float = 0.0

    state = State.MASTER

    @property
    def deadline(self) -> float:
        """Return when the next advertisement, announcement or refresh is due."""
        return min(self.advertise_at, self.announce_at, self.refresh_at)

    @classmethod
    def begun(cls, parameters: Parameters, now: float, outbid_until: float = 0.0, silent_s: float = 0.0) -> Master:
        """Return a new MASTER that advertises first now, or after ``silent_s``; a second burst or a refresh follows."""
        begun = cls(
            advertise_at=now,
            announce_at=now + parameters.announce_delay_s if parameters.announce_delay_s else NEVER,
            announce_repeat=parameters.announce_repeat,
            refresh_at=now + silent_s if silent_s else parameters.next_refresh(now),
            handover_until=now + silent_s + timers.HANDOVER_S if silent_s else 0.0,
            outbid_until=outbid_until,
            assert_at=now + silent_s if silent_s else 0.0,
        )
        next_at = now + silent_s if silent_s else timers.next_beat(now, parameters.interval_cs)
        return begun._spoken(parameters, now, next_at)

    def advertised(self, parameters: Parameters, now: float) -> Master:
        """Return it after an advertisement; the next one is at the regular time, also if this one was late."""
        return self._spoken(parameters, now, timers.next_beat(max(now, self.advertise_at), parameters.interval_cs))

    def asserted(self, parameters: Parameters, now: float) -> Master:
        """Return it after an extra advertisement to a router of lower priority: one in an interval at most."""
        spoken = self._spoken(parameters, now, timers.next_beat(now, parameters.interval_cs))
        return replace(spoken, assert_at=now + timers.interval_s(parameters.interval_cs))

    def announces(self, parameters: Parameters, now: float) -> int:
        """Return how many frames for each address are due: of a second burst or of the refresh, 0 for none."""
        if self.announce_at <= now:
            return self.announce_repeat
        return parameters.refresh_repeat if self.refresh_at <= now else 0

    def announced(self, parameters: Parameters, now: float) -> Master:
        """Return it after the due announcements. The refresh keeps its own time."""
        announce_at = NEVER if self.announce_at <= now else self.announce_at
        refresh_at = self.refresh_at
        if refresh_at <= now:
            refresh_at = self.handover_until if now < self.handover_until else parameters.next_refresh(now)
        return replace(self, announce_at=announce_at, refresh_at=refresh_at)

    def announcing(self, repeat: int, at: float) -> Master:
        """Return it with an announcement of ``repeat`` frames at ``at``, unless an earlier one is planned."""
        return replace(self, announce_at=at, announce_repeat=repeat) if at < self.announce_at else self

    def reconfigured(self, parameters: Parameters, now: float) -> Master:
        """Return it with changed parameters: a shorter interval and an earlier refresh count at once."""
        soon = now + timers.interval_s(parameters.interval_cs)
        refresh_at = min(self.refresh_at, parameters.next_refresh(now)) if parameters.refresh_s else NEVER
        return replace(self, advertise_at=min(self.advertise_at, soon), refresh_at=refresh_at)

    def _spoken(self, parameters: Parameters, now: float, next_at: float) -> Master:
        mandate_s = timers.mandate_s(parameters.version, parameters.interval_cs, parameters.down_adverts)
        # Not by replace(), which takes three times as long: this is on the way of each advertisement.
        return Master(
            next_at,
            self.announce_at,
            self.announce_repeat,
            self.refresh_at,
            self.assert_at,
            self.outbid_until,
            now,
            now + mandate_s,
            self.rival_until,
            self.handover_until,
        )


@dataclass(frozen=True)
class Yielding:
    """The router gives up mastership: it sends no more, but holds the addresses until a peer advertises.

    ``release_at`` is when the addresses go at the latest, NEVER until a peer has been heard. ``down_at`` is the end of
    Master_Down_Interval: no peer took over. ``stopping`` says that STOP comes next, ``failing`` that FAULT does, else
    BACKUP. ``ready`` is as in :class:`Backup`.
    """

    release_at: float
    down_at: float = NEVER
    stopping: bool = False
    failing: bool = False
    ready: bool = False

    state = State.MASTER

    @property
    def deadline(self) -> float:
        """Return the earlier one of ``release_at`` and ``down_at``; only ``release_at`` counts when it is ready."""
        return self.release_at if self.ready else min(self.release_at, self.down_at)


Condition = Union[Initialize, Backup, Master, Yielding, Fault, Stopped]


@dataclass(frozen=True)
class MasterSeen:
    """It describes the master that was heard last. ``seen_at`` is absolute monotonic seconds."""

    address: Address
    priority: int
    interval_cs: int
    seen_at: float

    def rules_over(self, source: Address, priority: int, ours: int) -> bool:
        """Return whether its backup, of priority ``ours``, must ignore an advertisement of another, lower router."""
        return self.address != source and 0 < priority < ours <= self.priority


@dataclass(frozen=True)
class SavedRouterState:
    """It keeps the state of a router whose process was restarted or killed without giving up mastership.

    ``state`` is MASTER or BACKUP; of INIT only the hold is of use, as after a boot. ``last_at`` is when a MASTER
    advertised last, or when a BACKUP heard its master last, monotonic seconds of the same boot. ``interval_cs`` is the
    master's, in centiseconds.
    """

    state: State
    last_at: float
    interval_cs: int
    hold: Optional[str] = None

    def has_mandate(self, version: int, now: float, adverts: int = MASTER_DOWN_INTERVALS) -> bool:
        """Return whether it was MASTER and no peer can have taken over since."""
        return self.state is State.MASTER and now < self.mandate_ends_at(version, adverts)

    def mandate_ends_at(self, version: int, adverts: int = MASTER_DOWN_INTERVALS) -> float:
        """Return when a peer may have taken over, if it was MASTER (monotonic seconds)."""
        return self.last_at + timers.mandate_s(version, self.interval_cs, adverts)

    def down_at(self, version: int, priority: int, now: float, adverts: int = MASTER_DOWN_INTERVALS) -> float:
        """Return the end of the Master_Down_Interval of the saved state, but late enough to hear a master once."""
        heard_until = self.last_at + timers.master_down_interval_s(version, priority, self.interval_cs, adverts)
        return max(heard_until, now + timers.first_wait_s(version, priority, self.interval_cs))


@dataclass(frozen=True)
class Parameters:
    """It keeps the configuration of a virtual router. Times are in seconds unless the name says otherwise.

    ``priority`` is the configured one; checks change the effective one through ``priority_changed``. ``source`` is our
    primary address on the interface, which decides between equal priorities. ``begins_as_master`` is ``state MASTER``.
    """

    version: int
    vrid: int
    priority: int
    interval_cs: int
    source: Optional[Address] = None
    begins_as_master: bool = False
    preempt: bool = True
    preempt_delay_s: float = 0.0
    announce_repeat: int = 5  # garp_master_repeat
    announce_delay_s: float = 5.0  # garp_master_delay; 0: no second burst
    refresh_s: float = 0.0  # garp_master_refresh; 0: none
    refresh_repeat: int = 1  # garp_master_refresh_repeat
    lower_prio_repeat: int = 5  # garp_lower_prio_repeat
    lower_prio_delay_s: float = 5.0  # garp_lower_prio_delay; 0: no second burst
    down_adverts: int = MASTER_DOWN_INTERVALS  # down_timer_adverts: the intervals in Master_Down_Interval
    answers_lower: bool = True  # advertise at once to a router of lower priority; not with lower_prio_no_advert

    @property
    def begins_early(self) -> bool:
        """Return whether it starts with a short wait: ``state MASTER``, without nopreempt and ``preempt_delay``."""
        return self.begins_as_master and self.preempt and not self.preempt_delay_s

    def next_refresh(self, now: float) -> float:
        """Return when a MASTER that announces now does so again, NEVER without ``garp_master_refresh``."""
        return now + self.refresh_s if self.refresh_s else NEVER

    def heard_interval_cs(self, advertised_cs: int) -> int:
        """Return the interval for a backup's timers: VRRPv3 learns it from the master, VRRPv2 must have the same."""
        return advertised_cs if self.version == VERSION_3 else self.interval_cs

    def loses_tie(self, source: Address) -> bool:
        """Return whether ``source`` wins at equal priority, as the higher address (RFC 9568 section 6.4.3)."""
        return self.source is not None and source.packed > self.source.packed
