# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what ``status --json`` says to a file in the runtime directory, on a signal.

keepalived writes its state to /tmp at SIGUSR1 and its counts at SIGUSR2; here both are in the one file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from .log import Log
from .recorder import replace_file

STATUS = "status.json"


class Reports:
    """It writes what ``status()`` returns to ``directory``; ``write_records()`` has the recorder write its files."""

    def __init__(
        self, directory: str, log: Log, status: Callable[[], dict[str, Any]], write_records: Callable[[], None]
    ) -> None:
        self._directory = directory
        self._log = log
        self._status = status
        self._write_records = write_records

    def data(self) -> None:
        """Write the status, and the recorder's files (SIGUSR1)."""
        self._log.info(f"Printing VRRP data for process({os.getpid()}) on signal")
        self._write_records()
        self._write()

    def stats(self) -> None:
        """Write the status, in which the counts are (SIGUSR2)."""
        self._log.info(f"Printing VRRP stats for process({os.getpid()}) on signal")
        self._write()

    def _write(self) -> None:
        path = os.path.join(self._directory, STATUS)
        try:
            replace_file(self._directory, STATUS, (json.dumps(self._status(), indent=2) + "\n").encode())
            self._log.info(f"wrote {path}")
        except OSError as error:  # a full disk: a report must not stop the router
            self._log.error(f"cannot write {path}: {error.strerror or error}")
