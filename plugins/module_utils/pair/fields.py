# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be said of an instance: each word, and what its value may be.

The words are keepalived's. Each can stand in an entry of ``ha_pair_instances`` or, for every instance of a host, in a
variable ``ha_pair_WORD``. A reader raises ValueError with "rule" or "rule (way out)"; it repeats no password.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

_NAME = re.compile(r"[A-Za-z0-9_.:@-]+")
_PASSWORD_OCTETS = 8  # RFC 2338 section 5.3.6.1: the field is this long
STATES = ("MASTER", "BACKUP")


def whole(low: int, high: int, rule: str) -> Callable[[Any], int]:
    """A reader of whole numbers."""

    def read(value: Any) -> int:
        try:
            number = int(str(value))
        except ValueError:
            number = low - 1
        if isinstance(value, bool) or not low <= number <= high:
            raise ValueError(f"'{value}' is not a whole number from {low} to {high}: {rule}")
        return number

    return read


def number(low: float, high: float, rule: str) -> Callable[[Any], float]:
    """A reader of numbers; whole ones come out as integers, so that they are written as such."""

    def read(value: Any) -> float:
        try:
            read_as = float(str(value))
        except ValueError:
            read_as = low - 1
        if isinstance(value, bool) or not low <= read_as <= high:
            raise ValueError(f"'{value}' is not a number from {low:g} to {high:g}: {rule}")
        return int(read_as) if read_as.is_integer() else read_as

    return read


def name(value: Any) -> str:
    """A word that the configuration file can carry as it is."""
    if not _NAME.fullmatch(str(value)):
        raise ValueError(f"'{value}' is not a name (letters, digits and any of _ . : @ -)")
    return str(value)


def interface(value: Any) -> str:
    """A network interface's name, which the kernel limits to 15 characters."""
    if len(name(value)) > 15:
        raise ValueError(f"'{value}' is longer than the 15 characters of an interface name")
    return str(value)


def state(value: Any) -> str:
    """MASTER or BACKUP, in any case."""
    if str(value).upper() not in STATES:
        raise ValueError(f"'{value}' is neither MASTER nor BACKUP")
    return str(value).upper()


def switch(value: Any) -> bool:
    """Yes or no, as YAML and INI inventories write it."""
    text = str(value).lower()
    if text in ("true", "yes", "on", "1"):
        return True
    if text in ("false", "no", "off", "0"):
        return False
    raise ValueError(f"'{value}' is neither true nor false")


def password(value: Any) -> str:
    """The simple password. What it is never appears in the message."""
    text = str(value)
    octets = len(text.encode())
    if octets > _PASSWORD_OCTETS:
        raise ValueError(
            f"{octets} octets are more than the {_PASSWORD_OCTETS} that an advertisement carries (keepalived cuts the"
            " rest off in silence: write the first 8)"
        )
    if not text or not text.isprintable() or '"' in text or text != text.strip():
        raise ValueError('it may not be empty, hold a " or a control character, nor begin or end with a space')
    return text


def text(value: Any) -> str:
    """One line, such as a command."""
    words = str(value)
    if not words.strip() or not words.isprintable() or '"' in words:
        raise ValueError('it must be one line without any "')
    return words


def user(value: Any) -> str:
    """A user, and optionally its group after a space."""
    words = str(value).split()
    if not 1 <= len(words) <= 2 or not all(map(_NAME.fullmatch, words)):
        raise ValueError(f"'{value}' is not a user, nor a user and a group")
    return " ".join(words)


def address(value: Any) -> str:
    """An IP address without a prefix length."""
    try:
        return str(ip_address(str(value)))
    except ValueError:
        raise ValueError(f"'{value}' is not an IP address") from None


