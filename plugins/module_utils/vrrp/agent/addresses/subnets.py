# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the subnets of this machine, and the virtual addresses that do not fit into them."""

from __future__ import annotations

from collections.abc import Iterator

from ...config.model.configuration import Configuration, Instance, VirtualAddress
from ...config.semantics.subnets import end_of
from ...config.syntax.diagnostics import Location, Problem
from ...ip_types import Address, Interface
from ...protocol.constants import PRIORITY_OWNER
from ..netlink.links import InterfaceTable
from ..netlink.ownership import is_ours
from .desired import installed_by, is_link_local_ipv6


class Subnets:
    """It keeps the machine's own subnets: those of a MASTER's virtual addresses say nothing about other hosts.

    Static addresses count, as they are there for as long as the agent runs. An owner's virtual ones are its own.
    """

    def __init__(self, configuration: Configuration, table: InterfaceTable) -> None:
        self._configuration = configuration
        self._table = table
        others = [each for each in configuration.instances if each.priority != PRIORITY_OWNER]
        self._virtual = {entry.address.ip for each in others for entry in installed_by(each)}
        self._own: dict[str, tuple[Interface, ...]] = {}

    def own(self, device: str) -> tuple[Interface, ...]:
        """Return its addresses that stay, in the kernel's order."""
        if device not in self._own:
            there = self._table.on(device)
            own = [each.address for each in there if each.address.ip not in self._virtual and not is_ours(each)]
            own += [each.address for each in self._configuration.static_addresses if each.device == device]
            self._own[device] = tuple(dict.fromkeys(own))
        return self._own[device]

    def of(self, device: str, version: int) -> tuple[Interface, ...]:
        """Return one of its addresses for each subnet. A single address has none, and every link has fe80::/10."""
        own = [each for each in self.own(device) if each.version == version and not is_single(each)]
        return tuple({each.network: each for each in own if not is_link_local_ipv6(each)}.values())

    def told(self, device: str, version: int) -> str:
        """Return a text with the subnets of an interface, or with the reason why it has none."""
        subnets = self.of(device, version)
        if subnets:
            return f"{device}: {', '.join(str(each.network) for each in subnets)}"
        singles = [str(each) for each in self.own(device) if each.version == version and is_single(each)]
        if singles:
            return f"{device}: {', '.join(singles)} {'has' if len(singles) == 1 else 'have'} no subnet"
        here = [each for each in self._table.on(device) if each.address.version == version]
        other = "other " if any(not is_link_local_ipv6(each.address) for each in here) else ""
        return f"{device}: it has no {other}IPv{version} address{'' if version == 4 else ' but link-local ones'}"

    def outside(self, instance: Instance) -> Iterator[tuple[str, VirtualAddress]]:
        """Yield the interface and the virtual address for each one that is in no subnet of that interface.

        A loopback interface has no other hosts, and a link-local IPv6 address is on every link.
        """
        owner = instance.priority == PRIORITY_OWNER
        for entry in instance.addresses:
            device, address = entry.device or instance.interface, entry.address
            link = self._table.names.get(device)
            if link is None or link.loopback or is_link_local_ipv6(address) or (owner and self._table.has(address.ip)):
                continue
            if not any(address.ip in each.network for each in self.of(device, address.version)):
                yield device, entry


def is_single(address: Interface) -> bool:
    """Return whether its prefix length leaves no room for another address."""
    return address.network.prefixlen == address.max_prefixlen


def broadcast_addresses(configuration: Configuration, table: InterfaceTable) -> tuple[Problem, ...]:
    """Return errors for virtual addresses that no host could ever use, for any prefix length."""
    subnets = Subnets(configuration, table)
    found = []
    for instance in configuration.instances:
        for entry, subnet, end in _ends(instance, subnets):
            if end == "broadcast":
                device = entry.device or instance.interface
                text = f"{entry.address.ip} is the broadcast address of {subnet.network} on {device}"
                place, rule = Location(configuration.path, instance.line, 1), "RFC 1122 3.2.1.3: no host has it"
                found.append(
                    Problem.at(place, f"vrrp_instance {instance.name}: {text}", rule, "choose another address")
                )
    return tuple(found)


def end_misfits(instance: Instance, subnets: Subnets) -> Iterator[tuple[str, str]]:
    """Yield a text and a hint for each virtual address that is the first one of a subnet: not all hosts reach it."""
    for entry, subnet, end in _ends(instance, subnets):
        if end == "network":
            yield f"{entry.address.ip} is the network address of {subnet.network}", "choose another address"


def _ends(instance: Instance, subnets: Subnets) -> Iterator[tuple[VirtualAddress, Interface, str]]:
    for entry in installed_by(instance):
        if not end_of(entry.address.ip, entry.address):  # else the configuration check reports it
            for subnet, end in ends(entry.address.ip, subnets.of(entry.device or instance.interface, 4)):
                yield entry, subnet, end


def ends(address: Address, subnets: tuple[Interface, ...]) -> list[tuple[Interface, str]]:
    """Return the subnets that have it at an end, and which. An address inside another subnet is no end."""
    found = [(subnet, end_of(address, subnet)) for subnet in subnets if address in subnet.network]
    return found if all(end for _subnet, end in found) else []


def width_misfits(instance: Instance, subnets: Subnets) -> Iterator[tuple[str, str]]:
    """Yield a text and a hint for each virtual address with a shorter prefix length than the subnet around it.

    The kernel makes a route to all of that on the interface for as long as the address is there.
    """
    for entry in installed_by(instance):
        device, address = entry.device or instance.interface, entry.address
        around = [each.network for each in subnets.of(device, address.version) if address.ip in each.network]
        if entry.peer is not None or entry.noprefixroute or not around:
            continue
        widest = min(around, key=lambda network: network.prefixlen)
        if address.network.prefixlen < widest.prefixlen:
            text = f"{address} is wider than {widest} of {device}: it says that all of {address.network} is there"
            yield text, f"write {address.ip}/{widest.prefixlen}"
