# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the expected timers, against numbers that were worked out by hand and the agent's own numbers."""

from __future__ import annotations

import pytest

from vrrp.protocol import timers
from vrrp.simulation import expected_timers


def test_the_numbers_of_the_standard():
    assert expected_timers.down_s(2, 90, 1.0) == 3.6484375
    assert expected_timers.down_s(2, 90, 2.0) == 6.6484375  # v2: the skew is part of a second, with any interval
    assert expected_timers.down_s(3, 90, 0.1) == pytest.approx(0.36484375)
    assert expected_timers.first_wait_s(2, 100, 1.0) == 1.609375
    assert expected_timers.mandate_s(3, 1.0) == 3.0078125


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("priority", [1, 90, 254])
@pytest.mark.parametrize("interval_cs", [1, 10, 100, 300])
def test_two_workings_out_agree(version, priority, interval_cs):
    interval = interval_cs / 100
    assert expected_timers.down_s(version, priority, interval) == pytest.approx(
        timers.master_down_interval_s(version, priority, interval_cs)
    )
    assert expected_timers.mandate_s(version, interval) == pytest.approx(timers.mandate_s(version, interval_cs))
    assert (expected_timers.HANDOVER_S, expected_timers.POLITE_S) == (timers.HANDOVER_S, timers.ANNOUNCE_FIRST_S)
