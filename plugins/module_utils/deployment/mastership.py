# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads from the status of an instance which node is master, and which will be.

Pure. An instance is its dictionary in the agent's status.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Optional

MASTER, BACKUP = "MASTER", "BACKUP"
HELD = 254  # what a promoted router advertises
InstanceStatus = Mapping[str, Any]


def installed(instance: InstanceStatus) -> bool:
    """Return whether every virtual address is on its interface."""
    return set(instance["addresses"]) <= set(instance["addresses_present"])


def is_master(instance: InstanceStatus) -> bool:
    """Return whether it is MASTER and has all its addresses."""
    return instance["state"] == MASTER and installed(instance)


def is_backup(instance: InstanceStatus) -> bool:
    """Return whether it is BACKUP with a master that advertises, and no virtual address is left here."""
    return instance["state"] == BACKUP and instance["master"] is not None and not instance["addresses_present"]


def is_stable(instance: InstanceStatus) -> bool:
    """Return whether mastership is not about to move by itself, as far as this node can know."""
    if instance["state"] == MASTER:
        return installed(instance) and all(peer["priority"] <= instance["priority"] for peer in _speaking(instance))
    if not is_backup(instance):
        return False
    return not instance["preempt"] or instance["master"]["priority"] >= instance["priority"]


def has_master(instance: InstanceStatus, lately_s: float) -> bool:
    """Return whether it has a master: this node, or one that was heard in the last ``lately_s`` seconds."""
    return instance["state"] == MASTER or (instance["master"] is not None and _seen_s(instance["master"]) <= lately_s)


def is_idle(instance: InstanceStatus) -> bool:
    """Return whether it has ended, or not begun, and no virtual address is left here."""
    return instance["state"] in ("STOP", "INIT") and not instance["addresses_present"]


def can_be_removed(instance: InstanceStatus, lately_s: float) -> bool:
    """Return whether this node can give it up: it serves nothing here, or another master has been heard.

    That is in the last ``lately_s`` seconds. An instance that is in FAULT, has ended or has not begun serves nothing.
    """
    return is_idle(instance) or instance["state"] == "FAULT" or (is_backup(instance) and has_master(instance, lately_s))


def at_rest(status: Mapping[str, Any]) -> bool:
    """Return whether no instance of a node is about to move by itself, and each MASTER knows of its standby.

    ``status`` is that of its agent.
    """
    quiet = is_idle if status.get("drained") else is_stable
    return all(quiet(instance) and _knows_standby(instance) for instance in status["instances"])


def _knows_standby(instance: InstanceStatus) -> bool:
    """Return whether the standby is known to be ready or not, or why that is not known, or nobody tells it."""
    standby = instance.get("standby")  # an older agent has none, nor has keepalived
    return standby is None or standby["ready"] is not None or bool(standby["why"])


def predict(instance: InstanceStatus, state: str) -> Optional[str]:
    """Return the state after ``state`` ("master", "backup", "auto") was asked for; None where it would be refused.

    With "auto" it assumes preemption on both nodes, as the peer's file is unknown. A peer that was last heard with
    the priority of a promotion has lost that since, and its own priority is unknown.
    """
    now: str = instance["state"]
    if instance["faults"]:
        return None if state == "master" else now
    if state == "master":
        return MASTER
    if state == "backup":
        return BACKUP
    if instance["hold"] is None:
        return now
    own = instance["base_priority"] + sum(reason["delta"] for reason in instance["reasons"])
    own = max(1, min(254, own))
    if instance["state"] == MASTER:
        return BACKUP if any(own < peer["priority"] < HELD for peer in instance["peers"]) else MASTER
    master = instance["master"]
    overtakes = instance["preempt"] and master is not None and own > master["priority"]
    return MASTER if overtakes else instance["state"]


def _speaking(instance: InstanceStatus) -> list[Mapping[str, Any]]:
    """Return the peers that advertised in the last 3 intervals, and after this node became master."""
    interval_s = instance["advert_int_s"]
    bounds = (instance["since_s"], None if interval_s is None else 3 * interval_s)
    lately_s = min((bound for bound in bounds if bound is not None), default=math.inf)
    return [peer for peer in instance["peers"] if _seen_s(peer) < lately_s]


def _seen_s(router: Mapping[str, Any]) -> float:
    """Return how many seconds ago it was last heard; infinity where keepalived does not report it."""
    return math.inf if router["seen_s"] is None else router["seen_s"]
