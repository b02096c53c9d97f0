# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the events of an agent as they come: ``events --follow``, for people, and with ``--json`` as JSON lines.

As JSON, first comes the record of each instance, as ``events --json`` prints it. Then come a header and the new entries
of an instance, again and again. ``lost`` of each header is the number of the entry behind it, so that a reader that was
cut off finds where to go on.

The agent tells what it logs. An instance that is named there is asked for what is new at once, the others now and then.
It ends when nobody reads its output any more: a connection of ssh can end without a signal.
"""

from __future__ import annotations

import contextlib
import select
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Optional

from . import cli_events
from .cli_table import COLUMNS, width
from .client import START, AgentError, Client, EntryPosition, Stream
from .protocol.event_codec import Record, line, read
from .streams import say

ALL_S = 5.0  # until an entry is told of which there is no line in the log
POLL_S = 1.0  # between two requests where the agent does not tell what it logs


class News:
    """It knows which entries have been told. What was before the local time ``since`` is old."""

    def __init__(self, since: str = "") -> None:
        self._since = since
        self._told: dict[str, EntryPosition] = {}  # the last entry, by instance

    def told(self, name: str) -> EntryPosition:
        """Return the last entry of an instance that has been told."""
        return self._told.get(name, START)

    def is_over(self, name: str, end: Optional[Sequence[float]]) -> bool:
        """Return whether the record that ends with this entry has been told. An older agent tells no end."""
        return end is not None and name in self._told and self._told[name] == tuple(end)

    def of(self, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the header of a record and the entries that have not been told; nothing where there is none."""
        if not lines:
            return []
        header, *entries = lines
        name, lost = header["instance"], header["lost"]
        known = self._known(name, lost, entries)
        new = entries[max(known - lost, 0) :]
        first = name not in self._told
        if not new and not first:
            return []
        self._told[name] = (lost + len(entries), entries[-1]["at"] if entries else 0.0)
        told = [{**header, "lost": lost + len(entries) - len(new)}, *new]
        return cli_events.cut(told, self._since) if first else told

    def _known(self, name: str, lost: int, entries: Sequence[dict[str, Any]]) -> int:
        """Return how many entries have been told. An instance that a reload has made anew counts from 0."""
        count, at = self.told(name)
        last = count - lost - 1
        same = last < 0 or (last < len(entries) and entries[last]["at"] == at)
        return count if same else 0


class LogFollower:
    """It waits for what the agent logs. An agent that does not tell it is asked for everything again and again."""

    def __init__(self, client: Client) -> None:
        self._stream: Optional[Stream] = None
        with contextlib.suppress(AgentError):  # of an older release, or it tells enough others
            self._stream = client.watch()
        self._texts: list[str] = []
        self._all_at = 0.0  # monotonic seconds
        self._output = sys.stdout.fileno()
        self._poller = select.poll()
        self._poller.register(self._output, 0)  # it tells when nobody reads any more
        if self._stream is not None:
            self._poller.register(self._stream, select.POLLIN)

    def named(self, names: Sequence[str]) -> list[str]:
        """Return those of the instances that the new lines name, or all of them where it is time."""
        now = time.monotonic()
        if now >= self._all_at:
            self._all_at = now + (POLL_S if self._stream is None else ALL_S)
            return list(names)
        return [name for name in names if any(f"({name})" in text for text in self._texts)]

    def wait(self) -> None:
        """Wait for new lines, or until it is time for all instances.

        Raises AgentUnreachable when the agent ends, and BrokenPipeError when nobody reads standard output any more.
        """
        ready = dict(self._poller.poll(max(self._all_at - time.monotonic(), 0.0) * 1000))
        if self._output in ready:
            raise BrokenPipeError
        if self._stream is None or not ready:
            self._texts = []
            return
        lines, left_out = self._stream.read()
        self._texts = [text for _at, _level, text in lines]
        if left_out:
            self._all_at = 0.0

    def close(self) -> None:
        """Close the connection."""
        if self._stream is not None:
            self._stream.close()


def run(client: Client, name: Optional[str], since: str = "") -> None:
    """Print what is recorded since a local time, and then new entries, until it is interrupted.

    Raises AgentError, and AgentUnreachable when the agent ends.
    """
    news = News(since)
    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(LogFollower(client)) as log:
        while True:
            for found in look(client, name, log, news)[1]:
                say(sys.stdout, *map(line, news.of(found)))
            log.wait()


def show(client: Client, name: Optional[str], since: str, last: int) -> None:
    """Print the table of what happened after a local time, its ``last`` rows (0: all), and then rows as they come.

    It goes on until it is interrupted. Raises AgentError, and AgentUnreachable when the agent ends.
    """
    news, anchor, begun, headed = News(), cli_events.Anchor(), False, False
    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(LogFollower(client)) as log:
        while True:
            several, found = look(client, name, log, news)
            records = anchor.hold(each for lines in found for each in fresh(news, lines))
            columns = width() or COLUMNS
            if not begun:
                lines = cli_events.page(records, since, last, columns)
                headed = lines[0].startswith(cli_events.HEAD)
                say(sys.stdout, *lines)
                begun = True
            elif records:
                rows = cli_events.rows(records, several)
                say(sys.stdout, *cli_events.fold(rows, columns)[headed:])
                headed = True
            log.wait()


def look(
    client: Client, name: Optional[str], log: LogFollower, news: News
) -> tuple[bool, Iterator[list[dict[str, Any]]]]:
    """Return whether there are several instances, and what may be new of those for which it is time."""
    if name is not None:
        due = log.named([name])
        return False, (list(client.events(each, news.told(each))["lines"]) for each in due)
    known = client.events()
    names, ends = known["instances"], known.get("ends", {})
    due = [each for each in log.named(names) if not news.is_over(each, ends.get(each))]
    return len(names) > 1, (record(client, each, news.told(each)) for each in due)


def fresh(news: News, lines: Sequence[dict[str, Any]]) -> list[Record]:
    """Return a record with the entries that have not been told, or nothing. An entry builds on those before it."""
    new = news.of(lines)
    whole = read("\n".join(map(line, lines))) if new else []
    return [replace(each, steps=each.steps[len(lines) - len(new) :]) for each in whole]


def record(client: Client, name: str, after: EntryPosition) -> list[dict[str, Any]]:
    """Return what came after an entry; nothing where the instance is gone since the names were asked for."""
    with contextlib.suppress(AgentError):
        return list(client.events(name, after)["lines"])
    return []
