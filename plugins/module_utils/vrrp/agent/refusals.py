# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep whether the kernel of this host refuses our advertisements, and whether another host has our addresses then.

A MASTER whose advertisements are all refused, by a firewall for instance, is unheard as soon as its backup would have
taken over. Alone it keeps its addresses, as no other host serves them. When another host has them by then, which shows
in its advertisements, ARP or neighbour advertisements, this node gives them up for a *fault*. The fault ends when an
advertisement goes out again: one of priority 0 is tried every RETRY_S, which is true of a router that is not MASTER. It
also ends when no other host was seen for long enough. If there is one all the same, the node flaps; HOLD_INTERVALS
limits that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, Optional

from ..ip_types import Address
from ..protocol.constants import PRIORITY_STOP
from ..protocol.router import VirtualRouter
from ..protocol.states import NEVER, State

RETRY_S = 1.0
HOLD_INTERVALS = 10  # Master_Down_Intervals
HOLD_S = 12.0  # at least: so that the other host has been asked several times (address_conflicts.ASK_S)


class Refusal(NamedTuple):
    """It says since when the kernel of this host refuses to send. ``error`` is the newest reason (strerror(3))."""

    since: float
    error: str


class Refusals:
    """It keeps the refusals of one instance. ``send(now)`` sends priority 0, ``changed(now)`` takes a new ``fault``.

    While ``newest`` is None there is nothing to keep, and it need not be told what is sent or heard.
    """

    def __init__(self, router: VirtualRouter, send: Callable[[float], None], changed: Callable[[float], None]) -> None:
        self.fault: tuple[str, ...] = ()  # the clause for people while the addresses are given up
        self.retry_at = NEVER  # while there is a fault
        self.newest: Optional[Refusal] = None  # since then no advertisement has gone out
        self._router, self._send, self._changed = router, send, changed
        self._other = ""
        self._other_at = -math.inf

    @property
    def contested(self) -> bool:
        """Return whether nothing goes out, and another host was seen with the addresses since."""
        return self.newest is not None and self._other_at >= self.newest.since

    def unheard(self, now: float) -> Optional[Refusal]:
        """Return why no peer can hear this MASTER, or could when it gave up: silent for the Master_Down_Interval."""
        refusal, speaks = self.newest, self._router.state is State.MASTER or self.fault
        if refusal is None or not speaks:
            return None
        return refusal if now - refusal.since >= self._router.down_interval_s() else None

    def tried(self, error: str, now: float) -> None:
        """Take that an advertisement went out to a peer, or the ``error`` of one that went out to no peer."""
        since = now if self.newest is None else self.newest.since
        self.newest = Refusal(since, error) if error else None

    def no_master(self) -> None:
        """Forget the refusals, as it is no longer MASTER, unless they are the reason for that."""
        if not self.fault:
            self.newest = None

    def heard(self, source: Address, priority: int, now: float) -> None:
        """Take an advertisement, while nothing goes out: its sender has the addresses, unless it has priority 0."""
        if priority != PRIORITY_STOP:
            self.seen(f"{source} advertises {priority}", now)

    def seen(self, other: str, now: float) -> None:
        """Take that another host has the addresses; ``other`` is a clause that says which, and how that shows."""
        self._other, self._other_at = other, now
        self.judge(now)

    def judge(self, now: float) -> None:
        """Give the addresses up when no peer can hear this MASTER, and another host has them."""
        router = self._router
        if not self.contested or self.fault or router.state is not State.MASTER or router.yielding:
            return
        refusal = self.unheard(now)
        if refusal is not None:
            self.fault = (f"its own kernel refuses its advertisements ({refusal.error}), and {self._other}",)
            self.retry_at = now + RETRY_S
            self._changed(now)

    def retry(self, now: float) -> None:
        """Look, at ``retry_at``, whether the kernel lets an advertisement out by now, or no other host is there."""
        self.retry_at = now + RETRY_S
        hold_until = self._other_at + max(HOLD_INTERVALS * self._router.down_interval_s(), HOLD_S)
        if self._router.state is State.FAULT:
            self._send(now)
        if self._router.state is not State.FAULT or self.newest is None or hold_until <= now:
            self.fault, self.retry_at, self.newest = (), NEVER, None
            self._changed(now)
