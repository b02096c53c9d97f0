# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the daemon that take functions, made with the daemon's own."""

from __future__ import annotations

from typing import Optional, Protocol

from .instances import Instances
from .kernel.address_ports import AddressPorts
from .kernel.foundation import Foundation
from .kernel.lease import Leases
from .scheduler import Scheduler
from .segment.conflicts import Conflicts
from .segment.network import Network
from .telling.log import Log
from .watches.checks import Checks
from .watches.links import Links, longest_down_s


class Daemon(Protocol):
    """What these parts use of the daemon."""

    @property
    def log(self) -> Log: ...

    @property
    def network(self) -> Network: ...

    @property
    def leases(self) -> Leases: ...

    @property
    def foundation(self) -> Foundation: ...

    @property
    def links(self) -> Links: ...

    @property
    def instances(self) -> Instances: ...

    @property
    def scheduler(self) -> Scheduler: ...

    def checks_changed(self) -> None: ...


def links_of(agent: Daemon) -> Links:
    """The links of a running agent: its instances look at their interfaces again when a wait has ended."""

    def changed() -> None:
        for instance in list(agent.instances.all()):
            instance.interface_changed(agent.scheduler.now())
        agent.checks_changed()

    def bound_s(name: str) -> Optional[float]:
        bounds_s = (
            longest_down_s(
                each.config.down_timer_adverts, min(each.config.advert_int_cs, each.router.master_interval_cs)
            )
            for each in agent.instances.running.values()
            if each.config.interface == name
        )
        return min(bounds_s, default=None)

    return Links(
        table=lambda: agent.network.kernel.table,
        later=agent.scheduler.call_later,
        changed=changed,
        bound_s=bound_s,
        log=agent.log,
    )


def checks_of(agent: Daemon) -> Checks:
    """The checks of a running agent."""
    return Checks(
        agent.scheduler.callback(agent.checks_changed),
        agent.log,
        table=lambda: agent.network.kernel.table,
        virtual=lambda: agent.instances.virtual,
        trouble=agent.links.trouble,
    )


def conflicts_of(agent: Daemon) -> Conflicts:
    """Return that of a whole agent."""
    return Conflicts(
        agent.log,
        clock=agent.scheduler.now,
        table=lambda: agent.network.kernel.table,
        instances=agent.instances.all,
        virtual=lambda: agent.instances.virtual,
        listen=agent.scheduler.add_reader,
        unlisten=agent.scheduler.remove_reader,
        later=agent.scheduler.call_later,
    )


def address_ports_of(agent: Daemon) -> AddressPorts:
    """The ports of the addresses of every instance, and of the static ones."""
    return AddressPorts(
        kernel=agent.network.kernel,
        leases=agent.leases,
        announcer=agent.network.announcer,
        firewall=agent.foundation.firewall,
        promotion=agent.foundation.promotion,
        log=agent.log,
        held_elsewhere=agent.instances.held_elsewhere,
        routes_held_elsewhere=agent.foundation.routes_held,
        arm=agent.scheduler.arm,
    )
