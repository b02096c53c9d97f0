# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""At SIGTERM for a restart some instances stay MASTER for a successor, and others hand over."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from ipaddress import ip_interface

import pytest
from agent_fakes import instance
from running_daemon import FAST, VIP, from_peer, left_behind, running
from waiting import until

from vrrp.agent import shutdown
from vrrp.agent.process.saved_state import SavedState
from vrrp.agent.process.systemd import ServiceManager
from vrrp.protocol.states import State


@pytest.fixture
def under_systemd(monkeypatch):
    """``under_systemd(machine, restart)``: a service manager that is about to restart us, or not. Returns who asked."""

    def make(machine, restart):
        asked = []

        def restart_wanted(unit):
            asked.append(unit)
            return restart() if callable(restart) else restart

        monkeypatch.setattr(shutdown, "own_unit", lambda: "hotstandby.service")
        monkeypatch.setattr(shutdown, "restart_wanted", restart_wanted)
        monkeypatch.setattr(ServiceManager, "present", True)
        return asked

    return make


class TestRestart:
    def test_a_master_stays_one_for_its_successor(self, rig, play, under_systemd):
        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                asked = under_systemd(machine, restart=True)
                machine.due(104.0)
                machine.now = 104.4
                machine.socket()
                os.kill(os.getpid(), signal.SIGTERM)
                assert await task == 0
                assert asked == ["hotstandby.service"]
                assert machine.socket_was.sent == [(100, "224.0.0.18")] * 2
                assert ("release", VIP) not in machine.kernel.done
                (entry,) = left_behind(machine).entries
                assert (entry.state, entry.last_at, entry.installed) == (State.MASTER, 104.4, ((2, ip_interface(VIP)),))
                assert "Stopping, a restart follows" in machine.lines()

        play(scenario)

    def test_where_the_peer_takes_it_sooner_it_is_handed_over(self, rig, play, under_systemd):
        async def scenario():
            async with rig(FAST, start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                under_systemd(machine, restart=True)
                machine.due(102.0)
                assert machine.state("VI_2") == "MASTER"
                machine.agent.shutdown.stop()
                await until(lambda: machine.socket().sent[-1] == (0, "224.0.0.18"))
                assert not task.done()
                machine.due(102.6)
                assert await task == 0
                assert machine.kernel.done[-1] == ("release", "192.168.8.101/24")
                (entry,) = left_behind(machine).entries
                assert (entry.state, entry.installed) == (State.STOP, ())

        play(scenario)

    @pytest.mark.parametrize(("interval_cs", "stays"), [(50, True), (49, False)])
    def test_a_mandate_of_a_second_and_a_half_is_enough(self, rig, play, under_systemd, interval_cs, stays):
        async def scenario():
            async with rig(instance(advert_int_cs=interval_cs, version=3), start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                under_systemd(machine, restart=True)
                machine.due(102.2)
                assert machine.state() == "MASTER"
                machine.socket()
                machine.agent.shutdown.stop()
                await until(lambda: len(machine.socket_was.sent) == 2)
                assert (machine.socket_was.sent[-1][0] == 100) is stays
                machine.agent.shutdown.done.set()
                await task

        play(scenario)

    def test_a_restart_waits_for_the_instance_that_is_not_kept(self, rig, play, under_systemd):
        async def scenario():
            async with rig(instance(), FAST, start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                under_systemd(machine, restart=True)
                machine.due(103.7)
                assert (machine.state("VI_1"), machine.state("VI_2")) == ("MASTER", "BACKUP")
                machine.now = 103.9
                machine.command("promote", instance="VI_2")
                machine.socket().sent.clear()
                machine.agent.shutdown.stop()
                await until(lambda: len(machine.socket().sent) == 2)
                assert machine.socket().sent == [(100, "224.0.0.18"), (0, "224.0.0.18")]
                machine.due(104.7)
                assert machine.socket().sent[2:] == [(100, "224.0.0.18")]
                machine.due(104.9)
                assert await task == 0
                assert [each for each in machine.kernel.done if each[0] == "release"] == [
                    ("release", "192.168.8.101/24")
                ]
                first, second = left_behind(machine).entries
                assert (first.state, second.state) == (State.MASTER, State.STOP)

        play(scenario)

    def test_an_instance_that_loses_meanwhile_leaves_no_mastership(self, rig, play, under_systemd):
        async def scenario():
            async with rig(instance(), FAST, start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                under_systemd(machine, restart=True)
                machine.due(103.7)
                machine.command("promote", instance="VI_2")
                machine.agent.shutdown.stop()
                await until(lambda: machine.socket().sent[-1] == (0, "224.0.0.18"))
                machine.socket().waiting.append(from_peer())
                machine.due(103.9)
                machine.due(104.0)
                assert machine.state("VI_1") == "BACKUP"
                machine.due(105.0)
                assert await task == 0
                assert left_behind(machine).of(("eth0", 51, 4)).state is State.BACKUP

        play(scenario)

    def test_without_a_restart_everything_is_given_up(self, rig, play, under_systemd):
        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                asked = under_systemd(machine, restart=False)
                machine.due(104.0)
                machine.agent.shutdown.stop()
                await until(lambda: (0, "224.0.0.18") in machine.socket().sent)
                machine.due(105.1)
                assert await task == 0
                assert (asked, machine.kernel.done[-1]) == (["hotstandby.service"], ("release", VIP))
                assert left_behind(machine) == SavedState()
                assert sorted(os.listdir(machine.path.parent)) == []

        play(scenario)

    def test_without_a_service_manager_nobody_is_asked(self, rig, play, under_systemd, monkeypatch):
        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                asked = under_systemd(machine, restart=True)
                monkeypatch.setattr(ServiceManager, "present", False)
                machine.agent.shutdown.stop()
                assert await task == 0
                assert asked == []

        play(scenario)

    def test_while_systemctl_is_asked_a_second_sigterm_does_not_wait(self, rig, play, under_systemd):
        answer = threading.Event()

        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                under_systemd(machine, restart=lambda: answer.wait(20))
                machine.due(104.0)
                machine.agent.shutdown.stop()
                machine.due(105.0)
                assert machine.socket().sent == [(100, "224.0.0.18")] * 2
                machine.agent.shutdown.stop()
                try:
                    assert await task == 0
                finally:
                    answer.set()
                assert machine.kernel.done[-1] == ("release", VIP)

        play(scenario)

    def test_a_state_change_while_it_is_asked_ends_nothing(self, rig, play, under_systemd):
        answer = threading.Event()

        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                under_systemd(machine, restart=lambda: answer.wait(20))
                machine.drain(True)
                machine.agent.shutdown.stop()
                try:
                    for _turn in range(20):
                        await asyncio.sleep(0)
                    assert not machine.agent.shutdown.done.is_set()
                finally:
                    answer.set()
                assert await task == 0
                assert left_behind(machine).drained

        play(scenario)

    @pytest.mark.parametrize("what", ["drain", "demote"])
    def test_a_drain_or_a_demotion_is_saved_for_the_successor(self, rig, play, under_systemd, what):
        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                under_systemd(machine, restart=True)
                machine.command(what, instance="VI_1")
                machine.agent.shutdown.stop()
                assert await task == 0
                saved = left_behind(machine)
                assert (saved.drained, saved.entries[0].hold) == (
                    (True, None) if what == "drain" else (False, "backup")
                )

        play(scenario)

    def test_a_bug_leaves_nothing(self, rig, play):
        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances.running)
                machine.due(104.0)
                machine.scheduler.callback(lambda: 1 / 0)()
                assert await task == 1
                assert left_behind(machine) == SavedState()

        play(scenario)
