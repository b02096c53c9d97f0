# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It shows the state of a pair as a table for users, of what ``vrrp_info`` found on each node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import peer_status
from .fleet import Pair
from .table import lines

_DEAF = "they do not hear each other (see why above; does a firewall let IP protocol 112 through?)"
_LEAVING = "MASTER, giving up"  # it keeps the addresses until a peer has taken over
_HANDOVER = "one is handing over at this moment, look again"
_UNDRAIN = "undrain with vrrp_drain state=active"
_SCREEN = 20  # pairs that are shown with a line for each; a screen has 24 lines or more
_WIDTH = 110  # of a line; Ansible indents it by 8
_COLUMNS = ("node", "instance", "state", "priority", "vip", "since", "why")


def status(nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the lines of the table and warnings. ``nodes`` has the result of ``vrrp_info`` for each node."""
    rows: list[dict[str, Any]] = []
    for node, found in nodes.items():
        if not found.get("running"):
            rows.append({"node": node, "state": _missing(found), "why": _reason(found)})
        rows += [_row(node, instance) for instance in found.get("instances") or ()]
    ordered = sorted(rows, key=lambda row: (row.get("instance", ""), row["node"]))
    return lines(ordered, _COLUMNS) + _warnings(nodes)


def problems(nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return one line for each thing that keeps ``nodes``, those of one pair, from working as a pair.

    Problems are: a node whose agent did not answer, an instance with no master or more than one, an instance that a
    node does not have, a virtual address that is not on the master or is on another node, and a node that does not
    stand by. A node that is drained need not stand by.
    """
    found = [f"{node}: {_missing(seen)}: {_reason(seen)}" for node, seen in nodes.items() if not seen.get("running")]
    shared: dict[str, dict[str, Mapping[str, Any]]] = {}
    for node, seen in nodes.items():
        for instance in seen.get("instances") or ():
            shared.setdefault(instance["name"], {})[node] = instance
    for name, views in shared.items():
        leaders = [node for node, instance in views.items() if instance["state"] == "MASTER"]
        drained = [node for node in views if (nodes[node].get("agent") or {}).get("drained")]
        if len(leaders) > 1:
            leaving = any((views[node].get("why") or "").startswith(_LEAVING) for node in leaders)
            found.append(f"{name}: {' and '.join(leaders)} are both master: {_HANDOVER if leaving else _DEAF}")
        elif not leaders and all(map(_asked, nodes.values())):
            hint = f", and drained: {', '.join(drained)} ({_UNDRAIN})" if drained else ""
            found.append(f"{name}: no node is master{hint}")
        found += [
            f"{name}: {node} does not have it" for node in nodes if nodes[node].get("running") and node not in views
        ]
        for node, instance in views.items():
            found += [f"{name}: {text}" for text in _faults(node, instance, node in drained)]
    if not shared and not found:
        found.append(f"{', '.join(nodes)}: there is no instance")
    return found


def fleet(pairs: Sequence[Pair], seen: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a table with one line for each pair, then the further problems of each, and the warnings.

    ``seen`` has the result of ``vrrp_info`` for each node of the pairs; a node without one was not asked. Of more than
    a screen of pairs those of which there is nothing to tell come first, with their masters alone.
    """
    rows, well, further, warnings = [], [], [], []
    for pair in pairs:
        name = pair.name or ", ".join(pair.hosts)
        nodes = {node: seen.get(node) or {} for node in pair.hosts}
        wrong = [pair.problem] if pair.problem else problems(nodes)
        warned = _warnings(nodes)
        if len(pairs) > _SCREEN and not (wrong or warned or _drained(nodes)):
            well.append(f"{name}: {_masters(nodes)}")
            continue
        rows.append({"pair": name, "result": "FAILED" if wrong else "ok", "what": (wrong or [_states(nodes)])[0]})
        further += [f"{name}: {text}" for text in wrong[1:]]
        warnings += [f"{name}: {text}" for text in warned]
    told = [f"{len(well)} of {len(pairs)} pairs are well, with these masters (--limit shows more):"] if well else []
    table = lines(rows, ("pair", "result", "what")) if rows else []
    return told + _packed(well) + table + further + warnings


def _packed(entries: Sequence[str]) -> list[str]:
    """Return the entries on as few lines as they need."""
    packed: list[str] = []
    for entry in entries:
        if packed and len(packed[-1]) + 2 + len(entry) <= _WIDTH:
            packed[-1] += f"; {entry}"
        else:
            packed.append(entry)
    return packed


def _masters(nodes: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the masters of the instances of a pair, each node once."""
    states = {node: [each["state"] for each in found.get("instances") or ()] for node, found in nodes.items()}
    return ", ".join(node for node, own in states.items() if "MASTER" in own)


def _drained(nodes: Mapping[str, Mapping[str, Any]]) -> bool:
    return any((found.get("agent") or {}).get("drained") for found in nodes.values())


def _states(nodes: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the state of each instance on each node, the master first."""
    said: dict[str, list[str]] = {}
    for node, found in nodes.items():
        drained = ", drained" if (found.get("agent") or {}).get("drained") else ""
        for instance in found.get("instances") or ():
            text = f"{node} {instance['state']} {_duration(instance['since_s'])}".rstrip() + drained
            states = said.setdefault(instance["name"], [])
            states.insert(0 if instance["state"] == "MASTER" else len(states), text)
    return "; ".join(f"{name}: {', '.join(states)}" for name, states in said.items())


def _warnings(nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    told = [
        f"warning: {instance['name']} on {node}: {text}"
        for node, found in nodes.items()
        for instance in found.get("instances") or ()
        for text in instance.get("warnings") or ()
    ]
    return told + [f"warning: {text}" for node, found in nodes.items() for text in peer_status.warnings(node, found)]


def _faults(node: str, instance: Mapping[str, Any], drained: bool) -> list[str]:
    """Return the faults of an instance on one node that show without the other node."""
    present, state = instance["addresses_present"], instance["state"]
    if state == "MASTER":
        absent = [address for address in instance.get("addresses") or () if address not in present]
        return [f"{node} is master, and {', '.join(absent)} is not on it"] if absent else []
    faults = [f"{', '.join(present)} is on {node}, which is not master"] if present else []
    if state != "BACKUP" and not drained:
        why = instance.get("why") or ""
        faults.append(f"{node} is {why if why.startswith(state) else state}, so it does not stand by")
    return faults


def _missing(found: Mapping[str, Any]) -> str:
    """Return the word for the state of a node that did not answer."""
    if found.get("unreachable"):
        return "UNREACHABLE"
    return "NO AGENT" if _asked(found) else "NOT ASKED"


def _asked(found: Mapping[str, Any]) -> bool:
    return "running" in found or bool(found.get("msg"))


def _reason(found: Mapping[str, Any]) -> str:
    # A node that was asked has a release in its result: None where nothing is installed.
    if not found.get("unreachable") and "release" in found and found["release"] is None:
        return "not installed: run ha_pair"
    return found.get("msg") or "this play leaves it out (leave out --limit, or let it name both hosts)"


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
