# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count what an instance sends and receives, and remember the routers that it hears."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Optional

from ..ip_types import Address

CONFLICT_S = 300.0  # without a word from the other host, a conflict is past
QUESTIONS = 3  # in a row that the other host does not answer
PEERS_MAX = 32  # sources remembered for each instance; more than a segment has routers, less than a forger can fill


@dataclass
class Counters:
    """It counts since the instance was added. ``discarded`` is by the reasons of protocol.validation."""

    sent: int = 0
    send_errors: int = 0
    received: int = 0
    priority_zero_sent: int = 0
    priority_zero_received: int = 0
    became_master: int = 0
    transitions: int = 0
    addresses_put_back: int = 0
    split_brains: int = 0
    address_conflicts: int = 0
    discarded: dict[str, int] = field(default_factory=dict)

    def discard(self, reason: str) -> None:
        """Count one packet that was discarded for ``reason``."""
        self.discarded[reason] = self.discarded.get(reason, 0) + 1

    def as_dict(self) -> dict[str, Any]:
        """Return all counters by name, with a copy of ``discarded``."""
        return {**vars(self), "discarded": dict(self.discarded)}


@dataclass
class Conflict:
    """Another host says that an address of ours is its own. ``seen_at`` is monotonic seconds.

    ``unanswered`` counts the questions for the address since that host was heard last.
    """

    interface: str
    mac: bytes
    seen_at: float
    unanswered: int = 0

    @property
    def host(self) -> str:
        """Return its hardware address, for people."""
        return self.mac.hex(":")

    def past(self, now: float) -> bool:
        """Return whether the other host has the address no more."""
        return self.unanswered > QUESTIONS or now >= self.seen_at + CONFLICT_S


class Peers:
    """It remembers the routers heard for one instance: address -> (priority, time in monotonic seconds)."""

    def __init__(self) -> None:
        self._seen: dict[Address, list[Any]] = {}
        self._source: Optional[Address] = None  # the last source, compared by identity: an address is slow to hash
        self._last: list[Any] = []

    def heard(self, source: Address, priority: int, now: float) -> None:
        """Remember the priority that a router advertised. Beyond PEERS_MAX, the longest silent router is forgotten."""
        if source is self._source:
            self._last[:] = priority, now
            return
        if source not in self._seen and len(self._seen) >= PEERS_MAX:
            oldest = min(self._seen, key=lambda known: self._seen[known][1])
            del self._seen[oldest]
        self._source, self._last = source, [priority, now]
        self._seen[source] = self._last

    @property
    def last(self) -> Optional[Address]:
        """Return the router that was heard last."""
        return self._source

    @property
    def heard_at(self) -> float:
        """Return when any of them advertised last, monotonic seconds."""
        return self._last[1] if self._last else -math.inf

    def last_said(self, priority: int, since: float) -> list[tuple[Address, float]]:
        """Return the routers whose last advertisement had this priority and came after ``since``, and its time."""
        return [(address, at) for address, (said, at) in self._seen.items() if said == priority and at > since]

    def as_list(self, now: float) -> list[dict[str, Any]]:
        """Return them as dictionaries, the newest first. ``seen_s`` is the age in seconds."""
        newest_first = sorted(self._seen.items(), key=lambda item: -item[1][1])
        return [
            {"address": str(address), "priority": priority, "seen_s": round(now - seen_at, 3)}
            for address, (priority, seen_at) in newest_first
        ]
