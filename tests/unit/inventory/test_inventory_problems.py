# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each wrong description of a pair is refused with the sentence that the user reads."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError, VariableProblem
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts, interfaces


def problems(variables, locate=lambda value: None):
    with pytest.raises(PairError) as caught:
        instances(variables, locate)
    return [str(problem) for problem in caught.value.problems]


def one(variables):
    (problem,) = problems(variables)
    return problem


def test_a_group_of_one_host_is_refused():
    variables = hosts(vips=[VIP])
    del variables["node-b"]
    assert one(variables) == (
        "node-a: ha_pair_group: a pair is two hosts, and this group has 1: node-a"
        " (name the group of two, and let --limit leave both in)"
    )


def test_a_group_of_three_hosts_is_refused():
    variables = hosts(vips=[VIP])
    variables["node-c"] = variables["node-b"]
    assert "a pair is two hosts, and this group has 3: node-a, node-b, node-c" in one(variables)


FOUR = {name: {} for name in ("web-a", "web-b", "db-a", "db-b")}
WEB, DB = {"web": ["web-a", "web-b"]}, {"db": ["db-a", "db-b"]}


@pytest.mark.parametrize(
    ("inventory", "hint"),
    [
        ({**WEB, **DB, "all": [*FOUR], "client": ["client", "other"]},
         "put the groups web, db below it: each is a pair then"),
        ({**DB, "web": ["web-a"]}, "put the groups db below it: each is a pair then"),
        ({"all": [*FOUR]}, "make a group of each two hosts below it"),
    ],
)  # fmt: skip
def test_a_group_of_four_is_told_what_to_write(inventory, hint):
    with pytest.raises(PairError) as caught:
        instances(FOUR, inventory=inventory)
    text = "a pair is two hosts, and this group has 4: web-a, web-b, db-a, db-b"
    assert str(caught.value.problems[0]) == f"web-a: ha_pair_group: {text} ({hint})"


def test_a_group_without_hosts_is_refused():
    assert "this group has 0: nobody" in one({})


def test_two_hosts_that_claim_to_be_master_are_refused():
    first, second = problems(hosts(vips=[VIP], state="MASTER"))
    assert first == (
        "node-a: ha_pair_state: both claim to be master of VI_1 (let one say BACKUP, or none say anything)"
    )
    assert second.startswith("node-b: ha_pair_state: both claim")


@pytest.mark.parametrize(
    ("word", "here", "there", "text"),
    [
        ("virtual_router_id", 51, 52, "51 here, 52 on node-b"),
        ("version", 2, 3, "2 here, 3 on node-b"),
        ("advert_int", 1, 2, "1 here, 2 on node-b"),
        ("unicast", True, None, "True here, nothing on node-b"),
    ],
)
def test_hosts_that_disagree_are_refused(word, here, there, text):
    variables = hosts({word: here}, {word: there}, vips=[VIP])
    assert one(variables) == f"node-a: ha_pair_{word}: {text} (both hosts must say the same)"


def test_hosts_that_disagree_on_the_virtual_address_are_refused():
    variables = hosts({"vips": ["192.168.8.100/24"]}, {"vips": ["192.168.8.101/24"]})
    assert one(variables) == (
        "node-a: ha_pair_vips: 192.168.8.100/24 here, 192.168.8.101/24 on node-b (both hosts must say the same)"
    )


def test_hosts_with_different_numbers_of_addresses_are_refused():
    variables = hosts({"vips": [VIP]}, {"vips": [VIP, "192.168.8.101/24"]})
    assert one(variables) == (
        "node-a: ha_pair_vips: node-a has the instances VI_1, node-b has VI_1, VI_2 (both must have the same)"
    )


def test_hosts_with_different_passwords_are_refused_without_showing_one():
    text = one(hosts({"auth_pass": "Xy7secr"}, {"auth_pass": "Zw9kTr4q"}, vips=[VIP]))
    assert text == "node-a: ha_pair_auth_pass: the password differs from node-b's (both hosts must say the same)"
    text = one(hosts({"auth_pass": "Xy7secr"}, vips=[VIP]))
    assert text == "node-a: ha_pair_auth_pass: only one host has one (both hosts must say the same)"


