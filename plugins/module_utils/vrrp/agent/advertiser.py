# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The advertiser sends the advertisements of an instance, and keeps which went out lately and which were refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Optional

from ..config.model.configuration import Instance
from ..ip_types import Address
from ..protocol.constants import PRIORITY_STOP
from ..protocol.router import VirtualRouter
from .instance_reporter import InstanceReporter
from .network.authentication import Authenticator
from .ports import InstancePorts
from .refusals import Refusals
from .restart_memory import RestartMemory

ECHO_S = 1.0  # an advertisement that comes back later than this, or than our next one, is not our own


class Advertiser:
    """It sends for one ``router``. ``fault_changed(now)`` takes that ``refusals`` has a fault, or has none any more."""

    def __init__(
        self,
        config: Instance,
        router: VirtualRouter,
        ports: InstancePorts,
        reporter: InstanceReporter,
        restart: RestartMemory,
        fault_changed: Callable[[float], None],
    ) -> None:
        self.authenticator = Authenticator(config)
        self.refusals = Refusals(router, partial(self.send, PRIORITY_STOP), fault_changed)
        self._router = router
        self._ports = ports
        self._reporter = reporter
        self._restart = restart
        self._sent_at: dict[int, float] = {}  # when each priority was sent last
        self.configure(config, None)

    def configure(self, config: Instance, source: Optional[Address]) -> None:
        """Take this configuration and source address, and make ready what is sent next."""
        self._place = config.speaks_on, config.ip_version
        self._echo_s = min(ECHO_S, config.advert_int_cs / 100)
        self.authenticator.take(config, source)

    def said(self, now: float) -> list[int]:
        """Return the priorities that were sent a moment ago, and that a switch may send back now."""
        lately = [priority for priority, at in self._sent_at.items() if now - at <= self._echo_s]
        router = self._router
        return [*lately, router.priority] if router.holds_addresses else lately  # read late, it is ours too

    def send(self, priority: int, now: float) -> None:
        """Send one advertisement of this priority, to the group or to each unicast peer."""
        packets = self.authenticator.packets(priority)
        sender = self._ports.sender(*self._place)
        if sender is None:
            return
        self._restart.record_heartbeat(now if priority != PRIORITY_STOP and not self._router.yielding else -now)
        self._sent_at[priority] = now
        counters, reached, refusal = self._reporter.counters, not packets, ""
        for packet, destination in packets:
            error = sender.send(packet, destination)
            if error is None:
                reached = True
                counters.sent += 1
                if priority == PRIORITY_STOP:
                    self._reporter.stopping()
            else:
                refusal = error
                self._reporter.not_sent(destination, error)
        if refusal or self.refusals.newest is not None:
            self.refusals.tried("" if reached else refusal, now)
