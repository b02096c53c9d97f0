# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show an instance's inputs and actions to people: the commands ``events`` and ``replay``."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Optional

from .cli_table import INDENT, columns_of, fitted, folded, table, wrapped
from .client import Client
from .protocol.actions import (
    Action,
    Announce,
    InstallAddresses,
    Notify,
    ReleaseAddresses,
    SendAdvertisement,
)
from .protocol.event_codec import Header, Record, RecordError, Step, encode, line, read, restored
from .protocol.replay import Outcome, replay
from .protocol.states import State

HEAD = "TIME"  # the first word of a table
CLOCK_SET_S = 0.5  # two readings of the clocks that differ by more have a set clock between them
HOLDS = {"master": ", promoted", "backup": ", demoted"}
ASKED = {
    "link_changed": "an interface of the addresses has another MAC address, or came up",
    "promote": "asked to be MASTER",
    "demote": "asked to be BACKUP",
    "release": "released: the priorities decide",
    "drain": "this node is drained",
    "undrain": "this node takes part again",
    "stop": "asked to stop",
    "abort": "its process ends at once",
    "cease": "another virtual router id follows it",
    "join": "its sync group becomes MASTER",
    "release_addresses": "its sync group stays BACKUP",
    "refresh": "its sync group has met a rival",
}

Row = tuple[str, ...]


def ask(client: Client, name: Optional[str], since: str = "") -> list[str]:
    """Return what is recorded since a local time of one instance, or of all one after the other, as JSON lines."""
    names = [name] if name is not None else client.events()["instances"]
    return [line(each) for known in names for each in cut(client.events(known)["lines"], since)]


def load(path: str) -> list[Record]:
    """Return the records in a file. Raises :class:`~.protocol.event_codec.RecordError`."""
    try:
        with open(path, encoding="utf-8") as file:
            return read(file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"cannot read it: {getattr(error, 'strerror', None) or error}") from error


def page(records: Sequence[Record], since: str, last: int, columns: int) -> list[str]:
    """Return the table with its head: what happened after a local time, and no more than the ``last`` rows (0: all)."""
    head, *found = rows([later(each, since) for each in records])
    if not records:
        return ["no instances"]
    said = ["nothing since then"] if since and not found else fold([head, *found[-last:]], columns)
    return [*said, *folded(lost_lines(records), columns)]


def later(record: Record, since: str) -> Record:
    """Return the record with the entries that ended after a local time. A run that began before it may go on still."""
    return replace(record, steps=tuple(step for step in record.steps if local_time(record.header, step.until) > since))


def cut(lines: Sequence[dict[str, Any]], since: str) -> list[dict[str, Any]]:
    """Return the objects of a record with the entries that ended after a local time; its header counts the others."""
    if not since or not lines:
        return list(lines)
    (whole,) = read("\n".join(map(line, lines)))
    left_out = len(whole.steps) - len(later(whole, since).steps)
    header, kept = lines[0], list(lines[1 + left_out :])
    if kept:  # the first one of a record has the parameters
        parameters = encode(whole.steps[left_out].after["parameters"])
        kept[0] = {**kept[0], "after": {**kept[0]["after"], "parameters": parameters}}
    return [{**header, "lost": header["lost"] + left_out}, *kept]


def rows(records: Iterable[Record], several: Optional[bool] = None) -> list[Row]:
    """Return the table of what happened, oldest first; with the instances' names when there are ``several``."""
    records = list(records)
    several = len(records) > 1 if several is None else several
    happened = [(step.at, record.header, step) for record in records for step in record.steps]
    happened.sort(key=lambda each: each[0])
    found: list[Row] = [(HEAD, *(("INSTANCE",) if several else ()), "STATE", "PRIORITY", "INPUT", "ACTIONS")]
    for at, header, step in happened:
        router = restored(step.after)
        state = "MASTER, giving up" if router.yielding else router.state.value
        state += HOLDS.get(router.hold or "", "") + (", drained" if step.after.get("drained") else "")
        name = (header.instance,) if several else ()
        done = "; ".join(map(action_words, step.actions)) or "-"
        found.append((local_time(header, at), *name, state, str(router.priority), input_words(step, header), done))
    return found


def fold(rows: Sequence[Row], columns: int) -> list[str]:
    """Return the table as lines of so many columns at most.

    Where a row is too long, what happened goes below its time and state.
    """
    lines = table(rows)
    if max(map(columns_of, lines)) <= columns:
        return lines
    lines = []
    for row, cells in zip(rows, fitted([row[:-2] for row in rows], columns)):
        lines.append("  ".join(cells).rstrip())
        if row is not rows[0]:
            lines += wrapped(f"{INDENT}{row[-2]}", columns, INDENT)
            lines += wrapped(f"{INDENT}-> {row[-1]}", columns, f"{INDENT}   ") if row[-1] != "-" else []
    return lines


