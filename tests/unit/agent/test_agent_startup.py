# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance begins when nothing holds it back: the delay, its checks, and those of its sync group."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from agent_fakes import Bench, crashed, instance, marked
from virtual_time import play

from vrrp.agent.startup import Startup
from vrrp.protocol.priority import CheckResult
from vrrp.protocol.states import SavedRouterState, State

VIP = "192.168.8.100/24"
SILENT = CheckResult("chk", "script", None, 0)


class Parts:
    """VI_1, VI_2 and so on, which are ``grouped`` or not. ``woken`` are the times of the next looks."""

    def __init__(self, delay_s=0.0, count=2, grouped=False, filled=None):
        self.benches = [
            Bench(instance(f"VI_{number}", virtual_router_id=number), filled and filled())
            for number in range(1, count + 1)
        ]
        for bench in self.benches:
            bench.done.clear()
        self.woken = []
        self.each = [bench.instance for bench in self.benches]
        running = SimpleNamespace(running={each.name: each for each in self.each})
        self.startup = Startup(running, lambda one: self.each if grouped else [one], delay_s, self.call_later)

    def call_later(self, seconds):
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, lambda: self.woken.append(loop.time()))

    def due(self, now):
        return [each.name for each in self.startup.due(now)]


def remembering(parts, last_at, state=State.MASTER):
    parts.each[0].restart.saved = SavedRouterState(state, last_at, 100)
    return parts


def playing(act, seconds=0.0):
    """Return the result of ``act`` in a loop that runs on for so many seconds."""

    async def scenario():
        found = act()
        await asyncio.sleep(seconds)
        return found

    return play(scenario)


class TestWithoutDelay:
    def test_everybody_begins_at_once_and_once(self):
        parts = Parts()
        assert parts.due(100.0) == ["VI_1", "VI_2"]
        parts.each[0].start(100.0)
        assert parts.due(100.0) == ["VI_2"]

    def test_one_waits_for_its_own_check_only(self):
        parts = Parts()
        parts.each[0].tracking.checks = (SILENT,)
        assert parts.due(100.0) == ["VI_2"]

    def test_in_a_sync_group_all_wait_for_one_check(self):
        parts = Parts(grouped=True)
        parts.each[0].tracking.checks = (SILENT,)
        assert parts.due(100.0) == []
        parts.each[0].tracking.checks = (CheckResult("chk", "script", False, 0),)
        assert parts.due(100.0) == ["VI_1", "VI_2"]

    def test_a_member_that_has_begun_holds_nobody_back(self):
        parts = Parts(grouped=True)
        parts.each[0].start(100.0)
        parts.each[0].tracking.checks = (SILENT,)
        assert parts.due(100.0) == ["VI_2"]


class TestDelay:
    def test_the_delay_counts_from_the_first_question(self):
        parts = Parts(delay_s=5.0)
        assert parts.startup.remaining_s(50.0) == 5.0
        assert playing(lambda: [parts.due(now) for now in (100.0, 104.9, 105.0)]) == [[], [], ["VI_1", "VI_2"]]
        assert [parts.startup.remaining_s(now) for now in (100.0, 103.0, 105.0, 200.0)] == [5.0, 2.0, 0.0, 0.0]

    def test_somebody_looks_again_when_it_is_over_and_only_then(self):
        parts = Parts(delay_s=5.0)
        playing(lambda: [parts.due(now) for now in (100.0, 101.0)], 60.0)
        assert parts.woken == [5.0]

    def test_without_instances_nobody_looks_again(self):
        parts = Parts(delay_s=5.0, count=0)
        assert playing(lambda: parts.due(100.0), 60.0) == []
        assert parts.woken == []

    @pytest.mark.parametrize(
        ("grouped", "last_at", "state", "expected"),
        [
            (False, 99.0, State.MASTER, ["VI_1"]),
            (True, 99.0, State.MASTER, ["VI_1", "VI_2"]),
            (False, 99.0, State.BACKUP, []),
            (False, 96.9, State.MASTER, []),  # a mandate is 3 s and 2/256 s
        ],
    )
    def test_an_instance_that_goes_on_as_master_does_not_wait(self, grouped, last_at, state, expected):
        parts = remembering(Parts(delay_s=5.0, grouped=grouped), last_at, state)
        assert playing(lambda: parts.due(100.0)) == expected


def left_behind():
    return crashed(VIP)


class TestWhatWasLeftBehind:
    """VI_1 was MASTER at 99.0, and a check keeps it waiting."""

    def parts(self, state=State.MASTER):
        parts = remembering(Parts(count=1, filled=left_behind), 99.0, state)
        parts.benches[0].kernel.table.remember(marked(VIP))  # the bench has taken it off
        parts.benches[0].done.clear()
        parts.each[0].tracking.checks = (SILENT,)
        return parts

    def test_an_address_left_behind_stays_until_the_mandate_ends(self):
        parts = self.parts()
        assert playing(lambda: parts.due(102.0)) == []
        assert parts.benches[0].done == []
        assert playing(lambda: parts.due(102.0078125)) == []
        assert parts.benches[0].done == [("release", VIP)]

    def test_somebody_looks_again_at_that_moment_and_only_then(self):
        parts = self.parts()
        playing(lambda: [parts.due(now) for now in (100.0, 101.0)], 60.0)
        assert parts.woken == [pytest.approx(2.0078125)]

    def test_a_backup_has_left_nothing(self):
        parts = self.parts(State.BACKUP)
        playing(lambda: parts.due(200.0), 60.0)
        assert (parts.benches[0].done, parts.woken) == ([], [])
