# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One address as the kernel wants to hear it, and what comes with setting and deleting one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Interface, ip_address
from typing import Optional

from ...config.model.configuration import Address
from .links import FOR_EVER, ActualAddress, Interface, InterfaceTable

SCOPES = {"global": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255}  # rtnetlink(7), ip-address(8)


@dataclass(frozen=True)
class DesiredAddress:
    """One virtual address on one existing interface, as the kernel wants to hear it."""

    index: int
    address: Interface
    broadcast: Optional[IPv4Address] = None
    label: Optional[str] = None
    scope: int = 0
    peer: Optional[Address] = None
    flags: int = 0  # IFA_F_*, beside those of every address
    dad: bool = False  # IPv6: another host is asked for first
    preferred_s: Optional[int] = None  # for so long somebody connects from it; None: see preferred_s()
    track: bool = field(default=True, compare=False)  # put back when somebody deletes it

    def __hash__(self) -> int:
        """Of what tells nearly all of them apart: a takeover of many looks them up again and again."""
        return hash((self.index, int(self.address)))


def preferred_s(want: DesiredAddress) -> int:
    """As with keepalived nobody connects from an IPv6 address without a subnet, and IPv4 knows nothing of it."""
    if want.address.version == 4:
        return FOR_EVER
    if want.preferred_s is None:
        return 0 if want.address.network.prefixlen == 128 else FOR_EVER
    return want.preferred_s


def scope_number(name: Optional[str]) -> int:
    """A scope by the name that ip-address(8) uses, or by number. Raises ValueError for any other word."""
    if name is None:
        return 0
    return SCOPES[name] if name in SCOPES else int(name)


def beside_its_peer(want: DesiredAddress, table: InterfaceTable) -> DesiredAddress:
    """The same with the peer that it has: the kernel deletes none that is named without it."""
    here = table.addresses.get(want.index, {}).get(want.address)
    if want.peer is not None or here is None or not here.peer:
        return want
    return replace(want, peer=ip_address(here.peer))


def dependants(leaving: Sequence[DesiredAddress], table: InterfaceTable) -> tuple[ActualAddress, ...]:
    """Addresses that the kernel may delete together with ``leaving``.

    Deleting the first IPv4 address of a subnet deletes its secondaries too, unless promote_secondaries is set
    (linux/net/ipv4/devinet.c). A virtual address is the first one when the host's own came later, after a
    DHCP renewal for example. Whoever deletes must then put these back.
    """
    gone = {(want.index, want.address) for want in leaving}
    found = []
    for want in leaving:
        siblings = table.addresses.get(want.index, {})
        here = siblings.get(want.address)
        if here is None or here.secondary or not isinstance(want.address, IPv4Interface):
            continue
        found += [
            other
            for other in siblings.values()
            if other.secondary
            and (other.index, other.address) not in gone
            and other.address.network == want.address.network
        ]
    return tuple(dict.fromkeys(found))
