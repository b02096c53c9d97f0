# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Garbage is collected when the agent says so, not in the middle of an advertisement.

What is there after the start is frozen and never looked at again (gc.freeze). What comes later is little: the young
are looked at often, everything seldom, and each look is measured.
"""

from __future__ import annotations

import gc
import time

YOUNG_MIN = 500  # new objects below which a look is not worth it
EVERYTHING_EVERY = 600  # looks: ten minutes at one a second


class Collector:
    """``longest_s`` is the longest that a collection has held up the loop, seconds."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._looks = 0
        self._was_automatic = False

    def start(self) -> None:
        """From now on nothing is collected but by :meth:`collect`."""
        self._was_automatic = gc.isenabled()
        gc.disable()

    def stop(self) -> None:
        """Leave it to the interpreter again."""
        if self._was_automatic:
            gc.enable()

    def collect(self) -> None:
        """Look at the young objects, if there are some; now and then at all that are not frozen."""
        self._looks += 1
        if self._looks % EVERYTHING_EVERY == 0:
            generation = 2
        elif gc.get_count()[0] >= YOUNG_MIN:
            generation = 1
        else:
            return
        began = time.perf_counter()
        gc.collect(generation)
        self.longest_s = max(self.longest_s, time.perf_counter() - began)
