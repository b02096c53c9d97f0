# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the words of ip-route(8) become a route, virtual or static, or are refused at their place."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from converted_lines import refusal, statement

from vrrp.config.keywords.route_values import KINDS, NO_HOPS, UNSUPPORTED, static_route, virtual_route
from vrrp.config.model.routes import NextHop, Route

NET = ip_network("198.51.100.0/24")
ALL, ALL_SIX = ip_network("0.0.0.0/0"), ip_network("::/0")
GATE = ip_address("192.0.2.254")
HOP = NextHop(GATE)
VIA = "198.51.100.0/24 via 192.0.2.254"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("198.51.100.0/24 dev eth1", Route(NET, hops=(NextHop(None, "eth1"),))),
        ("dev eth1 to 198.51.100.0/24 via 192.0.2.254", Route(NET, hops=(NextHop(GATE, "eth1"),))),
        (f"prepend {VIA}", Route(NET, hops=(HOP,))),
        (f"{VIA} onlink", Route(NET, hops=(NextHop(GATE, onlink=True),))),
        (f"inet {VIA}", Route(NET, hops=(HOP,))),
        ("198.51.100.0/24 via inet 192.0.2.254", Route(NET, hops=(HOP,))),
        (f"{VIA} dsfield 255 preference 4294967295", Route(NET, hops=(HOP,), tos=255, metric=4294967295)),
        (f"{VIA} table default", Route(NET, hops=(HOP,), table=253)),
        (f"{VIA} mtu 2147483647 advmss 1", Route(NET, hops=(HOP,), mtu=2147483647, advmss=1)),
        (f"{VIA} src 192.0.2.1", Route(NET, hops=(HOP,), source=ip_address("192.0.2.1"))),
        (f"{VIA} protocol keepalived", Route(NET, hops=(HOP,), protocol=18)),
        (f"no_track protocol 255 {VIA}", Route(NET, hops=(HOP,), protocol=255, no_track=True)),
        ("any via 192.0.2.254", Route(ALL, hops=(HOP,))),
        ("all via fe80::1", Route(ALL_SIX, hops=(NextHop(ip_address("fe80::1")),))),
        (
            "default src 2001:db8::1 dev eth1",
            Route(ALL_SIX, hops=(NextHop(None, "eth1"),), source=ip_address("2001:db8::1")),
        ),
        ("to blackhole default", Route(ALL, "blackhole")),
        (
            "default nexthop via 192.0.2.254 dev eth1 weight 1 nexthop dev eth2 onlink",
            Route(ALL, hops=(NextHop(GATE, "eth1"), NextHop(None, "eth2", onlink=True))),
        ),
        (
            "default nexthop via inet6 fe80::1 nexthop via fe80::2 weight 9",
            Route(ALL_SIX, hops=(NextHop(ip_address("fe80::1")), NextHop(ip_address("fe80::2"), weight=9))),
        ),
    ],
)
def test_a_route_is_the_same_for_instances_and_for_static_ones(line, expected):
    assert virtual_route(statement(line)) == expected
    assert static_route(statement(line)) == expected


def test_every_kind_of_route_is_read():
    nowhere = ("blackhole", "unreachable", "prohibit", "throw")
    assert nowhere == NO_HOPS
    assert ("unicast", "local", "broadcast", "anycast", "multicast", *nowhere) == KINDS


@pytest.mark.parametrize("kind", ["unicast", "local", "broadcast", "anycast", "multicast"])
def test_a_kind_of_route_with_a_next_hop_is_read(kind):
    assert virtual_route(statement(f"{kind} {VIA}")) == Route(NET, kind, hops=(HOP,))


@pytest.mark.parametrize("kind", ["blackhole", "unreachable", "prohibit", "throw"])
def test_a_kind_of_route_without_a_next_hop_is_read(kind):
    assert virtual_route(statement(f"{kind} 198.51.100.0/24")) == Route(NET, kind)
    expected = (f"a {kind} route leads nowhere", "", "remove via", 1)
    assert refusal(virtual_route, f"{kind} {VIA}") == expected
    assert refusal(virtual_route, f"{kind} 198.51.100.0/24 nexthop dev eth1") == expected


def test_a_static_route_may_name_a_track_group():
    assert static_route(statement(f"{VIA} track_group G")) == Route(NET, hops=(HOP,), track_group="G")
    hint = "did you mean track_group?"
    assert refusal(virtual_route, f"{VIA} track_group G") == ('"track_group" follows a route', "", hint, 33)
    assert refusal(static_route, f"{VIA} track_group G track_group H")[0] == "track_group is given twice"
    assert refusal(static_route, f"{VIA} track_group")[0] == "track_group takes a value, none is given"


def test_two_next_hops_may_share_a_device():
    found = virtual_route(statement("default via 192.0.2.254 or 192.0.2.253 dev eth1 onlink"))
    assert found.hops == (NextHop(GATE, "eth1", onlink=True), NextHop(ip_address("192.0.2.253"), "eth1", onlink=True))


def test_a_protocol_that_is_tracked_is_that_of_keepalived():
    assert virtual_route(statement(f"{VIA} protocol static")).protocol == 18
    assert virtual_route(statement(f"{VIA} protocol static no_track")).protocol == 4
    assert virtual_route(statement(VIA)).protocol is None


