# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests drain a node, which gives up everything, and check the leases of one that does not."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from agent_fakes import instance, table
from running_daemon import DOWN_S, VIP, ask, left_behind
from waiting import until

from vrrp.config.model.trackers import Script, Tracked, Tracking


class TestDrain:
    def test_everything_is_given_up_and_nothing_taken(self, rig, play):
        second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)

        async def scenario():
            async with rig(instance(), second) as machine:
                machine.due(104.0)
                machine.socket().sent.clear()
                answer = ask(machine, "drain")["result"]
                assert answer["drained"] is True
                assert [each["yielding"] for each in answer["instances"]] == [True, True]
                assert machine.socket().sent == [(0, "224.0.0.18")] * 2
                machine.due(105.1)
                assert (machine.state("VI_1"), machine.state("VI_2")) == ("STOP", "STOP")
                machine.due(300.0)
                assert (machine.state("VI_1"), machine.agent.shutdown.begun) == ("STOP", False)
                assert not machine.agent.shutdown.done.is_set()
                await until(lambda: left_behind(machine).drained)
                answer = ask(machine, "undrain")["result"]
                assert (answer["drained"], {each["state"] for each in answer["instances"]}) == (False, {"BACKUP"})
                machine.due(300 + DOWN_S)
                assert machine.state() == "MASTER"
                await until(lambda: not left_behind(machine).drained)

        play(scenario)

    def test_an_instance_that_still_waits_does_not_begin(self, rig, play, tmp_path):
        go = tmp_path / "go"
        script = Script("web", ("/bin/sh", "-c", f"while [ ! -e {go} ]; do sleep 0.01; done"), timeout_s=20)
        config = instance(track=Tracking(scripts=(Tracked("web"),)))

        async def scenario():
            async with rig(config, scripts=[script]) as machine:
                ask(machine, "drain")
                assert machine.state() == "INIT"
                go.touch()
                await until(lambda: machine.state() == "STOP")
                ask(machine, "undrain")
                assert machine.state() == "BACKUP"

        play(scenario)

    def test_an_instance_that_waited_while_it_was_drained_begins_afterwards(self, rig, play, tmp_path):
        go = tmp_path / "go"
        script = Script("web", ("/bin/sh", "-c", f"while [ ! -e {go} ]; do sleep 0.01; done"), timeout_s=20)
        config = instance(track=Tracking(scripts=(Tracked("web"),)))

        async def scenario():
            async with rig(config, scripts=[script]) as machine:
                ask(machine, "drain")
                ask(machine, "undrain")
                assert machine.state() == "INIT"
                go.touch()
                await until(lambda: machine.state() == "BACKUP")

        play(scenario)

    def test_a_node_that_owns_an_address_is_not_drained(self, rig, play):
        async def scenario():
            own = instance("own", priority=255)
            async with rig(own, filled=table(addresses=(VIP,))) as machine:
                assert ask(machine, "drain") == {
                    "ok": False,
                    "error": "cannot drain this node: it owns the addresses of own",
                }
                assert (machine.state("own"), machine.agent.mastership.drained) == ("MASTER", False)
                assert ask(machine, "undrain")["ok"]

        play(scenario)

    @pytest.mark.parametrize("command", ["drain", "undrain"])
    def test_an_agent_that_stops_is_not_drained(self, rig, play, command):
        async def scenario():
            async with rig() as machine:
                machine.agent.shutdown.stop()
                assert ask(machine, command)["error"] == "the agent is stopping"

        play(scenario)

    def test_a_move_is_refused_with_what_to_do(self, rig, play):
        async def scenario():
            async with rig() as machine:
                ask(machine, "drain")
                answer = machine.agent.control.answer(b'{"command": "promote", "instance": "VI_1"}', privileged=True)
                assert answer["error"] == "cannot promote VI_1: this node is drained. Undrain it first"

        play(scenario)


class TestLeases:
    def test_leases_are_renewed_twice_a_second_whatever_else_is_due(self, rig, play):
        async def scenario():
            async with rig(instance(advert_int_cs=1000)) as machine:
                machine.due(100 + 30.61)
                assert machine.state() == "MASTER"
                machine.kernel.renewed.clear()
                for _number in range(6):
                    machine.due(machine.scheduler.armed_at)
                assert machine.now - 130.61 == pytest.approx(3.0, abs=0.01)
                assert machine.kernel.renewed == [f"{VIP} 3"] * 6

        play(scenario)

    def test_a_backup_is_not_woken_for_nothing(self, rig, play):
        async def scenario():
            async with rig() as machine:
                assert machine.scheduler.armed_at == pytest.approx(100 + DOWN_S)
                machine.due(101.0)
                assert machine.scheduler.armed_at == pytest.approx(100 + DOWN_S)
                assert machine.kernel.renewed == []

        play(scenario)

    def test_after_a_takeover_by_command_the_lease_is_renewed_in_time(self, rig, play):
        async def scenario():
            async with rig(instance(advert_int_cs=1000)) as machine:
                machine.command("promote", instance="VI_1")
                assert machine.scheduler.armed_at <= 100.5
                assert machine.kernel.lifetimes_s == {ip_interface(VIP): 3}

        play(scenario)

    def test_a_master_that_was_frozen_renews_nothing(self, rig, play):
        async def scenario():
            async with rig() as machine:
                machine.due(104.0)
                machine.kernel.renewed.clear()
                machine.due(108.0)
                assert (machine.state(), machine.kernel.renewed) == ("BACKUP", [])

        play(scenario)

    def test_an_instance_that_yields_still_renews_its_lease(self, rig, play):
        async def scenario():
            async with rig() as machine:
                machine.due(104.0)
                machine.agent.instances.running["VI_1"].inputs.demote(104.0)
                machine.kernel.renewed.clear()
                machine.due(104.6)
                assert machine.kernel.renewed == [f"{VIP} 3"]

        play(scenario)
