# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A confirmed reload takes a configuration only when a master is heard with it.

It is for changes that both nodes of a pair make, such as another password or virtual router id, and the standby is told
first. Until it hears the master with the new configuration, the one before is in force: it hears the old master, and
takes over from it. Where the master never comes with the new one, the change has failed in the middle, and nothing has
happened here. NETCONF has the like for routers (confirmed commit, RFC 6241 section 8.4).
"""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Callable, Collection, Sequence
from typing import Optional

from ...config.model.configuration import Configuration, Instance
from ..errors import CommandError
from ..instances import Instances
from ..log import Log
from ..network.advertisement import identity
from ..network.listener import Listener

CONFIRM_MAX_S = 600


class ConfirmedReload:
    """It watches one change of configuration. ``overhear(listeners)`` gives them the packets; ``now()`` is monotonic.

    A reload of the file ends it: then the change is to stay.
    """

    def __init__(
        self,
        instances: Instances,
        overhear: Callable[[Sequence[Listener]], None],
        later: Callable[[float, Callable[[], None]], TimerHandle],
        now: Callable[[], float],
        log: Log,
    ) -> None:
        self._instances = instances
        self._overhear = overhear
        self._later = later
        self._now = now
        self._log = log
        self._timer: Optional[TimerHandle] = None
        self._ends_at = 0.0
        self._names = ""
        self._is_heard = False
        self._take: Callable[[], object] = lambda: None
        self._listeners: list[Listener] = []

    def remaining_s(self, now: float) -> Optional[float]:
        """Return for how many seconds it waits for the master yet; None while no change is watched."""
        return None if self._timer is None else max(self._ends_at - now, 0.0)

    def refuse_masters(self, names: Collection[str]) -> None:
        """Raise CommandError where an instance of these ``names``, which the peer must change too, is MASTER here."""
        running = self._instances.running
        masters = [name for name in names if name in running and running[name].router.holds_addresses]
        if masters:
            raise CommandError(f"{', '.join(masters)} is MASTER here: the standby changes first")

    def awaited(self, new: Configuration, in_step: Collection[str]) -> list[Instance]:
        """Return the instances of ``new`` that must not begin before the master has them, too.

        They are those that change ``in_step``, and those with another name or virtual router than any of now.
        """
        known = {(each.name, identity(each.config)) for each in self._instances.running.values()}
        return [each for each in new.instances if each.name in in_step or (each.name, identity(each)) not in known]

    def begin(self, awaited: Sequence[Instance], confirm_s: float, take: Callable[[], object]) -> None:
        """Listen for the master of the ``awaited`` instances for a time, and ``take()`` the change when it is heard."""
        self.cancel()
        marks = {identity(each.config): each.authenticator.heard for each in self._instances.running.values()}
        self._names = ", ".join(config.name for config in awaited)
        self._take, self._is_heard = take, False
        self._ends_at = self._now() + confirm_s
        self._timer = self._later(confirm_s, self._give_up)
        self._log.info(f"({self._names}) listening for the master with the new configuration for {confirm_s:g} s")
        self._listeners = [Listener(config, self._heard, marks.get(identity(config), {})) for config in awaited]
        self._overhear(self._listeners)

    def cancel(self) -> None:
        """Watch nothing any more: what is in force stays, or another file is taken."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._overhear(())

    def settle(self) -> None:
        """Watch nothing any more: the file was taken, and says what is to stay."""
        if self._timer is not None:
            self.cancel()
            self._wait()

    def _wait(self) -> None:
        """Give the master a whole Master_Down_Interval: what is new here may not have heard it yet."""
        now = self._now()
        for instance in self._instances.running.values():
            router = instance.router
            if not router.holds_addresses:
                interval_cs = max(router.master_interval_cs, router.parameters.interval_cs)
                instance.inputs.wait(now + router.down_interval_s(interval_cs), now)

    def _heard(self) -> None:
        """Take the change in a moment: the packet is being read yet, and the old master is silent from now on."""
        if self._timer is not None and not self._is_heard:
            self._is_heard = True
            self._timer.cancel()
            self._timer = self._later(0.0, self._confirm)
            self._wait()

    def _confirm(self) -> None:
        try:
            self._take()
        except CommandError:  # the agent is stopping
            self.cancel()
            return
        for listener in self._listeners:
            instance = self._instances.by_name(listener.config.name)
            if instance is not None:
                instance.authenticator.adopt(listener.authenticator.heard)
        self.settle()
        self._log.info("The new configuration is confirmed: the master is heard with it")

    def _give_up(self) -> None:
        self.cancel()
        self._log.warning(
            f"({self._names}) no master was heard with the new configuration: the one before stays in force"
        )
