# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It describes an address as a request to the kernel needs it, and what else its deletion may remove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Interface, ip_address
from typing import Optional

from ...ip_types import Address, Interface
from .links import FOR_EVER, ActualAddress, InterfaceTable

SCOPES = {"global": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255}  # rtnetlink(7), ip-address(8)


@dataclass(frozen=True)
class DesiredAddress:
    """It describes one virtual address on one existing interface, as a request to the kernel needs it."""

    index: int
    address: Interface
    broadcast: Optional[IPv4Address] = None
    label: Optional[str] = None
    scope: int = 0
    peer: Optional[Address] = None
    flags: int = 0  # IFA_F_*, beside those of every address
    dad: bool = False  # IPv6: another host is asked for first
    preferred_s: Optional[int] = None  # for so long it may be chosen as a source; None: see preferred_s()
    track: bool = field(default=True, compare=False)  # put back when another program deletes it

    def __hash__(self) -> int:
        """Return the hash of interface and address only: it is cheap, and a takeover of many looks up many."""
        return hash((self.index, int(self.address)))


def preferred_s(want: DesiredAddress) -> int:
    """Return the preferred lifetime in seconds. As in keepalived, 0 for an IPv6 address without a subnet (/128)."""
    if want.address.version == 4:
        return FOR_EVER
    if want.preferred_s is None:
        return 0 if want.address.network.prefixlen == 128 else FOR_EVER
    return want.preferred_s


def scope_number(name: Optional[str]) -> int:
    """Return the number of a scope, given by its name in ip-address(8) or by number. Raises ValueError otherwise."""
    if name is None:
        return 0
    return SCOPES[name] if name in SCOPES else int(name)


def beside_its_peer(want: DesiredAddress, table: InterfaceTable) -> DesiredAddress:
    """Return it with the peer that it has now: without the peer in the request the kernel does not delete it."""
    here = table.addresses.get(want.index, {}).get(want.address)
    if want.peer is not None or here is None or not here.peer:
        return want
    return replace(want, peer=ip_address(here.peer))


def dependants(leaving: Sequence[DesiredAddress], table: InterfaceTable) -> tuple[ActualAddress, ...]:
    """Return the addresses that the kernel may delete together with ``leaving``.

    Deleting the first IPv4 address of a subnet deletes its secondaries too, unless promote_secondaries is set
    (linux/net/ipv4/devinet.c). A virtual address is the first one when the host's own came later, after a
    DHCP renewal for example. The caller must then put these back.
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
