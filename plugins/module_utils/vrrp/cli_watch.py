# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show an agent live: the command ``watch``.

The agent tells what it logs as it comes. Then, and once in a second for what only grows older, the status is asked for.
"""

from __future__ import annotations

import contextlib
import math
import select
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from . import cli_colour
from .cli_findings import check_result
from .cli_status import of_one, printable, status_lines
from .cli_table import ago, columns_of, fitted, padded, wrapped
from .client import AgentError, AgentUnreachable, Client, Line, Stream
from .protocol.priority import CheckResult
from .streams import say
from .terminal import Terminal, interactive

# Between two looks at the status, where nothing happens and where much happens: so many seconds, or so many times what
# the last look has taken. That of 255 instances takes the agent's time, too.
REFRESH_S, REFRESH_TIMES = 1.0, 50
SOONEST_S, SOONEST_TIMES = 0.2, 10
EVENTS_MIN = 6  # rows of events that are left however many instances there are
KEPT = 200  # events
ENDS = ("q", "Q", "\x04")  # keys
LEVELS = {3: cli_colour.RED, 4: cli_colour.YELLOW}  # syslog(3)
SILENT = ", as a standby says nothing"
SILENT_AFTER = 2  # so many times the time after which a standby takes over


class View:
    """It is what is known of the agent, of one instance or of all. It has no clock: ``wall`` is an argument."""

    def __init__(self, name: Optional[str] = None) -> None:
        self.answer: Optional[dict[str, Any]] = None
        self.trouble = ""  # why the agent does not answer
        self._name = name
        self._events: deque[Line] = deque(maxlen=KEPT)
        self._about: set[str] = set() if name is None else {name}

    def take(self, answer: dict[str, Any]) -> None:
        """Take a status."""
        self.trouble = ""
        if self._name is not None:
            instances = [each for each in answer["instances"] if each["name"] == self._name]
            answer = {**answer, "instances": instances}
            self._about.update(check["name"] for each in instances for check in each.get("checks") or ())
        self.answer = answer

    def tell(self, lines: Iterable[Sequence[Any]], left_out: int = 0) -> list[Line]:
        """Take lines of the agent's log. Return those that are about what is shown."""
        found = [(float(at), int(level), str(text)) for at, level, text in lines]
        if left_out:
            found.insert(0, (found[0][0] if found else 0.0, 4, f"{left_out} earlier lines were too many to be told"))
        found = [each for each in found if self._name is None or self._concerns(each[2])]
        self._events.extend(found)
        return found

    @property
    def told_until(self) -> float:
        """Return the time of the newest event."""
        return self._events[-1][0] if self._events else 0.0

    def lines(self, columns: int, rows: int, wall: float, coloured: bool = False) -> list[str]:
        """Return the screen: not more than so many lines, none of them longer than so many columns."""
        lines = [self._head(columns, wall, coloured), ""]
        room = rows - len(lines) - EVENTS_MIN - 2
        if self.trouble:
            lines += [*wrapped(f"no agent answers: {self.trouble}", columns), ""]
        elif self.answer is not None:
            table = status_lines(self.answer, columns, coloured, why=self._name is not None)
            sections = [table, self._peers(columns, coloured), self._checks(columns, coloured)]
            for section in sections:
                kept = shortened(section, room, columns)
                lines += [*kept, ""] if kept else []
                room -= len(kept) + 1
        lines.append(cli_colour.paint("EVENTS", cli_colour.BOLD, coloured))
        lines += self._last(columns, max(rows - len(lines), 0), coloured)
        return lines[:rows]

    def _head(self, columns: int, wall: float, coloured: bool) -> str:
        answer = self.answer or {}
        node = " ".join(filter(None, ("hotstandby", answer.get("version"), answer.get("router_id"), self._name)))
        end = f"{time.strftime('%H:%M:%S', time.localtime(wall))}  q ends it"
        text = padded(printable(node), max(columns - len(end) - 2, 1)) + "  " + end
        return cli_colour.paint(text[:columns], cli_colour.BOLD, coloured)

    def _peers(self, columns: int, coloured: bool) -> list[str]:
        """Return what each router of the segment said last, and what the standby of a MASTER told beside VRRP."""
        answer = self.answer or {}
        rows, other = [("INSTANCE", "PEER", "LAST WORD")], answer.get("peer") or {}
        for instance in answer["instances"]:
            name, standby = printable(instance["name"]), instance.get("standby")
            silent_s = SILENT_AFTER * instance.get("takeover_s", 1.0) if instance["state"] == "MASTER" else math.inf
            if standby is not None and other:
                rows.append((name, other["address"], told(standby, other["heard_s"])))
            for peer in instance.get("peers") or ():
                silent = peer["seen_s"] > silent_s
                if silent and standby is not None and peer["address"] == other.get("address"):
                    continue  # it has told more beside VRRP
                word = f"priority {peer['priority']}, {ago(peer['seen_s'])} ago{SILENT if silent else ''}"
                rows.append((name, peer["address"], word))
        return section(rows, columns, coloured)

    def _checks(self, columns: int, coloured: bool) -> list[str]:
        """Return each check with its last answer, once where several instances have it."""
        rows = {("CHECK", "RESULT", "LAST ANSWER"): None}
        for instance in (self.answer or {})["instances"]:
            for check in instance.get("checks") or ():
                value = "" if check.get("value") is None else f"it says {check['value']}"
                said = printable(check.get("detail") or value or "-")
                rows[f"{check['kind']} {printable(check['name'])}", verdict(check_result(check)), said] = None
        return section(list(rows), columns, coloured)

    def _last(self, columns: int, rows: int, coloured: bool) -> list[str]:
        """Return the newest events, the last one at the end."""
        lines: list[str] = []
        for event in reversed(self._events):
            text = wrapped(f"{clock(event[0])} {printable(event[2])}", columns, " " * 13)
            colour = LEVELS.get(event[1], "")
            if len(lines) + len(text) > rows:
                break
            lines = [*(cli_colour.paint(each, colour, coloured) for each in text), *lines]
        return lines

    def _concerns(self, text: str) -> bool:
        words = text.replace("(", " ").replace(")", " ").replace("`", " ").split()
        return any(name in words for name in self._about)


