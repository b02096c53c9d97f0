# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this agent cannot do yet, and what in a configuration does not fit this machine."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface

from ..config.model import Configuration, Instance
from ..config.problems import WARNING, Place, Problem
from .interfaces import InterfaceTable


def unsupported(configuration: Configuration) -> tuple[Problem, ...]:
    """Errors: what the file may say, but this release does not do."""
    return tuple(problem for instance in configuration.instances for problem in _unsupported(configuration, instance))


def _unsupported(configuration: Configuration, instance: Instance) -> Iterator[Problem]:
    ipv6 = [str(entry.address) for entry in instance.addresses if entry.address.version == 6]
    ipv6 += [str(peer) for peer in (instance.unicast_src_ip, *instance.unicast_peers) if peer and peer.version == 6]
    if ipv6:
        yield Problem.at(
            Place(configuration.path, instance.line, 1),
            f"vrrp_instance {instance.name} uses IPv6 ({', '.join(ipv6)}), which this release does not run yet",
            hint="use IPv4 addresses in this instance",
        )


def misfits(configuration: Configuration, table: InterfaceTable) -> tuple[Problem, ...]:
    """Warnings: interfaces that are not here, virtual addresses outside every subnet of their interface."""
    found = []
    for instance in configuration.instances:
        place = Place(configuration.path, instance.line, 1)
        for text, hint in _misfits(instance, table):
            found.append(Problem.at(place, f"vrrp_instance {instance.name}: {text}", hint=hint, severity=WARNING))
    return tuple(found)


def _misfits(instance: Instance, table: InterfaceTable) -> Iterator[tuple[str, str]]:
    devices = [instance.interface] + [entry.device for entry in instance.addresses if entry.device]
    missing = [name for name in dict.fromkeys(devices) if name not in table.names]
    for name in missing:
        here = ", ".join(sorted(link.name for link in table.links.values() if not link.loopback)) or "none"
        yield f"interface {name} does not exist on this machine", f"there are: {here}"
    virtual = {entry.address.ip for entry in instance.addresses}
    for entry in instance.addresses:
        device = entry.device or instance.interface
        if device in missing or not isinstance(entry.address, IPv4Interface):
            continue
        subnets = [each.address.network for each in table.on(device) if each.address.ip not in virtual]
        subnets = [subnet for subnet in dict.fromkeys(subnets) if subnet.version == 4]
        if not any(entry.address.ip in subnet for subnet in subnets):
            known = ", ".join(str(subnet) for subnet in subnets) or "it has no IPv4 address"
            yield f"{entry.address.ip} is outside every subnet of {device}", f"{device}: {known}"
