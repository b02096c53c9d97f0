# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It keeps who is to be master in the file of keepalived, which has no command for that. Pure.

The file is one that our role has written. A held instance advertises another priority there, and may take over at once
(``nopreempt`` is left out). The line keeps what it had, so that the hold can end:

    # hold: VI_1 master, switchover
    vrrp_instance VI_1 {
        priority 254 # held, else 90
        # held: nopreempt
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Optional

HEADER = "# Written by the role hotstandby.vrrp.ha_pair"  # the beginning of the first line
PRIORITIES = {"master": 254, "backup": 1}  # as our agent advertises them

_HOLD = re.compile(r"# hold: (?P<name>\S+) (?P<state>master|backup)(?:, (?P<reason>.+))?")
_DRAINED = re.compile(r"# drained(?:: (?P<reason>.+))?")
_HEAD = re.compile(r"vrrp_instance (?P<name>\S+) \{")
_PRIORITY = re.compile(r"( +priority )(\d+)(?: # held, else (\d+))?")
_LATE = re.compile(r"( +)(?:# held: )?(nopreempt|preempt_delay .+)")  # what keeps a router from taking over at once
_OWNER = 255


@dataclass(frozen=True)
class Holds:
    """It holds the wanted state of instances by their names, each with a reason or None, and whether all is drained.

    ``drained`` is the reason of a drain, "" for one without a reason, None where there is none.
    """

    states: Mapping[str, tuple[str, Optional[str]]] = field(default_factory=dict)
    drained: Optional[str] = None

    def state(self, name: str) -> Optional[str]:
        """Return the state in which an instance is held; None where the priorities decide."""
        return "backup" if self.drained is not None else self.states.get(name, (None,))[0]


def is_ours(text: str) -> bool:
    """Return whether our role has written this file."""
    return text.startswith(HEADER)


def read(text: str) -> Holds:
    """Return the holds in a file; none in one that is not ours."""
    states: dict[str, tuple[str, Optional[str]]] = {}
    drained = None
    for line in _top(text) if is_ours(text) else ():
        hold, drain = _HOLD.fullmatch(line), _DRAINED.fullmatch(line)
        if hold:
            states[hold["name"]] = (hold["state"], hold["reason"])
        elif drain:
            drained = drain["reason"] or ""
    return Holds(states, drained)


def apply(text: str, holds: Holds) -> str:
    """Return a file of our role with these holds, and without others. Those of instances that it has not are left out.

    The owner of its addresses (priority 255) is not held.
    """
    lines = without(text).split("\n")
    names = {found["name"] for found in map(_HEAD.fullmatch, lines) if found}
    told = [
        f"# hold: {name} {state}{f', {reason}' if reason else ''}"
        for name, (state, reason) in holds.states.items()
        if name in names
    ]
    if holds.drained is not None:
        told.append(f"# drained: {holds.drained}" if holds.drained else "# drained")
    return "\n".join([lines[0], *told, *_held(lines[1:], holds)])


def _held(lines: list[str], holds: Holds) -> Iterator[str]:
    state = None
    for line in lines:
        head, priority, late = _HEAD.fullmatch(line), _PRIORITY.fullmatch(line), _LATE.fullmatch(line)
        if head:
            state = holds.state(head["name"])
        elif line == "}":
            state = None
        if state and priority and int(priority[2]) != _OWNER:
            line = f"{priority[1]}{PRIORITIES[state]} # held, else {priority[2]}"
        elif state == "master" and late:
            line = f"{late[1]}# held: {late[2]}"
        yield line


def without(text: str) -> str:
    """Return a file of our role without holds."""
    first, *rest = text.split("\n")
    told = [line for line in _top(text) if _HOLD.fullmatch(line) or _DRAINED.fullmatch(line)]
    lines = []
    for line in rest[len(told) :]:
        priority, late = _PRIORITY.fullmatch(line), _LATE.fullmatch(line)
        if priority and priority[3]:
            line = f"{priority[1]}{priority[3]}"
        elif late:
            line = f"{late[1]}{late[2]}"
        lines.append(line)
    return "\n".join([first, *lines])


def own_priorities(text: str) -> dict[str, int]:
    """Return the priority that each held instance has without its hold."""
    found, name = {}, ""
    for line in text.split("\n"):
        head, priority = _HEAD.fullmatch(line), _PRIORITY.fullmatch(line)
        if head:
            name = head["name"]
        elif priority and priority[3]:
            found[name] = int(priority[3])
    return found


def _top(text: str) -> Iterator[str]:
    """Yield the comments behind the first line."""
    for line in text.split("\n")[1:]:
        if not line.startswith("#"):
            return
        yield line
