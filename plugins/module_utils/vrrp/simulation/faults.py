# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read faults as lines that a person writes and a run prints: ``at 10: kill node-a``.

====================================  =============================================================================
text                                  what happens
====================================  =============================================================================
kill N, boot N                        the machine loses its power; it comes back and starts the agent
crash N, restart N                    the agent's process dies (SIGKILL); a service manager starts it again
pause N, resume N                     SIGSTOP, SIGCONT
stop N, start N                       a clean stop of the agent; a start
freeze N, suspend N, thaw N           the machine stands still, its clock goes on (freeze) or not (suspend)
cut N, join N                         silently off the segment, and on it again
unplug N, plug N                      the same, and the agent sees that the carrier is gone
split N ... | N ... [client]          partition; the client is with those who are not named, or where it is named
heal                                  one segment again
loss P%, delay A ms to B ms           of every packet from now on
promote N, demote N, release N        what an operator says
drain N, undrain N                    the node gives up everything and takes nothing; it takes part again
break N [WORDS], mend N               a check without weight fails; it succeeds again
check N +D                            the tracked checks change the priority by D in all
reload N priority=P interval=S ...    the configuration file changes: also preempt=yes|no, preempt_delay=S
wall clock N +S                       the wall clock is set by S seconds, on every machine without N
====================================  =============================================================================

``on NAME`` at the end of a line limits it to one vrrp_instance or one interface.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Optional

from .lan import CLIENT

NODE_VERBS = [
    "kill",
    "boot",
    "crash",
    "restart",
    "pause",
    "resume",
    "stop",
    "start",
    "freeze",
    "suspend",
    "thaw",
    "cut",
    "join",
    "unplug",
    "plug",
    "promote",
    "demote",
    "release",
    "drain",
    "undrain",
    "break",
    "mend",
]
VERBS = (*NODE_VERBS, "split", "heal", "loss", "delay", "check", "reload", "wall clock")
PLANNED = frozenset(
    ["stop", "promote", "demote", "release", "drain", "undrain", "check", "reload"]
)  # may not lose anything
RELOADABLE = ("priority", "interval", "preempt", "preempt_delay")
WITHOUT_EFFECT = frozenset({"wall clock"})

_LINE = re.compile(r"\s*at\s+(?P<at>[0-9.]+)\s*s?\s*:\s*(?P<rest>.+?)\s*$")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")


class FaultError(ValueError):
    """The text is no fault. The message says what is wrong and what to write."""


@dataclass(frozen=True)
class InjectedFault:
    """It happens ``at`` seconds. ``nodes`` are those it happens to, ``words`` the other words of its line."""

    at: float
    verb: str
    nodes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    only_on: Optional[str] = None  # a vrrp_instance or an interface

    def text(self) -> str:
        """Return the fault without its time."""
        if self.verb == "delay":
            inner = f"{self.words[0]} ms to {self.words[1]} ms"
        else:
            inner = " ".join((*self.nodes, *self.words))
        limit = f" on {self.only_on}" if self.only_on else ""
        return f"{self.verb} {inner}".rstrip() + limit

    def __str__(self) -> str:
        return f"at {self.at:.10g}: {self.text()}"

    def later(self, seconds: float) -> InjectedFault:
        """Return the same fault ``seconds`` later."""
        return replace(self, at=self.at + seconds)


def parse(text: str, names: Iterable[str]) -> InjectedFault:
    """Return the fault of a line. ``names`` are the nodes there are. Raises :class:`FaultError`."""
    line = _LINE.match(text)
    if not line:
        raise FaultError(f'"{text}" does not begin with a time (write: at 10: kill NODE)')
    try:
        at = float(line["at"])
    except ValueError:
        raise FaultError(f'"{line["at"]}" is no time in seconds (write: at 10.5: ...)') from None
    words = line["rest"].split()
    only_on = None
    if len(words) > 2 and words[-2] == "on":
        only_on, words = words[-1], words[:-2]
    verb = "wall clock" if words[:2] == ["wall", "clock"] else words[0]
    if verb not in VERBS:
        raise FaultError(f'"{verb}" is no fault{_guess(verb, VERBS)}. There are: {", ".join(VERBS)}')
    arguments = words[len(verb.split()) :]
    return replace(_read(at, verb, arguments, tuple(names)), only_on=only_on)


