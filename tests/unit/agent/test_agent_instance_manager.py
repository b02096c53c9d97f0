# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances become those of another configuration, step by step."""

from __future__ import annotations

from dataclasses import replace

from agent_fakes import instance
from daemon_scenes import DOWN_S

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


def test_what_is_missing_is_removed_and_leaves_until_its_addresses_have_gone(rig, play):
    def act(machine, manager, instances):
        machine.due(100 + DOWN_S)
        manager.remove_missing(changed(machine, SECOND), machine.now)
        assert (list(instances.running), names(instances.leaving)) == (["VI_2"], ["VI_1"])
        assert len(machine.agent.network.channels["eth0", 4].every) == 2
        machine.due(instances.leaving[0].deadline)
        assert instances.leaving == []
        assert names(machine.agent.network.channels["eth0", 4].every) == ["VI_2"]

    managed(rig, play, act, instance(), SECOND)


def test_new_instances_are_added_in_the_order_of_the_file(rig, play):
    def act(machine, manager, instances):
        new = changed(machine, SECOND, instance())
        manager.remove_missing(new, machine.now)
        added = manager.add_missing(new)
        assert (names(added), list(instances.running)) == (["VI_2"], ["VI_2", "VI_1"])
        assert names(instances.having(SECOND.addresses[0].address)) == ["VI_2"]
        assert added[0].source is None, "it has not looked at its interface yet"
        manager.reconfigure(new, added, machine.now)
        assert str(added[0].source) == "192.168.8.4"

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
