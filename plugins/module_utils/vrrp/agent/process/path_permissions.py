# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse to run programs that other users can modify.

``enable_script_security`` asks for more: what root runs must be root's alone (process.unsafe_part).
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from typing import NamedTuple, Optional


class WritablePath(NamedTuple):
    """It is a ``part`` of the path to a program that others can write, and the command that takes that from them."""

    part: str
    fix: str

    @property
    def text(self) -> str:
        """Return a clause for people: others can write this part."""
        return f"others can write {self.part}"


def loose_part(program: str, path: str, gid: int) -> Optional[WritablePath]:
    """Return what lets others decide what a user with primary group ``gid`` runs as ``program``; None for nothing.

    That is: all users may write the file, or a group that is neither root's nor the user's own may, or it lies below
    a directory that all users may write and that is not sticky. ``path`` is where programs are looked for.
    """
    place = os.path.join("/", program) if "/" in program else shutil.which(program, path=path)
    if place is None:
        return None
    real = os.path.realpath(place)
    try:
        status = os.stat(real)
        if status.st_mode & stat.S_IWOTH:
            return WritablePath(real, f"chmod o-w {real}")
        if status.st_mode & stat.S_IWGRP and status.st_gid not in (0, gid):
            return WritablePath(real, f"chmod g-w {real}")
        for directory in _directories(real, os.path.normpath(place)):
            mode = os.stat(directory).st_mode
            if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
                return WritablePath(directory, f"chmod o-w {directory}")
    except OSError:
        pass  # then it does not run either, and another message says that
    return None


def other_writer(program: str, path: str, trusted: frozenset[int], gid: int) -> Optional[WritablePath]:
    """Return what lets others than the users ``trusted`` (and root) change ``program``; None for nothing.

    That is keepalived's rule for what root runs, which it warns of: each part of the path belongs to one of them, and
    no group but root's and ``gid`` may write to it. Such a program is run all the same, unless it is loose as well.
    """
    place = os.path.join("/", program) if "/" in program else shutil.which(program, path=path)
    if place is None:
        return None
    real = os.path.realpath(place)
    try:
        for part in (real, *_directories(real, os.path.normpath(place))):
            status = os.stat(part)
            if status.st_uid not in trusted | {0}:
                return WritablePath(part, f"chown root {part}")
            sticky = part != real and status.st_mode & stat.S_ISVTX
            if status.st_mode & stat.S_IWGRP and status.st_gid not in (0, gid) and not sticky:
                return WritablePath(part, f"chmod g-w {part}")
    except OSError:
        pass  # then it does not run either, and another message says that
    return None


def _directories(*places: str) -> Iterator[str]:
    """Yield every directory on the way to them, each once."""
    seen = set()
    for place in places:
        while place != "/":
            place = os.path.dirname(place)
            if place in seen:
                break
            seen.add(place)
            yield place