def _read(at: float, verb: str, words: list[str], names: tuple[str, ...]) -> InjectedFault:
    if verb == "heal":
        if words:
            raise FaultError(
                f'"heal" makes one segment of everything and takes no more words (for one node: join {words[0]})'
            )
        return InjectedFault(at, verb)
    if verb == "split":
        return InjectedFault(at, verb, words=_groups(words, names))
    if verb == "loss":
        return InjectedFault(at, verb, words=(_percent(words),))
    if verb == "delay":
        return InjectedFault(at, verb, words=_milliseconds(words))
    if verb == "wall clock":
        if not words or not _NUMBER.fullmatch(words[-1]):
            raise FaultError("wall clock needs seconds (write: wall clock NODE +3600, or wall clock +3600)")
        return InjectedFault(at, verb, tuple(_node(word, names) for word in words[:-1]), (words[-1],))
    if not words:
        raise FaultError(f'"{verb}" needs the name of a node (one of: {", ".join(names)})')
    node, rest = _node(words[0], names), words[1:]
    if verb == "check":
        if len(rest) != 1 or not re.fullmatch(r"[-+]?[0-9]+", rest[0]):
            raise FaultError(f"check needs one whole number (write: check {node} -20)")
        return InjectedFault(at, verb, (node,), tuple(rest))
    if verb == "reload":
        return InjectedFault(at, verb, (node,), tuple(_setting(word) for word in rest))
    if rest and verb != "break":
        raise FaultError(f'"{" ".join(rest)}" is too much after "{verb} {node}" (one line for each node)')
    return InjectedFault(at, verb, (node,), tuple(rest))


def demand_power(faults: Iterable[InjectedFault]) -> None:
    """Raise :class:`FaultError` where an agent is to start on a machine that has no power then."""
    dead: dict[str, InjectedFault] = {}
    for fault in sorted(faults, key=lambda each: each.at):
        for node in fault.nodes:
            if fault.verb == "kill":
                dead[node] = fault
            elif fault.verb == "boot":
                dead.pop(node, None)
            elif fault.verb in ("start", "restart") and node in dead:
                raise FaultError(
                    f'--fault "{fault}": {node} has no power since "{dead[node]}" '
                    f"(write: at {fault.at:.10g}: boot {node})"
                )


def _node(word: str, names: tuple[str, ...]) -> str:
    if word not in names:
        raise FaultError(f'there is no node "{word}"{_guess(word, names)}. There are: {", ".join(names)}')
    return word


def _groups(words: list[str], names: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        if word not in ("|", CLIENT):
            _node(word, names)
    named = [word for word in words if word != "|"]
    if not named or len(named) != len(set(named)):
        raise FaultError(f"split needs each node once, and | between the sides (write: split {names[0]} | {names[-1]})")
    return tuple(words)


def _percent(words: list[str]) -> str:
    if len(words) == 1 and _NUMBER.fullmatch(words[0].rstrip("%")) and 0 <= float(words[0].rstrip("%")) <= 100:
        return words[0].rstrip("%") + "%"
    raise FaultError("loss needs a share of 0% to 100% (write: loss 20%)")


def _milliseconds(words: list[str]) -> tuple[str, str]:
    numbers = [word for word in words if word not in ("ms", "to")]
    if 1 <= len(numbers) <= 2 and all(_NUMBER.fullmatch(word) and float(word) >= 0 for word in numbers):
        shortest, longest = numbers[0], numbers[-1]
        if float(shortest) <= float(longest):
            return shortest, longest
    raise FaultError("delay needs milliseconds (write: delay 5 ms, or delay 1 ms to 5 ms)")


def _setting(word: str) -> str:
    key, equals, value = word.partition("=")
    if not equals or key not in RELOADABLE:
        raise FaultError(
            f'reload cannot change "{word}"{_guess(key, RELOADABLE)} (write: reload NODE priority=90; there are: '
            f"{', '.join(RELOADABLE)})"
        )
    limits = {"priority": (1, 255), "interval": (0.01, 255), "preempt_delay": (0, 1000)}
    if key == "preempt":
        good = value in ("yes", "no")
    else:
        low, high = limits[key]
        good = bool(_NUMBER.fullmatch(value)) and low <= float(value) <= high
    if not good:
        allowed = "yes or no" if key == "preempt" else f"{limits[key][0]} to {limits[key][1]}"
        raise FaultError(f'"{value}" is no {key} (it may be {allowed})')
    return word


def _guess(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), 1)
    return f' (did you mean "{close[0]}"?)' if close else ""
