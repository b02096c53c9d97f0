# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It checks the gateways that an instance tracks: each must be a neighbour, and no host of the pair.

A gateway that can never answer would keep both hosts from being master, so it is refused before a deployment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Optional

from .errors import Locate, VariableProblem
from .host import Host
from .instance import PairInstance


def gateways(
    of_host: list[PairInstance], hosts: Sequence[Host], problems: list[VariableProblem], locate: Locate
) -> None:
    """Check the gateways of one host's instances against the network of all ``hosts``."""
    virtual = {str(vip.interface.ip): draft.name for draft in of_host for vip in draft.vips}
    for draft in of_host:
        seen = set()
        for gateway in draft.values.get("track_gateways", ()):
            objection = _objection(gateway, draft, virtual, hosts)
            key = (gateway["address"], gateway.get("interface"))
            if key in seen:
                objection = f"{gateway['address']} is there twice", "name it once"
            seen.add(key)
            if objection is not None:
                variable, value = draft.said["track_gateways"]
                problems.append(VariableProblem(draft.host.name, variable, *objection, locate(_entry(value, gateway))))


def _objection(
    gateway: Mapping[str, Any], draft: PairInstance, virtual: Mapping[str, str], hosts: Sequence[Host]
) -> Optional[tuple[str, str]]:
    address, name = gateway["address"], gateway.get("interface") or draft.values.get("interface")
    if address in virtual:
        return f"{address} is a virtual address, of {virtual[address]}", "name the router of the segment"
    for host in hosts:
        if address in host.addresses or any(str(own.ip) == address for nic in host.nics.values() for own in nic.own):
            return f"{address} is {host.name} itself", "name a neighbour of both hosts, such as their router"
    nic = draft.host.nics.get(name or "")
    if nic is None:
        known = f"it has {draft.host.network()}"
        # A missing interface of the instance has been reported already.
        return (f"there is no interface {name}", known) if gateway.get("interface") and draft.host.nics else None
    parsed = ip_address(address)
    # A link-local address is reachable, although no subnet in the list has it.
    if parsed.is_link_local or any(own.version == parsed.version and parsed in own.network for own in nic.own):
        return None
    if nic.without_subnet(parsed.version):
        return None  # its routes decide what it reaches
    known = f"it has {nic.shown() or 'no address'}"
    return f"{address} is outside every subnet of {nic.name}, so it never answers", known


def _entry(value: Any, gateway: Mapping[str, Any]) -> Any:
    """Return the text that the user wrote for this gateway, to name its line; else the whole value."""
    for entry in value if isinstance(value, (list, tuple)) else ():
        written = entry.get("address") if isinstance(entry, Mapping) else entry
        if str(written) == gateway["address"]:
            return written
    return value
