# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It refuses a takeover time for which a node would need real-time scheduling that its kernel does not grant. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

POLICIES = ("SCHED_FIFO", "SCHED_RR", "SCHED_DEADLINE")


def refused(host: str, found: Mapping[str, Any], instances: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each instance of ``host`` whose interval is too short for what was found there."""
    if has_real_time(found) is not False:
        return []
    return [
        f"{host}: {each['name']}: takeover_within {each['takeover']['within']:g} needs an advertisement every"
        f" {each['advert_int']:g} s, and this node has no real-time scheduling, so a busy moment would be a takeover:"
        f" let its kernel grant SCHED_RR (docs/takeover.md), or say {each['takeover']['without_real_time']:g} or more"
        for each in instances
        if "without_real_time" in (each.get("takeover") or {})
    ]


def has_real_time(found: Mapping[str, Any]) -> Optional[bool]:
    """Return whether the agent of a node runs in real time, or would; None where that is not known."""
    agent = (found.get("agent") or {}).get("realtime")
    if found.get("program") == "hotstandby" and agent:
        return agent["policy"] in POLICIES
    granted = found.get("real_time")
    return granted if isinstance(granted, bool) else None
