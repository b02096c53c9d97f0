# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the probes to one address and their answers. Pure: time is an argument."""

from __future__ import annotations

from typing import Any, Optional

WINDOW_S = 1.0  # an answer that comes later is no answer
_LOSSES_MAX = 500  # of them are listed


class Count:
    """It has when each probe was sent and whether it was answered in time. Probes have the numbers 0, 1, 2, ..."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.sent_at: list[float] = []
        self._answered: list[bool] = []

    def sent(self, now: float) -> int:
        """Note a probe and return its number."""
        self.sent_at.append(now)
        self._answered.append(False)
        return len(self.sent_at) - 1

    def answer(self, number: int, now: float) -> None:
        """Note an answer, unless it is too late."""
        if number < len(self.sent_at) and now - self.sent_at[number] <= WINDOW_S:
            self._answered[number] = True

    def outstanding(self, now: float) -> bool:
        """Return whether the answer to a probe can still come in time."""
        for at, answered in zip(reversed(self.sent_at), reversed(self._answered)):
            if now - at > WINDOW_S:
                return False
            if not answered:
                return True
        return False

    def result(self, interval_s: float) -> dict[str, Any]:
        """Return the result. A loss lasts from its first probe to the next one that was answered.

        Times are in seconds since the first probe.
        """
        first = self.sent_at[0] if self.sent_at else 0.0
        losses: list[dict[str, Any]] = []
        begun: Optional[int] = None
        for number, answered in enumerate([*self._answered, True]):
            if answered and begun is not None:
                last = number == len(self.sent_at)
                end = self.sent_at[-1] + interval_s if last else self.sent_at[number]
                losses.append(
                    {
                        "from_s": round(self.sent_at[begun] - first, 6),
                        "to_s": round(end - first, 6),
                        "count": number - begun,
                    }
                )
            begun = None if answered else number if begun is None else begun
        gaps = [after - before for before, after in zip(self.sent_at, self.sent_at[1:])]
        return {
            "address": self.address,
            "sent": len(self.sent_at),
            "lost": self._answered.count(False),
            "lost_s": round(sum(each["to_s"] - each["from_s"] for each in losses), 6),  # also of those not listed
            "longest_s": round(max((each["to_s"] - each["from_s"] for each in losses), default=0.0), 6),
            "losses": losses[:_LOSSES_MAX],
            "longest_gap_s": round(max(gaps, default=0.0), 6),  # between two probes: how late the probe itself was
        }
