# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses, routes and rules of a MASTER are repaired when another program or a reload has changed them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ..protocol.router import VirtualRouter
from ..protocol.states import Master
from .addresses.virtual_addresses import Lost, VirtualAddresses
from .instance_reporter import InstanceReporter
from .netlink.links import AddressChanged
from .netlink.routes import RouteKey
from .ports import InstancePorts


class AddressRepair:
    """It repairs the ``addresses`` of one ``router``. ``refused(now)`` takes that the kernel has refused one of them.

    Each method does nothing while the router is not MASTER.
    """

    def __init__(
        self,
        router: VirtualRouter,
        addresses: VirtualAddresses,
        ports: InstancePorts,
        reporter: InstanceReporter,
        refused: Callable[[float], None],
    ) -> None:
        self._router = router
        self._addresses = addresses
        self._ports = ports
        self._reporter = reporter
        self._refused = refused

    def interface_changed(self, now: float) -> None:
        """Set what is missing: an interface that was replaced gets the addresses of the old one."""
        if isinstance(self._router.condition, Master):
            self._put_back(self._addresses.complete(now), now)

    def address_changed(self, change: AddressChanged, now: float) -> None:
        """Put an address back at once that was deleted, or is a duplicate; set routes that waited for an address."""
        entry = change.present
        if not isinstance(self._router.condition, Master):
            return
        if change.added and not entry.dad_failed:
            if self._addresses.address_usable(now):
                self._addresses_set(now)
            return
        if not change.added:
            link = self._ports.table().links.get(entry.index)
            self._reporter.taken_off(str(entry.address.ip), link.name if link else str(entry.index))
        self._put_back(self._addresses.put_back((entry.index, entry.address), now), now)

    def routes_gone(self, keys: Collection[RouteKey], now: float) -> None:
        """Put those of these deleted routes and rules back at once that are ours."""
        if isinstance(self._router.condition, Master):
            self._put_back(self._addresses.routes_gone(keys, now), now)

    def reconfigured(self, now: float) -> None:
        """Set what a changed configuration adds, and remove what it no longer has."""
        if self._router.holds_addresses:
            self._addresses.reconcile(now)
            self._addresses_set(now)

    def _put_back(self, lost: Sequence[Lost], now: float) -> None:
        if lost:
            self._reporter.put_back(lost)
        if lost or self._addresses.refused:
            self._addresses_set(now)

    def _addresses_set(self, now: float) -> None:
        self._ports.remember()
        if self._addresses.refused:
            self._reporter.refused_address(self._addresses.refused[-1])
            self._refused(now)
