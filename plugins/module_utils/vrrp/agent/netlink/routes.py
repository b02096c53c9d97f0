# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes and rules are prepared for the kernel: each :class:`KernelRoute` has its text and its requests.

Ours have keepalived's protocol number. So a route or rule that was there before with that number was left by a crash,
and any other one is the host's own.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Optional, Union

from ...config.model.routes import NextHop, Route, Rule
from ...ip_types import Address
from . import route_requests
from .links import InterfaceTable
from .messages import (
    HEADER,
    NETLINK_GET_STRICT_CHK,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    RTPROT_KEEPALIVED,
    SOL_NETLINK,
    dump_one,
    messages,
    open_socket,
)

BODY_SIZE = 12  # octets: struct rtmsg, struct fib_rule_hdr
RULE_START_PRIORITY = 16384  # as keepalived: a rule without preference gets this one, the next one less
LIST_TIMEOUT_S = 1.0
CACHED = 4096  # encoded once: they are looked at whenever an interface changes

# What an event says of a route or rule: its kind and family, then what tells it from others of that kind.
RouteKey = tuple[bool, int, int, int, int, bytes, bytes]
ANY: RouteKey = (False, 0, 0, 0, 0, b"", b"")  # events were lost: any of them may have gone


@dataclass(frozen=True)
class KernelRoute:
    """It describes a route or rule. ``remove`` is its identity: it is in the state file, and ``cleanup`` sends it."""

    text: str = field(compare=False)  # as ip(8) prints it
    add: bytes
    remove: bytes
    key: RouteKey = field(compare=False)
    track: bool = field(default=True, compare=False)  # put back when another program deletes it
    signed: bool = field(default=True, compare=False)  # it carries our protocol number
    source: Optional[Address] = field(default=None, compare=False)  # of IPv6: it has to be usable before
    devices: tuple[str, ...] = field(default=(), compare=False)  # that a route names

    @property
    def what(self) -> str:
        """Return the word for it, "route" or "rule", for people."""
        return "rule" if self.key[0] else "route"


def resolve(
    routes: Sequence[Route], rules: Sequence[Rule], table: InterfaceTable
) -> tuple[tuple[KernelRoute, ...], dict[str, str]]:
    """Find the interfaces. Returns the routes that can be set, and a clause for each interface that prevents one."""
    if not routes and not rules:
        return (), {}
    ways: list[KernelRoute] = []
    faults: dict[str, str] = {}
    indexes = {name: link.index for name, link in table.names.items()}
    for route in routes:
        devices = [hop.device for hop in route.hops if hop.device is not None]
        if not route.no_track:
            faults.update(unusable(devices, table))
        if all(name in indexes for name in devices):
            ways.append(_way_of_route(route, tuple((name, indexes[name]) for name in devices)))
    free = {4: RULE_START_PRIORITY, 6: RULE_START_PRIORITY}
    for rule in rules:
        if not rule.no_track:
            faults.update(unusable([name for name in (rule.iif, rule.oif) if name is not None], table))
        priority = rule.priority
        if priority is None:
            priority = free[rule.version]
            free[rule.version] -= 1
        ways.append(_way_of_rule(rule, priority))
    return tuple(ways), faults


@functools.lru_cache(maxsize=CACHED)
def _way_of_route(route: Route, indexes: tuple[tuple[str, int], ...]) -> KernelRoute:
    add, remove = route_requests.route_requests(route, dict(indexes))
    source = route.source if route.destination.version == 6 else None
    signed = route.protocol in (None, RTPROT_KEEPALIVED)
    devices = tuple(name for name, _index in indexes)
    return KernelRoute(route_text(route), add, remove, key_of(remove), not route.no_track, signed, source, devices)


@functools.lru_cache(maxsize=CACHED)
def _way_of_rule(rule: Rule, priority: int) -> KernelRoute:
    add, remove = route_requests.rule_requests(rule, priority)
    signed = rule.protocol in (None, RTPROT_KEEPALIVED)
    return KernelRoute(rule_text(rule, priority), add, remove, key_of(remove), not rule.no_track, signed)


def unusable(names: Iterable[str], table: InterfaceTable) -> dict[str, str]:
    """Return clauses about those of these interfaces that cannot send, by name, as keepalived tracks them."""
    found = {}
    for name in names:
        link = table.names.get(name)
        if link is None:
            found[name] = f"interface {name} does not exist"
        elif not link.usable:
            found[name] = f"interface {name} is down" if not link.up else f"interface {name} has no carrier"
    return found


