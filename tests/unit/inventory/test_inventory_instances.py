# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that missing values of an inventory are completed, and that given ones are kept."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts, interfaces


def roles(plan, word="state"):
    """Return (node-a, node-b) for each instance in turn."""
    return [(first[word], second[word]) for first, second in zip(plan["node-a"], plan["node-b"])]


def test_one_virtual_address_describes_a_pair():
    assert instances(hosts(vips=[VIP])) == {
        "node-a": [
            {
                "name": "VI_1",
                "state": "MASTER",
                "interface": "eth0",
                "virtual_router_id": 100,
                "priority": 100,
                "advert_int": 1,
                "version": 2,
                "track_script": [],
                "virtual_ipaddress": ["192.168.8.100/24"],
            }
        ],
        "node-b": [
            {
                "name": "VI_1",
                "state": "BACKUP",
                "interface": "eth0",
                "virtual_router_id": 100,
                "priority": 90,
                "advert_int": 1,
                "version": 2,
                "track_script": [],
                "virtual_ipaddress": ["192.168.8.100/24"],
            }
        ],
    }


def test_the_pair_of_the_article_is_described_outright():
    plan = instances(
        hosts(
            {"state": "MASTER", "priority": 100},
            {"state": "BACKUP", "priority": 90},
            vips=["192.168.8.100/24"],
            interface="eth0",
            virtual_router_id=51,
            advert_int=1,
            auth_pass="1111",
        )
    )
    first, second = plan["node-a"][0], plan["node-b"][0]
    assert (first["state"], first["priority"]) == ("MASTER", 100)
    assert (second["state"], second["priority"]) == ("BACKUP", 90)
    for instance in (first, second):
        assert (instance["virtual_router_id"], instance["advert_int"], instance["auth_pass"]) == (51, 1, "1111")


def test_numbers_may_be_text_as_an_ini_inventory_has_them():
    plan = instances(hosts({"priority": "120"}, vips=VIP, virtual_router_id="51", advert_int="2", nopreempt="false"))
    assert [plan["node-a"][0][word] for word in ("priority", "virtual_router_id", "advert_int")] == [120, 51, 2]


def test_a_vip_without_prefix_takes_that_of_its_subnet():
    assert instances(hosts(vips=["192.168.8.100"]))["node-b"][0]["virtual_ipaddress"] == ["192.168.8.100/24"]


def test_options_of_a_virtual_address_are_kept():
    text = "192.168.8.100/24 dev eth0 brd 192.168.8.255 label eth0:1"
    mapping = {"address": "192.168.8.100/24", "label": "eth0:1", "dev": "eth0", "brd": "192.168.8.255"}
    for vip in (text, mapping):
        assert instances(hosts(vips=[vip]))["node-a"][0]["virtual_ipaddress"] == [text]


def test_the_interface_is_each_hosts_own():
    other = {"interfaces": interfaces("10.0.0.6/8") + interfaces("192.168.8.6/24", name="ens3")[1:]}
    plan = instances(hosts(None, other, vips=[VIP]))
    assert roles(plan, "interface") == [("eth0", "ens3")]


def test_several_vips_are_spread_over_the_pair():
    plan = instances(hosts(vips=["192.168.8.100", "192.168.8.101", "192.168.8.102"]))
    assert roles(plan) == [("MASTER", "BACKUP"), ("BACKUP", "MASTER"), ("MASTER", "BACKUP")]
    assert roles(plan, "priority") == [(100, 90), (90, 100), (100, 90)]
    assert roles(plan, "virtual_router_id") == [(100, 100), (101, 101), (102, 102)]


def test_one_host_can_be_master_of_all_instances():
    plan = instances(hosts(None, {"state": "MASTER"}, vips=["192.168.8.100", "192.168.8.101"]))
    assert roles(plan) == [("BACKUP", "MASTER"), ("BACKUP", "MASTER")]


def test_an_instance_can_name_its_master():
    entries = [{"virtual_ipaddress": ["192.168.8.100"], "master": "node-b"}]
    assert roles(instances(hosts(instances=entries))) == [("BACKUP", "MASTER")]


@pytest.mark.parametrize(
    ("node_a", "node_b", "states", "priorities"),
    [
        ({"priority": 50}, {"priority": 60}, ("BACKUP", "MASTER"), (50, 60)),
        ({"priority": 150}, {}, ("MASTER", "BACKUP"), (150, 90)),
        ({"priority": 90}, {}, ("BACKUP", "MASTER"), (90, 100)),
        ({}, {"priority": 200}, ("BACKUP", "MASTER"), (90, 200)),
        ({"state": "BACKUP"}, {}, ("BACKUP", "MASTER"), (90, 100)),
        ({"state": "BACKUP", "priority": 120}, {}, ("BACKUP", "MASTER"), (120, 130)),
        ({"state": "MASTER", "priority": 40}, {}, ("MASTER", "BACKUP"), (40, 30)),
        ({"state": "BACKUP"}, {"state": "BACKUP"}, ("BACKUP", "BACKUP"), (100, 90)),
    ],
)
def test_states_and_priorities_of_one_host_decide_those_of_the_other(node_a, node_b, states, priorities):
    plan = instances(hosts(node_a, node_b, vips=[VIP]))
    assert roles(plan) == [states]
    assert roles(plan, "priority") == [priorities]


