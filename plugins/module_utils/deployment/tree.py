# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories and plain files that an installation owns: there with these rights, or gone."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Callable

from . import files
from .change import Change

Owner = Callable[[], "tuple[int, int]"]  # uid and gid, asked for late: the account may be made in the same run


def root() -> tuple[int, int]:
    """The owner of whatever the agent must not change."""
    return 0, 0


def directory(path: str, mode: int, owner: Owner = root) -> list[Change]:
    """A directory with exactly this mode and owner."""

    def apply() -> None:
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        os.chown(path, *owner())

    if os.path.isdir(path) and files.has_owner(path, mode, *owner()):
        return []
    before = "directory\n" if os.path.isdir(path) else ""
    return [Change(path, before, f"directory, mode {mode:04o}\n", apply)]


def file(path: str, content: str, mode: int) -> list[Change]:
    """A file of root's with exactly this content and mode."""

    def apply() -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        files.write(path, content.encode(), mode)

    found = files.read(path)
    if found == content.encode() and files.has_owner(path, mode, 0, 0):
        return []
    return [Change(path, (found or b"").decode(errors="replace"), content, apply)]


def gone(path: str) -> list[Change]:
    """Nothing at ``path``; a directory goes with everything in it, a link without what it names."""

    def apply() -> None:
        with contextlib.suppress(FileNotFoundError):  # systemd removes its own when the service stops
            (shutil.rmtree if is_directory else os.unlink)(path)

    try:
        is_directory = stat.S_ISDIR(os.lstat(path).st_mode)
    except FileNotFoundError:
        return []
    return [Change(path, "directory with everything in it\n" if is_directory else "file\n", "", apply)]
