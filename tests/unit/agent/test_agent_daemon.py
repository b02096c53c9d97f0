# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop: deadlines, what is read before they count, and the ways to the end."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from dataclasses import replace
from ipaddress import ip_interface

import pytest
from agent_fakes import OWN, PEER, eth, instance, table

from vrrp.agent import daemon, ledger, reload, wire
from vrrp.agent.interfaces import AddressChanged, LinkChanged, Present
from vrrp.agent.ledger import Entry, Ledger, Page
from vrrp.agent.systemd import ServiceManager
from vrrp.config.model import Script, TrackedScript
from vrrp.protocol.states import State

DOWN_S = 3 + 156 / 256  # Master_Down_Interval of priority 100 at one second
VIP = "192.168.8.100/24"


def from_peer(priority=200, config=None):
    ((packet, _destination),) = wire.packets(config or instance(), PEER, priority)
    return packet


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
            assert machine.agent.instances["VI_1"].deadline == pytest.approx(500 + DOWN_S)
            machine.due(500.0 + DOWN_S)
            assert machine.state() == "MASTER"

    play(scenario)


def test_masters_whose_deadlines_are_close_advertise_in_one_go(rig, play):
    second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)

    async def scenario():
        async with rig(instance(), second) as machine:
            machine.now = 104.0
            machine.due(104.0)
            machine.socket().sent.clear()
            first, other = machine.agent.instances.values()
            other.perform(other.router.demote(104.0), 104.0)
            other.perform(other.router.release(104.0), 104.0)
            other.perform(other.router.promote(104.0006), 104.0006)
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
            machine.agent._alarm.unmute = armed.append
            machine.due(101.0)
            assert armed == [pytest.approx(100 + DOWN_S)]

    play(scenario)


def test_a_packet_is_read_when_the_socket_says_so(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.now = 102.0
            machine.socket().waiting.append(from_peer())
            machine.agent._readable(machine.agent.network.channels["eth0", 4])
            assert str(machine.agent.instances["VI_1"].router.master.address) == "192.168.8.6"

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
            assert machine.agent.instances["VI_1"].router.faults == ("interface eth1 does not exist",)
            assert machine.agent.network.channels == {}
            new = eth("eth1", 7)
            machine.kernel.table.links[7] = machine.kernel.table.names["eth1"] = new
            machine.kernel.table.remember(Present(7, instance(addresses=("10.0.0.1/8",)).addresses[0].address))
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


def test_what_belongs_to_nobody_is_counted(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.socket().waiting += [from_peer(config=instance(virtual_router_id=9)), b"x"]
            machine.due(101.0)
            assert machine.agent.discarded.discarded == {"vrid": 1, "truncated": 1}

    play(scenario)


async def until(condition, within_s=10.0):
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not condition():
        assert loop.time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


def test_an_instance_waits_for_the_checks_that_can_forbid_it(rig, play, tmp_path):
    go = tmp_path / "go"
    script = Script("web", ("/bin/sh", "-c", f"while [ ! -e {go} ]; do sleep 0.01; done"), timeout_s=20)
    config = instance(track_scripts=(TrackedScript("web"),))

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
    config = instance(track_scripts=(TrackedScript("web"),))

    async def scenario():
        async with rig(config, scripts=[script]) as machine:
            await until(lambda: machine.state() == "BACKUP")
            machine.due(104.0)
            assert machine.state() == "MASTER"
            bad.touch()
            await until(lambda: machine.state() == "FAULT")
            assert machine.socket().sent[-1] == (0, "224.0.0.18")

    play(scenario)


def running(machine):
    """The real loop, with everything that belongs to it; the test's clock stands still, so nothing is ever due."""
    return asyncio.get_running_loop().create_task(machine.agent.run())


def test_a_clean_stop_keeps_the_addresses_for_a_moment(rig, play):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances)
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
            await until(lambda: machine.agent.instances)
            machine.due(104.0)
            machine.agent.stop()
            machine.agent.stop()
            assert await task == 0
            assert machine.kernel.done[-1] == ("release", VIP)

    play(scenario)


def test_a_backup_stops_at_once(rig, play):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances)
            machine.agent.stop()
            assert await task == 0
            assert machine.agent.network.channels == {}

    play(scenario)


