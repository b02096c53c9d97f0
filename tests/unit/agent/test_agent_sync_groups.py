# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sync groups in the agent: two instances on two interfaces, which are MASTER together or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import ip_interface

import pytest
from agent_fakes import eth, instance, table
from running_daemon import DOWN_S, from_peer

from vrrp.agent.netlink.links import ActualAddress
from vrrp.config.model.configuration import Configuration, Globals, SyncGroup
from vrrp.protocol.states import SavedRouterState, State

ONE = instance("VI_1")
TWO = instance("VI_2", ("192.168.9.100/24",), virtual_router_id=52, interface="eth1")
GROUP = SyncGroup("G", 1, ("VI_1", "VI_2"))
READY = "vrrp.agent.instance_tracking.InstanceTracking.ready"


def machine_with_two():
    filled = table(eth(), eth("eth1", 3, bytes.fromhex("020000000005")))
    filled.remember(ActualAddress(3, ip_interface("192.168.9.4/24")))
    return filled


@pytest.fixture
def pair(rig):
    """``async with pair() as machine``."""
    return lambda **more: rig(ONE, TWO, **{"filled": machine_with_two(), "sync_groups": (GROUP,), **more})


def states(machine):
    return machine.state("VI_1"), machine.state("VI_2")


def grown(machine):
    """Make both MASTER."""
    machine.due(100 + DOWN_S)
    assert states(machine) == ("MASTER", "MASTER")


def read(machine, interface="eth0"):
    with machine.agent.groups:
        machine.agent.network.receivers[interface, 4].read()


def priorities(machine, interface):
    return [priority for priority, _group in machine.socket(interface).sent]


def asked(machine, verb, name="VI_1"):
    request = json.dumps({"command": verb, "instance": name}).encode()
    return machine.agent.control.answer(request, privileged=True)


def test_the_members_of_a_group_become_master_in_one_turn(pair, play):
    async def scenario():
        async with pair() as machine:
            assert states(machine) == ("BACKUP", "BACKUP")
            grown(machine)
            assert "VRRP_Group(G) Syncing instances to MASTER state" in machine.lines()
            entries = [line for line in machine.lines() if "Entering MASTER" in line]
            assert entries[-1] == "VRRP_Group(G) Entering MASTER STATE"

    play(scenario)


def test_a_member_that_hears_a_better_master_takes_the_other_with_it(pair, play):
    async def scenario():
        async with pair() as machine:
            grown(machine)
            machine.now = 103.9
            for interface in ("eth0", "eth1"):
                machine.socket(interface).sent.clear()
            machine.socket("eth0").waiting.append(from_peer(200))
            read(machine)
            assert [machine.agent.instances.running[name].router.yielding for name in ("VI_1", "VI_2")] == [True, True]
            assert (priorities(machine, "eth0"), priorities(machine, "eth1")) == ([100], [0])
            assert "VRRP_Group(G) Syncing instances to BACKUP state" in machine.lines()

    play(scenario)


def test_a_ready_member_says_which_one_it_waits_for(pair, play):
    async def scenario():
        async with pair() as machine:
            machine.now = 103.0
            machine.socket("eth1").waiting.append(from_peer(200, TWO))
            read(machine, "eth1")
            machine.due(100 + DOWN_S)
            first, other = json.loads(json.dumps(asked(machine, "status")))["result"]["instances"]
            assert first["why"] == "BACKUP because sync group G waits for VI_2; our 100"
            assert other["why"].startswith("BACKUP because 192.168.8.6 advertises 200")

    play(scenario)


def test_a_link_that_goes_takes_the_other_with_it(pair, play):
    async def scenario():
        async with pair() as machine:
            grown(machine)
            machine.now = 103.9
            machine.socket("eth0").sent.clear()
            machine.kernel.table.links[3] = machine.kernel.table.names["eth1"] = eth("eth1", 3, running=False)
            machine.agent.instances.running["VI_2"].interface_changed(machine.now)
            first = machine.agent.instances.running["VI_1"]
            assert machine.state("VI_2") == "FAULT"
            assert (first.router.yielding, priorities(machine, "eth0")) == (True, [0])
            machine.due(first.deadline)
            assert machine.state("VI_1") == "FAULT"
            status = json.loads(json.dumps(asked(machine, "status")))["result"]["instances"][0]
            assert status["sync_group"] == "G"
            assert status["why"] == "FAULT because sync group G: VI_2 is in FAULT (interface eth1 has no carrier)"
            assert "VRRP_Group(G) Entering FAULT STATE" in machine.lines()

    play(scenario)


@pytest.mark.parametrize("verb", ["promote", "demote", "release"])
def test_a_command_for_one_is_for_both(pair, play, verb):
    async def scenario():
        async with pair() as machine:
            if verb != "promote":
                grown(machine)
            assert asked(machine, verb, "VI_2")["ok"]
            holds = {each.router.hold for each in machine.agent.instances.running.values()}
            assert holds == {{"promote": "master", "demote": "backup", "release": None}[verb]}
            assert len(set(states(machine))) == 1

    play(scenario)


