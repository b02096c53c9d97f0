# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It works out what the agents of a pair tell each other beside VRRP: where to, with which key, and what came of it.

Pure. A key never leaves a node: hosts tell digests of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from operator import itemgetter
from typing import Any, Optional

from . import engine
from .attempts import own_address
from .host import Host
from .value_types import switch

PORT = 61112
Found = Mapping[str, Any]  # what vrrp_info returns of a node
Variables = Mapping[str, Mapping[str, Any]]

# How the key of a pair gets to both hosts: what is done with the new key, step by step.
FIRST = ("only",)  # nobody has one, or each another one
ROTATION = ("accepted", "signs", "only")


def line(hosts: Sequence[str], host: str, said: Variables, found: Mapping[str, Found], plan: Mapping[str, Any]) -> str:
    """Return the line of ``global_defs`` of a host; empty where it is switched off, or no two addresses fit."""
    if not wanted(hosts, said):
        return ""
    ports = [port for port in (int(str(value)) for value in _values(hosts, said, "peer_port")) if port != PORT]
    port = f" port {ports[0]}" if ports else ""  # of both hosts: the first one that is not the usual one
    for instance in sorted(plan.get(host, ()), key=itemgetter("name")):  # so both hosts take the same one
        for other in (each for each in hosts if each != host):
            theirs = next((each for each in plan.get(other, ()) if each["name"] == instance["name"]), None)
            own = _address(found[host], instance)
            peer = None if theirs is None else _address(found[other], theirs)
            if own and peer:
                return f"@hotstandby peer_status {peer} from {own}{port}"
    return ""


def wanted(hosts: Sequence[str], said: Variables) -> bool:
    """Return whether both hosts run our agent, and neither has it switched off: keepalived has nobody who tells it."""
    return engine.only_agents(hosts, said) and all(map(switch, _values(hosts, said, "peer_status")))


def rotates(hosts: Sequence[str], said: Variables) -> bool:
    """Return whether one of the hosts asks for a new key."""
    return any(map(switch, _values(hosts, said, "rotate_peer_key")))


def _values(hosts: Sequence[str], said: Variables, word: str) -> list[Any]:
    found = [Host(host, said[host]).said(word) for host in hosts]
    return [value for value in found if value is not None]


def _address(found: Found, instance: Mapping[str, Any]) -> Optional[str]:
    """Return the address of a host on the interface of an instance; none that needs an interface, too."""
    address = own_address(found, {**instance, "unicast_peer": True})
    return None if address is None or _needs_interface(address) else address


def _needs_interface(address: str) -> bool:
    ip = ip_address(address)
    return ip.version == 6 and ip.is_link_local


def key_steps(hosts: Sequence[str], found: Mapping[str, Found], rotate: bool) -> tuple[str, ...]:
    """Return the steps by which both hosts get a new key; none where both have the same one already."""
    keys = {tuple(found[host].get("peer_keys") or ()) for host in hosts}
    if len(keys) == 1 and len(next(iter(keys))) == 1:
        return ROTATION if rotate else ()
    return FIRST


def warnings(node: str, observation: Found) -> list[str]:
    """Return what the agent of a node warns of about the other one, without what an instance says of its standby."""
    peer = (observation.get("agent") or {}).get("peer") or {}
    instances = observation.get("instances") or ()
    reasons = {standby["why"].partition(": ")[2] for each in instances for standby in [each.get("standby")] if standby}
    shown = [text for text in peer.get("warnings") or () if text.partition(": ")[2].rpartition(" (")[0] not in reasons]
    return [f"{node}: {text}" for text in shown]
