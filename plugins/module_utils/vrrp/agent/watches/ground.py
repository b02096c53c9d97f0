# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose where a gateway is asked from, and warn of gateways that can never answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Optional

from ...config.model import Address, Instance
from ...config.trackers import TrackedGateway
from ..kernel.interfaces import Interface, InterfaceTable, Link, Present
from ..life.subnets import Subnets


class Ground(NamedTuple):
    """It is where to ask from. Without ``link`` or ``source`` it says ``why`` not."""

    link: Optional[Link]
    source: Optional[Address]
    why: str = ""


def ground(gateway: TrackedGateway, virtual: Iterable[Interface], table: InterfaceTable) -> Ground:
    """Return the interface of a gateway, and the host's own address on it.

    A gateway learns the sender's address from a question, so an address that may be the peer's in the next moment is
    not used. An address in the gateway's subnet is best.
    """
    name, target = gateway.device or "", gateway.address  # the configuration puts the instance's interface in
    link = table.names.get(name)
    if link is None:
        return Ground(None, None, f"interface {name} does not exist")
    if not link.usable:
        return Ground(link, None, f"interface {name} is down" if not link.up else f"interface {name} has no carrier")
    if link.loopback or len(link.mac) != 6:
        return Ground(link, None, f"interface {name} is not an Ethernet")
    hosts = {entry.ip for entry in virtual}
    own = [entry for entry in _own(name, target, table) if entry.address.ip not in hosts]
    if not own:
        return Ground(link, None, f"interface {name} has no IPv{target.version} address of its own")
    best = min(own, key=lambda entry: (target not in entry.address.network, entry.scope, entry.secondary))
    return Ground(link, best.address.ip)


def gateway_misfits(instance: Instance, table: InterfaceTable, subnets: Subnets) -> Iterator[tuple[str, str]]:
    """Yield warnings, with hints: tracked gateways that are this machine itself, or no neighbours of it."""
    for gateway in instance.track.gateways:
        name, target = gateway.device or instance.interface, gateway.address
        if name not in table.names:
            continue  # another problem reports that
        own = [each.network for each in subnets.own(name) if each.version == target.version]
        if table.has(target):
            yield f"track_gateway {target} is this machine itself, which never answers", "name another one"
        elif not any(target in network for network in own):
            known = ", ".join(dict.fromkeys(map(str, own)))
            hint = f"{name}: {known or f'it has no IPv{target.version} address'}"
            yield f"track_gateway {target} is outside every subnet of {name}: it may never answer", hint


def _own(name: str, target: Address, table: InterfaceTable) -> list[Present]:
    """Return the addresses on the interface from which ``target`` can be asked."""
    return [entry for entry in table.on(name) if entry.address.version == target.version and entry.usable]
