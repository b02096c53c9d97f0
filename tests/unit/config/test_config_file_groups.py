# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that sync groups, garp groups, delays of interfaces and static addresses are read."""

from __future__ import annotations

from ipaddress import ip_interface, ip_network

import pytest
from smallest_file import configuration, errors, warnings

from vrrp.config.model.configuration import (
    GarpGroup,
    InterfaceDelay,
    NotifyCommand,
    NotifyScripts,
    SyncGroup,
    VirtualAddress,
)
from vrrp.config.model.routes import NextHop, Route, Rule

TWO = """\
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    virtual_ipaddress {
        192.0.2.2/24
    }
MORE
}
"""
GROUP = "vrrp_sync_group G {\ngroup {\nVI_1 VI_2\n}\nOPTIONS\n}\n"


def both(options="", more="", group=GROUP):
    return TWO.replace("MORE", more) + group.replace("OPTIONS", options)


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ("", {}),
        ("sync_group_tracking_weight", {"tracking_weight": True}),
        ("notify_master /bin/a u g", {"notify": NotifyScripts(master=NotifyCommand(("/bin/a",), "u", "g"))}),
        ('notify "/bin/a b"', {"notify": NotifyScripts(any=NotifyCommand(("/bin/a", "b")))}),
        ("notify_priority_changes", {"notify": NotifyScripts(priority_changes=True)}),
    ],
)
def test_a_sync_group_is_read(options, fields):
    assert configuration("", "", both(options)).sync_groups == (SyncGroup("G", 12, ("VI_1", "VI_2"), **fields),)


def test_the_old_name_of_sync_group_tracking_weight_is_read():
    assert configuration("", "", both("global_tracking")).sync_groups[0].tracking_weight
    (warning,) = warnings("", "", both("global_tracking"))
    assert "global_tracking is the old name of sync_group_tracking_weight" in warning


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (GROUP.replace("VI_2", "VI_3"), 'vrrp_sync_group "G" names the unknown instance "VI_3"'),
        (GROUP.replace("VI_2", "VI_2 VI_1"), 'vrrp_sync_group "G" names "VI_1" twice'),
        (GROUP.replace("VI_1 VI_2", ""), 'vrrp_sync_group "G" has no members (add: group { NAME })'),
        (GROUP.replace("group {\nVI_1 VI_2\n}", ""), 'vrrp_sync_group "G" has no members'),
        (GROUP + GROUP.replace("G {", "H {"), '"VI_1" is in vrrp_sync_group "G" already. an instance is in one group'),
        (GROUP + GROUP.replace("VI_1 VI_2", "VI_1"), 'vrrp_sync_group "G" is defined already'),
        (GROUP.replace("OPTIONS", "@hotstandby track_gateway 192.0.2.9"), "of a group names no interface"),
        (GROUP.replace("OPTIONS", "@hotstandby track_gateway 192.0.2.1 interface eth0"), "is a virtual address"),
    ],
)
def test_a_sync_group_that_is_refused(group, expected):
    found = errors("", "", both("", "", group))
    assert expected in found[0]


@pytest.mark.parametrize(
    ("lines", "more", "group", "expected"),
    [
        ("", "", GROUP.replace("VI_1 VI_2", "VI_1"), 'vrrp_sync_group "G" has one member'),
        ("priority 255", "", GROUP, 'vrrp_sync_group "G" has owners of their addresses and others'),
    ],
)
def test_a_doubtful_sync_group_is_warned_of(lines, more, group, expected):
    found = warnings(lines, "", both("", more, group))
    assert any(expected in warning for warning in found)


