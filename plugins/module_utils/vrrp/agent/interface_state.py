# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the interface of an instance is its source address, and what forbids taking part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..config.model.configuration import Instance
from ..ip_types import Address, Interface
from .addresses import vmac
from .addresses.desired import installed_by, no_source, source_address
from .addresses.virtual_addresses import VirtualAddresses
from .ports import InstancePorts


@dataclass(frozen=True)
class InterfaceState:
    """It keeps the source address, None while there is none, and the ``faults``, clauses for people."""

    source: Optional[Address]
    faults: tuple[str, ...]


def state_of(config: Instance, addresses: VirtualAddresses, ports: InstancePorts) -> InterfaceState:
    """Return the source address and the faults of the interface. ``addresses.look()`` must have been called."""
    table = ports.table()
    faults = []
    not_ours = ports.virtual() - addresses.owns_source  # addresses that must not be our source
    link = table.names.get(config.interface)
    source = _source(config, not_ours, ports)
    if link is None:
        faults.append(f"interface {config.interface} does not exist")
    elif not config.dont_track_primary and (trouble := ports.trouble(link.name)):
        faults.append(f"interface {link.name} {trouble}")
    elif source is None:
        faults.append(no_source(config, not_ours, table))
    elif (unfit := vmac.fault_of(config, table)) is not None:
        faults.append(unfit)
    elif ports.sender(config.speaks_on, config.ip_version) is None:
        faults.append(f"no VRRP socket on interface {config.speaks_on}")
    if config.unicast_fault_no_peer and not config.unicast_peers:
        faults.append("there is no unicast_peer, and unicast_fault_no_peer forbids the multicast group")
    faults += _elsewhere(config, ports)
    return InterfaceState(source, tuple(dict.fromkeys((*faults, *addresses.hindrances))))


def _elsewhere(config: Instance, ports: InstancePorts) -> list[str]:
    """Return what is wrong with other interfaces of virtual addresses: clients could not reach the addresses there."""
    tracked = [entry.device for entry in installed_by(config) if entry.device and not entry.no_track]
    others = [name for name in dict.fromkeys(tracked) if name not in (config.interface, config.lives_on)]
    found = [(name, ports.trouble(name)) for name in others]
    return [f"interface {name} {trouble}" for name, trouble in found if trouble]


def _source(config: Instance, not_ours: frozenset[Interface], ports: InstancePorts) -> Optional[Address]:
    table, configured, ip_version = ports.table(), config.configured_source, config.ip_version
    if configured is not None:
        # keepalived sends to the group from any configured address, unless track_src_ip.
        anywhere = configured == config.mcast_src_ip and ip_version == 4 and not config.track_src_ip
        return configured if anywhere or table.has(configured) else None
    # If an owner sent from its VIP, a standby that has taken this VIP over would not hear it: the kernel drops that.
    own = source_address(config.interface, ports.virtual(), table, ip_version)
    return own or source_address(config.interface, not_ours, table, ip_version)
