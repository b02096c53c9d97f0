# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find interfaces that are down or have no carrier, although an instance needs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from ...config.model.configuration import Instance
from ..addresses.desired import installed_by
from ..netlink.links import InterfaceTable
from ..track.interface import trouble


def down_misfits(instance: Instance, table: InterfaceTable) -> Iterator[tuple[str, str]]:
    """Yield a text and a hint for each of them: what happens, and what ends it."""
    for name in dict.fromkeys(needed_by(instance)):
        said = _said(name, table)
        if said is not None:
            yield f"{said[0]}: the instance is in FAULT until it is up", said[1]
    for tracked in instance.track.interfaces:
        said = _said(tracked.name, table)
        if said is not None and tracked.weight and not tracked.reverse:
            happens = "counts" if tracked.weight < 0 else "does not count"
            yield f"{said[0]}: its weight {tracked.weight} {happens} until it is up", said[1]


def needed_by(instance: Instance) -> Iterator[str]:
    """Yield the interfaces without which an instance is in FAULT, as the agent looks at them."""
    if not instance.dont_track_primary:
        yield instance.interface
    devices = [entry.device for entry in installed_by(instance) if not entry.no_track]
    devices += [hop.device for each in instance.routes if not each.no_track for hop in each.hops]
    devices += [name for each in instance.rules if not each.no_track for name in (each.iif, each.oif)]
    yield from (name for name in devices if name and name not in (instance.interface, instance.lives_on))
    yield from (each.name for each in instance.track.interfaces if not each.weight and not each.reverse)


def _said(name: str, table: InterfaceTable) -> Optional[tuple[str, str]]:
    link = table.names.get(name)
    if link is None or link.usable:
        return None
    return (
        f"interface {name} {trouble(link)}",
        "see its cable or its other end" if link.up else f"ip link set {name} up",
    )
