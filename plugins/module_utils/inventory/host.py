# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It holds one host of a pair: its variables, and the network that was found on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_interface
from typing import Any, Optional

from ..vrrp.ip_types import Interface
from .vip import VirtualIp

PREFIX = "ha_pair_"
FACTS = PREFIX + "interfaces"  # as hotstandby.vrrp.vrrp_info returns them

NodeFacts = Mapping[str, Any]  # what vrrp_info returns of a node
PlannedInstance = Mapping[str, Any]  # an instance of ha_pair_plan
PlannedInstances = Sequence[PlannedInstance]


@dataclass(frozen=True)
class Nic:
    """It is one network interface. ``own`` are the addresses that belong to the host.

    They are without addresses that the agent holds, that are secondary, or that have no subnet (/32, /128): such a
    one may be a VIP that is there because this host is master now. Those without a subnet are ``alone``.
    """

    name: str
    own: tuple[Interface, ...] = ()
    alone: tuple[Interface, ...] = ()

    def covers(self, vip: VirtualIp) -> Optional[Interface]:
        """Return the first own address in whose subnet the VIP lies, or None."""
        return next(iter(self.around(vip)), None)

    def around(self, vip: VirtualIp) -> list[Interface]:
        """Return each own address in whose subnet the VIP lies."""
        return [own for own in self.own if vip.interface.ip in own.network]

    def without_subnet(self, version: int) -> tuple[Interface, ...]:
        """Return its addresses of this IP version where none has a subnet, as in many clouds; else nothing."""
        if any(own.version == version and not own.ip.is_link_local for own in self.own):
            return ()
        return tuple(address for address in self.alone if address.version == version)

    def shown(self) -> str:
        """Return its addresses, for messages."""
        return " ".join(map(str, (*self.own, *self.alone)))


@dataclass
class Host:
    """It holds one host. ``variables`` are the host's, by their full names."""

    name: str
    variables: Mapping[str, Any]
    nics: Mapping[str, Nic] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()  # all its own, with those of loopback; empty if unknown

    @classmethod
    def read(cls, name: str, variables: Mapping[str, Any]) -> Host:
        """Return a host of its variables, which hold the interfaces of ``vrrp_info`` or else Ansible's facts."""
        if variables.get(FACTS) is not None:
            links = variables[FACTS] if well_formed(variables[FACTS]) else []
            nics = [_from_info(entry) for entry in links if not entry.get("loopback")]
            addresses = [address for entry in links for address in _unheld(entry)]
        else:
            nics = _from_facts(variables.get("ansible_facts") or variables)
            addresses = []
        there = frozenset(str(ip_interface(address).ip) for address in addresses)
        return cls(name, variables, {nic.name: nic for nic in nics}, there)

    def said(self, field_name: str) -> Any:
        """Return the value of ``ha_pair_FIELD``; None where it is not set, or only blanks."""
        value = self.variables.get(PREFIX + field_name)
        return None if isinstance(value, str) and not value.strip() else value

    def network(self) -> str:
        """Return its interfaces and own addresses, for messages."""
        shown = [f"{nic.name} {nic.shown() or 'without address'}" for nic in self.nics.values()]
        return "; ".join(shown) or "no interface at all"


def well_formed(facts: Any) -> bool:
    """Return whether this has the form of what ``vrrp_info`` returns, and is not a user's misspelt variable."""
    return isinstance(facts, (list, tuple)) and all(map(_is_link, facts))


def _is_link(link: Any) -> bool:
    if not isinstance(link, Mapping) or not isinstance(link.get("addresses"), (list, tuple)) or "name" not in link:
        return False
    if not isinstance(link.get("virtual_addresses") or [], (list, tuple)):
        return False
    return all(isinstance(each, Mapping) and "secondary" in each and _is_address(each) for each in link["addresses"])


def _is_address(entry: Mapping[str, Any]) -> bool:
    try:
        return isinstance(entry.get("address"), str) and bool(ip_interface(entry["address"]))
    except ValueError:
        return False


def _from_info(entry: Mapping[str, Any]) -> Nic:
    primary = {address["address"] for address in entry["addresses"] if not address["secondary"]}
    own = [address for address in _unheld(entry) if address in primary]
    return _nic(entry["name"], map(ip_interface, own))


def _unheld(entry: Mapping[str, Any]) -> list[str]:
    """Return the addresses of an interface without those that the agent holds."""
    held = set(entry.get("virtual_addresses") or ())
    return [address["address"] for address in entry["addresses"] if address["address"] not in held]


def _from_facts(facts: Mapping[str, Any]) -> list[Nic]:
    """Return the interfaces of the facts of ``ansible.builtin.setup``, with or without the prefix ``ansible_``."""

    def fact(name: str) -> Any:
        key = re.sub(r"[-.:]", "_", name)
        return facts.get(key) or facts.get("ansible_" + key)

    nics = []
    for name in fact("interfaces") or ():
        details = fact(name) or {}
        if details.get("type") == "loopback":
            continue
        own = [_fact_address(entry) for entry in _listed(details.get("ipv4")) + _listed(details.get("ipv6"))]
        nics.append(_nic(name, own))
    return nics


def _nic(name: Any, addresses: Iterable[Interface]) -> Nic:
    there = list(addresses)
    own = [address for address in there if address.network.prefixlen < address.max_prefixlen]
    return Nic(str(name), tuple(own), tuple(address for address in there if address not in own))


def _listed(value: Any) -> list[Any]:
    return [] if not value else [value] if isinstance(value, Mapping) else list(value)


def _fact_address(entry: Mapping[str, Any]) -> Interface:
    # IPv6 facts have no netmask; older ones for IPv4 have no prefix.
    return ip_interface(f"{entry['address']}/{entry.get('prefix') or entry.get('netmask')}")
