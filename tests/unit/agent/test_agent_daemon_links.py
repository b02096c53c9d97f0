# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole agent handles changes of tracked interfaces, and of those with delays."""

from __future__ import annotations

from agent_fakes import eth, instance, table
from waiting import until

from vrrp.agent.netlink.links import LinkChanged
from vrrp.config.model.configuration import InterfaceDelay
from vrrp.config.model.trackers import Tracked, Tracking

UP, DOWN = eth("eth1", 3), eth("eth1", 3, running=False)
OWN_DOWN = eth(running=False)


def happens(machine, *links):
    before = machine.kernel.table
    machine.kernel.table = table(*links)
    machine.events(*(LinkChanged(before.names[link.name], link) for link in links))


def tracking(weight=0):
    return instance(track=Tracking(interfaces=(Tracked("eth1", weight),)))


class TestTrackedInterface:
    def test_without_weight_it_is_a_fault(self, rig, play):
        async def scenario():
            async with rig(tracking(), filled=table(eth(), UP)) as machine:
                assert machine.state() == "BACKUP"
                happens(machine, eth(), DOWN)
                assert machine.state() == "FAULT"
                assert machine.agent.instances.running["VI_1"].router.faults == ("interface eth1 has no carrier",)
                happens(machine, eth(), UP)
                assert machine.state() == "BACKUP"

        play(scenario)

    def test_with_weight_it_is_another_priority(self, rig, play):
        async def scenario():
            async with rig(tracking(-20), filled=table(eth(), DOWN)) as machine:
                running = machine.agent.instances.running["VI_1"]
                assert (running.router.priority, running.tracking.verdict.explain(100)) == (80, "base 100, eth1 -20")
                happens(machine, eth(), UP)
                assert running.router.priority == 100

        play(scenario)


class TestDelay:
    def test_the_own_interface_may_be_down_for_a_moment(self, rig, play):
        delays = (InterfaceDelay("eth0", 0.05, 0.05),)

        async def scenario():
            async with rig(interface_delays=delays) as machine:
                machine.due(104.0)
                assert machine.state() == "MASTER"
                happens(machine, OWN_DOWN)
                happens(machine, eth())
                happens(machine, OWN_DOWN)
                assert machine.state() == "MASTER"
                await until(lambda: machine.state() == "FAULT")
                happens(machine, eth())
                assert machine.agent.instances.running["VI_1"].router.faults == (
                    "interface eth0 has been up for less than 0.05 s",
                )
                await until(lambda: machine.state() == "BACKUP")

        play(scenario)

    def test_a_tracked_interface_counts_after_its_delay(self, rig, play):
        delays = (InterfaceDelay("eth1", 0.05, 0),)

        async def scenario():
            async with rig(tracking(), filled=table(eth(), UP), interface_delays=delays) as machine:
                happens(machine, eth(), DOWN)
                assert machine.state() == "BACKUP"
                await until(lambda: machine.state() == "FAULT")
                happens(machine, eth(), UP)
                assert machine.state() == "BACKUP"

        play(scenario)

    def test_a_delay_is_never_longer_than_a_backup_waits_for_its_master(self, rig, play):
        delays = (InterfaceDelay("eth0", 200, 0),)

        async def scenario():
            async with rig(instance(advert_int_cs=300), interface_delays=delays) as machine:
                bounds_s = []
                for interval_cs in (300, 100):
                    machine.agent.instances.running["VI_1"].router.master_interval_cs = interval_cs
                    happens(machine, OWN_DOWN)
                    bounds_s.append(machine.lines()[-1])
                    happens(machine, eth())
                assert bounds_s == [f"eth0: down, which counts in {bound_s} s" for bound_s in ("5.98828", "1.99609")]

        play(scenario)

    def test_a_reload_that_takes_it_away_counts_at_once(self, rig, play):
        delays = (InterfaceDelay("eth0", 5, 5),)

        async def scenario():
            async with rig(interface_delays=delays) as machine:
                happens(machine, OWN_DOWN)
                assert machine.state() == "BACKUP"
                configuration = machine.agent.configuration
                machine.agent.apply(
                    type(configuration)(configuration.path, instances=configuration.instances), "1" * 64
                )
                assert machine.state() == "FAULT"

        play(scenario)
