# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a pair as a table: what ``vrrp_info`` found on each node, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .table import lines

_COLUMNS = ("node", "instance", "state", "priority", "vip", "since", "why")


def status(nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The lines. ``nodes`` has the result of ``vrrp_info`` for each node."""
    rows: list[dict[str, Any]] = []
    for node, found in nodes.items():
        if not found.get("running"):
            rows.append({"node": node, "state": "NO AGENT", "why": found.get("msg") or "it was not asked"})
        rows += [_row(node, instance) for instance in found.get("instances") or ()]
    return lines(sorted(rows, key=lambda row: (row.get("instance", ""), row["node"])), _COLUMNS)


def _row(node: str, instance: Mapping[str, Any]) -> dict[str, Any]:
    base, priority = instance["base_priority"], instance["priority"]
    return {
        "node": node,
        "instance": instance["name"],
        "state": instance["state"],
        "priority": priority if priority == base else f"{priority} (of {base})",
        "vip": instance["addresses_present"],
        "since": _duration(instance["since_s"]),
        "why": instance["why"],
    }


def _duration(seconds: Any) -> str:
    if seconds is None:
        return ""
    whole = int(seconds)
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days}d {hours}h"
    if hours:
        return f"{hours}h {minutes}m"
    return f"{minutes}m {whole % 60}s" if minutes else f"{whole}s"
