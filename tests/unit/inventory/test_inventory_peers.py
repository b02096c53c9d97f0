# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that two hosts that would not hear each other are a problem with variable, host and line."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts, interfaces

OWN, PEER, THIRD = "192.168.8.4", "192.168.8.6", "192.168.8.7"


def said(node_a=None, node_b=None, **both):
    lines = {OWN: "hosts.yml:4", f"{OWN} min_ttl 255": "hosts.yml:5", "192.168.8.100": "hosts.yml:9"}
    try:
        instances(
            hosts(node_a, node_b, vips=[VIP], **both),
            lambda value: lines.get(value) if isinstance(value, str) else None,
        )
    except PairError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_one_list_for_both_hosts_names_each_host_itself():
    first, second = said(unicast_peer=[f"{OWN} min_ttl 255", PEER])
    hint = "or leave it out and say ha_pair_unicast: true for both"
    assert first == f"hosts.yml:5: node-a: ha_pair_unicast_peer: {OWN} is node-a itself (name node-b alone, {hint})"
    assert second == f"node-b: ha_pair_unicast_peer: {PEER} is node-b itself (name node-a alone, {hint})"


def test_peer_lists_that_are_swapped_are_a_problem():
    problems = said({"unicast_peer": [OWN]}, {"unicast_peer": PEER})
    assert [problem.partition(" (")[0] for problem in problems] == [
        f"hosts.yml:4: node-a: ha_pair_unicast_peer: {OWN} is node-a itself",
        f"node-b: ha_pair_unicast_peer: {PEER} is node-b itself",
    ]


@pytest.mark.parametrize(
    ("peer", "problem"),
    [
        (THIRD, f"node-a: ha_pair_unicast_peer: {THIRD} is no address of node-b (it has eth0 192.168.8.6/24)"),
        ("192.168.8.100", "hosts.yml:9: node-a: ha_pair_unicast_peer: 192.168.8.100 is a virtual address of VI_1"
         " (name node-b's own address, or leave it out and say ha_pair_unicast: true)"),
    ],
)  # fmt: skip
def test_a_peer_that_is_not_the_other_host_is_a_problem(peer, problem):
    assert said({"unicast_peer": [peer]}, {"unicast_peer": [OWN]}) == [problem]


def test_one_host_with_unicast_alone_is_a_problem():
    (problem,) = said({"unicast_peer": [PEER]})
    assert problem == (
        "node-a: ha_pair_unicast_peer: node-a has peers, and node-b has none, so that it multicasts"
        " (name node-a as a peer on node-b, or leave it out and say ha_pair_unicast: true for both)"
    )
    (problem,) = said(None, {"unicast_peer": [OWN]})
    assert problem.startswith("node-b: ha_pair_unicast_peer: node-b has peers, and node-a has none")


@pytest.mark.parametrize(
    "both",
    [
        ({"unicast_peer": [PEER]}, {"unicast_peer": [OWN]}),
        ({"unicast_peer": [f"{PEER} min_ttl 250", THIRD]}, {"unicast_peer": OWN}),
        ({"unicast_peer": ["fe80::6"]}, {"unicast_peer": ["fe80::4"]}),
        ({"unicast_peer": ["10.0.0.6"], "interfaces": interfaces("192.168.8.4/24", "10.0.0.4/24")},
         {"unicast_peer": ["10.0.0.4"], "interfaces": interfaces("192.168.8.6/24", "10.0.0.6/24")}),
    ],
)  # fmt: skip
def test_hosts_that_name_each_other_are_no_problem(both):
    assert said(*both) == []


def test_both_hosts_with_one_address_are_a_problem():
    one = {"interfaces": interfaces("192.168.8.4/24")}
    problems = said(one, one)
    assert problems == [
        "node-a: ha_pair_vips: node-a and node-b both have 192.168.8.4/24"
        " (are they one machine? look at ansible_host of both, or give each an address of its own)"
    ]


@pytest.mark.parametrize(
    ("both", "problem"),
    [
        ({"mcast_src_ip": "192.168.8.100"}, "192.168.8.100 is a virtual address of VI_1 (node-a has eth0"),
        ({"mcast_src_ip": THIRD, "track_src_ip": True}, f"{THIRD} is not an address of node-a"),
        ({"mcast_src_ip": THIRD, "unicast": True}, f"{THIRD} is not an address of node-a"),
    ],
)  # fmt: skip
def test_a_source_that_is_virtual_or_missing_is_a_problem(both, problem):
    assert f"node-a: ha_pair_mcast_src_ip: {problem}" in said(**both)[0]


def test_a_source_of_multicast_need_not_be_on_the_host():
    assert said(mcast_src_ip=THIRD) == []
