# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of the process: a clean stop, a restart that keeps mastership, or a bug that gives up everything."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterator
from typing import Optional, Protocol

from ...protocol import timers
from ...protocol.states import State
from ..groups import Groups
from ..instance import RunningInstance
from ..kernel.foundation import Foundation
from ..kernel.lease import Leases
from ..kernel.vmac import Vmacs
from ..life.succession import Succession
from ..life.systemd import ServiceManager
from ..telling.log import Log
from .systemd import own_unit, restart_wanted

RESTART_S = 1.5  # what a restart takes at most; a shorter mandate is handed over instead


class Daemon(Protocol):
    """What it uses of the daemon."""

    @property
    def service_manager(self) -> ServiceManager: ...

    @property
    def log(self) -> Log: ...

    @property
    def succession(self) -> Succession: ...

    @property
    def groups(self) -> Groups: ...

    @property
    def instances(self) -> dict[str, RunningInstance]: ...

    @property
    def leases(self) -> Leases: ...

    @property
    def vmacs(self) -> Vmacs: ...

    @property
    def foundation(self) -> Foundation: ...

    def clock(self) -> float: ...

    def everyone(self) -> Iterator[RunningInstance]: ...

    def guard(self, callback: Callable[[], None]) -> Callable[[], None]: ...


class Departure:
    """How the process of ``agent`` ends. ``done`` is set when nothing keeps it any more."""

    def __init__(self, agent: Daemon) -> None:
        self._agent = agent
        self.begun = False  # somebody wants us to stop
        self.failed = False  # a bug does
        self.restarting: Optional[bool] = None  # None until it is known, when we stop
        self.done = asyncio.Event()

    def stop(self) -> None:
        """SIGTERM: a clean stop, or a restart if the service manager is about one. A second one does not wait."""
        agent = self._agent
        if self.begun:
            self.done.set()
            return
        self.begun = True
        agent.service_manager.stopping()
        unit = own_unit() if agent.service_manager.present else ""
        if unit:
            asked = asyncio.get_running_loop().run_in_executor(None, restart_wanted, unit)
            asked.add_done_callback(lambda answer: agent.guard(lambda: self.leave(restart=answer.result()))())
        else:
            self.leave(restart=False)

    def leave(self, restart: bool) -> None:
        """Hand over what the peer can take sooner than our successor could; keep the rest for that one."""
        if self.done.is_set():
            return  # a second signal, or a bug, did not wait for the answer: everything is given up already
        agent = self._agent
        self.restarting = restart
        agent.log.info("Stopping, a restart follows" if restart else "Stopping")
        may_stay = restart and agent.succession.kept
        now = agent.clock()
        with agent.groups.together():
            for instance in agent.instances.values():
                whole = may_stay and all(_outlasts_a_restart(each) for each in agent.groups.mates(instance))
                if not (whole and instance.keep_for_restart(now)):
                    instance.inputs.stop(now)
        agent.leases.renew(now + 1.0)  # whatever was renewed last: a successor needs its time
        self.end_when_released()

    def end_when_released(self) -> None:
        """A clean stop ends when no address is held any more that a successor does not go on with."""
        held = any(each.router.holds_addresses and not each.restart.kept for each in self._agent.everyone())
        if self.restarting is not None and not held:
            self.done.set()

    def drop_everything(self) -> None:
        """Nobody waits for a peer any more: every address goes now."""
        for instance in self._agent.everyone():
            try:
                instance.abort(self._agent.clock())
            except Exception as error:  # out of memory, say: the others must go all the same
                self.failed = True
                self._agent.log.error(f"({instance.name}) cannot give up its addresses: {error!r}")
        if not self.restarting:
            self._agent.vmacs.remove()  # before what keeps them silent
        self._agent.foundation.close(leave=bool(self.restarting))

    def give_up(self) -> None:
        """An exception that nobody expected is being handled: it ends the process, and the addresses go."""
        self.failed = True
        self._agent.log.error(f"internal error, giving up everything:\n{traceback.format_exc()}".rstrip())
        self.done.set()


def _outlasts_a_restart(instance: RunningInstance) -> bool:
    """Whether its mastership is still there when a successor goes on with it."""
    config, router = instance.config, instance.router
    mandate_s = timers.mandate_s(config.version, config.advert_int_cs, config.down_timer_adverts)
    return mandate_s > RESTART_S and router.state is State.MASTER and not router.yielding
