# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what this release cannot do, and what in a configuration does not fit this machine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Optional

from ...config.model.configuration import Configuration, Instance, VirtualAddress
from ...config.syntax.diagnostics import WARNING, Location, Problem, in_order
from ...protocol.auth_hmac import TRAILER_LENGTH
from ...protocol.constants import AUTH_DATA_LENGTH, HEADER_LENGTH, PRIORITY_OWNER, VERSION_2
from ...protocol.ipsec_ah import HEADER_LENGTH as AH_LENGTH
from ..addresses import no_accept
from ..addresses.subnets import Subnets, broadcast_addresses, end_misfits, ends, width_misfits
from ..addresses.vmac import misfit_of
from ..netlink.links import InterfaceTable
from ..netlink.ownership import InterfaceAddress as Owned
from ..network.advertisement import ah_key
from ..network.ip_headers import IPV4_HEADER, IPV6_HEADER
from ..track.gateway import gateway_misfits
from .host_addresses import own_addresses
from .interfaces import down_misfits
from .owner_source import unheard_owner

ETHERNET_MTU, IPV4_LENGTH, IPV6_LENGTH = 1500, 4, 16  # octets
TOLD = 3  # names of those with the same fault


def unsupported(configuration: Configuration) -> tuple[Problem, ...]:
    """Return errors for what the file may say, but this release does not do."""
    return tuple(problem for instance in configuration.instances for problem in _unsupported(configuration, instance))


def _unsupported(configuration: Configuration, instance: Instance) -> Iterator[Problem]:
    count = len(instance.addresses)
    # The kernel does not fragment a packet that comes with its IPv6 header, and does not send one that is too long.
    most = (ETHERNET_MTU - (ipv6_octets(instance) - IPV6_LENGTH * count)) // IPV6_LENGTH
    if instance.ip_version == 6 and count > most:
        yield Problem.at(
            Location(configuration.path, instance.line, 1),
            f"vrrp_instance {instance.name} has {count} IPv6 addresses: "
            f"one packet of {ETHERNET_MTU} octets carries {most} of them",
            hint="share them out among several instances",
        )


def ipv6_octets(instance: Instance) -> int:
    """Return the length of its IPv6 advertisements in octets, IP header included."""
    trailer = TRAILER_LENGTH if instance.hmac is not None else 0
    return IPV6_HEADER.size + HEADER_LENGTH + IPV6_LENGTH * len(instance.addresses) + trailer


def octets(instance: Instance) -> int:
    """Return the length of its advertisements in octets, IP header included."""
    if instance.ip_version == 6:
        return ipv6_octets(instance)
    ah = AH_LENGTH if ah_key(instance) is not None else 0
    trailer = TRAILER_LENGTH if instance.hmac is not None else 0
    data = AUTH_DATA_LENGTH if instance.version == VERSION_2 else 0
    return IPV4_HEADER.size + ah + HEADER_LENGTH + IPV4_LENGTH * len(instance.addresses) + data + trailer


def refusals(
    configuration: Configuration,
    table: InterfaceTable,
    ledger: Optional[Mapping[Owned, float]] = None,
    held: Collection[Owned] = (),
) -> tuple[Problem, ...]:
    """Return errors for virtual addresses that this machine must not or cannot have; see :mod:`.host_addresses`."""
    return own_addresses(configuration, table, ledger, held) + broadcast_addresses(configuration, table)


def misfits(configuration: Configuration, table: InterfaceTable) -> tuple[Problem, ...]:
    """Return warnings: missing interfaces, virtual addresses outside every subnet of their interface, and others.

    A warning about many instances is one, at the first of them.
    """
    subnets = Subnets(configuration, table)
    found: dict[tuple[str, str], list[Instance]] = {}
    for instance in configuration.instances:
        for each in (*_misfits(instance, table, subnets), *_peer_misfits(instance, configuration, table, subnets)):
            found.setdefault(each, []).append(instance)
    for concerned, text, hint in (*_outside_misfits(configuration, subnets), *_owner_misfits(configuration, table)):
        found.setdefault((text, hint), []).extend(concerned)
    problems = []
    for (text, hint), concerned in found.items():
        place = Location(configuration.path, concerned[0].line, 1)
        names = _listed([each.name for each in concerned])
        problems.append(Problem.at(place, f"vrrp_instance {names}: {text}", hint=hint, severity=WARNING))
    return in_order(problems)


