# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads the values of keywords that have a special form in an inventory. The table of keywords names the readers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Union

from ..vrrp.config.keywords.groups import PAUSE
from ..vrrp.config.keywords.values import DELAY_S
from .value_types import (
    address,
    command,
    interface,
    limited,
    line,
    listed,
    name,
    number,
    path,
    refuse_others,
    switch,
    user,
)

_DELAY = number(float(DELAY_S[0]), float(DELAY_S[1]), "seconds")
_EXTRA = number(0, 86400, "seconds")
_PAUSES = dict.fromkeys(("garp_interval", "gna_interval"), limited(PAUSE, "seconds"))


def vmac(value: Any) -> Union[bool, str]:
    """Return whether there is a macvlan, or its name, its MAC address, or both. Raises ValueError."""
    try:
        return switch(value)
    except ValueError:
        return line(value)


def deleted(value: Any) -> Any:
    """Return a command, or as a bool whether FIFOs get the word DELETED."""
    return value if isinstance(value, bool) else command(value)


def peer(value: Any) -> str:
    """Return a peer's address, with keepalived's words ``min_ttl`` and ``max_ttl``."""
    first, *words = str(value).split() or [""]
    pairs = list(zip(words[::2], words[1::2]))
    ttls = all(word in ("min_ttl", "max_ttl") and re.fullmatch(r"\d{1,3}", number) for word, number in pairs)
    if len(words) % 2 or not ttls:
        raise ValueError(f"'{value}' is not an address, optionally with min_ttl and max_ttl")
    return " ".join([address(first), *words])


def extra_interfaces(value: Any) -> str:
    """Return seconds, or ``all`` and seconds."""
    words = str(value).split()
    if not 1 <= len(words) <= 2 or (len(words) == 2 and words[0] != "all"):
        raise ValueError(f"'{value}' is not seconds, nor all and seconds")
    return " ".join([*words[:-1], str(_EXTRA(words[-1]))])


def fifo(value: Any) -> Any:
    """Return the path of a FIFO, or a mapping of ``path``, its owner ``user``, and the ``script`` that reads it."""
    if not isinstance(value, Mapping):
        return path(value)
    refuse_others(value, ("path", "user", "script"), "a FIFO")
    if value.get("path") is None:
        raise ValueError("a mapping names its path")
    found = {"path": path(value["path"])}
    for word, read in (("user", user), ("script", command)):
        if value.get(word) is not None:
            found[word] = read(value[word])
    return found


def delay(value: Any) -> dict[str, Any]:
    """Return an interface, and for how many seconds it must be down or up before that counts."""
    if not isinstance(value, Mapping) or value.get("interface") is None or value.get("down") is None:
        raise ValueError("it is a mapping of interface, down and optionally up (seconds)")
    refuse_others(value, ("interface", "down", "up"), "a delay")
    found = {"interface": interface(value["interface"]), "down": _DELAY(value["down"])}
    return {**found, **({"up": _DELAY(value["up"])} if value.get("up") is not None else {})}


def garp_group(value: Any) -> dict[str, Any]:
    """Return interfaces, and the pauses (seconds) that hold for them taken together."""
    if not isinstance(value, Mapping) or not value.get("interfaces"):
        raise ValueError("it is a mapping of interfaces, and garp_interval or gna_interval (seconds)")
    refuse_others(value, ("interfaces", *_PAUSES), "a garp group")
    found: dict[str, Any] = {"interfaces": listed(interface)(value["interfaces"])}
    found.update({word: read(value[word]) for word, read in _PAUSES.items() if value.get(word) is not None})
    return found


def track_group(value: Any) -> dict[str, Any]:
    """Return a name and its instances. Static addresses, routes and rules use the name."""
    if not isinstance(value, Mapping) or value.get("name") is None or not value.get("group"):
        raise ValueError("it is a mapping of name and group")
    refuse_others(value, ("name", "group"), "a track group")
    return {"name": name(value["name"]), "group": listed(name)(value["group"])}
