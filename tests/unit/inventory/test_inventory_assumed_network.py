# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a network is made up which the variables agree with, and that all that is made up is said."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.assumed_network import assumed_network
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host import FACTS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import hosts, interfaces

VIP = "192.168.8.100/24"


def unknown(node_a=None, node_b=None, **both):
    """Return the variables of a pair of which nobody knows the network."""
    found = hosts(node_a, node_b, **both)
    for said in found.values():
        del said[FACTS]
    return found


def assumed(said):
    """Return the addresses of each interface of each host, and what is made up. The instances must agree with them."""
    found, made_up = assumed_network(said)
    whole = {host: {**own, FACTS: found[host]} if host in found else own for host, own in said.items()}
    plan = instances(whole)
    addresses = {
        host: {nic["name"]: [each["address"] for each in nic["addresses"]] for nic in links}
        for host, links in found.items()
    }
    return addresses, made_up, plan


def test_the_interface_and_an_address_beside_the_vip_are_made_up():
    addresses, made_up, plan = assumed(unknown(vips=[VIP]))
    assert addresses == {"node-a": {"eth0": ["192.168.8.254/24"]}, "node-b": {"eth0": ["192.168.8.253/24"]}}
    assert made_up == [
        "node-a: interface eth0, address 192.168.8.254/24",
        "node-b: interface eth0, address 192.168.8.253/24",
    ]
    assert [each["interface"] for each in plan["node-b"]] == ["eth0"]


def test_a_host_whose_network_is_known_keeps_it():
    said = unknown(vips=[VIP])
    said["node-a"][FACTS] = interfaces("192.168.8.254/24", name="ens3")
    addresses, made_up, _plan = assumed(said)
    assert addresses == {"node-b": {"eth0": ["192.168.8.253/24"]}}, "no address is there twice"
    assert len(made_up) == 1
    facts = {"interfaces": ["ens5"], "ens5": {"ipv4": {"address": "192.168.8.4", "prefix": "24"}}}
    said["node-b"]["ansible_facts"] = facts
    addresses, made_up, plan = assumed(said)
    assert addresses == {} and made_up == []
    assert [plan[host][0]["interface"] for host in plan] == ["ens3", "ens5"]


def test_the_addresses_and_interfaces_in_the_variables_are_kept():
    said = unknown(
        {"unicast_src_ip": "192.168.8.4", "unicast_peer": ["192.168.8.6"], "interface": "ens3"},
        {"unicast_peer": "192.168.8.4", "interface": "ens4"},
        vips=[VIP],
    )
    addresses, made_up, _plan = assumed(said)
    assert addresses == {"node-a": {"ens3": ["192.168.8.4/24"]}, "node-b": {"ens4": ["192.168.8.6/24"]}}
    assert made_up == []


def test_an_ansible_host_in_the_subnet_is_the_address_of_the_host():
    said = unknown(vips=[VIP], interface="eth0")
    said["node-a"]["ansible_host"], said["node-b"]["ansible_host"] = "192.168.8.4", "node-b.example.com"
    addresses, made_up, _plan = assumed(said)
    assert addresses == {"node-a": {"eth0": ["192.168.8.4/24"]}, "node-b": {"eth0": ["192.168.8.254/24"]}}
    assert made_up == ["node-b: address 192.168.8.254/24"]


@pytest.mark.parametrize(
    ("vip", "own"),
    [
        ("192.168.8.100", "192.168.8.254/24"),
        ("192.168.8.100/32", "192.168.8.254/24"),
        ("192.168.8.254/24", "192.168.8.253/24"),
        ("192.168.8.1/30", "192.168.8.2/30"),
        ("10.1.0.255", "10.1.255.254/16"),
        ("10.0.0.1/8", "10.255.255.254/8"),
        ("2001:db8::100/64", "2001:db8::ffff:ffff:ffff:fffe/64"),
        ("2001:db8::100", "2001:db8::ffff:ffff:ffff:fffe/64"),
    ],
)
def test_the_subnet_is_that_of_the_vip_or_a_usual_one(vip, own):
    addresses, _made_up, _plan = assumed(unknown(vips=[vip], virtual_router_id=51))
    assert addresses["node-a"] == {"eth0": [own]}


def test_a_subnet_without_room_is_widened():
    addresses, _made_up, _plan = assumed(unknown(vips=["192.168.8.1/30"]))
    assert addresses["node-b"] == {"eth0": ["192.168.8.254/24"]}


def test_several_instances_share_an_interface_unless_they_name_theirs():
    entries = [
        {"name": "inside", "virtual_ipaddress": [VIP]},
        {"name": "beside", "virtual_ipaddress": ["192.168.8.101"]},
        {"name": "outside", "virtual_ipaddress": ["10.0.8.100/24"], "interface": "eth1"},
        {"name": "third", "virtual_ipaddress": ["10.0.9.100/24 dev eth2"], "virtual_router_id": 102},
    ]
    addresses, _made_up, plan = assumed(unknown(instances=entries))
    assert addresses["node-a"] == {
        "eth0": ["192.168.8.254/24"],
        "eth1": ["10.0.8.254/24"],
        "eth2": ["10.0.9.254/24"],
    }
    assert [each["interface"] for each in plan["node-a"]][:3] == ["eth0", "eth0", "eth1"]


def test_gateways_and_tracked_interfaces_are_there():
    gateways = ["192.168.8.254", {"address": "10.7.7.1", "interface": "eth7"}]
    said = unknown(vips=[VIP], track_gateways=gateways, track_interface=["eth9"])
    addresses, _made_up, _plan = assumed(said)
    assert addresses["node-a"] == {"eth0": ["192.168.8.253/24"], "eth9": [], "eth7": ["10.7.7.254/24"]}


def test_an_address_that_cannot_be_read_is_the_only_problem_of_the_inventory():
    said = unknown(vips=["192.168.8.900"])
    found, _made_up = assumed_network(said)
    with pytest.raises(PairError) as caught:
        instances({host: {**own, FACTS: found[host]} for host, own in said.items()})
    assert {problem.text for problem in caught.value.problems} == {
        "'192.168.8.900' is not an IP address with an optional prefix length"
    }
