# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that virtual time runs events in their order, and stops where a moment does not end."""

from __future__ import annotations

import pytest

from vrrp.simulation.clock import Clock, StandsStill


def ticking(clock, step_s, count):
    """Add an event that adds the next one, so many times in all. Return the list of the times."""
    times = []

    def tick():
        times.append(clock.now)
        if len(times) < count:
            clock.at(clock.now + step_s, tick)

    clock.at(0.0, tick)
    return times


def test_events_happen_at_their_times_in_whatever_order_they_were_put_in():
    clock, done = Clock(), []
    for when in (3.0, 1.0, 2.0):
        clock.at(when, lambda when=when: done.append((when, clock.now)))
    clock.run(10.0)
    assert done == [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]
    assert clock.now == 10.0


def test_events_of_one_moment_happen_in_the_order_in_which_they_were_put_in():
    clock, done = Clock(), []
    for name in ("c", "a", "b"):
        clock.at(1.0, done.append, name)
    clock.run(1.0)
    assert done == ["c", "a", "b"]


def test_a_run_includes_its_end_and_leaves_the_rest_to_the_next_one():
    clock, done = Clock(), []
    for when in (1.0, 2.0, 2.5):
        clock.at(when, done.append, when)
    clock.run(2.0)
    assert (done, clock.now) == ([1.0, 2.0], 2.0)
    clock.run(3.0)
    assert (done, clock.now) == ([1.0, 2.0, 2.5], 3.0)


def test_a_time_that_has_passed_is_now():
    clock, done = Clock(), []
    clock.at(5.0, lambda: clock.at(1.0, lambda: done.append(clock.now)))
    clock.run(9.0)
    assert done == [5.0]


def test_arguments_are_passed_on():
    clock, done = Clock(), []
    clock.at(1.0, lambda *arguments: done.append(arguments), "a", 2, None)
    clock.run(1.0)
    assert done == [("a", 2, None)]


def test_an_event_puts_in_the_next_one():
    clock = Clock()
    times = ticking(clock, 0.5, 4)
    clock.run(10.0)
    assert times == [0.0, 0.5, 1.0, 1.5]


@pytest.mark.parametrize("step_s", [0.0, 0.0000009])
def test_a_moment_that_does_not_end_is_an_error(step_s):
    clock = Clock()
    times = ticking(clock, step_s, 20000)
    with pytest.raises(StandsStill, match=r"^10001 events within a moment, at 0\.0"):
        clock.run(10.0)
    assert len(times) == 10000


def test_many_events_that_are_apart_are_none():
    clock = Clock()
    times = ticking(clock, 0.000002, 20000)
    clock.run(10.0)
    assert len(times) == 20000
