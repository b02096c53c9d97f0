# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual address that is the host's own is refused, unless the instance is its owner."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface

import pytest
from agent_fakes import crashed, eth, instance, marked, table

from vrrp.agent.netlink.links import ActualAddress
from vrrp.agent.preflight import host_addresses
from vrrp.agent.preflight.host_addresses import last_seen, own_addresses
from vrrp.agent.process.saved_state import SavedInstance, SavedState
from vrrp.config.model.configuration import Configuration, VirtualAddress
from vrrp.protocol.states import NEVER, State

VIP = "192.168.8.100/24"
PLACE = (2, ip_interface(VIP))
HOST = table(addresses=("192.168.8.4/24", VIP))


def texts(config, machine=HOST, **known):
    return [
        problem.text for problem in own_addresses(Configuration("/etc/f.conf", instances=(config,)), machine, **known)
    ]


def test_an_address_of_the_host_is_refused_at_its_line():
    (problem,) = own_addresses(Configuration("/etc/f.conf", instances=(instance(line=7),)), HOST)
    assert str(problem) == (
        "/etc/f.conf:7:1: error: vrrp_instance VI_1: 192.168.8.100 is this host's own address on eth0 "
        "(give it priority 255, or another VIP; if keepalived or a person has left it there: "
        "ip address del 192.168.8.100/24 dev eth0)"
    )


@pytest.mark.parametrize("prefix", [24, 32, 16])
def test_the_prefix_length_does_not_matter(prefix):
    assert len(texts(instance(addresses=(f"192.168.8.100/{prefix}",)))) == 1


@pytest.mark.parametrize(
    ("config", "machine", "known"),
    [
        (instance(priority=255), HOST, {}),
        (instance(addresses=("192.168.8.101/24",)), HOST, {}),
        (instance(), crashed(VIP), {}),  # after SIGKILL, or beside the running agent
        (instance(), HOST, {"ledger": {PLACE: NEVER}}),  # where the kernel does not tell
        (instance(), HOST, {"held": [PLACE]}),
        (replace(instance(), interface="eth1"), table(eth(), eth("eth1", 3), addresses=(VIP,)), {}),  # elsewhere
    ],
)
def test_an_address_that_is_not_the_host_s_own_is_taken(config, machine, known):
    assert texts(config, machine, **known) == []


def test_the_kernel_counts_more_than_the_ledger():
    machine = table(addresses=("192.168.8.4/24", VIP))
    machine.remember(marked("127.0.0.1/8", 1))
    assert len(texts(instance(), machine, ledger={PLACE: NEVER})) == 1
    assert texts(instance(), machine, held=[PLACE]) == []


def test_each_kind_of_virtual_address_and_its_interface():
    machine = table(eth(), eth("eth1", 3))
    machine.remember(ActualAddress(3, ip_interface("172.16.5.1/24")))
    machine.remember(ActualAddress(2, ip_interface("fd00:8::1/64")))
    away = VirtualAddress(ip_interface("172.16.5.1/24"), device="eth1")
    config = instance(excluded=(VirtualAddress(ip_interface("fd00:8::1/64")), away))
    assert texts(config, machine) == [
        "vrrp_instance VI_1: fd00:8::1 is this host's own address on eth0",
        "vrrp_instance VI_1: 172.16.5.1 is this host's own address on eth1",
    ]


def test_the_last_seen_addresses_come_from_the_ledger(monkeypatch, tmp_path):
    assert last_seen(str(tmp_path)) == {}
    entry = SavedInstance(("eth0", 51, 4), "VI_1", 2, State.MASTER, 100, installed=(PLACE,), last_at=5.0)
    saved = SavedState((entry, replace(entry, installed=(), interval_cs=300, last_at=4.0)))
    monkeypatch.setattr(host_addresses.saved_state, "read", lambda directory: saved)
    assert last_seen(str(tmp_path)) == {PLACE: 7.0}
