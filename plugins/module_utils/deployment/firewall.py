# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It tells which firewall rules of a node drop what goes to or comes from a peer, whose they are, and what helps."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any, Optional

from ..vrrp.protocol.constants import VRRP_MULTICAST_IPV4, VRRP_MULTICAST_IPV6
from . import firewall_rules, iptables_rules, nftables_rules
from .commands import output
from .packet_filter import IN, NAMES, OUT, UDP_PROTOCOL, Chain, Drop, Packet, drops

NFTABLES, IPTABLES, FIREWALLD, UFW = "nftables", "iptables", "firewalld", "ufw"
VRRP = "vrrp"
_NUMBERS = {name: number for number, name in NAMES.items()}
_LEGACY_TABLES = {4: "/proc/net/ip_tables_names", 6: "/proc/net/ip6_tables_names"}
_SAVE = {4: "iptables-save", 6: "ip6tables-save"}
_COUNTER = re.compile(r" counter packets \d+ bytes \d+")


@dataclass(frozen=True)
class BlockedPacket:
    """It is one drop of a packet, and the tool whose rule that is."""

    entry: Mapping[str, Any]  # the attempt to reach a peer
    packet: Packet
    tool: str
    drop: Drop


class Firewall:
    """It is the firewall of this node: its chains, and the tools that manage it."""

    def __init__(self) -> None:
        self.programs = {4: "iptables", 6: "ip6tables"}
        self.tables = {version: self._iptables(version) for version in (4, 6)}
        self.nftables = self._nftables()
        self._zones: dict[str, str] = {}  # firewalld's, by interface
        self._ufw: Optional[bool] = None  # whether it is on, once that was asked

    def drops(self, wanted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return what drops it in each direction; ``wanted`` are the attempts to reach a peer."""
        return [{**_way(found), **self._told(found)} for found in self.found(wanted)]

    def found(self, wanted: Sequence[Mapping[str, Any]]) -> Iterator[BlockedPacket]:
        """Yield the same for changes of the firewall."""
        for entry in wanted:
            packets = _packets(entry)
            first = [replace(packet, first=True) for packet in packets if packet.port]
            if first and all(any(self._dropping(packet)) for packet in first):
                packets = first  # nothing opens a connection, so there are no answers either
            for packet in packets:
                for layer, drop in self._dropping(packet):
                    yield BlockedPacket(entry, packet, self.tool(layer, drop), drop)

    def _dropping(self, packet: Packet) -> Iterator[tuple[str, Drop]]:
        for layer, chains in ((NFTABLES, self.nftables), (IPTABLES, self.tables[packet.version])):
            for drop in drops(chains, packet):
                yield layer, drop

    def tool(self, layer: str, drop: Drop) -> str:
        """Return which tool made a rule of nftables or iptables."""
        if layer == NFTABLES:
            return FIREWALLD if drop.base.name.split()[1] == FIREWALLD else NFTABLES
        if self._active_ufw() and (drop.chain.name.split()[1].startswith(UFW) or drop.text.startswith("policy")):
            return UFW
        return IPTABLES

    def _active_ufw(self) -> bool:
        if self._ufw is None:
            self._ufw = "Status: active" in (output(["ufw", "status"]) or "")
        return self._ufw

    def zone(self, interface: str) -> str:
        """Return firewalld's zone of an interface."""
        if interface not in self._zones:
            said = output(["firewall-cmd", f"--get-zone-of-interface={interface}"])
            self._zones[interface] = (said or output(["firewall-cmd", "--get-default-zone"]) or "public").strip()
        return self._zones[interface]

    def _told(self, found: BlockedPacket) -> dict[str, Any]:
        of_nftables = found.drop.chain.name in self.nftables
        return {
            "tool": found.tool,
            "place": found.drop.chain.place,
            "rule": _text(found.drop) if of_nftables else found.drop.text,
            "sure": found.drop.sure,
            "remedy": self._remedy(found.tool, found.drop, found.packet),
        }

    def _remedy(self, tool: str, drop: Drop, packet: Packet) -> str:
        if tool == FIREWALLD and packet.direction != IN:
            return "accept it in that policy of firewalld"
        if tool == FIREWALLD:
            what = f"--add-rich-rule='{firewall_rules.firewalld(packet)}'" if packet.port else ""
            what = what or f"--add-protocol={packet.name}"
            return f"firewall-cmd --permanent --zone={self.zone(packet.interface)} {what}, then firewall-cmd --reload"
        if tool == UFW:
            return f"ufw {firewall_rules.ufw(packet)}"
        if tool == NFTABLES:
            rule = f"nft insert rule {drop.base.name} {firewall_rules.nftables(packet, packet.name)} accept"
            return f"{rule}, and the same in /etc/nftables.conf"
        chain = drop.base.name.split()[1]
        rule = f"{self.programs[packet.version]} -I {chain} {firewall_rules.iptables(packet, packet.name)} -j ACCEPT"
        return f"{rule}, and the same in what loads the rules at boot"

    def _iptables(self, version: int) -> dict[str, Chain]:
        chains = iptables_rules.chains(output([_SAVE[version]]) or "", version)
        if not chains and os.path.exists(_LEGACY_TABLES[version]):
            legacy = _SAVE[version].replace("-", "-legacy-")  # beside the newer one, which shows its own rules only
            chains = iptables_rules.chains(output([legacy]) or "", version)
            if chains:
                self.programs[version] = legacy[: -len("-save")]
        return chains

    def _nftables(self) -> dict[str, Chain]:
        try:
            chains = nftables_rules.chains(json.loads(output(["nft", "--json", "list", "ruleset"]) or "{}"))
        except ValueError:
            return {}
        # iptables keeps its rules in tables of nftables, too, in a form that only iptables can read.
        return {name: chain for name, chain in chains.items() if not self._of_iptables(name)}

    def _of_iptables(self, name: str) -> bool:
        family, rest = name.split(" ", 1)
        return rest in self.tables.get({"ip": 4, "ip6": 6}.get(family, 0), {})


def _packets(entry: Mapping[str, Any]) -> list[Packet]:
    source, peer, interface = ip_address(entry["source"]), ip_address(entry["peer"]), entry["interface"]
    protocol = _NUMBERS[entry.get("protocol") or VRRP]
    if protocol == UDP_PROTOCOL:
        more = protocol, int(entry["port"])
        return [Packet(OUT, interface, source, peer, *more), Packet(IN, interface, peer, source, *more)]
    if entry["unicast"]:
        return [Packet(OUT, interface, source, peer, protocol), Packet(IN, interface, peer, source, protocol)]
    group = ip_address(entry.get("group") or (VRRP_MULTICAST_IPV6 if source.version == 6 else VRRP_MULTICAST_IPV4))
    return [Packet(OUT, interface, source, group, protocol), Packet(IN, interface, peer, group, protocol)]


def _way(found: BlockedPacket) -> dict[str, Any]:
    kind = "multicast" if found.packet.multicast else "unicast"
    way = {
        "interface": found.packet.interface,
        "peer": found.entry["peer"],
        "protocol": found.packet.name,
        "port": found.packet.port,
    }
    return {**way, "kind": kind, "direction": found.packet.direction}


def _text(drop: Drop) -> str:
    """Return a rule of nftables as nft prints it, for its handle."""
    word, _space, number = drop.text.partition(" ")
    return drop.text if word != "handle" else listed(drop.chain.name, number)


def listed(chain: str, number: str) -> str:
    """Return a rule as nft prints it, by its handle and its chain, "FAMILY TABLE CHAIN"."""
    for line in (output(["nft", "--handle", "list", "chain", *chain.split(" ", 2)]) or "").splitlines():
        rule, sign, handle = line.rpartition(" # handle ")
        if sign and handle.strip() == number:
            return _COUNTER.sub("", rule.strip())
    return f"handle {number}"