def told(standby: Mapping[str, Any], heard_s: Optional[float]) -> str:
    """Return what a standby told of an instance, so many seconds ago, or when it was heard where it told nothing."""
    when = "not heard yet" if heard_s is None else f"heard {ago(heard_s)} ago"
    if standby["state"] is None or heard_s is None:
        return when
    return f"{standby['state']}, priority {standby['priority']}, {when}"


def verdict(check: CheckResult) -> str:
    """Return the result of a check in a word. A number in a file that has a weight is none, short of a fault."""
    if check.value is not None and check.weight:
        return "failed" if check.fault else "-"
    return {True: "ok", False: "failed", None: "-"}[check.ok]


def clock(at: float) -> str:
    """Return a time of day, as the log has it."""
    return f"{time.strftime('%H:%M:%S', time.localtime(at))}.{int(at * 1000) % 1000:03d}"


def day(at: float) -> str:
    """Return the date of a time."""
    return time.strftime("%Y-%m-%d", time.localtime(at))


def section(rows: Sequence[tuple[str, ...]], columns: int, coloured: bool) -> list[str]:
    """Return a table without lines that are too long, nothing where only its head is there."""
    if len(rows) < 2:
        return []
    head, *lines = ["  ".join(cells).rstrip() for cells in fitted(rows, columns)]
    return [cli_colour.paint(head, cli_colour.BOLD, coloured), *lines]


