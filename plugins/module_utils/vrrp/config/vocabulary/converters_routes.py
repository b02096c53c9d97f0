# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes: words -> values. The words are those of ip-route(8) as keepalived takes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Optional

from ..problems import Invalid, show
from ..routes import Address, Network, NextHop, Route
from ..text.spelling import did_you_mean
from ..text.syntax import Statement, Word
from .converters import interface_name, value_of, whole
from .converters_addresses import scope

KINDS = ("unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw")
NO_HOPS = ("blackhole", "unreachable", "prohibit", "throw")
TABLES = {"default": 253, "main": 254, "local": 255}
PROTOCOLS = {
    "none": 0, "redirect": 1, "kernel": 2, "boot": 3, "static": 4, "gated": 8, "ra": 9, "mrt": 10, "zebra": 11,
    "bird": 12, "dnrouted": 13, "xorp": 14, "ntk": 15, "dhcp": 16, "keepalived": 18, "babel": 42,
}  # fmt: skip
KEEPALIVED = PROTOCOLS["keepalived"]
NUMBER_MAX = 2**32 - 1

#: Words of keepalived's routes that Route has no place for.
_NO_PLACE = """
    as from encap expires hoplimit rtt rttvar reordering window cwnd ssthresh realms rto_min initcwnd initrwnd
    features quickack congctl pref ttl-propagate fastopen_no_cookie add append vrf
"""
_PLACED = """
    src to via gw or dev oif table metric priority preference scope protocol tos dsfield mtu advmss nexthop
    inet inet6 prepend no_track track_group onlink
"""
UNSUPPORTED, _WORDS = _NO_PLACE.split(), _PLACED.split()


def virtual_route(statement: Statement) -> Route:
    """One line of virtual_routes."""
    return _Line(statement, False).route()


def static_route(statement: Statement) -> Route:
    """One line of static_routes, which may name a track_group."""
    return _Line(statement, True).route()


class _Line:
    """One line while it is read; ``version`` is 0 until a word tells the family."""

    def __init__(self, statement: Statement, static: bool):
        self.head = statement.words[0]
        self.words: Iterator[Word] = iter(statement.words)
        self.static = static
        self.version = 0
        self.destination: Optional[Word] = None
        self.via: list[Word] = []
        self.device: Optional[str] = None
        self.onlink = False
        self.hops: list[NextHop] = []
        self.fields: dict[str, Any] = {}

    def route(self) -> Route:
        for word in self.words:
            if word.text == "nexthop":
                self._nexthops(word)
            else:
                self._word(word)
        if self.destination is None:
            raise Invalid("a route has no destination", hint="192.0.2.0/24 via 198.51.100.1", place=self.head.place)
        hops = self._all_hops()  # they tell of which family a default route is
        destination = network(self.destination, self.version)
        self._family(destination.version, self.destination)
        return Route(destination, hops=hops, **self._checked())

    def _word(self, word: Word) -> None:
        text = word.text
        if text in ("inet", "inet6"):
            self._family(6 if text == "inet6" else 4, word)
        elif text in ("via", "gw", "or"):
            self.via.append(self._gateway(word))
        elif text == "onlink":
            self.onlink = True
        elif text in ("no_track", "prepend"):
            if text == "no_track":
                self.fields["no_track"] = True
        elif text in _CONVERTERS:
            field, convert = _CONVERTERS[text]
            self._set(field, convert(value_of(word, self.words)), word)
        elif text in ("dev", "oif"):
            self.device = interface_name(value_of(word, self.words))
        elif text == "src":
            value = value_of(word, self.words)
            self._set("source", self._address(value), word)
        elif text in ("mtu", "advmss"):
            self._metric(word)
        elif text == "track_group" and self.static:
            self._set("track_group", value_of(word, self.words).text, word)
        elif text in UNSUPPORTED:
            raise Invalid(f"{text} in a route is not supported", hint="remove it", place=word.place)
        else:
            self._destination(value_of(word, self.words) if text == "to" else word)

    def _destination(self, word: Word) -> None:
        if word.text in KINDS:
            self._set("kind", word.text, word)
            word = value_of(word, self.words)
        if self.destination is not None:
            hint = did_you_mean(word.text, _WORDS) or "one route on each line"
            raise Invalid(f"{show(word.text)} follows a route", hint=hint, place=word.place)
        if not _is_network(word.text):
            hint = did_you_mean(word.text, (*_WORDS, *KINDS))
            raise Invalid(f"{show(word.text)} is neither a network nor a word of a route", hint=hint, place=word.place)
        self.destination = word

    def _metric(self, word: Word) -> None:
        value = value_of(word, self.words)
        if value.text == "lock":
            if word.text != "mtu":
                raise Invalid(f"lock of {word.text} is not supported", hint="remove lock", place=value.place)
            self.fields["mtu_lock"] = True
            value = value_of(value, self.words)
        self._set(word.text, whole(value, word.text, 1, 2**31 - 1), word)

    def _nexthops(self, word: Word) -> None:
        if self.via:
            raise Invalid(
                "a route has via and nexthop", hint="nexthop via ADDRESS dev NAME, for each", place=word.place
            )
        hop: Optional[dict[str, Any]] = {}
        for option in self.words:
            if option.text == "nexthop":
                self.hops.append(NextHop(**(hop or {})))
                hop = {}
            elif option.text == "via":
                hop["via"] = self._address(self._gateway(option))
            elif option.text == "dev":
                hop["device"] = interface_name(value_of(option, self.words))
            elif option.text == "weight":
                hop["weight"] = whole(value_of(option, self.words), "weight", 1, 256)
            elif option.text == "onlink":
                hop["onlink"] = True
            else:
                known = ("nexthop", "via", "dev", "weight", "onlink")
                hint = did_you_mean(option.text, known) or "what concerns the whole route stands before nexthop"
                raise Invalid(f"{show(option.text)} in a nexthop is not supported", hint=hint, place=option.place)
        self.hops.append(NextHop(**hop))

    def _gateway(self, word: Word) -> Word:
        value = value_of(word, self.words)
        if value.text in ("inet", "inet6"):
            self._family(6 if value.text == "inet6" else 4, value)
            value = value_of(value, self.words)
        return value

    def _address(self, word: Word) -> Address:
        try:
            parsed = ip_address(word.text)
        except ValueError:
            raise Invalid(f"{show(word.text)} is not an IP address", place=word.place) from None
        self._family(parsed.version, word)
        return parsed

    def _family(self, version: int, word: Word) -> None:
        if self.version and self.version != version:
            raise Invalid(f"{show(word.text)} mixes IPv4 and IPv6 in one line", place=word.place)
        self.version = version

    def _set(self, field: str, value: Any, word: Word) -> None:
        if field in self.fields:
            raise Invalid(f"{word.text} is given twice", hint="remove one", place=word.place)
        self.fields[field] = value

    def _all_hops(self) -> tuple[NextHop, ...]:
        if self.hops:
            return tuple(self.hops)
        ways = [self._address(word) for word in self.via]
        if len(ways) > 2:
            raise Invalid(
                "a route has more than two ways", hint="write them as nexthop via ADDRESS", place=self.head.place
            )
        if ways:
            return tuple(NextHop(way, self.device, onlink=self.onlink) for way in ways)
        return (NextHop(None, self.device, onlink=self.onlink),) if self.device else ()

    def _checked(self) -> dict[str, Any]:
        kind = self.fields.get("kind", "unicast")
        if kind in NO_HOPS and (self.hops or self.via):
            raise Invalid(f"a {kind} route leads nowhere", hint="remove via", place=self.head.place)
        if self.fields.get("protocol", KEEPALIVED) != KEEPALIVED and not self.fields.get("no_track"):
            # As keepalived has it: what is looked after carries its mark.
            self.fields["protocol"] = KEEPALIVED
        return self.fields


