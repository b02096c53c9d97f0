# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try properties with some inputs (`make unit`), or with new ones for FUZZ_S seconds each (`make fuzz`)."""

from __future__ import annotations

import os
import time

from hypothesis import HealthCheck, given, seed, settings

SECONDS = float(os.environ.get("FUZZ_S", "0"))
FEW = 60
ROUND = 200  # inputs between two looks at the clock


def fuzz(*strategies, few=FEW):
    """Make a test of a function that takes one value of each strategy and fails when it should not."""

    def decorate(check):
        attempt = settings(
            deadline=None,
            max_examples=ROUND if SECONDS else few,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            derandomize=not SECONDS,  # the same result in every run of `make unit`
        )(given(*strategies)(check))

        def test():
            if not SECONDS:
                attempt()
                return
            number, end = time.time_ns(), time.monotonic() + SECONDS
            while time.monotonic() < end:
                number += 1
                seed(number)(attempt)()

        test.__doc__ = check.__doc__
        return test

    return decorate
