# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try to break the promise of a confirmed reload: never two owners, and back where the master never came."""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from dataclasses import replace
from ipaddress import ip_address

import pytest
from agent_fakes import eth

from vrrp.agent.netlink.links import LinkChanged
from vrrp.config import loader
from vrrp.protocol.packet import Advertisement

FILE = """\
global_defs {
    router_id NodeA
}
vrrp_instance %(name)s {
    interface eth0
    virtual_router_id %(vrid)d
    priority %(priority)d
    %(more)s
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""
PEER = ip_address("192.168.8.6")
CONFIRM_S = 30.0


def text(vrid=51, name="VI_1", priority=90, more="", end=""):
    return FILE % {"vrid": vrid, "name": name, "priority": priority, "more": more} + end


class Timer:
    def __init__(self, delay_s, callback):
        self.delay_s, self.callback, self.cancelled = delay_s, callback, False

    def cancel(self):
        self.cancelled = True


class Node:
    def __init__(self, machine):
        self.machine, self.agent, self.timers = machine, machine.agent, []

    def later(self, delay_s, callback):
        self.timers.append(Timer(delay_s, callback))
        return self.timers[-1]

    @property
    def instance(self):
        return next(iter(self.agent.instances.running.values()))

    @property
    def state(self):
        return self.instance.router.state.value

    def hears(self, now, priority=100, addresses=None):
        self.machine.now = now
        config = self.instance.config
        vrid, own = config.virtual_router_id, tuple(each.address.ip for each in config.addresses)
        self.instance.heard(Advertisement(2, vrid, priority, 100, addresses or own), PEER, now)

    def change(self, now, candidate, confirm_s=CONFIRM_S):
        self.machine.now = now
        packed = base64.b64encode(zlib.compress(candidate.encode())).decode()
        return json.loads(
            json.dumps(self.agent._commands.handle("confirmed_reload", {"candidate": packed, "confirm_s": confirm_s}))
        )

    def until(self, end):
        """Let time pass, with each deadline and each timer of the wait in its order."""
        while self.machine.now < end:
            now = round(self.machine.now + 0.25, 3)
            self.machine.due(now)
            for timer in [each for each in self.timers if not each.cancelled]:
                if timer.at <= now:
                    timer.cancelled = True
                    timer.callback()

    def link(self, up):
        new = eth(running=up)
        self.machine.kernel.table.links[2] = self.machine.kernel.table.names["eth0"] = new
        self.machine.events(LinkChanged(eth(running=not up), new))

    @property
    def vrid(self):
        return self.agent.configuration.instances[0].virtual_router_id


@pytest.fixture
def standby(rig, play):
    def run(scenario, first=None):
        async def started():
            first_text = first or text()
            before = loader.load(first_text, "f")
            async with rig(*before.instances) as machine:
                machine.agent.configuration = loader.load(first_text, str(machine.path))
                machine.path.write_text(first_text)
                node = Node(machine)

                def later(delay_s, callback):
                    timer = node.later(delay_s, callback)
                    timer.at = machine.now + delay_s
                    return timer

                machine.agent.confirmed._later = later
                scenario(node)

        play(started)

    return run


def test_a_link_that_flaps_during_the_wait_makes_no_second_owner(standby):
    def scenario(node):
        node.hears(100.5)
        node.change(101.0, text(77))
        node.machine.now = 105.0
        node.link(up=False)
        assert node.state == "FAULT"
        node.machine.now = 106.0
        node.link(up=True)
        node.until(120.0)  # the wait ends at 131; the master of id 51 lives all the time
        assert node.state == "BACKUP"

    standby(scenario)


def test_a_fault_at_the_end_of_the_wait_is_no_confirmation(standby):
    def scenario(node):
        node.hears(100.5)
        node.change(101.0, text(77))
        node.machine.now = 130.0
        node.link(up=False)
        node.until(132.0)
        node.link(up=True)
        node.until(140.0)
        assert "The new configuration is confirmed: the master has it, too" not in "\n".join(node.machine.lines())
        assert node.vrid == 51

    standby(scenario)


def test_a_drain_at_the_end_of_the_wait_is_no_confirmation(standby):
    def scenario(node):
        node.hears(100.5)
        node.change(101.0, text(77))
        node.machine.now = 110.0
        node.machine.drain(True)
        node.until(132.0)
        node.machine.drain(False)
        node.until(140.0)
        assert node.vrid == 51, node.machine.lines()
        # and the master of 51, which lives, has not lost to it

    standby(scenario)


def test_a_standby_with_a_fault_that_is_mended_by_the_change_waits_too(standby):
    def scenario(node):
        node.hears(100.5)
        node.link(up=False)
        assert node.state == "FAULT"
        node.change(101.0, text(77))
        node.machine.now = 102.0
        node.link(up=True)
        node.until(120.0)
        assert node.state == "BACKUP", "the master of 51 lives, and has the addresses"
        node.until(140.0)
        assert node.vrid == 51

    standby(scenario)


def test_a_second_change_during_the_wait_of_the_first_waits_too(standby):
    def scenario(node):
        node.hears(100.5)
        node.change(101.0, text(77))  # the play dies here; the user wants another number and runs it again
        node.change(110.0, text(78))
        node.until(130.0)
        assert node.state == "BACKUP", "the master of 51 lives, and has the addresses"
        node.until(145.0)
        assert node.vrid == 51, "the file on the disk is what it goes back to"

    standby(scenario)


def test_an_instance_that_is_renamed_as_its_id_changes_waits_too(standby):
    def scenario(node):
        node.hears(100.5)
        node.change(101.0, text(77, name="VI_9"))
        node.until(120.0)
        assert node.state == "BACKUP", "the master of 51 lives, and has the addresses"

    standby(scenario)


def test_an_instance_that_is_renamed_as_its_password_changes_waits_too(standby):
    password = "authentication {\n auth_type PASS\n auth_pass %d\n }"

    def scenario(node):
        node.hears(100.5)
        node.change(101.0, text(51, name="VI_9", more=password % 2222))
        node.until(120.0)
        assert node.state == "BACKUP", "the master of the old password lives, and has the addresses"

    standby(scenario, first=text(51, more=password % 1111))


def test_a_demoted_standby_stays_demoted_with_another_id(standby):
    """The plan says: it is held as BACKUP, so mastership stays."""

    def scenario(node):
        node.hears(100.5)
        node.machine.command("demote", instance="VI_1")
        node.hears(100.6)
        node.change(101.0, text(77, priority=150))
        node.hears(105.0)  # the master has it, too
        assert node.instance.router.hold == "backup"
        node.until(112.0)

    standby(scenario, first=text(51, priority=150))


def test_the_file_that_was_written_is_not_left_again(standby):
    """The play ends well on both hosts, and the master is restarted just as the wait ends."""

    def scenario(node):
        node.hears(100.5)
        node.change(101.0, text(77))
        node.hears(103.0)
        node.machine.path.write_text(text(77))  # vrrp_config: the digest is the agent's, so it does not reload
        node.hears(130.9, priority=0)  # a clean stop of the master
        assert node.state == "BACKUP"
        timer = node.timers[-1]
        node.machine.now = 131.0
        if not timer.cancelled:
            timer.callback()
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
