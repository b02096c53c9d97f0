# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds virtual addresses and virtual router ids that two pairs of a fleet have on one network segment. Pure.

Two subnets that overlap are taken for one segment, unless ``ha_pair_segment`` gives them different names: sites that
use the same private addresses are not connected. Advertisements leave by the interface, so a virtual router id is
compared in the subnets of the hosts too, where the virtual addresses may be of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import Any, Optional

from ..vrrp.ip_types import Network
from .errors import nowhere
from .host import Host
from .instance import drafts
from .instances import judge

_SEGMENT = "ha_pair_segment"


@dataclass(frozen=True)
class Claim:
    """It is an instance of one pair: what it has on which segment. ``hosts`` are those of the pair.

    ``network`` is the subnet of its addresses, ``own`` are those of its interface.
    """

    pair: str
    hosts: tuple[str, ...]
    name: str
    number: Any
    addresses: tuple[str, ...]
    network: Optional[Network]
    own: tuple[Network, ...]
    segment: str
    unicast: bool


def claims(
    pair: str,
    hosts: Sequence[str],
    plan: Sequence[Mapping[str, Any]],
    interfaces: Sequence[Mapping[str, Any]],
    segment: str = "",
) -> list[Claim]:
    """Return what a pair has, from the instances of one of its hosts and the interfaces of this host."""
    return [
        Claim(
            pair,
            tuple(hosts),
            instance["name"],
            instance.get("virtual_router_id"),
            tuple(_addresses(instance)),
            _network(instance, interfaces),
            tuple(_subnets(instance, interfaces)),
            segment,
            bool(instance.get("unicast_peer")),
        )
        for instance in plan
    ]


def said(name: str, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the instances of a host as far as its variables alone give them: nobody has looked at its network."""
    host = Host.read(name, variables)
    of_host = drafts(host, [], nowhere)
    judge(host, of_host, [], nowhere)
    return [
        {
            "name": draft.name,
            "virtual_router_id": draft.values.get("virtual_router_id"),
            "virtual_ipaddress": [str(vip.interface) for vip in draft.vips],
            "virtual_ipaddress_excluded": [str(vip.interface) for vip in draft.excluded],
            "unicast_peer": draft.values.get("unicast") or draft.values.get("unicast_peer"),
        }
        for draft in of_host
    ]


def collisions(found: Iterable[Claim]) -> dict[str, list[str]]:
    """Return for each host the sentences about what its pair and another one both have."""
    seen: list[Claim] = []
    said: dict[str, list[str]] = {}
    for claim in found:
        for other in seen:
            if claim.pair != other.pair and claim.segment == other.segment:
                text = _shared(other, claim)
                for host in (*other.hosts, *claim.hosts) if text else ():
                    said.setdefault(host, []).append(text)
        seen.append(claim)
    return said


def _shared(one: Claim, two: Claim) -> str:
    where = _together(one, two)
    if where is None:
        return ""
    who = f"the pairs {one.pair} ({one.name}) and {two.pair} ({two.name})"
    hint = f"say {_SEGMENT}: NAME for one of them if they are on different networks"
    addresses = [address for address in one.addresses if address in two.addresses]
    if addresses:
        return f"{who} both have {', '.join(addresses)} (give one of them another address; {hint})"
    version = {address.count(":") > 0 for address in (*one.addresses[:1], *two.addresses[:1])}
    # Unicast advertisements reach their own peer alone.
    same = one.number is not None and one.number == two.number
    if same and len(version) == 1 and not (one.unicast or two.unicast):
        text = f"{who} both have virtual router id {one.number} on {where}"
        return f"{text} (say ha_pair_virtual_router_id: another one, 1 to 255, for one of them; {hint})"
    return ""


def _together(one: Claim, two: Claim) -> Optional[Network]:
    """Return a subnet of the first one that overlaps with one of the second; None where there is none."""
    mine, theirs = ((claim.network, *claim.own) for claim in (one, two))
    return next((network for network in mine for other in theirs if _overlap(network, other)), None)


def _overlap(one: Optional[Network], two: Optional[Network]) -> bool:
    if one is None or two is None or one.version != two.version:
        return False
    return one.overlaps(two)


def _addresses(instance: Mapping[str, Any]) -> Iterator[str]:
    for word in ("virtual_ipaddress", "virtual_ipaddress_excluded"):
        for line in instance.get(word) or ():
            yield str(ip_interface(str(line).split()[0]).ip)


def _network(instance: Mapping[str, Any], interfaces: Sequence[Mapping[str, Any]]) -> Optional[Network]:
    """Return the subnet of the host in which the first virtual address lies, else that of the address itself."""
    virtual = [ip_interface(str(line).split()[0]) for line in instance.get("virtual_ipaddress") or ()]
    # Every network has the link-local addresses, so they say nothing about which one this is.
    virtual = [address for address in virtual if not address.ip.is_link_local]
    if not virtual:
        return None
    first = virtual[0]
    own = [each for each in _subnets(instance, interfaces) if each.version == first.version]
    around = [network for network in own if first.ip in network]
    if not around and first.network.prefixlen == first.max_prefixlen:
        around = own  # an address without a subnet is on the network of its interface
    return (around or [first.network])[0]


def _subnets(instance: Mapping[str, Any], interfaces: Sequence[Mapping[str, Any]]) -> Iterator[Network]:
    """Yield the host's own subnets on the interface of an instance."""
    held = {address for link in interfaces for address in link.get("virtual_addresses") or ()}
    for link in interfaces:
        if instance.get("interface") in (None, link["name"]):
            for entry in link["addresses"]:
                own = ip_interface(entry["address"])
                alone = own.network.prefixlen == own.max_prefixlen or own.ip.is_link_local
                if not alone and entry["address"] not in held:
                    yield own.network
