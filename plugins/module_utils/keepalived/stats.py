# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse keepalived.stats, the counters that keepalived writes on SIGUSR2, into our counters' names. Pure."""

from __future__ import annotations

from typing import Any

# (heading above the line, its key) -> the name of our counter; keepalived's other lines have none.
_COUNTERS = {
    ("Advertisements", "Received"): "received",
    ("Advertisements", "Sent"): "sent",
    ("", "Became master"): "became_master",
    ("Priority Zero", "Received"): "priority_zero_received",
    ("Priority Zero", "Sent"): "priority_zero_sent",
}
_DISCARDED = {
    ("Packet Errors", "Length"): "length",
    ("Packet Errors", "TTL"): "ttl",
    ("Packet Errors", "Invalid Type"): "type",
    ("Packet Errors", "Advertisement Interval"): "interval",
    ("Packet Errors", "Address List"): "addresses",
    ("Authentication Errors", "Invalid Type"): "auth_type",
    ("Authentication Errors", "Type Mismatch"): "auth_type",
    ("Authentication Errors", "Failure"): "auth_pass",
    ("Authentication Extension Errors", "Missing"): "hmac_missing",
    ("Authentication Extension Errors", "Malformed"): "hmac_malformed",
    ("Authentication Extension Errors", "Unknown Key"): "hmac_key",
    ("Authentication Extension Errors", "Invalid HMAC"): "hmac",
    ("Authentication Extension Errors", "Stale"): "hmac_stale",
    ("Authentication Extension Errors", "Replay"): "hmac_replay",
}


def parse(text: str) -> dict[str, dict[str, Any]]:
    """Return the counters of each instance, by its name; other lines are skipped."""
    found: dict[str, dict[str, Any]] = {}
    counters: dict[str, Any] = {"discarded": {}}
    heading = ""
    for line in text.splitlines():
        key, colon, value = (part.strip() for part in line.partition(":"))
        depth = len(line) - len(line.lstrip(" "))
        if not colon:
            continue
        if not depth and key == "VRRP Instance":
            counters = found.setdefault(value, {"discarded": {}})
            heading = ""
        elif not value:
            heading = key
        elif value.isdigit():
            _count(counters, ("" if depth < 4 else heading, key), int(value))
    return found


def _count(counters: dict[str, Any], line: tuple[str, str], number: int) -> None:
    if line in _COUNTERS:
        counters[_COUNTERS[line]] = number
    elif line in _DISCARDED and number:
        reasons = counters["discarded"]
        reasons[_DISCARDED[line]] = reasons.get(_DISCARDED[line], 0) + number
