# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What virtual and static addresses, with their routes and rules, use of the rest of the agent."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..log import Log
from ..netlink.address_request import DesiredAddress
from ..netlink.kernel import Kernel
from ..netlink.links import Interface, InterfaceTable
from ..netlink.ownership import InterfaceAddress
from .lifetime import Leases
from .no_accept import Firewall
from .promote_secondaries import Promotion


class AddressAnnouncer(Protocol):
    """An announcer tells the segment where addresses live now. ``key`` is who has them."""

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

    def keep(self, key: Hashable, first_s: float, every_s: float, announce: Callable[[], None]) -> None:
        """Call ``announce`` after ``first_s`` seconds and then every ``every_s``, until ``key`` is cancelled."""

    def cancel(self, key: Hashable) -> None:
        """End what is still under way."""


@dataclass(frozen=True)
class AddressPorts:
    """The ports of :class:`~.vips.VirtualAddresses` and :class:`~.virtualroutes.VirtualRoutes`."""

    kernel: Kernel
    leases: Leases
    announcer: AddressAnnouncer
    firewall: Firewall
    promotion: Promotion
    log: Log
    # Which of these addresses are held by others than the key that asks.
    held_elsewhere: Callable[[object, Iterable[Interface]], frozenset[InterfaceAddress]]
    # The routes and rules of others than the key that asks, by the requests that remove them.
    routes_held_elsewhere: Callable[[object], frozenset[bytes]]
    arm: Callable[[float], None]  # wake the loop at this time at the latest