class Anchor:
    """It has the times of one record shown alike each time that it is asked for.

    The agent reads two clocks for each answer, and a moment passes between the two. Without an anchor the same entry
    could come out a millisecond later, as a new one.
    """

    def __init__(self) -> None:
        self._ahead_s: Optional[float] = None  # of the wall clock

    def hold(self, records: Iterable[Record]) -> list[Record]:
        """Return the records with the clocks of the first one, unless the wall clock has been set since."""
        return [replace(each, header=self._held(each.header)) for each in records]

    def _held(self, header: Header) -> Header:
        ahead_s = header.wall - header.monotonic
        if self._ahead_s is None or abs(ahead_s - self._ahead_s) > CLOCK_SET_S:
            self._ahead_s = ahead_s
        return replace(header, wall=header.monotonic + self._ahead_s)


def lost_lines(records: Iterable[Record]) -> list[str]:
    """Return lines about entries that a table lacks."""
    return [
        f"{record.header.instance}: {record.header.lost} earlier entries have been dropped"
        for record in records
        if record.header.lost
    ]


def local_time(header: Header, at: float) -> str:
    """Return the local time of absolute monotonic seconds, as in the agent's log."""
    wall = header.wall_time(at)
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(wall))}.{int(wall * 1000) % 1000:03d}"


def input_words(step: Step, header: Header) -> str:
    """Return one input, or a run of it, in words."""
    words = _single_input(step)
    if step.times < 2:
        return words
    every_s = (step.until - step.at) / (step.times - 1)
    until = local_time(header, step.until).split(" ")[1]
    gap = f"longest gap {duration(step.longest_gap_s)}"
    return f"{words}, {step.times} times, every {duration(every_s)}, {gap}, until {until}"


def _single_input(step: Step) -> str:
    given = step.arguments
    if step.name == "advertisement":
        return f"heard {given['source']} priority {given['advertisement'].priority}"
    if step.name == "expire":
        return "its timer had ended"
    if step.name == "start":
        memory = given.get("memory")
        if memory is not None and memory.state is State.INIT:
            return "began with the hold that it had"
        return "began" if memory is None else f"began with the memory of {memory.state.value}"
    if step.name == "priority_changed":
        return f"the checks say priority {given['priority']}"
    if step.name == "group_changed":
        return f"member of sync group {given['group']}" if given["group"] else "member of no sync group"
    if step.name == "give_up":
        return str(given["reason"])
    if step.name == "wait":
        return "waits for a master with the changed configuration"
    if step.name == "note":
        return str(given["text"])
    if step.name in ("fault_changed", "group_fault_changed"):
        return f"fault: {'; '.join(given['faults'])}" if given["faults"] else "no fault left"
    if step.name == "source_changed":
        return f"speaks from {given['source']}"
    if step.name == "conflict":
        return f"{given['mac']} claims {given['address']} too"
    if step.name == "parameters_changed":
        return f"the configuration changed, priority {given['parameters'].priority}"
    return ASKED[step.name]


def action_words(action: Action) -> str:
    """Return one action in words."""
    if isinstance(action, SendAdvertisement):
        return f"advertise {action.priority}"
    if isinstance(action, InstallAddresses):
        return "set the addresses"
    if isinstance(action, ReleaseAddresses):
        return "remove the addresses"
    if isinstance(action, Announce):
        return "announce the addresses" + (f" {action.repeat} times" if action.repeat > 1 else "")
    if isinstance(action, Notify):
        return f"enter {action.state}: {action.reason}"
    return f"{action.address} is MASTER too, priority {action.priority}"


def duration(seconds: float) -> str:
    """Return a duration in the unit that fits it."""
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.2f} ms"


def outcomes(records: Iterable[Record]) -> list[tuple[Record, Outcome]]:
    """Replay every record."""
    return [(record, replay(record)) for record in records]


def verdict_lines(record: Record, outcome: Outcome) -> list[str]:
    """Return the result of one replay in words."""
    name, found = record.header.instance, outcome.difference
    if found is None:
        return [f"{name}: {outcome.compared} inputs, the same actions"]
    which = f"entry {found.entry}" + (f", input {found.nth} of {found.step.times}" if found.step.times > 1 else "")
    return [
        f"{name}: {outcome.compared} inputs, the same actions; then it differs",
        f"  {local_time(record.header, found.at)} {_single_input(found.step)} ({which})",
        f"  recorded: {found.recorded}",
        f"  replayed: {found.replayed}",
    ]


def verdict_json(record: Record, outcome: Outcome) -> dict[str, Any]:
    """Return the result of one replay as JSON values."""
    found = outcome.difference
    return {
        "instance": record.header.instance,
        "entries": len(record.steps),
        "lost": record.header.lost,
        "compared": outcome.compared,
        "same": found is None,
        "difference": None
        if found is None
        else {
            "entry": found.entry,
            "nth": found.nth,
            "at": found.at,
            "time": local_time(record.header, found.at),
            "input": found.step.name,
            "recorded": found.recorded,
            "replayed": found.replayed,
        },
    }
