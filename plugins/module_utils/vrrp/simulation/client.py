# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate a client on the segment: where its packets go, and how long they stay without an answer.

Its neighbour entry follows the last gratuitous ARP. It asks the segment when it has no entry, and again when the
entry's machine has been silent for :data:`~.expected_timers.RESOLVE_S`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from .clock import Clock
from .expected_timers import RESOLVE_S
from .lan import CLIENT, Lan, Port
from .timeline import CLIENT as KIND
from .timeline import Timeline

ASK_AGAIN_S = 1.0


class SimulatedClient:
    """It sends all the time, so a moment without an owner at the other end is a loss."""

    def __init__(self, clock: Clock, lan: Lan, timeline: Timeline) -> None:
        self.clock, self.lan, self.timeline = clock, lan, timeline
        self.entry: Optional[str] = None  # the node that its packets go to
        self.spans: list[tuple[float, Optional[str]]] = [(0.0, None)]  # (since, who answers)

    @property
    def answered_by(self) -> Optional[str]:
        """Return the name of the node that answers now, None without one."""
        return self.spans[-1][1]

    @property
    def waits(self) -> bool:
        """Return whether no node answers, and there was no time yet to ask the segment again."""
        since, who = self.spans[-1]
        return who is None and self.clock.now - since <= RESOLVE_S + ASK_AGAIN_S

    def told(self, sender: Port) -> None:
        """Take a gratuitous ARP."""
        self.entry = sender.name
        self.look()

    def look(self) -> None:
        """Find which node answers now, after something about the machines has changed."""
        if self.entry is None:
            self._resolve()
        who = self.entry if self._reaches(self.entry) else None
        now = self.clock.now
        since, before = self.spans[-1]
        if who == before:
            return
        if since == now:
            self.spans.pop()  # it lasted for no time
        self.spans.append((now, who))
        if who is None:
            self.clock.at(now + RESOLVE_S, self._ask_again, now)
            self.timeline.note(now, CLIENT, KIND, f"no node answers (its packets go to {self.entry})")
        else:
            silence = f" after {now - since:.3f} s without an answer" if before is None and len(self.spans) > 2 else ""
            self.timeline.note(now, CLIENT, KIND, f"{who} answers{silence}", who)

    def losses(
        self, since: float, until: float, dead: Sequence[tuple[str, float, float]] = ()
    ) -> list[tuple[float, float]]:
        """Return when no node answered, as (from, to) in seconds, after the first answer of all.

        ``dead`` says when the service behind the addresses did not answer on a node, as (node, from, to).
        """
        found: list[tuple[float, float]] = []
        ends = [at for at, _who in self.spans[1:]] + [until]
        for (begin, who), end in list(zip(self.spans, ends))[1:]:
            silent = [(begin, end)] if who is None else [(low, high) for node, low, high in dead if node == who]
            for low, high in sorted(silent):
                low, high = max(low, begin, since), min(high, end)
                if low < high and found and low <= found[-1][1]:
                    found[-1] = (found[-1][0], max(high, found[-1][1]))
                elif low < high:
                    found.append((low, high))
        return found

    def _reaches(self, name: Optional[str]) -> bool:
        return name is not None and self.lan.talk(name, CLIENT) and self.lan.nodes[name].answers

    def _resolve(self) -> None:
        """Ask the whole segment; the first owner answers."""
        for name in self.lan.nodes:
            if self._reaches(name):
                self.entry = name
                return

    def _ask_again(self, silent_since: float) -> None:
        if self.spans[-1] != (silent_since, None):
            return
        self._resolve()
        self.look()
        if self.answered_by is None:
            self.clock.at(self.clock.now + ASK_AGAIN_S, self._ask_again, silent_since)
