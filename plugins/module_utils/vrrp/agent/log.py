# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write log lines in keepalived's wording on standard error.

Under journald a line carries its priority as ``<6>`` (sd-daemon(3)) and no time, because the journal has its own. A
line with fields goes to the journal's socket instead.
Anywhere else it starts with the local time, so that two agents' output can be laid side by side.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Callable, Optional, TextIO

from .journal import Journal

LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO = 3, 4, 6  # syslog(3)
LEVEL_NAMES = {LEVEL_ERROR: "error: ", LEVEL_WARNING: "warning: ", LEVEL_INFO: ""}
LINES_AT_ONCE = 32  # of about 100 octets: a pipe takes 4096 at once
QUIET_KEYS_MAX = 1024  # a flood of forged sources must not fill the memory either
SELDOM_LINES_S = 80  # lines a second about other hosts, with this burst: together no more than 100 in any second
SELDOM_BURST = 20


LogListener = Callable[[int, str, Mapping[str, str]], None]  # the level, the text, the fields of the journal


class Log:
    """It writes what the agent logs. ``clock`` is monotonic seconds, for the rate limit only.

    ``listeners`` are called with each line, at once: the history of mastership, and those who watch the agent.
    """

    def __init__(self, stream: Optional[TextIO] = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = sys.stderr if stream is None else stream
        self.listeners: list[LogListener] = []
        self._clock = clock
        self._journald = stream is None and goes_to_journal(self._stream)
        self._journal: Optional[Journal] = None
        if self._journald:
            with contextlib.suppress(OSError):
                self._journal = Journal()
        self._outlet = NonBlockingWriter(self._stream)
        self._quiet_until: dict[tuple[str, ...], float] = {}
        self._sweep_at = 0.0
        self._buffered: Optional[list[str]] = None
        self._entries: list[dict[str, str]] = []  # for the journal, after those lines
        self._room = float(SELDOM_BURST)  # for lines about other hosts
        self._room_at = clock()
        self._left_out = 0
        self._told_at = 0.0  # when left out lines were logged last

    def info(self, text: str, fields: Optional[Mapping[str, str]] = None) -> None:
        """Write a line of priority LOG_INFO (syslog(3)). ``fields`` are for the journal, without their prefix."""
        self._tell(LEVEL_INFO, text, fields or {})
        if fields is None or self._journal is None:
            self._write(LEVEL_INFO, text)
            return
        entry = {"MESSAGE": text, "PRIORITY": str(LEVEL_INFO), "SYSLOG_IDENTIFIER": "hotstandby"}
        entry.update((f"HOTSTANDBY_{name}", value) for name, value in fields.items())
        if self._buffered is not None:
            self._entries.append(entry)
        elif not self._journal.send(entry):
            self._write(LEVEL_INFO, text)

    def warning(self, text: str) -> None:
        """Write a line of priority LOG_WARNING (syslog(3))."""
        self._tell(LEVEL_WARNING, text, {})
        self._write(LEVEL_WARNING, text)

    def error(self, text: str) -> None:
        """Write a line of priority LOG_ERR (syslog(3))."""
        self._tell(LEVEL_ERROR, text, {})
        self._write(LEVEL_ERROR, text)

    @contextlib.contextmanager
    def buffered(self) -> Iterator[None]:
        """Collect lines and write them together at the end: a takeover of 255 instances logs a thousand lines."""
        if self._buffered is not None:
            yield
            return
        self._buffered = []
        try:
            yield
        finally:
            lines, self._buffered = self._buffered, None
            for start in range(0, len(lines), LINES_AT_ONCE):
                self._put("".join(lines[start : start + LINES_AT_ONCE]), len(lines[start : start + LINES_AT_ONCE]))
            entries, self._entries = self._entries, []
            for entry in entries:
                if self._journal is None or not self._journal.send(entry):
                    self._write(LEVEL_INFO, entry["MESSAGE"])

    def rate_limited(self, key: tuple[str, ...], text: str, period_s: float = 60.0) -> None:
        """Write ``text`` unless a line with the same ``key`` was written less than ``period_s`` seconds ago.

        Use it for events that others can cause at any rate. All of these lines together have a limit, too: lines beyond
        it are counted, and the number is logged. Lines about what the agent itself does are never left out.
        """
        now = self._clock()
        if self._quiet_until.get(key, now) > now:
            return
        if not self._has_room(now):
            self._left_out += 1
            return
        self._quiet_until[key] = now + period_s
        self._room -= 1
        self._tell(LEVEL_INFO, text, {})
        self._write(LEVEL_INFO, text)

    def _tell(self, level: int, text: str, fields: Mapping[str, str]) -> None:
        for listener in self.listeners:
            listener(level, text, fields)

    def _has_room(self, now: float) -> bool:
        self._room = min(SELDOM_BURST, self._room + (now - self._room_at) * SELDOM_LINES_S)
        self._room_at = now
        if self._room < 1:
            return False
        if len(self._quiet_until) >= QUIET_KEYS_MAX and now >= self._sweep_at:
            self._sweep_at = now + 1.0  # a flood must not make every packet cost a sweep
            self._quiet_until = {known: until for known, until in self._quiet_until.items() if until > now}
        return len(self._quiet_until) < QUIET_KEYS_MAX

    def _tell_left_out(self) -> None:
        """Log how many lines were left out, once a second at most."""
        now = self._clock()
        if now >= self._told_at + 1.0:
            count, self._left_out, self._told_at = self._left_out, 0, now
            self._write(LEVEL_WARNING, f"{count} log lines about other hosts were left out: they were too many")

    def _write(self, level: int, text: str) -> None:
        if self._left_out:
            self._tell_left_out()
        if self._buffered is not None:
            self._buffered.append(self._line(level, text))
        else:
            self._put(self._line(level, text), 1)

    def _put(self, lines: str, count: int) -> None:
        if self._outlet.lost and self._outlet.write(
            self._line(LEVEL_WARNING, f"{self._outlet.lost} log lines were lost")
        ):
            self._outlet.lost = 0
        if not self._outlet.write(lines):
            self._outlet.lost += count

    def _line(self, level: int, text: str) -> str:
        if self._journald:
            return f"<{level}>{text}\n"
        wall = time.time()
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(wall))
        return f"{stamp}.{int(wall * 1000) % 1000:03d} {LEVEL_NAMES[level]}{text}\n"


class NonBlockingWriter:
    """It writes to a stream and never blocks: what does not fit is dropped and counted in ``lost``.

    The descriptor keeps its flags: the process that started us may share it, and would not expect O_NONBLOCK.
    """

    def __init__(self, stream: TextIO) -> None:
        self.lost = 0
        self._stream = stream
        self._room: Optional[select.poll] = None
        with contextlib.suppress(OSError, ValueError):  # a stream without a descriptor, or one that is not polled
            poll = select.poll()
            poll.register(stream.fileno(), select.POLLOUT)
            self._room = poll

    def write(self, line: str) -> bool:
        """Write the whole line, or return False. It never raises: a full disk must not stop the router."""
        try:
            if self._room is None:
                self._stream.write(line)
                self._stream.flush()
                return True
            data = line.encode("utf-8", "replace")
            for start in range(0, len(data), select.PIPE_BUF):  # this much never blocks when poll reports room
                if not any(event & select.POLLOUT for _fd, event in self._room.poll(0)):
                    return False
                os.write(self._stream.fileno(), data[start : start + select.PIPE_BUF])
        except (OSError, ValueError):
            return False
        return True


def goes_to_journal(stream: TextIO) -> bool:
    """Return whether ``stream`` is the one that systemd connected to the journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
