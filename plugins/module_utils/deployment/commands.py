# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It runs the commands that tell how a node is set up. A command that is missing, fails or is slow tells nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import Optional

TIMEOUT_S = 5.0
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"  # a shell of ssh may have no sbin


def output(words: Sequence[str]) -> Optional[str]:
    """Return the standard output of a command, in the C locale; None where it cannot be had."""
    path = f"{os.environ.get('PATH', '')}:{_PATH}"
    try:
        done = subprocess.run(
            list(words),
            env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
