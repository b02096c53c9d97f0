# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance starts when its checks and its sync group's have results, and ``vrrp_startup_delay`` has passed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Optional

from ..config.model.configuration import Globals
from .instance import VrrpInstance
from .instances import Instances


def delay_s(settings: Globals) -> float:
    """Return ``vrrp_startup_delay``, or the rest of ``vrrp_delay_after_boot`` where that is longer, in seconds."""
    if not settings.delay_after_boot_s:
        return settings.startup_delay_s
    return max(settings.startup_delay_s, settings.delay_after_boot_s - time.clock_gettime(time.CLOCK_BOOTTIME))


class Startup:
    """It says which of ``instances`` start now. The delay counts from the first :meth:`due`.

    ``mates(instance)`` are those that move with it, itself among them. ``wake(delay_s)`` has :meth:`due` called again.
    An instance that continues the mastership of the process before this one does not wait: it would lose mastership.
    """

    def __init__(
        self,
        instances: Instances,
        mates: Callable[[VrrpInstance], Iterable[VrrpInstance]],
        delay_s: float,
        wake: Callable[[float], object],
    ) -> None:
        self._instances = instances
        self._mates = mates
        self._delay_s = delay_s
        self._wake = wake
        self._since: Optional[float] = None  # when it was asked first
        self._armed = False
        self._waited: set[VrrpInstance] = set()  # those with a remembered mastership that cannot start yet

    def remaining_s(self, now: float) -> float:
        """Return how much of ``vrrp_startup_delay`` is left, in seconds."""
        since = now if self._since is None else self._since
        return max(since + self._delay_s - now, 0.0)

    def due(self, now: float) -> tuple[VrrpInstance, ...]:
        """Return the instances that start now."""
        if self._since is None:
            self._since = now
        waiting = [instance for instance in self._instances.running.values() if not instance.started]
        if waiting and self.remaining_s(now) and not self._armed:
            self._armed = True
            self._wake(self.remaining_s(now))
        due = tuple(instance for instance in waiting if self._may(instance, now))
        for instance in waiting:
            if instance not in due:
                self._wait(instance, now)
        return due

    def _may(self, instance: VrrpInstance, now: float) -> bool:
        mates = [each for each in self._mates(instance) if not each.started]
        delayed = self.remaining_s(now) and not any(each.remembers_mastership(now) for each in mates)
        return not delayed and all(each.tracking.ready() for each in mates)

    def _wait(self, instance: VrrpInstance, now: float) -> None:
        """Remove the addresses that the process before this one left, as soon as its mandate has ended."""
        ends_at = instance.restart.mandate_ends_at(instance.config)
        if ends_at is None:
            return
        if now >= ends_at:
            instance.addresses.remove_leftovers()
        elif instance not in self._waited:
            self._waited.add(instance)
            self._wake(ends_at - now)
