# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runtime directory belongs to one agent at a time: a lock that dies with its holder."""

from __future__ import annotations

import errno
import fcntl
import os
from typing import Optional

CONTROL_SOCKET = "control.sock"
LOCK_FILE = "agent.lock"


class RuntimeDirectoryError(RuntimeError):
    """The directory cannot be used; the text says why and what to do."""


class RuntimeDirectory:
    """``path`` with its lock held, from :meth:`acquire` to :meth:`release`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.control_socket = os.path.join(path, CONTROL_SOCKET)
        self._lock: Optional[int] = None

    def acquire(self) -> None:
        """Create the directory when it is missing and lock it. Raises :class:`RuntimeDirectoryError`."""
        try:
            os.makedirs(self.path, mode=0o755, exist_ok=True)
            self._lock = os.open(os.path.join(self.path, LOCK_FILE), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RuntimeDirectoryError(f"cannot use the runtime directory {self.path}: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._lock, 32, 0).decode("ascii", "replace").strip()
            os.close(self._lock)
            self._lock = None
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise RuntimeDirectoryError(f"cannot lock {self.path}: {error.strerror}") from error
            raise RuntimeDirectoryError(
                f"another agent{f' (process {holder})' if holder else ''} already uses {self.path}: "
                "stop it first, or give this one its own --runtime-dir"
            ) from error
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the directory back. The lock file stays: removing it would let two agents lock two files."""
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None
