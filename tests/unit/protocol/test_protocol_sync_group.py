# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test a sync group with the inputs of its members by hand: what follows for the others, and when."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from vrrp.protocol import explain, sync_group
from vrrp.protocol.actions import Announce, InstallAddresses, Notify, ReleaseAddresses, SendAdvertisement
from vrrp.protocol.override import CommandRefused
from vrrp.protocol.packet import Advertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import (
    Backup,
    Fault,
    Initialize,
    Master,
    Parameters,
    SavedRouterState,
    State,
    Stopped,
    Yielding,
)
from vrrp.protocol.sync_group import Group, state

PEER = ip_address("192.0.2.6")
DOWN_S = 3 + 156 / 256  # of priority 100
LONGEST_DOWN_S = 3 + 255 / 256


class Node:
    """It has two members, VI_1 and VI_2, of priority 100 by default. ``done`` has their actions in order."""

    def __init__(self, *priorities, **fields):
        priorities = priorities or (100, 100)
        self.group = Group("G")
        self.done = []
        self.members = {}
        for number, priority in enumerate(priorities, 1):
            given = {"version": 2, "vrid": number, "interval_cs": 100, "source": ip_address("192.0.2.4"), **fields}
            self.members[f"VI_{number}"] = VirtualRouter(Parameters(priority=priority, **given))
            self.members[f"VI_{number}"].group_changed("G", 0.0)

    def one(self, name):
        return self.members[name]

    def feed(self, name, verb, *arguments, now):
        actions = getattr(self.members[name], verb)(*arguments, now)
        self.done += [(name, action) for action in actions]
        self.group.acted(name, self.members[name], actions)

    def settle(self, now):
        return self.group.settle(self.members, now, lambda move: self.feed(move[0], move[1], *move[2], now=now))

    def happens(self, name, verb, *arguments, now):
        self.feed(name, verb, *arguments, now=now)
        return self.settle(now)

    def hears(self, name, priority, now):
        return self.happens(name, "advertisement", said(priority), PEER, now=now)

    def started(self, now=0.0):
        for name in self.members:
            self.feed(name, "start", now=now)
        self.settle(now)
        return self

    def master(self, at=9.5):
        self.started(at - DOWN_S)
        for name in self.members:
            self.feed(name, "expire", now=at)
        self.settle(at)
        self.done.clear()
        return self

    def states(self):
        return tuple(each.state.value for each in self.members.values())

    def kinds(self):
        return tuple(type(each.condition) for each in self.members.values())

    def sent(self, name):
        return [each.priority for who, each in self.done if who == name and isinstance(each, SendAdvertisement)]


def said(priority):
    return Advertisement(2, 1, priority, (ip_address("192.0.2.100"),), 100)


