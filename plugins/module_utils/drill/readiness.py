# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether a pair is ready for a drill, and choose which node is to fail. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ..inventory.host import NodeFacts
from ..inventory.verify import proof
from .duration import too_short
from .fault import NODE, unit
from .options import SWITCHOVER

_HEARD_S = 1.0  # until an advertisement has an effect that can be seen


def plan(kind: str, found: Mapping[str, NodeFacts], seconds: float, service: Optional[str] = None) -> dict[str, Any]:
    """Return what a drill of this kind does with a pair, and the ``problems`` that forbid it.

    ``found`` has both nodes. The ``victim`` is the node that is master of the first instance; ``masters`` has the
    node that is master of each instance now. ``back_s`` seconds after an isolation ends, both nodes have advertised.
    """
    names = sorted({instance["name"] for each in found.values() for instance in each.get("instances") or ()})
    judged = proof(found, names)
    problems = list(judged["problems"]) or ([] if names else ["there is no instance"])
    problems += [f"warning of {text}" for text in judged["warnings"]]
    masters: dict[str, str] = judged["masters"]
    victim = masters[names[0]] if names and names[0] in masters else None
    for host, each in found.items():
        agent = each.get("agent") or {}
        problems += [f"{host}: {text}" for text in agent.get("warnings") or ()]
        for instance in each.get("instances") or ():
            problems += _of_instance(host, instance, seconds if kind != SWITCHOVER else None)
    reached = probed(found.get(victim or "") or {})
    if victim is not None:
        problems += [
            f"{name}: it has only link-local addresses, which no probe reaches, so nothing could be measured"
            for name in names
            if name not in reached
        ]
    chosen = None
    if kind == "service" and victim is not None:
        chosen, why = _service(found[victim], victim, service)
        problems += why
    return {
        "kind": kind,
        "victim": victim,
        "standby": next((host for host in found if host != victim), None),
        "masters": masters,
        "service": chosen,
        "interfaces": _interfaces(found.get(victim or "") or {}),
        "addresses": _addresses(found.get(victim or "") or {}),
        "probed": reached,
        "back_s": _longest_interval_s(found) + _HEARD_S if kind == NODE else 0.0,
        "problems": problems,
        "table": judged["table"],
    }


def probed(found: NodeFacts) -> dict[str, str]:
    """Return the address of each instance that a client is to probe: the first one that is not link-local."""
    chosen = {}
    for instance in found.get("instances") or ():
        plain = [str(each).partition("/")[0] for each in instance.get("addresses") or ()]
        reachable = [each for each in plain if not each.lower().startswith("fe80:")]
        if reachable:
            chosen[instance["name"]] = reachable[0]
    return chosen


def _of_instance(host: str, instance: Mapping[str, Any], seconds: Optional[float]) -> list[str]:
    problems = []
    if instance.get("hold"):
        remedy = f"end that first: hotstandby release {instance['name']} on {host}"
        problems.append(f"{instance['name']} on {host}: it is held {instance['hold']} by an operator; {remedy}")
    problems += [
        f"{instance['name']} on {host}: {each.get('mac')} claims {each.get('address')} too"
        for each in instance.get("conflicts") or ()
    ]
    takeover_s = instance.get("takeover_s")
    if seconds is not None and takeover_s:
        problems += too_short(instance["name"], seconds, takeover_s, f"a takeover may take {takeover_s:g} s on {host}")
    return problems


def _service(found: NodeFacts, host: str, named: Optional[str]) -> tuple[Optional[str], list[str]]:
    """Return the unit to stop: the one that was named, or the one that the instances of the node watch."""
    if named:
        whole = unit(named)
        wrong = f"drill_service: {named!r} is not the name of a systemd unit; write for example nginx.service"
        return whole, [] if whole else [wrong]
    units = {
        check["name"]
        for instance in found.get("instances") or ()
        for check in instance.get("checks") or ()
        if check.get("kind") == "unit"
    }
    if len(units) == 1:
        return units.pop(), []
    what = f"several ({', '.join(sorted(units))})" if units else "none"
    return None, [
        f"drill=service: {host} watches {what} with track_unit, so say which one to stop: -e drill_service=NAME"
    ]


def _longest_interval_s(found: Mapping[str, NodeFacts]) -> float:
    instances = (instance for each in found.values() for instance in each.get("instances") or ())
    return max((float(instance.get("advert_int_s") or 0.0) for instance in instances), default=0.0)


def _interfaces(found: NodeFacts) -> list[str]:
    """Return where advertisements and virtual addresses are."""
    names = [instance["interface"] for instance in found.get("instances") or () if instance.get("interface")]
    names += [link["name"] for link in found.get("interfaces") or () if link.get("virtual_addresses")]
    return list(dict.fromkeys(names))


def _addresses(found: NodeFacts) -> list[str]:
    """Return all that is on the network for a master: also virtual_ipaddress_excluded, which is not advertised."""
    said: list[str] = []
    for instance in found.get("instances") or ():
        said += instance.get("addresses") or ()
        said += [each["text"] for each in instance.get("excluded") or ()]
    return list(dict.fromkeys(str(each).partition("/")[0] for each in said))
