# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A confirmed reload goes back to the configuration before, unless a master is heard with the new one.

It is for changes that both nodes of a pair make, such as another password or virtual router id, and the standby makes
first. Until it hears the master with the new configuration, it does not take over. Where it does not hear it in time,
the change has failed in the middle, and the old configuration is what the master still has. NETCONF has the same for
routers (confirmed commit, RFC 6241 section 8.4).
"""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Callable
from typing import Optional

from ...config.model.configuration import Configuration
from ...protocol.states import State
from ..instance import VrrpInstance
from ..instance_manager import InstanceManager
from ..instances import Instances
from ..log import Log

CONFIRM_MAX_S = 600
MARGIN_S = 1.0  # the deadline of an instance is later than the end of the wait, so that going back comes first


class ConfirmedReload:
    """It watches one change of configuration. ``apply(configuration, digest)`` goes back; ``now()`` is monotonic."""

    def __init__(
        self,
        instances: Instances,
        manager: InstanceManager,
        apply: Callable[[Configuration, str], None],
        later: Callable[[float, Callable[[], None]], TimerHandle],
        now: Callable[[], float],
        log: Log,
    ) -> None:
        self._instances = instances
        self._manager = manager
        self._apply = apply
        self._later = later
        self._now = now
        self._log = log
        self._timer: Optional[TimerHandle] = None
        self._ends_at = 0.0

    def remaining_s(self, now: float) -> Optional[float]:
        """Return for how many seconds it waits for the master yet; None while no change is watched."""
        return None if self._timer is None else max(self._ends_at - now, 0.0)

    def listeners(self) -> list[str]:
        """Return the names of the instances that hear a master now, and so must hear it after the change, too."""
        running = self._instances.running
        return [name for name, each in running.items() if each.router.state is State.BACKUP and each.router.master]

    def begin(self, before: Configuration, digest: str, names: list[str], confirm_s: float) -> None:
        """Watch a change that was just made.

        ``before`` and ``digest`` were in force, ``names`` are the instances that listened to a master.
        """
        self.cancel()
        now = self._now()
        self._ends_at = now + confirm_s
        for name in names:
            instance = self._instances.by_name(name)
            if instance is not None:
                self._manager.wait(instance, self._ends_at + MARGIN_S, now)
        self._timer = self._later(confirm_s, lambda: self._judge(before, digest, names))

    def cancel(self) -> None:
        """Watch nothing any more: another file is taken."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _judge(self, before: Configuration, digest: str, names: list[str]) -> None:
        self._timer = None
        running = self._instances.running
        deaf = [name for name in names if name in running and _is_deaf(running[name])]
        if not deaf:
            self._log.info("The new configuration is confirmed: the master has it, too")
            return
        self._log.warning(
            f"({', '.join(deaf)}) no master was heard with the new configuration: the one before is in force again"
        )
        self._apply(before, digest)
        now = self._now()
        for name in names:
            instance = self._instances.by_name(name)
            if instance is not None:
                self._manager.wait(instance, now + instance.router.down_interval_s(), now)


def _is_deaf(instance: VrrpInstance) -> bool:
    """Return whether it waits for a master, and has heard none since the change."""
    return instance.router.state in (State.BACKUP, State.INIT) and instance.router.master is None
