# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep each change of mastership on the disk, over restarts and boots of the node, as JSON lines.

A child of the agent writes it, as a disk that hangs must not block the loop. A line that a power failure has cut off
is passed over, and the next one begins a new line. Where the disk is full, nothing of a line is left behind.
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from . import own_file

HISTORY_FILE = "history.jsonl"
ENTRIES_MAX = 4096
SIZE_MAX = 1 << 20  # octets, before the older half is dropped
REASON_MAX = 300  # characters
AT_MAX = 253402300799  # the end of the year 9999
MASTER = "MASTER"


class HistoryEntry(NamedTuple):
    """It is a change of one instance. ``at`` is seconds since 1970, ``monotonic`` is valid in the boot of that id.

    ``first`` says that it is the first state of a process: when the one before has ended is not known.
    """

    at: float
    boot: str
    monotonic: float
    instance: str
    state: str
    priority: int
    reason: str
    peer: str
    first: bool


def read(directory: str) -> list[HistoryEntry]:
    """Return what is kept, oldest first, without lines that are damaged. Raises OSError."""
    try:
        content = own_file.read(os.path.join(directory, HISTORY_FILE), 2 * SIZE_MAX)
    except FileNotFoundError:
        return []
    found = []
    for line in content.splitlines():
        with contextlib.suppress(ValueError, TypeError, LookupError, RecursionError, OverflowError):
            found.append(_entry(json.loads(line)))
    return found


def append(directory: str, entries: Iterable[HistoryEntry]) -> str:
    """Add those entries that change mastership of their instance. Return why that failed, "" when it is done."""
    path = os.path.join(directory, HISTORY_FILE)
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        try:
            known, damaged = read(directory), False
        except OSError:  # another kind of file, or one of another user
            known, damaged = [], True
        new = _changes(known, entries)
        data = _lines(new)
        if damaged or len(known) + len(new) > ENTRIES_MAX or _size(path) + len(data) > SIZE_MAX:
            own_file.replace(path, _newest([*known, *new]), durable=True)
        elif new:
            _write(path, data)
    except OSError as error:
        return f"cannot write {path}: {error.strerror or error}"
    return ""


def _changes(known: Sequence[HistoryEntry], entries: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """Return the entries that are new, and change whether this node is MASTER of their instance."""
    master = {entry.instance: entry.state == MASTER for entry in known}
    there = {(entry.boot, entry.monotonic, entry.instance, entry.state) for entry in known}
    found = []
    for entry in entries:
        is_master = entry.state == MASTER
        new = (entry.boot, entry.monotonic, entry.instance, entry.state) not in there
        if new and master.get(entry.instance) is not is_master:
            found.append(entry)
            master[entry.instance] = is_master
    return found


def _newest(entries: Sequence[HistoryEntry]) -> bytes:
    """Return half of what may be kept, so that the file is not written as a whole at each change."""
    kept = list(entries[-ENTRIES_MAX // 2 :])
    while len(data := _lines(kept)) > SIZE_MAX // 2 and len(kept) > 1:
        kept = kept[len(kept) // 2 :]
    return data


def _write(path: str, data: bytes) -> None:
    """Add whole lines to the file, or nothing. Raises OSError."""
    descriptor = own_file.open_file(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data
        try:
            if os.write(descriptor, data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)


def _size(path: str) -> int:
    with contextlib.suppress(OSError):
        return os.lstat(path).st_size
    return 0


def _lines(entries: Iterable[HistoryEntry]) -> bytes:
    return "".join(json.dumps(entry._asdict()) + "\n" for entry in entries).encode()


def _entry(found: Any) -> HistoryEntry:
    """Return an entry of a line. Raises ValueError, TypeError, LookupError or OverflowError where it is none."""
    at, monotonic, priority = float(found["at"]), float(found["monotonic"]), int(found["priority"])
    if not (0 <= at <= AT_MAX and math.isfinite(monotonic)):
        raise ValueError(at)
    texts = [str(found[name]) for name in ("boot", "instance", "state", "reason", "peer")]
    boot, instance, state, reason, peer = texts
    return HistoryEntry(at, boot, monotonic, instance, state, priority, reason, peer, bool(found["first"]))