def test_a_command_that_one_cannot_follow_is_refused(pair, play):
    async def scenario():
        async with pair() as machine:
            machine.socket("eth1").waiting.append(from_peer(255, TWO))
            read(machine, "eth1")
            answer = asked(machine, "promote")
            assert "sync group G moves as one, and of VI_2" in answer["error"]
            assert machine.state("VI_1") == "BACKUP"

    play(scenario)


def test_a_drain_and_a_stop_move_both(pair, play):
    async def scenario():
        async with pair() as machine:
            grown(machine)
            machine.drain(True)
            assert [each.router.yielding for each in machine.agent.instances.running.values()] == [True, True]
            machine.due(max(each.deadline for each in machine.agent.instances.running.values()))
            assert states(machine) == ("STOP", "STOP")
            machine.drain(False)
            assert states(machine) == ("BACKUP", "BACKUP")

    play(scenario)


def test_a_group_tells_after_its_members_and_once(pair, play, monkeypatch):
    async def scenario():
        async with pair() as machine:
            told = []
            group = machine.agent.groups.of(machine.agent.instances.running["VI_1"])
            monkeypatch.setattr(group.queue, "put", lambda config, settings, *rest: told.append((config.name, *rest)))
            for each in machine.agent.instances.running.values():
                monkeypatch.setattr(
                    each.reporter.notifications,
                    "put",
                    lambda config, settings, *rest: told.append((config.name, *rest)),
                )
            grown(machine)
            assert told == [("VI_1", "MASTER", 100), ("VI_2", "MASTER", 100), ("G", "MASTER", 0)]
            machine.due(machine.now + 1)
            assert len(told) == 3

    play(scenario)


class TestBeginning:
    def test_a_member_that_waits_for_a_check_makes_the_other_wait(self, pair, play, monkeypatch):
        async def scenario():
            async with pair(start=False) as machine:
                monkeypatch.setattr(READY, lambda self: self._config.name != "VI_2")
                machine.agent.start()
                assert states(machine) == ("INIT", "INIT")
                monkeypatch.setattr(READY, lambda self: True)
                machine.agent.checks_changed()
                assert states(machine) == ("BACKUP", "BACKUP")
                machine.scheduler.cancel()

        play(scenario)

    def test_after_sigkill_both_go_on(self, pair, play):
        async def scenario():
            async with pair(start=False) as machine:
                for name in ("VI_1", "VI_2"):
                    machine.agent.manager.add(ONE if name == "VI_1" else TWO)
                machine.agent.groups.apply(machine.agent.configuration)
                for each in machine.agent.instances.running.values():
                    each.restart.saved = SavedRouterState(State.MASTER, 99.0, 100)
                    each.interface_changed(100.0)
                machine.agent.checks.apply(machine.agent.configuration)
                machine.agent.checks_changed()
                assert states(machine) == ("MASTER", "MASTER")
                assert not any(each.router.yielding for each in machine.agent.instances.running.values())

        play(scenario)

    @pytest.mark.parametrize(("remembers", "expected"), [(False, "INIT"), (True, "MASTER")])
    def test_an_instance_that_was_master_does_not_wait_for_the_startup_delay(self, rig, play, remembers, expected):
        async def scenario():
            settings = Globals(startup_delay_s=5.5)
            async with rig(ONE, filled=machine_with_two(), globals=settings, start=False) as machine:
                one = machine.agent.manager.add(ONE)
                one.restart.saved = SavedRouterState(State.MASTER, 99.0, 100) if remembers else None
                one.interface_changed(100.0)
                machine.agent.checks_changed()
                assert machine.state() == expected
                machine.now = 105.4
                machine.agent.checks_changed()
                assert machine.state() == expected
                machine.now = 105.5
                machine.agent.checks_changed()
                assert machine.state() != "INIT"

        play(scenario)


def leave_a_ledger(machine):
    """Write the state file: without one no instance stays MASTER for a successor."""
    machine.agent.graceful_restart.state_file.open()
    machine.agent.graceful_restart.write()


class TestRestart:
    @pytest.mark.parametrize("quick", [False, True])
    def test_all_members_are_kept_for_a_restart_or_none(self, pair, play, quick):
        async def scenario():
            async with pair() as machine:
                grown(machine)
                leave_a_ledger(machine)
                if quick:  # its mandate ends before a restart does
                    machine.agent.instances.running["VI_2"].config = replace(TWO, advert_int_cs=30, version=3)
                machine.agent.shutdown.leave(restart=True)
                assert [each.restart.kept for each in machine.agent.instances.running.values()] == [not quick] * 2
                assert [each.router.yielding for each in machine.agent.instances.running.values()] == [quick] * 2

        play(scenario)


