# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the sync group of one machine: its nodes on two segments are MASTER together."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from vrrp.protocol.states import Parameters
from vrrp.simulation.client import SimulatedClient
from vrrp.simulation.clock import Clock
from vrrp.simulation.lan import Lan
from vrrp.simulation.node import Node
from vrrp.simulation.observer import Observer
from vrrp.simulation.sync_groups import GROUP, MachineGroup
from vrrp.simulation.timeline import NOTE, Timeline

DOWN_S = 3.609375  # of priority 100: 3 * 1 s and 156/256 s


class Settled(Observer):
    def __init__(self):
        self.count = 0

    def settled(self, machine_group):
        self.count += 1


class Machine:
    """It is two nodes of one machine, each alone on its segment."""

    def __init__(self, priorities=(100, 100)):
        self.clock, self.timeline, self.watch = Clock(), Timeline(), Settled()
        self.nodes = [self.node(f"lan{number}", priority) for number, priority in enumerate(priorities, 1)]
        self.machine_group = MachineGroup(self.nodes)

    def node(self, label, priority):
        lan = Lan(self.clock, ["a"], 1, (0.0, 0.0))
        lan.client = SimulatedClient(self.clock, lan, self.timeline)
        own = Parameters(2, 51, priority, 100, ip_address("192.0.2.4"))
        made = Node("a", own, self.clock, lan, self.timeline, self.watch, label=label)
        lan.nodes = {"a": made}
        return made

    def started(self, until=0.0):
        with self.machine_group.batch():
            for node in self.nodes:
                node.start()
        self.clock.run(until)
        return self

    def states(self):
        return [node.router.state.value for node in self.nodes]


def test_a_node_knows_its_team_and_is_a_member_once_it_has_started():
    machine = Machine()
    assert [node.machine_group for node in machine.nodes] == [machine.machine_group, machine.machine_group]
    assert list(machine.machine_group.nodes) == ["lan1", "lan2"]
    assert [node.router.group for node in machine.nodes] == [None, None]
    machine.started()
    assert [node.router.group for node in machine.nodes] == ["G", "G"]


def test_the_one_that_is_ready_first_waits_for_the_other():
    machine = Machine((200, 100)).started(3.5)
    assert (machine.states(), machine.nodes[0].router.ready) == (["BACKUP", "BACKUP"], True)
    machine.clock.run(DOWN_S)
    assert machine.states() == ["MASTER", "MASTER"]


def test_a_fault_of_one_takes_the_other_with_it():
    machine = Machine().started(10.0)
    machine.nodes[1].broken("interface eth1 is down")
    assert machine.states() == ["MASTER", "FAULT"]
    assert machine.nodes[0].router.yielding
    machine.clock.run(20.0)
    assert machine.states() == ["FAULT", "FAULT"]
    assert machine.nodes[0].router.reason == "sync group G: lan2 is in FAULT (interface eth1 is down)"


def test_the_group_is_checked_once_after_a_batch_of_changes():
    machine = Machine().started(10.0)
    machine.watch.count = 0
    with machine.machine_group.batch():
        with machine.machine_group.batch():
            machine.nodes[0].broken("a")
        assert machine.watch.count == 0
        machine.nodes[1].broken("b")
        assert machine.states() == ["FAULT", "FAULT"]  # both released at once, without a look in between
    assert machine.watch.count == 1


def test_an_exception_inside_does_not_keep_the_team_from_looking():
    machine = Machine().started(10.0)
    machine.watch.count = 0
    with pytest.raises(ZeroDivisionError), machine.machine_group.batch():
        raise ZeroDivisionError
    machine.nodes[1].broken("b")
    assert machine.watch.count > 0
    assert machine.nodes[0].router.yielding


def test_a_group_with_a_process_that_has_ended_is_left_alone():
    machine = Machine().started(2.0)
    machine.nodes[1].crash()
    machine.watch.count = 0
    machine.clock.run(10.0)
    assert (machine.watch.count, machine.states()[0], machine.nodes[0].router.ready) == (0, "BACKUP", True)


class TestEnrol:
    def test_the_first_process_begins_the_group_anew_and_the_second_does_not(self):
        machine = Machine()
        groups = [machine.machine_group.group]
        for node in machine.nodes:
            node.start()
            groups.append(machine.machine_group.group)
        assert groups[0] is not groups[1] and groups[1] is groups[2]
        assert groups[2].name == GROUP == "G"

    def test_the_class_of_the_group_is_the_one_that_was_given(self):
        names = []
        machine_group = MachineGroup(Machine().nodes, lambda name: names.append(name) or "group")
        machine_group.enrol(next(iter(machine_group.nodes.values())), 0.0)
        assert (machine_group.group, names) == ("group", ["G", "G"])


class TestCommand:
    def test_a_command_is_for_every_member(self):
        machine = Machine().started(1.0)
        machine.machine_group.command("promote")
        assert machine.states() == ["MASTER", "MASTER"]
        assert [node.router.hold for node in machine.nodes] == ["master", "master"]
        machine.machine_group.command("release")
        assert [node.router.hold for node in machine.nodes] == [None, None]

    def test_one_member_that_cannot_refuses_for_all(self):
        machine = Machine().started(1.0)
        machine.nodes[1].broken("interface eth1 is down")
        machine.machine_group.command("promote")
        assert [node.router.hold for node in machine.nodes] == [None, None]
        (refused,) = [entry for entry in machine.timeline.entries if entry.value == "refused"]
        assert (refused.at, refused.node, refused.kind) == (1.0, "a", NOTE)
        assert refused.text.startswith("refused: it is in FAULT: sync group G: lan2 is in FAULT")

    def test_a_machine_that_does_not_run_takes_none(self):
        machine = Machine().started(1.0)
        machine.nodes[1].pause()
        machine.machine_group.command("promote")
        assert [node.router.hold for node in machine.nodes] == [None, None]
        assert [entry for entry in machine.timeline.entries if entry.value == "refused"] == []
