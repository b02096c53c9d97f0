# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance uses the ports that it is given, all of them, and no others."""

from __future__ import annotations

import inspect
import re
from dataclasses import FrozenInstanceError, fields

import pytest
from agent_fakes import Bench, instance, instance_ports, want

from vrrp.agent import address_repair, advertiser, instance_actions, instance_tracking, interface_state
from vrrp.agent import instance as running
from vrrp.agent.network.sockets import VrrpSocket
from vrrp.agent.ports import InstancePorts, Sender


def test_each_port_is_used():
    users = running, address_repair, advertiser, instance_actions, instance_tracking, interface_state
    text = "".join(map(inspect.getsource, users))
    assert set(re.findall(r"\b_?ports\.([a-z_]+)", text)) == {port.name for port in fields(InstancePorts)}


def test_a_socket_is_a_sender():
    asked, given = (inspect.signature(kind.send).parameters for kind in (Sender, VrrpSocket))
    assert list(given) == list(asked)


def test_the_ports_of_an_instance_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        instance_ports(None, None, sender=None, virtual=None, arm=None).arm = print


def test_an_instance_tells_its_transitions_and_what_a_successor_must_know():
    told = []
    bench = Bench(instance(), transition=lambda: told.append("transition"), remember=lambda: told.append("remember"))
    told.clear()
    bench.master()
    assert told == ["remember", "transition"] * 2
    told.clear()
    bench.instance.address_changed(bench.kernel.somebody_deletes("192.168.8.100/24"), 11.0)
    assert told == ["remember"]


def test_a_member_of_a_sync_group_tells_what_it_did():
    told = []
    bench = Bench(instance(), acted=lambda who, actions: told.append((who.name, len(actions)))).start(6.0)
    assert told == []
    bench.instance.inputs.group_changed("G", 7.0)
    bench.instance.expire(10.0)
    bench.instance.inputs.join(10.0)
    assert told == [("VI_1", 0), ("VI_1", 0), ("VI_1", 4)]


def test_a_fault_of_something_static_is_a_fault_of_the_instance():
    bench = Bench(instance(), static_faults=lambda name: (f"{name} waits for a static route",))
    assert bench.instance.router.own_faults == ("VI_1 waits for a static route",)


def test_without_a_socket_it_takes_no_part():
    bench = Bench(instance())
    bench.sender = None
    bench.instance.interface_changed(1.0)
    assert bench.instance.router.own_faults == ("no VRRP socket on interface eth0",)


def test_an_instance_that_is_alone_gives_up_what_it_has():
    bench = Bench(instance()).master()
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release", str(want("192.168.8.100/24").address))