class TestReload:
    def test_a_group_that_is_new_is_whole_at_once(self, pair, play):
        async def scenario():
            async with pair(sync_groups=()) as machine:
                machine.now = 102.0
                machine.socket("eth1").waiting.append(from_peer(200, TWO))
                read(machine, "eth1")
                machine.due(100 + DOWN_S)
                assert states(machine) == ("MASTER", "BACKUP")
                self.apply(machine, sync_groups=(GROUP,))
                assert machine.agent.instances.running["VI_1"].router.yielding

        play(scenario)

    def test_a_group_that_is_gone_leaves_no_fault_behind(self, pair, play):
        async def scenario():
            async with pair() as machine:
                machine.kernel.table.links[3] = machine.kernel.table.names["eth1"] = eth("eth1", 3, running=False)
                machine.agent.instances.running["VI_2"].interface_changed(machine.now)
                assert states(machine) == ("FAULT", "FAULT")
                self.apply(machine, sync_groups=())
                assert states(machine) == ("BACKUP", "FAULT")
                assert machine.agent.instances.running["VI_1"].router.group is None

        play(scenario)

    def test_a_new_member_joins_the_master(self, pair, play):
        async def scenario():
            third = instance("VI_3", ("192.168.8.103/24",), virtual_router_id=53)
            group = SyncGroup("G", 1, ("VI_1", "VI_2", "VI_3"))
            async with pair() as machine:
                grown(machine)
                self.apply(machine, instances=(ONE, TWO, third), sync_groups=(group,))
                assert (*states(machine), machine.state("VI_3")) == ("MASTER", "MASTER", "BACKUP")
                for now in (104.0, 105.0, 106.0, 107.0, 100 + 2 * DOWN_S + 0.001):
                    machine.due(now)
                assert (*states(machine), machine.state("VI_3")) == ("MASTER", "MASTER", "MASTER")

        play(scenario)

    def apply(self, machine, **changes):
        new = replace(machine.agent.configuration, **changes)
        assert isinstance(new, Configuration)
        with machine.agent.groups:
            machine.agent.apply(new, "1" * 64)


def test_an_instance_without_a_group_has_none(rig, play):
    async def scenario():
        async with rig() as machine:
            one = machine.agent.instances.running["VI_1"]
            assert machine.agent.groups.of(one) is None
            assert machine.agent.groups.mates(one) == (one,)

    play(scenario)


def test_an_address_left_for_a_successor_is_released_when_the_mandate_ends(rig, play, monkeypatch):
    """It waits for a check for longer than its mandate lasts, and no lease ends what it has inherited."""

    async def scenario():
        settings = Globals(vip_lease_s=0)
        async with rig(ONE, filled=machine_with_two(), globals=settings, start=False) as machine:
            monkeypatch.setattr(READY, lambda self: False)
            one = machine.agent.manager.add(ONE)
            one.interface_changed(100.0)
            machine.kernel.install(list(one.addresses.wanted))
            one.addresses.inherit([(2, ONE.addresses[0].address)])
            one.restart.saved = SavedRouterState(State.MASTER, 99.0, 100)
            machine.agent.checks_changed()
            assert ("release", "192.168.8.100/24") not in machine.kernel.done
            machine.now = 99 + 3 + 2 / 256 + 0.001
            machine.agent.checks_changed()
            assert ("release", "192.168.8.100/24") in machine.kernel.done
            assert machine.state() == "INIT"

    play(scenario)


def test_a_member_that_nobody_hears_takes_the_other_along_and_both_return(pair, play):
    async def scenario():
        async with pair() as machine:

            def until(end):
                while machine.now < end:
                    machine.due(machine.now + 0.5)
                return states(machine)

            grown(machine)
            sock = machine.socket("eth0")
            send, sock.send = sock.send, lambda packet, destination: "Operation not permitted"
            assert until(110) == ("MASTER", "MASTER")
            machine.agent.instances.running["VI_1"].refusals.seen("02:00:00:00:00:09 has 192.168.8.100", machine.now)
            assert until(120) == ("FAULT", "FAULT")
            sock.send = send
            assert until(122) == ("BACKUP", "BACKUP")
            assert until(127) == ("MASTER", "MASTER")

    play(scenario)


def test_at_the_end_of_the_process_the_group_stops_with_its_members(pair, play):
    """Each member is aborted by itself, so no input of the group tells it."""

    async def scenario():
        async with pair() as machine:
            grown(machine)
            told = []
            machine.agent.groups._by_name["G"].queue._tell_fifos = lambda *line: told.append(line)
            machine.agent.shutdown.drop_everything()
            machine.agent.groups.tell_states()
            machine.agent.groups.tell_states()
            assert told == [("GROUP", "G", "STOP", 0)]
            assert machine.lines().count("VRRP_Group(G) Entering STOP STATE") == 1

    play(scenario)


@pytest.mark.parametrize("asked_for", [True, False])
def test_a_reload_tells_the_state_of_a_group_where_that_is_asked_for(pair, play, asked_for):
    async def scenario():
        async with pair() as machine:
            grown(machine)
            told = []
            machine.agent.groups._by_name["G"].queue._tell_fifos = lambda *line: told.append(line)
            machine.apply(globals=Globals(fifo_write_states_on_reload=asked_for))
            assert told == ([("GROUP", "G", "MASTER", 0)] if asked_for else [])

    play(scenario)
