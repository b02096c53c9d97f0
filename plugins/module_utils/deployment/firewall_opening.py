# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It allows what a pair sends in the firewall of a node, by rules that it finds again, and takes these rules away.

A rule has the comment ``hotstandby``, in firewalld a priority that no other rule has. Those of firewalld and ufw stay
after a boot. Those of nftables and iptables do not, because nobody knows which file loads them.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from . import firewall_rules
from .change import Change, DeploymentError
from .commands import change, output
from .firewall import FIREWALLD, NFTABLES, UFW, BlockedPacket, Firewall, listed
from .packet_filter import IN

MARK = "hotstandby"
LASTING = (FIREWALLD, UFW)


def openings(firewall: Firewall, wanted: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Return the changes that allow it on the ways to the peers where something drops it now."""
    made: dict[tuple[str, str], Change] = {}
    for found in firewall.found(wanted):
        if found.tool == FIREWALLD and found.packet.direction != IN and found.packet.port:
            continue  # without this one there is a pair
        opening = _opening(firewall, found)
        made.setdefault((opening.subject, opening.after), opening)
    return list(made.values())


def _opening(firewall: Firewall, found: BlockedPacket) -> Change:
    tool, packet, base = found.tool, found.packet, found.drop.base
    if tool == FIREWALLD:
        if packet.direction != IN:
            raise DeploymentError(
                f"firewalld drops VRRP that goes out ({found.drop.chain.place}): allow it in that policy"
            )
        zone, rule = firewall.zone(packet.interface), firewall_rules.firewalld(packet)
        words = ["firewall-cmd", f"--zone={zone}", f"--add-rich-rule={rule}"]
        return _change(f"firewalld: zone {zone}", rule, words, [words[0], "--permanent", *words[1:]])
    if tool == UFW:
        rule = firewall_rules.ufw(packet)
        return _change("ufw", rule, ["ufw", *rule.split(), "comment", MARK])
    if tool == NFTABLES:
        rule = f'{firewall_rules.nftables(packet, packet.protocol)} accept comment "{MARK}"'
        return _change(f"nftables: {base.place}", rule, ["nft", "insert", "rule", *base.name.split(" ", 2), rule])
    table, chain = base.name.split(" ")
    what = firewall_rules.iptables(packet, packet.name if packet.port else packet.protocol)
    rule = f"{what} -m comment --comment {MARK} -j ACCEPT"
    program = firewall.programs[packet.version]
    return _change(base.place, rule, [program, "-w", "-t", table, "-I", chain, *rule.split()])


def _change(subject: str, rule: str, *commands: Sequence[str]) -> Change:
    return Change(subject, "", f"{rule}\n", partial(_all, commands))


def _all(commands: Sequence[Sequence[str]]) -> None:
    for words in commands:
        change(words)


def closings(firewall: Firewall) -> list[Change]:
    """Return the changes that take away what :func:`openings` made."""
    return [*_of_nftables(), *_of_iptables(firewall), *_of_firewalld(), *_of_ufw()]


def _removal(subject: str, rule: str, *commands: Sequence[str]) -> Change:
    return Change(subject, f"{rule}\n", "", partial(_all, commands))


def _of_nftables() -> Iterator[Change]:
    try:
        entries = json.loads(output(["nft", "--json", "list", "ruleset"]) or "{}").get("nftables") or ()
    except ValueError:
        return
    for rule in (entry["rule"] for entry in entries if "rule" in entry):
        if rule.get("comment") == MARK:
            place = f"chain {rule['chain']} of table {rule['family']} {rule['table']}"
            chain = f"{rule['family']} {rule['table']} {rule['chain']}"
            words = [
                "nft",
                "delete",
                "rule",
                rule["family"],
                rule["table"],
                rule["chain"],
                "handle",
                str(rule["handle"]),
            ]
            yield _removal(f"nftables: {place}", listed(chain, str(rule["handle"])), words)


def _of_iptables(firewall: Firewall) -> Iterator[Change]:
    for version, chains in firewall.tables.items():
        for chain in chains.values():
            for rule in chain.rules:
                words = shlex.split(rule.text)
                if "--comment" in words[:-1] and words[words.index("--comment") + 1] == MARK:
                    table = chain.name.split(" ")[0]
                    command = [firewall.programs[version], "-w", "-t", table, "-D", *words[1:]]
                    yield _removal(chain.place, " ".join(words[2:]), command)


def _of_firewalld() -> Iterator[Change]:
    found: dict[tuple[str, str], list[list[str]]] = {}
    for option in ((), ("--permanent",)):
        zone = ""
        for line in (output(["firewall-cmd", *option, "--list-all-zones"]) or "").splitlines():
            if line and not line[0].isspace():
                zone = line.split()[0]
            elif line.strip().startswith(firewall_rules.PRIORITY):
                rule = line.strip()
                words = ["firewall-cmd", *option, f"--zone={zone}", f"--remove-rich-rule={rule}"]
                found.setdefault((zone, rule), []).append(words)
    for (zone, rule), commands in found.items():
        yield _removal(f"firewalld: zone {zone}", rule, *commands)


def _of_ufw() -> Iterator[Change]:
    for line in (output(["ufw", "show", "added"]) or "").splitlines():
        words = shlex.split(line) if line.startswith("ufw ") else []
        if words[-2:] == ["comment", MARK]:
            yield _removal("ufw", " ".join(words[1:-2]), ["ufw", "delete", *words[1:-2]])
