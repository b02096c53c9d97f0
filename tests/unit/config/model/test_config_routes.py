# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that routes, rules and the options of addresses are read, with every word of the manual."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface, ip_network

import pytest
from smallest_file import LEAST, configuration, errors, instance, warnings

from vrrp.config.model.configuration import VirtualAddress
from vrrp.config.model.routes import NextHop, Route, Rule

GATE, OTHER, FROM = ip_address("192.0.2.254"), ip_address("192.0.2.253"), ip_address("192.0.2.1")
NET, SIX = ip_network("198.51.100.0/24"), ip_network("2001:db8:1::/64")
VIA = "198.51.100.0/24 via 192.0.2.254"


def route(line):
    (found,) = instance(f"virtual_routes {{\n{line}\n}}").routes
    return found


def rule(line):
    (found,) = instance(f"virtual_rules {{\n{line}\n}}").rules
    return found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (VIA, Route(NET, hops=(NextHop(GATE),))),
        ("to 198.51.100.0/24 gw 192.0.2.254", Route(NET, hops=(NextHop(GATE),))),
        ("src 192.0.2.1 to 198.51.100.0/24 dev eth1", Route(NET, hops=(NextHop(None, "eth1"),), source=FROM)),
        (
            "198.51.100.0/24 via 192.0.2.254 or 192.0.2.253 dev eth1",
            Route(NET, hops=(NextHop(GATE, "eth1"), NextHop(OTHER, "eth1"))),
        ),
        (
            "198.51.100.0/24 table 6909 nexthop via 192.0.2.254 dev eth0 onlink nexthop via 192.0.2.253 weight 256",
            Route(NET, hops=(NextHop(GATE, "eth0", onlink=True), NextHop(OTHER, weight=256)), table=6909),
        ),
        ("blackhole 198.51.100.0/24", Route(NET, "blackhole")),
        ("unreachable default", Route(ip_network("0.0.0.0/0"), "unreachable")),
        ("inet6 default dev eth1", Route(ip_network("::/0"), hops=(NextHop(None, "eth1"),))),
        ("default6 via fe80::1 dev eth1", Route(ip_network("::/0"), hops=(NextHop(ip_address("fe80::1"), "eth1"),))),
        ("default via fe80::1 dev eth1", Route(ip_network("::/0"), hops=(NextHop(ip_address("fe80::1"), "eth1"),))),
        ("default via inet6 fe80::1", Route(ip_network("::/0"), hops=(NextHop(ip_address("fe80::1")),))),
        ("2001:db8:1::/64 oif eth1 onlink", Route(SIX, hops=(NextHop(None, "eth1", onlink=True),))),
        (f"{VIA} table main metric 7", Route(NET, hops=(NextHop(GATE),), table=254, metric=7)),
        (f"{VIA} table 0x10 priority 7", Route(NET, hops=(NextHop(GATE),), table=16, metric=7)),
        (f"{VIA} scope link tos 0x04", Route(NET, hops=(NextHop(GATE),), scope="link", tos=4)),
        (f"{VIA} mtu lock 1400 advmss 101", Route(NET, hops=(NextHop(GATE),), mtu=1400, mtu_lock=True, advmss=101)),
        (f"{VIA} prepend mtu 1000", Route(NET, hops=(NextHop(GATE),), mtu=1000)),
        (f"{VIA} protocol bird no_track", Route(NET, hops=(NextHop(GATE),), protocol=12, no_track=True)),
        (f"{VIA} protocol bird", Route(NET, hops=(NextHop(GATE),), protocol=18)),
        (f"{VIA} protocol 99 no_track", Route(NET, hops=(NextHop(GATE),), protocol=99, no_track=True)),
        ("198.51.100.7 dev eth1", Route(ip_network("198.51.100.7/32"), hops=(NextHop(None, "eth1"),))),
    ],
)
def test_a_route_is_read(line, expected):
    assert route(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("via 192.0.2.254", "a route has no destination"),
        (
            "198.51.100.1/24 via 192.0.2.254",
            "behind its prefix. the kernel refuses it (write: 198.51.100.0/24)",
        ),
        (f"{VIA} table small", 'the routing table "small" is not a number'),
        (f"{VIA} table 0", "table 0 is out of range"),
        (f"{VIA} hoplimit 3", "hoplimit in a route is not supported (remove it)"),
        (
            f"{VIA} metrik 3",
            '"metrik" follows a route (did you mean metric?)',
        ),
        (f"{VIA} metric", "metric takes a value, none is given"),
        (f"{VIA} metric x", 'metric "x" is not a number'),
        (f"{VIA} metric 1 metric 2", "metric is given twice"),
        (f"{VIA} scope galaxy", 'unknown scope "galaxy"'),
        (f"{VIA} protocol nobody", 'protocol "nobody" is not a number'),
        (f"{VIA} track_group G", '"track_group" follows a route'),
        (f"{VIA} advmss lock 3", "lock of advmss is not supported"),
        (f"{VIA} or 192.0.2.1 or 192.0.2.2", "a route has more than two ways"),
        (f"{VIA} nexthop via 192.0.2.1", "a route has via and nexthop"),
        ("198.51.100.0/24 nexthop via 192.0.2.1 mtu 3", '"mtu" in a nexthop is not supported'),
        ("198.51.100.0/24 nexthop via 192.0.2.1 weight 0", "weight 0 is out of range"),
        (
            "198.51.100.0/24 via fe80::1",
            "mixes IPv4 and IPv6 in one line",
        ),
        ("blackhole 198.51.100.0/24 via 192.0.2.254", "a blackhole route leads nowhere"),
        ("198.51.100.0/24 198.51.101.0/24", '"198.51.101.0/24" follows a route (one route on each line)'),
        ("blakhole 198.51.100.0/24", '"blakhole" is neither a network nor a word of a route (did you mean blackhole?)'),
        ("blackhole", "blackhole takes a value, none is given"),
        (f"{VIA} as to 192.0.2.1", "as in a route is not supported"),
    ],
)
def test_a_route_that_is_refused(line, expected):
    (error,) = errors(f"virtual_routes {{\n{line}\n}}")
    assert expected in error


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("from 198.51.100.0/24 table 1 preference 5", Rule(4, table=1, source=NET, priority=5)),
        ("to 2001:db8:1::/64 lookup main order 5", Rule(6, table=254, destination=SIX, priority=5)),
        ("inet6 from all table 1 priority 5", Rule(6, table=1, source=ip_network("::/0"), priority=5)),
        ("table 1 priority 5", Rule(4, table=1, priority=5)),
        ("not from 198.51.100.0/24 blackhole priority 5", Rule(4, "blackhole", source=NET, inverted=True, priority=5)),
        ("type prohibit iif eth0 oif eth1 priority 5", Rule(4, "prohibit", iif="eth0", oif="eth1", priority=5)),
        ("preference 39 goto 40 tos 22", Rule(4, "goto", goto=40, priority=39, tos=22)),
        ("fwmark 24/12 nop priority 5", Rule(4, "nop", fwmark=24, fwmask=12, priority=5)),
        ("fwmark 0x10 unreachable priority 5 no_track", Rule(4, "unreachable", fwmark=16, priority=5, no_track=True)),
        (
            "table 1 suppress_prefixlength 0 sup_group 7 priority 5",
            Rule(4, table=1, suppress_prefixlength=0, suppress_ifgroup=7, priority=5),
        ),
        ("table 1 protocol 12 no_track priority 5", Rule(4, table=1, protocol=12, no_track=True, priority=5)),
        ("table 1 protocol 12 priority 5", Rule(4, table=1, protocol=18, priority=5)),
    ],
)
def test_a_rule_is_read(line, expected):
    assert rule(line) == expected
    assert warnings(f"virtual_rules {{\n{line}\n}}") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("from 198.51.100.0/24", "a rule says nothing to do"),
        ("table 1 blackhole", "a rule does one thing: table or blackhole"),
        ("preference 40 goto 40", "a rule goes to a later one. its preference is below that of goto"),
        ("goto 40", "a rule goes to a later one"),
        ("from 198.51.100.0/24 to 2001:db8:1::/64 table 1", "mixes IPv4 and IPv6 in one line"),
        ("from 198.51.100.0/24 uidrange 1-2 table 1", "uidrange in a rule is not supported"),
        ("l3mdev", "l3mdev in a rule is not supported"),
        ("table 1 fwmark 1/x", 'the mask of fwmark "x" is not a number'),
        ("table 1 tos 256", "tos 256 is out of range"),
        ("table 1 prefrence 3", '"prefrence" is not a word of a rule (did you mean preference?)'),
        ("nop suppress_prefixlength 0", "a rule that looks up no table suppresses nothing"),
        ("type maybe", '"maybe" is not what a rule can do'),
        ("from 1 table 1", '"1" is not a network'),
    ],
)
def test_a_rule_that_is_refused(line, expected):
    (error,) = errors(f"virtual_rules {{\n{line}\n}}")
    assert expected in error


