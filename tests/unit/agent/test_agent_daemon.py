# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop keeps deadlines, reads the sockets before they count, and ends in several ways."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from agent_fakes import OWN, eth, instance, table
from running_daemon import DOWN_S, VIP, ask, from_peer, running
from waiting import until

from vrrp.agent import daemon, kernel_events
from vrrp.agent.netlink.links import ActualAddress, AddressChanged, LinkChanged
from vrrp.agent.track.checks import Checks
from vrrp.config.model.trackers import Script, Tracked, Tracking


def test_a_packet_is_read_when_the_socket_says_so(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.now = 102.0
            machine.socket().waiting.append(from_peer())
            machine.agent.network.receivers["eth0", 4].read()
            assert str(machine.agent.instances.running["VI_1"].router.master.address) == "192.168.8.6"

    play(scenario)


def test_a_deleted_virtual_address_comes_back(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            machine.events(machine.kernel.somebody_deletes(VIP))
            assert machine.kernel.done[-2:] == [("install", VIP), ("announce", 5, VIP)]

    play(scenario)


def test_a_virtual_address_that_goes_with_the_hosts_own_is_a_fault(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            machine.kernel.done.clear()
            machine.events(machine.kernel.somebody_deletes(VIP), machine.kernel.somebody_deletes("192.168.8.4/24"))
            assert machine.state() == "FAULT"
            assert machine.kernel.done == [("release", VIP)]

    play(scenario)


def test_an_interface_that_comes_later_is_used(rig, play):
    async def scenario():
        async with rig(instance(interface="eth1")) as machine:
            assert machine.agent.instances.running["VI_1"].router.faults == ("interface eth1 does not exist",)
            assert machine.agent.network.receivers == {}
            new = eth("eth1", 7)
            machine.kernel.table.links[7] = machine.kernel.table.names["eth1"] = new
            machine.kernel.table.remember(ActualAddress(7, instance(addresses=("10.0.0.1/8",)).addresses[0].address))
            machine.events(LinkChanged(None, new))
            assert machine.state() == "BACKUP"
            assert machine.socket("eth1").joined

    play(scenario)


def test_an_interface_that_is_made_anew_gets_a_new_socket(rig, play):
    async def scenario():
        async with rig() as machine:
            old = machine.socket()
            machine.kernel.table = table(eth("eth0", 9))
            machine.events(LinkChanged(eth(), None), LinkChanged(None, eth("eth0", 9)))
            assert old.closed
            assert machine.socket().index == 9
            assert machine.state() == "BACKUP"

    play(scenario)


def test_packets_without_an_instance_are_counted_by_reason(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.socket().waiting += [from_peer(config=instance(virtual_router_id=9)), b"x"]
            machine.due(101.0)
            assert machine.agent.discarded.discarded == {"vrid": 1, "truncated": 1}

    play(scenario)


def test_an_instance_waits_for_the_checks_that_can_forbid_it(rig, play, tmp_path):
    go = tmp_path / "go"
    script = Script("web", ("/bin/sh", "-c", f"while [ ! -e {go} ]; do sleep 0.01; done"), timeout_s=20)
    config = instance(track=Tracking(scripts=(Tracked("web"),)))

    async def scenario():
        async with rig(config, scripts=[script]) as machine:
            await asyncio.sleep(0)
            assert machine.state() == "INIT"
            go.touch()
            await until(lambda: machine.state() == "BACKUP")

    play(scenario)


def test_a_check_that_fails_gives_mastership_up(rig, play, tmp_path):
    bad = tmp_path / "bad"
    script = Script("web", ("/bin/sh", "-c", f"[ ! -e {bad} ]"), interval_s=0.02)
    config = instance(track=Tracking(scripts=(Tracked("web"),)))

    async def scenario():
        async with rig(config, scripts=[script]) as machine:
            await until(lambda: machine.state() == "BACKUP")
            machine.due(104.0)
            assert machine.state() == "MASTER"
            bad.touch()
            await until(lambda: machine.state() == "FAULT")
            assert machine.socket().sent[-1] == (0, "224.0.0.18")

    play(scenario)


def test_a_clean_stop_keeps_the_addresses_for_a_moment(rig, play):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances.running)
            machine.due(104.0)
            os.kill(os.getpid(), signal.SIGTERM)
            await until(lambda: (0, "224.0.0.18") in machine.socket().sent)
            assert ("release", VIP) not in machine.kernel.done
            machine.due(110.0)
            assert await task == 0
            assert machine.kernel.done[-1] == ("release", VIP)
            assert machine.lines()[-1] == "Stopped"

    play(scenario)


def test_a_second_sigterm_does_not_wait(rig, play):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances.running)
            machine.due(104.0)
            machine.agent.shutdown.stop()
            machine.agent.shutdown.stop()
            assert await task == 0
            assert machine.kernel.done[-1] == ("release", VIP)

    play(scenario)


def test_a_backup_stops_at_once(rig, play):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances.running)
            machine.agent.shutdown.stop()
            assert await task == 0
            assert machine.agent.network.receivers == {}

    play(scenario)


def test_a_bug_gives_everything_up_and_exits_with_1(rig, play, monkeypatch):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances.running)
            machine.due(104.0)

            def broken(now):
                raise ZeroDivisionError("a bug")

            at_the_disk = []  # what was done each time before the agent may have waited for a disk
            monkeypatch.setattr(machine.agent.maintenance, "end", lambda: at_the_disk.append(machine.kernel.done[-1:]))
            monkeypatch.setattr(machine.agent.network, "drain", broken)
            machine.scheduler.callback(machine.agent.deadlines.expire)()
            assert await task == 1
            assert machine.kernel.done[-1] == ("release", VIP)
            assert at_the_disk == [[("release", VIP)]]
            assert any("ZeroDivisionError: a bug" in line for line in machine.text.getvalue().splitlines())

    play(scenario)


