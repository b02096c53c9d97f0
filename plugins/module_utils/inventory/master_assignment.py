# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It sets the state and the priority of an instance on both hosts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from .errors import Locate, VariableProblem
from .instance import PairInstance

MASTER_PRIORITY, BACKUP_PRIORITY = 100, 90  # where the inventory gives none
_STEP = 10  # between a priority that is given and one that is not
_START_AS_BACKUP = ("nopreempt", "preempt_delay")  # keepalived -t refuses both beside "state MASTER"
_HIGHEST = 254  # 255 belongs to the owner of the address, RFC 9568 section 5.2.4


def assign(
    pair: tuple[PairInstance, PairInstance], default: str, problems: list[VariableProblem], locate: Locate
) -> None:
    """Set ``state`` and ``priority`` of both. ``default`` is the master where the inventory does not decide."""
    claims = [draft for draft in pair if draft.values.get("state") == "MASTER"]
    if len(claims) == 2:
        text, hint = "both claim to be master", "let one say BACKUP, or none say anything"
        _complain(claims, "state", f"{text} of {pair[0].name}", hint, problems, locate)
        return
    if any(word in draft.said and word not in draft.values for draft in pair for word in ("state", "priority")):
        return  # a value that cannot be read has been reported
    master = _master(pair, claims, default, problems, locate)
    if master is None:
        return
    backup = pair[1] if master is pair[0] else pair[0]
    _priorities(master, backup, problems, locate)
    silent = _quiet_pair(pair, problems, locate)
    master.values["state"] = "BACKUP" if silent else "MASTER"
    backup.values["state"] = "BACKUP"


def _master(
    pair: tuple[PairInstance, PairInstance],
    claims: list[PairInstance],
    default: str,
    problems: list[VariableProblem],
    locate: Locate,
) -> Optional[PairInstance]:
    first, second = pair
    named = {draft.master for draft in pair if draft.master}
    if len(named) > 1 or (named and not named & {draft.host.name for draft in pair}):
        text = f"{' and '.join(sorted(named))} cannot be the master of {first.name}"
        hint = f"name one of {first.host.name} and {second.host.name}, the same on both"
        problems.append(VariableProblem(first.host.name, "ha_pair_instances.master", text, hint))
        return None
    if claims:
        return claims[0]
    if named:
        return first if first.host.name in named else second
    priorities = [draft.values.get("priority") for draft in pair]
    if None not in priorities:
        if priorities[0] == priorities[1]:
            text = f"both have priority {priorities[0]} for {first.name}"
            hint = "give them different ones, or leave them out: equal priorities leave it to chance who is master"
            _complain(pair, "priority", text, hint, problems, locate)
            return None
        return max(pair, key=lambda draft: draft.values["priority"])
    backups = [draft for draft in pair if draft.values.get("state") == "BACKUP"]
    if len(backups) == 1:
        return second if backups[0] is first else first
    for draft, other in ((first, second), (second, first)):
        if "priority" in draft.values:
            return draft if draft.values["priority"] >= MASTER_PRIORITY else other
    return first if first.host.name == default else second


def _priorities(master: PairInstance, backup: PairInstance, problems: list[VariableProblem], locate: Locate) -> None:
    said = master.values.get("priority"), backup.values.get("priority")
    if said[0] is None:
        master.values["priority"] = max(MASTER_PRIORITY, min(_HIGHEST, (said[1] or 0) + _STEP))
    if said[1] is None:
        backup.values["priority"] = min(BACKUP_PRIORITY, max(1, master.values["priority"] - _STEP))
    higher, lower = master.values["priority"], backup.values["priority"]
    if higher <= lower:
        draft = master if said[0] is not None else backup
        text = f"{master.host.name} is to be master of {master.name}, but {backup.host.name} has the higher priority"
        hint = f"{master.host.name} has {higher}, {backup.host.name} has {lower}"
        variable, value = draft.said["priority"]
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))


def _quiet_pair(pair: tuple[PairInstance, PairInstance], problems: list[VariableProblem], locate: Locate) -> bool:
    """Return whether both start as BACKUP: both have that state, or one has a word that works only with it."""
    for draft in pair:
        word = next((word for word in _START_AS_BACKUP if draft.values.get(word)), None)
        if word and "state" in draft.said and draft.values.get("state") == "MASTER":
            variable, value = draft.said["state"]
            text, hint = f"{word} has no effect on a host that says MASTER", "say BACKUP on both"
            problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))
    both_said = all(draft.values.get("state") == "BACKUP" for draft in pair)
    return both_said or any(draft.values.get(word) for draft in pair for word in _START_AS_BACKUP)


def _complain(
    drafts: Sequence[PairInstance], word: str, text: str, hint: str, problems: list[VariableProblem], locate: Locate
) -> None:
    for draft in drafts:
        variable, value = draft.said[word]
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))
