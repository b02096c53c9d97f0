# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses must be on which interface, against which are: pure decisions, executed by :mod:`.netlink`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from typing import Optional

from ..config.model import Address, Instance, VirtualAddress
from .interfaces import Interface, InterfaceTable, Present
from .wire import ip_version

SCOPE_LINK = 253
SCOPES = {"global": 0, "site": 200, "link": SCOPE_LINK, "host": 254, "nowhere": 255}  # rtnetlink(7), ip-address(8)


@dataclass(frozen=True)
class Wanted:
    """One virtual address on one existing interface, as the kernel wants to hear it."""

    index: int
    address: Interface
    broadcast: Optional[IPv4Address] = None
    label: Optional[str] = None
    scope: int = 0


def resolve(
    virtual: Iterable[VirtualAddress], interface: str, table: InterfaceTable
) -> tuple[tuple[Wanted, ...], tuple[str, ...]]:
    """Find the interface of each virtual address. Returns what can be wanted, and the interfaces that are missing."""
    wanted, missing = [], []
    for entry in virtual:
        link = table.names.get(entry.device or interface)
        if link is None:
            missing.append(entry.device or interface)
            continue
        wanted.append(
            Wanted(
                index=link.index,
                address=entry.address,
                broadcast=broadcast_of(entry),
                label=entry.label,
                scope=SCOPE_LINK if is_link_local_ipv6(entry.address) else scope_number(entry.scope),
            )
        )
    return tuple(wanted), tuple(dict.fromkeys(missing))


def broadcast_of(entry: VirtualAddress) -> Optional[IPv4Address]:
    """``brd``: an address, "+" (host bits all ones); nothing, like "-", sets none, as keepalived does."""
    if entry.broadcast in (None, "-") or not isinstance(entry.address, IPv4Interface):
        return None
    if entry.broadcast == "+":
        return entry.address.network.broadcast_address
    return IPv4Address(entry.broadcast)


def scope_number(name: Optional[str]) -> int:
    """A scope by the name that ip-address(8) uses, or by number. Raises ValueError for any other word."""
    if name is None:
        return 0
    return SCOPES[name] if name in SCOPES else int(name)


def is_link_local_ipv6(address: Interface) -> bool:
    """fe80::/10: the kernel gives it link scope by itself."""
    return address.version == 6 and address.ip.is_link_local


def absent(wanted: Sequence[Wanted], table: InterfaceTable) -> tuple[Wanted, ...]:
    """Those that are not on their interface."""
    return tuple(want for want in wanted if want.address not in table.addresses.get(want.index, {}))


def present(wanted: Sequence[Wanted], table: InterfaceTable) -> tuple[Wanted, ...]:
    """Those that are on their interface."""
    return tuple(want for want in wanted if want.address in table.addresses.get(want.index, {}))


def duplicated(wanted: Sequence[Wanted], table: InterfaceTable) -> tuple[Wanted, ...]:
    """Those that are on their interface but of no use: duplicate address detection has found them on another host.

    Setting such an address again changes nothing. It has to be removed first.
    """
    return tuple(want for want in present(wanted, table) if table.addresses[want.index][want.address].dad_failed)


def dependants(leaving: Sequence[Wanted], table: InterfaceTable) -> tuple[Present, ...]:
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


def source_address(
    interface: str, virtual: frozenset[Interface], table: InterfaceTable, version: int = 4
) -> Optional[Address]:
    """The address that advertisements come from: the interface's first one that is not virtual and can be used.

    IPv4: a primary address is preferred to a secondary one and a wide scope to a narrow one, as the kernel would
    choose. IPv6: a link-local address (RFC 9568 section 5.1.2.1), the first one that the kernel named.
    """
    own = [entry for entry in own_addresses(interface, virtual, table, version) if entry.usable]
    own.sort(key=lambda entry: (entry.scope, entry.secondary))  # stable: the kernel's order inside
    return own[0].address.ip if own else None


def own_addresses(
    interface: str, virtual: frozenset[Interface], table: InterfaceTable, version: int
) -> tuple[Present, ...]:
    """The host's own addresses on an interface that advertisements could come from, once they are usable."""
    hosts = {entry.ip for entry in virtual}
    return tuple(
        entry
        for entry in table.on(interface)
        if entry.address.version == version
        and entry.address.ip not in hosts
        and (version == 4 or is_link_local_ipv6(entry.address))
    )


def no_source(config: Instance, virtual: frozenset[Interface], table: InterfaceTable) -> str:
    """Why there is no address to speak from: one clause."""
    configured, version = config.unicast_src_ip, ip_version(config)
    if configured is not None:
        candidates, nothing = table.entries(configured), f"unicast_src_ip {configured} is not on this host"
    else:
        candidates = list(own_addresses(config.interface, virtual, table, version))
        what = "IPv4 address" if version == 4 else "link-local IPv6 address"
        nothing = f"interface {config.interface} has no {what}"
    # The kernel says "tentative" of an address that has failed, too.
    for entry in candidates:
        if entry.dad_failed:
            return f"source address {entry.address.ip} failed duplicate address detection: another host has it"
    for entry in candidates:
        if entry.tentative:
            return f"source address {entry.address.ip} is tentative: duplicate address detection is under way"
    return nothing
