# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes up the network of hosts that nobody has looked at, as far as their variables do not tell it. Pure.

So the instances of a pair can be worked out before there is anything to ask. What the variables say is kept: the
interface, the source address, the peers. All else is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_interface
from typing import Any

from ..vrrp.ip_types import Interface
from .errors import nowhere
from .host import FACTS, Host
from .instance import PairInstance, drafts
from .vip import VirtualIp

INTERFACE = "eth0"
_WIDE = {4: (24, 16), 6: (64, 48)}  # a subnet where nothing tells one, and one that has room around each address
_TRIED = 1000


def assumed_network(
    hosts: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Return the interfaces of each host whose network is unknown, in the form of ``vrrp_info``; and what is made up.

    ``hosts`` has the variables of the hosts of one pair by their full names.
    """
    read = [Host.read(name, variables) for name, variables in hosts.items()]
    unknown = [host for host in read if not host.nics and host.variables.get(FACTS) is None]
    pair = {host.name: drafts(host, [], nowhere) for host in read}
    taken = {str(vip.interface.ip) for of_host in pair.values() for draft in of_host for vip in _vips(draft)}
    taken |= {address for of_host in pair.values() for draft in of_host for address in _gateways(draft)}
    taken |= {str(own.ip) for host in read for nic in host.nics.values() for own in nic.own}
    found: dict[str, list[dict[str, Any]]] = {}
    remarks = []
    for host in unknown:
        peers = [draft for name, of_host in pair.items() if name != host.name for draft in of_host]
        network = _Network(host, peers, taken)
        for draft in pair[host.name]:
            network.add(draft)
        found[host.name] = network.as_info()
        if network.made_up:
            remarks.append(f"{host.name}: {', '.join(network.made_up)}")
    return found, remarks


class _Network:
    """It is the network of one host while it is made up. ``taken`` are addresses that no other host may get."""

    def __init__(self, host: Host, peers: list[PairInstance], taken: set[str]) -> None:
        self._nics: dict[str, list[Interface]] = {}
        self._taken = taken
        self.made_up: list[str] = []
        said = [host.variables.get("ansible_host")]
        for draft in peers:  # the other host names this one
            said += [str(line).split()[0] for line in draft.values.get("unicast_peer") or ()]
        self._known = [str(each) for each in said if _is_address(each)]

    def add(self, draft: PairInstance) -> None:
        """Add what an instance needs."""
        name = draft.values.get("interface")
        if name is None and self._fits(draft):
            return  # the interface of an instance before has the subnet
        if name is None:
            name = next(iter(self._nics), INTERFACE)
            self._note(f"interface {name}")
        self._nics.setdefault(name, [])
        sources = [draft.values[word] for word in ("unicast_src_ip", "mcast_src_ip") if draft.values.get(word)]
        for vip in _vips(draft):
            self._cover(dict(vip.options).get("dev", name), vip.interface, vip.masked, sources)
        for source in (*sources, *self._known):
            self._have(name, str(source))
        for tracked in draft.values.get("track_interface") or ():
            self._nics.setdefault(tracked["name"], [])
        for gateway in draft.values.get("track_gateways") or ():
            address = ip_interface(gateway["address"])
            self._cover(gateway.get("interface") or name, address, False, [])

    def as_info(self) -> list[dict[str, Any]]:
        """Return it as ``vrrp_info`` does."""
        return [
            {"name": name, "addresses": [{"address": str(own), "secondary": False} for own in addresses]}
            for name, addresses in self._nics.items()
        ]

    def _fits(self, draft: PairInstance) -> bool:
        fitting = [
            name for name, own in self._nics.items()
            if draft.vips and any(draft.vips[0].interface.ip in each.network for each in own)
        ]  # fmt: skip
        return len(fitting) == 1

    def _cover(self, name: str, there: Interface, masked: bool, sources: list[Any]) -> None:
        """Give the interface an address in the subnet of another one."""
        own = self._nics.setdefault(name, [])
        if any(there.ip in each.network for each in own):
            return
        for subnet in _subnets(there, masked):
            known = [each for each in (*map(str, sources), *self._known) if ip_address(each) in subnet.network]
            address = next((each for each in known if each not in self._taken), None)
            free = next(_free(subnet, self._taken), None) if address is None else None
            if address or free:
                own.append(ip_interface(f"{address or free}/{subnet.network.prefixlen}"))
                self._taken.add(str(address or free))
                if free:
                    self._note(f"address {own[-1]}")
                return

    def _have(self, name: str, address: str) -> None:
        """Give the interface this address, unless the host has it."""
        there = ip_address(address)
        if not any(own.ip == there for each in self._nics.values() for own in each):
            subnet = next((own.network for own in self._nics.setdefault(name, []) if there in own.network), None)
            length = subnet.prefixlen if subnet else _WIDE[there.version][0]
            self._nics[name].append(ip_interface(f"{address}/{length}"))
            self._taken.add(address)

    def _note(self, text: str) -> None:
        if text not in self.made_up:
            self.made_up.append(text)


def _vips(draft: PairInstance) -> list[VirtualIp]:
    return [*draft.vips, *(vip for vip in draft.excluded if "dev" in dict(vip.options))]


def _gateways(draft: PairInstance) -> Iterator[str]:
    yield from (str(gateway["address"]) for gateway in draft.values.get("track_gateways") or ())


def _subnets(there: Interface, masked: bool) -> Iterator[Interface]:
    """Yield the subnets that an address may be in, the likeliest first."""
    if masked and there.network.prefixlen < there.max_prefixlen:
        yield there
    for length in _WIDE[there.version]:
        wide = ip_interface(f"{there.ip}/{length}")
        if there.ip not in (wide.network[0], wide.network[-1]):
            yield wide


def _free(subnet: Interface, taken: set[str]) -> Iterator[str]:
    """Yield addresses of a subnet that nobody has, from its end."""
    network = subnet.network
    for back in range(2, min(network.num_addresses, _TRIED)):
        address = str(network[-back])
        if address not in taken:
            yield address


def _is_address(value: Any) -> bool:
    try:
        return bool(ip_address(str(value)))
    except ValueError:
        return False
