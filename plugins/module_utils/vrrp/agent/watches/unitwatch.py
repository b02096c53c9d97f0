# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask for ``track_unit`` whether a systemd unit is active (``systemctl is-active``, which needs no privilege)."""

from __future__ import annotations

from collections.abc import Callable

from ...config.trackers import TrackedUnit
from ..life import process
from ..telling.log import Log
from .service import ServiceCheck

SYSTEMCTL = "systemctl"
ANSWERS = {3: "it is not active", 4: "there is no such unit"}  # systemctl(1), exit status


class UnitCheck(ServiceCheck):
    """A UnitCheck asks systemctl(1) whether the unit of one ``track_unit`` is active."""

    tracked: TrackedUnit
    kind = "unit"
    word = "Unit"

    def __init__(self, tracked: TrackedUnit, changed: Callable[[], None], log: Log) -> None:
        super().__init__(tracked.unit, tracked, changed, log)
        self._runs = process.Repeated()

    async def ask(self) -> str:
        """Ask once. The process runner has its own time limit, after which it leaves no process behind."""
        timeout_s = self.tracked.timeout_s
        outcome = await self._runs.run((SYSTEMCTL, "is-active", "--quiet", "--", self.tracked.unit), timeout_s)
        if outcome.ok:
            return ""
        if outcome.timed_out:
            return f"no answer within {timeout_s:g} s"
        if outcome.signal is not None:
            return f"systemctl ended by signal {outcome.signal}"
        return ANSWERS.get(outcome.status or 0) or outcome.error or f"systemctl {outcome.text}"
