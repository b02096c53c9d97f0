# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads a virtual address as a user writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_interface
from typing import Any, Optional

from ..vrrp.config.semantics.subnets import end_of
from ..vrrp.ip_types import Interface
from .value_types import switch

# keepalived's words, in its order: those with a value, and those that stand alone.
_OPTIONS = ("dev", "brd", "label", "scope", "peer", "preferred_lft")
_FLAGS = ("use_vmac", "home", "nodad", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin", "no_track")
_WORD = re.compile(r"[A-Za-z0-9_.:+@/-]+")


@dataclass(frozen=True)
class VirtualIp:
    """It is one entry of ``virtual_ipaddress``. ``masked``: the user wrote a prefix length."""

    interface: Interface
    masked: bool
    options: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        """Return the address without the prefix length."""
        return str(self.interface.ip)

    @property
    def device(self) -> Optional[str]:
        """Return its own ``dev``, or None."""
        return dict(self.options).get("dev")

    def with_prefix(self, length: int) -> VirtualIp:
        """Return the same address with this prefix length."""
        return replace(self, interface=ip_interface(f"{self.interface.ip}/{length}"), masked=True)

    def __str__(self) -> str:
        return " ".join([str(self.interface), *(f"{name} {value}".strip() for name, value in self.options)])


def address_of(entry: Any) -> str:
    """Return the address of a text or a mapping, without prefix length and options, in its shortest spelling."""
    text = (entry.get("address") or entry.get("text")) if isinstance(entry, Mapping) else entry
    return str(ip_interface(str(text).split()[0]).ip)


def parse(value: Any) -> VirtualIp:
    """Read "192.168.8.100/24", "192.168.8.100/24 dev eth0 label eth0:1 no_track", or a mapping of the same words.

    Raises ValueError; the message is for the user.
    """
    options: dict[str, str] = {}
    if isinstance(value, Mapping):
        _refuse_others(set(value) - {"address"}, "address, ")
        text = str(value.get("address", ""))
        options = {name: str(value[name]) for name in _OPTIONS if value.get(name) not in (None, "")}
        options.update({name: "" for name in _FLAGS if value.get(name) is not None and switch(value[name])})
    else:
        if "," in str(value):
            raise ValueError(f"'{value}' is several addresses in one text (write a list, one address each)")
        if re.search(r"\s/|/\s", str(value)):
            raise ValueError(f"'{value}' has a space beside the / (write ADDRESS/PREFIX)")
        text, *rest = str(value).split() or [""]
        words = iter(rest)
        for name in words:
            _refuse_others({name})
            options[name] = "" if name in _FLAGS else next(words, "")
            if name in _OPTIONS and not options[name]:
                raise ValueError(f"'{name}' has no value")
    for name, option in options.items():
        if name in _OPTIONS and not _WORD.fullmatch(option):
            raise ValueError(f"'{option}' cannot be the {name} of a virtual address")
    options.pop("nodad", None)  # that is the default, and the file has no such word
    try:
        interface = ip_interface(text)
    except ValueError:
        raise ValueError(f"'{text}' is not an IP address with an optional prefix length") from None
    end = end_of(interface.ip, interface)
    if end:
        raise ValueError(
            f"{interface.ip} is the {end} address of {interface.network} (choose one that a host can have)"
        )
    if "/" in text and not interface.network.prefixlen:
        raise ValueError(f"'{text}' makes a connected route to everything (write the prefix length of its subnet)")
    return VirtualIp(
        interface, "/" in text, tuple((name, options[name]) for name in (*_OPTIONS, *_FLAGS) if name in options)
    )


def _refuse_others(words: set[Any], besides: str = "") -> None:
    unknown = sorted(str(word) for word in words - {*_OPTIONS, *_FLAGS})
    if unknown:
        known = f"{besides}{', '.join((*_OPTIONS, *_FLAGS))}"
        raise ValueError(f"'{unknown[0]}' is not a word of a virtual address; known are {known}")
