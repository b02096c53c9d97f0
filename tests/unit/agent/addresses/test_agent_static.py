# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The static configuration is set at the start, put back, changed by a reload, and removed at the end."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

from agent_fakes import instance

from vrrp.agent.addresses import static
from vrrp.agent.addresses.static import StaticSnapshot
from vrrp.agent.graceful_restart import static_entries
from vrrp.agent.netlink.links import ActualAddress, AddressChanged
from vrrp.agent.netlink.routes import ANY, resolve
from vrrp.agent.process.saved_state import SavedInstance, SavedState
from vrrp.agent.process.state_file import STATIC
from vrrp.config.model.configuration import VirtualAddress
from vrrp.config.model.routes import NextHop, Route
from vrrp.protocol.states import State

OWN, LOOSE = "10.9.9.9/24", "10.9.8.9/24"
ADDRESSES = (VirtualAddress(ip_interface(OWN)), VirtualAddress(ip_interface(LOOSE), no_track=True))
ROUTE = Route(ip_network("10.99.0.0/16"), hops=(NextHop(ip_address("10.9.9.1")),))
TRACKED = replace(ROUTE, track_group="G")
GROUPS = (("G", ("VI_1",)),)
TEXT = "cannot set route 10.99.0.0/16 via 10.9.9.1: Network is unreachable"


def started(machine, **fields):
    """Start the static configuration of a rig's agent, with what an earlier process has left."""
    agent = machine.agent
    agent.configuration = replace(agent.configuration, **fields)
    agent.start()
    return agent.static_config


def played(rig, play, act, *instances, **fields):
    async def scenario():
        async with rig(*instances, start=False) as machine:
            try:
                result = act(machine, started(machine, **fields))
                return await result if asyncio.iscoroutine(result) else result
            finally:
                machine.scheduler.cancel()
                await machine.agent.checks.stop()
                machine.agent.close()

    return play(scenario)


def test_static_addresses_are_set_without_a_lifetime_and_removed_at_the_end(rig, play):
    def act(machine, static):
        assert machine.kernel.lifetimes_s == {ip_interface(OWN): 0, ip_interface(LOOSE): 0}
        assert ("add", "route") in machine.kernel.done
        machine.kernel.done.clear()
        static.close(leave=False)
        (way,), _faults = resolve([ROUTE], [], machine.kernel.table)
        assert machine.kernel.done == [("remove", way.remove), ("release", OWN, LOOSE)]

    played(rig, play, act, static_addresses=ADDRESSES, static_routes=(ROUTE,))


def test_a_successor_goes_on_with_them(rig, play):
    def act(machine, static):
        machine.kernel.done.clear()
        left = static.snapshot()
        static.close(leave=True)
        assert machine.kernel.done == []
        (entry,) = static_entries(left)
        assert (entry.identity, [str(address) for _index, address in entry.installed]) == (STATIC, [LOOSE, OWN])
        assert len(entry.removals) == 1

    played(rig, play, act, static_addresses=ADDRESSES, static_routes=(ROUTE,))


def test_without_any_there_is_nothing_in_the_ledger(rig, play):
    played(rig, play, lambda machine, static: check_equal(static.snapshot(), StaticSnapshot()))


def check_equal(one, other):
    assert one == other


def test_a_deleted_static_entry_is_put_back_unless_it_has_no_track(rig, play):
    def act(machine, static):
        changes = []
        for address in (OWN, LOOSE):
            machine.kernel.table.forget(2, ip_interface(address))
            changes.append(AddressChanged(ActualAddress(2, ip_interface(address)), added=False))
        machine.kernel.routes.clear()
        machine.events(*changes)
        there = {str(address) for address in machine.kernel.table.addresses[2]}
        assert OWN in there
        assert LOOSE not in there
        assert len(machine.kernel.routes) == 1
        for what in (OWN, "route 10.99.0.0/16 via 10.9.9.1"):
            assert f"warning: (static) {what} was not there as it should be and was put back" in machine.lines()

    played(rig, play, act, static_addresses=ADDRESSES, static_routes=(ROUTE,))


def test_routes_of_instances_are_told_what_has_gone(rig, play):
    def act(machine, static):
        told = []
        machine.agent.instances.running["VI_1"].routes_gone = lambda keys, now: told.append(keys)
        machine.kernel.routes_gone = {ANY}
        machine.events()
        machine.events()
        assert told == [{ANY}]

    played(rig, play, act)


def test_a_static_address_that_the_host_already_has_is_not_removed(rig, play):
    async def scenario():
        async with rig(start=False) as machine:
            machine.kernel.table.remember(ActualAddress(2, ip_interface(OWN)))
            static = started(machine, static_addresses=ADDRESSES)
            static.close(leave=False)
            assert machine.kernel.done[-1] == ("release", LOOSE)
            await machine.agent.checks.stop()
            machine.agent.close()

    play(scenario)


