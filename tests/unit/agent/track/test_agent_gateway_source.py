# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway is asked from an own address, and one that could never answer is told."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest
from agent_fakes import eth, instance, table

from vrrp.agent.addresses.subnets import Subnets
from vrrp.agent.netlink.links import ActualAddress, Link
from vrrp.agent.track.gateway import gateway_misfits, probe_source
from vrrp.config.model.configuration import Configuration
from vrrp.config.model.trackers import TrackedGateway, Tracking

GATEWAY = TrackedGateway(ip_address("192.168.8.1"), device="eth0")
VIP = ip_interface("192.168.8.100/24")


def machine(*addresses, link=None):
    return table(link or eth(), addresses=addresses)


def source(filled, virtual=(), gateway=GATEWAY):
    found = probe_source(gateway, virtual, filled)
    return str(found.source) if found.source else found.why


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (("192.168.8.4/24",), "192.168.8.4"),
        (("192.168.8.100/24", "192.168.8.4/24"), "192.168.8.4"),  # in any order: never the virtual one
        (("192.168.8.100/32", "192.168.8.4/24"), "192.168.8.4"),
        (("10.0.0.4/8", "192.168.8.4/24"), "192.168.8.4"),  # the one in the gateway's subnet
        (("10.0.0.4/8",), "10.0.0.4"),
        (("192.168.8.100/24",), "interface eth0 has no IPv4 address of its own"),
        (("fd00::4/64",), "interface eth0 has no IPv4 address of its own"),
    ],
)
def test_a_gateway_is_asked_from_an_own_address(addresses, expected):
    assert source(machine(*addresses), [VIP]) == expected


@pytest.mark.parametrize(
    ("link", "why"),
    [
        (eth(name="eth9"), "interface eth0 does not exist"),
        (eth(up=False), "interface eth0 is down"),
        (eth(running=False), "interface eth0 has no carrier"),
        (eth(mac=b""), "interface eth0 is not an Ethernet"),
        (Link(2, "eth0", b"\0" * 6, loopback=True), "interface eth0 is not an Ethernet"),
    ],
)
def test_an_interface_that_cannot_ask_says_why(link, why):
    assert source(machine("192.168.8.4/24", link=link)) == why


def test_an_ipv6_address_that_is_not_its_own_yet_is_none():
    gateway = TrackedGateway(ip_address("fe80::1"), device="eth0")
    filled = machine("192.168.8.4/24")
    filled.remember(ActualAddress(2, ip_interface("fe80::4/64"), scope=253, tentative=True))
    assert source(filled, gateway=gateway) == "interface eth0 has no IPv6 address of its own"
    filled.remember(ActualAddress(2, ip_interface("fd00::4/64")))
    filled.remember(ActualAddress(2, ip_interface("fe80::5/64"), scope=253))
    assert source(filled, gateway=gateway) == "fe80::5"  # in the subnet, though its scope is narrower


def misfits(address, filled=None, **fields):
    config = instance(track=Tracking(gateways=(TrackedGateway(ip_address(address), **fields),)))
    configuration = Configuration("f", instances=(config, instance("VI_2", ("192.168.9.100/24",))))
    filled = filled or machine("192.168.8.4/24", "192.168.8.100/24", "192.168.9.100/24")
    return list(gateway_misfits(config, filled, Subnets(configuration, filled)))


def test_gateways_in_a_subnet_are_no_problem():
    assert misfits("192.168.8.1") == []
    assert misfits("10.0.0.1", device="eth9") == []  # that it is missing is said where all interfaces are


def test_gateways_outside_of_every_subnet_are_told():
    assert misfits("192.168.9.1") == [
        ("track_gateway 192.168.9.1 is outside every subnet of eth0: it may never answer", "eth0: 192.168.8.0/24")
    ]
    assert misfits("fd00::1")[0][1] == "eth0: it has no IPv6 address"
    assert misfits("192.168.8.4") == [
        ("track_gateway 192.168.8.4 is this machine itself, which never answers", "name another one")
    ]
    only_virtual = machine("192.168.8.100/24")
    assert misfits("192.168.8.1", only_virtual)[0][1] == "eth0: it has no IPv4 address"
