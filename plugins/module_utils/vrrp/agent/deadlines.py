# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does what is due: it reads the sockets, then it expires each instance whose deadline has passed."""

from __future__ import annotations

from collections.abc import Callable

from ..protocol.states import NEVER
from .addresses.lifetime import Leases
from .instances import Instances
from .log import Log
from .network.transport import Transport, place_of
from .scheduler import Scheduler

SLICE_S = 0.005  # how long many takeovers at once may keep the loop from reading
COALESCE_S = 0.001  # masters whose deadlines lie so close together advertise in one go


class Deadlines:
    """It expires ``instances`` and renews ``leases``. ``forget_stopped`` is called while some of them leave."""

    def __init__(
        self,
        instances: Instances,
        network: Transport,
        leases: Leases,
        forget_stopped: Callable[[], None],
        scheduler: Scheduler,
        log: Log,
    ) -> None:
        self._instances = instances
        self._network = network
        self._leases = leases
        self._forget_stopped = forget_stopped
        self._scheduler = scheduler
        self._now = scheduler.now
        self._log = log

    def expire(self) -> None:
        """Read what has come, do what is due, and arm the timer for the earliest deadline."""
        self._scheduler.suspend()
        try:
            more = self._network.drain(self._now())
            now = self._now()
            due = [each for each in self._instances.all() if each.deadline <= now + COALESCE_S]
            if more:  # the packets that are left may contain an advertisement of the master
                due = [each for each in due if each.router.holds_addresses or place_of(each) not in more]
            # Masters first: one that advertises late, because others take over, would lose mastership for a moment.
            due.sort(key=lambda each: (not each.router.holds_addresses, each.deadline))
            with self._log.buffered():
                for instance in due:
                    # A master may advertise a moment early, together with others. A backup never takes over early.
                    if instance.deadline <= now or instance.router.holds_addresses:
                        instance.expire(max(now, instance.deadline))
                    if self._now() > now + SLICE_S:
                        break  # the rest in the next turn, after reading what has come meanwhile
            self._leases.renew(now)
            if self._instances.leaving:
                self._forget_stopped()
        finally:
            deadline = min((instance.deadline for instance in self._instances.all()), default=NEVER)
            self._scheduler.resume(min(deadline, self._leases.deadline))