def deleted(data: bytes) -> set[RouteKey]:
    """Return the keys of the routes and rules that were deleted, by the events in a datagram."""
    return {
        key_of(data[start - HEADER.size : end])
        for kind, _flags, _sequence, start, end in messages(data)
        if kind in (RTM_DELROUTE, RTM_DELRULE) and end - start >= BODY_SIZE
    }


def listed(family: int, table: int) -> set[RouteKey]:
    """Return the keys of our routes in a table. Raises OSError. It costs the kernel a walk through that table."""
    with open_socket() as sock:
        sock.settimeout(LIST_TIMEOUT_S)
        sock.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)  # the kernel filters what it lists
        sock.bind((0, 0))
        return {
            key_of(data[start - HEADER.size : end])
            for data in dump_one(sock, route_requests.listing(family, table))
            for kind, _flags, _sequence, start, end in messages(data)
            if kind == RTM_NEWROUTE
        }


def key_of(message: bytes) -> RouteKey:
    """Return the key of one message about a route or a rule, a request or an event, its header included."""
    is_rule = HEADER.unpack_from(message)[1] in (RTM_NEWRULE, RTM_DELRULE)
    found, prefix = route_requests.read(message, is_rule), "FRA" if is_rule else "RTA"
    destination, source = _network(found, "dst_len", f"{prefix}_DST"), b""
    if is_rule and found["src_len"]:
        source = _network(found, "src_len", "FRA_SRC")
    table = found.get_attr(f"{prefix}_TABLE", found["table"])
    priority = found.get_attr(f"{prefix}_PRIORITY", 0)
    return is_rule, found["family"], table, priority, found["tos"], destination, source


def _network(found: Any, length: str, name: str) -> bytes:
    return bytes([found[length]]) + (found.get_attr(name, b"") if found[length] else b"")


def route_text(route: Route) -> str:
    """Return the route in the words and the order of ``ip route``."""
    network = route.destination
    single = network.prefixlen == network.max_prefixlen
    target = "default" if not network.prefixlen else str(network.network_address if single else network)
    words = [target] if route.kind == "unicast" else [route.kind, target]
    if route.tos:
        words.append(f"tos 0x{route.tos:02x}")
    if len(route.hops) == 1:
        words += _hop_words(route.hops[0])
    given = (
        ("table", route.table),
        ("proto", route.protocol),
        ("scope", route.scope),
        ("src", route.source),
        ("metric", route.metric),
        ("mtu", route.mtu if not route.mtu_lock or route.mtu is None else f"lock {route.mtu}"),
        ("advmss", route.advmss),
    )
    words += [f"{name} {value}" for name, value in given if value is not None]
    if len(route.hops) == 1:
        words += ["onlink"] if route.hops[0].onlink else []
    else:
        for hop in route.hops:
            onlink = ["onlink"] if hop.onlink else []
            words += ["nexthop", *_hop_words(hop), f"weight {hop.weight}", *onlink]
    return " ".join(words)


def _hop_words(hop: NextHop) -> list[str]:
    return [f"{name} {value}" for name, value in (("via", hop.via), ("dev", hop.device)) if value is not None]


def rule_text(rule: Rule, priority: int) -> str:
    """Return the rule in the words and the order of ``ip rule``."""
    words = [f"{priority}:", "not from" if rule.inverted else "from", _selector(rule.source)]
    if rule.destination is not None:
        words += ["to", _selector(rule.destination)]
    mask = f"/0x{rule.fwmask:x}" if rule.fwmask is not None and rule.fwmask != 0xFFFFFFFF else ""
    given = (
        ("tos", None if not rule.tos else f"0x{rule.tos:02x}"),
        ("fwmark", None if rule.fwmark is None else f"0x{rule.fwmark:x}{mask}"),
        ("iif", rule.iif),
        ("oif", rule.oif),
    )
    words += [f"{name} {value}" for name, value in given if value is not None]
    if rule.action == "table":
        words.append("lookup main" if rule.table in (None, 254) else f"lookup {rule.table}")
    elif rule.action == "goto":
        words.append(f"goto {rule.goto}")
    else:
        words.append(rule.action)
    more = (
        ("suppress_prefixlength", rule.suppress_prefixlength),
        ("suppress_ifgroup", rule.suppress_ifgroup),
        ("proto", rule.protocol),
    )
    return " ".join(words + [f"{name} {value}" for name, value in more if value is not None])


def _selector(network: Optional[Union[IPv4Network, IPv6Network]]) -> str:
    if network is None or not network.prefixlen:
        return "all"
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)
