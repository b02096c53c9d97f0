# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read ``track_file``: a number in a file, as keepalived reads it. A missing file, or one without a number, says 0.

The file is read four times a second: it may be written in place, replaced or removed, on any file system, and two
writes of one moment cannot hide one another. A number counts when it has been read twice in a row, so that a file that
is just being written has no effect.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, Optional

from ...config.model.trackers import File
from ...protocol.priority import CheckResult
from ..log import Log
from .check import AskedWatch, Watch

POLL_S = 0.25
AGAIN_S = 0.05  # after a new value
READ_MAX = 127  # octets
VALUE_MIN, VALUE_MAX = -(1 << 31), 1 << 31
MOUNTS = "/proc/self/mountinfo"
# A server that does not answer, or a program that serves a file, would block the loop.
REMOTE = ("nfs", "cifs", "smb", "fuse", "9p", "ceph", "afs", "gfs", "ocfs", "lustre")

_NUMBER = re.compile(rb"[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")


class Reading(NamedTuple):
    """It is one reading. ``value`` is None for a number out of range: then the value before stays."""

    value: Optional[int]
    complaint: str = ""


class FileCheck(AskedWatch):
    """It reads one ``track_file``. It is good while the number is 0; its value is known from the start."""

    kind = "file"

    def __init__(self, file: File, changed: Callable[[], None], log: Log) -> None:
        definition = (replace(file, weight=1, reverse=False),)
        super().__init__(file.name, ("file", file.name), definition, (1, 1), POLL_S, changed, log)
        self.file = file
        self.value = 0
        self._last: Optional[int] = None  # the value of the last reading
        self._complaint = ""

    def result(self, weight: int, reverse: bool = False) -> CheckResult:
        """Return the result, and the number in it, for an instance that tracks the file with this weight."""
        return CheckResult(self.name, self.kind, self.ok, weight, self.detail, reverse, self.value)

    def begin(self, overwrite: bool) -> None:
        """Write ``init_file``: always, or only to a missing file. A reload writes nothing."""
        if self.file.init is None or remote(self.file.path):
            return
        if overwrite or not os.path.exists(self.file.path):
            try:
                write(self.file.path, self.file.init)
            except OSError as error:
                self._log.error(f"Unable to initialise track file {self.name}: {error.strerror}")

    def start(self) -> None:
        """Read the file at once, then again and again. On a remote file system it is not read and counts as 0."""
        hindrance = remote(self.file.path)
        if hindrance:
            self._complain(hindrance)
            self._says(0)
        else:
            self._says(self._read())
            super().start()

    def assume(self, ok: bool, detail: str) -> None:
        """Do nothing: the file is read at once."""

    def follow(self, before: Watch) -> None:
        """Do nothing: the file is read at once."""

    async def ask(self) -> int:
        """Return the number in the file, or the number that counts now where that one is out of range."""
        return self._read()

    def observe(self, outcome: int) -> None:
        """Take a number that was read; one that is new must be read twice."""
        if outcome == self._last:
            self._take(outcome)
        self._last = outcome
        self.interval_s = POLL_S if outcome == self.value else AGAIN_S

    def _take(self, value: int) -> None:
        if value != self.value:
            self._log.info(f"Track file {self.name} now says {value}")
            self._says(value)
            self._changed()

    def _says(self, value: int) -> None:
        self.value, self.ok = value, not value
        self.detail = f"it says {value}" if value else ""

    def _read(self) -> int:
        reading = read(self.file.path)
        self._complain(reading.complaint)
        return self.value if reading.value is None else reading.value

    def _complain(self, complaint: str) -> None:
        """Log once what is wrong with the file."""
        if complaint and complaint != self._complaint:
            self._log.info(f"Track file {self.name}: {complaint}")
        self._complaint = complaint


def read(path: str) -> Reading:
    """Return the number in a file, with a complaint where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Reading(0, f"{path} does not exist, which counts as 0")
    except OSError as error:
        return Reading(0, f"cannot read {path}, which counts as 0: {error.strerror}")
    try:
        text = os.read(descriptor, READ_MAX)
    except OSError as error:
        return Reading(0, f"cannot read {path}, which counts as 0: {error.strerror}")
    finally:
        os.close(descriptor)
    return number(text, path)


def number(text: bytes, path: str = "the file") -> Reading:
    """Return the number at the beginning of a text, as strtol(3) with base 0 sees it."""
    found = _NUMBER.match(text)
    if found is None:
        return Reading(0, f"there is no number in {path}, which counts as 0" if text.strip() else "")
    sign, digits = found.groups()
    octal = digits[:1] == b"0" and digits[1:2] not in (b"x", b"X")
    value = int(digits, 8 if octal else 0) * (-1 if sign == b"-" else 1)
    if not VALUE_MIN <= value <= VALUE_MAX:
        return Reading(None, f"Invalid number {value} read from {path} - ignoring")
    return Reading(value)


def write(path: str, value: int) -> None:
    """Write the number. Raises OSError. It writes to regular files only, and follows no link."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o644)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a file")
        os.ftruncate(descriptor, 0)
        os.write(descriptor, b"%d\n" % value)
    finally:
        os.close(descriptor)


def remote(path: str) -> str:
    """Return why the file system of ``path`` cannot be read from without waiting; empty when it can."""
    try:
        with open(MOUNTS, encoding="utf-8", errors="surrogateescape") as mounts:
            lines = [line.split() for line in mounts]
    except OSError:
        return ""
    for resolve in (os.path.normpath, os.path.realpath):  # following a link there would access that file system
        kind = _kind(os.path.join(resolve(path), ""), lines)
        if kind.startswith(REMOTE):
            return f"the file system of {path} is {kind}, which can hold up the agent: not read, which counts as 0"
    return ""


def _kind(path: str, mounts: list[list[str]]) -> str:
    """Return the kind of file system that ``path`` is on; where two are mounted at one place, the later one."""
    place, kind = "", ""
    for words in mounts:
        mounted = os.path.join(words[4].replace("\\040", " "), "")
        if path.startswith(mounted) and len(mounted) >= len(place):
            place, kind = mounted, words[words.index("-") + 1]
    return kind
