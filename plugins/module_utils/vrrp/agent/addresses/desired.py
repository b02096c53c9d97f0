# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It decides which addresses must be on which interface. These are pure decisions, executed by :mod:`~..netlink`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Interface, ip_interface
from typing import Optional

from ...config.model.configuration import Instance, VirtualAddress
from ...ip_types import Address, Interface
from ..netlink.address_request import DesiredAddress, scope_number
from ..netlink.links import ActualAddress, InterfaceTable

# linux/if_addr.h
IFA_F_HOMEADDRESS = 0x10
IFA_F_MANAGETEMPADDR, IFA_F_NOPREFIXROUTE, IFA_F_MCAUTOJOIN = 0x100, 0x200, 0x400
SCOPE_LINK = 253


def resolve(
    virtual: Iterable[VirtualAddress], interface: str, table: InterfaceTable
) -> tuple[tuple[DesiredAddress, ...], tuple[str, ...]]:
    """Find the interface of each virtual address. Returns what can be wanted, and the interfaces that are missing."""
    wanted, missing = [], []
    for entry in virtual:
        link = table.names.get(entry.device or interface)
        if link is None:
            missing.append(entry.device or interface)
            continue
        wanted.append(
            DesiredAddress(
                index=link.index,
                address=place_of(entry),
                broadcast=broadcast_of(entry),
                label=entry.label,
                scope=SCOPE_LINK if is_link_local_ipv6(entry.address) else scope_number(entry.scope),
                peer=entry.peer.ip if entry.peer is not None else None,
                flags=flags_of(entry),
                dad=not entry.nodad,
                preferred_s=entry.preferred_lft_s,
                track=not entry.no_track,
            )
        )
    return tuple(wanted), tuple(dict.fromkeys(missing))


def installed_by(config: Instance) -> tuple[VirtualAddress, ...]:
    """Return the addresses that a MASTER has: those of its advertisements and the excluded ones."""
    return config.addresses + config.excluded


def place_of(entry: VirtualAddress) -> Interface:
    """Return the address with the prefix length that the kernel lists it with: where there is a peer, the peer's."""
    if entry.peer is None:
        return entry.address
    return ip_interface((entry.address.ip, entry.peer.network.prefixlen))


def flags_of(entry: VirtualAddress) -> int:
    """Return the options of ip-address(8) that are flags, as one number."""
    chosen = (
        (entry.home, IFA_F_HOMEADDRESS),
        (entry.mngtmpaddr, IFA_F_MANAGETEMPADDR),
        (entry.noprefixroute, IFA_F_NOPREFIXROUTE),
        (entry.autojoin, IFA_F_MCAUTOJOIN),
    )
    return sum(flag for wanted, flag in chosen if wanted)


def broadcast_of(entry: VirtualAddress) -> Optional[IPv4Address]:
    """Return the broadcast address (``brd``): an address, "+" for host bits all ones, "-" or nothing for none."""
    if entry.broadcast in (None, "-") or not isinstance(entry.address, IPv4Interface):
        return None
    if entry.broadcast == "+":
        return entry.address.network.broadcast_address
    return IPv4Address(entry.broadcast)


def is_link_local_ipv6(address: Interface) -> bool:
    """Return whether it is in fe80::/10: the kernel gives such an address link scope by itself."""
    return address.version == 6 and address.ip.is_link_local


def absent(wanted: Sequence[DesiredAddress], table: InterfaceTable) -> tuple[DesiredAddress, ...]:
    """Return those that are not on their interface."""
    return tuple(want for want in wanted if want.address not in table.addresses.get(want.index, {}))


def present(wanted: Sequence[DesiredAddress], table: InterfaceTable) -> tuple[DesiredAddress, ...]:
    """Return those that are on their interface."""
    return tuple(want for want in wanted if want.address in table.addresses.get(want.index, {}))


def duplicated(wanted: Sequence[DesiredAddress], table: InterfaceTable) -> tuple[DesiredAddress, ...]:
    """Return those on their interface that duplicate address detection has found on another host: they do not work.

    Setting such an address again changes nothing. It has to be removed first.
    """
    return tuple(want for want in present(wanted, table) if table.addresses[want.index][want.address].dad_failed)


def source_address(
    interface: str, virtual: frozenset[Interface], table: InterfaceTable, version: int = 4
) -> Optional[Address]:
    """Return the source address of advertisements: the interface's first one that is not virtual and can be used.

    IPv4: a primary address is preferred to a secondary one and a wide scope to a narrow one, as the kernel would
    choose. IPv6: a link-local address (RFC 9568 section 5.1.2.1), the first one that the kernel named.
    """
    own = [entry for entry in own_addresses(interface, virtual, table, version) if entry.usable]
    own.sort(key=lambda entry: (entry.scope, entry.secondary))  # stable: the kernel's order inside
    return own[0].address.ip if own else None


def own_addresses(
    interface: str, virtual: frozenset[Interface], table: InterfaceTable, version: int
) -> tuple[ActualAddress, ...]:
    """Return the host's own addresses on an interface that advertisements could come from, once they are usable."""
    hosts = {entry.ip for entry in virtual}
    return tuple(
        entry
        for entry in table.on(interface)
        if entry.address.version == version
        and entry.address.ip not in hosts
        and (version == 4 or is_link_local_ipv6(entry.address))
    )


def no_source(config: Instance, virtual: frozenset[Interface], table: InterfaceTable) -> str:
    """Return one clause that says why there is no source address for advertisements."""
    configured, version = config.configured_source, config.ip_version
    if configured is not None:
        keyword = "mcast_src_ip" if config.unicast_src_ip is None else "unicast_src_ip"
        candidates, nothing = table.entries(configured), f"{keyword} {configured} is not on this host"
    else:
        candidates = list(own_addresses(config.interface, virtual, table, version))
        what = "IPv4 address" if version == 4 else "link-local IPv6 address"
        here = [str(entry.address.ip) for entry in own_addresses(config.interface, frozenset(), table, version)]
        nothing = f"interface {config.interface} has no {what}"
        if not candidates and here:
            only = f"the only {what} of {config.interface}, {here[0]}, is virtual"
            nothing = only if len(here) == 1 else f"each {what} of {config.interface} is virtual: {', '.join(here)}"
    # The kernel marks an address that has failed as tentative, too.
    for entry in candidates:
        if entry.dad_failed:
            return f"source address {entry.address.ip} failed duplicate address detection: another host has it"
    for entry in candidates:
        if entry.tentative:
            return f"source address {entry.address.ip} is tentative: duplicate address detection is under way"
    return nothing
