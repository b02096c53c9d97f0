# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts routes: words -> values. The words are those of ip-route(8) as keepalived takes them."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any, Optional

from ...ip_types import Address
from ..model.routes import NextHop, Route
from ..syntax.diagnostics import Invalid, show
from ..syntax.parser import Statement, Word
from ..syntax.suggest import did_you_mean
from .address_values import scope
from .ip_values import KEEPALIVED, IpLine, network, number, protocol, table, tos
from .values import interface_name, value_of, whole

KINDS = ("unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw")
NO_HOPS = ("blackhole", "unreachable", "prohibit", "throw")

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
    """Return the route of one line of virtual_routes."""
    return _Line(statement, False).route()


def static_route(statement: Statement) -> Route:
    """Return the route of one line of static_routes, which may name a track_group."""
    return _Line(statement, True).route()


class _Line(IpLine):
    def __init__(self, statement: Statement, static: bool):
        super().__init__(statement, static)
        self.destination: Optional[Word] = None
        self.via: list[Word] = []
        self.device: Optional[str] = None
        self.onlink = False
        self.way: Optional[Word] = None  # dev or onlink of the whole route
        self.hops: list[NextHop] = []

    def route(self) -> Route:
        for word in self.words:
            if word.text == "nexthop":
                self._nexthops(word)
            else:
                self._word(word)
        if self.destination is None:
            raise Invalid("a route has no destination", hint="192.0.2.0/24 via 198.51.100.1", place=self.head.place)
        hops = self._all_hops()  # they show the IP version of a default route
        destination = network(self.destination, self.version)
        self._family(destination.version, self.destination)
        return Route(destination, hops=hops, **self._checked(destination.version))

    def _word(self, word: Word) -> None:
        text = word.text
        if text in ("inet", "inet6"):
            self._family(6 if text == "inet6" else 4, word)
        elif text in ("via", "gw", "or"):
            self.via.append(self._gateway(word))
        elif text == "onlink":
            self.onlink, self.way = True, word
        elif text in ("no_track", "prepend"):
            if text == "no_track":
                self.fields["no_track"] = True
        elif text in _CONVERTERS:
            field, convert = _CONVERTERS[text]
            self._set(field, convert(value_of(word, self.words)), word)
        elif text in ("dev", "oif"):
            if self.device is not None:
                raise Invalid(f"{text} is given twice", hint="remove one", place=word.place)
            self.device, self.way = interface_name(value_of(word, self.words)), word
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
        if self.way is not None:
            text = f"{self.way.text} stands before nexthop"
            raise Invalid(text, hint=f"write {self.way.text} behind each nexthop", place=self.way.place)
        hop: dict[str, Any] = {}
        for option in self.words:
            if option.text == "nexthop":
                self._hop(hop, word)
                word, hop = option, {}
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
        self._hop(hop, word)

    def _hop(self, hop: dict[str, Any], word: Word) -> None:
        if "via" not in hop and "device" not in hop:
            raise Invalid("a nexthop leads nowhere", hint="nexthop via ADDRESS dev NAME", place=word.place)
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

    def _checked(self, version: int) -> dict[str, Any]:
        kind = self.fields.get("kind", "unicast")
        if kind in NO_HOPS and (self.hops or self.via):
            raise Invalid(f"a {kind} route leads nowhere", hint="remove via", place=self.head.place)
        if kind in NO_HOPS and self.way is not None and version == 4:  # over IPv6 the kernel takes one, and ignores it
            raise Invalid(f"a {kind} route leads nowhere", hint=f"remove {self.way.text}", place=self.way.place)
        if kind == "unicast" and not (self.hops or self.via or self.device):
            hint = "add: via ADDRESS, or dev NAME"
            raise Invalid("a route has no way", "the kernel refuses it", hint, self.head.place)
        if self.fields.get("protocol", KEEPALIVED) != KEEPALIVED and not self.fields.get("no_track"):
            # As in keepalived: a tracked route has keepalived's protocol number.
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
