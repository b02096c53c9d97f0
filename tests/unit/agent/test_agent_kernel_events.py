# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners are told of the kernel's changes in a fixed order, and the kernel is asked again where needed."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from agent_fakes import FakeScheduler
from virtual_time import play

from vrrp.agent.kernel_events import RESYNC_S, KernelEvents


class Parts:
    """Two listeners; ``told`` says who was told what, in order. ``stale`` is what the kernel is after each reading."""

    def __init__(self, *changes, stale=()):
        self.told, self.stale, self.ended = [], list(stale), False
        self.unread = list(changes)
        self.kernel = SimpleNamespace(read_events=self.read, stale=False)
        listeners = [self.listener(name) for name in ("first", "second")]
        self.changes = KernelEvents(self.kernel, listeners, FakeScheduler(), lambda: self.ended)

    def listener(self, name):
        return SimpleNamespace(kernel_changed=lambda changes, now: self.told.append((name, changes, now)))

    def read(self):
        self.told.append("read")
        self.kernel.stale = self.stale.pop(0) if self.stale else False
        changes, self.unread = self.unread, []
        return changes


def told(parts, seconds=0.0, act=lambda parts: parts.changes.dispatch()):
    async def scenario():
        act(parts)
        await asyncio.sleep(seconds)
        return parts.told

    return play(scenario)


def test_everybody_is_told_of_all_changes_in_a_fixed_order():
    assert told(Parts("one", "two")) == ["read", ("first", ["one", "two"], 100.0), ("second", ["one", "two"], 100.0)]


def test_everybody_is_told_that_there_was_nothing():
    assert told(Parts()) == ["read", ("first", [], 100.0), ("second", [], 100.0)]


def test_once_everything_is_given_up_nothing_is_read():
    def act(parts):
        parts.ended = True
        parts.changes.dispatch()

    assert told(Parts("one"), act=act) == []


class TestResynchronization:
    def test_a_stale_listing_is_read_again_each_second_until_it_is_complete(self):
        assert RESYNC_S == 1.0
        readings = [told(Parts(stale=[True, True]), seconds).count("read") for seconds in (0.9, 1.1, 2.1, 9.0)]
        assert readings == [1, 2, 3, 3]

    def test_events_meanwhile_ask_no_second_time(self):
        def act(parts):
            parts.changes.dispatch()
            parts.changes.dispatch()

        assert told(Parts(stale=[True, True, False]), 9.0, act).count("read") == 3

    def test_once_everything_is_given_up_it_is_not_asked_again(self):
        def act(parts):
            parts.changes.dispatch()
            parts.ended = True

        assert told(Parts(stale=[True]), 9.0, act).count("read") == 1
