# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts ``@hotstandby peer_status``: words -> values."""

from __future__ import annotations

from typing import Any

from ..model.configuration import PeerStatus
from ..syntax.diagnostics import Invalid, show
from ..syntax.parser import Statement, Word
from ..syntax.suggest import did_you_mean
from .address_values import unicast
from .values import value_of, whole

PEER_STATUS = "ADDRESS [from ADDRESS] [port 1024-65535] [key PATH]"
PORTS = (1024, 65535)  # the agent has no right to open a lower one


def peer_status(statement: Statement) -> PeerStatus:
    """Return the address of the other node, with the options in any order."""
    if not statement.values:
        raise Invalid("peer_status names no address", PEER_STATUS, "peer_status 192.168.8.4 from 192.168.8.3")
    first, *rest = statement.values
    found: dict[str, Any] = {"address": _own(first)}
    words = iter(rest)
    for name in words:
        if name.text not in _OPTIONS:
            hint = did_you_mean(name.text, _OPTIONS)
            raise Invalid(f"unknown option {show(name.text)} of peer_status", PEER_STATUS, hint, name.place)
        field, convert = _OPTIONS[name.text]
        if field in found:
            raise Invalid(f"{name.text} is given twice", hint="remove one", place=name.place)
        found[field] = convert(value_of(name, words))
    source, address = found.get("source"), found["address"]
    if source is not None and source.version != address.version:
        raise Invalid(f"{source} and {address} are not of one IP version", PEER_STATUS, "name two addresses of one")
    if source == address:
        raise Invalid(f"{address} is on both ends", PEER_STATUS, "name the address of the other node first")
    return PeerStatus(**found)


def _own(word: Word) -> Any:
    address = unicast(word)
    if address.version == 6 and address.is_link_local:  # an IPv4 address is one of the host, whatever its range
        raise Invalid(
            f"{show(word.text)} is a link-local address, which says nothing without an interface",
            PEER_STATUS,
            "name another address of that node, of either IP version",
            word.place,
        )
    return address


def _port(word: Word) -> int:
    return whole(word, "the port", *PORTS)


def _path(word: Word) -> str:
    if not word.text.startswith("/"):
        raise Invalid("the file of the key is not an absolute path", PEER_STATUS, "key /PATH", word.place)
    return word.text


_OPTIONS = {"from": ("source", _own), "port": ("port", _port), "key": ("key_file", _path)}
