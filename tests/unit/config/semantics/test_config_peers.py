# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the lines about sources, peers and groups give the source and the destinations of an instance."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from vrrp.config.model.configuration import Globals, TtlLimit
from vrrp.config.semantics.globals import Defaults
from vrrp.config.semantics.peers import PeerRules
from vrrp.config.semantics.sections import read
from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.parser import parse

A, B = ip_address("192.0.2.8"), ip_address("192.0.2.9")
GROUP4, GROUP6 = ip_address("224.0.0.9"), ip_address("ff02::9")
NO_DEFAULTS = Defaults({}, {}, {})
USUAL = {
    "unicast_src_ip": None,
    "mcast_src_ip": None,
    "unicast_peers": (),
    "mcast_dst_ip": None,
    "track_src_ip": False,
    "unicast_ttl": 255,
    "ttl_limits": (),
    "unicast_fault_no_peer": False,
}


def rules(lines, complete=True, defaults=NO_DEFAULTS, default_interface="eth7"):
    """Return the rules of an instance whose lines begin in line 2."""
    root = read(parse(f"vrrp_instance VI_1 {{\n{lines}\n}}", "f"), Diagnostics())
    settings = Globals(default_interface=default_interface)
    return PeerRules(root.inside("vrrp_instance")[0], settings, defaults, complete, Diagnostics())


def said(found):
    return [str(each)[2:] for each in found.findings.errors + found.findings.warnings]


@pytest.mark.parametrize(
    ("lines", "default_interface", "place"),
    [("interface lo", "eth7", "2:11"), ("unicast_src_ip 192.0.2.8\nunicast_peer { 192.0.2.9 }", "lo", "1:1")],
)
def test_the_loopback_interface_is_refused(lines, default_interface, place):
    found = rules(lines, default_interface=default_interface)
    found.build(4, True)
    assert said(found)[0] == (
        f'{place}: error: vrrp_instance "VI_1" cannot speak on the loopback interface lo: nobody else hears it '
        "(name the interface to the other nodes; addresses that belong there: dev lo)"
    )


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("", {}),
        (
            "unicast_src_ip 192.0.2.8\nunicast_fault_no_peer",
            {"unicast_src_ip": A, "mcast_src_ip": A, "unicast_fault_no_peer": True},
        ),
        ("mcast_src_ip 192.0.2.8", {"mcast_src_ip": A}),
        ("mcast_src_ip 192.0.2.8\ntrack_src_ip", {"mcast_src_ip": A, "track_src_ip": True}),
        ("mcast_dst_ip 224.0.0.9", {"mcast_dst_ip": GROUP4}),
        ("unicast_peer {\n192.0.2.9\n192.0.2.8\n}", {"unicast_peers": (B, A)}),
        ("unicast_peer { 192.0.2.9 }\nunicast_peer { 192.0.2.8 }", {"unicast_peers": (B, A)}),
        ("mcast_src_ip 192.0.2.8\nunicast_peer { 192.0.2.9 }", {"unicast_src_ip": A, "unicast_peers": (B,)}),
        ("unicast_peer { 192.0.2.9 }\nunicast_ttl 0", {"unicast_peers": (B,), "unicast_ttl": 0}),
        (
            "unicast_peer {\n192.0.2.8 min_ttl 0\n192.0.2.9 max_ttl 0\n}",
            {"unicast_peers": (A, B), "ttl_limits": (TtlLimit(A, 0, 255), TtlLimit(B, 0, 0))},
        ),
    ],
)
def test_sources_and_peers_are_read(lines, fields):
    found = rules(f"interface eth0\n{lines}")
    assert found.build(4, True) == {**USUAL, **fields}
    assert said(found) == []


@pytest.mark.parametrize(
    ("lines", "family", "expected"),
    [
        ("", 4, GROUP4),
        ("", 6, GROUP6),
        ("mcast_dst_ip 224.0.0.10", 4, ip_address("224.0.0.10")),
        ("unicast_peer { 192.0.2.9 }", 4, None),
    ],
)
def test_the_group_of_global_defs_is_for_multicast_instances_only(lines, family, expected):
    defaults = Defaults({}, {}, {4: GROUP4, 6: GROUP6})
    assert rules(f"interface eth0\n{lines}", defaults=defaults).build(family, True)["mcast_dst_ip"] == expected