def _misfits(instance: Instance, table: InterfaceTable, subnets: Subnets) -> Iterator[tuple[str, str]]:
    hops = [hop for route in instance.routes for hop in route.hops]
    elsewhere = [entry.device for entry in (*instance.addresses, *instance.excluded) if entry.device]
    elsewhere += [hop.device for hop in hops if hop.device]
    elsewhere += [gateway.device for gateway in instance.track.gateways if gateway.device]
    devices = [instance.interface, *elsewhere, *(entry.name for entry in instance.track.interfaces)]
    missing = [name for name in dict.fromkeys(devices) if name not in table.names]
    for name in missing:
        here = ", ".join(sorted(link.name for link in table.links.values() if not link.loopback)) or "none"
        yield f"interface {name} does not exist on this machine", f"there are: {here}"
    yield from down_misfits(instance, table)
    yield from _mtu_misfit(instance, table)
    if instance.ip_version == 6:
        yield from _ipv6_misfits(instance)
    if not instance.accept and instance.priority != PRIORITY_OWNER and not no_accept.available():
        yield "no_accept needs nf_tables, which this kernel does not have: it will be in FAULT", "write accept"
    yield from gateway_misfits(instance, table, subnets)
    yield from end_misfits(instance, subnets)
    yield from width_misfits(instance, subnets)
    yield from unheard_owner(instance, table)
    macvlan = misfit_of(instance)
    if macvlan is not None:
        yield macvlan


def _outside_misfits(configuration: Configuration, subnets: Subnets) -> Iterator[tuple[list[Instance], str, str]]:
    """Yield one warning for each interface, as with a wrong interface all of its addresses are outside."""
    outside: dict[tuple[str, int], list[tuple[Instance, VirtualAddress]]] = {}
    for instance in configuration.instances:
        for device, entry in subnets.outside(instance):
            outside.setdefault((device, entry.address.version), []).append((instance, entry))
    for (device, version), found in outside.items():
        concerned = list({instance.name: instance for instance, _entry in found}.values())
        text = f"{_all([entry for _instance, entry in found])} outside every subnet of {device}"
        yield concerned, text, subnets.told(device, version)


def _owner_misfits(configuration: Configuration, table: InterfaceTable) -> Iterator[tuple[list[Instance], str, str]]:
    """Warn about an owner without the addresses: it has them already (RFC 9568 section 1.7), and only one node can."""
    absent: dict[str, list[VirtualAddress]] = {}
    owners = [instance for instance in configuration.instances if instance.priority == PRIORITY_OWNER]
    for instance in owners:
        absent[instance.name] = [entry for entry in instance.addresses if not table.has(entry.address.ip)]
    concerned = [instance for instance in owners if absent[instance.name]]
    if concerned:
        entries = [entry for instance in concerned for entry in absent[instance.name]]
        yield (
            concerned,
            f"priority {PRIORITY_OWNER} says that this machine owns the addresses, and {_all(entries)} not on it",
            f"write a priority below {PRIORITY_OWNER}: an owner becomes MASTER when it starts, even beside another one",
        )


def _all(entries: list[VirtualAddress]) -> str:
    """Name the first few, and their number, with the verb."""
    return f"{_listed([str(entry.address.ip) for entry in entries])} {'is' if len(entries) == 1 else 'are'}"


def _listed(names: list[str]) -> str:
    """Name the first few, and the number of the others."""
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more


def _peer_misfits(
    instance: Instance, configuration: Configuration, table: InterfaceTable, subnets: Subnets
) -> Iterator[tuple[str, str]]:
    """Yield peers that are this machine itself, a source that it does not have, an interface without other hosts."""
    link = table.names.get(instance.interface)
    if link is not None and link.loopback:
        yield f"{link.name} is a loopback interface: no other node hears it", "name the interface to the other nodes"
    virtual = {entry.address.ip for each in configuration.instances for entry in (*each.addresses, *each.excluded)}
    for peer in instance.unicast_peers:
        if table.has(peer) and peer not in virtual:
            yield f"unicast_peer {peer} is this machine itself", "name the other nodes"
        for subnet, end in ends(peer, subnets.of(instance.interface, 4)):
            yield (
                f"unicast_peer {peer} is the {end} address of {subnet.network}: no host has it",
                "name the other nodes",
            )
    source = instance.configured_source
    if source is None or table.has(source) or source in virtual:
        return
    if source == instance.mcast_src_ip and source.version == 4 and not instance.track_src_ip:
        return  # to the group, it may come from any address
    keyword = "mcast_src_ip" if instance.unicast_src_ip is None else "unicast_src_ip"
    here = [str(each.address.ip) for each in table.on(instance.interface) if each.address.version == source.version]
    known = ", ".join(here) or f"no IPv{source.version} address"
    yield f"{keyword} {source} is not on this machine: it will be in FAULT", f"{instance.interface}: {known}"


def _mtu_misfit(instance: Instance, table: InterfaceTable) -> Iterator[tuple[str, str]]:
    """Warn of advertisements longer than the MTU: the kernel does not fragment packets with their own IP header."""
    link, length = table.names.get(instance.interface), octets(instance)
    if link is not None and 0 < link.mtu < length:
        text = f"an advertisement has {length} octets, more than the MTU of {link.name}: it cannot be sent"
        yield text, f"{link.name}: {link.mtu}; share the addresses out among several instances"


def _ipv6_misfits(instance: Instance) -> Iterator[tuple[str, str]]:
    if instance.unicast_src_ip is None and not all(peer.is_link_local for peer in instance.unicast_peers):
        text = f"without unicast_src_ip its advertisements come from the link-local address of {instance.interface}"
        yield text, "the unicast_peer of the other node must name that address, or say unicast_src_ip"
