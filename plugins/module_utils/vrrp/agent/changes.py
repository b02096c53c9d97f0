# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel says has changed, and who has to know: links, addresses, routes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .kernel.interfaces import AddressChanged

if TYPE_CHECKING:
    from .daemon import Agent

RESYNC_S = 1.0  # until the kernel is asked again for what it could not list


class Changes:
    """The events of the kernel, for ``agent``."""

    def __init__(self, agent: Agent) -> None:
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
        now = agent.clock()
        tracked = agent.links.look()
        ours = agent.addressbook.virtual
        virtual = [each for each in changes if isinstance(each, AddressChanged) and each.present.address in ours]
        if len(virtual) < len(changes):  # a link, or a host address: perhaps the one we speak from
            agent.conflicts.changed()
            for instance in agent.instances.values():  # one that leaves must not take the channel from its successor
                agent.network.reconfigured(instance)
            for instance in list(agent.everyone()):
                instance.interface_changed(now)
        if tracked:
            agent.checks_changed()
        # Afterwards: the kernel deletes a virtual address together with the host's own, and that is a fault.
        for change in virtual:
            for instance in agent.addressbook.of(change.present.address):
                instance.address_changed(change, now)
        if agent.network.kernel.stale and not self._resyncing:
            self._resyncing = True
            asyncio.get_running_loop().call_later(RESYNC_S, agent.guard(self._look_again))

    def _look_again(self) -> None:
        self._resyncing = False
        if not self._agent.departure.done.is_set():
            self.take()
