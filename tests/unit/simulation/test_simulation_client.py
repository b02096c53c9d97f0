# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test to which machine the packets of a client go."""

from __future__ import annotations

from pair_scenarios import losses, run_pair

from vrrp.simulation.client import SimulatedClient
from vrrp.simulation.clock import Clock
from vrrp.simulation.lan import Lan
from vrrp.simulation.timeline import Timeline


class Machine:
    def __init__(self, name, answers):
        self.name, self.answers = name, answers


def segment(**answers):
    clock = Clock()
    lan = Lan(clock, answers, 1, (0.0, 0.0))
    lan.nodes = {name: Machine(name, value) for name, value in answers.items()}
    lan.client = SimulatedClient(clock, lan, Timeline())
    return clock, lan, lan.client


def test_the_last_announcement_wins_even_when_its_sender_does_not_answer():
    _clock, lan, client = segment(a=True, b=False)
    client.look()
    assert client.answered_by == "a"
    client.told(lan.nodes["b"])
    assert (client.entry, client.answered_by) == ("b", None)


def test_the_client_asks_the_segment_again_after_eight_seconds_of_silence():
    clock, lan, client = segment(a=True, b=True)
    client.look()
    clock.run(5.0)
    lan.nodes["a"].answers = False
    client.look()
    clock.run(12.9)
    assert client.answered_by is None and client.waits
    clock.run(13.1)
    assert client.answered_by == "b"
    assert client.losses(0.0, 20.0) == [(5.0, 13.0)]


def test_a_dead_service_is_a_loss_while_its_node_answers():
    run = run_pair("at 20: kill node-a")
    ((begin, end),) = run.client.losses(10.0, 60.0)
    assert run.client.losses(10.0, 60.0, [("node-a", 18.0, 30.0)]) == [(18.0, end)], "one loss: dead, then no node"
    assert run.client.losses(10.0, 60.0, [("node-a", 18.0, 19.0)]) == [(18.0, 19.0), (begin, end)]
    assert run.client.losses(10.0, 60.0, [("node-b", 0.0, 12.0)]) == [(begin, end)], "it was not asked then"
    assert run.client.losses(10.0, 60.0, [("node-b", 0.0, float("inf"))]) == [(begin, 60.0)]


def test_the_first_search_is_no_loss():
    run = run_pair(until=30.0)
    assert run.client.losses(0.0, 30.0) == []


def test_a_node_on_the_other_side_of_a_split_does_not_answer():
    run = run_pair("at 20: split node-a node-b | client", "at 30: heal")
    assert losses(run) == [(20.0, 30.0)]
