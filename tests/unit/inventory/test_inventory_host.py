# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a host is read from its variables: values, interfaces, and own addresses."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host import Host, Nic, well_formed
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.vip import parse
from two_hosts import interfaces


def shown(host):
    return {name: [str(own) for own in nic.own] for name, nic in host.nics.items()}


@pytest.mark.parametrize(
    ("vip", "own"),
    [
        ("192.168.8.100", "192.168.8.4/24"),
        ("192.168.8.100/32", "192.168.8.4/24"),
        ("10.200.0.1/24", "10.0.0.4/8"),
        ("fd00::1", "fd00::4/64"),
        ("172.16.0.1/24", None),
        ("fd01::1/64", None),
    ],
)
def test_an_interface_covers_what_lies_in_one_of_its_subnets(vip, own):
    nic = Nic("eth0", tuple(map(ip_interface, ("192.168.8.4/24", "192.168.8.5/24", "10.0.0.4/8", "fd00::4/64"))))
    found = nic.covers(parse(vip))
    assert (None if found is None else str(found)) == own


def test_an_interface_without_addresses_covers_nothing():
    assert Nic("eth0").covers(parse("192.168.8.100/24")) is None


def test_interfaces_of_vrrp_info_are_read_without_the_loopback():
    host = Host.read("node-a", {"ha_pair_interfaces": interfaces("192.168.8.4/24", "fe80::4/64")})
    assert host.name == "node-a"
    assert shown(host) == {"eth0": ["192.168.8.4/24", "fe80::4/64"]}
    assert host.addresses == {"127.0.0.1", "192.168.8.4", "fe80::4"}


def test_a_possible_virtual_address_is_no_own_address():
    links = interfaces("192.168.8.4/24", "192.168.8.100/32", "fd00::100/128", held=("192.168.8.101/24",))
    links[1]["addresses"].append({"address": "192.168.8.5/24", "secondary": True})
    host = Host.read("node-a", {"ha_pair_interfaces": links})
    assert shown(host) == {"eth0": ["192.168.8.4/24"]}
    assert host.addresses == {"127.0.0.1", "192.168.8.4", "192.168.8.100", "fd00::100", "192.168.8.5"}


def test_a_primary_address_that_the_agent_holds_is_not_the_hosts_own():
    links = interfaces("192.168.8.4/24", "10.0.0.4/8")
    links[1]["virtual_addresses"] = ["10.0.0.4/8"]
    host = Host.read("node-a", {"ha_pair_interfaces": links})
    assert shown(host) == {"eth0": ["192.168.8.4/24"]}
    assert host.addresses == {"127.0.0.1", "192.168.8.4"}


def test_an_interface_without_virtual_addresses_is_read():
    links = [{"name": "eth1", "addresses": [{"address": "10.0.0.4/8", "secondary": False}]}]
    assert shown(Host.read("a", {"ha_pair_interfaces": links})) == {"eth1": ["10.0.0.4/8"]}


FACTS = {
    "interfaces": ["lo", "br-lan", "eth0.5", "wlan0"],
    "lo": {"type": "loopback", "ipv4": {"address": "127.0.0.1", "netmask": "255.0.0.0"}},
    "br_lan": {
        "ipv4": {"address": "192.168.8.4", "prefix": "24", "netmask": "255.255.0.0"},
        "ipv6": [{"address": "fe80::1", "prefix": "64"}, {"address": "fd00::100", "prefix": "128"}],
    },
    "eth0_5": {"ipv4": [{"address": "10.0.0.4", "netmask": "255.0.0.0"}]},
}
FOUND = {"br-lan": ["192.168.8.4/24", "fe80::1/64"], "eth0.5": ["10.0.0.4/8"], "wlan0": []}


@pytest.mark.parametrize(
    "variables",
    [
        {"ansible_facts": FACTS},
        {"ansible_facts": {f"ansible_{name}": value for name, value in FACTS.items()}},
        {f"ansible_{name}": value for name, value in FACTS.items()},
        {"ansible_facts": FACTS, "ha_pair_interfaces": None},
    ],
)
def test_facts_of_ansible_are_read_with_or_without_their_prefix(variables):
    host = Host.read("node-a", variables)
    assert shown(host) == FOUND
    assert host.addresses == frozenset()


def test_interfaces_of_vrrp_info_come_before_the_facts():
    host = Host.read("node-a", {"ha_pair_interfaces": interfaces("192.168.8.6/24"), "ansible_facts": FACTS})
    assert shown(host) == {"eth0": ["192.168.8.6/24"]}


@pytest.mark.parametrize("variables", [{}, {"ansible_facts": {}}, {"ha_pair_interfaces": []}])
def test_a_host_without_interfaces_and_facts_has_an_unknown_network(variables):
    host = Host.read("node-a", variables)
    assert (shown(host), host.addresses, host.network()) == ({}, frozenset(), "no interface at all")


ODD = [
    {"name": "x", "addresses": [{"address": "nowhere", "secondary": False}]},
    {"name": "x", "addresses": [{"address": 7, "secondary": False}]},
    {"name": "x", "addresses": [], "virtual_addresses": 5},
    {"addresses": []},
]


@pytest.mark.parametrize("link", ODD)
def test_a_malformed_link_is_not_well_formed(link):
    assert not well_formed([link])


@pytest.mark.parametrize("value", ["eth0", 5, {"name": "eth0"}, ["eth0"], [{"name": "eth0"}], [{"addresses": []}, 1]])
def test_malformed_values_of_vrrp_info_are_passed_over(value):
    assert not well_formed(value)
    assert shown(Host.read("node-a", {"ha_pair_interfaces": value, "ansible_facts": FACTS})) == {}


@pytest.mark.parametrize("value", [[], (), [{"name": "x", "addresses": []}], ({"addresses": [], "name": "x"},)])
def test_the_interfaces_that_vrrp_info_returns_are_well_formed(value):
    assert well_formed(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [("eth0", "eth0"), (0, 0), (False, False), ([], []), (" a ", " a "), ("", None), (" \n", None), (None, None)],
)
def test_the_variables_of_a_host_are_read(value, said):
    host = Host("node-a", {"ha_pair_x": value, "x": "of somebody else"})
    assert host.said("x") == said
    assert host.said("y") is None


def test_the_network_is_told_in_a_message():
    nics = {
        "eth0": Nic("eth0", (ip_interface("192.168.8.4/24"), ip_interface("fd00::4/64"))),
        "eth1": Nic("eth1"),
    }
    assert Host("node-a", {}, nics).network() == "eth0 192.168.8.4/24 fd00::4/64; eth1 without address"
