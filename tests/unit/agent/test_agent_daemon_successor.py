# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process uses the state file of the one before it."""

from __future__ import annotations

import io
from dataclasses import replace
from ipaddress import ip_interface

import pytest
from agent_fakes import eth, instance, table
from running_daemon import DOWN_S, VIP, ask, from_peer, left_behind
from waiting import until

from vrrp.agent.log import Log
from vrrp.agent.process.saved_state import SavedInstance, SavedState, StateFile
from vrrp.agent.track.checks import Check
from vrrp.config.model.configuration import Globals
from vrrp.config.model.trackers import Script, Tracked, Tracking
from vrrp.protocol.states import State

HELD = table(addresses=("192.168.8.4/24", VIP))


@pytest.fixture
def successor(rig, tmp_path):
    """``async with successor(silent_s=...)``: an agent at 200.0 that finds the state file of another one."""

    def make(*configs, state=State.MASTER, silent_s=1.0, hold=None, checks=None, drained=False, **how):
        installed = how.pop("installed", ((2, ip_interface(VIP)),))
        before = StateFile(str(tmp_path))
        before.open()
        before.beat_of(("eth0", 51, 4))((200.0 - silent_s) * (1 if state is State.MASTER else -1))
        entry = SavedInstance(("eth0", 51, 4), "VI_1", 2, state, 100, hold, installed)
        before.write(SavedState((entry,), checks or {}, drained))
        how.setdefault("filled", table(addresses=("192.168.8.4/24", VIP)))
        return rig(*configs, now=200.0, **how)

    return make


def key_of(script):
    """Return the name of a check in the state file."""
    return Check(script, Globals(), lambda: None, Log(io.StringIO())).key


