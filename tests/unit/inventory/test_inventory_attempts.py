# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a pair tries each way between its hosts once, from the addresses that its agents will use."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.attempts import attempts, own_address

ONE = {"name": "VI_1", "interface": "eth0", "virtual_router_id": 100, "version": 2,
       "virtual_ipaddress": ["192.168.8.100/24"]}  # fmt: skip
SIX = {**ONE, "name": "VI_6", "virtual_router_id": 7, "version": 3, "virtual_ipaddress": ["fd00:8::100/64"]}


def node(number, *instances, held=(), interface="eth0"):
    own = [f"192.168.8.{number}/24", f"fd00:8::{number}/64", f"fe80::{number}/64", *held]
    addresses = [{"address": address, "secondary": False} for address in own]
    links = [
        {"name": "lo", "addresses": [{"address": "127.0.0.1/8", "secondary": False}]},
        {"name": interface, "addresses": addresses, "virtual_addresses": list(held)},
    ]
    return {"interfaces": links, "instances": list(instances)}


def tried(a, b, here=None, there=None):
    return attempts(["a", "b"], {"a": here or node(4), "b": there or node(6)}, {"a": a, "b": b})


def entry(source, peer, **said):
    usual = {"interface": "eth0", "protocol": "vrrp", "unicast": False, "version": 2, "virtual_router_ids": [100]}
    return {**usual, "source": source, "peer": peer, **said}


def test_each_host_tries_to_reach_the_other():
    assert tried([ONE], [ONE]) == {
        "a": [entry("192.168.8.4", "192.168.8.6")], "b": [entry("192.168.8.6", "192.168.8.4")],
    }  # fmt: skip


def test_instances_on_one_way_share_an_attempt_that_avoids_all_their_ids():
    two = {**ONE, "name": "VI_2", "virtual_router_id": 101}
    assert tried([ONE, two], [ONE, two])["a"] == [entry("192.168.8.4", "192.168.8.6", virtual_router_ids=[100, 101])]


def test_over_ipv6_the_addresses_are_link_local():
    ids = [7, 100]
    assert tried([ONE, SIX], [ONE, SIX])["b"] == [
        entry("192.168.8.6", "192.168.8.4", virtual_router_ids=ids),
        entry("fe80::6", "fe80::4", version=3, virtual_router_ids=ids),
    ]


def test_the_interfaces_of_the_hosts_may_have_different_names():
    found = tried([ONE], [{**ONE, "interface": "ens3"}], there=node(6, interface="ens3"))
    assert (found["a"][0]["interface"], found["b"][0]["interface"]) == ("eth0", "ens3")
    assert found["a"][0]["peer"] == "192.168.8.6"


def test_with_unicast_the_peer_is_the_one_that_is_named():
    here = {**ONE, "unicast_src_ip": "192.168.8.4", "unicast_peer": ["192.168.8.6 min_ttl 255"]}
    there = {**ONE, "unicast_peer": ["10.0.0.9", "192.168.8.4"]}
    found = tried([here], [there])
    assert found["a"] == [entry("192.168.8.4", "192.168.8.6", unicast=True)]
    assert found["b"] == [entry("192.168.8.6", "192.168.8.4", unicast=True)]
    assert tried([{**here, "unicast_peer": ["10.0.0.9"]}], [there])["a"] == []


def test_another_group_is_tried():
    other = {**ONE, "mcast_dst_ip": "224.0.0.200"}
    assert tried([other], [other])["a"] == [entry("192.168.8.4", "192.168.8.6", group="224.0.0.200")]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([ONE], []),
        ([ONE], [SIX]),
        ([{**ONE, "interface": "eth9"}], [ONE]),
    ],
)
def test_an_instance_without_a_counterpart_is_not_tried(a, b):
    assert tried(a, b)["a"] == []


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({}, "192.168.8.4"),
        ({"mcast_src_ip": "192.168.8.5"}, "192.168.8.5"),
        ({"unicast_src_ip": "192.168.8.5"}, "192.168.8.4"),
        ({"unicast_src_ip": "192.168.8.5", "unicast_peer": ["192.168.8.6"]}, "192.168.8.5"),
        ({"virtual_ipaddress": ["192.168.8.4/24"]}, None),
        ({"virtual_ipaddress": ["fd00:8::100/64"]}, "fe80::4"),
        ({"virtual_ipaddress": ["fd00:8::100/64"], "unicast_peer": ["fd00:8::6"]}, "fd00:8::4"),
    ],
)
def test_the_own_address_is_the_one_of_the_agent(said, address):
    assert own_address(node(4), {**ONE, **said}) == address


def test_a_virtual_address_on_the_interface_is_not_the_own_one():
    held = node(4, held=("192.168.8.99/24",))
    held["interfaces"][1]["addresses"].reverse()
    assert own_address(held, ONE) == "192.168.8.4"


def living(state, source, master, **said):
    return {"state": state, "source": source, "master": {"address": master}, "unicast_peers": [], **said}


def test_a_way_on_which_a_standby_hears_the_master_is_not_tried_again():
    hears = living("BACKUP", "192.168.8.6", "192.168.8.4")
    assert tried([ONE], [ONE], there=node(6, hears)) == {"a": [], "b": []}
    assert tried([ONE], [ONE], here=node(4, living("BACKUP", "192.168.8.4", "192.168.8.6"))) == {"a": [], "b": []}
    found = {"a": node(4), "b": node(6, hears)}
    again = attempts(["a", "b"], found, {"a": [ONE], "b": [ONE]}, proven_too=True)
    assert again == tried([ONE], [ONE]) and again["a"]
    other = {**ONE, "mcast_dst_ip": "224.0.0.200"}  # what the standby hears may still go to the group of the protocol
    assert len(tried([other], [other], there=node(6, hears))["a"]) == 1


@pytest.mark.parametrize(
    "said",
    [
        living("MASTER", "192.168.8.6", "192.168.8.6"),
        living("BACKUP", "192.168.8.6", "192.168.8.50"),
        living("BACKUP", "192.168.8.6", "192.168.8.4", unicast_peers=["192.168.8.4"]),
        {**living("BACKUP", "192.168.8.6", None), "master": None},
        {"state": "BACKUP", "master": {"address": "192.168.8.4"}},
    ],
)
def test_any_other_way_is_tried(said):
    assert len(tried([ONE], [ONE], there=node(6, said))["b"]) == 1


def test_an_authentication_header_has_an_attempt_of_its_own_each_time():
    header = {**ONE, "name": "VI_2", "virtual_router_id": 101, "auth_type": "AH", "auth_pass": "secret"}
    ids = [100, 101]
    assert tried([ONE, header], [ONE, header])["a"] == [
        entry("192.168.8.4", "192.168.8.6", virtual_router_ids=ids),
        entry("192.168.8.4", "192.168.8.6", virtual_router_ids=ids, protocol="ah"),
    ]
    living = {"state": "BACKUP", "source": "192.168.8.6", "master": {"address": "192.168.8.4"}}
    there = node(6, living)
    assert [each["protocol"] for each in tried([ONE, header], [ONE, header], there=there)["a"]] == ["ah"]


@pytest.mark.parametrize(
    "said",
    [{"version": 3, "auth_pass": "secret"}, {"auth_pass": ""}, {"virtual_ipaddress": ["fd00:8::100/64"], "version": 3}],
)
def test_an_instance_that_sends_no_ah_header_is_tried_without_one(said):
    without = {**ONE, **said, "auth_type": "AH"}
    assert [each["protocol"] for each in tried([without], [without])["a"]] == ["vrrp"]
