# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute Skew_Time and Master_Down_Interval, and turn the wire's units into seconds.

Nothing is rounded. Skew_Time makes the backup with the highest priority speak first; an implementation that truncates
it to whole centiseconds or seconds has backups that speak at the same moment.
"""

from __future__ import annotations

import functools
import math

from .constants import MASTER_DOWN_INTERVALS, PRIORITY_MAX, PRIORITY_MIN, SKEW_DENOMINATOR, VERSION_2

_CENTISECONDS = 100.0

# keepalived advertises first and announces after it, so the old owner stays until the announcements are out as well.
# Two owners for so short a time do no harm; no owner loses packets.
HANDOVER_S = 0.05
# keepalived drops the addresses at our first advertisement, with the packets that it has not read yet. So a living
# master hears of us only when what was on its way to it has arrived. Until then it may announce the addresses itself,
# so we announce again with that first advertisement, and once more when it must have heard.
ANNOUNCE_FIRST_S = 0.01


def interval_s(interval_cs: int) -> float:
    """Return an advertisement interval, given in centiseconds, in seconds."""
    return interval_cs / _CENTISECONDS


def next_beat(now: float, interval_cs: int) -> float:
    """Return when a master advertises next, absolute monotonic seconds: at the next multiple of its interval.

    So all masters of one interval speak together, and 255 of them wake the machine once and not 255 times. The first
    interval of a new master is shorter for it, never longer.
    """
    length_s = interval_s(interval_cs)
    # A millionth of an interval before a beat counts as that beat, so that rounding does not make it due again.
    return (math.floor(now / length_s + 1e-6) + 1) * length_s


def skew_time_s(version: int, priority: int, interval_cs: int) -> float:
    """Return Skew_Time in seconds.

    VRRPv2 (RFC 3768 section 6.1) takes it of one second, with any interval; VRRPv3 (RFC 9568 section 6.1) of the
    interval that the master advertises.
    """
    share = (SKEW_DENOMINATOR - priority) / SKEW_DENOMINATOR
    return share if version == VERSION_2 else share * interval_s(interval_cs)


@functools.lru_cache(maxsize=1024)  # each advertisement asks; bounded, as others say their intervals
def master_down_interval_s(
    version: int, priority: int, interval_cs: int, adverts: int = MASTER_DOWN_INTERVALS
) -> float:
    """Return how long a backup hears nothing before it takes over, in seconds (RFC 3768, RFC 9568 section 6.1).

    ``adverts`` is ``down_timer_adverts``: the RFCs know 3 only.
    """
    return adverts * interval_s(interval_cs) + skew_time_s(version, priority, interval_cs)


def first_wait_s(version: int, priority: int, interval_cs: int) -> float:
    """Return how long a router with ``state MASTER`` listens when it starts, in seconds.

    The RFCs say Master_Down_Interval for all. A living master speaks within one interval, so the one that is to be
    master waits for that and the skew only: of a pair that starts together it is master first, and not after the other.
    """
    return interval_s(interval_cs) + skew_time_s(version, priority, interval_cs)


def longest_skew_s(version: int, interval_cs: int) -> float:
    """Return the longest that any backup waits after an advertisement of priority 0, in seconds.

    That is the skew of the lowest priority. A master that stops keeps its addresses for as long as this at most.
    """
    return skew_time_s(version, PRIORITY_MIN, interval_cs)


@functools.lru_cache(maxsize=1024)
def mandate_s(version: int, interval_cs: int, adverts: int = MASTER_DOWN_INTERVALS) -> float:
    """Return how long a master may be silent before any backup can have taken over, in seconds.

    That is the Master_Down_Interval of a backup with the highest priority, 254. With one missed advertisement a delay
    of milliseconds would end mastership, so it is at least two.
    """
    return master_down_interval_s(version, PRIORITY_MAX, interval_cs, max(adverts, 2))
