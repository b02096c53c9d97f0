# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It says what is wrong with a node after an update, compared to before: from what vrrp_info returned. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def health(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """Return sentences; none where the agent answers, each instance is there without a fault, and no weight got worse.

    The node may be drained: its agent goes on with the checks.
    """
    if not now.get("running"):
        return [f"no agent answers: {now.get('msg') or 'no message'}"]
    known = {instance["name"]: instance for instance in now.get("instances") or ()}
    problems = []
    for instance in before.get("instances") or ():
        name = instance["name"]
        if name not in known:
            problems.append(f"{name}: the agent does not have it any more")
        elif known[name].get("faults"):
            problems.append(f"{name}: {'; '.join(known[name]['faults'])}")
        elif _weights(known[name]) < _weights(instance):
            was, now_is = _weights(instance), _weights(known[name])
            problems.append(f"{name}: its weights were {was:+d} and are {now_is:+d}{_why(known[name])}")
    return problems


def _weights(instance: Mapping[str, Any]) -> int:
    return sum(reason["delta"] for reason in instance.get("reasons") or ())


def _why(instance: Mapping[str, Any]) -> str:
    texts = [f"{reason['name']}: {reason['text']}" for reason in instance.get("reasons") or () if reason["delta"] < 0]
    return f" ({'; '.join(texts)})" if texts else ""