def test_a_bug_gives_everything_up_and_exits_with_1(rig, play, monkeypatch):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances)
            machine.due(104.0)

            def broken(now):
                raise ZeroDivisionError("a bug")

            monkeypatch.setattr(machine.agent.network, "drain", broken)
            machine.agent._guard(machine.agent._due)()
            assert await task == 1
            assert machine.kernel.done[-1] == ("release", VIP)
            assert any("ZeroDivisionError: a bug" in line for line in machine.text.getvalue().splitlines())

    play(scenario)


def test_a_bug_in_a_command_ends_the_agent_and_is_answered(rig, play, monkeypatch):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances)
            machine.due(104.0)

            def broken(command, request):
                raise ZeroDivisionError("a bug")

            monkeypatch.setattr(machine.agent._commands, "handle", broken)
            answer = machine.agent._control.answer(b'{"command": "reload"}', privileged=True)
            assert answer == {"ok": False, "error": "internal error, the agent gives up everything: see its log"}
            assert await task == 1
            assert machine.kernel.done[-1] == ("release", VIP)
            assert "ZeroDivisionError: a bug" in machine.text.getvalue()

    play(scenario)


def test_a_refused_command_ends_nothing(rig, play):
    async def scenario():
        async with rig() as machine:
            answer = machine.agent._control.answer(b'{"command": "promote", "instance": "web"}', privileged=True)
            assert answer["error"].startswith("there is no instance web")
            assert not machine.agent._done.is_set()

    play(scenario)


def test_a_picture_that_is_stale_is_asked_for_again(rig, play, monkeypatch):
    monkeypatch.setattr(daemon, "RESYNC_S", 0.001)

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
            assert {each.source for each in machine.agent.instances.values()} == {OWN}

    play(scenario)


def test_somebody_elses_address_changes_nothing(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            machine.kernel.done.clear()
            other = Present(2, instance(addresses=("10.9.9.9/24",)).addresses[0].address)
            machine.kernel.table.remember(other)
            machine.events(AddressChanged(other, added=True))
            assert (machine.state(), machine.kernel.done) == ("MASTER", [])

    play(scenario)


def ask(machine, command):
    return machine.agent._control.answer(f'{{"command": "{command}"}}'.encode(), privileged=True)


class TestReadBeforeActing:
    """Whatever wakes a master that was frozen for longer than its mandate: it is none any more."""

    @pytest.fixture
    def frozen(self, rig, play):
        def run(look):
            async def scenario():
                async with rig(start=False) as machine:
                    task = running(machine)
                    await until(lambda: machine.agent.instances)
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
                    machine.agent._done.set()
                    assert await task == 0

            play(scenario)

        return run

    def test_an_event_of_the_kernel(self, frozen):
        async def look(machine):
            machine.kernel.happens(machine.kernel.somebody_deletes(VIP))
            os.write(machine.kernel._pipe[1], b"x")
            await until(lambda: not machine.kernel.events)
            assert machine.state() == "BACKUP"

        frozen(look)

    def test_a_command(self, frozen):
        async def look(machine):
            (entry,) = ask(machine, "status")["result"]["instances"]
            assert (entry["state"], entry["master"]["priority"]) == ("BACKUP", 50)

        frozen(look)

    @pytest.mark.parametrize(("number", "state"), [(signal.SIGHUP, "BACKUP"), (signal.SIGTERM, "STOP")])
    def test_a_signal(self, frozen, number, state):
        async def look(machine):
            os.kill(os.getpid(), number)
            await until(lambda: machine.state() == state)

        frozen(look)

    def test_a_check(self, frozen):
        async def look(machine):
            machine.agent.checks._changed()
            assert machine.state() == "BACKUP"

        frozen(look)

    def test_a_moment_late_is_not_asleep(self, rig, play):
        async def scenario():
            async with rig() as machine:
                machine.now = 100 + DOWN_S + 0.049
                machine.agent._guard(lambda: None)()
                assert machine.state() == "BACKUP"
                machine.now = 100 + DOWN_S + 0.051
                machine.agent._guard(lambda: None)()
                assert machine.state() == "MASTER"

        play(scenario)


@pytest.fixture
def under_systemd(monkeypatch):
    """``under_systemd(machine, restart)``: a service manager that is about to restart us, or not. Returns who asked."""

    def make(machine, restart):
        asked = []

        def restart_wanted(unit):
            asked.append(unit)
            return restart() if callable(restart) else restart

        monkeypatch.setattr(daemon, "own_unit", lambda: "hotstandby.service")
        monkeypatch.setattr(daemon, "restart_wanted", restart_wanted)
        machine.agent.service_manager = ServiceManager({"NOTIFY_SOCKET": "@hotstandby-nobody-listens"})
        return asked

    return make


FAST = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52, advert_int_cs=49, version=3)


