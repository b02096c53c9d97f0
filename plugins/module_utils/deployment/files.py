# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It writes files in one step, so that each is complete or not there."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from typing import Optional

from .change import Change


def read(path: str) -> Optional[bytes]:
    """Return the content, or None where there is no such file."""
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
    """Return whether the file or directory exists with exactly this mode and owner."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return False
    return (found.st_mode & 0o7777, found.st_uid, found.st_gid) == (mode, uid, gid)


FileOwner = Callable[[], "tuple[int, int]"]  # returns uid and gid; called late: the account may be made in this run


def root() -> tuple[int, int]:
    """Return the owner of all that the agent must not change: uid and gid of root."""
    return 0, 0


def directory(path: str, mode: int, owner: FileOwner = root) -> list[Change]:
    """Return the changes that make a directory with exactly this mode and owner."""

    def apply() -> None:
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        os.chown(path, *owner())

    if os.path.isdir(path) and has_owner(path, mode, *owner()):
        return []
    before = "directory\n" if os.path.isdir(path) else ""
    return [Change(path, before, f"directory, mode {mode:04o}\n", apply)]


def file(path: str, content: str, mode: int) -> list[Change]:
    """Return the changes that make a file of root with exactly this content and mode."""

    def apply() -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, content.encode(), mode)

    found = read(path)
    if found == content.encode() and has_owner(path, mode, 0, 0):
        return []
    return [Change(path, (found or b"").decode(errors="replace"), content, apply)]


def gone(path: str) -> list[Change]:
    """Return the changes that remove ``path``: a directory with all in it, a link without its target."""

    def apply() -> None:
        with contextlib.suppress(FileNotFoundError):  # systemd removes the runtime directory when the service stops
            (shutil.rmtree if is_directory else os.unlink)(path)

    try:
        is_directory = stat.S_ISDIR(os.lstat(path).st_mode)
    except FileNotFoundError:
        return []
    return [Change(path, "directory with everything in it\n" if is_directory else "file\n", "", apply)]
