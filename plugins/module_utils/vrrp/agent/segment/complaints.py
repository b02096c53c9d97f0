# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limit the sources in log lines: at most five for each reason and minute, as a flood has forged sources."""

from __future__ import annotations

from ...protocol.packet import Address

SOURCES_MAX = 5  # for each reason and period: more than a segment has misconfigured routers
PERIOD_S = 60.0


class Complaints:
    """It names a few sources for each reason, each once in a period. It runs for every packet of a flood."""

    def __init__(self) -> None:
        self._named: dict[str, tuple[float, set[Address]]] = {}

    def wanted(self, reason: str, source: Address, now: float) -> bool:
        """Return whether this source is worth a line; then it counts as named."""
        until, sources = self._named.get(reason, (now, set()))
        if now >= until:
            sources = set()
            self._named[reason] = (now + PERIOD_S, sources)
        if len(sources) >= SOURCES_MAX or source in sources:
            return False
        sources.add(source)
        return True

    def full(self, reason: str) -> bool:
        """Return whether no other source will be named for this reason in this period."""
        return len(self._named[reason][1]) >= SOURCES_MAX