def left_behind(machine) -> Page:
    return ledger.read(str(machine.path.parent))


class TestRestart:
    def test_a_master_stays_one_for_its_successor(self, rig, play, under_systemd):
        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances)
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
                await until(lambda: machine.agent.instances)
                under_systemd(machine, restart=True)
                machine.due(102.0)
                assert machine.state("VI_2") == "MASTER"
                machine.agent.stop()
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
                await until(lambda: machine.agent.instances)
                under_systemd(machine, restart=True)
                machine.due(102.2)
                assert machine.state() == "MASTER"
                machine.socket()
                machine.agent.stop()
                await until(lambda: len(machine.socket_was.sent) == 2)
                assert (machine.socket_was.sent[-1][0] == 100) is stays
                machine.agent._done.set()
                await task

        play(scenario)

    def test_who_stays_waits_for_who_does_not(self, rig, play, under_systemd):
        async def scenario():
            async with rig(instance(), FAST, start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances)
                under_systemd(machine, restart=True)
                machine.due(103.7)
                assert (machine.state("VI_1"), machine.state("VI_2")) == ("MASTER", "BACKUP")
                machine.now = 103.9
                machine.agent._commands.handle("promote", {"instance": "VI_2"})
                machine.socket().sent.clear()
                machine.agent.stop()
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

    def test_one_that_loses_meanwhile_leaves_no_mastership(self, rig, play, under_systemd):
        async def scenario():
            async with rig(instance(), FAST, start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances)
                under_systemd(machine, restart=True)
                machine.due(103.7)
                machine.agent._commands.handle("promote", {"instance": "VI_2"})
                machine.agent.stop()
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
                await until(lambda: machine.agent.instances)
                asked = under_systemd(machine, restart=False)
                machine.due(104.0)
                machine.agent.stop()
                await until(lambda: (0, "224.0.0.18") in machine.socket().sent)
                machine.due(105.1)
                assert await task == 0
                assert (asked, machine.kernel.done[-1]) == (["hotstandby.service"], ("release", VIP))
                assert left_behind(machine) == Page()
                assert sorted(os.listdir(machine.path.parent)) == []

        play(scenario)

    def test_without_a_service_manager_nobody_is_asked(self, rig, play, under_systemd, monkeypatch):
        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances)
                asked = under_systemd(machine, restart=True)
                machine.agent.service_manager = ServiceManager({})
                machine.agent.stop()
                assert await task == 0
                assert asked == []

        play(scenario)

    def test_while_it_is_asked_the_master_goes_on_and_a_second_sigterm_does_not_wait(self, rig, play, under_systemd):
        answer = threading.Event()

        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances)
                under_systemd(machine, restart=lambda: answer.wait(20))
                machine.due(104.0)
                machine.agent.stop()
                machine.due(105.0)
                assert machine.socket().sent == [(100, "224.0.0.18")] * 2
                machine.agent.stop()
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
                await until(lambda: machine.agent.instances)
                under_systemd(machine, restart=lambda: answer.wait(20))
                machine.agent.drain(True)
                machine.agent.stop()
                try:
                    for _turn in range(20):
                        await asyncio.sleep(0)
                    assert not machine.agent._done.is_set()
                finally:
                    answer.set()
                assert await task == 0
                assert left_behind(machine).drained

        play(scenario)

    @pytest.mark.parametrize("what", ["drain", "demote"])
    def test_what_an_operator_wants_survives_it(self, rig, play, under_systemd, what):
        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances)
                under_systemd(machine, restart=True)
                machine.agent._commands.handle(what, {"instance": "VI_1"})
                machine.agent.stop()
                assert await task == 0
                page = left_behind(machine)
                assert (page.drained, page.entries[0].hold) == ((True, None) if what == "drain" else (False, "backup"))

        play(scenario)

    def test_a_bug_leaves_nothing(self, rig, play):
        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances)
                machine.due(104.0)
                machine.agent._guard(lambda: 1 / 0)()
                assert await task == 1
                assert left_behind(machine) == Page()

        play(scenario)


HELD = table(addresses=("192.168.8.4/24", VIP))


