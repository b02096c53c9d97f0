# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It checks that each weight of a pair can move the address, which no node alone can know.

An instance, or a whole sync group, moves as one unit: a group moves only where each member of the standby has the
higher priority. The number in a tracked file is unknown, so where one counts nothing is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from .effective_weights import OWNER, OWNER_HAS_NONE, Counted, TrackedWeights, counted
from .errors import Locate, VariableProblem
from .instance import PairInstance

_LOWEST, _HIGHEST = 1, 254  # RFC 9568 section 5.2.4
_WIDEST = 253
_MANY = 200_000  # pairs of states to compare; more of them would take too long
Priorities = tuple[int, ...]  # one for each member


class _TooMany(Exception):
    """There are more states than the check compares."""


@dataclass(frozen=True)
class _Unit:
    """It is what moves as one: the drafts of one instance, or of all members of a group, on both hosts."""

    master: tuple[PairInstance, ...]
    backup: tuple[PairInstance, ...]
    ours: Counted
    theirs: Counted

    def objection(self, each: TrackedWeights) -> Optional[tuple[str, str]]:
        """Return why this event of the master never moves the address, and a hint; None where it can move it."""
        if any(draft.values.get("nopreempt") for draft in self.backup):
            return "nopreempt: a weight never moves a living master", "weight 0, which is a fault, or no nopreempt"
        if any(draft.values["priority"] == OWNER for draft in self.master):
            return OWNER_HAS_NONE
        if self._moves(each):
            return None
        here = _limited(_best(self.master, self.ours.events, without=each))
        there = _limited(_best(self.backup, self.theirs.events))
        stays = next(index for index, priority in enumerate(here) if priority >= there[index])
        when = f"{each.label} {'succeeds' if each.reverse else 'fails'}"
        where, what = "", "it stays master"
        if len(here) > 1:
            where, what = f" in {self.master[stays].name}", f"it stays master of the sync group {self.master[0].group}"
        host, other = self.master[0].host.name, self.backup[0].host.name
        return f"when {when} {host} has {here[stays]} and {other} {there[stays]}{where}: {what}", self._enough(each)

    def _moves(self, each: TrackedWeights) -> bool:
        """Return whether in some state of all other checks of both hosts this one decides which host is master."""
        if self.ours.unknown or self.theirs.unknown or any(each.values["priority"] == OWNER for each in self.backup):
            return True
        others = [other for other in self.ours.events if other is not each]
        here = _reachable(_best(self.master, self.ours.events), others)
        changes = {(_limited(_less(state, each.drops)), _limited(state)) for state in here}
        there = {_limited(state) for state in _reachable(_best(self.backup, self.theirs.events), self.theirs.events)}
        if len(changes) * len(there) > _MANY:
            raise _TooMany
        return any(
            all(low < other for low, other in zip(lower, state)) and any(map(int.__ge__, higher, state))
            for lower, higher in changes
            for state in there
        )

    def _enough(self, each: TrackedWeights) -> str:
        if not all(each.drops):
            return "track it in the group, or weight 0"  # some members do not count it
        twins = [other for other in self.theirs.events if other.label == each.label]
        here = _best(self.master, [other for other in self.ours.events if other is not each])
        there = _best(self.backup, [other for other in self.theirs.events if other not in twins])
        least = max(ours - theirs for ours, theirs in zip(here, there)) + 1
        if least > _WIDEST or (any(each.highs) and not twins):
            return "weight 0"
        return f"weight {least} or more, or 0" if each.weight > 0 else f"weight {-least} or less, or 0"


def weights(
    pairs: Sequence[tuple[PairInstance, PairInstance]], problems: list[VariableProblem], locate: Locate
) -> None:
    """Report each weight of the master that cannot move the address, alone or together with the others."""
    units: dict[str, list[tuple[PairInstance, PairInstance]]] = {}
    for pair in pairs:
        group = pair[0].group
        units.setdefault(f"group {group}" if group else f"instance {pair[0].name}", []).append(pair)
    for members in units.values():
        _judge(members, problems, locate)


def _judge(members: list[tuple[PairInstance, PairInstance]], problems: list[VariableProblem], locate: Locate) -> None:
    if any("priority" not in draft.values for pair in members for draft in pair):
        return
    ranked = [sorted(pair, key=lambda draft: -draft.values["priority"]) for pair in members]
    master, backup = (tuple(pair[place] for pair in ranked) for place in (0, 1))
    if len({draft.host.name for draft in master}) > 1:
        return  # one_master() has reported that
    try:
        unit = _Unit(master, backup, counted(master), counted(backup))
        objections = [(each, unit.objection(each)) for each in unit.ours.events]
    except (ValueError, _TooMany):
        return  # a value that cannot be read has been reported
    for each, said in objections:
        if said is not None:
            problems.append(VariableProblem(master[0].host.name, each.variable, *said, locate(each.value)))
    known = set()
    for draft, side in ((master[0], unit.ours), (backup[0], unit.theirs)):
        for idle in side.idle:
            if (idle.variable, idle.why) not in known:
                problems.append(VariableProblem(draft.host.name, idle.variable, *idle.why, locate(idle.value)))
            known.add((idle.variable, idle.why))


def _best(
    drafts: Sequence[PairInstance], events: Sequence[TrackedWeights], without: Optional[TrackedWeights] = None
) -> Priorities:
    """Return the priorities while all is well, except for the event ``without``."""
    found = []
    for index, draft in enumerate(drafts):
        priority = int(draft.values["priority"]) + sum(each.highs[index] for each in events)
        found.append(priority - (without.drops[index] if without else 0))
    return tuple(found)


def _reachable(best: Priorities, events: Sequence[TrackedWeights]) -> set[Priorities]:
    """Return all priorities, before their limits, that failures of ``events`` can make of the best ones."""
    found = {best}
    for each in events:
        found |= {_less(state, each.drops) for state in found}
        if len(found) > _MANY:
            raise _TooMany
    return found


def _less(state: Priorities, drops: Priorities) -> Priorities:
    return tuple(priority - drop for priority, drop in zip(state, drops))


def _limited(state: Priorities) -> Priorities:
    return tuple(min(max(priority, _LOWEST), _HIGHEST) for priority in state)
