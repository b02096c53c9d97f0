# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads the chains of iptables or ip6tables from ``iptables-save`` (iptables(8), iptables-extensions(8)). Pure."""

from __future__ import annotations

import shlex
from functools import partial
from typing import Optional

from .packet_filter import (
    ACCEPT,
    DROP,
    GOTO,
    IN,
    JUMP,
    OUT,
    RETURN,
    Chain,
    FilterRule,
    Packet,
    every,
    named,
    opposite,
    some,
    within,
)

_BASE = {"PREROUTING": IN, "INPUT": IN, "OUTPUT": OUT, "POSTROUTING": OUT}
_VERDICTS = {"ACCEPT": ACCEPT, "DROP": DROP, "REJECT": DROP, "RETURN": RETURN}
_PORTS = ("--sport", "--dport", "--sports", "--dports", "--ports")


def chains(saved: str, version: int) -> dict[str, Chain]:
    """Return every chain by "TABLE CHAIN" of an ``iptables-save`` (4) or ``ip6tables-save`` (6)."""
    found: dict[str, Chain] = {}
    program, table = {4: "iptables", 6: "ip6tables"}[version], ""
    for line in saved.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif line.startswith(":"):
            name, policy = line[1:].split()[:2]
            place = f"chain {name} of {program}" + ("" if table == "filter" else f" -t {table}")
            direction = _BASE.get(name, "") if table != "nat" else ""
            found[f"{table} {name}"] = Chain(f"{table} {name}", place, direction, policy == "DROP", version)
        elif line.startswith("-A "):
            name = line.split()[1]
            if f"{table} {name}" in found:
                found[f"{table} {name}"].rules.append(_rule(table, line))
    return found


def _rule(table: str, line: str) -> FilterRule:
    try:
        words = shlex.split(line)[2:]
    except ValueError:
        return FilterRule(lambda packet: None, "continue", line)
    for flag, verdict in (("-j", JUMP), ("-g", GOTO)):
        if flag in words:
            at = words.index(flag)
            target = words[at + 1]
            tests = partial(_matches, tuple(words[:at]))
            if target in _VERDICTS:
                return FilterRule(tests, _VERDICTS[target], line)
            return FilterRule(tests, verdict, line, f"{table} {target}")  # LOG and the like are no chains
    return FilterRule(partial(_matches, tuple(words)), "continue", line)


def _matches(words: tuple[str, ...], packet: Packet) -> Optional[bool]:
    answers: list[Optional[bool]] = []
    left, inverted = list(words), False
    while left:
        word = left.pop(0)
        if word == "!":
            inverted = True
            continue
        value = left.pop(0) if left and not left[0].startswith("-") else ""
        if word in ("-m", "--comment"):
            continue
        answer = _test(word, value, packet)
        answers.append(opposite(answer) if inverted else answer)
        inverted = False
    return every(answers)


def _test(word: str, value: str, packet: Packet) -> Optional[bool]:
    if word == "-p":
        return value in ("all", "0") or packet.has_protocol(value)
    if word == "-i":
        return packet.direction == IN and named(packet.interface, value, "+")
    if word == "-o":
        return packet.direction == OUT and named(packet.interface, value, "+")
    if word in ("-s", "--src-range"):
        return within(packet.source, value)
    if word in ("-d", "--dst-range"):
        return within(packet.destination, value)
    if word in ("--ctstate", "--state"):
        states = value.split(",")
        if packet.established:
            return "ESTABLISHED" in states
        # An answer to multicast never makes the connection established; with unicast the peer's packet may.
        if "NEW" in states or "UNTRACKED" in states:
            return True
        return False if packet.multicast or states == ["INVALID"] else None
    if word in _PORTS and packet.port:
        return some([_is_port(packet.port, each) for each in value.split(",")])
    if word == "--pkt-type" and packet.direction == IN:
        return value == ("multicast" if packet.multicast else "unicast")
    if word == "--dst-type":
        known = "MULTICAST" if packet.multicast else "LOCAL" if packet.direction == IN else "UNICAST"
        return value == known
    return None


def _is_port(port: int, value: str) -> Optional[bool]:
    """Return whether a port is ``value``: a number or FIRST:LAST. None for what is neither."""
    first, colon, last = value.partition(":")
    try:
        return int(first or 0) <= port <= int(last or (65535 if colon else first))
    except ValueError:
        return None
