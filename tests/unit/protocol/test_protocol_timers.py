# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test durations, worked out by hand from the RFCs' formulas."""

from __future__ import annotations

import pytest

from vrrp.protocol import timers


@pytest.mark.parametrize(
    ("version", "priority", "interval_cs", "skew_s"),
    [
        (2, 100, 100, 0.609375),  # 156/256 s
        (2, 90, 100, 0.6484375),
        (2, 100, 1000, 0.609375),  # VRRPv2 takes it of a second, with any interval
        (2, 254, 100, 0.0078125),
        (2, 1, 100, 0.99609375),
        (3, 100, 100, 0.609375),
        (3, 90, 10, 0.06484375),  # truncated to centiseconds this would be 0.06
        (3, 254, 1, 0.000078125),  # truncated it would be 0
        (3, 1, 4095, 40.7900390625),
    ],
)
def test_skew_time_is_exact(version, priority, interval_cs, skew_s):
    assert timers.skew_time_s(version, priority, interval_cs) == pytest.approx(skew_s, rel=1e-12)


@pytest.mark.parametrize(
    ("version", "priority", "interval_cs", "down_s"),
    [(2, 90, 100, 3.6484375), (3, 90, 10, 0.36484375), (3, 100, 1, 0.03609375), (2, 100, 200, 6.609375)],
)
def test_master_down_interval_is_three_intervals_and_the_skew(version, priority, interval_cs, down_s):
    assert timers.master_down_interval_s(version, priority, interval_cs) == pytest.approx(down_s, rel=1e-12)


def test_neighbouring_priorities_never_share_a_skew():
    for version in (2, 3):
        skews = [timers.skew_time_s(version, priority, 1) for priority in range(1, 255)]
        assert skews == sorted(set(skews), reverse=True)


def test_the_first_wait_is_one_interval_and_the_skew():
    assert timers.first_wait_s(2, 100, 100) == 1.609375
    assert timers.first_wait_s(3, 100, 10) == pytest.approx(0.1609375)


def test_the_longest_skew_is_that_of_priority_1():
    assert timers.longest_skew_s(2, 100) == 0.99609375
    assert timers.longest_skew_s(3, 10) == pytest.approx(0.099609375)


@pytest.mark.parametrize("interval_cs", [1, 3, 10, 49, 100, 4095])
def test_the_next_beat_is_after_the_beat_of_now(interval_cs):
    for number in [*range(1, 3000), *range(10**8, 10**8 + 300)]:
        beat = number * interval_cs / 100
        assert timers.next_beat(beat, interval_cs) == pytest.approx(beat + interval_cs / 100, rel=1e-12)


def test_the_next_beat_is_an_interval_away_at_most():
    assert timers.next_beat(1000.25, 100) == 1001.0
    assert timers.next_beat(1000.999, 100) == 1001.0
    assert timers.next_beat(1000.0, 4000) == 1040.0
    assert timers.next_beat(1000.04, 5) == pytest.approx(1000.05)
