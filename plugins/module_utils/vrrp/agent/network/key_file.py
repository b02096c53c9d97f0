# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a file with a key. It is a regular file and not long: nothing else may block or fill the agent."""

from __future__ import annotations

import os
import stat


def read(path: str, most: int, too_long: str) -> bytes:
    """Return the content, ``most`` octets at most. Raises OSError, or ValueError with what is wrong with the file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # opening a FIFO must not block
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is no regular file")
        content = os.read(descriptor, most + 1)
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise ValueError(too_long)
    return content
