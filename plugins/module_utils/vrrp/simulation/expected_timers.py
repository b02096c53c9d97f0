# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute the times of RFC 9568 section 6.1 and RFC 3768 section 6.1 a second time.

The invariants do not use :mod:`vrrp.protocol.timers`: a mistake there must not hide itself.
"""

from __future__ import annotations

from ..protocol.states import Parameters

EPSILON_S = 1e-6  # for the rounding of floating-point clocks

HANDOVER_S = 0.05  # make before break: how long the old owner stays after it has heard the new one
POLITE_S = 0.01  # the longest silence of a new master, so that clients hear of it before the old one does
LEASE_LONG_S, LEASE_SHORT_S = 3.0, 2.0  # the lifetime of an address in the kernel without a renewal
RENEWAL_S = 0.5  # how often a living agent renews it
RESOLVE_S = 8.0  # how long a client asks a silent neighbour before it asks the whole segment again


def interval_s(parameters: Parameters) -> float:
    """Return the advertisement interval of a configuration in seconds."""
    return parameters.interval_cs / 100


def skew_s(version: int, priority: int, interval: float) -> float:
    """Return Skew_Time in seconds: v2 takes it of one second, v3 of the interval."""
    return (256 - priority) / 256 * (1.0 if version == 2 else interval)


def down_s(version: int, priority: int, interval: float, adverts: int = 3) -> float:
    """Return Master_Down_Interval in seconds: ``adverts`` intervals and the skew."""
    return adverts * interval + skew_s(version, priority, interval)


def first_wait_s(version: int, priority: int, interval: float) -> float:
    """Return the shortest time in seconds that a starting router listens: a master speaks within one interval."""
    return interval + skew_s(version, priority, interval)


def mandate_s(version: int, interval: float, adverts: int = 3) -> float:
    """Return how long a silent master may count on being the only one, in seconds: priority 254 waits shortest."""
    return down_s(version, 254, interval, max(adverts, 2))


def lease_s(parameters: Parameters) -> float:
    """Return the lifetime in seconds that the agent gives an address, longer where a takeover takes longer anyway."""
    longest = down_s(parameters.version, parameters.priority, interval_s(parameters), parameters.down_adverts)
    return LEASE_LONG_S if longest > LEASE_LONG_S else LEASE_SHORT_S
