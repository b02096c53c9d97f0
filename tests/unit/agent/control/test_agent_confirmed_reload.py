# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a changed configuration stays only where the master is heard with it."""

from __future__ import annotations

import base64
import json
import zlib
from ipaddress import ip_address

import pytest

from vrrp.agent.control.confirmed_reload import MARGIN_S
from vrrp.agent.errors import CommandError
from vrrp.config import loader
from vrrp.protocol.packet import Advertisement

FILE = """\
global_defs {
    router_id NodeA
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id %d
    priority 90
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""
PEER = ip_address("192.168.8.6")
CONFIRM_S = 30.0


@pytest.fixture
def standby(rig, play):
    """Return ``standby(scenario)``: ``scenario(node)`` has an agent that hears a master of virtual router id 51."""

    def run(scenario):
        async def started():
            before = loader.load(FILE % 51, "f")
            async with rig(*before.instances) as machine:
                machine.agent.configuration = loader.load(FILE % 51, str(machine.path))
                machine.path.write_text(FILE % 51)
                node = Node(machine)
                machine.agent.confirmed._later = node.later
                node.hears(100.5)
                assert machine.state() == "BACKUP"
                scenario(node)

        play(started)

    return run


class Timer:
    """It is a timer that the test lets run out."""

    def __init__(self, callback):
        self.callback, self.cancelled = callback, False

    def cancel(self):
        self.cancelled = True


class Node:
    """It is an agent with a clock of the test's own."""

    def __init__(self, machine):
        self.machine, self.agent, self.timers = machine, machine.agent, []

    def later(self, delay_s, callback):
        self.timers.append(Timer(callback))
        assert delay_s == CONFIRM_S
        return self.timers[-1]

    @property
    def instance(self):
        return self.agent.instances.running["VI_1"]

    def hears(self, now):
        self.machine.now = now
        config = self.instance.config
        vrid, addresses = config.virtual_router_id, tuple(each.address.ip for each in config.addresses)
        self.instance.heard(Advertisement(2, vrid, 100, 100, addresses), PEER, now)

    def change(self, vrid=77, confirm_s=CONFIRM_S, text=None):
        candidate = base64.b64encode(zlib.compress((text or FILE % vrid).encode())).decode()
        request = {"candidate": candidate, "confirm_s": confirm_s}
        return json.loads(json.dumps(self.agent._commands.handle("confirmed_reload", request)))

    def number(self):
        return self.agent.configuration.instances[0].virtual_router_id


def test_it_waits_for_the_master_and_does_not_take_over(standby):
    def scenario(node):
        node.machine.now = 101.0
        assert node.change()["changed"] == ["VI_1"]
        assert (node.number(), node.instance.config.virtual_router_id) == (77, 77)
        assert node.instance.deadline == 101.0 + CONFIRM_S + MARGIN_S
        node.machine.due(120.0)
        assert node.machine.state() == "BACKUP"
        assert node.agent.confirmed.remaining_s(111.0) == 20.0

    standby(scenario)


def test_what_the_master_has_too_stays(standby):
    def scenario(node):
        node.machine.now = 101.0
        node.change()
        node.hears(110.0)
        assert node.instance.deadline < 114.0, "from now on it takes over as usual"
        node.machine.now = 131.0
        node.timers[-1].callback()
        assert node.number() == 77
        assert node.agent.confirmed.remaining_s(131.0) is None

    standby(scenario)


def test_what_the_master_never_had_is_taken_back(standby):
    def scenario(node):
        node.machine.now = 101.0
        digest = node.agent.digest
        node.change()
        assert node.agent.digest != digest
        node.machine.now = 131.0
        node.timers[-1].callback()
        assert (node.number(), node.agent.digest, node.machine.state()) == (51, digest, "BACKUP")
        assert node.instance.deadline == pytest.approx(131.0 + 3.6484, abs=0.001)
        node.hears(132.0)
        assert node.instance.router.master is not None

    standby(scenario)


def test_a_master_does_not_try_what_its_peer_must_change_too(standby):
    def scenario(node):
        node.machine.due(104.2)
        assert node.machine.state() == "MASTER"
        with pytest.raises(CommandError, match="VI_1 is MASTER here: the standby changes first"):
            node.change()
        assert (node.number(), node.timers) == (51, [])

    standby(scenario)


def test_a_master_tries_a_file_without_one_of_its_instances(standby):
    """The peer has it yet, and takes over."""

    def scenario(node):
        node.machine.due(104.2)
        node.change(text=(FILE % 51).replace("VI_1", "VI_2").replace("_id 51", "_id 52").replace("8.100", "8.102"))
        assert [config.name for config in node.agent.configuration.instances] == ["VI_2"]

    standby(scenario)


def test_a_master_tries_what_is_its_own_matter(standby):
    def scenario(node):
        node.machine.due(104.2)
        node.change(text=(FILE % 51).replace("priority 90", "priority 95"))
        node.timers[-1].callback()
        assert (node.agent.configuration.instances[0].priority, node.machine.state()) == (95, "MASTER")

    standby(scenario)


def test_a_reload_of_the_file_ends_the_wait(standby):
    def scenario(node):
        node.change()
        node.agent._commands.handle("reload", {})
        assert node.timers[-1].cancelled and node.number() == 51

    standby(scenario)


@pytest.mark.parametrize("confirm_s", [0, -1, 601, "soon", None])
def test_a_time_that_is_none_is_refused(standby, confirm_s):
    def scenario(node):
        with pytest.raises(CommandError, match="confirm_s is a number of seconds, more than 0 and at most 600"):
            node.change(confirm_s=confirm_s)
        assert node.number() == 51

    standby(scenario)


def test_a_bad_file_changes_nothing(standby):
    def scenario(node):
        with pytest.raises(CommandError, match="is not valid: the old configuration stays in force"):
            node.change(text=(FILE % 51).replace("priority 90", "priority 900"))
        assert (node.number(), node.timers) == (51, [])

    standby(scenario)
