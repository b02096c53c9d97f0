# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that another machine with an address or router id is distinguished from hosts of the pair."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.strangers import probes, strangers

HOSTS = ["a", "b"]
THIRD = "02:00:00:00:00:63"
ONE = {"name": "VI_1", "interface": "eth0", "virtual_router_id": 100, "advert_int": 1,
       "virtual_ipaddress": ["192.168.8.100/24 label eth0:1"]}  # fmt: skip
SIX = {"name": "VI_6", "interface": "eth0", "virtual_router_id": 7, "advert_int": 0.1,
       "virtual_ipaddress": ["fd00:8:0::100/64"],
       "virtual_ipaddress_excluded": ["10.0.0.1/24 dev eth1"]}  # fmt: skip


def node(number, **said):
    addresses = [{"address": f"192.168.8.{number}/24", "secondary": False}]
    link = {"name": "eth0", "mac": f"02:00:00:00:00:0{number}", "addresses": addresses}
    return {"program": None, "instances": [], "interfaces": [link], **said}


def running(number, *instances, program="hotstandby"):
    return node(number, program=program, instances=list(instances))


def living(addresses=("192.168.8.100/24",), number=100, **said):
    return {"interface": "eth0", "virtual_router_id": number, "addresses": list(addresses), **said}


def asked(*instances, nodes=None):
    one, two = nodes or (node(4), node(6))
    found = probes(HOSTS, {"a": one, "b": two}, {"a": instances, "b": instances})
    assert found["a"] == found["b"]
    return found["a"]


def answer(mac=THIRD, address="192.168.8.100", interface="eth0"):
    return {"answers": [{"address": address, "mac": mac, "interface": interface}]}


def advertiser(source="192.168.8.50", number=100, interface="eth0", addresses=("192.168.8.200",)):
    entry = {"source": source, "virtual_router_id": number, "interface": interface, "version": 2, "priority": 100}
    return {"advertisers": [{**entry, "addresses": list(addresses)}]}


def judge(heard, *instances):
    plan = list(instances) or [ONE]
    told = strangers(HOSTS, {"a": node(4), "b": node(6)}, {"a": plan, "b": plan}, {"a": heard, "b": {}})
    assert told["b"] == []
    return told["a"]


def test_new_addresses_are_asked_for_by_interface():
    assert asked(ONE, SIX) == [
        {
            "interface": "eth0",
            "addresses": ["192.168.8.100", "fd00:8::100"],
            "virtual_router_ids": [100, 7],
            "listen": 2,
        },
        {"interface": "eth1", "addresses": ["10.0.0.1"], "virtual_router_ids": [], "listen": 1},
    ]


@pytest.mark.parametrize("nodes", [(running(4, living()), node(6)), (node(4), running(6, living()))])
def test_addresses_of_a_living_agent_are_not_asked_for(nodes):
    assert asked(ONE, nodes=nodes) == []


def test_excluded_addresses_of_a_living_agent_are_not_asked_for():
    excluded = [{"text": "10.0.0.1/24 dev eth1", "present": True}]
    assert asked(SIX, nodes=(running(4, living(["fd00:8::100/64"], 7, excluded=excluded)), node(6))) == []


def test_a_new_address_of_a_living_pair_is_asked_for():
    (entry,) = asked({**ONE, "virtual_router_id": 101}, nodes=(running(4, living()), running(6, living())))
    assert (entry["addresses"], entry["virtual_router_ids"]) == ([], [101])


def test_addresses_of_keepalived_are_asked_for():
    (entry,) = asked(ONE, nodes=(running(4, living(), program="keepalived"), node(6)))
    assert (entry["addresses"], entry["virtual_router_ids"]) == (["192.168.8.100"], [100])


def test_a_unicast_instance_hears_no_stranger():
    unicast = {**ONE, "unicast_peer": ["192.168.8.6"]}
    assert asked(unicast)[0]["virtual_router_ids"] == []
    assert judge(advertiser(), unicast) == []


def test_a_stranger_that_answers_is_named_with_what_to_do():
    assert judge(answer()) == [
        f"192.168.8.100 (VI_1) is in use: {THIRD} answers for it on eth0 of a "
        "(choose another address, or take it off that machine)"
    ]
    assert judge(answer(address="10.0.0.1", interface="eth1"), SIX)[0].startswith("10.0.0.1 (VI_6) is in use")


@pytest.mark.parametrize("mac", ["02:00:00:00:00:04", "02:00:00:00:00:06", "00:00:5e:00:01:64"])
def test_a_host_of_the_pair_and_its_virtual_router_are_no_strangers(mac):
    assert judge(answer(mac)) == []


def test_another_virtual_router_is_a_stranger():
    assert judge(answer("00:00:5e:00:01:65"))


def test_a_stranger_that_advertises_is_named_with_what_to_do():
    assert judge(advertiser()) == [
        "192.168.8.50 advertises virtual router id 100 on eth0 of a too, for 192.168.8.200 "
        "(say ha_pair_virtual_router_id: another one, 1 to 255, or stop that router)"
    ]
    (told,) = judge(advertiser("fe80::50", 7, addresses=()), ONE, SIX)
    assert "for no address (say virtual_router_id of VI_6 in ha_pair_instances: another one" in told


@pytest.mark.parametrize(
    "heard",
    [
        {},
        {"skipped": True},
        advertiser("192.168.8.6"),
        advertiser(number=99),
        advertiser(interface="eth1"),
        advertiser("fe80::50"),
    ],
)
def test_other_advertisers_are_no_strangers(heard):
    assert judge(heard) == []
