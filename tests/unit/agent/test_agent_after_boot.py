# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vrrp_delay_after_boot`` beside ``vrrp_startup_delay``: the longer one counts."""

from __future__ import annotations

import time

import pytest

from vrrp.agent.startup import delay_s
from vrrp.config.model.configuration import Globals


@pytest.mark.parametrize(
    ("startup", "after_boot", "uptime", "expected"),
    [
        (0.0, 0.0, 5.0, 0.0),
        (2.5, 0.0, 5.0, 2.5),
        (0.0, 15.0, 5.0, 10.0),
        (12.0, 15.0, 5.0, 12.0),
        (0.0, 15.0, 15.5, 0.0),
        (1.0, 15.0, 900.0, 1.0),
    ],
)
def test_the_longer_delay(monkeypatch, startup, after_boot, uptime, expected):
    monkeypatch.setattr(time, "clock_gettime", lambda clock: {time.CLOCK_BOOTTIME: uptime}[clock])
    assert delay_s(Globals(startup_delay_s=startup, delay_after_boot_s=after_boot)) == expected
