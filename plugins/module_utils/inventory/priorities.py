# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It says which host of a pair the priorities make master, from what vrrp_info returned. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ..vrrp.protocol.constants import PRIORITY_MAX, PRIORITY_MIN, PRIORITY_OWNER
from .host import NodeFacts

InstancesByName = dict[str, Mapping[str, Any]]  # by name


def own(instance: Mapping[str, Any]) -> int:
    """Return the priority of an instance with the weights of its checks. That of a promotion is another one."""
    base = int(instance["base_priority"])
    if base == PRIORITY_OWNER:
        return base
    weights = sum(reason["delta"] for reason in instance.get("reasons") or ())
    return int(min(max(base + weights, PRIORITY_MIN), PRIORITY_MAX))


def leads(host: str, looks: Mapping[str, NodeFacts]) -> list[str]:
    """Return the instances in which the priority of ``host`` is higher than that of each other host."""
    mine, others = _instances(looks[host]), _others(host, looks)
    return [
        name
        for name, instance in mine.items()
        if all(own(instance) > own(other[name]) for other in others if name in other)
    ]


def takes_back(host: str, looks: Mapping[str, NodeFacts]) -> list[str]:
    """Return the instances in which ``host`` would take over from the other host by its priority.

    It would do so now, or when the checks of both are as they should be.
    """
    mine, others = _instances(looks[host]), _others(host, looks)
    return [
        name
        for name, instance in mine.items()
        if instance.get("preempt", True) and all(_may_win(instance, other.get(name)) for other in others)
    ]


def _may_win(instance: Mapping[str, Any], other: Optional[Mapping[str, Any]]) -> bool:
    """Return whether one of its priorities is as high as that of the other host or higher."""
    if other is None:
        return int(instance["base_priority"]) == PRIORITY_OWNER
    return instance["base_priority"] >= other["base_priority"] or own(instance) >= own(other)


def _instances(look: NodeFacts) -> InstancesByName:
    return {each["name"]: each for each in look.get("instances") or ()}


def _others(host: str, looks: Mapping[str, NodeFacts]) -> list[InstancesByName]:
    return [_instances(look) for other, look in looks.items() if other != host]