class TestBecomingMaster:
    def test_the_first_one_waits_for_the_others(self):
        node = Node(200, 100).started()
        node.happens("VI_1", "expire", now=3 + 56 / 256)
        assert node.states() == ("BACKUP", "BACKUP")
        assert node.one("VI_1").deadline is None
        node.happens("VI_2", "expire", now=DOWN_S)
        assert node.states() == ("MASTER", "MASTER")

    def test_all_addresses_are_installed_before_the_first_advertisement(self):
        node = Node().started()
        node.feed("VI_1", "expire", now=DOWN_S)
        node.happens("VI_2", "expire", now=DOWN_S)
        told = [(name, type(action)) for name, action in node.done]
        assert told[2:4] == [("VI_1", InstallAddresses), ("VI_1", Announce)]
        assert {name for name, kind in told if kind is InstallAddresses} == {"VI_1", "VI_2"}

    def test_a_node_that_hears_a_master_for_one_member_gives_up_both(self):
        node = Node().started()
        node.happens("VI_1", "expire", now=DOWN_S)
        node.hears("VI_2", 200, now=DOWN_S)
        assert node.states() == ("BACKUP", "BACKUP")
        awaited = sync_group.awaited(node.members, 4.0)
        assert awaited == ("VI_2",)
        said = explain.why(node.one("VI_1"), 4.0, awaited=awaited)
        assert said == "BACKUP because sync group G waits for VI_2; our 100"

    def test_no_member_is_awaited_that_is_ready_or_master(self):
        node = Node(100, 100)
        assert sync_group.awaited(node.started().members, 0.0) == ("VI_1", "VI_2")
        node.feed("VI_1", "expire", now=DOWN_S)
        assert sync_group.awaited(node.members, DOWN_S) == ("VI_2",)
        node.happens("VI_2", "expire", now=DOWN_S)
        assert sync_group.awaited(node.members, DOWN_S) == ()

    def test_a_better_master_ends_the_readiness(self):
        node = Node().started()
        node.happens("VI_1", "expire", now=DOWN_S)
        node.hears("VI_1", 200, now=4.0)
        node.happens("VI_2", "expire", now=DOWN_S + 1)
        assert node.states() == ("BACKUP", "BACKUP")
        assert node.one("VI_1").deadline == pytest.approx(4 + DOWN_S)

    def test_lower_masters_on_both_are_preempted(self):
        node = Node().started()
        for name in ("VI_1", "VI_2"):
            node.hears(name, 50, now=3.0)
            node.happens(name, "expire", now=DOWN_S)
        assert node.states() == ("MASTER", "MASTER")

    def test_without_preemption_for_one_nobody_preempts(self):
        node = Node().started()
        node.one("VI_2").parameters_changed(Parameters(2, 2, 100, 100, preempt=False), 0.0)
        for name in ("VI_1", "VI_2"):
            node.hears(name, 50, now=3.0)
        node.happens("VI_1", "expire", now=DOWN_S)
        assert node.states() == ("BACKUP", "BACKUP")

    def test_a_priority_0_of_one_master_is_waited_out_for_all(self):
        node = Node().started()
        node.hears("VI_1", 0, now=1.0)
        node.happens("VI_1", "expire", now=1 + 156 / 256)
        assert node.states() == ("BACKUP", "BACKUP")
        node.hears("VI_2", 0, now=2.0)
        node.happens("VI_2", "expire", now=2 + 156 / 256)
        assert node.states() == ("MASTER", "MASTER")

    def test_an_owner_of_one_address_waits_for_its_group(self):
        node = Node(255, 100).started()
        assert node.states() == ("BACKUP", "BACKUP")
        node.happens("VI_2", "expire", now=DOWN_S)
        assert node.states() == ("MASTER", "MASTER")


class TestGivingUp:
    def test_a_node_that_is_outbid_for_one_member_yields_both(self):
        node = Node().master()
        node.hears("VI_1", 200, now=10.0)
        assert node.kinds() == (Yielding, Yielding)
        assert node.sent("VI_1") == [100] and node.sent("VI_2") == [0]
        assert not [1 for _name, action in node.done if isinstance(action, ReleaseAddresses)]
        node.hears("VI_2", 200, now=10.2)
        node.happens("VI_1", "expire", now=10.05)
        node.happens("VI_2", "expire", now=10.25)
        assert node.kinds() == (Backup, Backup)
        assert "sync group G: VI_1 gave up (192.0.2.6 advertises 200, ours was 100)" in node.one("VI_2").reason

    def test_a_node_that_is_outbid_for_both_members_sends_no_priority_0(self):
        node = Node().master()
        node.feed("VI_1", "advertisement", said(200), PEER, now=10.0)
        node.hears("VI_2", 200, now=10.0)
        assert (node.sent("VI_1"), node.sent("VI_2")) == ([100], [100])

    def test_addresses_without_a_taker_go_when_the_other_member_is_taken(self):
        node = Node().master()
        node.hears("VI_1", 200, now=10.0)
        node.happens("VI_1", "expire", now=10.05)
        for now in (11.0, 12.0, 13.0):
            node.hears("VI_1", 200, now=now)
        node.happens("VI_2", "expire", now=10 + DOWN_S)
        assert node.kinds() == (Backup, Backup)
        assert node.done[-2:] == [
            ("VI_2", ReleaseAddresses()),
            ("VI_2", Notify("BACKUP", 100, node.one("VI_2").reason)),
        ]

    def test_all_members_stay_master_when_no_peer_takes_over(self):
        node = Node(200, 100).master()
        for move in node.group.command("demote", node.members, "VI_2"):
            node.feed(move.member, move.name, now=10.0)
        node.settle(10.0)
        assert node.kinds() == (Yielding, Yielding)
        for name in ("VI_1", "VI_2"):
            node.happens(name, "expire", now=node.one(name).deadline)
        assert node.kinds() == (Master, Master)
        assert not [1 for _name, action in node.done if isinstance(action, ReleaseAddresses)]

    def test_a_promotion_that_was_outbid_ends_for_all(self):
        node = Node().master()
        for move in node.group.command("promote", node.members, "VI_1"):
            node.feed(move.member, move.name, now=10.0)
        node.hears("VI_2", 255, now=11.0)
        assert [each.hold for each in node.members.values()] == [None, None]

    def lost_twice(self, after_s):
        node = Node().master(at=4.0)
        node.hears("VI_1", 200, now=4 + after_s)
        assert node.one("VI_2").deadline == pytest.approx(4 + after_s + DOWN_S)
        node.happens("VI_1", "expire", now=4 + after_s + 0.05)
        again_at = 4 + after_s + DOWN_S
        for name in ("VI_1", "VI_2"):
            node.happens(name, "expire", now=again_at)
        assert node.kinds() == (Master, Master)
        node.hears("VI_1", 200, now=again_at + after_s)
        return node, again_at + after_s

    def test_a_node_that_loses_twice_in_a_row_waits_longer(self):
        node, lost_at = self.lost_twice(1.0)
        assert node.one("VI_2").deadline == pytest.approx(lost_at + DOWN_S + 1.15253, abs=0.001)

    def test_a_node_that_lost_twice_waits_on_when_the_winner_stops(self):
        node, lost_at = self.lost_twice(1.0)
        node.happens("VI_1", "expire", now=lost_at + 0.05)
        node.hears("VI_1", 0, now=lost_at + 0.1)
        node.happens("VI_1", "expire", now=lost_at + 0.1 + 156 / 256)
        assert node.one("VI_1").deadline == pytest.approx(lost_at + DOWN_S + 1.15253, abs=0.001)

    def test_a_node_that_was_master_for_a_while_does_not_wait_longer(self):
        node, lost_at = self.lost_twice(2.1)
        assert node.one("VI_2").deadline == pytest.approx(lost_at + DOWN_S)


