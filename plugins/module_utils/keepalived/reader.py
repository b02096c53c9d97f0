# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a running keepalived for its state: send a signal, then read the new file when it is complete."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import stat
import time
from collections.abc import Sequence
from typing import Any, Optional

from . import stats
from .dump import Dump, DumpFormatError, parse
from .process import KeepalivedProcess, names_in, vrrp_processes

WAIT_S = 5.0  # for a dump; one of 255 instances takes some milliseconds
POLL_S = 0.01
DUMP_MAX = 16 << 20  # octets
OLD_PLACE = "/tmp"  # before 2.2.5, whatever TMPDIR says
_DUMP = re.compile(r"keepalived(\.[^/]+)?\.data")  # with data_use_instance it names the instance
_STATS = re.compile(r"keepalived(\.[^/]+)?\.stats")


class ReadError(Exception):
    """No dump came; the text says why."""


def dump_of(process: KeepalivedProcess, wait_s: float = WAIT_S) -> tuple[Dump, float]:
    """Return what ``process`` writes on SIGUSR1, and when, in seconds since the epoch. Raises ReadError."""
    path, text, when = _ask(process, signal.SIGUSR1, _DUMP, wait_s)
    try:
        return parse(text), when
    except DumpFormatError as error:
        raise ReadError(f"{process.temporary}/{os.path.basename(path)} is no dump: {error}") from error


def counters_of(process: KeepalivedProcess, wait_s: float = WAIT_S) -> dict[str, dict[str, Any]]:
    """Return the counters of ``process`` for each instance, which it writes on SIGUSR2. Raises ReadError."""
    return stats.parse(_ask(process, signal.SIGUSR2, _STATS, wait_s)[1])


def _ask(
    process: KeepalivedProcess, number: signal.Signals, name: re.Pattern[str], wait_s: float
) -> tuple[str, str, float]:
    """Return (path, text, time) of the file that ``process`` writes after the signal."""
    directories = [process.root + place for place in dict.fromkeys((process.temporary, OLD_PLACE))]
    before = _versions(directories, name)
    if not process.signal(number):
        raise ReadError(f"keepalived's process {process.pid} has gone, or it does not take {number.name}")
    deadline = time.monotonic() + wait_s
    while True:
        for path, version in _versions(directories, name).items():
            text = None if before.get(path) == version else _whole(path, process)
            if text is not None:
                return path, text, version[1] / 1e9
        if time.monotonic() >= deadline:
            who = f"keepalived (process {process.pid})"
            what = f"{who} wrote nothing to {process.temporary} within {wait_s:g} s of {number.name}"
            raise ReadError(f"{what} (since 2.3.3 state_dump_file and stats_dump_file may name another place)")
        time.sleep(POLL_S)


def find() -> tuple[KeepalivedProcess, ...]:
    """Return every keepalived that does VRRP in this network namespace."""
    return vrrp_processes()


def _versions(directories: Sequence[str], wanted: re.Pattern[str]) -> dict[str, tuple[int, int]]:
    """Return (inode, time of the last change) of each such file. keepalived makes a new file each time."""
    found = {}
    for directory in directories:
        for name in names_in(directory):
            if wanted.fullmatch(name):
                with contextlib.suppress(OSError):
                    seen = os.lstat(os.path.join(directory, name))
                    found[os.path.join(directory, name)] = (seen.st_ino, seen.st_mtime_ns)
    return found


def _whole(path: str, process: KeepalivedProcess) -> Optional[str]:
    """Return the text, or None while it is written. Only root's files count, as any user may write to /tmp."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        seen = os.fstat(handle)
        if not stat.S_ISREG(seen.st_mode) or seen.st_uid != 0 or process.writes(seen) or not seen.st_size:
            return None
        return file.read(DUMP_MAX).decode("utf-8", errors="replace")
