# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists the attempts of a pair to reach each other with an advertisement, before a deployment. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_interface
from typing import Any, Optional

from ..vrrp.protocol.constants import VERSION_2
from .host import NodeFacts, PlannedInstances


def attempts(
    hosts: Sequence[str], found: Mapping[str, NodeFacts], plan: Mapping[str, PlannedInstances], proven_too: bool = False
) -> dict[str, list[Any]]:
    """Return for each host the attempts to its peer, as ``vrrp_info`` takes them in its option ``reach``.

    There is one for each interface, source and peer, and none where an agent of the pair hears the other there already,
    unless ``proven_too``: a standby hears its master whatever becomes of its own advertisements.
    Instances with an Authentication Header have one of their own: a firewall knows those by another protocol.
    """
    made: dict[str, list[Any]] = {host: [] for host in hosts}
    for host in hosts:
        for other in hosts:
            for instance in plan.get(host, ()) if other != host else ():
                theirs = next((each for each in plan.get(other, ()) if each["name"] == instance["name"]), None)
                if theirs is None:
                    continue
                entry = _attempt(found[host], found[other], instance, theirs)
                if entry and entry not in made[host] and (proven_too or not _proven(entry, found[host], found[other])):
                    made[host].append(entry)
        for entry in made[host]:
            mine = [each for each in plan[host] if each["interface"] == entry["interface"]]
            entry["virtual_router_ids"] = sorted({each["virtual_router_id"] for each in mine})
    return made


def _attempt(
    here: NodeFacts, there: NodeFacts, instance: Mapping[str, Any], theirs: Mapping[str, Any]
) -> Optional[dict[str, Any]]:
    unicast = bool(instance.get("unicast_peer"))
    source, peer = own_address(here, instance), own_address(there, theirs)
    if unicast:
        named = [str(ip_address(str(line).split()[0])) for line in instance["unicast_peer"]]
        present = {str(ip_interface(each["address"]).ip) for link in _links(there) for each in link["addresses"]}
        peer = next((address for address in named if address in present), peer if peer in named else None)
    if source is None or peer is None:
        return None
    version = int(instance.get("version") or 2)
    entry = {
        "interface": instance["interface"],
        "protocol": "ah" if _has_header(instance, version, source) else "vrrp",
        "source": source,
        "peer": peer,
        "unicast": unicast,
    }
    if instance.get("mcast_dst_ip") and not unicast:
        entry["group"] = str(instance["mcast_dst_ip"])
    return {**entry, "version": version}


def _has_header(instance: Mapping[str, Any], version: int, source: str) -> bool:
    """Return whether it sends an Authentication Header: only VRRPv2 over IPv4 with a password does."""
    authenticates = version == VERSION_2 and ":" not in source and bool(instance.get("auth_pass"))
    return authenticates and instance.get("auth_type") == "AH"


def own_address(found: NodeFacts, instance: Mapping[str, Any]) -> Optional[str]:
    """Return the address from which an instance advertises: the one that it names, or the first of its interface.

    Over IPv6 that is the first link-local one, and with unicast the first other one.
    """
    said = instance.get("unicast_src_ip" if instance.get("unicast_peer") else "mcast_src_ip")
    if said:
        return str(ip_address(str(said)))
    virtual = [ip_interface(str(line).split()[0]).ip for line in instance["virtual_ipaddress"]]
    for link in _links(found):
        for entry in link["addresses"] if link["name"] == instance["interface"] else ():
            address = ip_interface(entry["address"]).ip
            if entry["secondary"] or entry["address"] in (link.get("virtual_addresses") or ()) or address in virtual:
                continue
            fits = address.version == 4 or address.is_link_local != bool(instance.get("unicast_peer"))
            if address.version == virtual[0].version and fits:
                return str(address)
    return None


def _links(found: NodeFacts) -> Sequence[Mapping[str, Any]]:
    return found.get("interfaces") or ()


def _proven(entry: Mapping[str, Any], here: NodeFacts, there: NodeFacts) -> bool:
    """Return whether a standby on one of the two hosts hears the other one as master on this way.

    A multicast group of the user is tried each time, and so is an Authentication Header: the status of an agent says
    neither which group it hears nor how.
    """
    if "group" in entry or entry["protocol"] == "ah":
        return False
    return _hears(here, entry, entry["source"], entry["peer"]) or _hears(there, entry, entry["peer"], entry["source"])


def _hears(found: NodeFacts, entry: Mapping[str, Any], source: str, peer: str) -> bool:
    for living in found.get("instances") or ():
        unicast = bool(living.get("unicast_peers"))
        master = (living.get("master") or {}).get("address")
        if (living["state"], living.get("source"), master, unicast) == ("BACKUP", source, peer, entry["unicast"]):
            return True
    return False
