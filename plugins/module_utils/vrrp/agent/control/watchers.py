# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell those who watch the agent what it logs, as it comes: ``hotstandby watch``.

A watcher is not trusted and must not make an advertisement late. So there are few of them, and all get the same octets,
at most ten times a second. Only the last lines are kept, whatever comes in between. A watcher that does not read in
time is closed.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Optional, Protocol

from ..errors import CommandError
from ..log import Log

WATCHERS_MAX = 8
LINES_MAX = 50
LINE_MAX = 400  # characters
PAUSE_S = 0.1  # between two messages: the lines of one failover come together
NOT_TOLD = "Sending "  # gratuitous ARP: a line for each address and repetition, of what another line has said


class Watcher(Protocol):
    """A watcher takes whole lines of JSON."""

    def push(self, data: bytes) -> None:
        """Send the octets now, or close the connection where they do not fit."""


class Watchers:
    """It keeps the last lines of ``log`` for them. ``wall()`` is seconds since 1970."""

    def __init__(self, log: Log, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._lines: deque[tuple[float, int, str]] = deque(maxlen=LINES_MAX)
        self._count = self._told = 0  # lines since the beginning, and those of them that the watchers have got
        self._watchers: list[Watcher] = []
        self._timer: Optional[asyncio.TimerHandle] = None
        log.listeners.append(self._heard)

    def add(self, watcher: Watcher) -> dict[str, Any]:
        """Tell the watcher everything from now on. Return the last lines before. Raises CommandError."""
        if len(self._watchers) >= WATCHERS_MAX:
            raise CommandError(f"{WATCHERS_MAX} others watch this agent already: end one of them")
        self.flush()  # what the others have not been told yet, this one gets now
        self._watchers.append(watcher)
        return {"lines": [*self._lines]}

    def remove(self, watcher: Watcher) -> None:
        """Forget the watcher, if it is one."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    def _heard(self, level: int, text: str, fields: Mapping[str, str]) -> None:
        if text.startswith(NOT_TOLD):
            return
        self._lines.append((self._wall(), level, text[:LINE_MAX]))
        self._count += 1
        if self._watchers and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE_S, self.flush)

    def flush(self) -> None:
        """Tell the watchers now what they have not been told."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        new, self._told = self._count - self._told, self._count
        lines = [*self._lines][-new:] if new else []
        if lines and self._watchers:
            data = json.dumps({"lines": lines, "left_out": new - len(lines)}).encode() + b"\n"
            for watcher in list(self._watchers):
                watcher.push(data)