def test_an_address_outside_every_subnet_is_refused():
    first, second = problems(hosts(vips=["10.1.2.3/24"]))
    assert first == (
        "node-a: ha_pair_vips: 10.1.2.3 is outside every subnet of every interface (it has eth0 192.168.8.4/24)"
    )
    assert second.startswith("node-b: ha_pair_vips: 10.1.2.3 is outside")


def test_an_address_outside_the_subnets_of_its_interface_is_refused():
    two = {"interfaces": interfaces("192.168.8.4/24") + interfaces("10.0.0.4/8", name="eth1")[1:], "interface": "eth1"}
    assert one(hosts(two, vips=[VIP])) == (
        "node-a: ha_pair_vips: 192.168.8.100 is outside every subnet of eth1 (it has 10.0.0.4/8)"
    )


def test_an_address_in_a_subnet_of_two_interfaces_is_refused():
    two = {"interfaces": interfaces("192.168.8.4/24") + interfaces("192.168.8.5/24", name="eth1")[1:]}
    assert one(hosts(two, vips=[VIP])) == (
        "node-a: ha_pair_vips: 192.168.8.100 lies in a subnet of each of eth0, eth1 (say which with ha_pair_interface)"
    )


def test_an_interface_that_does_not_exist_is_refused():
    assert one(hosts({"interface": "eth7"}, vips=[VIP])) == (
        "node-a: ha_pair_interface: there is no interface eth7 (it has eth0 192.168.8.4/24)"
    )
    assert "there is no interface eth9" in one(hosts({"vips": [f"{VIP} dev eth9"]}, vips=[VIP]))


def test_an_address_that_is_a_host_s_own_is_refused():
    assert one(hosts(vips=["192.168.8.6/24"])) == (
        "node-b: ha_pair_vips: 192.168.8.6 is node-b's own address on eth0"
        " (a virtual address must be one that no machine has)"
    )


@pytest.mark.parametrize("value", [0, 256, -1, "many", 1.5, True])
@pytest.mark.parametrize("word", ["virtual_router_id", "priority"])
def test_numbers_out_of_range_are_refused(word, value):
    text = one(hosts({word: value}, {word: 10}, vips=[VIP]))
    assert text.startswith(f"node-a: ha_pair_{word}: '{value}' is not a whole number from 1 to 255: ")


def test_a_password_that_is_too_long_is_refused_and_not_shown():
    first, _second = problems(hosts(vips=[VIP], auth_pass="correcthorse"))
    assert first == (
        "node-a: ha_pair_auth_pass: 12 octets are more than the 8 that an advertisement carries"
        " (keepalived cuts the rest off in silence: write the first 8)"
    )


@pytest.mark.parametrize("value", ["a\nb", 'a"b', " ab", "\x07"])
def test_a_password_that_the_file_could_not_carry_is_refused(value):
    entries = [{"virtual_ipaddress": [VIP], "auth_pass": value}]
    first, second = problems(hosts(instances=entries))
    assert "ha_pair_instances[0].auth_pass: it may not be empty" in first
    assert (value not in first) or not value.strip()


def test_a_password_set_to_nothing_is_not_the_same_as_none():
    first, _second = problems(hosts(vips=[VIP], auth_pass=""))
    assert first == "node-a: ha_pair_auth_pass: it is empty (leave the variable out for none)"


def test_a_password_that_yaml_has_read_as_a_number_is_not_shown():
    first, _second = problems(hosts(vips=[VIP], auth_pass=83))
    assert "ha_pair_auth_pass: YAML reads it" in first and "83" not in first


@pytest.mark.parametrize("vips", [[VIP, VIP], [VIP, "192.168.8.101/24", "192.168.8.100"]])
def test_an_address_that_is_there_twice_is_refused(vips):
    found = problems(hosts(vips=vips))
    assert found == [
        f"{host}: ha_pair_vips: 192.168.8.100 is there twice, in VI_1 and VI_{len(vips)} (name it once)"
        for host in ("node-a", "node-b")
    ]


@pytest.mark.parametrize("count", [3, 4])
def test_more_than_two_hosts_are_told_what_to_write(count):
    many = {f"n{number}": said for number, said in enumerate(list(hosts(vips=[VIP]).values()) * 2)}
    first = problems(dict(list(many.items())[:count]))[0]
    assert "make a group of each two hosts below it" in first


