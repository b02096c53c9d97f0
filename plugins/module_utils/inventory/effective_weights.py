# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It adds up the weights that count on one host, as keepalived does: of an instance and of its sync group."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from .host import PREFIX, Host
from .instance import PairInstance
from .instance_variables import ADDITIONS
from .sync_groups import VARIABLE, WORDS
from .value_types import switch, whole

OWNER = 255  # RFC 9568 section 5.2.4
OWNER_HAS_NONE = ("the owner of an address (priority 255) has no weights", "weight 0, or a lower priority")
_READ = whole(-254, 254, "a weight")
# The word of an instance -> the variable of the definitions, and the weight where a definition has none.
_DEFINED = {
    "track_interface": ("", 0),
    "track_script": ("scripts", 0),
    "track_process": ("track_processes", 0),
    "track_file": ("track_files", 1),
}


@dataclass(frozen=True)
class TrackedWeights:
    """It is one tracked thing. For each member: ``highs`` is the most it adds, ``drops`` what a failure takes."""

    label: str
    weight: int
    reverse: bool
    variable: str
    value: Any
    highs: tuple[int, ...] = ()
    drops: tuple[int, ...] = ()


@dataclass(frozen=True)
class Idle:
    """It is a weight that never counts: the variable that gives it, and the reason with a hint."""

    variable: str
    value: Any
    why: tuple[str, str]


@dataclass
class Counted:
    """It holds the weights of one host. ``unknown``: the number in a tracked file counts as well."""

    events: list[TrackedWeights] = field(default_factory=list)
    idle: list[Idle] = field(default_factory=list)
    unknown: bool = False


@dataclass(frozen=True)
class _Entry:
    """It is one line of what an instance or a group tracks. Entries with the same ``key`` check the same thing."""

    word: str
    key: Hashable
    label: str
    weight: int
    reverse: bool
    variable: str
    value: Any

    @property
    def high(self) -> int:
        """Return the most it adds: a weight above 0 while it is good, with ``reverse`` one below 0 while it is bad."""
        return max(-self.weight if self.reverse else self.weight, 0)

    def idle(self, text: str, hint: str) -> Idle:
        """Return it as a weight that never counts."""
        return Idle(self.variable, self.value, (text, hint))


def counted(members: Sequence[PairInstance]) -> Counted:
    """Return the weights of ``members``, one instance or all of a sync group. Raises ValueError for a bad value."""
    found = Counted()
    host, name = members[0].host, members[0].group
    group, ours = _group(host, name) if name else ({}, [])
    # Without sync_group_tracking_weight only a member's weights of processes count, as in keepalived.
    alone = bool(name) and not switch(group.get("sync_group_tracking_weight") or False)
    counts: dict[Hashable, dict[int, _Entry]] = {}
    for index, draft in enumerate(members):
        entries: dict[Hashable, _Entry] = {}
        for each in _own(draft):
            if alone and each.weight and each.word != "track_process":
                if not _fault_anyway(each, draft) and not any(each.key == other.key for other in ours):
                    found.idle.append(each.idle(*_moves_as_one(each, str(name))))
            else:
                entries[each.key] = each
        for each in ours:
            if each.key not in entries or entries[each.key].weight:
                entries[each.key] = each
        for key, each in entries.items():
            if each.weight and not _fault_anyway(each, draft):
                counts.setdefault(key, {})[index] = each
    for by_member in counts.values():
        each = next(iter(by_member.values()))
        if each.word != "track_file":
            places = [by_member.get(index) for index in range(len(members))]
            highs = tuple(entry.high if entry else 0 for entry in places)
            drops = tuple(abs(entry.weight) if entry else 0 for entry in places)
            found.events.append(
                TrackedWeights(each.label, each.weight, each.reverse, each.variable, each.value, highs, drops)
            )
        elif any(draft.values["priority"] == OWNER for draft in members):
            found.idle.append(each.idle(*OWNER_HAS_NONE))
        else:
            found.unknown = True
    return found


def _fault_anyway(each: _Entry, draft: PairInstance) -> bool:
    primary = each.word == "track_interface" and each.label == draft.values.get("interface")
    return primary and not draft.values.get("dont_track_primary")


def _moves_as_one(each: _Entry, group: str) -> tuple[str, str]:
    text = f"weight {each.weight} of {each.label} does not count in a member of the sync group {group}"
    return text, "track it in the group, or weight 0, which is a fault"


def _own(draft: PairInstance) -> Iterator[_Entry]:
    for word in (*_DEFINED, *ADDITIONS):
        entries = draft.values.get(word, ())
        yield from _entries(draft.host, word, entries, draft.said.get(word, (PREFIX + word, None)))


def _group(host: Host, name: str) -> tuple[Mapping[str, Any], list[_Entry]]:
    """Return a group as it stands in the host's variables, and what it tracks for each member."""
    index, group = _definitions(host.said(VARIABLE))[name]
    found: list[_Entry] = []
    for word in (*_DEFINED, *ADDITIONS):
        if group.get(word) is not None:
            source = (f"{PREFIX}{VARIABLE}[{index}].{word}", group[word])
            found += _entries(host, word, WORDS[word](group[word]), source)
    return group, found


def _entries(host: Host, word: str, entries: Sequence[Mapping[str, Any]], said: tuple[str, Any]) -> Iterator[_Entry]:
    """Yield the entries. ``said`` is the variable and the value in which they were written."""
    if word in ADDITIONS:
        for entry in entries:
            first = entry.get("address") or entry.get("url") or entry.get("unit")
            port = f" {entry['port']}" if "port" in entry else ""
            key = (word, *sorted((name, value) for name, value in entry.items() if name != "weight"))
            label = f"{ADDITIONS[word].removeprefix('track_')} {first}{port}"
            yield _Entry(word, key, label, _READ(entry.get("weight") or 0), False, *said)
        return
    defined, default = _DEFINED[word]
    known = _definitions(host.said(defined)) if defined else {}
    for entry in entries:
        name, source = entry["name"], said
        index, definition = known.get(name, (0, {}))
        weight = _said(entry, definition, "weight")
        reverse = _said(entry, definition, "reverse")
        if "weight" not in entry and definition.get("weight") is not None:
            source = (f"{PREFIX}{defined}[{index}].weight", definition["weight"])
        number = default if weight is None else _READ(weight)
        yield _Entry(word, (word, name), name, number, reverse is not None and switch(reverse), *source)


def _said(entry: Mapping[str, Any], definition: Mapping[str, Any], word: str) -> Optional[Any]:
    return entry[word] if word in entry else definition.get(word)


def _definitions(said: Any) -> dict[str, tuple[int, Mapping[str, Any]]]:
    """Return name -> (index, definition), of those that are a mapping."""
    entries = said if isinstance(said, (list, tuple)) else [said]
    return {str(each.get("name")): (i, each) for i, each in enumerate(entries) if isinstance(each, Mapping)}
