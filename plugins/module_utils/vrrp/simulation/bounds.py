# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What RFC 9568 section 6.1 and RFC 3768 section 6.1 promise, worked out a second time.

The invariants do not ask :mod:`vrrp.protocol.timers`: a mistake there must not excuse itself.
"""

from __future__ import annotations

from ..protocol.states import Parameters

EPSILON_S = 1e-6  # what the rounding of floating-point clocks may cost

HANDOVER_S = 0.05  # make before break: how long the old owner stays after it has heard the new one
POLITE_S = 0.01  # how long a new master is silent at most, so that the clients hear of it before the old one does
LEASE_LONG_S, LEASE_SHORT_S = 3.0, 2.0  # the lifetime of an address in the kernel when nobody renews it
RENEWAL_S = 0.5  # how often a living agent renews it
RESOLVE_S = 8.0  # how long a client asks a silent neighbour before it asks the whole segment again


def interval_s(parameters: Parameters) -> float:
    """The advertisement interval of a configuration in seconds."""
    return parameters.interval_cs / 100


def skew_s(version: int, priority: int, interval: float) -> float:
    """Skew_Time: v2 takes it of one second, v3 of the interval."""
    return (256 - priority) / 256 * (1.0 if version == 2 else interval)


def down_s(version: int, priority: int, interval: float, adverts: int = 3) -> float:
    """Master_Down_Interval: three intervals and the skew, or as many as ``down_timer_adverts`` says."""
    return adverts * interval + skew_s(version, priority, interval)


def first_wait_s(version: int, priority: int, interval: float) -> float:
    """The shortest that anybody listens who has just started: a living master speaks within one interval."""
    return interval + skew_s(version, priority, interval)


def mandate_s(version: int, interval: float, adverts: int = 3) -> float:
    """How long a silent master may count on being the only one: nobody has a shorter timer than priority 254."""
    return down_s(version, 254, interval, max(adverts, 2))


def lease_s(parameters: Parameters) -> float:
    """The lifetime that the agent gives an address, longer where a takeover takes longer anyway."""
    longest = down_s(parameters.version, parameters.priority, interval_s(parameters), parameters.down_adverts)
    return LEASE_LONG_S if longest > LEASE_LONG_S else LEASE_SHORT_S
