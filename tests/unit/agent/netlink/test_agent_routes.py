# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the texts and keys of routes and rules, and the interfaces that prevent one."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from agent_fakes import eth, table

from vrrp.agent.netlink.route_requests import route_requests, rule_requests
from vrrp.agent.netlink.routes import deleted, key_of, resolve, route_text, rule_text
from vrrp.config.model.routes import NextHop, Route, Rule

NETWORK = ip_network("192.168.110.0/24")
GATEWAY = ip_address("192.168.8.254")


@pytest.mark.parametrize(
    ("route", "text"),
    [
        (Route(NETWORK, hops=(NextHop(GATEWAY),)), "192.168.110.0/24 via 192.168.8.254"),
        (Route(ip_network("10.0.0.1/32"), hops=(NextHop(device="eth0"),)), "10.0.0.1 dev eth0"),
        (Route(ip_network("::/0"), hops=(NextHop(ip_address("fd00::1")),), table=100), "default via fd00::1 table 100"),
        (Route(NETWORK, kind="blackhole", metric=5), "blackhole 192.168.110.0/24 metric 5"),
        (
            Route(
                NETWORK,
                hops=(NextHop(GATEWAY, "eth0", onlink=True),),
                tos=16,
                protocol=186,
                scope="link",
                source=ip_address("192.168.8.100"),
                mtu=1400,
                mtu_lock=True,
                advmss=1300,
            ),
            "192.168.110.0/24 tos 0x10 via 192.168.8.254 dev eth0 proto 186 scope link src 192.168.8.100 "
            "mtu lock 1400 advmss 1300 onlink",
        ),
        (
            Route(NETWORK, hops=(NextHop(GATEWAY, weight=2), NextHop(None, "eth1", onlink=True)), mtu=1400),
            "192.168.110.0/24 mtu 1400 nexthop via 192.168.8.254 weight 2 nexthop dev eth1 weight 1 onlink",
        ),
    ],
)
def test_a_route_in_the_words_of_ip(route, text):
    assert route_text(route) == text


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule(4, source=NETWORK, table=100), "7: from 192.168.110.0/24 lookup 100"),
        (Rule(4, destination=ip_network("10.0.0.1/32")), "7: from all to 10.0.0.1 lookup main"),
        (Rule(4, source=ip_network("0.0.0.0/0"), action="blackhole", inverted=True), "7: not from all blackhole"),
        (Rule(6, action="goto", goto=200, iif="eth0", oif="eth1"), "7: from all iif eth0 oif eth1 goto 200"),
        (
            Rule(4, fwmark=24, fwmask=12, tos=16, table=254, suppress_prefixlength=0, suppress_ifgroup=3, protocol=9),
            "7: from all tos 0x10 fwmark 0x18/0xc lookup main suppress_prefixlength 0 suppress_ifgroup 3 proto 9",
        ),
        (Rule(4, fwmark=24, fwmask=0xFFFFFFFF), "7: from all fwmark 0x18 lookup main"),
    ],
)
def test_a_rule_in_the_words_of_ip(rule, text):
    assert rule_text(rule, 7) == text


def test_without_any_there_is_nothing_to_do():
    assert resolve((), (), table()) == ((), {})


def test_a_rule_without_preference_gets_keepalived_s():
    ways, _faults = resolve((), (Rule(4), Rule(4), Rule(6), Rule(4, priority=5)), table())
    assert [way.text.split(":")[0] for way in ways] == ["16384", "16383", "16384", "5"]


def test_an_unusable_interface_keeps_its_routes_away():
    machine = table(eth(), eth("eth1", 3, up=False), eth("eth2", 4, running=False))
    routes = [Route(NETWORK, hops=(NextHop(None, name),)) for name in ("eth0", "eth1", "eth2", "eth3")]
    rules = [Rule(4, iif="eth4"), Rule(4, oif="eth5", no_track=True)]
    ways, faults = resolve(routes, rules, machine)
    assert faults == {
        "eth1": "interface eth1 is down",
        "eth2": "interface eth2 has no carrier",
        "eth3": "interface eth3 does not exist",
        "eth4": "interface eth4 does not exist",
    }
    assert [way.what for way in ways] == ["route", "route", "route", "rule", "rule"]  # none through eth3


def test_a_missing_interface_of_an_untracked_route_is_no_fault():
    ways, faults = resolve([Route(NETWORK, hops=(NextHop(None, "eth3"),), no_track=True)], [], table())
    assert (ways, faults) == ((), {})


def test_an_event_has_the_key_of_what_it_is_about():
    route = Route(NETWORK, hops=(NextHop(GATEWAY, "eth0"),), metric=5, table=1000, tos=16)
    other = Route(NETWORK, hops=(NextHop(GATEWAY, "eth0"),), metric=6, table=1000, tos=16)
    _add, remove = route_requests(route, {"eth0": 2})
    # as the kernel tells it: with more attributes, in another order, with the scope that it has
    event = bytearray(remove + bytes.fromhex("0800040002000000"))
    event[0] += 8
    event[16 + 6] = 0
    assert deleted(bytes(event)) == {key_of(remove)}
    assert key_of(route_requests(other, {"eth0": 2})[1]) != key_of(remove)


def test_an_ipv6_route_is_known_by_the_metric_that_the_kernel_gives_it():
    _add, remove = route_requests(Route(ip_network("fd01::/64"), hops=(NextHop(ip_address("fd00::1")),)), {})
    assert key_of(remove)[3] == 1024


@pytest.mark.parametrize(
    "other",
    [
        Rule(4, source=NETWORK, table=101),
        Rule(4, destination=NETWORK, table=100),
        Rule(6, source=ip_network("fd00::/64"), table=100),
        Rule(4, source=ip_network("192.168.110.0/25"), table=100),
        Rule(4, source=NETWORK, table=100, tos=16),
    ],
)
def test_rules_are_told_apart(other):
    one = rule_requests(Rule(4, source=NETWORK, table=100), 5)[1]
    assert key_of(rule_requests(other, 5)[1]) != key_of(one)
    assert key_of(rule_requests(Rule(4, source=NETWORK, table=100), 6)[1]) != key_of(one)


def test_an_added_route_or_a_short_message_is_not_a_deletion():
    add, remove = route_requests(Route(NETWORK, hops=(NextHop(GATEWAY),)), {})
    assert deleted(add) == set()
    assert deleted(remove[:20]) == set()
