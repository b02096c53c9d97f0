# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent ends with a clean stop, with a restart that keeps mastership, or after a bug, giving up everything."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Optional, Protocol

from ..protocol import timers
from ..protocol.states import State
from .addresses.lifetime import Leases
from .instance import VrrpInstance
from .instances import Instances
from .log import Log
from .process.systemd import ServiceManager, own_unit, restart_wanted
from .scheduler import Scheduler

RESTART_S = 1.5  # what a restart takes at most; with a shorter mandate, mastership is handed over


class Closable(Protocol):
    """A closable is a part that has set something on the host beside the addresses of instances."""

    def close(self, leave: bool) -> None:
        """Remove what was set, as the process ends, or keep it for a successor (``leave``)."""


class Shutdown:
    """It ends the process. The event ``done`` is set when the process may exit.

    ``mates(instance)`` are those that move with it, itself among them. ``closables`` are closed in their order, after
    the instances have given up their addresses. ``can_restart()`` says whether a successor will find what it needs.
    """

    def __init__(
        self,
        instances: Instances,
        mates: Callable[[VrrpInstance], Iterable[VrrpInstance]],
        leases: Leases,
        closables: Sequence[Closable],
        can_restart: Callable[[], bool],
        service_manager: ServiceManager,
        scheduler: Scheduler,
        log: Log,
    ) -> None:
        self.begun = False  # a stop was asked for
        self.failed = False  # a bug ends the process
        self.restarting: Optional[bool] = None  # None until it is known, when we stop
        self.done = asyncio.Event()
        self._instances = instances
        self._mates = mates
        self._leases = leases
        self._closables = closables
        self._can_restart = can_restart
        self._service_manager = service_manager
        self._scheduler = scheduler
        self._log = log

    def stop(self) -> None:
        """Stop (SIGTERM), keeping mastership if the service manager restarts us. A second call does not wait."""
        if self.begun:
            self.done.set()
            return
        self.begun = True
        self._service_manager.stopping()
        unit = own_unit() if self._service_manager.present else ""
        if unit:
            asked = asyncio.get_running_loop().run_in_executor(None, restart_wanted, unit)
            leave = self._scheduler.callback(lambda: self.leave(restart=asked.result()))
            asked.add_done_callback(lambda answer: leave())
        else:
            self.leave(restart=False)

    def leave(self, restart: bool) -> None:
        """Hand over what would not outlast a restart; keep the rest for the successor, if there is a ``restart``."""
        if self.done.is_set():
            return  # a second signal, or a bug, did not wait for the answer: everything is given up already
        self.restarting = restart
        self._log.info("Stopping, a restart follows" if restart else "Stopping")
        may_stay = restart and self._can_restart()
        now = self._scheduler.now()
        for instance in list(self._instances.all()):  # those too that go on until another one follows them
            whole = may_stay and all(_outlasts_a_restart(each) for each in self._mates(instance))
            if not (whole and instance.keep_for_restart(now)):
                instance.inputs.stop(now)
        self._leases.renew(now + 1.0)  # even if they were renewed lately: a successor needs the whole lifetime
        self.end_when_released()

    def end_when_released(self) -> None:
        """End a clean stop when the only addresses that are still held are those for a successor."""
        held = any(each.router.holds_addresses and not each.restart.kept for each in self._instances.all())
        if self.restarting is not None and not held:
            self.done.set()

    def drop_everything(self) -> None:
        """Release every address at once, without waiting for a peer. Those kept for a successor stay."""
        for instance in self._instances.all():
            try:
                instance.abort(self._scheduler.now())
            except Exception as error:  # out of memory, for instance: the others must still be released
                self.failed = True
                self._log.error(f"({instance.name}) cannot give up its addresses: {error!r}")
        for closable in self._closables:
            closable.close(leave=bool(self.restarting))

    def give_up(self) -> None:
        """End the process after the unexpected exception that is being handled: the addresses go."""
        self.failed = True
        self._log.error(f"internal error, giving up everything:\n{traceback.format_exc()}".rstrip())
        self.done.set()


def _outlasts_a_restart(instance: VrrpInstance) -> bool:
    """Return whether it is MASTER, and its mandate lasts until a successor can continue."""
    config, router = instance.config, instance.router
    mandate_s = timers.mandate_s(config.version, config.advert_int_cs, config.down_timer_adverts)
    return mandate_s > RESTART_S and router.state is State.MASTER and not router.yielding