class TestSuccessor:
    def test_within_the_mandate_it_is_master_again(self, successor, play):
        async def scenario():
            async with successor() as machine:
                assert machine.state() == "MASTER"
                assert machine.kernel.done == [("install", VIP), ("announce", 5, VIP)]
                assert machine.socket().sent == [(100, "224.0.0.18")]
                assert machine.agent.instances.running["VI_1"].restart.saved is None

        play(scenario)

    def test_without_a_mandate_the_address_goes_first(self, successor, play):
        async def scenario():
            async with successor(silent_s=3.1) as machine:
                assert (machine.state(), machine.kernel.done, machine.socket().sent) == (
                    "BACKUP",
                    [("release", VIP)],
                    [],
                )
                assert machine.agent.instances.running["VI_1"].deadline == pytest.approx(200 + DOWN_S)

        play(scenario)

    def test_a_backup_keeps_its_timer_and_its_hold(self, successor, play):
        async def scenario():
            async with successor(state=State.BACKUP, silent_s=0.5, hold="backup", installed=()) as machine:
                assert machine.state() == "BACKUP"
                assert machine.agent.instances.running["VI_1"].router.hold == "backup"
                assert machine.agent.instances.running["VI_1"].deadline == pytest.approx(199.5 + 3 + 255 / 256)

        play(scenario)

    def test_a_drained_node_stays_drained(self, successor, play):
        async def scenario():
            async with successor(drained=True, hold="master") as machine:
                assert (machine.state(), machine.kernel.done) == ("STOP", [("release", VIP)])
                assert ask(machine, "status")["result"]["drained"] is True
                assert ask(machine, "undrain")["ok"]
                assert (machine.state(), machine.agent.instances.running["VI_1"].router.hold) == ("BACKUP", "master")

        play(scenario)

    def test_a_fault_wins_and_the_address_goes(self, successor, play):
        async def scenario():
            down = table(eth(up=False), addresses=("192.168.8.4/24", VIP))
            async with successor(filled=down) as machine:
                assert machine.state() == "FAULT"
                assert machine.kernel.done == [("release", VIP)]

        play(scenario)

    def test_a_successor_removes_an_address_that_is_not_configured_any_more(self, successor, play):
        both = ((2, ip_interface(VIP)), (2, ip_interface("192.168.8.150/24")))

        async def scenario():
            filled = table(addresses=("192.168.8.4/24", VIP, "192.168.8.150/24"))
            async with successor(installed=both, filled=filled) as machine:
                assert machine.state() == "MASTER"
                assert [each for each in machine.kernel.done if each[0] == "release"] == [
                    ("release", "192.168.8.150/24")
                ]

        play(scenario)

    def test_an_instance_that_is_no_more_leaves_nothing(self, successor, play):
        async def scenario():
            async with successor(instance(virtual_router_id=99, addresses=("192.168.8.101/24",))) as machine:
                assert machine.kernel.done == [("release", VIP)]
                assert machine.state() == "BACKUP"

        play(scenario)

    def test_an_address_that_another_instance_has_now_is_not_torn_down_there(self, successor, play):
        async def scenario():
            second = instance("VI_2", virtual_router_id=52, priority=255)
            async with successor(instance(addresses=("192.168.8.101/24",)), second) as machine:
                present = {str(each.address) for each in machine.kernel.table.on("eth0")}
                assert machine.state("VI_2") == "MASTER"
                assert VIP in present

        play(scenario)

    @pytest.mark.parametrize("silent_s", [1, 60])
    def test_an_inherited_address_does_not_count_as_the_hosts_own(self, successor, play, silent_s):
        async def scenario():
            async with successor(instance(priority=255), silent_s=silent_s) as machine:
                assert machine.state() == "MASTER"
                assert machine.agent.instances.running["VI_1"].addresses.owned == ()
                machine.agent.shutdown.drop_everything()
                assert machine.kernel.done[-1] == ("release", VIP)

        play(scenario)

    def test_its_own_signs_of_life_go_into_its_own_ledger(self, successor, play):
        async def scenario():
            async with successor() as machine:
                machine.due(201.0)
                await until(lambda: left_behind(machine).entries[0].last_at == 201.0)
                machine.socket().waiting.append(from_peer())
                machine.due(201.5)
                machine.due(201.6)
                assert machine.state() == "BACKUP"
                await until(lambda: left_behind(machine).entries[0].installed == ())
                (entry,) = left_behind(machine).entries
                assert (entry.state, entry.last_at) == (State.BACKUP, 201.6)

        play(scenario)

    def test_a_check_that_had_spoken_need_not_be_waited_for(self, successor, play, tmp_path):
        script = Script("web", ("/bin/sleep", "30"), timeout_s=60)
        config = instance(track=Tracking(scripts=(Tracked("web"),)))

        async def scenario():
            async with successor(config, scripts=[script], silent_s=1.0) as machine:
                assert machine.state() == "INIT"
                key = key_of(script)
            async with successor(config, scripts=[script], silent_s=1.0, checks={key: True}) as machine:
                assert machine.state() == "MASTER"

        play(scenario)

    def test_a_successor_ignores_a_check_result_that_is_too_old(self, successor, play):
        script = Script("web", ("/bin/sleep", "30"), timeout_s=60)  # asked every second: 61 s
        config = instance(track=Tracking(scripts=(Tracked("web"),)))

        async def scenario():
            async with successor(config, scripts=[script]) as machine:
                key = key_of(script)
            for silent_s, expected in ((60.9, "BACKUP"), (61.1, "INIT")):
                async with successor(config, scripts=[script], silent_s=silent_s, checks={key: True}) as machine:
                    assert machine.state() == expected

        play(scenario)

    def test_the_results_of_the_checks_are_saved_for_the_successor(self, rig, play):
        script = Script("web", ("/bin/true",), interval_s=20)
        config = instance(track=Tracking(scripts=(Tracked("web"),)))

        async def scenario():
            async with rig(config, scripts=[script]) as machine:
                await until(lambda: machine.state() == "BACKUP")
                key = key_of(script)
                await until(lambda: left_behind(machine).checks == {key: True})

        play(scenario)

    def test_without_a_mandate_the_address_does_not_wait_for_checks(self, successor, play):
        script = Script("web", ("/bin/sleep", "30"), timeout_s=60)
        config = instance(track=Tracking(scripts=(Tracked("web"),)))

        async def scenario():
            async with successor(config, scripts=[script], silent_s=60) as machine:
                assert (machine.state(), machine.kernel.done) == ("INIT", [("release", VIP)])
            async with successor(config, scripts=[script], silent_s=1, drained=True) as machine:
                assert (machine.state(), machine.kernel.done) == ("INIT", [("release", VIP)])

        play(scenario)

    def test_an_instance_that_a_reload_adds_again_has_lost_its_hold(self, successor, play):
        async def scenario():
            async with successor(hold="master") as machine:
                assert machine.agent.instances.running["VI_1"].router.hold == "master"
                (config,) = machine.agent.configuration.instances
                for instances in ((), (config,)):
                    machine.agent.apply(replace(machine.agent.configuration, instances=instances), "1" * 64)
                assert (machine.state(), machine.agent.instances.running["VI_1"].router.hold) == ("BACKUP", None)

        play(scenario)

    def test_an_instance_that_waits_for_its_checks_keeps_memory_and_address(self, successor, play, tmp_path):
        go = tmp_path / "go"
        script = Script("web", ("/bin/sh", "-c", f"while [ ! -e {go} ]; do sleep 0.01; done"), timeout_s=20)
        config = instance(track=Tracking(scripts=(Tracked("web"),)))

        async def begun(at):
            async with successor(config, scripts=[script]) as machine:
                assert (machine.state(), machine.kernel.done) == ("INIT", [])
                await until(lambda: left_behind(machine).entries[0].installed == ((2, ip_interface(VIP)),))
                machine.now = at
                go.touch()
                await until(lambda: machine.state() != "INIT")
                go.unlink()
                return machine.state(), machine.kernel.done[0]

        async def scenario():
            assert await begun(201.9) == ("MASTER", ("install", VIP))
            assert await begun(202.1) == ("BACKUP", ("release", VIP))

        play(scenario)
