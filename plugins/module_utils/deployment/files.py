# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are either whole or not there."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import Optional


def read(path: str) -> Optional[bytes]:
    """The content, or None when there is no such file."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write(path: str, content: bytes, mode: int, uid: int = 0, gid: int = 0) -> None:
    """Put ``content`` at ``path`` in one step: a reader sees the old file or the new one, also after a power cut."""
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchown(file.fileno(), uid, gid)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def link(path: str, target: str) -> None:
    """Make the symbolic link ``path`` name ``target`` in one step."""
    temporary = f"{path}.new"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)
    os.symlink(target, temporary)
    os.replace(temporary, path)


def has_owner(path: str, mode: int, uid: int, gid: int) -> bool:
    """Whether the file or directory exists with exactly these rights."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return False
    return (found.st_mode & 0o7777, found.st_uid, found.st_gid) == (mode, uid, gid)
