# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel says has changed, and who has to know: links, addresses, routes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Protocol

from .instance import RunningInstance
from .instances import Instances
from .kernel.foundation import Foundation
from .kernel.interfaces import AddressChanged, Change, LinkChanged
from .kernel.vmac import Vmacs
from .life.departure import Departure
from .scheduler import Scheduler
from .segment.conflicts import Conflicts
from .segment.network import Network
from .telling.log import Log
from .watches.links import Links

if TYPE_CHECKING:
    from .instance import RunningInstance

RESYNC_S = 1.0  # until the kernel is asked again for what it could not list


class Daemon(Protocol):
    """What it uses of the daemon."""

    @property
    def departure(self) -> Departure: ...

    @property
    def network(self) -> Network: ...

    @property
    def vmacs(self) -> Vmacs: ...

    @property
    def foundation(self) -> Foundation: ...

    @property
    def links(self) -> Links: ...

    @property
    def conflicts(self) -> Conflicts: ...

    @property
    def instances(self) -> Instances: ...

    @property
    def log(self) -> Log: ...

    @property
    def scheduler(self) -> Scheduler: ...

    def checks_changed(self) -> None: ...


class Changes:
    """The events of the kernel, for ``agent``."""

    def __init__(self, agent: Daemon) -> None:
        self._agent = agent
        self._resyncing = False

    def take(self) -> None:
        """Read what the kernel has to say, and have everybody look at it."""
        agent = self._agent
        if agent.departure.done.is_set():
            return  # what goes now is ours, and goes on purpose
        changes = agent.network.kernel.read_events()
        agent.vmacs.look()
        agent.network.apply(changes)
        agent.foundation.kernel_events(changes)
        now = agent.scheduler.now()
        tracked = agent.links.look()
        ours = agent.instances.virtual
        virtual = [each for each in changes if isinstance(each, AddressChanged) and each.present.address in ours]
        concerned = self._concerned(changes)
        if concerned:
            agent.conflicts.changed()
        for (
            instance
        ) in agent.instances.running.values():  # one that leaves must not take the channel from its successor
            if instance in concerned:
                agent.network.reconfigured(instance)
        for instance in list(agent.instances.all()) if concerned else ():
            if instance in concerned:
                instance.interface_changed(now)
        if tracked:
            agent.checks_changed()
        self._announce_again(changes, concerned, now)
        # Afterwards: the kernel deletes a virtual address together with the host's own, and that is a fault.
        for change in virtual:
            for instance in agent.instances.having(change.present.address):
                instance.address_changed(change, now)
        if agent.network.kernel.stale and not self._resyncing:
            self._resyncing = True
            agent.scheduler.call_later(RESYNC_S, self._look_again)

    def _announce_again(self, changes: Iterable[Change], concerned: Collection[RunningInstance], now: float) -> None:
        """Who holds addresses on an interface with another MAC address, or on one that came up, announces them."""
        indexes = set()
        for change in changes:
            old, new = (change.old, change.new) if isinstance(change, LinkChanged) else (None, None)
            if old is None or new is None:
                continue
            if old.mac != new.mac and self._agent.instances.on(new.name):
                self._agent.log.info(f"({new.name}) MAC Address changed from {old.mac.hex(':')} to {new.mac.hex(':')}")
            if new.usable and (old.mac != new.mac or not old.usable):
                indexes.add(new.index)
        for instance in concerned if indexes else ():
            instance.links_changed(indexes, now)

    def _concerned(self, changes: Collection[Change]) -> set[RunningInstance]:
        """Who has to look at its interfaces: hundreds of foreign ones may come and go, and concern nobody."""
        book, links = self._agent.instances, self._agent.network.kernel.table.links
        names: set[str] = set()
        found: set[RunningInstance] = set()
        for change in changes:
            if isinstance(change, LinkChanged):
                names.update(link.name for link in (change.old, change.new) if link is not None)
                continue
            address = change.present.address
            found |= book.speaking_from(address)
            if address in book.virtual:  # no more than those that have it: a takeover of many changes many
                found.update(each for each in book.having(address) if each.router.own_faults)
            elif change.present.index in links:
                names.add(links[change.present.index].name)
        return found.union(*(book.on(name) for name in names))

    def _look_again(self) -> None:
        self._resyncing = False
        if not self._agent.departure.done.is_set():
            self.take()
