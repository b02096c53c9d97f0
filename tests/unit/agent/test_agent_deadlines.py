# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Due work is done after all packets are read; masters come first, and no work keeps the loop for long."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from agent_fakes import eth, instance, table
from running_daemon import DOWN_S, VIP, from_peer

from vrrp.agent import deadlines
from vrrp.agent.netlink.links import ActualAddress
from vrrp.agent.network import receiver


def test_a_takeover_at_the_deadline_and_not_before(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(100 + DOWN_S - 0.0005)
            assert machine.state() == "BACKUP"
            machine.due(100 + DOWN_S)
            assert machine.state() == "MASTER"
            assert machine.kernel.done[-2:] == [("install", VIP), ("announce", 5, VIP)]
            assert machine.socket().sent == [(100, "224.0.0.18")]

    play(scenario)


def test_an_agent_that_slept_reads_before_it_acts(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.socket().waiting.append(from_peer())
            machine.due(500.0)
            assert machine.state() == "BACKUP"
            assert machine.agent.instances.running["VI_1"].deadline == pytest.approx(500 + DOWN_S)
            machine.due(500.0 + DOWN_S)
            assert machine.state() == "MASTER"

    play(scenario)


def test_in_a_flood_a_master_speaks_and_nobody_takes_over_before_all_is_read(rig, play):
    """The flood takes longer than a portion to read; behind it waits the master of one of the two."""
    second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)
    flood = [from_peer(config=instance(virtual_router_id=77))] * 9

    async def scenario():
        async with rig(instance(), second) as machine:
            first = machine.agent.instances.running["VI_1"]
            first.inputs.promote(100.0)
            for second_s in (101.1, 102.1, 103.1):
                machine.due(second_s)
            assert (machine.state("VI_1"), machine.state("VI_2")) == ("MASTER", "BACKUP")
            receive = machine.socket().receive

            def slowly():
                machine.now += receiver.DRAIN_S / 4.5
                return receive()

            machine.socket().receive = slowly
            machine.socket().waiting[:] = [*flood, from_peer(config=second)]
            machine.socket().sent.clear()
            armed = []
            machine.scheduler.resume = armed.append
            machine.due(104.2)
            assert len(machine.socket().waiting) == 5
            assert (machine.state("VI_2"), len(machine.socket().sent)) == ("BACKUP", 1)
            assert armed[-1] < machine.now  # it rings at once
            machine.due(machine.now)
            machine.due(machine.now)
            assert machine.state("VI_2") == "BACKUP"
            assert machine.agent.instances.running["VI_2"].deadline > machine.now + 3
            machine.due(machine.agent.instances.running["VI_2"].deadline)
            assert machine.state("VI_2") == "MASTER"

    play(scenario)


def test_a_flood_of_one_interface_keeps_nobody_on_another_from_taking_over(rig, play):
    other = instance("VI_2", ("192.168.9.101/24",), virtual_router_id=52, interface="eth1")
    filled = table(eth("eth0", 2), eth("eth1", 3))
    filled.remember(ActualAddress(3, ip_interface("192.168.9.4/24")))

    async def scenario():
        async with rig(instance(), other, filled=filled) as machine:
            receive = machine.socket().receive

            def slowly():
                machine.now += receiver.DRAIN_S / 4.5
                return receive()

            machine.socket().receive = slowly
            machine.socket().waiting[:] = [from_peer(config=instance(virtual_router_id=77))] * 1000
            machine.due(100 + DOWN_S)
            assert (machine.state("VI_1"), machine.state("VI_2")) == ("BACKUP", "MASTER")

    play(scenario)


def test_masters_whose_deadlines_are_close_advertise_in_one_go(rig, play):
    second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)

    async def scenario():
        async with rig(instance(), second) as machine:
            machine.now = 104.0
            machine.due(104.0)
            machine.socket().sent.clear()
            first, other = machine.agent.instances.running.values()
            other.inputs.demote(104.0)
            other.inputs.release(104.0)
            other.inputs.promote(104.0006)
            machine.socket().sent.clear()
            machine.due(105.0)
            assert len(machine.socket().sent) == 2
            assert min(first.deadline, other.deadline) == pytest.approx(106.0)

    play(scenario)


def test_the_alarm_is_armed_for_the_earliest_deadline(rig, play):
    second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52, advert_int_cs=200)

    async def scenario():
        async with rig(instance(), second) as machine:
            armed = []
            machine.scheduler.resume = armed.append
            machine.due(101.0)
            assert armed == [pytest.approx(100 + DOWN_S)]

    play(scenario)


def test_masters_speak_before_others_take_over(rig, play):
    """Otherwise a master that waits for the takeovers of 255 others is silent for longer than its mandate."""
    second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52, priority=90)

    async def scenario():
        async with rig(second, instance()) as machine:
            machine.socket().waiting.append(from_peer(config=second))
            machine.due(101.0)
            machine.due(100 + DOWN_S)
            assert (machine.state("VI_1"), machine.state("VI_2")) == ("MASTER", "BACKUP")
            machine.due(104.0)
            machine.socket().sent.clear()
            # VI_2 is due since 104.65, VI_1 since 105.
            machine.due(105.2)
            assert [priority for priority, _group in machine.socket().sent] == [100, 90]

    play(scenario)


def test_many_takeovers_leave_time_to_read(rig, play, monkeypatch):
    """After a slice the rest waits for the next turn, which reads what has come meanwhile."""
    many = [instance(f"VI_{vrid}", (f"192.168.8.{100 + vrid}/24",), virtual_router_id=vrid) for vrid in range(1, 4)]

    async def scenario():
        async with rig(*many) as machine:
            at = 100 + DOWN_S
            machine.kernel.done.clear()
            late_s = deadlines.SLICE_S * 2
            machine.clock = lambda: at + (late_s if machine.kernel.done else 0)  # the first one is slow
            machine.agent.deadlines.expire()
            states = [machine.state(config.name) for config in many]
            assert (states.count("MASTER"), states.count("BACKUP")) == (1, 2)

    play(scenario)
