# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show which node was master when: the command ``history``."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union

from .agent.process import history_file, saved_state
from .agent.process.history_file import MASTER, HistoryEntry
from .cli_status import printable
from .cli_table import ago, below
from .client import AgentError, AgentUnreachable, Client

HEAD = ("TIME", "INSTANCE", "STATE", "LASTED", "WHY")
NAME_MAX = 16  # columns of an instance's name


class Term(NamedTuple):
    """It is an entry with how long it lasted. ``at_most``: the agent ended without a word, and nobody knows when.

    ``lasted_s`` is None where that is not known. ``still`` says that it lasts until now.
    """

    entry: HistoryEntry
    lasted_s: Optional[float]
    at_most: bool = False
    still: bool = False


class Now(NamedTuple):
    """It is the present on both clocks, as in an entry."""

    at: float
    boot: str
    monotonic: float


def chosen(directory: str, client: Client, name: Optional[str], since: str) -> list[Term]:
    """Return what is kept in ``directory`` of one instance or of all, from a local time on. Raises AgentError."""
    try:
        entries = history_file.read(directory)
    except OSError as error:
        text = f"cannot read the history in {directory}: {error.strerror or error} (run this as root)"
        raise AgentError(text) from error
    try:
        states = {each["name"]: each["state"] for each in client.status()["instances"]}
    except (AgentError, AgentUnreachable):
        states = {}  # then nobody knows how long the last state lasted
    found = terms(entries, Now(time.time(), saved_state.boot_id(), time.monotonic()), states)
    return [each for each in found if name in (None, each.entry.instance) and local(each.entry.at) >= since]


def terms(entries: Sequence[HistoryEntry], now: Now, states: Mapping[str, str]) -> list[Term]:
    """Return the entries with their durations, in their order. ``states`` are those of the running agent, by name.

    Inside a boot the monotonic clock has the duration, so a wall clock that is set changes none.
    """
    found: list[Term] = []
    later: dict[str, HistoryEntry] = {}
    for entry in reversed(entries):
        after = later.get(entry.instance)
        later[entry.instance] = entry
        if after is None:
            still = entry.instance in states and (states[entry.instance] == MASTER) is (entry.state == MASTER)
            found.append(Term(entry, _between(entry, now) if still else None, still=still))
        else:
            found.append(Term(entry, _between(entry, after), at_most=after.first and entry.state == MASTER))
    return found[::-1]


def _between(entry: HistoryEntry, end: Union[HistoryEntry, Now]) -> Optional[float]:
    lasted_s = end.monotonic - entry.monotonic if end.boot == entry.boot else end.at - entry.at
    return lasted_s if lasted_s >= 0 else None


def rows(found: Iterable[Term]) -> list[tuple[str, ...]]:
    """Return the cells of a table."""
    return [
        HEAD,
        *(
            (local(term.entry.at), printable(term.entry.instance), term.entry.state, lasted(term), term.entry.reason)
            for term in found
        ),
    ]


def lasted(term: Term) -> str:
    """Return how long it lasted, in words."""
    if term.lasted_s is None:
        return "-"
    return f"{'at most ' if term.at_most else ''}{ago(term.lasted_s)}{' so far' if term.still else ''}"


def history_lines(found: Iterable[Term], columns: int) -> list[str]:
    """Return the table as lines of so many columns at most."""
    table = rows(found)
    widths = [max(map(len, cells)) for cells in zip(*table)][:-1]
    widths[1] = min(widths[1], NAME_MAX)
    return [line for cells in table for line in below((*cells[:-1], printable(cells[-1])), widths, columns)]


def json_lines(found: Iterable[Term]) -> list[str]:
    """Return the changes as JSON lines."""
    return [json.dumps(_values(term)) for term in found]


def local(at: float) -> str:
    """Return a time of the wall clock as the log has it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def _values(term: Term) -> dict[str, Any]:
    entry = term.entry
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(entry.at))
    return {
        "time": f"{stamp}.{int(entry.at * 1000) % 1000:03d}Z",
        **{name: getattr(entry, name) for name in ("instance", "state", "priority", "reason")},
        "peer": entry.peer or None,
        "lasted_s": None if term.lasted_s is None else round(term.lasted_s, 3),
        "at_most": term.at_most,
        "still": term.still,
    }
