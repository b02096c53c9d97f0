# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that interfaces are listed with their flags and addresses, and with those that the agent has set."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import node_interfaces
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.netlink.links import ActualAddress, Link


def instance(*present):
    return {"name": "VI_1", "addresses_present": list(present)}


@pytest.fixture
def kernel(monkeypatch):
    """Set up a machine with a loopback, an interface with three addresses, and one that is down."""

    def dump(table):
        found = (
            Link(1, "lo", loopback=True),
            Link(2, "eth0", bytes.fromhex("020000000004"), up=True, running=False),
            Link(7, "eth1", up=False, running=True),
        )
        for link in found:
            table.links[link.index] = table.names[link.name] = link
        for index, address, secondary in (
            (1, "127.0.0.1/8", False),
            (2, "192.168.8.4/24", False),
            (2, "192.168.8.100/24", True),
            (2, "fd00::100/64", False),
        ):
            there = ActualAddress(index, ip_interface(address), secondary=secondary)
            table.addresses.setdefault(index, {})[there.address] = there
        return table

    monkeypatch.setattr(node_interfaces, "dump", dump)


@pytest.mark.parametrize(
    ("instances", "held"),
    [
        ((), []),
        ([instance()], []),
        ([instance("192.168.8.100/24")], ["192.168.8.100/24"]),
        ([instance("fd00::100/64", "192.168.8.100/24")], ["192.168.8.100/24", "fd00::100/64"]),
        ([instance("fd00::100/64"), instance("192.168.8.100/24")], ["192.168.8.100/24", "fd00::100/64"]),
        (iter([instance("192.168.8.100/32")]), []),
        ([{**instance(), "excluded": [{"text": "fd00::100/64", "present": True}]}], ["fd00::100/64"]),
        ([{**instance(), "excluded": [{"text": "fd00::100/64", "present": False}]}], []),
        ([{**instance(), "excluded": ["192.168.8.100/24"]}], ["192.168.8.100/24"]),
    ],
)
def test_every_interface_is_told_with_its_addresses(kernel, instances, held):
    assert node_interfaces.links(instances) == [
        {
            "name": "lo",
            "mac": "",
            "up": True,
            "carrier": True,
            "loopback": True,
            "addresses": [{"address": "127.0.0.1/8", "secondary": False}],
            "virtual_addresses": [],
        },
        {
            "name": "eth0",
            "mac": "02:00:00:00:00:04",
            "up": True,
            "carrier": False,
            "loopback": False,
            "addresses": [
                {"address": "192.168.8.4/24", "secondary": False},
                {"address": "192.168.8.100/24", "secondary": True},
                {"address": "fd00::100/64", "secondary": False},
            ],
            "virtual_addresses": held,
        },
        {
            "name": "eth1",
            "mac": "",
            "up": False,
            "carrier": True,
            "loopback": False,
            "addresses": [],
            "virtual_addresses": [],
        },
    ]


def test_the_loopback_interface_of_this_machine_is_told():
    (found,) = [link for link in node_interfaces.links() if link["loopback"]]
    assert (found["name"], found["virtual_addresses"]) == ("lo", [])


def test_a_kernel_that_refuses_is_an_error(monkeypatch):
    def refuse(table):
        raise OSError("no netlink here")

    monkeypatch.setattr(node_interfaces, "dump", refuse)
    with pytest.raises(OSError, match="no netlink here"):
        node_interfaces.links()
