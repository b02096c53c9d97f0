# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts what lines of ip-route(8) and ip-rule(8) have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from ...ip_types import Network
from ..syntax.diagnostics import Invalid, show
from ..syntax.parser import Statement, Word

TABLES = {"default": 253, "main": 254, "local": 255}
PROTOCOLS = {
    "none": 0, "redirect": 1, "kernel": 2, "boot": 3, "static": 4, "gated": 8, "ra": 9, "mrt": 10, "zebra": 11,
    "bird": 12, "dnrouted": 13, "xorp": 14, "ntk": 15, "dhcp": 16, "keepalived": 18, "babel": 42,
}  # fmt: skip
KEEPALIVED = PROTOCOLS["keepalived"]
NUMBER_MAX = 2**32 - 1


class IpLine:
    """It is one line while it is read. ``version`` is 0 until a word shows the IP version."""

    def __init__(self, statement: Statement, static: bool):
        self.head = statement.words[0]
        self.words: Iterator[Word] = iter(statement.words)
        self.static = static
        self.version = 0
        self.fields: dict[str, Any] = {}

    def _family(self, version: int, word: Word) -> None:
        if self.version and self.version != version:
            raise Invalid(f"{show(word.text)} mixes IPv4 and IPv6 in one line", place=word.place)
        self.version = version

    def _set(self, field: str, value: Any, word: Word) -> None:
        if field in self.fields:
            raise Invalid(f"{word.text} is given twice", hint="remove one", place=word.place)
        self.fields[field] = value


def network(word: Word, version: int = 0) -> Network:
    """Return a network, ADDRESS[/PREFIX]; default, any and all mean every address, of IPv4 unless ``version`` is 6."""
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
    """Return the number of a routing table, which is a number or one of the three names that all hosts have."""
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
    """Return a number of 32 bits, decimal or with 0x. Raises Invalid unless it is from ``low`` to ``high``."""
    if not re.fullmatch(r"[0-9]{1,10}|0x[0-9a-fA-F]{1,8}", word.text):
        raise Invalid(f"{name} {show(word.text)} is not a number", place=word.place)
    value = int(word.text, 0) if word.text.startswith("0x") else int(word.text)
    if not low <= value <= high:
        raise Invalid(f"{name} {value} is out of range", f"{name} is {low} to {high}", place=word.place)
    return value


def protocol(word: Word) -> int:
    """Return the number of a routing protocol, which is written as a name or as 0 to 255."""
    return PROTOCOLS[word.text] if word.text in PROTOCOLS else number(word, "protocol", 0, 255)


def tos(word: Word) -> int:
    """Return a type of service, 0 to 255."""
    return number(word, "tos", 0, 255)
