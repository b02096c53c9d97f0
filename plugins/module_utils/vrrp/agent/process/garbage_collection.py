# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collect garbage when the agent says so, not in the middle of an advertisement.

Objects that exist after the start are frozen (gc.freeze). Later ones are few: the young ones are collected often, all
of them seldom, and each collection is measured.
"""

from __future__ import annotations

import gc
import time

YOUNG_MIN = 500  # new objects below which a collection is not worth it
EVERYTHING_EVERY = 600  # collections: ten minutes at one a second


class Collector:
    """It runs the collections. ``longest_s`` is the longest that one has held up the loop, in seconds."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._looks = 0
        self._was_automatic = False

    def start(self) -> None:
        """Turn automatic collection off; only :meth:`collect` collects from now on."""
        self._was_automatic = gc.isenabled()
        gc.disable()

    def stop(self) -> None:
        """Turn automatic collection on again, if it was on."""
        if self._was_automatic:
            gc.enable()

    def collect(self) -> None:
        """Collect the young objects, if there are enough; now and then all that are not frozen."""
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
