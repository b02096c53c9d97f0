# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arithmetic of weights, which only the pair knows: whether what is tracked can ever move the address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from .draft import Draft
from .host import PREFIX
from .problem import Locate, Problem
from .readers import switch, whole
from .tracked import ADDITIONS

_LOWEST, _HIGHEST, _OWNER = 1, 254, 255  # RFC 9568 section 5.2.4
_WIDEST = 253
_READ = whole(-_WIDEST, _WIDEST, "a weight")
_DEFINED = {"track_interface": None, "track_script": "scripts", "track_process": "track_processes"}


@dataclass(frozen=True)
class _Weight:
    """One weight that an instance counts, and where it was said."""

    label: str
    weight: int
    reverse: bool
    variable: str
    value: Any

    @property
    def drop(self) -> int:
        """How far the priority falls at most because of it."""
        return abs(self.weight)

    @property
    def high(self) -> int:
        """What it adds at best: above 0 counts while it is good, with ``reverse`` below 0 counts while it is bad."""
        return max(-self.weight if self.reverse else self.weight, 0)


def weights(pair: tuple[Draft, Draft], problems: list[Problem], locate: Locate) -> None:
    """Complain about each weight of the master that cannot move the address, alone or together with the others.

    The number in a tracked file counts times its weight, so that it can always move the address.
    """
    if any("priority" not in draft.values or draft.group for draft in pair):
        return  # a group has the weights of all its members
    master, backup = sorted(pair, key=lambda draft: -draft.values["priority"])
    try:
        ours, theirs = list(_weights(master)), list(_weights(backup))
    except ValueError:
        return  # what cannot be read has its problem already
    for each in ours:
        said = _objection(each, master, backup, ours, theirs)
        if said is not None:
            problems.append(Problem(master.host.name, each.variable, *said, locate(each.value)))


def _objection(
    each: _Weight, master: Draft, backup: Draft, ours: list[_Weight], theirs: list[_Weight]
) -> Optional[tuple[str, str]]:
    if backup.values.get("nopreempt"):
        return "nopreempt: a weight never moves a living master", "weight 0, which is a fault, or no nopreempt"
    if master.values["priority"] == _OWNER:
        return "the owner of an address (priority 255) has no weights", "weight 0, or a lower priority"
    others = [other for other in ours if other is not each]
    if _moves(each, master, backup, others, theirs):
        return None
    here = _limited(_best(master, ours) - each.drop)
    there = _limited(_best(backup, theirs))
    when = f"{each.label} {'succeeds' if each.reverse else 'fails'}"
    text = f"when {when} {master.host.name} has {here} and {backup.host.name} {there}: it stays master"
    return text, _enough(each, master, backup, ours, theirs)


def _moves(each: _Weight, master: Draft, backup: Draft, others: list[_Weight], theirs: list[_Weight]) -> bool:
    """Whether there is a state of all other checks of both hosts in which this one decides who is master."""
    if backup.values["priority"] == _OWNER or "track_file" in master.values or "track_file" in backup.values:
        return True
    there = {_limited(priority) for priority in _reachable(_best(backup, theirs), theirs)}
    for priority in _reachable(_best(master, others) + each.high, others):
        lower, higher = _limited(priority - each.drop), _limited(priority)
        if any(lower < other <= higher for other in there):
            return True
    return False


def _enough(each: _Weight, master: Draft, backup: Draft, ours: list[_Weight], theirs: list[_Weight]) -> str:
    twins = [other for other in theirs if other.label == each.label]
    here = _best(master, [other for other in ours if other is not each])
    there = _best(backup, [other for other in theirs if other.label != each.label])
    least = here - there + 1
    rises = each.high > 0
    if least > _WIDEST or (rises and not twins):
        return "weight 0"
    if each.weight > 0:
        return f"weight {least} or more, or 0"
    return f"weight {-least} or less, or 0"


def _best(draft: Draft, tracked: list[_Weight]) -> int:
    return int(draft.values["priority"]) + sum(each.high for each in tracked)


def _reachable(best: int, tracked: list[_Weight]) -> set[int]:
    """Every priority, before its limits, that some of what is tracked can make of the best one."""
    found = {best}
    for each in tracked:
        found |= {priority - each.drop for priority in found}
    return found


def _limited(priority: int) -> int:
    return min(max(priority, _LOWEST), _HIGHEST)


def _weights(draft: Draft) -> Iterator[_Weight]:
    primary = None if draft.values.get("dont_track_primary") else draft.values.get("interface")
    for word, defined in _DEFINED.items():
        known = _definitions(draft.host.said(defined)) if defined else {}
        for entry in draft.values.get(word, ()):
            if word == "track_interface" and entry["name"] == primary:
                continue  # its failure is a fault anyway
            if "weight" in entry:
                yield from _weight(entry["name"], entry, *draft.said[word])
            elif entry["name"] in known:
                index, definition = known[entry["name"]]
                value = definition.get("weight")
                yield from _weight(entry["name"], definition, f"{PREFIX}{defined}[{index}].weight", value)
    for word, keyword in ADDITIONS.items():
        for entry in draft.values.get(word, ()):
            first = entry.get("address") or entry.get("url") or entry.get("unit")
            port = f" {entry['port']}" if "port" in entry else ""
            yield from _weight(f"{keyword.removeprefix('track_')} {first}{port}", entry, *draft.said[word])


def _weight(label: str, entry: Mapping[str, Any], variable: str, value: Any) -> Iterator[_Weight]:
    weight = _READ(entry.get("weight") or 0)
    if weight:
        reverse = entry.get("reverse") is not None and switch(entry["reverse"])
        yield _Weight(label, weight, reverse, variable, value)


def _definitions(said: Any) -> dict[str, tuple[int, Mapping[str, Any]]]:
    """Name -> (place, definition), of those that are a mapping."""
    entries = said if isinstance(said, (list, tuple)) else [said]
    return {str(each.get("name")): (i, each) for i, each in enumerate(entries) if isinstance(each, Mapping)}
