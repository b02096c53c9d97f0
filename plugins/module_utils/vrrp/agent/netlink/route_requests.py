# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It encodes routes and rules as rtnetlink requests, and decodes the kernel's messages about them.

A request that deletes names everything that the kernel compares, so that it never takes the host's own route or rule.
Numbers are those of linux/rtnetlink.h and linux/fib_rules.h.
"""

from __future__ import annotations

import functools
import socket
from collections.abc import Mapping
from typing import Any

from ...config.model.routes import NextHop, Route, Rule
from .address_request import scope_number
from .messages import (
    HEADER,
    NLM_F_ACK,
    NLM_F_CREATE,
    NLM_F_DUMP,
    NLM_F_EXCL,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_GETROUTE,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    RTPROT_KEEPALIVED,
    decode,
    encode,
)
from .pyroute2_import import derived_class, message_class

RTNH_F_ONLINK = 4
RT_SCOPE_NOWHERE = 255  # in a request that deletes: any scope
RTAX_LOCK_MTU = 1 << 2  # bit RTAX_MTU of RTAX_LOCK
FIB_RULE_INVERT = 2
TABLE_MAIN = 254
IP6_DEFAULT_METRIC = 1024  # what the kernel gives a route without one
_RTN = "unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat"
ROUTE_KINDS = {name: number for number, name in enumerate(_RTN.split(), 1)}
RULE_ACTIONS = {"table": 1, "goto": 2, "nop": 3, "blackhole": 6, "unreachable": 7, "prohibit": 8}


def route_requests(route: Route, indexes: Mapping[str, int]) -> tuple[bytes, bytes]:
    """Return the requests that set and delete it. ``indexes`` are by interface name. Raises ValueError, KeyError."""
    add = _route(RTM_NEWROUTE, NLM_F_CREATE, route, indexes)  # as keepalived: before others that are like it
    return add, _route(RTM_DELROUTE, 0, route, indexes)


def rule_requests(rule: Rule, priority: int) -> tuple[bytes, bytes]:
    """Return the requests that set and that delete it."""
    return _rule(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule, priority), _rule(RTM_DELRULE, 0, rule, priority)


def listing(family: int, table: int) -> bytes:
    """Return the request for our routes in a table."""
    fields = {"family": family, "table": table if table < 256 else 0, "proto": RTPROT_KEEPALIVED}
    attributes = [("RTA_TABLE", table)] if table >= 256 else []
    return encode(message_class("rtmsg"), RTM_GETROUTE, NLM_F_DUMP, fields, attributes)


def read(message: bytes, rule: bool) -> Any:
    """Return what tells a route or rule from others: a message about it, its header included, as pyroute2 reads it."""
    return decode(_key_class(rule), message, HEADER.size)


@functools.cache
def _key_class(rule: bool) -> Any:
    """Return pyroute2's message about a route or rule with no more than its key.

    Its own class searches for the kind of an encapsulation, and the search ends only with the usual attribute order.
    """
    full = message_class("fibmsg") if rule else message_class("rtmsg")
    source = ((2, "FRA_SRC", "cdata"),) if rule else ()
    same = (("DST", 1, "cdata"), ("PRIORITY", 6, "uint32"), ("TABLE", 15, "uint32"))  # for both of them
    return derived_class(
        "nlmsg", fields=full.fields, nla_map=(*source, *((at, full.prefix + name, kind) for name, at, kind in same))
    )


def _route(kind: int, flags: int, route: Route, indexes: Mapping[str, int]) -> bytes:
    deleting = kind == RTM_DELROUTE
    network, table = route.destination, TABLE_MAIN if route.table is None else route.table
    fields = {
        "family": socket.AF_INET if network.version == 4 else socket.AF_INET6,
        "dst_len": network.prefixlen,
        "tos": route.tos or 0,
        "table": table if table < 256 else 0,
        "proto": RTPROT_KEEPALIVED if route.protocol is None else route.protocol,
        "scope": RT_SCOPE_NOWHERE if deleting else scope_number(route.scope),
        "type": ROUTE_KINDS[route.kind],
    }
    metric = route.metric
    if deleting and metric is None and network.version == 6:
        metric = IP6_DEFAULT_METRIC
    attrs: list[Any] = [["RTA_TABLE", table]]
    if network.prefixlen or network.version == 6:
        attrs.append(["RTA_DST", str(network.network_address)])
    if metric is not None:
        attrs.append(["RTA_PRIORITY", metric])
    if route.source is not None:
        attrs.append(["RTA_PREFSRC", str(route.source)])
    if len(route.hops) == 1:
        hop = route.hops[0]
        fields["flags"] = _hop_flags(hop)
        attrs += _gateway(hop)
        if hop.device is not None:
            attrs.append(["RTA_OIF", indexes[hop.device]])
    elif route.hops:
        attrs.append(["RTA_MULTIPATH", [_hop(hop, indexes) for hop in route.hops]])
    metrics = [
        ["RTAX_LOCK", RTAX_LOCK_MTU if route.mtu_lock and route.mtu is not None else None],
        ["RTAX_MTU", route.mtu],
        ["RTAX_ADVMSS", route.advmss],
    ]
    given = [pair for pair in metrics if pair[1] is not None]
    if given:
        attrs.append(["RTA_METRICS", {"attrs": given}])
    return encode(message_class("rtmsg"), kind, NLM_F_ACK | flags, fields, attrs)


def _hop(hop: NextHop, indexes: Mapping[str, int]) -> dict[str, Any]:
    index = indexes[hop.device] if hop.device is not None else 0
    return {"oif": index, "flags": _hop_flags(hop), "hops": hop.weight - 1, "attrs": _gateway(hop)}


def _gateway(hop: NextHop) -> list[Any]:
    return [["RTA_GATEWAY", str(hop.via)]] if hop.via is not None else []


def _hop_flags(hop: NextHop) -> int:
    return RTNH_F_ONLINK if hop.onlink else 0


def _rule(kind: int, flags: int, rule: Rule, priority: int) -> bytes:
    fields = {
        "family": socket.AF_INET if rule.version == 4 else socket.AF_INET6,
        "tos": rule.tos or 0,
        "action": RULE_ACTIONS[rule.action],
        "flags": FIB_RULE_INVERT if rule.inverted else 0,
    }
    attrs: list[Any] = []
    if rule.action == "table":
        table = TABLE_MAIN if rule.table is None else rule.table
        fields["table"] = table if table < 256 else 0
        attrs.append(["FRA_TABLE", table])
    for name, length, network in (("FRA_SRC", "src_len", rule.source), ("FRA_DST", "dst_len", rule.destination)):
        if network is not None:
            fields[length] = network.prefixlen
            if network.prefixlen:
                attrs.append([name, str(network.network_address)])
    given = (
        ("FRA_PRIORITY", priority),
        ("FRA_FWMARK", rule.fwmark),
        ("FRA_FWMASK", rule.fwmask),
        ("FRA_SUPPRESS_PREFIXLEN", rule.suppress_prefixlength),
        ("FRA_SUPPRESS_IFGROUP", rule.suppress_ifgroup),
        ("FRA_IIFNAME", rule.iif),
        ("FRA_OIFNAME", rule.oif),
        ("FRA_PROTOCOL", RTPROT_KEEPALIVED if rule.protocol is None else rule.protocol),
        ("FRA_GOTO", rule.goto if rule.action == "goto" else None),
    )
    attrs += [[name, value] for name, value in given if value is not None]
    return encode(message_class("fibmsg"), kind, NLM_F_ACK | flags, fields, attrs)
