# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service manager is told the states in one line, once in a turn, and that the loop is alive."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from agent_fakes import FakeScheduler
from virtual_time import play

from vrrp.agent.service_status import ServiceStatus
from vrrp.protocol.states import State


class Parts:
    """Instances in these states; ``done`` is who was told what, in order."""

    def __init__(self, *states, watchdog_s=None):
        self.done = []
        running = {
            str(number): SimpleNamespace(router=SimpleNamespace(state=state)) for number, state in enumerate(states)
        }
        manager = SimpleNamespace(
            status=self.done.append, alive=lambda: self.done.append("alive"), watchdog_s=watchdog_s
        )
        others = [lambda: self.done.append("first"), lambda: self.done.append("second")]
        self.status = ServiceStatus(manager, SimpleNamespace(running=running), FakeScheduler(), others)


def played(parts, act, seconds=0.0):
    async def scenario():
        act(parts.status)
        await asyncio.sleep(seconds)
        return parts.done

    return play(scenario)


def test_the_states_are_counted_in_one_line():
    parts = Parts(State.BACKUP, State.MASTER, State.BACKUP)
    assert played(parts, lambda status: status.show()) == ["2 BACKUP, 1 MASTER"]
    assert played(Parts(), lambda status: status.show()) == ["no instances"]


def test_however_many_states_change_in_one_turn_it_is_told_once():
    def act(status):
        status.changed()
        status.changed()

    assert played(Parts(State.MASTER), act, 1.0) == ["first", "second", "1 MASTER"]


def test_a_change_in_a_later_turn_is_told_again():
    async def scenario():
        parts = Parts(State.FAULT)
        for _turn in range(2):
            parts.status.changed()
            await asyncio.sleep(1.0)
        return parts.done

    assert play(scenario) == ["first", "second", "1 FAULT"] * 2


def test_the_watchdog_is_fed_as_often_as_it_asks_for():
    assert played(Parts(watchdog_s=1.0), lambda status: status.feed_watchdog(), 2.5) == ["alive"] * 3


def test_without_a_watchdog_nothing_is_fed():
    assert played(Parts(), lambda status: status.feed_watchdog(), 2.5) == []
