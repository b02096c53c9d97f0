# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-playbook` many times for little: a server forks each play from a process that has Ansible already."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

OWN = Path(__file__).parent
PROGRAM = str(OWN / "bin" / "ansible-playbook")


class Plays:
    """It is a server of plays, which ends with this process at the latest. PROGRAM asks the one of its environment."""

    def __init__(self, folder: str):
        self.socket = os.path.join(folder, "plays")
        words = [sys.executable, str(OWN / "server.py"), self.socket, str(os.getpid())]
        self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        while not os.path.exists(self.socket):
            assert self._process.poll() is None, "the server of plays has ended"
            time.sleep(0.01)

    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        """Return an environment in which PROGRAM asks this server."""
        return {**environment, "HOTSTANDBY_PLAYS": self.socket}

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()
