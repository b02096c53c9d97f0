# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record what happened, in order, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# The kinds of an entry. "advertisement" is recorded only with ``trace``.
FAULT, STATE, ADDRESS, CLIENT, LOST, NOTE = "fault", "state", "address", "client", "lost", "note"
ADVERTISEMENT, VIOLATION = "advertisement", "VIOLATION"

LAN = "lan"  # the name of a node in an entry about the segment


@dataclass(frozen=True)
class TimelineEntry:
    """It is one thing that happened: ``at`` in seconds of the world, ``value`` a single word of it for programs."""

    at: float
    node: str
    kind: str
    text: str
    value: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the entry as JSON values; ``at`` is rounded to microseconds."""
        return {"at": round(self.at, 6), "node": self.node, "kind": self.kind, "value": self.value, "text": self.text}


class Timeline:
    """It keeps entries in the order in which they happened."""

    def __init__(self, trace: bool = False) -> None:
        self.entries: list[TimelineEntry] = []
        self.trace = trace

    def note(self, at: float, node: str, kind: str, text: str, value: str = "") -> None:
        """Add an entry at the end."""
        self.entries.append(TimelineEntry(at, node, kind, text, value))

    def around(self, at: float, before_s: float, after_s: float = 0.0) -> list[TimelineEntry]:
        """Return the entries of a while before and after a moment, and every fault before it."""
        return [
            entry
            for entry in self.entries
            if at - before_s <= entry.at <= at + after_s or (entry.kind == FAULT and entry.at <= at)
        ]

    def owned(self, node: str, until: float) -> list[tuple[float, float]]:
        """Return when a node had the addresses, as (from, to). A machine without power has none."""
        changes = [(each.at, each.value == "on") for each in self.entries if (each.node, each.kind) == (node, ADDRESS)]
        changes += [(each.at, False) for each in self.entries if (each.node, each.value) == (node, "kill")]
        changes.sort(key=lambda change: change[0])
        found: list[tuple[float, float]] = []
        since = None
        for at, on in [*changes, (until, False)]:
            if on and since is None:
                since = at
            elif not on and since is not None:
                found, since = [*found, (since, at)], None
        return [(begin, end) for begin, end in found if end > begin]


class LanTimeline(Timeline):
    """It is the timeline of one of several segments. Its entries go to that of all as well, with ``label``."""

    def __init__(self, shared: Timeline, label: str) -> None:
        super().__init__(shared.trace)
        self._shared, self._label = shared, label

    def note(self, at: float, node: str, kind: str, text: str, value: str = "") -> None:
        """Add an entry to this timeline, and to that of all segments with the label of this one."""
        super().note(at, node, kind, text, value)
        self._shared.note(at, self._label if node == LAN else f"{node} {self._label}", kind, text, value)


def lines(entries: Iterable[TimelineEntry]) -> list[str]:
    """Return a table: seconds, node, kind, text. Several advertisements lost in a row are one line."""
    folded = _folded(entries)
    node_width = max((len(entry.node) for entry in folded), default=0)
    kind_width = max((len(entry.kind) for entry in folded), default=0)
    return [
        f"{_seconds(entry.at)}  {entry.node.ljust(node_width)}  {entry.kind.ljust(kind_width)}  {entry.text}"
        for entry in folded
    ]


def _seconds(at: float) -> str:
    """Return seconds aligned at the point, without the zeros at the end: three digits at least, six at most."""
    whole, fraction = f"{at:.6f}".split(".")
    return f"{whole:>5}.{fraction.rstrip('0').ljust(3, '0').ljust(6)}"


def _folded(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    folded: list[TimelineEntry] = []
    count = 0
    for entry in entries:
        last = folded[-1] if folded else None
        if last and entry.kind == LOST == last.kind and (last.node, last.value) == (entry.node, entry.value):
            count += 1
            folded[-1] = TimelineEntry(last.at, last.node, LOST, f"{entry.text} ({count} times)", last.value)
        else:
            count = 1
            folded.append(entry)
    return folded
