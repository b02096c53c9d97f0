# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of a virtual router, each with the deadlines that belong to it.

A deadline is absolute monotonic seconds. It lives in the state that waits for it, so a timer of a state that has been
left cannot fire. ``NEVER`` is a deadline that does not come.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Optional, Union

NEVER = math.inf


class State(str, enum.Enum):
    """What people call the states (RFC 9568 section 6.4, keepalived's words)."""

    INIT = "INIT"
    BACKUP = "BACKUP"
    MASTER = "MASTER"
    FAULT = "FAULT"
    STOP = "STOP"


@dataclass(frozen=True)
class Initialize:
    """Not started yet (RFC 9568 section 6.4.1)."""

    state = State.INIT
    deadline = NEVER


@dataclass(frozen=True)
class Fault:
    """Something that must work does not: it neither speaks nor listens until that is mended."""

    state = State.FAULT
    deadline = NEVER


@dataclass(frozen=True)
class Stopped:
    """Stopped for good; every address is released."""

    state = State.STOP
    deadline = NEVER


@dataclass(frozen=True)
class Backup:
    """Listening (RFC 9568 section 6.4.2).

    ``down_at`` is the end of Master_Down_Interval. ``preempt_at`` is set while ``preempt_delay`` holds back a takeover
    from a master of lower priority.
    """

    down_at: float
    preempt_at: float = NEVER

    state = State.BACKUP

    @property
    def deadline(self) -> float:
        return min(self.down_at, self.preempt_at)


@dataclass(frozen=True)
class Master:
    """Forwarding and advertising (RFC 9568 section 6.4.3).

    ``announce_at`` is the next gratuitous ARP burst of ``announce_repeat`` frames for each address, ``assert_at`` the
    earliest time at which a lower priority is answered again, ``outbid_until`` the end of the time in which a promoted
    router advertises 255 to beat one that was promoted before it.
    """

    advertise_at: float
    announce_at: float = NEVER
    announce_repeat: int = 0
    assert_at: float = 0.0
    outbid_until: float = 0.0

    state = State.MASTER

    @property
    def deadline(self) -> float:
        return min(self.advertise_at, self.announce_at)


@dataclass(frozen=True)
class Yielding:
    """Giving up mastership, make before break: silent already, but it holds the addresses until a peer speaks.

    ``release_at`` is when the addresses go at the latest, NEVER until a peer has been heard. ``down_at`` is the end of
    Master_Down_Interval: nobody took over. ``stopping`` says that STOP comes next, else BACKUP.
    """

    release_at: float
    down_at: float = NEVER
    stopping: bool = False

    state = State.MASTER

    @property
    def deadline(self) -> float:
        return min(self.release_at, self.down_at)


Condition = Union[Initialize, Backup, Master, Yielding, Fault, Stopped]


@dataclass(frozen=True)
class MasterSeen:
    """The master that was heard last. ``seen_at`` is absolute monotonic seconds."""

    address: object  # IPv4Address or IPv6Address
    priority: int
    interval_cs: int
    seen_at: float


@dataclass(frozen=True)
class Parameters:
    """What the configuration says about a virtual router. Times in seconds unless the name says otherwise.

    ``priority`` is the configured one; checks change the effective one through ``priority_changed``. ``source`` is our
    primary address on the interface, which decides between equal priorities. ``begins_as_master`` is ``state MASTER``.
    """

    version: int
    vrid: int
    priority: int
    interval_cs: int
    source: Optional[object] = None  # IPv4Address or IPv6Address
    begins_as_master: bool = False
    preempt: bool = True
    preempt_delay_s: float = 0.0
    announce_repeat: int = 5  # garp_master_repeat
    announce_delay_s: float = 5.0  # garp_master_delay; 0: no second burst
    refresh_s: float = 0.0  # garp_master_refresh; 0: none
    refresh_repeat: int = 1  # garp_master_refresh_repeat
    lower_prio_repeat: int = 5  # garp_lower_prio_repeat
    lower_prio_delay_s: float = 5.0  # garp_lower_prio_delay; 0: no second burst

    @property
    def begins_early(self) -> bool:
        """Whether it is the one that the pair expects to be master, and nothing tells it to hold back."""
        return self.begins_as_master and self.preempt and not self.preempt_delay_s
