# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep where the interpreter was when a fatal signal ended the agent, such as SIGABRT of systemd's watchdog.

Python's faulthandler writes it. In the journal it would be thirty lines that tell an administrator nothing. So under
a watchdog it goes to a file. The journal gets one sentence, from the command that follows the end (:mod:`..cleanup`).
"""

from __future__ import annotations

import contextlib
import os

from . import own_file

OPEN_FILE, KEPT_FILE = "traceback.new", "traceback.txt"


def create(directory: str) -> int:
    """Return the descriptor of a new file for a traceback. One of the process before is kept. Raises OSError."""
    keep(directory)
    return own_file.create(os.path.join(directory, OPEN_FILE))


def keep(directory: str) -> str:
    """Give the traceback that a process has left its name. Return the path, "" where it has left none."""
    path = os.path.join(directory, OPEN_FILE)
    with contextlib.suppress(OSError):
        if os.lstat(path).st_size:
            own_file.rename(path, os.path.join(directory, KEPT_FILE))
            return os.path.join(directory, KEPT_FILE)
    return ""
