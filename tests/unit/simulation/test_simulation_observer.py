# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a watch is called for each event of a run, in order, and that a violation ends the run."""

from __future__ import annotations

import inspect

import pytest
from pair_scenarios import pair

from vrrp.simulation.observer import Observer, Violated
from vrrp.simulation.simulator import Simulator

CALLS = {
    "begin": [],
    "started": ["node", "memory"],
    "arrived": ["node", "advertisement", "sender"],
    "heard_as_master": ["node", "advertisement", "sender"],
    "performed": ["node", "cause", "before"],
    "expired": ["node", "deadline"],
    "spoke": ["node", "priority"],
    "continued": ["node"],
    "settled": ["machine_group"],
    "look": [],
    "disturbing": ["fault"],
    "disturbed": ["fault"],
    "ended": [],
}


class Diary(Observer):
    """It notes each call: its time and name, with names of nodes, verbs of faults and priorities."""

    def __init__(self, clock, lan):
        self.clock = clock
        self.calls = []

    def note(self, *words):
        self.calls.append((round(self.clock.now, 1), *words))

    def begin(self):
        self.note("begin")

    def started(self, node, memory):
        self.note("started", node.name, memory)

    def spoke(self, node, priority):
        self.note("spoke", node.name, priority)

    def continued(self, node):
        self.note("continued", node.name)

    def disturbing(self, fault):
        self.note("disturbing", fault.verb)

    def disturbed(self, fault):
        self.note("disturbed", fault.verb)

    def ended(self):
        self.note("ended")


def test_the_calls_and_their_arguments():
    found = {
        name: list(inspect.signature(call).parameters)[1:]
        for name, call in vars(Observer).items()
        if inspect.isfunction(call)
    }
    assert found == CALLS


@pytest.mark.parametrize(("name", "arguments"), CALLS.items(), ids=CALLS)
def test_by_itself_it_says_nothing(name, arguments):
    assert getattr(Observer(), name)(*arguments) is None


def test_a_violation_has_its_time_its_rule_and_its_text():
    found = Violated(1.5, "one owner", "node-a and node-b have the address")
    assert (found.at, found.rule, found.text) == (1.5, "one owner", "node-a and node-b have the address")
    assert str(found) == "one owner: node-a and node-b have the address"


def test_a_watch_is_called_at_each_event_of_a_run():
    simulator = Simulator(pair("at 1: pause node-b", "at 2: resume node-b", until=5.0), watch_class=Diary)
    assert simulator.run().violation is None
    assert simulator.watch.calls == [
        (0.0, "begin"),
        (0.0, "disturbing", "start"),
        (0.0, "started", "node-a", None),
        (0.0, "disturbed", "start"),
        (0.0, "disturbing", "start"),
        (0.0, "started", "node-b", None),
        (0.0, "disturbed", "start"),
        (1.0, "disturbing", "pause"),
        (1.0, "disturbed", "pause"),
        (2.0, "disturbing", "resume"),
        (2.0, "continued", "node-b"),
        (2.0, "disturbed", "resume"),
        (3.6, "spoke", "node-a", 100),
        (4.6, "spoke", "node-a", 100),
        (5.0, "ended"),
    ]


def test_a_violation_ends_the_run():
    class Strict(Diary):
        def spoke(self, node, priority):
            raise Violated(self.clock.now, "silence", node.name)

    simulator = Simulator(pair(until=5.0), watch_class=Strict)
    run = simulator.run()
    assert (run.violation.rule, run.violation.text, round(run.ended_at, 1)) == ("silence", "node-a", 3.6)
    assert "ended" not in [call for _at, call, *_words in simulator.watch.calls]
