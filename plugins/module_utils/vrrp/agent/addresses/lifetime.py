# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual address is a lease: it has a short lifetime in the kernel, which the running loop renews.

It is the last of the measures that take the address off a node whose agent has died or hangs: it needs no process.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Optional

from ...config.model.configuration import Globals, Instance
from ...protocol import timers
from ...protocol.states import NEVER
from ..netlink.address_request import DesiredAddress
from ..netlink.kernel import Kernel
from ..netlink.links import FOR_EVER

RENEWAL_S = 0.5  # between two renewals: three may fail before the shortest lease ends
IPV6_FEW = 16  # a renewal of more of them comes half as often: each costs the kernel 0.07 ms of multicast work
EARLY_S = 0.1  # so much earlier, when the loop is awake anyway
SHORT_S, LONG_S = 2, 3  # the kernel counts whole seconds


def lifetime_s(config: Instance, settings: Globals) -> int:
    """Return how long the addresses of an instance outlive its agent, in seconds; 0: for ever.

    By default 3 s, so that a watchdog (2 s) and a restart find them still there. Where the peer takes over sooner than
    that, 2 s: the shorter, the sooner the address has one owner again.
    """
    if settings.vip_lease_s is not None:
        return settings.vip_lease_s
    down_s = timers.master_down_interval_s(
        config.version, config.priority, config.advert_int_cs, config.down_timer_adverts
    )
    return LONG_S if down_s > LONG_S else SHORT_S


class Leases:
    """It keeps the addresses of each key and their lifetime, and renews them."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._held: dict[Hashable, tuple[tuple[DesiredAddress, ...], int]] = {}
        self._batch: Optional[list[bytes]] = None  # the renewal of all, encoded; None when it must be made again
        self._renew_at = 0.0
        self._deprecate_at: dict[DesiredAddress, float] = {}  # those whose preferred lifetime ends while they are held
        self._differs_at = NEVER  # when the renewal of all must be made again because of that
        self._pace_s = RENEWAL_S

    @property
    def deadline(self) -> float:
        """Return when to renew at the latest, absolute monotonic seconds."""
        return self._renew_at if self._held else NEVER

    def hold(self, key: Hashable, wanted: Sequence[DesiredAddress], lifetime: int) -> None:
        """Renew these addresses for ``key`` from now on, and no others. With a lifetime of 0 s none is renewed."""
        self._batch = None
        before = self._held.pop(key, ((), 0))[0]
        if wanted and lifetime:
            self._held[key] = tuple(wanted), lifetime
        for want in set(before).difference(wanted):
            self._deprecate_at.pop(want, None)

    def renew(self, now: float) -> None:
        """Renew every lease, unless it was renewed lately. Costs a few system calls for 255 addresses."""
        if now < self._renew_at - EARLY_S:
            return
        self._renew_at = now + self._pace_s
        if not self._held:
            return
        if now >= self._differs_at:
            self._batch = None
        if self._batch is None:
            pairs = [
                (self._deprecated(want, now), lifetime) for wanted, lifetime in self._held.values() for want in wanted
            ]
            many = sum(want.address.version == 6 for want, _lifetime in pairs) > IPV6_FEW
            self._pace_s = RENEWAL_S * (2 if many else 1)
            self._batch = self._kernel.renewals(pairs)
            self._differs_at = min((at for at in self._deprecate_at.values() if at > now), default=NEVER)
        self._kernel.renew(self._batch)

    def _deprecated(self, want: DesiredAddress, now: float) -> DesiredAddress:
        """Return it with ``preferred_lft`` 0 once that has passed: we count, as each renewal would start it again."""
        if not want.preferred_s or want.preferred_s >= FOR_EVER:
            return want
        at = self._deprecate_at.setdefault(want, now + want.preferred_s)
        return want if now < at else replace(want, preferred_s=0)