@pytest.mark.parametrize(
    ("first", "second", "states"),
    [
        ("state MASTER", "", ["BACKUP", "BACKUP"]),
        ("state MASTER", "state MASTER\npriority 90", ["BACKUP", "BACKUP"]),
        ("state MASTER\npriority 255", "state MASTER\npriority 255", ["MASTER", "MASTER"]),
        ("priority 255", "state BACKUP\npriority 255", ["BACKUP", "BACKUP"]),
    ],
)
def test_members_start_as_master_only_when_all_are_owners(first, second, states):
    found = configuration(first, "", both("", second)).instances
    assert sorted(instance.initial_state for instance in found) == states


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("garp_group {\ngarp_interval 0.1\ninterface eth0\n}", GarpGroup(("eth0",), 0.1)),
        (
            "garp_group {\ngna_interval 0\ninterfaces {\neth0 eth1\neth2\n}\n}",
            GarpGroup(("eth0", "eth1", "eth2"), None, 0.0),
        ),
    ],
)
def test_a_garp_group_is_read(block, expected):
    assert configuration("", "", block).garp_groups == (expected,)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("garp_group {\ninterface eth0\n}", "garp_group has no pause"),
        ("garp_group {\ngarp_interval 1\n}", "garp_group has no interface"),
        ("garp_group {\ngarp_interval 1\ninterfaces {\na\na\n}\n}", "a is in a garp_group already, in line 7"),
        ("interface_up_down_delays {\neth0\n}", '"eth0" takes one delay or two, 0 are given'),
        ("interface_up_down_delays {\neth0 256\n}", "a delay 256 is out of range"),
        ("interface_up_down_delays {\neth0 1\neth0 1\n}", "eth0 is given twice"),
        (
            "interface_up_down_delays {\neth0 2\n}",
            'a delay of eth0 is not below 2 seconds, in which "VI_1" must be heard',
        ),
        ("track_group T {\ngroup {\nVI_9\n}\n}", 'track_group "T" names the unknown instance "VI_9"'),
        ("track_group T {\n}", 'track_group "T" has no members'),
        ("static_ipaddress {\n10.0.0.1/8 track_group T\n}", 'there is no track_group "T"'),
        ("static_ipaddress {\n192.0.2.1/24\n}", '192.0.2.1 belongs to "VI_1", in line 12'),
        (
            "static_ipaddress {\n10.0.0.1/8 use_vmac\n}",
            "the address option use_vmac is for the addresses of an instance",
        ),
        ("static_routes {\n10.0.0.0/8 via fe80::1\n}", "mixes IPv4 and IPv6 in one line"),
        ("static_rules {\nfrom 10.0.0.0/8\n}", "a rule says nothing to do"),
    ],
)
def test_a_block_that_is_refused(block, expected):
    (error,) = errors("", "", block)
    assert expected in error


def test_delays_of_interfaces_are_read():
    block = "interface_up_down_delays {\neth0 1.5\neth5 0.25 255\n}"
    assert configuration("", "", block).interface_delays == (
        InterfaceDelay("eth0", 1.5, 0.0),
        InterfaceDelay("eth5", 0.25, 255.0),
    )
    assert configuration("advert_int 3", "", block.replace("1.5", "5.5")).interface_delays[0].down_s == 5.5


def test_static_addresses_routes_and_rules_are_read():
    blocks = """\
track_group T {
group {
VI_1
}
}
static_ipaddress {
10.0.0.1/8 dev eth5 track_group T
10.0.0.2/8
}
static_routes {
10.9.0.0/16 via 10.0.0.9 track_group T
}
static_rules {
from 10.0.0.0/8 table 100 preference 7 track_group T
}
"""
    found = configuration("", "default_interface eth7", blocks)
    assert found.track_groups == (("T", ("VI_1",)),)
    assert found.static_addresses == (
        VirtualAddress(ip_interface("10.0.0.1/8"), "eth5", track_group="T"),
        VirtualAddress(ip_interface("10.0.0.2/8"), "eth7"),
    )
    hop = NextHop(ip_interface("10.0.0.9").ip)
    assert found.static_routes == (Route(ip_network("10.9.0.0/16"), hops=(hop,), track_group="T"),)
    assert found.static_rules == (Rule(4, "table", 100, source=ip_network("10.0.0.0/8"), priority=7, track_group="T"),)
