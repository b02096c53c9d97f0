# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the state files (``ledger.json`` and ``pulse``) and check them: each key, each type, each range.

An invalid file counts as missing. No other module reads these files. ``cleanup`` uses this one too, so it imports very
little, and addresses are texts.
"""

from __future__ import annotations

import array
import json
import math
import os
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Optional

from ..netlink.messages import RTM_DELROUTE, RTM_DELRULE, kind_of
from . import own_file

LEDGER_FILE, PULSE_FILE = "ledger.json", "pulse"
FORMAT = 1
SLOTS = 1024  # instances that one process can have had; what exceeds them is not remembered
SLOT_SIZE = 8  # octets: one double
ENTRIES_MAX = 2 * SLOTS
INDEX_MAX = 0x7FFFFFFF  # of an interface
STATES = ("INIT", "BACKUP", "MASTER", "FAULT", "STOP")
SETTINGS = ("rp_filter", "arp_filter", "arp_announce", "arp_ignore", "promote_secondaries", "accept_local")

Validator = Callable[[Any], bool]
Identity = tuple[str, int, int]  # interface, virtual router id, IP version
STATIC: Identity = ("", 0, 0)  # the static configuration, which is there in every state


class StoredEntry(NamedTuple):
    """It describes an instance as a process has left it. ``beat`` is its last heartbeat, negative unless MASTER."""

    identity: Identity
    name: str
    version: int
    state: str
    interval_cs: int
    hold: Optional[str]
    mandate_s: float
    installed: tuple[tuple[int, str], ...]  # interface index and address
    removals: tuple[bytes, ...]  # requests that delete a route or a rule
    beat: float


class Stored(NamedTuple):
    """It keeps the content of the state files. Monotonic times are valid in the boot ``boot_id`` only."""

    boot_id: str
    drained: bool
    checks: dict[str, bool]
    entries: tuple[StoredEntry, ...]
    firewall: bool
    promoted: tuple[int, ...]
    macvlans: tuple[int, ...]
    parents: dict[int, dict[str, int]]


def load(directory: str) -> Optional[Stored]:
    """Return the content of the state files; None when they are missing or not valid."""
    try:
        content = json.loads(own_file.read(os.path.join(directory, LEDGER_FILE)).decode("ascii"))
        pulse = array.array("d", own_file.read(os.path.join(directory, PULSE_FILE), SLOTS * SLOT_SIZE))
        if not valid(content):
            return None
    except (OSError, ValueError, RecursionError):
        return None
    return Stored(
        content["boot_id"],
        content["drained"],
        content["checks"],
        tuple(_stored(each, pulse) for each in content["instances"]),
        content.get("firewall", False),
        tuple(content.get("promoted", ())),
        tuple(content.get("macvlans", ())),
        {int(index): settings for index, settings in content.get("parents", {}).items()},
    )


def _stored(each: dict[str, Any], pulse: Sequence[float]) -> StoredEntry:
    interface, vrid, ip_version = each["identity"]
    beat = pulse[each["slot"]] if each["slot"] < len(pulse) else 0.0
    return StoredEntry(
        (interface, vrid, ip_version),
        each["name"],
        each["version"],
        each["state"],
        each["interval_cs"],
        each["hold"],
        each["mandate_s"],
        tuple((index, address) for index, address in each["installed"]),
        tuple(filter(is_removal, map(bytes.fromhex, each.get("removals", ())))),
        beat if math.isfinite(beat) else 0.0,
    )


def is_removal(request: bytes) -> bool:
    """Return whether it deletes a route or a rule: a file must not cause any other request."""
    return kind_of(request) in (RTM_DELROUTE, RTM_DELRULE)


def is_damaged(directory: str) -> bool:
    """Return whether there is a state file that cannot be read, so that it is unknown what a dead agent has left."""
    return os.path.lexists(os.path.join(directory, LEDGER_FILE)) and load(directory) is None


def valid(content: Any) -> bool:
    """Return whether this is a state file of this release."""
    return _dict(content) and content.get("format") == FORMAT and _matches(content, _LEDGER, _LEDGER_OPTIONAL)


def _matches(content: Any, needed: dict[str, Validator], optional: dict[str, Validator]) -> bool:
    return (
        _dict(content)
        and all(name in content and check(content[name]) for name, check in needed.items())
        and all(name not in content or check(content[name]) for name, check in optional.items())
    )


def _dict(value: Any) -> bool:
    return isinstance(value, dict)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _number(lowest: int, highest: int) -> Validator:
    return lambda value: isinstance(value, int) and not _flag(value) and lowest <= value <= highest


def _seconds(value: Any) -> bool:
    return isinstance(value, (int, float)) and not _flag(value) and 0 <= value < 1e9


def _one_of(*words: Optional[str]) -> Validator:
    return lambda value: (value is None or _text(value)) and value in words


def _list(check: Validator, longest: int = 1 << 16) -> Validator:
    return lambda value: isinstance(value, list) and len(value) <= longest and all(map(check, value))


def _tuple(*checks: Validator) -> Validator:
    return lambda value: (
        isinstance(value, list) and len(value) == len(checks) and all(c(each) for c, each in zip(checks, value))
    )


def _table(key: Validator, check: Validator) -> Validator:
    return lambda value: _dict(value) and all(map(key, value)) and all(map(check, value.values()))


def _octets(value: Any) -> bool:
    return _text(value) and bool(re.fullmatch(r"(?:[0-9a-f]{2}){1,4096}", value))


def _address(value: Any) -> bool:
    from ipaddress import ip_interface

    try:
        return _text(value) and "/" in value and bool(ip_interface(value))
    except ValueError:
        return False


def _index_text(value: Any) -> bool:
    return _text(value) and bool(re.fullmatch(r"[1-9][0-9]{0,9}", value)) and int(value) <= INDEX_MAX


_index = _number(1, INDEX_MAX)
_INSTANCE: dict[str, Validator] = {
    "identity": _tuple(_text, _number(0, 255), _number(0, 6)),
    "name": _text,
    "version": _number(2, 3),
    "state": _one_of(*STATES),
    "interval_cs": _number(1, 1 << 16),
    "hold": _one_of(None, "master", "backup"),
    "mandate_s": _seconds,
    "installed": _list(_tuple(_index, _address)),
    "slot": _number(0, INDEX_MAX),
}
_INSTANCE_OPTIONAL: dict[str, Validator] = {"removals": _list(_octets)}
_LEDGER: dict[str, Validator] = {
    "boot_id": _text,
    "drained": _flag,
    "checks": _table(_text, _flag),
    "instances": _list(lambda value: _matches(value, _INSTANCE, _INSTANCE_OPTIONAL), ENTRIES_MAX),
}
_LEDGER_OPTIONAL: dict[str, Validator] = {
    "firewall": _flag,
    "promoted": _list(_index),
    "macvlans": _list(_index),
    "parents": _table(_index_text, _table(_one_of(*SETTINGS), _number(0, 255))),
}
