# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It tells the service manager the states of the instances, and that the loop is alive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ..protocol.states import State
from .instances import Instances
from .process.systemd import ServiceManager
from .scheduler import Scheduler


class ServiceStatus:
    """It reports the states of ``instances``. ``changed`` are called once in each turn in which a state has changed."""

    def __init__(
        self,
        service_manager: ServiceManager,
        instances: Instances,
        scheduler: Scheduler,
        changed: Sequence[Callable[[], None]],
    ) -> None:
        self._service_manager = service_manager
        self._instances = instances
        self._scheduler = scheduler
        self._changed = changed
        self._waiting = False

    def changed(self) -> None:
        """Take that an instance has another state."""
        if not self._waiting:
            self._waiting = True
            self._scheduler.call_soon(self._tell)

    def show(self) -> None:
        """Tell the service manager in one line how many instances are in which state."""
        states = [instance.router.state for instance in self._instances.running.values()]
        counts = ", ".join(f"{states.count(state)} {state.value}" for state in State if state in states)
        self._service_manager.status(counts or "no instances")

    def feed_watchdog(self) -> None:
        """Tell the service manager that the loop is alive, now and from now on."""
        if self._service_manager.watchdog_s is not None:
            self._service_manager.alive()
            asyncio.get_running_loop().call_later(self._service_manager.watchdog_s, self.feed_watchdog)

    def _tell(self) -> None:
        self._waiting = False
        for changed in self._changed:
            changed()
        self.show()
