# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the processes of this machine from /proc (proc(5)), and match them with a ``vrrp_track_process``.

A thread is no process, and a zombie does not run. A command line is read only where one is compared: it lies in memory
of that process, which may have been swapped out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Optional

from ...config.model.trackers import Process

PROC = "/proc"
NOT_RUNNING = b"ZXx"  # zombie, dead
COMMAND_LINE_MAX = 4096  # octets, or as many as the longest that is compared


class Seen(NamedTuple):
    """It is one process: its name as in /proc/PID/comm, and its command line where one is compared."""

    name: bytes
    command_line: Optional[bytes] = None


class Pattern:
    """It says which processes one ``vrrp_track_process`` counts."""

    def __init__(self, process: Process) -> None:
        self.by_command = process.full_command or process.parameters is not None or process.param_match is not None
        self._name = os.fsencode(process.process)
        self._parameters = b"".join(os.fsencode(each) + b"\0" for each in process.parameters or ())
        self._compares = process.parameters is not None or process.param_match is not None
        self._how = process.param_match
        self.length = len(self._name) + 1 + len(self._parameters)

    def matches(self, seen: Seen) -> bool:
        """Return whether a process counts, by its name or command line, and its parameters where they are compared."""
        if not self.by_command:
            return seen.name == self._name
        name, _end, parameters = (seen.command_line or b"").partition(b"\0")
        if name != self._name:
            return False
        if not self._compares:
            return True
        if self._how == "initial":  # the last one may be longer
            return parameters.startswith(self._parameters[:-1])
        if self._how == "partial":  # there may be more
            return parameters.startswith(self._parameters)
        return parameters == self._parameters


def look(pid: int, with_command: bool, length: int = COMMAND_LINE_MAX) -> Optional[Seen]:
    """Return the process as it is now; None when it does not run."""
    stat = _read(f"{PROC}/{pid}/stat", 512)
    start, end = stat.find(b"("), stat.rfind(b")")
    if start < 0 or end < start or stat[end + 2 : end + 3] in NOT_RUNNING:
        return None
    name = stat[start + 1 : end]
    return Seen(name, _read(f"{PROC}/{pid}/cmdline", length + 1) if with_command else None)


def pids() -> Iterator[int]:
    """Yield the id of every process."""
    try:
        names = os.listdir(PROC)
    except OSError:
        return
    for name in names:
        if name.isdigit():
            yield int(name)


def longest(patterns: Iterable[Pattern]) -> int:
    """Return how much of a command line has to be read, octets."""
    return max((pattern.length for pattern in patterns), default=0)


def _read(path: str, length: int) -> bytes:
    """Return the beginning of a file; empty when the process is gone. No file object: it is called very often."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, length)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
