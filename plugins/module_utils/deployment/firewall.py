# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It tells which firewall rules of a node drop VRRP to and from a peer, which tool they are of, and what allows it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from ..vrrp.protocol.constants import VRRP_MULTICAST_IPV4, VRRP_MULTICAST_IPV6
from . import iptables_rules, nftables_rules
from .commands import output
from .packet_filter import IN, OUT, Chain, Drop, Packet, drops

NFTABLES, IPTABLES, FIREWALLD, UFW = "nftables", "iptables", "firewalld", "ufw"
_LEGACY_TABLES = {4: "/proc/net/ip_tables_names", 6: "/proc/net/ip6_tables_names"}
_SAVE = {4: "iptables-save", 6: "ip6tables-save"}
_COUNTER = re.compile(r" counter packets \d+ bytes \d+")


class Firewall:
    """It is the firewall of this node: its chains, and the tools that manage it."""

    def __init__(self) -> None:
        self.tables = {version: self._iptables(version) for version in (4, 6)}
        self.nftables = self._nftables()
        self.zones: dict[str, str] = {}  # firewalld's, by interface

    def drops(self, wanted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return what drops VRRP in each direction; ``wanted`` are the attempts to reach a peer."""
        found = []
        for entry in wanted:
            for kind, packet in _packets(entry):
                for tool, chains in ((NFTABLES, self.nftables), (IPTABLES, self.tables[packet.version])):
                    for drop in drops(chains, packet):
                        found.append({**_way(entry, kind, packet), **self._told(tool, drop, packet)})
        return found

    def tool(self, tool: str, drop: Drop) -> str:
        """Return which tool a drop is of."""
        if tool == NFTABLES:
            return FIREWALLD if drop.base.name.split()[1] == FIREWALLD else NFTABLES
        if _active_ufw() and (drop.chain.name.split()[1].startswith(UFW) or drop.text.startswith("policy")):
            return UFW
        return IPTABLES

    def zone(self, interface: str) -> str:
        """Return firewalld's zone of an interface."""
        if interface not in self.zones:
            said = output(["firewall-cmd", f"--get-zone-of-interface={interface}"])
            self.zones[interface] = (said or output(["firewall-cmd", "--get-default-zone"]) or "public").strip()
        return self.zones[interface]

    def _told(self, tool: str, drop: Drop, packet: Packet) -> dict[str, Any]:
        by = self.tool(tool, drop)
        return {
            "tool": by,
            "place": drop.chain.place,
            "rule": _text(drop) if tool == NFTABLES else drop.text,
            "sure": drop.sure,
            "remedy": self._remedy(by, drop, packet),
        }

    def _remedy(self, tool: str, drop: Drop, packet: Packet) -> str:
        if tool == FIREWALLD:
            zone = self.zone(packet.interface)
            return f"firewall-cmd --permanent --zone={zone} --add-protocol=vrrp, then firewall-cmd --reload"
        if tool == UFW:
            return f"ufw allow {packet.direction} on {packet.interface} proto vrrp"
        if tool == NFTABLES:
            rule = f"nft insert rule {drop.base.name} meta l4proto vrrp accept"
            return f"{rule}, and the same in /etc/nftables.conf"
        program = {4: "iptables", 6: "ip6tables"}[packet.version]
        chain = drop.base.name.split()[1]
        return f"{program} -I {chain} -p vrrp -j ACCEPT, and the same in what loads the rules at boot"

    @staticmethod
    def _iptables(version: int) -> dict[str, Chain]:
        chains = iptables_rules.chains(output([_SAVE[version]]) or "", version)
        if not chains and os.path.exists(_LEGACY_TABLES[version]):
            legacy = _SAVE[version].replace("-", "-legacy-")  # beside the newer one, which shows its own rules only
            chains = iptables_rules.chains(output([legacy]) or "", version)
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


def _packets(entry: Mapping[str, Any]) -> list[tuple[str, Packet]]:
    source, peer, interface = ip_address(entry["source"]), ip_address(entry["peer"]), entry["interface"]
    group = ip_address(entry.get("group") or (VRRP_MULTICAST_IPV6 if source.version == 6 else VRRP_MULTICAST_IPV4))
    if entry["unicast"]:
        return [("unicast", Packet(OUT, interface, source, peer)), ("unicast", Packet(IN, interface, peer, source))]
    return [
        ("multicast", Packet(OUT, interface, source, group)),
        ("multicast", Packet(IN, interface, peer, group)),
    ]


def _way(entry: Mapping[str, Any], kind: str, packet: Packet) -> dict[str, Any]:
    return {"interface": entry["interface"], "peer": entry["peer"], "kind": kind, "direction": packet.direction}


def _active_ufw() -> bool:
    return "Status: active" in (output(["ufw", "status"]) or "")


def _text(drop: Drop) -> str:
    """Return a rule of nftables as nft prints it, for its handle."""
    word, _space, number = drop.text.partition(" ")
    if word != "handle":
        return drop.text
    for line in (output(["nft", "--handle", "list", "chain", *drop.chain.name.split(" ", 2)]) or "").splitlines():
        rule, sign, handle = line.rpartition(" # handle ")
        if sign and handle.strip() == number:
            return _COUNTER.sub("", rule.strip())
    return drop.text