@pytest.fixture
def successor(rig, tmp_path):
    """``async with successor(silent_s=...)``: an agent at 200.0 that finds the ledger of another one."""

    def make(*configs, state=State.MASTER, silent_s=1.0, hold=None, checks=None, drained=False, **how):
        installed = how.pop("installed", ((2, ip_interface(VIP)),))
        before = Ledger(str(tmp_path))
        before.open()
        before.beat_of(("eth0", 51, 4))((200.0 - silent_s) * (1 if state is State.MASTER else -1))
        entry = Entry(("eth0", 51, 4), "VI_1", 2, state, 100, hold, installed)
        before.write(Page((entry,), checks or {}, drained))
        how.setdefault("filled", table(addresses=("192.168.8.4/24", VIP)))
        return rig(*configs, now=200.0, **how)

    return make


class TestSuccessor:
    def test_within_the_mandate_it_is_master_again(self, successor, play):
        async def scenario():
            async with successor() as machine:
                assert machine.state() == "MASTER"
                assert machine.kernel.done == [("install", VIP), ("announce", 5, VIP)]
                assert machine.socket().sent == [(100, "224.0.0.18")]
                assert machine.agent.instances["VI_1"].memory is None

        play(scenario)

    def test_without_a_mandate_the_address_goes_first(self, successor, play):
        async def scenario():
            async with successor(silent_s=3.1) as machine:
                assert (machine.state(), machine.kernel.done, machine.socket().sent) == (
                    "BACKUP",
                    [("release", VIP)],
                    [],
                )
                assert machine.agent.instances["VI_1"].deadline == pytest.approx(200 + DOWN_S)

        play(scenario)

    def test_a_backup_keeps_its_timer_and_its_hold(self, successor, play):
        async def scenario():
            async with successor(state=State.BACKUP, silent_s=0.5, hold="backup", installed=()) as machine:
                assert machine.state() == "BACKUP"
                assert machine.agent.instances["VI_1"].router.hold == "backup"
                assert machine.agent.instances["VI_1"].deadline == pytest.approx(199.5 + 3 + 255 / 256)

        play(scenario)

    def test_a_drained_node_stays_drained(self, successor, play):
        async def scenario():
            async with successor(drained=True, hold="master") as machine:
                assert (machine.state(), machine.kernel.done) == ("STOP", [("release", VIP)])
                assert ask(machine, "status")["result"]["drained"] is True
                assert ask(machine, "undrain")["ok"]
                assert (machine.state(), machine.agent.instances["VI_1"].router.hold) == ("BACKUP", "master")

        play(scenario)

    def test_a_fault_wins_and_the_address_goes(self, successor, play):
        async def scenario():
            down = table(eth(up=False), addresses=("192.168.8.4/24", VIP))
            async with successor(filled=down) as machine:
                assert machine.state() == "FAULT"
                assert machine.kernel.done == [("release", VIP)]

        play(scenario)

    def test_what_the_file_does_not_name_any_more_goes(self, successor, play):
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
    def test_what_it_inherits_is_not_the_hosts_own(self, successor, play, silent_s):
        async def scenario():
            async with successor(instance(priority=255), silent_s=silent_s) as machine:
                assert machine.state() == "MASTER"
                assert machine.agent.instances["VI_1"].addresses.owned == ()
                machine.agent._drop_everything()
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
        config = instance(track_scripts=(TrackedScript("web"),))

        async def scenario():
            async with successor(config, scripts=[script], silent_s=1.0) as machine:
                assert machine.state() == "INIT"
                (key,) = [check.key for check in machine.agent.checks._everyone()]
            async with successor(config, scripts=[script], silent_s=1.0, checks={key: True}) as machine:
                assert machine.state() == "MASTER"

        play(scenario)

    def test_what_the_checks_said_is_left_to_the_next(self, rig, play):
        script = Script("web", ("/bin/true",), interval_s=20)
        config = instance(track_scripts=(TrackedScript("web"),))

        async def scenario():
            async with rig(config, scripts=[script]) as machine:
                await until(lambda: machine.state() == "BACKUP")
                (key,) = [check.key for check in machine.agent.checks._everyone()]
                await until(lambda: left_behind(machine).checks == {key: True})

        play(scenario)

    def test_without_a_mandate_the_address_does_not_wait_for_checks(self, successor, play):
        script = Script("web", ("/bin/sleep", "30"), timeout_s=60)
        config = instance(track_scripts=(TrackedScript("web"),))

        async def scenario():
            async with successor(config, scripts=[script], silent_s=60) as machine:
                assert (machine.state(), machine.kernel.done) == ("INIT", [("release", VIP)])
            async with successor(config, scripts=[script], silent_s=1, drained=True) as machine:
                assert (machine.state(), machine.kernel.done) == ("INIT", [("release", VIP)])

        play(scenario)

    def test_what_a_reload_brings_back_has_no_memory_any_more(self, successor, play):
        async def scenario():
            async with successor(hold="master") as machine:
                assert machine.agent.instances["VI_1"].router.hold == "master"
                (config,) = machine.agent.configuration.instances
                for instances in ((), (config,)):
                    reload.apply(machine.agent, replace(machine.agent.configuration, instances=instances))
                assert (machine.state(), machine.agent.instances["VI_1"].router.hold) == ("BACKUP", None)

        play(scenario)

    def test_one_that_waits_for_its_checks_keeps_the_memory_and_the_address(self, successor, play, tmp_path):
        go = tmp_path / "go"
        script = Script("web", ("/bin/sh", "-c", f"while [ ! -e {go} ]; do sleep 0.01; done"), timeout_s=20)
        config = instance(track_scripts=(TrackedScript("web"),))

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
                assert (machine.state("VI_1"), machine.agent.stopping) == ("STOP", False)
                assert not machine.agent._done.is_set()
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
        config = instance(track_scripts=(TrackedScript("web"),))

        async def scenario():
            async with rig(config, scripts=[script]) as machine:
                ask(machine, "drain")
                assert machine.state() == "INIT"
                go.touch()
                await until(lambda: machine.state() == "STOP")
                ask(machine, "undrain")
                assert machine.state() == "BACKUP"

        play(scenario)

    def test_one_that_waited_while_it_was_drained_and_no_more_begins(self, rig, play, tmp_path):
        go = tmp_path / "go"
        script = Script("web", ("/bin/sh", "-c", f"while [ ! -e {go} ]; do sleep 0.01; done"), timeout_s=20)
        config = instance(track_scripts=(TrackedScript("web"),))

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
                assert (machine.state("own"), machine.agent.drained) == ("MASTER", False)
                assert ask(machine, "undrain")["ok"]

        play(scenario)

    @pytest.mark.parametrize("command", ["drain", "undrain"])
    def test_an_agent_that_stops_is_not_drained(self, rig, play, command):
        async def scenario():
            async with rig() as machine:
                machine.agent.stop()
                assert ask(machine, command)["error"] == "the agent is stopping"

        play(scenario)

    def test_a_move_is_refused_with_what_to_do(self, rig, play):
        async def scenario():
            async with rig() as machine:
                ask(machine, "drain")
                answer = machine.agent._control.answer(b'{"command": "promote", "instance": "VI_1"}', privileged=True)
                assert answer["error"] == "cannot promote VI_1: this node is drained. Undrain it first"

        play(scenario)


