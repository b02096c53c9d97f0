# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads ``auth_hmac``: the keys with which a pair signs its advertisements. No message repeats a key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .value_types import path, refuse_others, whole

_WORDS = ("keys", "active_key", "anti_replay", "time_window", "mode")
_KEY_WORDS = ("id", "key", "file")
_CHOICES = {"anti_replay": ("time", "monotonic"), "mode": ("enforce", "permissive", "receive-only")}
_OCTETS = (32, 64)
_PLAIN = re.compile(r"[!-~]+")
_REFUSED = frozenset("\"'#!{}\\$")  # these characters have a meaning in the configuration file
_HINT = "openssl rand -hex 32, with hex: before it"


def auth_hmac(value: Any) -> dict[str, Any]:
    """Return the mapping with ``keys`` and ``active_key``, and the other words that were given. Raises ValueError."""
    if not isinstance(value, Mapping):
        raise ValueError(f"it is a mapping of {', '.join(_WORDS)}")
    refuse_others(value, _WORDS, "auth_hmac")
    said = value.get("keys") or []
    keys = [_key(entry) for entry in (said if isinstance(said, (list, tuple)) else [said])]
    if not keys:
        raise ValueError("there is no key (keys: a list of id and key)")
    numbers = [key["id"] for key in keys]
    if len(set(numbers)) < len(numbers):
        raise ValueError("two keys have one id")
    found: dict[str, Any] = {"keys": keys, "active_key": numbers[0]}
    if value.get("active_key") is not None:
        found["active_key"] = whole(1, 255, "the id of a key")(value["active_key"])
        if found["active_key"] not in numbers:
            raise ValueError(f"active_key {found['active_key']} is not among the keys {', '.join(map(str, numbers))}")
    elif len(keys) > 1:
        raise ValueError("with several keys active_key says which one signs")
    for word, known in _CHOICES.items():
        if value.get(word) is not None:
            if value[word] not in known:
                raise ValueError(f"{word} is one of {', '.join(known)}")
            found[word] = value[word]
    if value.get("time_window") is not None:
        found["time_window"] = whole(1, 300, "seconds")(value["time_window"])
        if found.get("anti_replay") == "monotonic":
            raise ValueError("time_window has no effect with anti_replay monotonic (leave one of them out)")
    return found


def lines(value: Mapping[str, Any]) -> list[str]:
    """Return the lines of the block."""
    keys = [f"key {key['id']} {key['key'] if 'key' in key else 'file:' + key['file']}" for key in value["keys"]]
    return [*keys, *(f"{word} {value[word]}" for word in _WORDS[1:] if word in value)]


def _key(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, Mapping):
        raise ValueError("a key is a mapping of id and key, or of id and file")
    if set(entry) - set(_KEY_WORDS):
        raise ValueError(f"a key has {', '.join(_KEY_WORDS)} and nothing else")
    number = whole(1, 255, "the id of a key")(entry.get("id"))
    if (entry.get("key") is None) == (entry.get("file") is None):
        raise ValueError(f"key {number} has either a key, or the file that holds it on each host")
    if entry.get("file") is not None:
        return {"id": number, "file": path(entry["file"])}
    text = str(entry["key"])
    if text.startswith("hex:"):
        if not re.fullmatch(r"hex:([0-9A-Fa-f]{2})+", text):
            raise ValueError(f"key {number} is not made of pairs of hexadecimal digits behind hex: ({_HINT})")
        octets = (len(text) - 4) // 2
    else:
        octets = len(text)
        if not _PLAIN.fullmatch(text) or set(text) & _REFUSED or text.startswith("file:"):
            raise ValueError(f"key {number} holds a character that the configuration file cannot carry ({_HINT})")
    if not _OCTETS[0] <= octets <= _OCTETS[1]:
        raise ValueError(f"key {number} has {octets} octets, and a key has 32 to 64 ({_HINT})")
    return {"id": number, "key": text}
