# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It checks sync groups: instances that are master on one host together, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..vrrp.config.keywords.groups import VRRP_SYNC_GROUP
from .errors import Locate, VariableProblem
from .host import PREFIX, Host
from .instance import PairInstance
from .trackers import definitions
from .variables import words_of

VARIABLE = "sync_groups"
WORDS = words_of(VRRP_SYNC_GROUP)


def groups(host: Host, of_host: list[PairInstance], problems: list[VariableProblem], locate: Locate) -> None:
    """Check the groups of one host: two members or more, each an instance, and in one group only."""
    definitions(host, VARIABLE, WORDS, "group", problems, locate)
    known = [draft.name for draft in of_host]
    seen: dict[str, str] = {}
    for index, (group, members, value) in enumerate(_said(host)):
        variable = f"{PREFIX}{VARIABLE}[{index}].group"
        if len(members) < 2:
            text, hint = f"{group} has fewer than two members", "a sync group is two instances or more"
            problems.append(VariableProblem(host.name, variable, text, hint, locate(value)))
        for member in members:
            if member not in known:
                text, hint = f"there is no instance {member}", f"there are {', '.join(known) or 'none'}"
                problems.append(VariableProblem(host.name, variable, text, hint, locate(value)))
            elif member in seen:
                text = f"{member} is in {seen[member]} already"
                problems.append(VariableProblem(host.name, variable, text, "name it in one group", locate(value)))
            seen.setdefault(member, group)
    for draft in of_host:
        draft.group = seen.get(draft.name)


def together(of_host: list[PairInstance]) -> dict[str, int]:
    """Return a number for each instance, the same in a group: it decides about the master where nothing else does."""
    turns: dict[str, int] = {}
    found = {}
    for draft in of_host:
        found[draft.name] = turns.setdefault(f"group {draft.group}" if draft.group else draft.name, len(turns))
    return found


def one_master(
    first: list[PairInstance], second: list[PairInstance], problems: list[VariableProblem], locate: Locate
) -> None:
    """Report a group whose members would have different masters: it would move without end."""
    others = {draft.name: draft for draft in second}
    masters: dict[str, tuple[str, str]] = {}
    for draft in first:
        other = others.get(draft.name)
        if draft.group is None or other is None:
            continue
        ours, theirs = draft.values.get("priority"), other.values.get("priority")
        if ours is None or theirs is None:
            continue
        host = draft.host.name if ours > theirs else other.host.name
        member, master = masters.setdefault(draft.group, (draft.name, host))
        if master != host:
            variable, value = draft.said.get("priority", (PREFIX + VARIABLE, None))
            text = (
                f"{master} is to be master of {member}, and {host} of {draft.name}, which move as one in {draft.group}"
            )
            hint = "give one host the higher priority in both"
            problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))


def _said(host: Host) -> list[tuple[str, list[str], Any]]:
    """Return (name, members, value as written) of each group that can be read."""
    said = host.said(VARIABLE) or ()
    entries = said if isinstance(said, (list, tuple)) else [said]
    found = []
    for entry in entries:
        if isinstance(entry, Mapping) and entry.get("group"):
            group = entry["group"]
            members = [str(one) for one in (group if isinstance(group, (list, tuple)) else [group])]
            found.append((str(entry.get("name")), members, members and group))
    return found
