# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds the pairs of a fleet: a group of two hosts is a pair, and a group of such groups is a fleet. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

GROUP = "ha_pair"  # the group of the playbooks, unless ha_pair_group names another one
InventoryGroups = Mapping[str, Sequence[str]]  # the hosts of each group of the inventory, or its child groups


@dataclass(frozen=True)
class Pair:
    """It is the group ``name`` with the hosts of one pair. ``problem`` is a sentence where it is not a pair."""

    name: str
    hosts: tuple[str, ...]
    problem: str = ""


def pairs(top: str, groups: InventoryGroups, children: InventoryGroups) -> list[Pair]:
    """Return the pairs of the group ``top``.

    ``groups`` has the hosts of each group, also those of the groups below it; ``children`` has the groups below it.
    """
    found = list(_below(top, groups, children))
    named = _names(found)
    return [Pair(pair.name, pair.hosts, pair.problem or _in_two(pair, named)) for pair in found]


def pair_of(
    host: str, said: Optional[str], play: Sequence[str], groups: InventoryGroups, children: InventoryGroups
) -> Pair:
    """Return the pair of ``host``.

    ``said`` is its variable ha_pair_group, ``play`` has the hosts of the play. A host outside of the group ha_pair that
    has no such variable is in a pair with the other host of its play.
    """
    top = said or (GROUP if host in groups.get(GROUP, ()) else _group_of(host, play, groups))
    if said and host not in groups.get(said, ()):
        known = "is not in it" if said in groups else "there is no such group"
        return Pair(said, (host,), f"{host} says ha_pair_group: {said}, and {known}")
    if top is None:
        return Pair("", tuple(play))
    # Each host of a play asks for each of its tasks, so it does not look at every pair of the fleet.
    pair = next(pair for pair in _below(top, groups, children, {host}) if host in pair.hosts)
    named = _names(_below(top, groups, children, set(pair.hosts)))
    return Pair(pair.name, pair.hosts, pair.problem or _in_two(pair, named))


def inferred(groups: InventoryGroups) -> dict[str, list[str]]:
    """Return the groups below each group, as the hosts tell them: all that have some of its hosts, but not all."""
    members = {name: set(hosts) for name, hosts in groups.items() if hosts}
    return {name: [other for other in members if members[other] < own] for name, own in members.items()}


def _names(found: Iterable[Pair]) -> dict[str, list[str]]:
    """Return for each host the names of its pairs."""
    named: dict[str, list[str]] = {}
    for pair in found:
        for host in pair.hosts:
            named.setdefault(host, []).append(pair.name)
    return named


def _below(
    top: str, groups: InventoryGroups, children: InventoryGroups, only: Optional[set[str]] = None
) -> Iterator[Pair]:
    """Yield the pairs of ``top``: itself, or those of the groups below it, without those that have none of ``only``."""
    members = groups.get(top, ())
    below = [name for name in children.get(top, ()) if groups.get(name)]
    whole = set(members)
    same = next((name for name in below if set(groups[name]) == whole), None)
    if same is not None:  # two names for the same hosts: the lower one is the more precise one
        yield from _below(same, groups, children, only)
    elif not below or len(members) == 2:
        yield Pair(top, tuple(members))
    else:
        for name in below:
            if only is None or not only.isdisjoint(groups[name]):
                yield from _below(name, groups, children, only)
        inside = {host for name in below for host in groups[name]}
        loose = tuple(host for host in members if host not in inside)
        if loose:
            text = f"{', '.join(loose)}: in the group {top} itself, whose groups {', '.join(below)} are the pairs"
            yield Pair(top, loose, f"{text}: put it into one of them, or make a group of the two hosts of its pair")


def _in_two(pair: Pair, named: Mapping[str, Sequence[str]]) -> str:
    """Return a sentence about a host that is in another pair as well; "" where there is none."""
    for host in pair.hosts:
        if len(named[host]) > 1:
            return f"{host} is in {len(named[host])} pairs, {' and '.join(named[host])}: a host is in one"
    return ""


def _group_of(host: str, play: Sequence[str], groups: InventoryGroups) -> Optional[str]:
    """Return the group of exactly the hosts of the play, else the only group of two hosts with ``host``, or None."""
    own = [name for name in groups if name not in ("all", "ungrouped") and host in groups[name]]
    whole = [name for name in own if set(groups[name]) == set(play)]
    twos = [name for name in own if len(groups[name]) == 2]
    return whole[0] if whole else twos[0] if len(twos) == 1 else None
