# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep what the kernel of this host says to our advertisements, and who else has our addresses meanwhile.

A MASTER whose advertisements are all refused, by a firewall for instance, is unheard as soon as its backup would have
taken over. Alone it keeps its addresses: nobody else serves them. When somebody else has them by then, by what that one
advertises or by ARP and neighbour advertisements, it gives them up for a *fault*. That ends when an advertisement goes
out again, which is tried every RETRY_S with one of priority 0, true of whoever is no MASTER; or when nobody else was
seen for so long that there is nobody. Where the latter is wrong the node flaps, and HOLD_INTERVALS bounds that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, Optional

from ..protocol.constants import PRIORITY_STOP
from ..protocol.packet import Address
from ..protocol.router import VirtualRouter
from ..protocol.states import NEVER, State

RETRY_S = 1.0
HOLD_INTERVALS = 10  # Master_Down_Intervals
HOLD_S = 12.0  # at least: so that whoever is there has been asked several times (segment.conflicts.ASK_S)


class Refusal(NamedTuple):
    """The kernel of this host refuses to send. ``error`` is its newest reason, in the words of strerror(3)."""

    since: float
    error: str


class Refusals:
    """Those of one instance. ``send`` sends an advertisement of priority 0, ``changed`` takes another ``fault``.

    Most of the time there is nothing to keep: while ``newest`` is None, it need not be told what goes out or comes.
    """

    def __init__(self, router: VirtualRouter, send: Callable[[float], None], changed: Callable[[float], None]) -> None:
        self.fault: tuple[str, ...] = ()  # the clause for people while the addresses are given up
        self.retry_at = NEVER  # while there is a fault
        self.newest: Optional[Refusal] = None  # since then not one advertisement has gone out
        self._router, self._send, self._changed = router, send, changed
        self._other = ""
        self._other_at = -math.inf

    @property
    def contested(self) -> bool:
        """Whether nothing goes out, and somebody else was seen with the addresses since."""
        return self.newest is not None and self._other_at >= self.newest.since

    def unheard(self, now: float) -> Optional[Refusal]:
        """Return why nobody can hear this MASTER any more, or could when it gave up: so long a backup waits at most."""
        refusal, speaks = self.newest, self._router.state is State.MASTER or self.fault
        if refusal is None or not speaks:
            return None
        return refusal if now - refusal.since >= self._router.down_interval_s() else None

    def tried(self, error: str, now: float) -> None:
        """Take that an advertisement went out to somebody, or the ``error`` of one that went out to nobody."""
        since = now if self.newest is None else self.newest.since
        self.newest = Refusal(since, error) if error else None

    def no_master(self) -> None:
        """Forget what was refused: who is no MASTER has nothing to say, unless this is why it is none."""
        if not self.fault:
            self.newest = None

    def heard(self, source: Address, priority: int, now: float) -> None:
        """Take an advertisement, while nothing goes out: its sender has the addresses, unless it says that it stops."""
        if priority != PRIORITY_STOP:
            self.seen(f"{source} advertises {priority}", now)

    def seen(self, other: str, now: float) -> None:
        """Take that somebody else has the addresses; ``other`` is a clause that says who, and how that shows."""
        self._other, self._other_at = other, now
        self.judge(now)

    def judge(self, now: float) -> None:
        """Give the addresses up when nobody hears that they are ours, and somebody else has them."""
        router = self._router
        if not self.contested or self.fault or router.state is not State.MASTER or router.yielding:
            return
        refusal = self.unheard(now)
        if refusal is not None:
            self.fault = (f"its own kernel refuses its advertisements ({refusal.error}), and {self._other}",)
            self.retry_at = now + RETRY_S
            self._changed(now)

    def retry(self, now: float) -> None:
        """Look, at ``retry_at``, whether the kernel lets an advertisement out by now, or nobody else is there."""
        self.retry_at = now + RETRY_S
        hold_until = self._other_at + max(HOLD_INTERVALS * self._router.down_interval_s(), HOLD_S)
        if self._router.state is State.FAULT:
            self._send(now)
        if self._router.state is not State.FAULT or self.newest is None or hold_until <= now:
            self.fault, self.retry_at, self.newest = (), NEVER, None
            self._changed(now)
