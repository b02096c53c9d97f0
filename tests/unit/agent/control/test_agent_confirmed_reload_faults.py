# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try to break the promise of a confirmed reload: never two owners, and back where the master never came."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from agent_fakes import eth
from confirmed_parts import SECOND, VIP, parts, text

from vrrp.agent.netlink.links import LinkChanged
from vrrp.config import loader

PASSWORD = "authentication {\n auth_type PASS\n auth_pass %d\n }"


@pytest.fixture
def standby(rig, play):
    return parts(rig, play)


def test_a_link_that_flaps_during_the_wait_makes_no_second_owner(standby):
    def scenario(node):
        node.change(text(77), now=101.0)
        node.machine.now = 105.0
        node.link(up=False)
        assert node.state == "FAULT"
        node.machine.now = 106.0
        node.link(up=True)
        node.until(120.0, master=text())
        assert node.state == "BACKUP"
        node.hears(120.5, text(77))
        assert (node.vrid, node.state) == (77, "BACKUP"), "it listens yet"

    standby(scenario)


def test_a_fault_during_the_wait_is_no_confirmation(standby):
    def scenario(node):
        node.change(text(77), now=101.0)
        node.until(130.0, master=text())
        node.link(up=False)
        node.until(132.0)
        node.link(up=True)
        node.until(140.0, master=text())
        assert "The new configuration is confirmed" not in node.lines()
        assert (node.vrid, node.state) == (51, "BACKUP")

    standby(scenario)


def test_a_standby_in_fault_takes_the_change_with_the_master(standby):
    def scenario(node):
        node.link(up=False)
        node.change(text(77), now=101.0)
        node.hears(102.0, text(77))
        assert (node.vrid, node.state) == (77, "FAULT")
        node.machine.now = 103.0
        node.link(up=True)
        node.until(120.0, master=text(77))
        assert node.state == "BACKUP"

    standby(scenario)


def test_a_drain_during_the_wait_is_no_confirmation(standby):
    def scenario(node):
        node.change(text(77), now=101.0)
        node.machine.now = 110.0
        node.machine.drain(True)
        node.until(132.0, master=text())
        node.machine.drain(False)
        node.until(140.0, master=text())
        assert (node.vrid, node.state) == (51, "BACKUP"), node.lines()

    standby(scenario)


def test_a_second_change_during_the_wait_of_the_first_replaces_it(standby):
    def scenario(node):
        node.change(text(77), now=101.0)  # the play dies here; the user wants another number and runs it again
        node.change(text(78), now=102.0)
        node.hears(103.0, text(77))
        assert node.vrid == 51
        node.until(145.0, master=text())
        assert (node.vrid, node.state) == (51, "BACKUP"), "the file on the disk is what stays"

    standby(scenario)


def test_a_change_that_needs_no_master_ends_the_wait_of_the_first(standby):
    def scenario(node):
        node.change(text(77), now=101.0)
        node.change(text(priority=95), now=102.0)
        node.hears(103.0, text(77))
        assert (node.vrid, node.agent.configuration.instances[0].priority) == (51, 95)

    standby(scenario)


def test_an_instance_that_is_renamed_as_its_id_changes_waits_too(standby):
    def scenario(node):
        node.change(text(77, name="VI_9"), now=101.0)
        node.until(120.0, master=text())
        assert (node.instance.name, node.state) == ("VI_1", "BACKUP")
        node.hears(120.5, text(77, name="VI_9"))
        assert (node.instance.name, node.state) == ("VI_9", "BACKUP")

    standby(scenario)


def test_an_instance_that_is_renamed_as_its_password_changes_waits_too(standby):
    def scenario(node):
        changed = text(name="VI_9", more=PASSWORD % 2222)
        node.change(changed, now=101.0)
        node.until(110.0, master=text(more=PASSWORD % 1111))
        assert (node.instance.name, node.state) == ("VI_1", "BACKUP")
        node.hears(110.5, changed)
        assert (node.instance.name, node.state) == ("VI_9", "BACKUP")

    standby(scenario, first=text(more=PASSWORD % 1111))


def test_two_instances_that_swap_their_numbers_wait_for_what_is_theirs(standby):
    """An advertisement of the master for the one of now is no proof for the other."""

    def scenario(node):
        node.change(swapped, now=101.0)
        node.until(110.0, master=first)
        assert node.vrid == 51
        node.hears(110.5, swapped)
        assert (node.vrid, node.state) == (52, "BACKUP")
        assert [str(each.address) for each in node.instance.config.addresses] == [VIP]

    first, swapped = (text(one) + text(two, name="VI_2", addresses=(SECOND,)) for one, two in ((51, 52), (52, 51)))
    standby(scenario, first=first)


def test_a_stranger_with_the_new_number_confirms_nothing(standby):
    """It has none of the addresses."""

    def scenario(node):
        node.change(text(77), now=101.0)
        node.hears(102.0, text(77, addresses=("192.168.8.200/24",)))
        assert (node.vrid, node.discarded) == (51, {"vrid": 1})

    standby(scenario)


