# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a segment delivers what one machine sends to the others, with a delay, or loses it."""

from __future__ import annotations

import pytest

from vrrp.simulation.clock import Clock
from vrrp.simulation.lan import Lan


class Machine:
    """It is a machine on the segment. ``heard`` is (at, priority, sender) of what has arrived."""

    def __init__(self, name, clock):
        self.name, self.clock = name, clock
        self.heard = []

    def receive(self, said, sender):
        self.heard.append((self.clock.now, said.priority, sender.name))


class Said:
    def __init__(self, priority):
        self.priority = priority


class Client:
    def __init__(self, clock):
        self.clock = clock
        self.heard = []

    def told(self, sender):
        self.heard.append((self.clock.now, sender.name))


def segment(delay_s=(0.5, 0.5), seed=1, names=("a", "b", "c")):
    clock = Clock()
    lan = Lan(clock, names, seed, delay_s)
    lan.nodes = {name: Machine(name, clock) for name in names}
    lan.client = Client(clock)
    return clock, lan


class TestPartitions:
    def test_at_first_everybody_talks_to_everybody(self):
        _clock, lan = segment()
        assert lan.talk("a", "b") and lan.talk("c", "client")
        assert lan.sides() == [["a", "b", "c"]]

    def test_a_node_in_no_group_is_with_the_client(self):
        _clock, lan = segment()
        lan.split([["a", "c"]])
        assert lan.sides() == [["a", "c"], ["b"]]
        assert [lan.talk(name, "client") for name in "abc"] == [False, True, False]

    def test_the_client_is_in_a_group_as_a_node_is(self):
        _clock, lan = segment()
        lan.split([["a"], ["b", "client"]])
        assert lan.sides() == [["a"], ["b"], ["c"]]
        assert [lan.talk(name, "client") for name in "abc"] == [False, True, False]

    def test_two_that_are_cut_off_do_not_hear_each_other_either(self):
        _clock, lan = segment()
        lan.cut("a")
        lan.cut("b")
        assert lan.sides() == [["a"], ["b"], ["c"]]
        lan.join("b")
        assert lan.sides() == [["a"], ["b", "c"]]

    def test_joined_it_is_on_the_side_of_the_client(self):
        _clock, lan = segment()
        lan.split([["a"], ["b", "client"]])
        lan.join("c")
        assert lan.sides() == [["a"], ["b", "c"]]

    def test_healed_it_is_one_segment(self):
        _clock, lan = segment()
        lan.split([["a"], ["b", "client"]])
        lan.cut("c")
        lan.heal()
        assert lan.sides() == [["a", "b", "c"]]
        assert lan.talk("a", "client")


class TestPackets:
    def test_an_advertisement_reaches_everybody_else_after_the_delay(self):
        clock, lan = segment()
        clock.run(2.0)
        lan.send(lan.nodes["a"], Said(90))
        clock.run(2.4)
        assert lan.nodes["b"].heard == []
        clock.run(3.0)
        assert [lan.nodes[name].heard for name in "abc"] == [[], [(2.5, 90, "a")], [(2.5, 90, "a")]]

    def test_two_packets_never_overtake_each_other(self):
        clock, lan = segment((1.0, 1.0))
        lan.send(lan.nodes["a"], Said(1))
        lan.set_delay(0.25, 0.25)
        lan.send(lan.nodes["a"], Said(2))
        lan.send(lan.nodes["c"], Said(3))  # another sender's may
        clock.run(3.0)
        assert lan.nodes["b"].heard == [(0.25, 3, "c"), (1.0, 1, "a"), (1.0, 2, "a")]

    def test_the_longest_delay_is_remembered_for_what_is_on_its_way(self):
        _clock, lan = segment((0.1, 0.4))
        lan.set_delay(0.05, 0.1)
        assert (lan.delay_s, lan.longest_delay_s) == ((0.05, 0.1), 0.4)
        lan.set_delay(0.2, 0.8)
        assert (lan.delay_s, lan.longest_delay_s) == ((0.2, 0.8), 0.8)

    @pytest.mark.parametrize("when", ["before", "on its way"])
    def test_a_partition_keeps_it_away(self, when):
        clock, lan = segment()
        if when == "before":
            lan.cut("b")
        lan.send(lan.nodes["a"], Said(90))
        lan.cut("b")
        clock.run(2.0)
        assert (lan.nodes["b"].heard, lan.nodes["c"].heard) == ([], [(0.5, 90, "a")])

    def test_with_a_loss_of_one_everything_is_lost_and_told(self):
        clock, lan = segment()
        told = []
        lan.on_lost = lambda sender, receiver, said: told.append((sender.name, receiver.name, said.priority))
        lan.loss = 1.0
        clock.run(2.0)
        lan.send(lan.nodes["a"], Said(90))
        clock.run(5.0)
        assert (told, lan.lost_at) == ([("a", "b", 90), ("a", "c", 90)], 2.0)
        assert lan.nodes["b"].heard == []

    def test_the_same_seed_gives_the_same_delays_within_the_limits(self):
        runs = []
        for seed in (1, 1, 2):
            clock, lan = segment((0.1, 0.3), seed)
            for priority in range(20):
                clock.at(float(priority), lan.send, lan.nodes["a"], Said(priority))
            clock.run(30.0)
            runs.append([at - priority for at, priority, _sender in lan.nodes["b"].heard])
        assert runs[0] == runs[1] != runs[2]
        assert len(set(runs[0])) == 20
        assert 0.1 <= min(runs[0]) < 0.15 and 0.25 < max(runs[0]) <= 0.3

    def test_a_loss_does_not_change_the_delays_of_what_arrives_without_it(self):
        def delays(loss):
            clock, lan = segment((0.1, 0.3), names=("a", "b"))
            lan.loss = loss
            lan.send(lan.nodes["a"], Said(1))
            clock.run(5.0)
            return lan.nodes["b"].heard

        assert delays(0.0) == delays(0.0000001) != []


