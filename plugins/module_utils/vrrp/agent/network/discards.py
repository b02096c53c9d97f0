# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance remembers what it has discarded lately, so that its status can say why it hears no router."""

from __future__ import annotations

from typing import NamedTuple

from ...ip_types import Address

SOURCES_MAX = 5  # for each reason: a flood has forged sources
INTERVALS, MORE_S = 3, 1.0  # so many advertisements may be lost, and the sender's timer may be late


class Discarded(NamedTuple):
    """It stands for packets of one source that were discarded for one reason. ``detail`` is of the newest."""

    reason: str
    source: Address
    detail: str
    until: float  # when it is forgotten, unless more packets come


class Discards:
    """It keeps a few sources for each reason, each while its packets come. It runs for every packet of a flood."""

    def __init__(self) -> None:
        self.known: dict[str, dict[Address, Discarded]] = {}  # empty when there is nothing to tell

    def note(self, reason: str, source: Address, detail: str, now: float, interval_s: float) -> None:
        """Remember a packet. ``interval_s`` is the time after which its sender sends again."""
        sources = self.known.setdefault(reason, {})
        if source not in sources and len(sources) >= SOURCES_MAX:
            over = next((each.source for each in sources.values() if each.until <= now), None)
            if over is None:
                return
            del sources[over]
        sources[source] = Discarded(reason, source, detail, now + INTERVALS * interval_s + MORE_S)

    def accepted(self, source: Address) -> None:
        """Forget a source that is understood now."""
        for reason in [reason for reason, sources in self.known.items() if source in sources]:
            del self.known[reason][source]
            if not self.known[reason]:
                del self.known[reason]

    def recent(self, now: float) -> list[Discarded]:
        """Return the sources whose packets still come, and forget the rest."""
        found = [each for sources in self.known.values() for each in sources.values() if each.until > now]
        self.known = {}
        for each in found:
            self.known.setdefault(each.reason, {})[each.source] = each
        return found
