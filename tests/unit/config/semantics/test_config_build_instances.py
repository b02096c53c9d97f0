# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what keepalived tolerates between instances, and what it gives them: numbers of rules, names of macvlans."""

from __future__ import annotations

import pytest

from vrrp.config.loader import inspect


def instance(name="VI_1", vrid=51, address="192.168.8.100/24", *lines, interface="eth0"):
    return "\n".join(
        [
            f"vrrp_instance {name} {{",
            f"    interface {interface}",
            f"    virtual_router_id {vrid}",
            *(f"    {line}" for line in lines),
            "    virtual_ipaddress {",
            f"        {address}",
            "    }",
            "}",
            "",
        ]
    )


def read(*blocks):
    report = inspect("".join(blocks), "f")
    assert report.problems == (), [str(each) for each in report.problems]
    return report.configuration, [each.text for each in report.warnings]


def errors(*blocks):
    return [each.text for each in inspect("".join(blocks), "f").problems]


PEER_6, PEER_7 = "unicast_peer { 192.168.8.6 }", "unicast_peer { 192.168.8.7 }"
TAKEN = 'virtual_router_id 51 on eth0 is taken by "VI_1" in line 1'


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ([PEER_6], [PEER_7], True),
        ([PEER_6], [], True),  # packets for one go to the group, those for the other to this host
        ([], [PEER_6], True),
        ([PEER_6, "unicast_src_ip 192.168.8.4"], [PEER_6, "unicast_src_ip 192.168.8.5"], True),
        ([], [], False),
        ([PEER_6], [PEER_6], False),
        ([PEER_6, "unicast_src_ip 192.168.8.4"], [PEER_6], False),
        ([PEER_6, "unicast_src_ip 192.168.8.4"], [PEER_6, "unicast_src_ip 192.168.8.4"], False),
        ([PEER_6, "use_vmac a"], [PEER_7, "use_vmac b"], False),  # both would have the same Ethernet address
    ],
)
def test_two_instances_may_share_a_vrid_if_packets_show_whose_they_are(first, second, shared):
    blocks = (instance("VI_1", 51, "192.168.8.100/24", *first), instance("VI_2", 51, "192.168.8.101/24", *second))
    if not shared:
        assert TAKEN in errors(*blocks)
        return
    configuration, warnings = read(*blocks)
    assert [each.shares_vrid for each in configuration.instances] == [False, True]
    assert TAKEN in warnings


def test_a_third_instance_must_differ_from_each_of_the_others():
    blocks = [
        instance(f"VI_{number}", 51, f"192.168.8.10{number}/24", peer)
        for number, peer in ((1, PEER_6), (2, PEER_7), (3, PEER_7))
    ]
    assert errors(*blocks) == ['virtual_router_id 51 on eth0 is taken by "VI_2" in line 9']


def test_an_address_in_two_instances_is_tolerated():
    _configuration, warnings = read(instance(), instance("VI_2", 52))
    assert [each for each in warnings if "belongs" in each] == ['192.168.8.100 belongs to "VI_1" already, in line 5']
    six = ("fe80::100/64", "advert_int 1")
    _configuration, warnings = read(instance("VI_1", 51, *six), instance("VI_2", 51, *six, interface="eth1"))
    assert not any("belongs" in each for each in warnings)
    _configuration, warnings = read(instance("VI_1", 51, *six), instance("VI_2", 52, *six))
    assert any(each.startswith('fe80::100 belongs to "VI_1" already') for each in warnings)


def test_a_static_address_that_is_virtual_is_an_error():
    static = "static_ipaddress {\n    192.168.8.100/24 dev eth0\n    192.168.8.9/24 dev eth0\n}\n"
    (text,) = errors(instance(), static)
    assert text.startswith('192.168.8.100 belongs to "VI_1", in line ')


def test_a_static_address_without_an_interface_is_on_the_default_one():
    blocks = ("global_defs {\n    default_interface eth7\n}\n", instance())
    configuration, _warnings = read(*blocks, "static_ipaddress {\n    10.0.0.1/8\n    10.0.0.2/8 dev eth1\n}\n")
    assert [each.device for each in configuration.static_addresses] == ["eth7", "eth1"]


def test_rules_without_a_preference_get_numbers_that_fall_for_each_ip_version():
    rules = "virtual_rules {\n from 10.1.0.0/16 table 7\n from fd00::/8 table 7\n from 10.2.0.0/16 table 7\n }"
    static = "static_rules {\n    from 10.3.0.0/16 table 7\n    from 10.4.0.0/16 table 7 preference 5\n}\n"
    configuration, warnings = read(static, instance("VI_1", 51, "192.168.8.100/24", rules))
    assert [each.priority for each in configuration.static_rules] == [16384, 5]
    assert [each.priority for each in configuration.instances[0].rules] == [16383, 16384, 16382]
    assert [each for each in warnings if "preference" in each] == [
        f"a rule without a preference gets {number}" for number in (16384, 16383, 16384, 16382)
    ]


def test_a_track_group_of_a_static_route_must_exist():
    group = "track_group LEFT {\n    group {\n        VI_1\n    }\n}\n"
    route = "static_routes {\n    10.0.0.0/8 via 192.168.8.1 track_group LETF\n}\n"
    report = inspect(instance() + group + route, "f")
    (problem,) = report.problems
    assert (problem.text, problem.hint) == ('there is no track_group "LETF"', "did you mean LEFT?")
    configuration, _warnings = read(instance(), group, route.replace("LETF", "LEFT"))
    assert configuration.static_routes[0].track_group == "LEFT"


class TestMacvlanNames:
    def names(self, *blocks, settings=""):
        head = f"global_defs {{\n    {settings}\n}}\n" if settings else ""
        configuration, warnings = read(head, *blocks)
        return [each.lives_on for each in configuration.instances], warnings

    def test_a_macvlan_is_named_after_its_virtual_router_id(self):
        assert self.names(instance("VI_1", 51, "192.168.8.100/24", "use_vmac"))[0] == ["vrrp.51"]

    def test_the_same_number_on_another_link_or_ip_version_gets_another_name(self):
        found, _warnings = self.names(
            instance("VI_1", 51, "192.168.8.100/24", "use_vmac"),
            instance("VI_2", 51, "192.168.9.100/24", "use_vmac", interface="eth1"),
            instance("VI_3", 51, "fe80::100/64", "use_vmac"),
            instance("VI_4", 51, "fe80::101/64", "use_vmac", interface="eth1"),
        )
        assert found == ["vrrp.51", "vrrp1.51", "vrrp6.51", "vrrp2.51"]

    def test_a_name_that_the_file_gives_is_not_given_again(self):
        found, _warnings = self.names(
            instance("VI_1", 51, "192.168.8.100/24", "use_vmac"),
            instance("VI_2", 52, "192.168.8.101/24", "use_vmac vrrp.51"),
        )
        assert found == ["vrrp1.51", "vrrp.51"]

    def test_a_prefix_of_the_file_is_used(self):
        found, _warnings = self.names(instance("VI_1", 51, "192.168.8.100/24", "use_vmac"), settings="vmac_prefix mac")
        assert found == ["mac.51"]

    def test_a_name_that_another_instance_has_is_ignored_with_a_warning(self):
        found, warnings = self.names(
            instance("VI_1", 51, "192.168.8.100/24", "use_vmac vip0"),
            instance("VI_2", 52, "192.168.8.101/24", "use_vmac vip0"),
        )
        assert found == ["vip0", "vrrp.52"]
        assert 'use_vmac vip0 is the macvlan of "VI_1" already, in line 1' in warnings
