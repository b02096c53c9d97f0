# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It creates and removes system users, which have no password, no shell and no home."""

from __future__ import annotations

import grp
import pwd

from .change import Change
from .module_io import CommandRunner


def owner_of(name: str) -> tuple[int, int]:
    """Return uid and gid of a user; (-1, -1), the owner of nothing, while the user does not exist."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return -1, -1
    return entry.pw_uid, entry.pw_gid


class Account:
    """It manages one system user. ``name`` is the user and its group, ``comment`` says what it is for."""

    def __init__(self, name: str, run: CommandRunner, comment: str = "VRRP agent"):
        self.name = name
        self._run = run
        self._comment = comment

    @property
    def exists(self) -> bool:
        """Return whether the user exists."""
        try:
            pwd.getpwnam(self.name)
        except KeyError:
            return False
        return True

    def owner(self) -> tuple[int, int]:
        """Return uid and gid of the user; (-1, -1), the owner of nothing, while the user does not exist."""
        return owner_of(self.name)

    def present(self) -> list[Change]:
        """Return the changes that create the user."""
        if self.exists:
            return []
        return [Change(f"user {self.name}", "", "system user without shell or home\n", self._create)]

    def absent(self) -> list[Change]:
        """Return the changes that remove the user and its group."""
        if not self.exists:
            return []
        return [Change(f"user {self.name}", "system user\n", "", self._remove)]

    def _create(self) -> None:
        group = ["--gid", self.name] if self._group_exists() else ["--user-group"]
        self._run(
            [
                "useradd",
                "--system",
                *group,
                "--no-create-home",
                "--home-dir",
                "/nonexistent",
                "--shell",
                "/usr/sbin/nologin",
                "--comment",
                self._comment,
                self.name,
            ]
        )

    def _remove(self) -> None:
        self._run(["userdel", self.name])
        if self._group_exists():  # userdel keeps it where USERGROUPS_ENAB is off
            self._run(["groupdel", self.name])

    def _group_exists(self) -> bool:
        try:
            grp.getgrnam(self.name)
        except KeyError:
            return False
        return True
