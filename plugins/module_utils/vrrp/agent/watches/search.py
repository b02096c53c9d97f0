# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search with a regular expression that somebody wrote in text that somebody else sent, for a limited time.

Some expressions need years for some texts, and nothing else runs meanwhile, in no thread either. But the search looks
for signals while it works, so a timer of the kernel that counts our processor time can end it.
"""

from __future__ import annotations

import re
import signal

LIMIT_S = 0.01  # of processor time


class TooLong(Exception):
    """The search was ended."""


class _Limit:
    """What the signal asks: only a search may be ended, nothing that comes after it."""

    searching = False

    @classmethod
    def reached(cls, number, frame) -> None:
        if cls.searching:
            cls.searching = False
            raise TooLong


def found(pattern: re.Pattern, text: str, limit_s: float = LIMIT_S) -> bool:
    """Whether ``pattern`` is somewhere in ``text``. Raises :class:`TooLong`; only the main thread can do this."""
    signal.signal(signal.SIGVTALRM, _Limit.reached)  # it stays: a late one must not end the process
    signal.setitimer(signal.ITIMER_VIRTUAL, limit_s, limit_s)
    try:
        _Limit.searching = True
        answer = pattern.search(text) is not None
        _Limit.searching = False
        return answer
    finally:
        _Limit.searching = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
