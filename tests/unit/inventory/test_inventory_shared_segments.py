# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that what two pairs have on one network segment is found, and nothing else."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.shared_segments import claims, collisions, said
from two_hosts import interfaces

LINKS = interfaces("192.168.8.4/24")


def instance(address="192.168.8.100/24", number=100, **more):
    return {"name": "VI_1", "interface": "eth0", "virtual_router_id": number, "virtual_ipaddress": [address], **more}


def found(one, two, links=LINKS, other_links=LINKS, segment=""):
    web = claims("web", ["web-a", "web-b"], [one], links)
    return collisions([*web, *claims("db", ["db-a", "db-b"], [two], other_links, segment)])


def test_one_address_of_two_pairs_is_told_to_all_four_hosts():
    told = found(instance(), instance(number=7))
    assert set(told) == {"web-a", "web-b", "db-a", "db-b"}
    assert told["db-a"] == [
        "the pairs web (VI_1) and db (VI_1) both have 192.168.8.100 (give one of them another address; say"
        " ha_pair_segment: NAME for one of them if they are on different networks)"
    ]


def test_an_address_is_the_same_with_any_prefix_length_and_words():
    assert found(instance(), instance("192.168.8.100/32 dev eth0 label eth0:1", 7))


def test_an_excluded_address_counts():
    assert found(instance(), instance("192.168.8.9/24", 7, virtual_ipaddress_excluded=["192.168.8.100/24"]))


def test_one_number_of_two_pairs_is_told():
    told = found(instance(), instance("192.168.8.9/24", 100))
    assert "both have virtual router id 100 on 192.168.8.0/24" in told["web-a"][0]


@pytest.mark.parametrize(
    ("two", "links", "segment"),
    [
        (instance("192.168.8.9/24", 7), LINKS, ""),
        (instance("192.168.9.9/24", 100), interfaces("192.168.9.4/24"), ""),
        (instance(), LINKS, "site_b"),
        (instance("192.168.8.9/24", 100, unicast_peer=["192.168.8.6"]), LINKS, ""),
        (instance("2001:db8::9/64", 100), interfaces("2001:db8::4/64"), ""),
    ],
    ids=["all differs", "another subnet", "another site", "unicast", "another IP version"],
)
def test_two_separate_instances_cause_no_problem(two, links, segment):
    assert found(instance(), two, LINKS, links, segment) == {}


def test_subnets_that_overlap_are_one_segment():
    assert found(instance(), instance("192.168.8.9/28", 100), LINKS, interfaces("192.168.8.4/28"))


def test_two_instances_of_one_pair_are_not_compared_here():
    assert collisions(claims("web", ["web-a", "web-b"], [instance(), instance()], LINKS)) == {}


def test_an_address_that_a_master_holds_is_not_its_subnet():
    links = interfaces("10.0.0.4/8", held=("192.168.8.100/24",))
    assert claims("web", ["a", "b"], [instance()], links)[0].network.prefixlen == 24


def test_a_pair_that_nobody_has_looked_at_is_known_by_its_variables():
    variables = {"ha_pair_vips": ["192.168.8.100/24", "192.168.8.101"], "ha_pair_virtual_router_id": 9}
    first, second = said("db-a", variables)
    assert (first["virtual_ipaddress"], first["virtual_router_id"]) == (["192.168.8.100/24"], 9)
    assert second["virtual_ipaddress"] == ["192.168.8.101/32"]
    assert found(instance(), second) == {} and "both have" in found(instance(number=1), first, LINKS, ())["web-a"][0]


def test_variables_that_cannot_be_read_are_left_out():
    assert said("db-a", {"ha_pair_vips": ["nonsense"]})[0]["virtual_ipaddress"] == []
    assert collisions(claims("db", ["db-a"], said("db-a", {"ha_pair_vips": ["nonsense"]}), ())) == {}