@pytest.mark.parametrize(
    ("lines", "family"), [("", 0), ("unicast_peer { 192.0.2.9 }", 4), ("unicast_peer {\nfe80::9\n192.0.2.9\n}", 6)]
)
def test_the_first_peer_tells_the_family(lines, family):
    assert rules(lines).family == family


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("interface eth0", "eth0"),
        ("interface eth0\nunicast_peer { 192.0.2.9 }", "eth0"),
        ("unicast_peer { 192.0.2.9 }", "eth7"),
        ("", None),
        ("interface a/b\nunicast_peer { 192.0.2.9 }", None),
    ],
)
def test_only_a_unicast_instance_takes_the_default_interface(lines, expected):
    assert rules(lines).interface == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", ['1:1: error: vrrp_instance "VI_1" has no interface (add: interface eth0)']),
        (
            "unicast_peer { 192.0.2.9 }",
            [
                '1:1: error: vrrp_instance "VI_1" has neither interface nor unicast_src_ip. one of them says from where'
                " it speaks (add: interface eth7)"
            ],
        ),
        (
            "unicast_peer { 192.0.2.9 }\nmcast_src_ip 192.0.2.8",
            [
                '1:1: warning: vrrp_instance "VI_1" has no interface: it speaks and holds its addresses on eth7.'
                " default_interface in global_defs, eth0 where it is not set (add: interface eth7)"
            ],
        ),
        ("interface a/b", []),
    ],
)
def test_an_instance_without_an_interface_is_an_error(lines, expected):
    found = rules(lines)
    found.build(4, True)
    assert said(found) == expected
    found = rules(lines, complete=False)
    found.build(4, True)
    assert said(found) == []


def test_of_two_sources_the_last_one_counts():
    found = rules("interface eth0\nmcast_src_ip 192.0.2.8\nunicast_src_ip 192.0.2.9\nunicast_fault_no_peer")
    assert found.build(4, True)["mcast_src_ip"] == B
    assert said(found) == [
        "3:14: warning: mcast_src_ip has no effect beside unicast_src_ip below. both name the source of advertisements,"
        " unicast or not, and the last one counts (remove one)"
    ]


def test_two_sources_that_are_the_same_are_no_matter():
    lines = "interface eth0\nunicast_src_ip 192.0.2.8\nmcast_src_ip 192.0.2.8\nunicast_peer { 192.0.2.9 }"
    found = rules(lines)
    assert found.build(4, True)["unicast_src_ip"] == A
    assert said(found) == []


@pytest.mark.parametrize(
    ("lines", "family", "expected"),
    [
        (
            "unicast_peer {\nfe80::9\n}",
            4,
            "4:1: error: fe80::9 is not of the family of the virtual addresses. the virtual addresses are IPv4",
        ),
        (
            "mcast_src_ip 192.0.2.8",
            6,
            "3:14: error: 192.0.2.8 is not of the family of the virtual addresses. the virtual addresses are IPv6",
        ),
        ("mcast_dst_ip 224.0.0.9", 6, "3:14: error: 224.0.0.9 is not of the family of the virtual addresses"),
        (
            "unicast_src_ip 192.0.2.8\nunicast_peer {\n192.0.2.8\n}",
            4,
            "5:1: error: unicast_peer 192.0.2.8 is this node's own unicast_src_ip (name the other nodes)",
        ),
        (
            "unicast_peer {\n192.0.2.9\n192.0.2.9 min_ttl 5\n}",
            4,
            "5:1: warning: unicast_peer 192.0.2.9 is given twice. keepalived takes it; here it is one peer"
            " (remove one)",
        ),
        (
            "unicast_peer {\n}",
            4,
            '3:1: warning: vrrp_instance "VI_1" has an empty unicast_peer. keepalived goes to multicast, and so do we'
            " (name the other nodes, or remove the block)",
        ),
        (
            "unicast_src_ip 192.0.2.8",
            4,
            "3:16: warning: unicast_src_ip without unicast_peer: advertisements go to the multicast group"
            " (add: unicast_peer { ADDRESS })",
        ),
        (
            "track_src_ip",
            4,
            "3:1: warning: track_src_ip has no effect without unicast_src_ip or mcast_src_ip (remove it)",
        ),
        ("unicast_ttl 9", 4, "3:13: warning: unicast_ttl has no effect without unicast_peer (remove it)"),
        (
            "mcast_dst_ip 224.0.0.9\nunicast_peer { 192.0.2.9 }",
            4,
            "3:14: warning: mcast_dst_ip has no effect with unicast_peer (remove one)",
        ),
    ],
)
def test_wrong_lines_about_peers_are_told(lines, family, expected):
    found = rules(f"interface eth0\n{lines}")
    found.build(family, True)
    assert said(found) == [expected]


@pytest.mark.parametrize(
    ("lines", "complete"),
    [
        ("unicast_peer {\n}\nunicast_fault_no_peer", True),
        ("unicast_peer {\n}", False),
        ("unicast_peer {\n192.0.2.300\n}", True),
    ],
)
def test_an_empty_list_of_peers_is_no_error_of_this_rule(lines, complete):
    found = rules(f"interface eth0\n{lines}", complete)
    assert found.build(4, True)["unicast_peers"] == ()
    assert said(found) == []


def test_without_virtual_addresses_the_family_is_not_compared():
    found = rules("interface eth0\nmcast_src_ip fe80::8")
    assert found.build(4, False)["mcast_src_ip"] == ip_address("fe80::8")
    assert said(found) == []