def listed(entry: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """A reader of lists; a value alone is a list of one."""

    def read(value: Any) -> list[Any]:
        return [entry(one) for one in (value if isinstance(value, (list, tuple)) else [value])]

    return read


def tracked(value: Any) -> dict[str, Any]:
    """A tracked script: its name, or its name and the weight that it has here."""
    if not isinstance(value, Mapping):
        return {"name": name(value)}
    unknown = sorted(set(value) - {"name", "weight"})
    if unknown or "name" not in value:
        raise ValueError("a tracked script is a name, or a mapping of name and weight")
    weight = whole(-253, 253, "a weight that takes a priority from one end to the other")
    return {"name": name(value["name"]), **({"weight": weight(value["weight"])} if "weight" in value else {})}


def lease(value: Any) -> int:
    """How long the kernel keeps a virtual address that nobody renews."""
    if str(value) == "1":
        raise ValueError("'1' is too short: a lifetime is 0, which is none, or 2 to 60 seconds")
    return whole(0, 60, "seconds, where 0 is no lifetime and 1 too short")(value)


def gateway(value: Any) -> dict[str, Any]:
    """A tracked gateway: its address, or its address and how it is asked."""
    if not isinstance(value, Mapping):
        return {"address": address(value)}
    unknown = sorted(str(word) for word in set(value) - {"address", *GATEWAY_WORDS})
    if unknown:
        raise ValueError(f"'{unknown[0]}' is not a word of a gateway (known are address, {', '.join(GATEWAY_WORDS)})")
    if value.get("address") is None:
        raise ValueError("a tracked gateway is an address, or a mapping with its address")
    found: dict[str, Any] = {"address": address(value["address"])}
    for word, read in GATEWAY_WORDS.items():
        if value.get(word) is not None:
            found[word] = read(value[word])
    interval = found.get("interval", 1)
    if found.get("timeout", 0) > interval:
        raise ValueError(f"timeout {found['timeout']} is longer than interval {interval} (make the interval longer)")
    return found


@dataclass(frozen=True)
class Field:
    """``shared``: both hosts of a pair must have the same."""

    read: Callable[[Any], Any]
    shared: bool = False
    secret: bool = False


_COUNT = whole(1, 1000, "a count")
_WHOLE_SECONDS = whole(0, 1000, "seconds, of which keepalived takes no fraction here")

# What a tracked gateway knows beside its address, in the order of the configuration file.
GATEWAY_WORDS: Mapping[str, Callable[[Any], Any]] = {
    "interval": number(0.05, 3600, "seconds between two questions"),
    "timeout": number(0.01, 3600, "seconds for the answer"),
    "rise": _COUNT,
    "fall": _COUNT,
    "weight": whole(-253, 253, "a weight that takes a priority from one end to the other"),
    "interface": interface,
}

FIELDS: Mapping[str, Field] = {
    "state": Field(state),
    "interface": Field(interface),
    "virtual_router_id": Field(whole(1, 255, "RFC 9568 section 5.2.3"), shared=True),
    "priority": Field(whole(1, 255, '0 means "I stop" on the wire, RFC 9568 section 5.2.4')),
    "advert_int": Field(number(0.01, 255, "seconds between two advertisements"), shared=True),
    "version": Field(whole(2, 3, "the version of VRRP"), shared=True),
    "auth_pass": Field(password, shared=True, secret=True),
    "unicast": Field(switch, shared=True),
    "unicast_src_ip": Field(address),
    "unicast_peer": Field(listed(address)),
    "nopreempt": Field(switch),
    "preempt_delay": Field(number(0, 1000, "seconds")),
    "track_script": Field(listed(tracked)),
    "track_gateways": Field(listed(gateway)),
    "notify": Field(text),
    "notify_master": Field(text),
    "notify_backup": Field(text),
    "notify_fault": Field(text),
    "notify_stop": Field(text),
    "notify_master_rx_lower_pri": Field(text),
    "garp_master_delay": Field(_WHOLE_SECONDS),
    "garp_master_repeat": Field(_COUNT),
    "garp_master_refresh": Field(_WHOLE_SECONDS),
    "garp_master_refresh_repeat": Field(_COUNT),
    "garp_lower_prio_delay": Field(_WHOLE_SECONDS),
    "garp_lower_prio_repeat": Field(whole(0, 1000, "a count")),
}

# What an entry of ha_pair_instances knows besides.
OWN_WORDS = ("name", "virtual_ipaddress", "master")