@pytest.mark.parametrize(
    ("vip", "name"),
    [("192.168.8.255/24", "broadcast"), ("192.168.8.255", "broadcast"), ("192.168.8.255/32", "broadcast"),
     ("192.168.8.0/24", "network"), ("192.168.8.0/32", "network"), ("192.168.8.127/25", "broadcast")],
)  # fmt: skip
def test_the_ends_of_a_subnet_are_refused_as_addresses(vip, name):
    found = problems(hosts(vips=[vip], virtual_router_id=51))
    assert f"{vip.split('/')[0]} is the {name} address of 192.168.8." in found[0]
    assert {line.split(":")[0] for line in found} == {"node-a", "node-b"}


@pytest.mark.parametrize("scripts", ["/bin/true", {"name": "c", "script": "/bin/true"}])
def test_scripts_that_are_no_list_are_refused(scripts):
    assert "node-a: ha_pair_scripts: it is a list of mappings" in problems(hosts(vips=[VIP], scripts=scripts))[0]


@pytest.mark.parametrize("word", ["track_processes", "track_files", "sync_groups"])
def test_two_scripts_without_a_name_are_two_problems(word):
    found = problems(hosts(vips=[VIP], **{word: [{}, {}]}))
    assert sum("it has no name" in line for line in found) == 4


@pytest.mark.parametrize("links", [[{}], [{"address": "192.168.8.4/24"}], "x", [None]])
def test_facts_of_another_shape_are_ignored(links):
    assert problems(hosts(vips=[VIP], node_a={"interfaces": [{"name": "eth0", "addresses": links}]}))


def test_an_address_that_begins_like_another_has_its_own_problem():
    found = problems(hosts(vips=["203.0.113.10/24", "203.0.113.1/24"], interface="eth0"))
    assert [line.split()[2] for line in found if line.startswith("node-a")] == ["203.0.113.10", "203.0.113.1"]


def test_a_password_with_version_3_is_refused():
    first, _second = problems(hosts(vips=[VIP], version=3, auth_pass="1111"))
    assert "version 3 has no passwords" in first


def test_two_instances_with_one_router_id_are_refused():
    first, _second = problems(hosts(vips=["192.168.8.100", "192.168.8.101"], virtual_router_id=51))
    assert first == (
        "node-a: ha_pair_virtual_router_id: VI_1 and VI_2 both have virtual router ID 51 on eth0"
        " (give each instance a virtual_router_id of its own in ha_pair_instances)"
    )


def test_a_router_id_that_cannot_be_derived_is_refused():
    wide = {"interfaces": interfaces("10.0.0.4/8")}, {"interfaces": interfaces("10.0.0.6/8")}
    first, _second = problems(hosts(*wide, vips=["10.1.0.0/8"]))
    assert "the last octet of 10.1.0.0 is 0, so no ID follows from it" in first


def test_an_inventory_without_addresses_is_refused():
    first, _second = problems(hosts())
    assert first == "node-a: ha_pair_vips: there is no virtual address (say ha_pair_vips: [ADDRESS/PREFIX])"


@pytest.mark.parametrize(
    ("vip", "text"),
    [
        ("192.168.8.300/24", "'192.168.8.300/24' is not an IP address"),
        ("192.168.8.100/24 dev", "'dev' has no value"),
        ("192.168.8.100/24 via 1.2.3.4", "'via' is not a word of a virtual address"),
        ("192.168.8.100/24 label a{b", "'a{b' cannot be the label"),
        ({"address": VIP, "mask": 24}, "'mask' is not a word of a virtual address"),
    ],
)
def test_a_text_that_is_no_address_is_refused(vip, text):
    first, _second = problems(hosts(vips=[vip]))
    assert text in first


def test_a_word_that_no_instance_has_is_refused():
    first, _second = problems(hosts(instances=[{"virtual_ipaddress": VIP, "pririty": 1}]))
    assert first == ("node-a: ha_pair_instances[0]: 'pririty' is not a word of an instance (do you mean priority?)")


def test_two_instances_of_one_name_are_refused():
    entries = [{"name": "X", "virtual_ipaddress": "192.168.8.100"}, {"name": "X", "virtual_ipaddress": "192.168.8.101"}]
    first, _second = problems(hosts(instances=entries))
    assert "two instances have the name X" in first


