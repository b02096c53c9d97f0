# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of one queue keep a distance from each other, and take turns."""

from __future__ import annotations

import asyncio

import pytest
from virtual_time import play

from vrrp.agent.network.garp_pacing import NO_PAUSES, Burst, PacedQueue, Pacer, Pauses
from vrrp.config.model.configuration import GarpGroup


def frames(word, count, index=2):
    return iter([(index, f"{word}{number}".encode()) for number in range(1, count + 1)])


def burst(word, count, pause_s, index=2):
    return Burst(word, frames(word, count, index), pause_s)


class Sender:
    """It keeps what was sent, as (at, frame)."""

    def __init__(self):
        self.sent = []

    def send(self, index, frame):
        self.sent.append((round(asyncio.get_running_loop().time(), 6), frame.decode()))


def during(seconds, act):
    """Run ``act(sender)`` in a loop. Returns what was sent within so many seconds."""
    sender = Sender()

    async def scenario():
        act(sender)
        await asyncio.sleep(seconds)
        return sender.sent

    return play(scenario)


class TestPacedQueue:
    def test_the_first_frame_follows_the_caller_and_each_next_one_a_pause(self):
        def act(sender):
            queue = PacedQueue(sender.send)
            queue.add(burst("a", 3, 0.5))
            assert (sender.sent, queue.busy) == ([], True)

        assert during(10.0, act) == [(0.0, "a1"), (0.5, "a2"), (1.0, "a3")]

    def test_two_bursts_take_turns(self):
        def act(sender):
            queue = PacedQueue(sender.send)
            queue.add(burst("a", 3, 0.5))
            queue.add(burst("b", 2, 0.25))

        assert during(10.0, act) == [(0.0, "a1"), (0.5, "b1"), (0.75, "a2"), (1.25, "b2"), (1.5, "a3")]

    def test_without_a_pause_all_go_at_once(self):
        assert during(10.0, lambda sender: PacedQueue(sender.send).add(burst("a", 3, 0.0))) == [
            (0.0, "a1"),
            (0.0, "a2"),
            (0.0, "a3"),
        ]

    def test_a_dropped_burst_sends_nothing_more(self):
        async def scenario():
            sender = Sender()
            queue = PacedQueue(sender.send)
            queue.add(burst("a", 3, 1.0))
            queue.add(burst("b", 2, 1.0))
            await asyncio.sleep(1.5)
            queue.drop("a")
            await asyncio.sleep(10.0)
            return sender.sent, queue.busy

        assert play(scenario) == ([(0.0, "a1"), (1.0, "b1"), (2.0, "b2")], False)

    def test_a_later_burst_keeps_the_distance_from_the_one_before(self):
        async def scenario():
            sender = Sender()
            queue = PacedQueue(sender.send)
            queue.add(burst("a", 1, 5.0))
            await asyncio.sleep(1.0)
            queue.drop("a")
            queue.add(burst("b", 1, 5.0))
            await asyncio.sleep(10.0)
            queue.add(burst("c", 1, 5.0))
            await asyncio.sleep(10.0)
            return sender.sent

        assert play(scenario) == [(0.0, "a1"), (5.0, "b1"), (11.0, "c1")]

    def test_a_closed_queue_sends_nothing_more(self):
        async def scenario():
            sender = Sender()
            queue = PacedQueue(sender.send)
            queue.close()
            queue.add(burst("a", 3, 1.0))
            await asyncio.sleep(0.5)
            queue.close()
            busy = queue.busy
            await asyncio.sleep(10.0)
            return sender.sent, busy

        assert play(scenario) == ([(0.0, "a1")], False)


GROUP = GarpGroup(("eth0", "eth1"), 0.5, 2.0)


class TestPacer:
    @pytest.mark.parametrize(
        ("groups", "pauses", "expected"),
        [
            ((), NO_PAUSES, False),
            ((), Pauses(0.1, 0.0), True),
            ((), Pauses(0.0, 0.1), True),
            ((GROUP,), NO_PAUSES, True),
        ],
    )
    def test_a_queue_may_pause_when_the_instance_or_a_group_says_so(self, groups, pauses, expected):
        pacer = Pacer(None)
        pacer.arrange(groups)
        assert pacer.may_pause(pauses) is expected

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
        pacer = Pacer(None)
        pacer.arrange([group])
        assert pacer.pause_s(interface, version, Pauses(0.1, 0.2)) == pause_s

    def test_old_groups_do_not_count_after_a_reload(self):
        pacer = Pacer(None)
        pacer.arrange([GROUP])
        pacer.arrange([])
        assert (pacer.pause_s("eth0", 4, NO_PAUSES), pacer.may_pause(NO_PAUSES)) == (0.0, False)

    @pytest.mark.parametrize(
        ("groups", "second", "times"),
        [
            ((), ("eth0", 4), [0.0, 1.0, 2.0, 3.0]),  # the same queue
            ((), ("eth1", 4), [0.0, 0.0, 1.0, 1.0]),
            ((), ("eth0", 6), [0.0, 0.0, 1.0, 1.0]),
            ((GROUP,), ("eth1", 4), [0.0, 1.0, 2.0, 3.0]),
            ((GROUP,), ("eth1", 6), [0.0, 0.0, 1.0, 1.0]),
            ((GROUP,), ("eth2", 4), [0.0, 0.0, 1.0, 1.0]),
        ],
    )
    def test_instances_on_one_queue_wait_for_each_other(self, groups, second, times):
        def act(sender):
            pacer = Pacer(sender.send)
            pacer.arrange(groups)
            pacer.add("eth0", 4, burst("a", 2, 1.0))
            pacer.add(*second, burst("b", 2, 1.0))

        assert [at for at, _frame in during(10.0, act)] == times

    def test_a_key_is_dropped_on_every_queue(self):
        async def scenario():
            sender = Sender()
            pacer = Pacer(sender.send)
            for interface in ("eth0", "eth1"):
                pacer.add(interface, 4, burst("a", 2, 1.0))
                pacer.add(interface, 4, burst("b", 1, 1.0))
            pacer.drop("a")
            await asyncio.sleep(10.0)
            return sender.sent

        assert play(scenario) == [(0.0, "b1"), (0.0, "b1")]

    def test_a_closed_pacer_sends_nothing(self):
        async def scenario():
            sender = Sender()
            pacer = Pacer(sender.send)
            pacer.add("eth0", 4, burst("a", 5, 1.0))
            pacer.add("eth1", 4, burst("b", 5, 1.0))
            await asyncio.sleep(0.5)
            pacer.close()
            await asyncio.sleep(10.0)
            return sender.sent

        assert play(scenario) == [(0.0, "a1"), (0.0, "b1")]
