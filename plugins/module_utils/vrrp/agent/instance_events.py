# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It passes the kernel's changes to the instances that they concern: changes of interfaces and of addresses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from .instance import VrrpInstance
from .instances import Instances
from .log import Log
from .netlink.links import AddressChanged, InterfaceTable, KernelChange, LinkChanged
from .track.interface import Links


class InstanceEvents:
    """It tells ``instances``. ``heard_otherwise`` is called for each one that may need another socket.

    ``tracked_changed`` is called when a tracked interface is usable or is so no more, ``conflicts_changed`` when the
    search for address conflicts may need other interfaces.
    """

    def __init__(
        self,
        instances: Instances,
        links: Links,
        table: Callable[[], InterfaceTable],
        heard_otherwise: Callable[[VrrpInstance], None],
        tracked_changed: Callable[[], None],
        conflicts_changed: Callable[[], None],
        log: Log,
    ) -> None:
        self._instances = instances
        self._links = links
        self._table = table
        self._heard_otherwise = heard_otherwise
        self._tracked_changed = tracked_changed
        self._conflicts_changed = conflicts_changed
        self._log = log

    def kernel_changed(self, changes: Sequence[KernelChange], now: float) -> None:
        """Have the instances that the changes concern look at their interfaces, then at their addresses."""
        tracked = self._links.look()
        ours = self._instances.virtual
        virtual = [each for each in changes if isinstance(each, AddressChanged) and each.present.address in ours]
        concerned = self._concerned(changes)
        if concerned:
            self._conflicts_changed()
        # Only running ones: one that leaves must not take the receiver from the instance that replaces it.
        for instance in self._instances.running.values():
            if instance in concerned:
                self._heard_otherwise(instance)
        for instance in list(self._instances.all()) if concerned else ():
            if instance in concerned:
                instance.interface_changed(now)
        if tracked:
            self._tracked_changed()
        self._announce_again(changes, concerned, now)
        # Afterwards: the kernel deletes a virtual address together with the host's own, and that is a fault.
        for change in virtual:
            for instance in self._instances.having(change.present.address):
                instance.address_changed(change, now)

    def _announce_again(self, changes: Iterable[KernelChange], concerned: Collection[VrrpInstance], now: float) -> None:
        """Have addresses announced on each interface that has another MAC address, or came up."""
        indexes = set()
        for change in changes:
            old, new = (change.old, change.new) if isinstance(change, LinkChanged) else (None, None)
            if old is None or new is None:
                continue
            if old.mac != new.mac and self._instances.on(new.name):
                self._log.info(f"({new.name}) MAC Address changed from {old.mac.hex(':')} to {new.mac.hex(':')}")
            if new.usable and (old.mac != new.mac or not old.usable):
                indexes.add(new.index)
        for instance in concerned if indexes else ():
            instance.links_changed(indexes, now)

    def _concerned(self, changes: Collection[KernelChange]) -> set[VrrpInstance]:
        """Return the instances that must look at their interfaces: hundreds of other interfaces may come and go."""
        instances, links = self._instances, self._table().links
        names: set[str] = set()
        found: set[VrrpInstance] = set()
        for change in changes:
            if isinstance(change, LinkChanged):
                names.update(link.name for link in (change.old, change.new) if link is not None)
                continue
            address = change.present.address
            found |= instances.speaking_from(address)
            if address in instances.virtual:  # only those that have it: a takeover of many changes many addresses
                found.update(each for each in instances.having(address) if each.router.own_faults)
            elif change.present.index in links:
                names.add(links[change.present.index].name)
        return found.union(*(instances.on(name) for name in names))
