# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give the runtime directory to one agent at a time, with two locks that end with their process.

One is a file in it, for agents that share the file system. The other is an abstract socket (unix(7)) in the network
namespace, named after the place of the directory: it holds also when the directory was deleted.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import stat
from typing import Optional

from ...runtime import CONTROL_SOCKET, NAME_MAX, credentials, name_of
from . import own_file

LOCK_FILE = "agent.lock"
BACKLOG = 64  # connections to our name, between two calls of dismiss
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class RuntimeDirectoryError(RuntimeError):
    """The directory cannot be used; the text says why and what to do."""


class RuntimeDirectory:
    """It holds the lock of ``path`` from :meth:`acquire` to :meth:`release`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.control_socket = os.path.join(path, CONTROL_SOCKET)
        self._lock_path = os.path.join(path, LOCK_FILE)
        self._lock: Optional[int] = None
        self._name: Optional[socket.socket] = None

    def acquire(self) -> None:
        """Create the directory when it is missing and lock it. Raises :class:`RuntimeDirectoryError`."""
        if len(os.fsencode(self.control_socket)) > NAME_MAX:
            text = f"the path of a socket has at most {NAME_MAX} octets, {self.control_socket} has more"
            raise RuntimeDirectoryError(f"{text}: choose a shorter --runtime-dir")
        self._lock_files()
        try:
            self._claim_name()
        except RuntimeDirectoryError:
            self.release()
            raise

    def release(self) -> None:
        """Give the directory back. The lock file stays: removing it would let two agents lock two files."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None
        if self._name is not None:
            self._name.close()
            self._name = None

    @property
    def there(self) -> bool:
        """Return whether the lock file is still the one that we hold."""
        with contextlib.suppress(OSError):
            return self._lock is not None and os.path.samestat(os.lstat(self._lock_path), os.fstat(self._lock))
        return False

    def restore(self) -> None:
        """Make the directory and the lock file again after they were deleted. Raises :class:`RuntimeDirectoryError`."""
        before, self._lock = self._lock, None
        try:
            self._lock_files()
        except RuntimeDirectoryError:
            self._lock = before
            raise
        if before is not None:
            os.close(before)

    def dismiss(self) -> None:
        """Close connections to our name: the kernel keeps each until then, and its backlog is short."""
        if self._name is None:
            return
        for _each in range(BACKLOG):
            try:
                self._name.accept()[0].close()
            except OSError:
                return

    def _lock_files(self) -> None:
        try:
            os.makedirs(self.path, mode=0o755, exist_ok=True)
            self._lock = self._open_lock()
        except OSError as error:
            if error.errno in NO_ROOM and os.path.isdir(self.path):
                return  # a full file system must not cost a node its VIP, and there is the other lock
            raise RuntimeDirectoryError(f"cannot use the runtime directory {self.path}: {_reason(error)}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._lock, 32, 0).decode("ascii", "replace").strip()
            os.close(self._lock)
            self._lock = None
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise RuntimeDirectoryError(f"cannot lock {self.path}: {error.strerror}") from error
            raise self._taken(holder if holder.isdigit() else "") from error
        with contextlib.suppress(OSError):  # it is for a message only, and there may be no room
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)

    def _open_lock(self) -> int:
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(os.lstat(self._lock_path).st_mode):
                own_file.clear(self._lock_path)  # a link, say, or a directory: no agent has locked that
        descriptor = own_file.open_file(self._lock_path, os.O_RDWR | os.O_CREAT)
        owner = os.stat(self.path)
        if os.geteuid() == 0 and owner.st_uid:  # root cleans up after an agent of another user
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor

    def _claim_name(self) -> None:
        name = name_of(self.path)
        self._name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        try:
            self._name.bind(name)
            self._name.listen(BACKLOG)  # so that a client learns our process id; nothing is read from it
        except OSError:
            self._name.close()
            self._name = None
            self._refuse_second(name)

    def _refuse_second(self, name: bytes) -> None:
        """Refuse if another agent holds the name. Any process can take a name, so its user must be trusted."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as other:
            try:
                other.connect(name)
                process, user, _group = credentials(other)
            except OSError:
                return
        if user in (0, os.geteuid(), os.stat(self.path).st_uid):
            raise self._taken(str(process) if process else "")

    def _taken(self, holder: str) -> RuntimeDirectoryError:
        return RuntimeDirectoryError(
            f"another agent{f' (process {holder})' if holder else ''} already uses {self.path}: "
            "stop it first, or give this one its own --runtime-dir"
        )


def _reason(error: OSError) -> str:
    """Return the reason of an error, with the file where that is another one."""
    name = os.path.basename(error.filename or "")
    return f"{name}: {error.strerror}" if name == LOCK_FILE else str(error.strerror)