@pytest.mark.parametrize("word", ["as", "from", "encap", "hoplimit", "congctl", "vrf", "append", "realms"])
def test_an_unsupported_word_of_a_route_is_refused(word):
    assert word in UNSUPPORTED
    assert refusal(static_route, f"{VIA} {word} 1") == (f"{word} in a route is not supported", "", "remove it", 33)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("dev eth1", ("a route has no destination", "", "192.0.2.0/24 via 198.51.100.1", 1)),
        (
            "198.51.100.0/33 via 192.0.2.254",
            ('"198.51.100.0/33" is not a network', "", "192.0.2.0/24", 1),
        ),
        (
            "198.51.100.9/24 via 192.0.2.254",
            (
                '"198.51.100.9/24" has bits behind its prefix',
                "the kernel refuses it",
                "write: 198.51.100.0/24",
                1,
            ),
        ),
        ("inet6 198.51.100.0/24 dev eth1", ('"198.51.100.0/24" mixes IPv4 and IPv6 in one line', "", "", 7)),
        (f"{VIA} src fe80::1", ('"192.0.2.254" mixes IPv4 and IPv6 in one line', "", "", 21)),
        ("198.51.100.0/24 via inet6 192.0.2.254", ('"192.0.2.254" mixes IPv4 and IPv6 in one line', "", "", 27)),
        ("198.51.100.0/24 via router", ('"router" is not an IP address', "", "", 21)),
        ("198.51.100.0/24 via", ("via takes a value, none is given", "", "", 17)),
        (
            "local blackhole 198.51.100.0/24",
            ('"blackhole" is neither a network nor a word of a route', "", "did you mean blackhole?", 7),
        ),
        (f"{VIA} local 198.51.100.0/24", ('"198.51.100.0/24" follows a route', "", "one route on each line", 39)),
        (f"{VIA} src 192.0.2.1 src 192.0.2.2", ("src is given twice", "", "remove one", 47)),
        (f"{VIA} metric 1 priority 2", ("priority is given twice", "", "remove one", 42)),
        (f"{VIA} mtu 0", ("mtu 0 is out of range", "mtu is 1 to 2147483647", "", 37)),
        (f"{VIA} mtu lock", ("lock takes a value, none is given", "", "", 37)),
        (f"{VIA} advmss lock 9", ("lock of advmss is not supported", "", "remove lock", 40)),
        (f"{VIA} dev a/b", ('"a/b" is not the name of an interface', "", "", 37)),
        (f"{VIA} protocol 256", ("protocol 256 is out of range", "protocol is 0 to 255", "", 42)),
        (
            "default via 192.0.2.1 or 192.0.2.2 via 192.0.2.3",
            ("a route has more than two ways", "", "write them as nexthop via ADDRESS", 1),
        ),
        (
            f"{VIA} nexthop via 192.0.2.1",
            ("a route has via and nexthop", "", "nexthop via ADDRESS dev NAME, for each", 33),
        ),
        (
            "default nexthop via 192.0.2.1 wieght 2",
            ('"wieght" in a nexthop is not supported', "", "did you mean weight?", 31),
        ),
        (
            "default nexthop via 192.0.2.1 metric 2",
            (
                '"metric" in a nexthop is not supported',
                "",
                "what concerns the whole route stands before nexthop",
                31,
            ),
        ),
        ("default nexthop dev eth1 weight 257", ("weight 257 is out of range", "weight is 1 to 256", "", 33)),
        (
            "default nexthop via 192.0.2.1 nexthop via fe80::1",
            ('"fe80::1" mixes IPv4 and IPv6 in one line', "", "", 43),
        ),
    ],
)
def test_a_route_that_is_refused_at_its_place(line, expected):
    assert refusal(virtual_route, line) == expected
    assert refusal(static_route, line) == expected


HOPS = "198.51.100.0/24 nexthop via 192.0.2.254"


@pytest.mark.parametrize(
    ("line", "text", "hint", "column"),
    [
        ("198.51.100.0/24", "a route has no way", "add: via ADDRESS, or dev NAME", 1),
        ("2001:db8::/32 metric 5", "a route has no way", "add: via ADDRESS, or dev NAME", 1),
        ("198.51.100.0/24 nexthop", "a nexthop leads nowhere", "nexthop via ADDRESS dev NAME", 17),
        (f"{HOPS} nexthop", "a nexthop leads nowhere", "nexthop via ADDRESS dev NAME", 41),
        ("default nexthop nexthop via 192.0.2.1", "a nexthop leads nowhere", "nexthop via ADDRESS dev NAME", 9),
        ("default nexthop weight 2 onlink", "a nexthop leads nowhere", "nexthop via ADDRESS dev NAME", 9),
        (f"dev eth1 {HOPS}", "dev stands before nexthop", "write dev behind each nexthop", 1),
        (f"onlink {HOPS}", "onlink stands before nexthop", "write onlink behind each nexthop", 1),
        ("blackhole 198.51.100.0/24 dev eth1", "a blackhole route leads nowhere", "remove dev", 27),
        ("prohibit 198.51.100.0/24 onlink", "a prohibit route leads nowhere", "remove onlink", 26),
        ("198.51.100.0/24 dev eth1 dev eth1", "dev is given twice", "remove one", 26),
        ("198.51.100.0/24 oif eth1 dev eth2", "dev is given twice", "remove one", 26),
    ],
)
def test_each_next_hop_of_a_route_is_whole(line, text, hint, column):
    found = refusal(virtual_route, line)
    assert (found[0], found[2], found[3]) == (text, hint, column)


def test_an_ipv6_route_without_a_next_hop_may_have_a_device():
    found = virtual_route(statement("unreachable 2001:db8::/32 dev lo"))
    assert (found.kind, found.hops) == ("unreachable", (NextHop(None, "lo"),))


def test_a_route_to_this_host_needs_no_next_hop():
    assert virtual_route(statement("local 198.51.100.7")).hops == ()
