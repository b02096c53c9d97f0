# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the sequence of an ``auth_hmac`` sender, and check those of other senders.

A sequence has 64 bits: seconds since 1970 in the upper 32, then 16 of a fraction, then 16 of a counter for several
sequences within one fraction. It is compared as a serial number (RFC 1982), so it may wrap. It comes from the clock: a
sender that starts again goes on above where it ended, with nothing kept on disk. A receiver keeps what it has heard
over a restart (:class:`ReplayWindow`). ``wall`` is that clock's reading, UTC seconds.

With a window (``anti_replay time``) a sequence must also lie near the receiver's clock. Then the pair recovers from a
step of a clock: a sender that ran ahead of its clock by more than the window begins again at the clock, and a receiver
forgets what lies outside the window, because nothing from there is accepted anyway. Without a window (``monotonic``) a
sequence only has to grow, and neither side ever goes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

AHEAD_MAX_S = 60  # that two clocks may differ over a restart
SENDERS = 4  # remembered at least: more than speak for one virtual router even while they contend

_BITS_64 = (1 << 64) - 1
_SERIAL_HALF = 1 << 63


def at_clock(wall: float) -> int:
    """Return the sequence that belongs to this moment, with counter 0. ``wall`` is UTC seconds."""
    seconds = int(wall)
    return (seconds & 0xFFFFFFFF) << 32 | int((wall - seconds) * 0x10000) << 16


def later(sequence: int, other: int) -> bool:
    """Return whether ``sequence`` comes after ``other`` (RFC 1982)."""
    return 0 < (sequence - other) & _BITS_64 < _SERIAL_HALF


def ahead_s(sequence: int, wall: float) -> int:
    """Return the whole seconds that ``sequence`` is ahead of the clock; negative when it is behind."""
    difference = (sequence >> 32) - int(wall) & 0xFFFFFFFF
    return difference - (1 << 32) if difference >> 31 else difference


class SendSequence:
    """Count the sequence of one sender."""

    def __init__(self) -> None:
        self._last: Optional[int] = None

    def take(self, wall: float, window_s: Optional[int]) -> int:
        """Return the next sequence. ``window_s`` is None where a sequence only has to grow."""
        clock, last = at_clock(wall), self._last
        if last is None or later(clock, last):
            self._last = clock
        elif window_s is not None and ahead_s(last, wall) > window_s:
            self._last = clock  # the clock went back by more than receivers accept: they would discard what we send
        else:
            self._last = last + 1 & _BITS_64
        return self._last


class ReplayWindow:
    """Keep the highest verified sequence of each sender, ordered by when each was heard, oldest first."""

    def __init__(self) -> None:
        self._marks: dict[bytes, int] = {}

    @property
    def heard(self) -> dict[bytes, int]:
        """Return the marks, for the next process of the agent."""
        return dict(self._marks)

    def restore(self, heard: Mapping[bytes, int], wall: float) -> None:
        """Take over the marks of the process before this one. Called before anything is heard.

        Marks ahead of our clock are left out: a sender whose clock was wrong must not be locked out until that time
        comes. Any other sender that starts again counts from its clock, and is above its mark.
        """
        self._marks = {sender: mark for sender, mark in heard.items() if ahead_s(mark, wall) <= AHEAD_MAX_S}

    def accept(self, sender: bytes, sequence: int, wall: float, window_s: Optional[int], room: int = SENDERS) -> bool:
        """Return whether this is new from ``sender``, and remember it if so. Call it only for verified sequences."""
        mark = self._marks.get(sender)
        if mark is not None:
            forgotten = window_s is not None and abs(ahead_s(mark, wall)) > window_s
            if not forgotten and not later(sequence, mark):
                return False
        self._marks.pop(sender, None)
        while len(self._marks) >= room:
            del self._marks[next(iter(self._marks))]
        self._marks[sender] = sequence
        return True
