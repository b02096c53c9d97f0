# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes and rules as rtnetlink requests: pyroute2's message classes encode them.

A file of its own because most configurations have none: it is imported by whoever has some. A request that deletes
names everything that the kernel compares, so that it never takes the host's own route or rule. Numbers are those of
linux/rtnetlink.h and linux/fib_rules.h.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from .lean import without_init

try:
    with without_init("pyroute2"):
        from pyroute2.netlink.rtnl.fibmsg import fibmsg
        from pyroute2.netlink.rtnl.rtmsg import rtmsg
except ImportError:  # netlink.Kernel says so
    HAS_PYROUTE2 = False
else:
    HAS_PYROUTE2 = True

from ...config.routes import NextHop, Route, Rule
from .address_request import scope_number
from .interfaces import NLM_F_ACK, NLM_F_REQUEST

RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWRULE, RTM_DELRULE = 24, 25, 32, 33
NLM_F_EXCL, NLM_F_CREATE = 0x200, 0x400
RTNH_F_ONLINK = 4
RT_SCOPE_NOWHERE = 255  # in a request that deletes: whatever scope
RTAX_LOCK_MTU = 1 << 2  # bit RTAX_MTU of RTAX_LOCK
FIB_RULE_INVERT = 2
TABLE_MAIN = 254
IP6_DEFAULT_METRIC = 1024  # what the kernel gives a route without one
ROUTE_KINDS = {
    "unicast": 1,
    "local": 2,
    "broadcast": 3,
    "anycast": 4,
    "multicast": 5,
    "blackhole": 6,
    "unreachable": 7,
    "prohibit": 8,
    "throw": 9,
    "nat": 10,
}
RULE_ACTIONS = {"table": 1, "goto": 2, "nop": 3, "blackhole": 6, "unreachable": 7, "prohibit": 8}
KEEPALIVED = 18  # RTPROT_KEEPALIVED: it says to everybody whose routes and rules these are


def route_requests(route: Route, indexes: Mapping[str, int]) -> tuple[bytes, bytes]:
    """The requests that set and that delete it. ``indexes`` are the interfaces by name. Raises ValueError, KeyError."""
    add = _route(RTM_NEWROUTE, NLM_F_CREATE, route, indexes)  # as keepalived: before others that are like it
    return add, _route(RTM_DELROUTE, 0, route, indexes)


def rule_requests(rule: Rule, priority: int) -> tuple[bytes, bytes]:
    """The requests that set and that delete it."""
    return _rule(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule, priority), _rule(RTM_DELRULE, 0, rule, priority)


def _route(kind: int, flags: int, route: Route, indexes: Mapping[str, int]) -> bytes:
    deleting = kind == RTM_DELROUTE
    network, table = route.destination, TABLE_MAIN if route.table is None else route.table
    message = rtmsg()
    message["family"] = socket.AF_INET if network.version == 4 else socket.AF_INET6
    message["dst_len"] = network.prefixlen
    message["tos"] = route.tos or 0
    message["table"] = table if table < 256 else 0
    message["proto"] = KEEPALIVED if route.protocol is None else route.protocol
    message["scope"] = RT_SCOPE_NOWHERE if deleting else scope_number(route.scope)
    message["type"] = ROUTE_KINDS[route.kind]
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
        message["flags"] = _hop_flags(hop)
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
    return _encoded(message, kind, flags, attrs)


def _hop(hop: NextHop, indexes: Mapping[str, int]) -> dict[str, Any]:
    index = indexes[hop.device] if hop.device is not None else 0
    return {"oif": index, "flags": _hop_flags(hop), "hops": hop.weight - 1, "attrs": _gateway(hop)}


def _gateway(hop: NextHop) -> list[Any]:
    return [["RTA_GATEWAY", str(hop.via)]] if hop.via is not None else []


def _hop_flags(hop: NextHop) -> int:
    return RTNH_F_ONLINK if hop.onlink else 0


def _rule(kind: int, flags: int, rule: Rule, priority: int) -> bytes:
    message = fibmsg()
    message["family"] = socket.AF_INET if rule.version == 4 else socket.AF_INET6
    message["tos"] = rule.tos or 0
    message["action"] = RULE_ACTIONS[rule.action]
    message["flags"] = FIB_RULE_INVERT if rule.inverted else 0
    attrs: list[Any] = []
    if rule.action == "table":
        table = TABLE_MAIN if rule.table is None else rule.table
        message["table"] = table if table < 256 else 0
        attrs.append(["FRA_TABLE", table])
    for name, length, network in (("FRA_SRC", "src_len", rule.source), ("FRA_DST", "dst_len", rule.destination)):
        if network is not None:
            message[length] = network.prefixlen
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
        ("FRA_PROTOCOL", KEEPALIVED if rule.protocol is None else rule.protocol),
        ("FRA_GOTO", rule.goto if rule.action == "goto" else None),
    )
    attrs += [[name, value] for name, value in given if value is not None]
    return _encoded(message, kind, flags, attrs)


def _encoded(message: Any, kind: int, flags: int, attrs: list[Any]) -> bytes:
    message["attrs"] = attrs
    message["header"]["type"] = kind
    message["header"]["flags"] = NLM_F_REQUEST | NLM_F_ACK | flags
    message.encode()
    return bytes(message.data)