class TestFault:
    def test_no_member_is_master_while_another_is_in_fault(self):
        node = Node().started()
        node.happens("VI_2", "fault_changed", ("interface eth1 is down",), now=1.0)
        assert node.states() == ("FAULT", "FAULT")
        assert node.one("VI_1").reason == "sync group G: VI_2 is in FAULT (interface eth1 is down)"
        assert explain.why(node.one("VI_1"), 2.0) == (
            "FAULT because sync group G: VI_2 is in FAULT (interface eth1 is down)"
        )

    def test_all_members_listen_when_a_fault_has_ended(self):
        node = Node().started()
        node.happens("VI_2", "fault_changed", ("interface eth1 is down",), now=1.0)
        node.happens("VI_2", "fault_changed", (), now=2.0)
        assert node.kinds() == (Backup, Backup)
        assert [each.deadline for each in node.members.values()] == [pytest.approx(2 + DOWN_S)] * 2

    def test_a_healthy_member_keeps_its_addresses_until_the_peer_speaks(self):
        node = Node().master()
        node.happens("VI_2", "fault_changed", ("interface eth1 is down",), now=10.0)
        assert node.states() == ("MASTER", "FAULT")
        assert node.sent("VI_1") == [0]
        node.hears("VI_1", 90, now=13.5)
        node.happens("VI_1", "expire", now=13.55)
        assert node.states() == ("FAULT", "FAULT")
        assert node.done[-2][1] == ReleaseAddresses()

    def test_a_healthy_member_keeps_them_no_longer_than_any_peer_waits(self):
        node = Node().master()
        node.happens("VI_2", "fault_changed", ("interface eth1 is down",), now=10.0)
        assert node.one("VI_1").deadline == pytest.approx(10 + LONGEST_DOWN_S + 0.05)

    def test_a_healthy_member_loses_nothing_when_the_fault_ends_in_time(self):
        node = Node().master()
        node.happens("VI_2", "fault_changed", ("interface eth1 is down",), now=10.0)
        node.happens("VI_2", "fault_changed", (), now=10.5)
        assert node.kinds() == (Yielding, Backup)
        for name in ("VI_1", "VI_2"):
            node.happens(name, "expire", now=10.5 + DOWN_S)
        assert node.kinds() == (Master, Master)
        assert not [1 for name, action in node.done if name == "VI_1" and isinstance(action, ReleaseAddresses)]

    def test_an_own_fault_takes_the_addresses_at_once(self):
        node = Node().master()
        node.happens("VI_2", "fault_changed", ("interface eth1 is down",), now=10.0)
        node.happens("VI_1", "fault_changed", ("interface eth0 is down",), now=10.1)
        assert node.kinds() == (Fault, Fault)

    def test_a_stop_goes_on_while_another_has_a_fault(self):
        node = Node().master()
        for name in ("VI_1", "VI_2"):
            node.feed(name, "stop", now=10.0)
        node.settle(10.0)
        node.happens("VI_2", "fault_changed", ("interface eth1 is down",), now=10.1)
        assert node.states() == ("MASTER", "STOP")


