# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes and rules as octets: what the kernel is asked for, and that a deletion names just the one."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from vrrp.agent.netlink import route_requests
from vrrp.config.model.routes import NextHop, Route, Rule

GATEWAY = NextHop(ip_address("192.168.8.254"))
NEW, DELETE = "18000504", "19000500"  # type, NLM_F_REQUEST | NLM_F_ACK, NLM_F_CREATE


def requests(route):
    return tuple(each.hex() for each in route_requests.route_requests(route, {"eth0": 2}))


def test_a_route_is_prepended_and_carries_keepalived_s_number():
    add, remove = requests(Route(ip_network("192.168.110.0/24"), hops=(GATEWAY,)))
    assert add == (
        "34000000" + NEW + "0000000000000000"
        "02180000fe12000100000000"  # AF_INET, 24 bits, table main, protocol 18, scope global, unicast
        "08000f00fe000000" "08000100c0a86e00" "08000500c0a808fe"  # RTA_TABLE, RTA_DST, RTA_GATEWAY
    )  # fmt: skip
    assert remove == add.replace(NEW, DELETE).replace("02180000fe120001", "02180000fe12ff01")  # any scope


def test_several_hops_with_weights_are_one_attribute():
    hops = (NextHop(ip_address("192.168.8.253"), "eth0", 2), NextHop(ip_address("192.168.8.252"), None, 256, True))
    add, _remove = requests(Route(ip_network("192.168.113.0/24"), hops=hops, metric=5))
    assert add.endswith(
        "24000900"  # RTA_MULTIPATH
        "10000001" "02000000" "08000500c0a808fd"  # flags 0, weight 2 on interface 2
        "100004ff" "00000000" "08000500c0a808fc"  # onlink, weight 256, the kernel finds the interface
    )  # fmt: skip
    assert "0800060005000000" in add  # RTA_PRIORITY


def test_every_option_has_its_place():
    route = Route(
        ip_network("10.0.0.0/8"),
        hops=(NextHop(ip_address("192.168.8.254"), "eth0", onlink=True),),
        source=ip_address("192.168.8.100"),
        table=1000,
        scope="link",
        protocol=186,
        tos=16,
        mtu=1400,
        mtu_lock=True,
        advmss=1300,
    )
    add, _remove = requests(route)
    assert add[32:56] == "0208001000bafd0104000000"  # tos, no short table, protocol, scope, RTNH_F_ONLINK
    for attribute in ("08000f00e8030000", "08000700c0a80864", "0800040002000000"):  # RTA_TABLE, RTA_PREFSRC, RTA_OIF
        assert attribute in add
    assert add.endswith("1c000800080001000400000008000200780500000800080014050000")  # lock, mtu, advmss


@pytest.mark.parametrize(
    ("kind", "number"), [("blackhole", 6), ("unreachable", 7), ("prohibit", 8), ("throw", 9), ("local", 2)]
)
def test_a_kind_that_needs_no_gateway(kind, number):
    add, remove = requests(Route(ip_network("10.0.0.0/8"), kind=kind))
    assert (int(add[46:48], 16), int(remove[46:48], 16)) == (number, number)
    assert "0800050" not in add


def test_the_default_route_has_no_destination():
    add, _remove = requests(Route(ip_network("0.0.0.0/0"), hops=(GATEWAY,)))
    assert add[32:36] == "0200"
    assert "08000100" not in add


def test_an_ipv6_route_without_metric_is_deleted_with_the_kernel_s_default():
    """Without it the deletion would remove the first route of any metric."""
    add, remove = requests(Route(ip_network("2001:db8::/32"), hops=(NextHop(ip_address("fd00:8::254")),)))
    assert add[32:36] == "0a20"
    assert "0800060000040000" not in add
    assert "0800060000040000" in remove  # RTA_PRIORITY 1024


def test_a_rule_with_everything():
    rule = Rule(
        6,
        source=ip_network("fd00::/64"),
        destination=ip_network("::/0"),
        table=1000,
        iif="eth0",
        oif="eth1",
        fwmark=3,
        fwmask=255,
        tos=16,
        inverted=True,
        suppress_prefixlength=0,
        suppress_ifgroup=7,
    )
    add, remove = (each.hex() for each in route_requests.rule_requests(rule, 100))
    assert add[8:16] == "20000506"  # RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL
    assert add[32:56] == "0a0040100000000102000000"  # 64 bits of source, tos, FR_ACT_TO_TBL, inverted
    for attribute in (
        "08000f00e8030000",  # FRA_TABLE
        "14000200fd000000000000000000000000000000",  # FRA_SRC
        "0800060064000000",  # FRA_PRIORITY
        "08000a000300000008001000ff000000",  # FRA_FWMARK, FRA_FWMASK
        "08000e000000000008000d0007000000",  # FRA_SUPPRESS_PREFIXLEN, FRA_SUPPRESS_IFGROUP
        "0900030065746830",  # FRA_IIFNAME
        "0900110065746831",  # FRA_OIFNAME
        "0500150012",  # FRA_PROTOCOL 18
    ):
        assert attribute in add
    assert remove == add.replace("20000506", "21000500", 1)


@pytest.mark.parametrize(
    ("rule", "action", "table"),
    [
        (Rule(4), 1, 254),
        (Rule(4, table=100), 1, 100),
        (Rule(4, table=256), 1, 0),
        (Rule(4, action="goto", goto=200), 2, 0),
        (Rule(4, action="nop"), 3, 0),
        (Rule(4, action="blackhole"), 6, 0),
        (Rule(4, action="unreachable"), 7, 0),
        (Rule(4, action="prohibit"), 8, 0),
    ],
)
def test_each_action_of_a_rule_has_its_number(rule, action, table):
    add, _remove = route_requests.rule_requests(rule, 100)
    assert (add[16 + 7], add[16 + 4]) == (action, table)
    assert ("08000400c8000000" in add.hex()) == (rule.action == "goto")