def test_a_demoted_standby_stays_demoted_with_another_id(standby):
    """The plan says: it is held as BACKUP, so mastership stays."""

    def scenario(node):
        node.machine.command("demote", instance="VI_1")
        node.hears(100.6, text())
        node.change(text(77, priority=150), now=101.0)
        node.hears(102.0, text(77))  # the master has it, too
        assert (node.vrid, node.instance.router.hold) == (77, "backup")
        node.until(112.0, master=text(77))
        assert node.state == "BACKUP"

    standby(scenario, first=text(priority=150, more="nopreempt"))


def test_the_file_that_was_written_is_not_left_again(standby):
    """The play ends well on both hosts, and the master is restarted just as the wait ends."""

    def scenario(node):
        node.change(text(77), now=101.0)
        node.hears(103.0, text(77))
        node.machine.path.write_text(text(77))  # vrrp_config: the digest is the agent's, so it does not reload
        node.until(130.5, master=text(77))
        node.hears(130.9, text(77), priority=0)  # a clean stop of the master
        node.until(131.25)
        assert node.vrid == 77, "the file says 77"

    standby(scenario)


def test_an_instance_that_a_second_reload_removes_leaves(rig, play):
    """A MASTER goes on until the one that follows it starts; that one waits for a check, and is removed then."""

    async def scenario():
        first = loader.load(text(51, priority=100), "f")
        async with rig(*first.instances) as machine:
            machine.due(104.0)
            assert machine.state() == "MASTER"
            script = 'vrrp_script slow {\n script "/bin/sleep 100"\n interval 5\n timeout 120\n}\n'
            tracked = loader.load(script + text(77, priority=100, more="track_script {\n slow\n }"), "f")
            machine.apply(instances=tracked.instances, scripts=tracked.scripts)
            running = machine.agent.instances.running["VI_1"]
            assert not running.started
            other = replace(first.instances[0], name="VI_2", virtual_router_id=80)
            machine.apply(instances=(other,), scripts=())
            for step in range(40):
                machine.due(104.0 + step / 4)
            assert machine.agent.instances.leaving == [], [
                (each.name, each.virtual_router_id, each.router.state.value) for each in machine.agent.instances.leaving
            ]

    play(scenario)


def test_a_drain_reaches_an_instance_that_goes_on_for_its_follower(rig, play):
    async def scenario():
        first = loader.load(text(51, priority=100), "f")
        async with rig(*first.instances) as machine:
            machine.due(104.0)
            script = 'vrrp_script slow {\n script "/bin/sleep 100"\n interval 5\n timeout 120\n}\n'
            tracked = loader.load(script + text(77, priority=100, more="track_script {\n slow\n }"), "f")
            machine.apply(instances=tracked.instances, scripts=tracked.scripts)
            machine.now = 105.0
            machine.drain(True)
            for step in range(40):
                machine.due(105.0 + step / 4)
            assert not any(each.router.holds_addresses for each in machine.agent.instances.all())

    play(scenario)


def test_a_clean_stop_reaches_an_instance_that_goes_on_for_its_follower(rig, play):
    """Else the process does not end before the service manager kills it, and the peer waits for its whole timer."""

    async def scenario():
        first = loader.load(text(51, priority=100), "f")
        async with rig(*first.instances) as machine:
            machine.due(104.0)
            script = 'vrrp_script slow {\n script "/bin/sleep 100"\n interval 5\n timeout 120\n}\n'
            tracked = loader.load(script + text(77, priority=100, more="track_script {\n slow\n }"), "f")
            machine.apply(instances=tracked.instances, scripts=tracked.scripts)
            machine.now = 105.0
            machine.agent.shutdown.begun = True
            machine.agent.shutdown.leave(restart=False)
            for step in range(40):
                machine.due(105.0 + step / 4)
            await asyncio.sleep(0)
            assert machine.agent.shutdown.done.is_set()

    play(scenario)


def test_a_switch_over_reaches_an_instance_that_goes_on_for_its_follower(rig, play):
    """A fault of the interface of the new one: the check comes late, and meanwhile the carrier goes."""

    async def scenario():
        first = loader.load(text(51, priority=100), "f")
        async with rig(*first.instances) as machine:
            machine.due(104.0)
            script = 'vrrp_script slow {\n script "/bin/sleep 100"\n interval 5\n timeout 120\n}\n'
            tracked = loader.load(script + text(77, priority=100, more="track_script {\n slow\n }"), "f")
            machine.apply(instances=tracked.instances, scripts=tracked.scripts)
            machine.now = 105.0
            new = eth(running=False)
            machine.kernel.table.links[2] = machine.kernel.table.names["eth0"] = new
            machine.events(LinkChanged(eth(), new))
            for step in range(40):
                machine.due(105.0 + step / 4)
            assert not any(each.router.holds_addresses for each in machine.agent.instances.all())

    play(scenario)