def test_nopreempt_starts_both_as_backup():
    plan = instances(hosts(vips=[VIP], nopreempt=True))
    assert roles(plan) == [("BACKUP", "BACKUP")]
    assert roles(plan, "priority") == [(100, 90)]


def test_preempt_delay_starts_both_as_backup_as_keepalived_wants_it():
    plan = instances(hosts(vips=[VIP], preempt_delay=2.5))
    assert roles(plan) == [("BACKUP", "BACKUP")]
    assert roles(plan, "priority") == [(100, 90)]
    assert roles(plan, "preempt_delay") == [(2.5, 2.5)]


@pytest.mark.parametrize("address", ["192.168.8.5", "10.9.9.9", "127.0.0.1"])
def test_a_source_may_be_any_address_of_the_host(address):
    links = interfaces("192.168.8.4/24", "10.9.9.9/32")
    links[1]["addresses"].append({"address": "192.168.8.5/24", "secondary": True})
    plan = instances(hosts({"interfaces": links, "unicast_src_ip": address}, vips=[VIP], unicast=True))
    assert plan["node-a"][0]["unicast_src_ip"] == address


def test_unicast_peers_are_each_others_addresses():
    plan = instances(hosts(vips=[VIP], unicast=True))
    assert roles(plan, "unicast_src_ip") == [("192.168.8.4", "192.168.8.6")]
    assert roles(plan, "unicast_peer") == [(["192.168.8.6 min_ttl 255"], ["192.168.8.4 min_ttl 255"])]
    assert "unicast" not in plan["node-a"][0]


def test_an_instance_overrides_its_host():
    entries = [
        {"name": "WEB", "virtual_ipaddress": "192.168.8.100", "advert_int": 3},
        {"name": "DB", "virtual_ipaddress": ["192.168.8.101", "192.168.8.102/32"]},
    ]
    plan = instances(hosts(instances=entries, advert_int=2))
    assert [instance["name"] for instance in plan["node-a"]] == ["WEB", "DB"]
    assert [instance["advert_int"] for instance in plan["node-a"]] == [3, 2]
    assert plan["node-b"][1]["virtual_ipaddress"] == ["192.168.8.101/24", "192.168.8.102/32"]


def test_every_script_is_tracked_unless_an_instance_says_which():
    scripts = [{"name": "one", "script": "/bin/true"}, {"name": "two", "script": "/bin/true"}]
    entries = [
        {"virtual_ipaddress": "192.168.8.100"},
        {"virtual_ipaddress": "192.168.8.101", "track_script": [{"name": "two", "weight": -20}]},
        {"virtual_ipaddress": "192.168.8.102", "track_script": []},
    ]
    plan = instances(hosts(instances=entries, scripts=scripts))["node-b"]
    assert [instance["track_script"] for instance in plan] == [
        [{"name": "one"}, {"name": "two"}],
        [{"name": "two", "weight": -20}],
        [],
    ]


def test_a_host_that_holds_the_virtual_address_now_is_not_its_owner():
    holding = {"interfaces": interfaces("192.168.8.4/24", held=(VIP,))}
    assert instances(hosts(holding, vips=[VIP])) == instances(hosts(vips=[VIP]))


def test_a_virtual_address_that_was_left_behind_is_no_own_address():
    left = interfaces("192.168.8.4/24", "192.168.8.100/32")
    assert instances(hosts({"interfaces": left}, vips=[VIP])) == instances(hosts(vips=[VIP]))


def test_ipv6_means_version_3():
    a, b = {"interfaces": interfaces("2001:db8::4/64")}, {"interfaces": interfaces("2001:db8::6/64")}
    plan = instances(hosts(a, b, vips=["2001:db8::64"]))
    assert roles(plan, "version") == [(3, 3)]
    assert plan["node-a"][0]["virtual_router_id"] == 0x64
    assert plan["node-a"][0]["virtual_ipaddress"] == ["2001:db8::64/64"]


def test_the_facts_of_setup_suffice():
    facts = {
        "interfaces": ["lo", "br-lan"],
        "lo": {"type": "loopback", "ipv4": {"address": "127.0.0.1", "netmask": "255.0.0.0"}},
        "br_lan": {
            "ipv4": {"address": "192.168.8.4", "prefix": "24"},
            "ipv6": [{"address": "fe80::1", "prefix": "64"}],
        },
    }
    plan = instances(
        {
            "node-a": {"ha_pair_vips": [VIP], "ansible_facts": facts},
            "node-b": {
                "ha_pair_vips": [VIP],
                "ansible_interfaces": ["eth1"],
                "ansible_eth1": facts["br_lan"] | {"ipv4": {"address": "192.168.8.6", "netmask": "255.255.255.0"}},
            },
        }
    )
    assert roles(plan, "interface") == [("br-lan", "eth1")]
