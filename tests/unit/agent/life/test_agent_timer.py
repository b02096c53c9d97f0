# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one timer, with a loop that only remembers."""

from __future__ import annotations

import math

import pytest

from vrrp.agent.life.timer import Alarm


class Handle:
    def __init__(self, loop, at):
        self.loop, self.at = loop, at

    def cancel(self):
        self.loop.armed.remove(self.at)


class FakeLoop:
    def __init__(self):
        self.armed = []

    def call_at(self, at, callback):
        self.armed.append(at)
        return Handle(self, at)


@pytest.fixture
def loop():
    return FakeLoop()


@pytest.fixture
def alarm(loop):
    return Alarm(loop, lambda: None)


def test_it_rings_at_the_earliest_time(loop, alarm):
    for at in (10.0, 12.0, 9.0, 11.0):
        alarm.arm(at)
    assert loop.armed == [9.0]


def test_never_is_no_time(loop, alarm):
    alarm.arm(math.inf)
    assert loop.armed == []


def test_muted_it_does_not_listen(loop, alarm):
    alarm.arm(9.0)
    alarm.mute()
    alarm.arm(1.0)
    assert loop.armed == []
    alarm.unmute(5.0)
    assert loop.armed == [5.0]


def test_cancelled_it_may_be_armed_later_than_before(loop, alarm):
    alarm.arm(1.0)
    alarm.cancel()
    alarm.arm(5.0)
    assert loop.armed == [5.0]
