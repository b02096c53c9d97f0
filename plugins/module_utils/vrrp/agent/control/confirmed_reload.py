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
from collections.abc import Callable, Collection
from typing import Optional

from ...config.model.configuration import Configuration
from ..errors import CommandError
from ..instances import Instances
from ..log import Log

CONFIRM_MAX_S = 600
MARGIN_S = 1.0  # the deadline of an instance is later than the end of the wait, so that going back comes first


class ConfirmedReload:
    """It watches one change of configuration. ``apply(configuration, digest)`` goes back; ``now()`` is monotonic.

    Every instance that is not MASTER is watched. A reload of the file ends it: then the change is to stay.
    """

    def __init__(
        self,
        instances: Instances,
        apply: Callable[[Configuration, str], None],
        later: Callable[[float, Callable[[], None]], TimerHandle],
        now: Callable[[], float],
        log: Log,
    ) -> None:
        self._instances = instances
        self._apply = apply
        self._later = later
        self._now = now
        self._log = log
        self._timer: Optional[TimerHandle] = None
        self._ends_at = 0.0
        self._before: Optional[tuple[Configuration, str]] = None  # what was in force before the first change

    def remaining_s(self, now: float) -> Optional[float]:
        """Return for how many seconds it waits for the master yet; None while no change is watched."""
        return None if self._timer is None else max(self._ends_at - now, 0.0)

    def refuse_masters(self, names: Collection[str]) -> None:
        """Raise CommandError where an instance of these ``names``, which the peer must change too, is MASTER here."""
        running = self._instances.running
        masters = [name for name in names if name in running and running[name].router.holds_addresses]
        if masters:
            raise CommandError(f"{', '.join(masters)} is MASTER here: the standby changes first")

    def begin(self, before: Configuration, digest: str, confirm_s: float) -> None:
        """Watch a change that was just made. ``before`` and ``digest`` were in force, unless one is watched already."""
        kept = self._before
        self.cancel()
        self._before = kept or (before, digest)
        now = self._now()
        self._ends_at = now + confirm_s
        self._listen(self._ends_at + MARGIN_S, now)
        self._timer = self._later(confirm_s, self._judge)

    def cancel(self) -> None:
        """Watch nothing any more: what is in force stays, or another file is taken."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def settle(self) -> None:
        """Watch nothing any more, and forget what was in force before: the file says what is to stay."""
        self.cancel()
        self._before = None

    def _listen(self, until: float, now: float) -> None:
        for instance in self._instances.running.values():
            if not instance.router.holds_addresses:
                instance.inputs.wait(until, now)

    def _judge(self) -> None:
        self._timer = None
        before, self._before = self._before, None
        running = self._instances.running
        deaf = [name for name, each in running.items() if each.router.listen_until and not each.router.holds_addresses]
        if not deaf or before is None:
            self._log.info("The new configuration is confirmed: the master is heard with it")
            return
        self._log.warning(
            f"({', '.join(deaf)}) no master was heard with the new configuration: the one before is in force again"
        )
        self._apply(*before)
        now = self._now()
        for instance in self._instances.running.values():
            if not instance.router.holds_addresses:
                instance.inputs.wait(now + instance.router.down_interval_s(), now)