class TestJudge:
    def test_a_refused_packet_is_dropped_and_the_refusal_is_reported_once(self):
        clock, lan = segment()
        told, asked = [], []

        def judge(receiver, sender, priority):
            asked.append((receiver, sender, priority))
            return "wrong password" if receiver == "b" else None

        lan.judge = judge
        lan.on_refused = lambda sender, receiver, why: told.append((sender.name, receiver.name, why))
        for priority in (90, 91):
            lan.send(lan.nodes["a"], Said(priority))
        clock.run(2.0)
        assert asked == [("b", "a", 90), ("c", "a", 90), ("b", "a", 91), ("c", "a", 91)]
        assert told == [("a", "b", "wrong password")]
        assert (lan.nodes["b"].heard, lan.nodes["c"].heard) == ([], [(0.5, 90, "a"), (0.5, 91, "a")])

    def test_another_reason_is_told_again(self):
        clock, lan = segment()
        told = []
        lan.judge = lambda receiver, sender, priority: f"priority {priority}"
        lan.on_refused = lambda sender, receiver, why: told.append((receiver.name, why))
        for priority in (90, 91, 90):
            lan.send(lan.nodes["a"], Said(priority))
        clock.run(2.0)
        assert told == [("b", "priority 90"), ("c", "priority 90"), ("b", "priority 91"), ("c", "priority 91")]


class TestAnnouncement:
    def test_the_client_hears_it_after_the_delay(self):
        clock, lan = segment()
        lan.announce(lan.nodes["a"], 5)
        clock.run(2.0)
        assert lan.client.heard == [(0.5, "a")]

    @pytest.mark.parametrize("when", ["before", "on its way"])
    def test_a_client_on_the_other_side_hears_nothing(self, when):
        clock, lan = segment()
        if when == "before":
            lan.cut("a")
        lan.announce(lan.nodes["a"], 5)
        lan.cut("a")
        clock.run(2.0)
        assert lan.client.heard == []

    def test_an_announcement_is_late_within_the_limits(self):
        clock, lan = segment((0.1, 0.3))
        for _each in range(20):
            lan.announce(lan.nodes["a"], 1)
        clock.run(2.0)
        times = [at for at, _name in lan.client.heard]
        assert len(set(times)) == 20
        assert 0.1 <= min(times) < 0.15 and 0.25 < max(times) <= 0.3

    def test_every_frame_is_lost_or_one_is_enough(self):
        clock, lan = segment(seed=1)
        lan.loss = 1.0
        clock.run(1.0)
        lan.announce(lan.nodes["a"], 5)
        assert lan.lost_at == 1.0
        lan.loss = 0.5
        for _each in range(20):
            lan.announce(lan.nodes["a"], 100)
        clock.run(3.0)
        assert lan.client.heard == [(1.5, "a")] * 20
