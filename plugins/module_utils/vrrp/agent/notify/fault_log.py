# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log the faults of an instance: the first at once, later ones after LASTS_S seconds if they are still there.

An interface that comes up has no carrier for a moment, then no address for a moment: that is not worth a line.
"""

from __future__ import annotations

from ...protocol.states import NEVER
from ..log import Log

LASTS_S = 1.0


class FaultLog:
    """It logs the faults of one instance. ``due_at`` is when to call :meth:`tell`, in monotonic seconds."""

    def __init__(self, log: Log) -> None:
        self.due_at = NEVER
        self._log = log
        self._faults: tuple[str, ...] = ()
        self._told: tuple[str, ...] = ()

    def changed(self, name: str, faults: tuple[str, ...], now: float) -> None:
        """Take the faults that instance ``name`` has now."""
        self._faults = faults
        if not faults:
            self._told, self.due_at = (), NEVER
        elif not self._told:
            self._tell(name)
        else:
            self.due_at = min(self.due_at, now + LASTS_S)

    def tell(self, name: str, now: float) -> None:
        """Log the faults that have come since, if they have lasted."""
        if self.due_at <= now:
            self._tell(name)

    def _tell(self, name: str) -> None:
        for fault in self._faults:
            if fault not in self._told:
                self._log.info(f"({name}) entering FAULT state ({fault})")
        self._told, self.due_at = self._faults, NEVER