def test_a_bug_in_a_command_ends_the_agent_and_is_answered(rig, play, monkeypatch):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances.running)
            machine.due(104.0)

            def broken():
                raise ZeroDivisionError("a bug")

            monkeypatch.setattr(machine.agent.reload, "reload", broken)
            answer = machine.agent.control.answer(b'{"command": "reload"}', privileged=True)
            assert answer == {"ok": False, "error": "internal error, the agent gives up everything: see its log"}
            assert await task == 1
            assert machine.kernel.done[-1] == ("release", VIP)
            assert "ZeroDivisionError: a bug" in machine.text.getvalue()

    play(scenario)


def test_a_refused_command_ends_nothing(rig, play):
    async def scenario():
        async with rig() as machine:
            answer = machine.agent.control.answer(b'{"command": "promote", "instance": "web"}', privileged=True)
            assert answer["error"].startswith("there is no instance web")
            assert not machine.agent.shutdown.done.is_set()

    play(scenario)


def test_a_picture_that_is_stale_is_asked_for_again(rig, play, monkeypatch):
    monkeypatch.setattr(kernel_events, "RESYNC_S", 0.001)

    async def scenario():
        async with rig() as machine:
            machine.kernel.stale = True
            machine.events()
            machine.kernel.table = table(eth(up=False))
            machine.kernel.happens(LinkChanged(eth(), eth(up=False)))
            await until(lambda: machine.state() == "FAULT")
            machine.kernel.stale = False

    play(scenario)


def test_the_own_address_is_found_among_virtual_ones(rig, play):
    machine_addresses = table(addresses=(VIP, "192.168.8.101/24", "192.168.8.4/24"))
    second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)

    async def scenario():
        async with rig(instance(), second, filled=machine_addresses) as machine:
            assert {each.tracking.source for each in machine.agent.instances.running.values()} == {OWN}

    play(scenario)


def test_somebody_elses_address_changes_nothing(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            machine.kernel.done.clear()
            other = ActualAddress(2, instance(addresses=("10.9.9.9/24",)).addresses[0].address)
            machine.kernel.table.remember(other)
            machine.events(AddressChanged(other, added=True))
            assert (machine.state(), machine.kernel.done) == ("MASTER", [])

    play(scenario)


class TestReadBeforeActing:
    """A master that was frozen for longer than its mandate is no longer master, after any kind of wake-up."""

    @pytest.fixture
    def frozen(self, rig, play):
        def run(look):
            async def scenario():
                async with rig(start=False) as machine:
                    task = running(machine)
                    await until(lambda: machine.agent.instances.running)
                    machine.due(104.0)
                    assert (machine.state(), machine.socket().sent) == ("MASTER", [(100, "224.0.0.18")])
                    for _turn in range(5):  # what the takeover has left to do must not be what wakes it
                        await asyncio.sleep(0)
                    machine.now = 500.0
                    machine.socket().waiting.append(from_peer(priority=50))
                    await look(machine)
                    assert machine.socket_was.sent == [(100, "224.0.0.18")]
                    assert machine.kernel.done.count(("install", VIP)) == 1
                    assert machine.kernel.done[-1] == ("release", VIP)
                    machine.agent.shutdown.done.set()
                    assert await task == 0

            play(scenario)

        return run

    def test_an_event_of_the_kernel_is_handled_after_the_packets(self, frozen):
        async def look(machine):
            machine.kernel.happens(machine.kernel.somebody_deletes(VIP))
            machine.kernel.wake()
            await until(lambda: not machine.kernel.events)
            assert machine.state() == "BACKUP"

        frozen(look)

    def test_a_command_is_handled_after_the_packets(self, frozen):
        async def look(machine):
            (entry,) = ask(machine, "status")["result"]["instances"]
            assert (entry["state"], entry["master"]["priority"]) == ("BACKUP", 50)

        frozen(look)

    @pytest.mark.parametrize(("number", "state"), [(signal.SIGHUP, "BACKUP"), (signal.SIGTERM, "STOP")])
    def test_a_signal_is_handled_after_the_packets(self, frozen, number, state):
        async def look(machine):
            os.kill(os.getpid(), number)
            await until(lambda: machine.state() == state)

        frozen(look)

    def test_a_check_is_handled_after_the_packets(self, frozen, monkeypatch):
        given = []

        def checks(changed, *arguments, **more):
            given.append(changed)
            return Checks(changed, *arguments, **more)

        monkeypatch.setattr(daemon, "Checks", checks)

        async def look(machine):
            (changed,) = given
            changed()
            assert machine.state() == "BACKUP"

        frozen(look)

    def test_a_moment_late_is_not_asleep(self, rig, play):
        async def scenario():
            async with rig() as machine:
                machine.now = 100 + DOWN_S + 0.049
                machine.scheduler.callback(lambda: None)()
                assert machine.state() == "BACKUP"
                machine.now = 100 + DOWN_S + 0.051
                machine.scheduler.callback(lambda: None)()
                assert machine.state() == "MASTER"

        play(scenario)
