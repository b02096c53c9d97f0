# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find virtual addresses that are this host's own. Only an owner (priority 255) may have such."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Optional

from ...config.model.configuration import Configuration, Instance
from ...config.syntax.diagnostics import Location, Problem
from ...protocol.constants import PRIORITY_OWNER
from ..addresses.desired import installed_by
from ..netlink.links import InterfaceTable
from ..netlink.ownership import InterfaceAddress, was_set_before
from ..process import saved_state


def last_seen(directory: str) -> dict[InterfaceAddress, float]:
    """Return the addresses that the agent of this runtime directory has set, or a dead one, and until when it lived."""
    return saved_state.read(directory).places


def own_addresses(
    configuration: Configuration,
    table: InterfaceTable,
    ledger: Optional[Mapping[InterfaceAddress, float]] = None,
    held: Collection[InterfaceAddress] = (),
) -> tuple[Problem, ...]:
    """Return errors for addresses that neither an agent nor keepalived has set. ``held`` are the caller's own."""
    found = []
    for instance in configuration.instances:
        if instance.priority == PRIORITY_OWNER:
            continue
        for device, place in _places(instance, table):
            if place in held or was_set_before(place, table, ledger or {}):
                continue
            found.append(
                Problem.at(
                    Location(configuration.path, instance.line, 1),
                    f"vrrp_instance {instance.name}: {place[1].ip} is this host's own address on {device}",
                    hint="give it priority 255, or another VIP; if keepalived or a person has left it there: "
                    f"ip address del {place[1]} dev {device}",
                )
            )
    return tuple(found)


def _places(instance: Instance, table: InterfaceTable) -> Iterator[tuple[str, InterfaceAddress]]:
    """Yield the places of its virtual addresses, for any prefix length."""
    for entry in installed_by(instance):
        devices = (entry.device,) if entry.device else (instance.interface, instance.lives_on)
        for device in dict.fromkeys(devices):
            for there in table.on(device):
                if there.address.ip == entry.address.ip:
                    yield device, (there.index, there.address)
