# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads which program does VRRP on a host, and reports what the variables ask of keepalived in vain. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..vrrp.config.keywords.groups import VRRP_SYNC_GROUP
from ..vrrp.config.keywords.table import ROOT
from .errors import Locate, VariableProblem
from .failback import failback
from .host import PREFIX, Host, NodeFacts
from .instance import PairInstance
from .instance_variables import ADDITIONS
from .variables import variables

HOTSTANDBY, KEEPALIVED = "hotstandby", "keepalived"
VARIABLE = "engine"

_INSTEAD = f"leave it out, or say it only for hosts with {PREFIX}{VARIABLE}: {HOTSTANDBY}"
_OF_THE_AGENT: Mapping[str, str] = {
    **{word: f"keepalived has no {entry.name}" for word, entry in variables(ROOT).items() if entry.addition},
    "writable_paths": "the service of keepalived may write everywhere",
    "metrics_listen": "keepalived serves no metrics",
    "metrics_socket": "keepalived serves no metrics",
    "metrics_textfile": "keepalived serves no metrics",
    "rotate_peer_key": "keepalived tells its peer nothing beside VRRP, so there is no key",
}
_GROUP_ADDITIONS = {word: entry.name for word, entry in variables(VRRP_SYNC_GROUP).items() if entry.addition}


def read(value: Any) -> str:
    """Return the name of a program that does VRRP. Raises ValueError for another one."""
    if value not in (HOTSTANDBY, KEEPALIVED):
        raise ValueError(f"'{value}' is neither {HOTSTANDBY} nor {KEEPALIVED}")
    return str(value)


def engine_of(said: Mapping[str, Any]) -> str:
    """Return the program of a host, of its variables by their full names; ours where the value cannot be read."""
    try:
        return read(said.get(PREFIX + VARIABLE) or HOTSTANDBY)
    except ValueError:
        return HOTSTANDBY


def only_agents(hosts: Sequence[str], said: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether every host runs our agent. ``said`` are the variables of each."""
    return all(engine_of(said.get(host) or {}) == HOTSTANDBY for host in hosts)


def running(hosts: Sequence[str], found: Mapping[str, NodeFacts], engines: Mapping[str, str]) -> list[str]:
    """Return the hosts on which the program that the inventory says does VRRP. ``engines`` has that of each host."""
    return [host for host in hosts if found[host].get("program") == engines[host]]


def outdated(hosts: Sequence[str], found: Mapping[str, NodeFacts]) -> list[str]:
    """Return the hosts whose agent was started from another release than the one that is installed there now."""
    return [host for host in hosts if found[host].get("running_release") not in (None, found[host].get("release"))]


def refuse(host: Host, of_host: Sequence[PairInstance], problems: list[VariableProblem], locate: Locate) -> None:
    """Report each variable of a host with keepalived that only our agent can fulfil."""
    if engine_of(host.variables) != KEEPALIVED:
        return
    for word, text in _OF_THE_AGENT.items():
        value = host.said(word)
        if value not in (None, False, "", 0, []) and str(value).lower() not in ("false", "no", "off", "0"):
            problems.append(VariableProblem(host.name, PREFIX + word, text, _INSTEAD, locate(value)))
    for draft in of_host:
        for word, keyword in ADDITIONS.items():
            if word in draft.said:
                variable, value = draft.said[word]
                problems.append(
                    VariableProblem(host.name, variable, f"keepalived has no {keyword}", _INSTEAD, locate(value))
                )
    for variable, word, value in _of_groups(host):
        text = f"keepalived has no {_GROUP_ADDITIONS[word]}"
        problems.append(VariableProblem(host.name, variable, text, _INSTEAD, locate(value)))
    _failback(host, problems, locate)


def _of_groups(host: Host) -> Iterator[tuple[str, str, Any]]:
    groups = host.said("sync_groups")
    for index, group in enumerate(groups if isinstance(groups, (list, tuple)) else ()):
        for word in _GROUP_ADDITIONS if isinstance(group, Mapping) else ():
            if group.get(word):
                yield f"{PREFIX}sync_groups[{index}].{word}", word, group[word]


def _failback(host: Host, problems: list[VariableProblem], locate: Locate) -> None:
    value = host.said("failback")
    try:
        policy = None if value is None else failback(value)[0]
    except ValueError:  # reported with the other variables
        return
    if policy == "after":
        text, hint = "keepalived ends nothing by itself", "say immediate, never or manual"
        problems.append(VariableProblem(host.name, f"{PREFIX}failback", text, hint, locate(value)))