def _is_network(text: str) -> bool:
    if text in ("default", "any", "all", "default6"):
        return True
    try:
        ip_address(text.partition("/")[0])
    except ValueError:
        return False
    return True


def network(word: Word, version: int = 0) -> Network:
    """ADDRESS[/PREFIX], or default, any, all: everything of the family, IPv4 where none is known."""
    if word.text in ("default", "any", "all", "default6"):
        six = word.text == "default6" or version == 6
        return IPv6Network("::/0") if six else IPv4Network("0.0.0.0/0")
    try:
        if not re.fullmatch(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?", word.text):
            raise ValueError
        parsed = ip_network(word.text, strict=False)
    except ValueError:
        raise Invalid(f"{show(word.text)} is not a network", hint="192.0.2.0/24", place=word.place) from None
    if ip_address(word.text.partition("/")[0]) != parsed.network_address:
        raise Invalid(
            f"{show(word.text)} has bits behind its prefix", "the kernel refuses it", f"write: {parsed}", word.place
        )
    return parsed


def table(word: Word) -> int:
    """A number, or one of the three names that are the same everywhere."""
    if word.text in TABLES:
        return TABLES[word.text]
    if not re.fullmatch(r"[0-9]{1,10}|0x[0-9a-fA-F]{1,8}", word.text):
        raise Invalid(
            f"the routing table {show(word.text)} is not a number",
            "names of tables are those of one node's /etc/iproute2/rt_tables",
            "write its number there",
            word.place,
        )
    return number(word, "table", 1)


def number(word: Word, name: str, low: int = 0, high: int = NUMBER_MAX) -> int:
    """A number of 32 bits, decimal or 0x."""
    if not re.fullmatch(r"[0-9]{1,10}|0x[0-9a-fA-F]{1,8}", word.text):
        raise Invalid(f"{name} {show(word.text)} is not a number", place=word.place)
    value = int(word.text, 0) if word.text.startswith("0x") else int(word.text)
    if not low <= value <= high:
        raise Invalid(f"{name} {value} is out of range", f"{name} is {low} to {high}", place=word.place)
    return value


def protocol(word: Word) -> int:
    return PROTOCOLS[word.text] if word.text in PROTOCOLS else number(word, "protocol", 0, 255)


def tos(word: Word) -> int:
    return number(word, "tos", 0, 255)


def _metric(word: Word) -> int:
    return number(word, "metric")


_CONVERTERS = {
    "table": ("table", table),
    "metric": ("metric", _metric),
    "priority": ("metric", _metric),
    "preference": ("metric", _metric),
    "scope": ("scope", scope),
    "protocol": ("protocol", protocol),
    "tos": ("tos", tos),
    "dsfield": ("tos", tos),
}
