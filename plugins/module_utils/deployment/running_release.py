# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds out from /proc which release a running agent was started from, and when."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Optional

from . import paths


def release_of(pid: int) -> Optional[str]:
    """Return the id of the release of a process, which is in its command line; None where there is none."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
        for word in file.read().decode(errors="replace").split("\0"):
            if word.startswith(paths.RELEASES + "/"):
                return word[len(paths.RELEASES) + 1 :].partition("/")[0]
    return None


def started_at(pid: int) -> Optional[float]:
    """Return when a process was started, in seconds since the epoch by the present clock; None where there is none."""
    with contextlib.suppress(OSError, IndexError, ValueError), open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        # proc(5): field 22 is the start in ticks since boot; field 2, the name, may hold spaces and parentheses.
        ticks = int(file.read().rpartition(")")[2].split()[19])
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
        return time.time() - age_s
    return None
