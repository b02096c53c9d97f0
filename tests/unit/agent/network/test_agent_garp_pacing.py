# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of one lane keep a distance from each other, and take turns."""

from __future__ import annotations

import asyncio

import pytest
from virtual_time import play

from vrrp.agent.network.garp_pacing import NO_PAUSES, Burst, PacedQueue, Pacer, Pauses
from vrrp.config.model.configuration import GarpGroup


def frames(word, count, index=2):
    return iter([(index, f"{word}{number}".encode()) for number in range(1, count + 1)])


def course(word, count, pause_s, index=2):
    return Burst(word, frames(word, count, index), pause_s)


class Outlet:
    """It keeps what was sent, as (at, frame)."""

    def __init__(self):
        self.sent = []

    def send(self, index, frame):
        self.sent.append((round(asyncio.get_running_loop().time(), 6), frame.decode()))


def during(seconds, act):
    """Run ``act(outlet)`` in a loop. Returns what was sent within so many seconds."""
    outlet = Outlet()

    async def scenario():
        act(outlet)
        await asyncio.sleep(seconds)
        return outlet.sent

    return play(scenario)


class TestLane:
    def test_the_first_frame_follows_the_caller_and_each_next_one_a_pause(self):
        def act(outlet):
            lane = PacedQueue(outlet.send)
            lane.add(course("a", 3, 0.5))
            assert (outlet.sent, lane.busy) == ([], True)

        assert during(10.0, act) == [(0.0, "a1"), (0.5, "a2"), (1.0, "a3")]

    def test_two_bursts_take_turns(self):
        def act(outlet):
            lane = PacedQueue(outlet.send)
            lane.add(course("a", 3, 0.5))
            lane.add(course("b", 2, 0.25))

        assert during(10.0, act) == [(0.0, "a1"), (0.5, "b1"), (0.75, "a2"), (1.25, "b2"), (1.5, "a3")]

    def test_without_a_pause_all_go_at_once(self):
        assert during(10.0, lambda outlet: PacedQueue(outlet.send).add(course("a", 3, 0.0))) == [
            (0.0, "a1"),
            (0.0, "a2"),
            (0.0, "a3"),
        ]

    def test_a_dropped_burst_sends_nothing_more(self):
        async def scenario():
            outlet = Outlet()
            lane = PacedQueue(outlet.send)
            lane.add(course("a", 3, 1.0))
            lane.add(course("b", 2, 1.0))
            await asyncio.sleep(1.5)
            lane.drop("a")
            await asyncio.sleep(10.0)
            return outlet.sent, lane.busy

        assert play(scenario) == ([(0.0, "a1"), (1.0, "b1"), (2.0, "b2")], False)

    def test_a_later_burst_keeps_the_distance_from_the_one_before(self):
        async def scenario():
            outlet = Outlet()
            lane = PacedQueue(outlet.send)
            lane.add(course("a", 1, 5.0))
            await asyncio.sleep(1.0)
            lane.drop("a")
            lane.add(course("b", 1, 5.0))
            await asyncio.sleep(10.0)
            lane.add(course("c", 1, 5.0))
            await asyncio.sleep(10.0)
            return outlet.sent

        assert play(scenario) == [(0.0, "a1"), (5.0, "b1"), (11.0, "c1")]

    def test_a_closed_lane_sends_nothing_more(self):
        async def scenario():
            outlet = Outlet()
            lane = PacedQueue(outlet.send)
            lane.close()
            lane.add(course("a", 3, 1.0))
            await asyncio.sleep(0.5)
            lane.close()
            busy = lane.busy
            await asyncio.sleep(10.0)
            return outlet.sent, busy

        assert play(scenario) == ([(0.0, "a1")], False)


GROUP = GarpGroup(("eth0", "eth1"), 0.5, 2.0)


class TestLanes:
    @pytest.mark.parametrize(
        ("groups", "pauses", "expected"),
        [
            ((), NO_PAUSES, False),
            ((), Pauses(0.1, 0.0), True),
            ((), Pauses(0.0, 0.1), True),
            ((GROUP,), NO_PAUSES, True),
        ],
    )
    def test_a_lane_may_pause_when_the_instance_or_a_group_says_so(self, groups, pauses, expected):
        lanes = Pacer(None)
        lanes.arrange(groups)
        assert lanes.may_pause(pauses) is expected

    @pytest.mark.parametrize(
        ("interface", "version", "group", "pause_s"),
        [
            ("eth0", 4, GROUP, 0.5),
            ("eth0", 6, GROUP, 2.0),
            ("eth1", 6, GROUP, 2.0),
            ("eth2", 4, GROUP, 0.1),
            ("eth2", 6, GROUP, 0.2),
            ("eth0", 4, GarpGroup(("eth0",), None, 2.0), 0.1),
            ("eth0", 6, GarpGroup(("eth0",), 0.5, None), 0.2),
            ("eth0", 4, GarpGroup(("eth0",), 0.0, 2.0), 0.0),
        ],
    )
    def test_the_pause_is_the_groups_or_else_the_instances(self, interface, version, group, pause_s):
        lanes = Pacer(None)
        lanes.arrange([group])
        assert lanes.pause_s(interface, version, Pauses(0.1, 0.2)) == pause_s

    def test_old_groups_do_not_count_after_a_reload(self):
        lanes = Pacer(None)
        lanes.arrange([GROUP])
        lanes.arrange([])
        assert (lanes.pause_s("eth0", 4, NO_PAUSES), lanes.may_pause(NO_PAUSES)) == (0.0, False)

    @pytest.mark.parametrize(
        ("groups", "second", "times"),
        [
            ((), ("eth0", 4), [0.0, 1.0, 2.0, 3.0]),  # the same lane
            ((), ("eth1", 4), [0.0, 0.0, 1.0, 1.0]),
            ((), ("eth0", 6), [0.0, 0.0, 1.0, 1.0]),
            ((GROUP,), ("eth1", 4), [0.0, 1.0, 2.0, 3.0]),
            ((GROUP,), ("eth1", 6), [0.0, 0.0, 1.0, 1.0]),
            ((GROUP,), ("eth2", 4), [0.0, 0.0, 1.0, 1.0]),
        ],
    )
    def test_instances_on_one_lane_wait_for_each_other(self, groups, second, times):
        def act(outlet):
            lanes = Pacer(outlet.send)
            lanes.arrange(groups)
            lanes.add("eth0", 4, course("a", 2, 1.0))
            lanes.add(*second, course("b", 2, 1.0))

        assert [at for at, _frame in during(10.0, act)] == times

    def test_a_key_is_dropped_on_every_lane(self):
        async def scenario():
            outlet = Outlet()
            lanes = Pacer(outlet.send)
            for interface in ("eth0", "eth1"):
                lanes.add(interface, 4, course("a", 2, 1.0))
                lanes.add(interface, 4, course("b", 1, 1.0))
            lanes.drop("a")
            await asyncio.sleep(10.0)
            return outlet.sent

        assert play(scenario) == [(0.0, "b1"), (0.0, "b1")]

    def test_closed_lanes_send_nothing(self):
        async def scenario():
            outlet = Outlet()
            lanes = Pacer(outlet.send)
            lanes.add("eth0", 4, course("a", 5, 1.0))
            lanes.add("eth1", 4, course("b", 5, 1.0))
            await asyncio.sleep(0.5)
            lanes.close()
            await asyncio.sleep(10.0)
            return outlet.sent

        assert play(scenario) == [(0.0, "a1"), (0.0, "b1")]
