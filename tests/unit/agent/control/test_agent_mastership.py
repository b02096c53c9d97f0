# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check which instances may be moved and why others may not, and that a whole node gives up everything."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from agent_fakes import VIP, Bench, instance

from vrrp.agent.control.mastership import Mastership
from vrrp.agent.errors import CommandError
from vrrp.agent.instances import Instances
from vrrp.agent.log import Log
from vrrp.agent.sync_groups import INPUTS


class Parts:
    """Instances without a sync group. ``remembered`` counts how often a successor must know something else."""

    def __init__(self, *benches, stopping=False, owned=()):
        self.text, self.remembered = io.StringIO(), 0
        self.stopping = stopping
        instances = Instances()
        for bench in benches:
            instances.add(bench.instance)
        mate = SimpleNamespace(addresses=SimpleNamespace(owned=owned))
        groups = SimpleNamespace(
            mates=lambda one: (one, mate), command=lambda verb, one, now: INPUTS[verb](one.inputs, now)
        )
        self.mastership = Mastership(instances, groups, lambda: self.stopping, self.remember, Log(self.text))

    def remember(self):
        self.remembered += 1

    def lines(self):
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]

    def refused(self, act):
        with pytest.raises(CommandError) as caught:
            act(self.mastership)
        assert self.remembered == 0
        return str(caught.value)


def test_one_is_promoted_and_a_successor_must_know():
    bench = Bench(instance()).start()
    parts = Parts(bench)
    assert parts.mastership.move("promote", "VI_1", 1.0) is bench.instance
    assert (bench.state, parts.remembered, parts.lines()) == ("MASTER", 1, ["(VI_1) promote was asked for"])


def test_a_name_of_no_instance_is_answered_with_those_there_are():
    text = "there is no instance VI_9; there are: VI_1, VI_2"
    parts = Parts(Bench(instance()), Bench(instance("VI_2")), stopping=True)
    assert parts.refused(lambda mastership: mastership.move("promote", "VI_9", 1.0)) == text
    assert parts.refused(lambda mastership: mastership.find("VI_9")) == text
    assert Parts().refused(lambda mastership: mastership.find(None)) == "there is no instance None; there are: none"


def test_at_the_end_nothing_is_moved():
    parts = Parts(Bench(instance()).start(), stopping=True)
    for act in (lambda it: it.move("promote", "VI_1", 1.0), lambda it: it.drain(True, 1.0)):
        assert parts.refused(act) == "the agent is stopping"


def test_the_addresses_of_the_host_cannot_leave_it():
    parts = Parts(Bench(instance()).master(), owned=(VIP,))
    text = "cannot demote VI_1: this host owns 192.168.8.100, which cannot leave it, so both nodes would answer for it"
    assert parts.refused(lambda mastership: mastership.move("demote", "VI_1", 11.0)) == text


def test_why_an_instance_cannot_is_in_the_answer():
    parts = Parts(Bench(instance(interface="eth9")).start())
    text = parts.refused(lambda mastership: mastership.move("promote", "VI_1", 1.0))
    assert text.startswith("cannot promote VI_1: ")


class TestDrain:
    def test_everybody_gives_up_and_takes_part_again(self):
        one, two = Bench(instance()).master(), Bench(instance("VI_2"))  # the latter has not begun
        parts = Parts(one, two)
        parts.mastership.drain(True, 10.1)
        assert (parts.mastership.drained, one.instance.router.yielding, two.state) == (True, True, "INIT")
        parts.mastership.drain(False, 10.2)
        assert (parts.mastership.drained, parts.remembered) == (False, 2)
        assert "Draining: this node gives up everything and takes nothing" in parts.lines()
        assert parts.lines()[-1] == "Drained no more"

    def test_an_owner_cannot_be_drained(self):
        owner = Bench(instance(priority=255)).start()
        owner.instance.addresses = SimpleNamespace(owned=(VIP,))
        parts = Parts(owner)
        text = "cannot drain this node: it owns the addresses of VI_1"
        assert parts.refused(lambda mastership: mastership.drain(True, 1.0)) == text
        assert not parts.mastership.drained