def test_instances_beside_ha_pair_vips_are_refused():
    first, _second = problems(hosts(vips=[VIP], instances=[{"virtual_ipaddress": VIP}]))
    assert "an inventory says instances or VIPs, not both" in first


def test_equal_priorities_are_refused():
    first, second = problems(hosts(vips=[VIP], priority=100))
    assert "both have priority 100 for VI_1" in first
    assert "both have priority 100 for VI_1" in second


def test_a_master_below_its_standby_is_refused():
    text = one(hosts({"state": "MASTER", "priority": 90}, {"priority": 100}, vips=[VIP]))
    assert text == (
        "node-a: ha_pair_priority: node-a is to be master of VI_1, but node-b has the higher priority"
        " (node-a has 90, node-b has 100)"
    )


def test_a_backup_with_priority_254_is_refused():
    assert "node-b has the higher priority" in one(hosts(None, {"state": "BACKUP", "priority": 254}, vips=[VIP]))


@pytest.mark.parametrize(("word", "value"), [("nopreempt", True), ("preempt_delay", 2)])
def test_preemption_words_of_a_master_are_refused(word, value):
    assert f"{word} has no effect" in one(hosts({"state": "MASTER"}, vips=[VIP], **{word: value}))


def test_a_source_that_the_host_does_not_have_is_refused():
    assert one(hosts({"unicast_src_ip": "192.168.8.77"}, vips=[VIP], unicast=True)) == (
        "node-a: ha_pair_unicast_src_ip: 192.168.8.77 is not an address of node-a (node-a has eth0 192.168.8.4/24)"
    )
    held = {"interfaces": interfaces("192.168.8.4/24", held=(VIP,)), "unicast_src_ip": "192.168.8.100"}
    assert "192.168.8.100 is a virtual address of VI_1" in one(hosts(held, vips=[VIP], unicast=True))


@pytest.mark.parametrize("word", ["garp_master_delay", "garp_master_refresh", "garp_lower_prio_delay"])
def test_a_fraction_of_a_second_in_a_whole_number_is_refused(word):
    assert "keepalived takes no fraction here" in one(hosts({word: 0.5}, vips=[VIP]))


def test_nopreempt_with_preempt_delay_is_refused():
    first, _second = problems(hosts(vips=[VIP], nopreempt=True, preempt_delay=5))
    assert first.startswith("node-a: ha_pair_preempt_delay: a delay before taking mastership back")


def test_a_master_that_is_no_host_of_the_pair_is_refused():
    entries = [{"virtual_ipaddress": VIP, "master": "node-z"}]
    assert "node-z cannot be the master of VI_1" in one(hosts(instances=entries))


def test_a_script_that_is_not_defined_is_refused():
    first, _second = problems(hosts(vips=[VIP], track_script=["chk_web"]))
    assert first == "node-a: ha_pair_track_script: there is no script 'chk_web' (ha_pair_scripts has none)"


def test_intervals_that_the_version_cannot_carry_are_refused():
    assert "version 2 sends whole seconds, and 0.5 is none" in problems(hosts(vips=[VIP], advert_int=0.5))[0]
    assert "version 3 sends at most 40.95 seconds" in problems(hosts(vips=[VIP], advert_int=60, version=3))[0]


def test_a_host_whose_network_is_unknown_is_refused():
    assert one(hosts(None, {"interfaces": []}, vips=[VIP])) == (
        "node-b: ha_pair_interface: its network is unknown (run the play on both hosts of the pair, without --limit)"
    )


def test_all_problems_are_told_at_once_with_their_places():
    places = {256: "hosts.yml:7", "eth7": "hosts.yml:9"}
    found = problems(hosts({"priority": 256}, {"interface": "eth7"}, vips=[VIP]), places.get)
    assert [text.split(": ")[:3] for text in found] == [
        ["hosts.yml:7", "node-a", "ha_pair_priority"],
        ["hosts.yml:9", "node-b", "ha_pair_interface"],
    ]


def test_the_error_counts_its_problems():
    error = PairError([VariableProblem("a", "b", "c"), VariableProblem("a", "b", "c"), VariableProblem("a", "b", "d")])
    assert str(error) == "2 problems in the inventory of this pair:\n  a: b: c\n  a: b: d"