class TestCommands:
    def test_promote_is_for_all_members(self):
        node = Node().started()
        moves = node.group.command("promote", node.members, "VI_2")
        assert [(move.member, move.name) for move in moves] == [("VI_2", "promote"), ("VI_1", "promote")]

    def test_no_member_is_promoted_when_one_cannot_be(self):
        node = Node().started()
        node.happens("VI_2", "fault_changed", ("interface eth1 is down",), now=1.0)
        with pytest.raises(CommandRefused, match=r"^it is in FAULT: sync group G: VI_2 is in FAULT"):
            node.group.command("promote", node.members, "VI_1")
        node = Node(100, 100).started()
        node.hears("VI_2", 255, now=1.0)
        with pytest.raises(
            CommandRefused, match="sync group G moves as one, and of VI_2: 192.0.2.6 advertises priority 255"
        ):
            node.group.command("promote", node.members, "VI_1")


class TestComingAndGoing:
    def test_a_new_member_listens_while_the_others_are_master_and_joins(self):
        node = Node().master()
        fresh = node.members["VI_3"] = VirtualRouter(Parameters(2, 3, 100, 100, ip_address("192.0.2.4")))
        fresh.group_changed("G", 10.0)
        node.happens("VI_3", "start", now=10.0)
        assert node.states() == ("MASTER", "MASTER", "BACKUP")
        node.happens("VI_3", "expire", now=10 + DOWN_S)
        assert node.states() == ("MASTER", "MASTER", "MASTER")

    def test_a_new_member_with_a_better_master_pulls_all_over(self):
        node = Node().master()
        fresh = node.members["VI_3"] = VirtualRouter(Parameters(2, 3, 100, 100, ip_address("192.0.2.4")))
        fresh.group_changed("G", 10.0)
        node.happens("VI_3", "start", now=10.0)
        node.hears("VI_3", 200, now=11.0)
        assert node.kinds() == (Yielding, Yielding, Backup)

    def test_a_ready_member_is_master_when_its_group_goes(self):
        node = Node().started()
        node.happens("VI_1", "expire", now=DOWN_S)
        node.feed("VI_1", "group_changed", None, now=4.0)
        assert node.states() == ("MASTER", "BACKUP")

    def test_after_a_restart_all_go_on(self):
        node = Node()
        for name in node.members:
            actions = node.one(name).start(10.0, SavedRouterState(State.MASTER, 9.0, 100))
            node.done += [(name, action) for action in actions]
        assert node.settle(10.0) == []
        assert node.states() == ("MASTER", "MASTER")

    def test_a_member_that_was_silent_for_its_mandate_listens_and_joins_again(self):
        node = Node().master(at=5.0)
        for now in (6.5, 8.0):
            node.one("VI_2").expire(now)
        node.happens("VI_1", "expire", now=9.0)
        assert node.states() == ("BACKUP", "MASTER")
        for now in (9.0, 10.0, 11.0, 12.0):
            node.one("VI_2").expire(now)
        node.happens("VI_1", "expire", now=9 + DOWN_S)
        assert node.states() == ("MASTER", "MASTER")


class TestRival:
    def test_the_other_members_announce_when_one_answers_a_rival(self):
        node = Node().master()
        for name in ("VI_1", "VI_2"):
            node.happens(name, "expire", now=10.5)
        node.hears("VI_1", 50, now=11.0)
        assert [name for name, action in node.done if action == Announce(5)] == ["VI_1", "VI_2"]
        node.done.clear()
        node.hears("VI_1", 50, now=12.1)
        assert [name for name, action in node.done if action == Announce(5)] == ["VI_1"]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((Master(0.0), Master(0.0)), State.MASTER),
        ((Master(0.0), Backup(0.0)), State.BACKUP),
        ((Backup(0.0), Backup(0.0)), State.BACKUP),
        ((Fault(), Backup(0.0)), State.FAULT),
        ((Master(0.0), Yielding(0.0)), None),
        ((Stopped(), Stopped()), State.STOP),
        ((Stopped(), Backup(0.0)), None),
        ((Initialize(), Backup(0.0)), None),
    ],
)
def test_the_state_of_a_group(members, expected):
    routers = []
    for condition in members:
        router = VirtualRouter(Parameters(2, 1, 100, 100))
        router.condition = condition
        routers.append(router)
    assert state(routers) is expected