def test_rules_without_a_preference_are_numbered_downwards_in_each_family():
    static = "static_rules {\ntable 2\n}\n"
    lines = "virtual_rules {\ntable 1\ninet6 table 1\ntable 1 preference 7\ntable 3\n}"
    found = configuration(lines, "", static)
    assert [rule.priority for rule in found.static_rules] == [16384]
    assert [rule.priority for rule in found.instances[0].rules] == [16383, 16384, 7, 16382]
    assert [line.split(": ")[2] for line in warnings(lines, "", static)] == [
        "a rule without a preference gets 16384. which rule comes first is then an accident (add",
        "a rule without a preference gets 16383. which rule comes first is then an accident (add",
        "a rule without a preference gets 16384. which rule comes first is then an accident (add",
        "a rule without a preference gets 16382. which rule comes first is then an accident (add",
    ]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("peer 192.0.2.9/24", {"peer": ip_interface("192.0.2.9/24")}),
        ("peer 192.0.2.9", {"peer": ip_interface("192.0.2.9/32")}),
        (
            "home mngtmpaddr noprefixroute autojoin no_track",
            {"home": True, "mngtmpaddr": True, "noprefixroute": True, "autojoin": True, "no_track": True},
        ),
        ("-nodad", {"nodad": False}),
        ("preferred_lft 0", {"preferred_lft_s": 0}),
        ("preferred_lft forever", {"preferred_lft_s": 4294967295}),
        ("use_vmac", {"use_vmac": True}),
        ("dev eth1 broadcast 192.0.2.255", {"device": "eth1", "broadcast": "192.0.2.255"}),
    ],
)
def test_an_address_is_read(line, fields):
    lines = f"use_vmac\nvirtual_ipaddress_excluded {{\n192.0.2.77 {line}\n}}"
    assert instance(lines).excluded == (VirtualAddress(ip_interface("192.0.2.77/32"), **fields),)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("192.0.2.77/24 peer 192.0.2.9", "has a prefix length beside a peer"),
        ("192.0.2.77 peer fe80::1", "is not of the family of its address"),
        ("192.0.2.77 peer 192.0.2.9 brd 192.0.2.255", "an address with a peer has no broadcast address"),
        ("192.0.2.77 preferred_lft soon", 'preferred_lft "soon" is not a whole number'),
        ("192.0.2.77 home home", "home is given twice for one address"),
        ("192.0.2.1/24", "192.0.2.1 is given twice, first in line 10"),
        ("192.0.2.77 nodat", 'unknown address option "nodat" (did you mean -nodad?)'),
        ("192.0.2.77 metric 5", 'unknown address option "metric"'),
    ],
)
def test_an_address_that_is_refused(line, expected):
    (error,) = errors(f"virtual_ipaddress_excluded {{\n{line}\n}}")
    assert expected in error


def test_excluded_addresses_may_be_of_the_other_family_and_on_another_link():
    lines = "virtual_ipaddress_excluded {\n2001:db8::1/64\n192.0.2.1/24 dev eth1\n}"
    assert [str(item.address) for item in instance(lines).excluded] == ["2001:db8::1/64", "192.0.2.1/24"]


def test_excluded_addresses_belong_to_one_instance():
    second = LEAST[LEAST.index("vrrp_instance") :].replace("VI_1", "VI_2").replace("51", "52").replace("2.1/", "2.2/")
    lines = "virtual_ipaddress_excluded {\n192.0.2.1/24\n}"
    (warning,) = warnings("", "", "", LEAST + second.replace("LINES", lines))
    assert '192.0.2.1 belongs to "VI_1" already' in warning