class TestLeases:
    def test_they_are_renewed_twice_a_second_whatever_else_is_due(self, rig, play):
        async def scenario():
            async with rig(instance(advert_int_cs=1000)) as machine:
                machine.due(100 + 30.61)
                assert machine.state() == "MASTER"
                machine.kernel.renewed.clear()
                for _number in range(6):
                    machine.due(machine.agent._alarm.at)
                assert machine.now - 130.61 == pytest.approx(3.0, abs=0.01)
                assert machine.kernel.renewed == [f"{VIP} 3"] * 6

        play(scenario)

    def test_a_backup_is_not_woken_for_nothing(self, rig, play):
        async def scenario():
            async with rig() as machine:
                assert machine.agent._alarm.at == pytest.approx(100 + DOWN_S)
                machine.due(101.0)
                assert machine.agent._alarm.at == pytest.approx(100 + DOWN_S)
                assert machine.kernel.renewed == []

        play(scenario)

    def test_a_takeover_by_command_is_renewed_in_time_too(self, rig, play):
        async def scenario():
            async with rig(instance(advert_int_cs=1000)) as machine:
                machine.agent._commands.handle("promote", {"instance": "VI_1"})
                assert machine.agent._alarm.at <= 100.5
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

    def test_whoever_yields_still_renews(self, rig, play):
        async def scenario():
            async with rig() as machine:
                machine.due(104.0)
                machine.agent.instances["VI_1"].feed(104.0, "demote")
                machine.kernel.renewed.clear()
                machine.due(104.6)
                assert machine.kernel.renewed == [f"{VIP} 3"]

        play(scenario)


def test_masters_speak_before_others_take_over(rig, play):
    """Else a master that waits for the takeovers of 255 others is silent for longer than its mandate."""
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