def shortened(lines: list[str], room: int, columns: int) -> list[str]:
    """Return the lines, or the first of them and how many there are more."""
    if len(lines) <= room:
        return lines
    if room < 2:
        return []
    more = f"... {len(lines) - room + 1} more lines: name an instance, or make the terminal higher"
    return [*lines[: room - 1], padded(more, min(columns, columns_of(more)))]


def follow(client: Client, name: Optional[str]) -> None:
    """Print the status, and then what happens, as lines. Raises AgentUnreachable when the agent ends."""
    view, stream = View(name), client.watch()
    try:
        view.take(of_one(client.status(), name))
        say(sys.stdout, *status_lines(view.answer or {}, why=name is not None))
        while True:
            told = view.tell(*stream.read())
            say(sys.stdout, *(f"{day(line[0])} {clock(line[0])} {printable(line[2])}" for line in told))
            select.select([stream], [], [])
    finally:
        stream.close()


class WatchCommand:
    """It keeps a ``view`` up to date. The stream ends with the agent, and a new one begins with the next agent."""

    def __init__(self, client: Client, name: Optional[str]) -> None:
        self.view = View(name)
        self._client = client
        self._name = name
        self._stream: Optional[Stream] = None
        self._looked_at = self._took_s = 0.0  # when it looked at the status last (monotonic seconds), and how long
        self._news = False

    def open(self) -> None:
        """Begin. Raises AgentError where there is no such instance, or AgentUnreachable."""
        self._stream = self._client.watch()
        self.view.tell(self._stream.lines)
        of_one(self._look(), self._name)

    def close(self) -> None:
        """Close the stream."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    @property
    def descriptor(self) -> Optional[int]:
        """Return what can be read when the agent tells something; None while none answers."""
        return None if self._stream is None else self._stream.fileno()

    def wait_s(self) -> float:
        """Return how long nothing is to be done, if the agent tells nothing."""
        least_s, times = (SOONEST_S, SOONEST_TIMES) if self._news else (REFRESH_S, REFRESH_TIMES)
        return self._looked_at + max(least_s, times * self._took_s) - time.monotonic()

    def hear(self) -> None:
        """Take what the agent tells."""
        try:
            if self._stream is not None:
                self.view.tell(*self._stream.read())
                self._news = True
        except AgentUnreachable as error:
            self._lose(error)

    def look(self) -> None:
        """Look at the status, or for an agent where the last one has gone."""
        try:
            if self._stream is None:
                self._stream = self._client.watch()
                self.view.tell(line for line in self._stream.lines if line[0] > self.view.told_until)
            self._look()
        except (AgentUnreachable, AgentError) as error:
            self._lose(error)

    def _look(self) -> dict[str, Any]:
        began = time.monotonic()
        answer = self._client.status()
        self.view.take(answer)
        self._looked_at, self._news = time.monotonic(), False
        self._took_s = self._looked_at - began
        return answer

    def _lose(self, error: Exception) -> None:
        self.view.trouble = str(error)
        self._looked_at, self._took_s, self._news = time.monotonic(), 0.0, False
        self.close()


def live(watch: WatchCommand, coloured: bool) -> None:
    """Draw until a key or a signal ends it."""
    with Terminal() as terminal:
        while True:
            columns, rows = terminal.size
            terminal.draw(watch.view.lines(columns, rows, time.time(), coloured))
            keys, told = terminal.wait(watch.descriptor, watch.wait_s())
            if any(key in keys for key in ENDS):
                return
            if told:
                watch.hear()
            if watch.wait_s() <= 0:
                watch.look()


def run(client: Client, name: Optional[str]) -> None:
    """Show the agent until it is ended. Raises AgentError and AgentUnreachable."""
    with contextlib.suppress(KeyboardInterrupt, EOFError):
        if not interactive():
            return follow(client, name)
        watch = WatchCommand(client, name)
        watch.open()
        try:
            live(watch, cli_colour.wanted(sys.stdout))
        finally:
            watch.close()
