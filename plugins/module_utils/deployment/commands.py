# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It runs the commands that tell how a node is set up, and those that change it.

A command that tells nothing, because it is missing, fails or is slow, is no error. One that changes nothing is.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import Optional

from .change import DeploymentError

TIMEOUT_S = 5.0
CHANGE_TIMEOUT_S = 60.0  # firewalld waits for its turn
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"  # a shell of ssh may have no sbin


def output(words: Sequence[str]) -> Optional[str]:
    """Return the standard output of a command, in the C locale; None where it cannot be had."""
    try:
        done = _run(words, TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def change(words: Sequence[str]) -> None:
    """Run a command that changes something. Raises DeploymentError where it fails."""
    try:
        done = _run(words, CHANGE_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DeploymentError(f"'{' '.join(words)}': {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip() or "it said nothing"
        raise DeploymentError(f"'{' '.join(words)}' ended with status {done.returncode}: {said}")


def _run(words: Sequence[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
    path = f"{os.environ.get('PATH', '')}:{_PATH}"
    return subprocess.run(
        list(words),
        env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=timeout_s,
    )
