# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open files of the agent's own, and nothing that another user may have put in their place.

It opens no link, FIFO or device, no file of another user, and none that does not end.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat

FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC  # opening a FIFO must not block
SIZE_MAX = 4 << 20  # octets; 255 instances with 20 routes each take less


def open_file(path: str, flags: int) -> int:
    """Return a descriptor of a regular file that belongs to us, to root or to the directory's owner, else OSError."""
    descriptor = os.open(path, flags | FLAGS, 0o600)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", path)
        if status.st_uid not in (0, os.geteuid(), os.stat(os.path.dirname(path) or ".").st_uid):
            raise OSError(errno.EPERM, f"it belongs to user {status.st_uid}", path)
        if status.st_nlink > 1:
            raise OSError(errno.EPERM, "it has another name, too", path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def read(path: str, size_max: int = SIZE_MAX) -> bytes:
    """Return the content of such a file. Raises OSError, also where it is larger than ``size_max`` octets."""
    descriptor = open_file(path, os.O_RDONLY)
    with contextlib.closing(os.fdopen(descriptor, "rb", buffering=0)) as file:
        content = b""
        while len(content) <= size_max:
            piece = file.read(size_max + 1 - len(content))
            if not piece:
                return content
            content += piece
    raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)


def clear(path: str) -> None:
    """Remove what lies at a path, without opening it. Raises OSError.

    A directory that is not empty is renamed, as its content is not ours to delete.
    """
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError:
        if os.path.islink(path) or not os.path.isdir(path):
            raise
        try:
            os.rmdir(path)
        except OSError:
            os.rename(path, f"{path}.{os.urandom(4).hex()}")


def create(path: str) -> int:
    """Return a descriptor of a new file; what was there before under this name is removed, not opened."""
    clear(path)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | FLAGS, 0o600)


def rename(new: str, path: str) -> None:
    """Rename the file ``new`` to ``path``, replacing any kind of file there. Raises OSError."""
    try:
        os.replace(new, path)
    except IsADirectoryError:
        clear(path)
        os.replace(new, path)


def replace(path: str, content: bytes, durable: bool = False) -> None:
    """Write the whole file or nothing, readable by its owner alone; ``durable``: also on the disk. Raises OSError."""
    new = f"{path}.new"
    descriptor = create(new)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            if durable:  # before it gets its name: after a power failure there is the old file or the new one
                file.flush()
                os.fsync(descriptor)
        rename(new, path)
        if durable:
            _sync_directory(path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise


def _sync_directory(path: str) -> None:
    descriptor = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
