# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances become those of another configuration, step by step."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest
from agent_fakes import eth, instance, table
from running_daemon import DOWN_S

from vrrp.agent.netlink import link_requests
from vrrp.agent.netlink.links import Link, LinkChanged
from vrrp.config.model.configuration import Vmac

SECOND = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)


def names(instances):
    return [each.name for each in instances]


def managed(rig, play, act, *configs):
    async def scenario():
        async with rig(*configs) as machine:
            act(machine, machine.agent.manager, machine.agent.instances)

    play(scenario)


def changed(machine, *configs):
    return replace(machine.agent.configuration, instances=configs)


def test_an_instance_missing_in_the_new_file_leaves_until_its_deadline(rig, play):
    def act(machine, manager, instances):
        machine.due(100 + DOWN_S)
        manager.remove_missing(changed(machine, SECOND), machine.now)
        assert (list(instances.running), names(instances.leaving)) == (["VI_2"], ["VI_1"])
        assert len(machine.agent.network.receivers["eth0", 4].every) == 2
        machine.due(instances.leaving[0].deadline)
        assert instances.leaving == []
        assert names(machine.agent.network.receivers["eth0", 4].every) == ["VI_2"]

    managed(rig, play, act, instance(), SECOND)


def test_new_instances_are_added_in_the_order_of_the_file(rig, play):
    def act(machine, manager, instances):
        new = changed(machine, SECOND, instance())
        manager.remove_missing(new, machine.now)
        added = manager.add_missing(new)
        assert (names(added), list(instances.running)) == (["VI_2"], ["VI_2", "VI_1"])
        assert names(instances.having(SECOND.addresses[0].address)) == ["VI_2"]
        assert added[0].tracking.source is None, "it has not looked at its interface yet"
        manager.reconfigure(new, added, machine.now)
        assert str(added[0].tracking.source) == "192.168.8.4"

    managed(rig, play, act, instance())


def test_only_the_name_of_an_instance_is_another_one(rig, play):
    def act(machine, manager, instances):
        before = instances.running["VI_1"]
        new = changed(machine, instance("VI_9"))
        manager.remove_missing(new, machine.now)
        assert manager.add_missing(new) == []
        manager.reconfigure(new, [], machine.now)
        assert instances.running == {"VI_9": before}
        assert before.name == "VI_9"

    managed(rig, play, act, instance())


@pytest.mark.parametrize("order", [1, -1], ids=["as before", "other order"])
def test_two_masters_that_swap_their_numbers_lose_no_address(rig, play, order):
    """Each takes over the address of the other, and none of the two is removed in between."""

    def act(machine, manager, instances):
        machine.due(100 + DOWN_S)
        assert [machine.state(name) for name in ("VI_1", "VI_2")] == ["MASTER", "MASTER"]
        machine.kernel.done.clear()
        swapped = replace(instance(), virtual_router_id=52), replace(SECOND, virtual_router_id=51)
        machine.apply(instances=swapped[::order])
        assert not [step for step in machine.kernel.done if step[0] in ("release", "install")]
        assert [each.router.state.value for each in instances.running.values()] == ["MASTER", "MASTER"]
        wanted = {"VI_1": "192.168.8.100/24", "VI_2": "192.168.8.101/24"}
        for name, address in wanted.items():
            assert [str(place) for _index, place in instances.running[name].held] == [address]
            assert instances.running[name].addresses.owned == ()

    managed(rig, play, act, instance(), SECOND)


def test_an_address_that_moves_from_one_master_to_another_stays(rig, play):
    both = instance("VI_2", ("192.168.8.101/24", "192.168.8.100/24"), virtual_router_id=52)
    other = instance("VI_1", ("192.168.8.102/24",))

    def act(machine, manager, instances):
        machine.due(100 + DOWN_S)
        machine.kernel.done.clear()
        machine.apply(instances=(other, both))
        assert ("install", "192.168.8.102/24") in machine.kernel.done
        assert not [step for step in machine.kernel.done if step[0] == "release"]
        assert len(instances.running["VI_2"].held) == 2
        machine.kernel.done.clear()
        machine.apply(instances=(other, SECOND))
        assert ("release", "192.168.8.100/24") in machine.kernel.done, "it is not taken for the host's own"

    managed(rig, play, act, instance(), SECOND)


MACVLAN = instance(vmac=Vmac())
LINK = Link(9, "vrrp.51", bytes.fromhex("00005e000133"), kind="macvlan", parent=2)


def with_macvlan(rig, play, act, link=LINK):
    """As :func:`managed`, with an instance on a macvlan, which is there if there is a ``link``."""

    async def scenario():
        filled = table(eth(), *([link] if link else []))
        async with rig(MACVLAN, SECOND, filled=filled, start=False) as machine:
            machine.agent.vmacs._silence = lambda indexes: ""  # the table of this machine stays as it is
            machine.asked = []

            def ask(requests):
                answers = [errno.EEXIST if request in machine.asked else 0 for request in requests]
                machine.asked += requests
                return answers

            machine.kernel.ask = ask
            machine.agent.start()
            try:
                act(machine, machine.agent.manager, machine.agent.instances)
            finally:
                machine.scheduler.cancel()
                await machine.agent.checks.stop()
                machine.agent.close()

    play(scenario)


def test_a_macvlan_goes_when_its_instance_has_left_and_not_earlier(rig, play):
    def act(machine, manager, instances):
        machine.due(100 + DOWN_S)
        assert (machine.state(), machine.agent.vmacs.made) == ("MASTER", (9,))
        manager.remove_missing(changed(machine, SECOND), machine.now)
        assert names(instances.leaving) == ["VI_1"]
        assert link_requests.removed(9) not in machine.asked
        machine.due(instances.leaving[0].deadline)
        assert instances.leaving == []
        assert machine.asked.count(link_requests.removed(9)) == 1

    with_macvlan(rig, play, act)


def test_a_macvlan_is_set_up_as_soon_as_its_event_has_come(rig, play):
    def act(machine, manager, instances):
        assert set(machine.asked) == {link_requests.macvlan("vrrp.51", 2, LINK.mac)}
        assert "the macvlan vrrp.51 does not exist" in instances.running["VI_1"].router.own_faults
        machine.kernel.table.links[9] = machine.kernel.table.names["vrrp.51"] = LINK
        machine.events(LinkChanged(None, LINK))
        assert link_requests.up(9) in machine.asked
        assert machine.state() == "BACKUP"

    with_macvlan(rig, play, act, link=None)


def test_a_process_that_ends_does_not_wait_for_a_macvlan(rig, play):
    """It reads no events any more, so the one that it would wait for never comes."""

    def act(machine, manager, instances):
        machine.agent.shutdown.done.set()
        machine.asked.clear()
        manager.apply_macvlans()
        assert machine.asked == [link_requests.macvlan("vrrp.51", 2, LINK.mac)]
        assert machine.agent.vmacs.busy

    with_macvlan(rig, play, act, link=None)
