# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a second address or virtual router ID is reported with the place of the second one."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import hosts, interfaces

A, B, C = "192.168.8.100/24", "192.168.8.101/24", "192.168.8.102/24"
BARE = "192.168.8.100"


def said(**both):
    """Return the problems of node-a; each address was written in a line of its own."""
    lines = {A: "hosts.yml:1", B: "hosts.yml:2", C: "hosts.yml:3", BARE: "hosts.yml:4", 51: "hosts.yml:5"}
    try:
        instances(hosts(**both), lambda value: lines.get(value) if isinstance(value, (str, int)) else None)
    except PairError as error:
        return [str(problem) for problem in error.problems if problem.host == "node-a"]
    return []


def entry(*addresses, **more):
    return {"virtual_ipaddress": list(addresses), **more}


@pytest.mark.parametrize(
    ("both", "problem"),
    [
        ({"vips": [A, B, BARE]}, "hosts.yml:4: node-a: ha_pair_vips: {} is there twice, in VI_1 and VI_3 {}"),
        ({"instances": [entry(A, BARE)]},
         "hosts.yml:4: node-a: ha_pair_instances[0].virtual_ipaddress: {} is there twice {}"),
        ({"instances": [entry(A), entry(B, BARE)]},
         "hosts.yml:4: node-a: ha_pair_instances[1].virtual_ipaddress: {} is there twice, in VI_1 and VI_2 {}"),
        ({"vips": [A], "virtual_ipaddress_excluded": [BARE]},
         "hosts.yml:4: node-a: ha_pair_virtual_ipaddress_excluded: {} is there twice {}"),
        ({"instances": [entry(A), entry(B, virtual_ipaddress_excluded=[BARE])]},
         "hosts.yml:4: node-a: ha_pair_instances[1].virtual_ipaddress_excluded: {} is there twice, in VI_1 and VI_2"
         " {}"),
    ],
)  # fmt: skip
def test_an_address_that_is_there_twice_is_a_problem(both, problem):
    assert said(**both) == [problem.format("192.168.8.100", "(name it once)")]


def test_a_variable_for_all_instances_counts_in_each():
    (problem,) = said(vips=[A, B], virtual_ipaddress_excluded=[C])
    assert problem == (
        "hosts.yml:3: node-a: ha_pair_virtual_ipaddress_excluded: 192.168.8.102 is there twice, in VI_1 and VI_2"
        " (that variable is for every instance: say it in an entry of ha_pair_instances)"
    )


def test_members_of_one_group_may_share_excluded_addresses_only():
    groups = [{"name": "G", "group": ["VI_1", "VI_2"]}]
    assert said(vips=[A, B], virtual_ipaddress_excluded=[C], sync_groups=groups) == []
    (problem,) = said(instances=[entry(A), entry(B, virtual_ipaddress_excluded=[BARE])], sync_groups=groups)
    assert "192.168.8.100 is there twice, in VI_1 and VI_2" in problem


def test_one_router_id_for_all_instances_is_a_problem():
    (problem,) = said(vips=[A, B], virtual_router_id=51)
    assert problem == (
        "hosts.yml:5: node-a: ha_pair_virtual_router_id: VI_1 and VI_2 both have virtual router ID 51 on eth0"
        " (give each instance a virtual_router_id of its own in ha_pair_instances)"
    )


def test_two_addresses_that_give_one_router_id_are_a_problem():
    both = [{"interfaces": interfaces(f"192.168.8.{number}/24", f"10.0.0.{number}/24")} for number in (4, 6)]
    with pytest.raises(PairError) as caught:
        instances(hosts(*both, vips=[A, "10.0.0.100/24"]))
    text = "VI_1 and VI_2 both have virtual router ID 100 on eth0, which is the last octet of 10.0.0.100"
    assert (caught.value.problems[0].variable, caught.value.problems[0].text) == ("ha_pair_vips", text)


def test_one_router_id_on_two_interfaces_is_two_routers():
    both = [{"interfaces": [*interfaces(f"192.168.8.{number}/24"), *interfaces(f"10.0.0.{number}/24", name="eth1")[1:]]}
            for number in (4, 6)]  # fmt: skip
    assert len(instances(hosts(*both, vips=[A, "10.0.0.100/24"]))["node-a"]) == 2
