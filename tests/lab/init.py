# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the first process of a running container, beside which other programs are started."""

from __future__ import annotations

import os
import re
import select
import weakref
from pathlib import Path

from .host import LabError


class Init:
    """It is the init of a container. ``enter`` has the arguments that put a command into its namespaces.

    ``podman exec`` does the same, but takes 0.09 s of the processor for each command; this takes 0.005 s. The command
    has the capabilities of the container's root, no more. Two things differ: it has no filter of system calls, and the
    control group of the caller, so it goes on when the container is frozen. Raises LabError when there is no such
    process.
    """

    def __init__(self, pid: int):
        self.pid = pid
        try:
            self._file = os.pidfd_open(pid)
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError as error:
            raise LabError(f"process {pid} is gone") from error
        weakref.finalize(self, os.close, self._file)
        bounding = int(re.findall(r"^CapBnd:\s+(\w+)$", status, re.MULTILINE)[0], 16)
        rights = ["-all", *(f"+cap_{number}" for number in range(64) if bounding >> number & 1)]
        self.enter = [
            "nsenter", f"--target={pid}", "--all", "--", "setpriv", f"--bounding-set={','.join(rights)}", "--",
        ]  # fmt: skip

    @property
    def runs(self) -> bool:
        """Return whether it is still there."""
        poll = select.poll()
        poll.register(self._file, select.POLLIN)
        return not poll.poll(0)
