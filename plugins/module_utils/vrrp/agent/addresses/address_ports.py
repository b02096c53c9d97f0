# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports are the parts of the agent that virtual and static addresses, with their routes and rules, use."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...ip_types import Interface
from ..log import Log
from ..netlink.address_request import DesiredAddress
from ..netlink.kernel import Kernel
from ..netlink.links import InterfaceTable
from ..netlink.ownership import InterfaceAddress
from .lifetime import Leases
from .no_accept import NoAcceptTable
from .promote_secondaries import Promotion


class AddressAnnouncer(Protocol):
    """An announcer tells the segment on which MAC address the addresses are now. ``key`` is their holder."""

    def burst(
        self,
        key: Hashable,
        wanted: Sequence[DesiredAddress],
        repeat: int,
        interval_s: float,
        table: InterfaceTable,
        gna_interval_s: float = 0.0,
    ) -> None:
        """Announce each address ``repeat`` times."""

    def repeat_every(self, key: Hashable, first_s: float, every_s: float, announce: Callable[[], None]) -> None:
        """Call ``announce`` after ``first_s`` seconds and then every ``every_s``, until ``key`` is cancelled."""

    def cancel(self, key: Hashable) -> None:
        """Stop all announcements of ``key`` that are still under way."""


@dataclass(frozen=True)
class AddressPorts:
    """It keeps the ports of :class:`~.virtual_addresses.VirtualAddresses`, :class:`~.virtual_routes.VirtualRoutes`."""

    kernel: Kernel
    leases: Leases
    announcer: AddressAnnouncer
    firewall: NoAcceptTable
    promotion: Promotion
    log: Log
    # Returns those of the given addresses that others than the given key hold.
    held_elsewhere: Callable[[object, Iterable[Interface]], frozenset[InterfaceAddress]]
    # Returns the routes and rules of others than the given key, as the requests that remove them.
    routes_held_elsewhere: Callable[[object], frozenset[bytes]]
    arm: Callable[[float], None]  # wake the loop at this time at the latest
