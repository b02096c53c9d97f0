# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an instance's status tells about who is master, and who will be.

Pure: an instance is the dictionary that the agent's status has for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Optional

MASTER, BACKUP = "MASTER", "BACKUP"
HELD = 254  # what a promoted router advertises
Instance = Mapping[str, Any]


def installed(instance: Instance) -> bool:
    """Whether every virtual address is on its interface."""
    return set(instance["addresses"]) <= set(instance["addresses_present"])


def is_master(instance: Instance) -> bool:
    """MASTER, with everything that belongs to it."""
    return instance["state"] == MASTER and installed(instance)


def is_backup(instance: Instance) -> bool:
    """BACKUP behind a master that speaks, with no virtual address left here."""
    return instance["state"] == BACKUP and instance["master"] is not None and not instance["addresses_present"]


def settled(instance: Instance) -> bool:
    """Whether nothing is about to move by itself, as far as this node can know."""
    if instance["state"] == MASTER:
        return installed(instance) and all(peer["priority"] <= instance["priority"] for peer in _speaking(instance))
    if not is_backup(instance):
        return False
    return not instance["preempt"] or instance["master"]["priority"] >= instance["priority"]


def served(instance: Instance, lately_s: float) -> bool:
    """Whether somebody serves it: this node, or a master that this node has heard in the last ``lately_s`` seconds."""
    return instance["state"] == MASTER or (instance["master"] is not None and _seen_s(instance["master"]) <= lately_s)


def gone(instance: Instance) -> bool:
    """Whether it takes nothing any more and has left nothing here. Not begun yet is as good as ended."""
    return instance["state"] in ("STOP", "INIT") and not instance["addresses_present"]


def dispensable(instance: Instance, lately_s: float) -> bool:
    """Whether nobody misses this node: a master was heard in the last ``lately_s`` seconds, or it serves nobody."""
    return gone(instance) or instance["state"] == "FAULT" or (is_backup(instance) and served(instance, lately_s))


def at_rest(status: Mapping[str, Any]) -> bool:
    """Whether nothing of a node is about to move by itself; ``status`` is its agent's. A drained one has ended."""
    quiet = gone if status.get("drained") else settled
    return all(quiet(instance) for instance in status["instances"])


def predict(instance: Instance, state: str) -> Optional[str]:
    """The state after ``state`` ("master", "backup", "auto") was asked for; None when it would be refused.

    With "auto" it takes preemption on both nodes for granted, as nothing tells what the peer's file says. A peer that
    was last heard with the priority of a promotion has lost it since, and what its own priority is nobody has told.
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


def _speaking(instance: Instance) -> list[Mapping[str, Any]]:
    """Peers that spoke lately, and after this node became master: what they said before that is history."""
    interval_s = instance["advert_int_s"]
    bounds = (instance["since_s"], None if interval_s is None else 3 * interval_s)
    lately_s = min((bound for bound in bounds if bound is not None), default=math.inf)
    return [peer for peer in instance["peers"] if _seen_s(peer) < lately_s]


def _seen_s(router: Mapping[str, Any]) -> float:
    """When it was heard last, in seconds; where keepalived does not tell, that may be long ago."""
    return math.inf if router["seen_s"] is None else router["seen_s"]
