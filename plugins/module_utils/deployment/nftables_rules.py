# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads the chains of nftables from ``nft --json list ruleset`` (libnftables-json(5)). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Optional

from ..vrrp.protocol.constants import AH_PROTOCOL
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

_HOOKS = {"prerouting": IN, "input": IN, "output": OUT, "postrouting": OUT}
_FAMILIES = {"ip": 4, "ip6": 6, "inet": 0}
_VERDICTS = {"accept": ACCEPT, "drop": DROP, "reject": DROP, "return": RETURN, "jump": JUMP, "goto": GOTO}
_NO_EFFECT = ("counter", "log", "mangle", "notrack", "ct helper")
_OTHERS = ("tcp", "udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "igmp", "th", "gre", "esp", "comp", "ah")


def chains(ruleset: Mapping[str, Any]) -> dict[str, Chain]:
    """Return every chain by "FAMILY TABLE CHAIN". The text of a rule is its handle, which ``nft -a`` prints, too."""
    found: dict[str, Chain] = {}
    sets: dict[tuple[str, str, str], list[Any]] = {}
    entries = ruleset.get("nftables") or []
    for entry in entries:
        if "set" in entry:
            made = entry["set"]
            sets[made["family"], made["table"], made["name"]] = made.get("elem") or []
        elif "chain" in entry and entry["chain"]["family"] in _FAMILIES:
            made = entry["chain"]
            direction = _HOOKS.get(made.get("hook", ""), "")
            if made.get("type") == "nat":
                direction = ""  # it never drops, and sees only the first packet
            place = f"chain {made['name']} of table {made['family']} {made['table']}"
            drops_rest = made.get("policy") == "drop"
            found[_key(made, made["name"])] = Chain(
                _key(made, made["name"]), place, direction, drops_rest, _FAMILIES[made["family"]]
            )
    for entry in entries:
        made = entry.get("rule")
        if made and _key(made, made["chain"]) in found:
            found[_key(made, made["chain"])].rules += _rules(made, sets)
    return found


def _key(entry: Mapping[str, Any], chain: str) -> str:
    return f"{entry['family']} {entry['table']} {chain}"


def _rules(rule: Mapping[str, Any], sets: Mapping[tuple[str, str, str], list[Any]]) -> Iterator[FilterRule]:
    """Yield what one rule does: a verdict map is several rules."""
    tests: list[Any] = []
    text = f"handle {rule['handle']}"

    def elements(name: str) -> Optional[list[Any]]:
        return sets.get((rule["family"], rule["table"], name))

    for expression in rule.get("expr") or ():
        ((word, value),) = expression.items()
        if word == "match":
            tests.append(partial(_match, value, elements))
        elif word in _VERDICTS:
            yield FilterRule(partial(_all, tuple(tests)), _VERDICTS[word], text, _target(rule, value))
        elif word == "vmap":
            data = value["data"]
            for pair in _elements(data, elements) or ():
                if isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[1], Mapping):
                    ((verdict, target),) = pair[1].items()
                    match = {"op": "==", "left": value["key"], "right": pair[0]}
                    condition = (*tests, partial(_match, match, elements))
                    yield FilterRule(
                        partial(_all, condition), _VERDICTS.get(verdict, "continue"), text, _target(rule, target)
                    )
        elif word not in _NO_EFFECT:
            tests.append(lambda packet: None)  # a rate, a quota, an extension of iptables


def _all(tests: tuple[Any, ...], packet: Packet) -> Optional[bool]:
    return every([test(packet) for test in tests])


def _target(rule: Mapping[str, Any], value: Any) -> str:
    return _key(rule, value["target"]) if isinstance(value, Mapping) and "target" in value else ""


def _match(match: Mapping[str, Any], elements: Any, packet: Packet) -> Optional[bool]:
    values = _elements(match["right"], elements)
    if values is None:
        return None
    answer = some([_equals(match["left"], value, packet) for value in values])
    return opposite(answer) if match["op"] == "!=" else answer if match["op"] in ("==", "in") else None


def _elements(right: Any, elements: Any) -> Optional[list[Any]]:
    """Return the values of the right side: of a set, of a named one, or one alone. None for an unknown set."""
    if isinstance(right, str) and right.startswith("@"):
        right = elements(right[1:])
        if right is None:
            return None
    if isinstance(right, Mapping) and "set" in right:
        right = right["set"]
    values = right if isinstance(right, list) else [right]
    return [value["elem"]["val"] if isinstance(value, Mapping) and "elem" in value else value for value in values]


def _equals(left: Any, value: Any, packet: Packet) -> Optional[bool]:
    """Return whether one field of the packet has this value; None for a field that only the kernel knows."""
    if not isinstance(left, Mapping) or value == "*":
        return True if value == "*" else None
    if "meta" in left:
        return _meta(left["meta"]["key"], value, packet)
    if "payload" in left:
        return _payload(left["payload"], value, packet)
    if "ct" in left and left["ct"].get("key") == "state":
        if packet.established:
            return bool(value == "established")
        # An answer to multicast never makes the connection established; with unicast the peer's packet may.
        return True if value in ("new", "untracked") else False if packet.multicast or value == "invalid" else None
    if "ct" in left and left["ct"].get("key") == "status":
        return False if value in ("dnat", "snat") else None
    if "fib" in left and left["fib"].get("result") == "type" and left["fib"].get("flags") == ["daddr"]:
        known = "multicast" if packet.multicast else "local" if packet.direction == IN else "unicast"
        return bool(value == known)
    return None


def _meta(key: str, value: Any, packet: Packet) -> Optional[bool]:
    if key in ("iif", "iifname"):
        return packet.direction == IN and named(packet.interface, str(value), "*")
    if key in ("oif", "oifname"):
        return packet.direction == OUT and named(packet.interface, str(value), "*")
    if key == "l4proto":
        return packet.has_protocol(value)
    if key in ("nfproto", "protocol"):
        return bool(value == {"nfproto": {4: "ipv4", 6: "ipv6"}, "protocol": {4: "ip", 6: "ip6"}}[key][packet.version])
    if key == "pkttype" and packet.direction == IN:
        return bool(value == ("multicast" if packet.multicast else "host"))
    return None


def _payload(payload: Mapping[str, Any], value: Any, packet: Packet) -> Optional[bool]:
    protocol, name = payload.get("protocol"), payload.get("field")
    if packet.port and protocol in ("udp", "th"):
        return _is_port(packet.port, value) if name in ("sport", "dport") else None
    if protocol == "ah" and packet.protocol == AH_PROTOCOL:
        return None
    if protocol in _OTHERS:
        return False
    if protocol in ("ip", "ip6"):
        if _FAMILIES[protocol] != packet.version:
            return False
        if name in ("protocol", "nexthdr"):
            return packet.has_protocol(value)
        if name in ("saddr", "daddr"):
            return within(packet.source if name == "saddr" else packet.destination, _address(value))
        if name in ("ttl", "hoplimit"):
            return None if packet.port else bool(value == 255)
    return None


def _is_port(port: int, value: Any) -> Optional[bool]:
    """Return whether a port is this number or in this range; None for what is neither."""
    if isinstance(value, Mapping) and isinstance(value.get("range"), (list, tuple)):
        first, last = value["range"]
        return bool(first <= port <= last)
    return bool(value == port) if isinstance(value, int) else None


def _address(value: Any) -> str:
    if isinstance(value, Mapping) and "prefix" in value:
        return f"{value['prefix']['addr']}/{value['prefix']['len']}"
    if isinstance(value, Mapping) and "range" in value:
        return "-".join(map(str, value["range"]))
    return str(value)