def test_static_entries_of_an_earlier_process_belong_to_the_agent(rig, play):
    async def scenario():
        async with rig(start=False) as machine:
            for address in (OWN, "10.9.7.9/24"):
                machine.kernel.table.remember(ActualAddress(2, ip_interface(address)))
            (way,), _faults = resolve([ROUTE], [], machine.kernel.table)
            machine.kernel.routes.add(way.remove)
            installed = ((2, ip_interface(OWN)), (2, ip_interface("10.9.7.9/24")))
            entry = SavedInstance(STATIC, "static", 3, State.BACKUP, 100, installed=installed, removals=(way.remove,))
            machine.agent.graceful_restart.inherited = SavedState((entry,))
            static = started(machine, static_addresses=ADDRESSES[:1])
            assert machine.kernel.routes == set()
            assert ("release", "10.9.7.9/24") in machine.kernel.done
            static.close(leave=False)
            assert machine.kernel.done[-1] == ("release", OWN)
            await machine.agent.checks.stop()
            machine.agent.close()

    play(scenario)


def test_a_reload_changes_them(rig, play):
    def act(machine, static):
        machine.kernel.done.clear()
        new = replace(machine.agent.configuration, static_addresses=ADDRESSES[:1], static_routes=(ROUTE,))
        machine.agent.apply(new, "1" * 64)
        assert ("release", LOOSE) in machine.kernel.done
        assert len(machine.kernel.routes) == 1
        machine.agent.apply(replace(new, static_addresses=(), static_routes=()), "1" * 64)
        assert ("release", OWN) in machine.kernel.done
        assert machine.kernel.routes == set()
        assert static.snapshot() == StaticSnapshot()

    played(rig, play, act, static_addresses=ADDRESSES)


def test_a_route_that_cannot_be_set_is_a_fault_of_its_group_until_it_can(rig, play):
    async def scenario():
        async with rig(instance(), instance("VI_2", virtual_router_id=52), start=False) as machine:
            (way,), _faults = resolve([TRACKED], [], machine.kernel.table)
            machine.kernel.no_way[way.remove] = errno.ENETUNREACH
            static = started(machine, static_routes=(TRACKED,), track_groups=GROUPS)
            assert (static.faults_of("VI_1"), static.faults_of("VI_2")) == ((TEXT,), ())
            assert [machine.state(name) for name in ("VI_1", "VI_2")] == ["FAULT", "BACKUP"]
            machine.kernel.no_way.clear()
            machine.kernel.routes_gone = {ANY}
            machine.events()
            assert static.faults_of("VI_1") == ()
            assert machine.state("VI_1") == "BACKUP"
            await machine.agent.checks.stop()
            machine.agent.close()

    play(scenario)


def test_an_instance_sees_a_static_route_as_held_by_another(rig, play):
    def act(machine, static):
        (way,), _faults = resolve([ROUTE], [], machine.kernel.table)
        assert static.routes_held(machine.agent.instances.running["VI_1"]) == {way.remove}
        assert static.routes_held((static, None)) == frozenset()

    played(rig, play, act, static_routes=(ROUTE,))


LEFTOVER = "warning: (static) removing addresses and routes that were left behind."


def test_a_firewall_table_that_nobody_needs_any_more_is_deleted_at_the_start(rig, play, monkeypatch):
    deleted = []
    monkeypatch.setattr(static, "remove_leftover", lambda: deleted.append(True))

    def begin(machine, static_config, instances):
        configuration = replace(machine.agent.configuration, instances=instances)
        static_config.begin(configuration, StaticSnapshot(firewall=True), 1.0)

    def act(machine, static_config):
        begin(machine, static_config, (instance(accept=False, priority=100),))
        assert deleted == [], "this one needs it"
        begin(machine, static_config, (instance(), instance("VI_2", accept=False, priority=255)))
        assert deleted == [True]
        assert LEFTOVER not in machine.lines()

    played(rig, play, act)


def test_a_reload_before_the_start_is_taken_by_the_start(rig, play):
    async def scenario():
        async with rig(start=False) as machine:
            static_config = machine.agent.static_config
            static_config.apply(replace(machine.agent.configuration, static_addresses=ADDRESSES))
            assert machine.kernel.done == []
            assert static_config.snapshot() == StaticSnapshot()

    play(scenario)


def test_one_that_cannot_be_had_is_tried_again(rig, play, monkeypatch):
    monkeypatch.setattr(static, "INSTALL_RETRY_S", 5.0)
    later = []

    async def scenario():
        async with rig(start=False) as machine:
            (way,), _faults = resolve([TRACKED], [], machine.kernel.table)
            machine.kernel.no_way[way.remove] = errno.ENETUNREACH
            machine.scheduler.call_later = lambda delay_s, call: later.append((delay_s, call))
            static_config = started(machine, static_routes=(TRACKED,), track_groups=GROUPS)
            (retry,) = [call for delay_s, call in later if delay_s == 5.0]
            assert (static_config.faults_of("VI_1"), machine.state()) == ((TEXT,), "FAULT")
            later.clear()
            retry()
            assert static_config.faults_of("VI_1") == (TEXT,)
            assert [delay_s for delay_s, _call in later] == [5.0], "again, as long as it is missing"
            machine.kernel.no_way.clear()
            later.pop()[1]()
            assert (static_config.faults_of("VI_1"), machine.state(), later) == ((), "BACKUP", [])
            await machine.agent.checks.stop()
            machine.agent.close()

    play(scenario)
