# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drain and a hold with a reason and an end go on after a stop, a boot and a crash, unless their end has passed."""

from __future__ import annotations

import pytest
from agent_fakes import instance
from maintenance_parts import NOON, NOTED, UPDATE, ask, boot, hear, kept, notes
from running_daemon import left_behind
from waiting import until

from vrrp.agent.control import maintenance


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Have the timer look at the clock of the test all the time."""
    monkeypatch.setattr(maintenance, "PERIOD_S", 0.01)
    monkeypatch.setattr(maintenance, "SOONEST_S", 0.01)


class TestBoot:
    @pytest.mark.parametrize("how", ["boot", "restart"])
    def test_a_drain_goes_on_and_ends(self, rig, play, how):
        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "drain", maintenance=UPDATE)
                await until(lambda: left_behind(machine).drained)
            if how == "boot":
                boot(machine)
            async with rig(wall=NOON + 600) as machine:
                assert machine.state() == "STOP"
                status = ask(machine, "status")
                assert (status["drained"], status["maintenance"]["expires_in_s"]) == (True, 6600.0)
                assert (f"still drained{NOTED}" in notes(machine)) is (how == "boot")
                machine.wall = NOON + 7200
                await until(lambda: machine.state() == "BACKUP")
                assert notes(machine)[-2:] == [f"no longer drained{NOTED}: its time is over", "undrain"]

        play(scenario)

    @pytest.mark.parametrize("how", ["boot", "restart"])
    @pytest.mark.parametrize(("verb", "hold", "priority"), [("demote", "backup", 1), ("promote", "master", 254)])
    def test_a_hold_goes_on_and_ends(self, rig, play, how, verb, hold, priority):
        async def scenario():
            async with rig(wall=NOON) as machine:
                hear(machine, 200, 101.0)
                ask(machine, verb, instance="VI_1", maintenance=UPDATE)
                await until(lambda: [each.hold for each in left_behind(machine).entries] == [hold])
            if how == "boot":
                boot(machine)
            async with rig(wall=NOON + 600, now=200.0) as machine:
                (entry,) = ask(machine, "status")["instances"]
                assert (entry["state"], entry["hold"], entry["priority"]) == ("BACKUP", hold, priority)
                assert entry["maintenance"]["expires_in_s"] == 6600.0
                assert (f"still {verb}d{NOTED}" in notes(machine)) is (how == "boot")
                if how == "boot":
                    assert machine.agent.instances.running["VI_1"].router.reason == "it has just started"
                machine.wall = NOON + 7200
                await until(lambda: ask(machine, "status")["instances"][0]["hold"] is None)

        play(scenario)

    def test_one_that_ended_meanwhile_is_not_applied_and_an_event_says_so(self, rig, play):
        second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)

        async def scenario():
            async with rig(instance(), second, wall=NOON) as machine:
                ask(machine, "demote", instance="VI_2", maintenance=UPDATE)
                ask(machine, "drain", maintenance=UPDATE)
            boot(machine)
            async with rig(instance(), second, wall=NOON + 7200) as machine:
                assert (machine.state("VI_1"), machine.state("VI_2")) == ("BACKUP", "BACKUP")
                assert [each["hold"] for each in ask(machine, "status")["instances"]] == [None, None]
                ended = f"{NOTED}: its time was over while the agent did not run"
                assert notes(machine)[0] == f"no longer drained{ended}"
                assert notes(machine, "VI_2") == [f"no longer drained{ended}", f"no longer demoted{ended}", "start"]
                assert f"(this node) no longer drained{ended}" in machine.lines()
                assert kept(machine) is None

        play(scenario)

    def test_a_plain_drain_ends_with_the_boot(self, rig, play):
        async def scenario():
            async with rig() as machine:
                ask(machine, "drain")
                await until(lambda: left_behind(machine).drained)
            boot(machine)
            async with rig() as machine:
                assert machine.state() == "BACKUP"

        play(scenario)

    def test_the_state_file_is_newer_than_the_file_of_a_crash(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "drain", maintenance=UPDATE)
                text = (machine.path.parent / "maintenance.json").read_text()
                ask(machine, "undrain")
                await until(lambda: left_behind(machine).entries and not left_behind(machine).drained)
                (machine.path.parent / "maintenance.json").write_text(text)  # the child was killed with the agent
            async with rig(wall=NOON) as machine:
                assert (machine.state(), ask(machine, "status")["maintenance"]) == ("BACKUP", None)
                assert kept(machine) is None

        play(scenario)

    def test_an_instance_that_is_not_configured_any_more_is_forgotten(self, rig, play):
        second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)

        async def scenario():
            async with rig(instance(), second, wall=NOON) as machine:
                ask(machine, "demote", instance="VI_2", maintenance=UPDATE)
            boot(machine)
            async with rig(wall=NOON) as machine:
                assert (machine.state(), kept(machine)) == ("BACKUP", None)

        play(scenario)

    def test_a_damaged_file_is_told_once_and_nothing_else_happens(self, rig, play, tmp_path):
        (tmp_path / "maintenance.json").write_text("{")

        async def scenario():
            async with rig(wall=NOON) as machine:
                assert machine.state() == "BACKUP"
                assert sum("cannot read" in line for line in machine.lines()) == 1

        play(scenario)

    def test_a_hold_that_is_released_before_its_instance_starts_is_gone(self, rig, play, tmp_path):
        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "demote", instance="VI_1", maintenance=UPDATE)
            boot(machine)
            async with rig(wall=NOON, start=False) as machine:
                machine.agent.checks_changed = lambda: None  # as while vrrp_startup_delay lasts
                machine.agent.start()
                assert machine.state() == "INIT"
                assert ask(machine, "status")["instances"][0]["maintenance"]["reason"] == "kernel update"
                ask(machine, "release", instance="VI_1")
                del machine.agent.checks_changed
                machine.agent.checks_changed()
                (entry,) = ask(machine, "status")["instances"]
                assert (entry["state"], entry["hold"], kept(machine)) == ("BACKUP", None, None)
                machine.scheduler.cancel()
                await machine.agent.checks.stop()
                machine.agent.close()

        play(scenario)
