# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that rules of nftables are read from nft --json, as nft 1.0.6 and firewalld 1.3.3 write them."""

from __future__ import annotations

import json
from ipaddress import ip_address
from pathlib import Path

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.nftables_rules import chains
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.packet_filter import IN, OUT, Packet, drops

RECORDED = Path(__file__).parent / "recorded"
A, B, GROUP = map(ip_address, ("192.168.8.4", "192.168.8.6", "224.0.0.18"))
A6, GROUP6 = map(ip_address, ("fe80::4", "ff02::12"))
IN_MULTICAST, OUT_MULTICAST = Packet(IN, "eth0", B, GROUP), Packet(OUT, "eth0", A, GROUP)
IN_STATUS, IN_HEADER = Packet(IN, "eth0", B, A, 17, 61112), Packet(IN, "eth0", B, GROUP, 51)
IN_UNICAST, IN_SIX = Packet(IN, "eth0", B, A), Packet(IN, "eth0", A6, GROUP6)


def match(left, right, op="=="):
    return {"match": {"op": op, "left": left, "right": right}}


def meta(key, right, op="=="):
    return match({"meta": {"key": key}}, right, op)


def payload(protocol, field, right, op="=="):
    return match({"payload": {"protocol": protocol, "field": field}}, right, op)


def ruleset(*expressions, hook="input", policy="accept", family="inet", kind="filter", sets=()):
    base = {"family": family, "table": "filter", "name": hook, "handle": 1, "type": kind, "hook": hook, "prio": 0,
            "policy": policy}  # fmt: skip
    rules = [
        {"rule": {"family": family, "table": "filter", "chain": hook, "handle": 10 + number, "expr": list(expression)}}
        for number, expression in enumerate(expressions)
    ]
    found = [{"set": {"family": family, "table": "filter", "name": name, "elem": elements}} for name, elements in sets]
    return {"nftables": [{"metainfo": {"version": "1.0.6"}}, *found, {"chain": base}, *rules]}


def dropped(packet, *expressions, **said):
    return [(drop.text, drop.sure) for drop in drops(chains(ruleset(*expressions, **said)), packet)]


ACCEPT, DROP, COUNTER = {"accept": None}, {"drop": None}, {"counter": {"packets": 0, "bytes": 0}}
VRRP, STATE = meta("l4proto", "vrrp"), {"ct": {"key": "state"}}


@pytest.mark.parametrize(
    ("condition", "packet", "answer"),
    [
        (VRRP, IN_MULTICAST, True),
        (meta("l4proto", 112), IN_MULTICAST, True),
        (meta("l4proto", "vrrp", "!="), IN_MULTICAST, False),
        (meta("l4proto", {"set": ["tcp", "udp"]}), IN_MULTICAST, False),
        (meta("l4proto", {"set": ["tcp", "vrrp"]}), IN_MULTICAST, True),
        (payload("ip", "protocol", "vrrp"), IN_MULTICAST, True),
        (payload("ip", "protocol", "@allowed"), IN_MULTICAST, True),
        (payload("ip", "protocol", "@unknown"), IN_MULTICAST, None),
        (payload("ip6", "nexthdr", "vrrp"), IN_MULTICAST, False),
        (payload("ip6", "nexthdr", "vrrp"), IN_SIX, True),
        (payload("ip", "ttl", 255), IN_MULTICAST, True),
        (payload("ip", "dscp", 48), IN_MULTICAST, None),
        (payload("tcp", "dport", 22), IN_MULTICAST, False),
        (payload("udp", "dport", 61112), IN_STATUS, True),
        (payload("udp", "dport", 61112), IN_MULTICAST, False),
        (payload("th", "sport", {"range": [61000, 62000]}), IN_STATUS, True),
        (payload("udp", "dport", {"set": [53, {"range": [1, 1024]}]}), IN_STATUS, False),
        (payload("udp", "dport", "@ports"), IN_STATUS, None),
        (payload("udp", "length", 8), IN_STATUS, None),
        (payload("ip", "ttl", 255), IN_STATUS, None),
        (meta("l4proto", "udp"), IN_STATUS, True),
        (match(STATE, {"set": ["established", "related"]}), IN_STATUS, True),
        (match(STATE, "new"), IN_STATUS, False),
        (meta("l4proto", "ah"), IN_HEADER, True),
        (meta("l4proto", "vrrp"), IN_HEADER, False),
        (payload("ah", "spi", 1), IN_HEADER, None),
        (payload("ah", "spi", 1), IN_MULTICAST, False),
        (payload("icmp", "type", "echo-request"), IN_MULTICAST, False),
        (payload("ip", "saddr", {"prefix": {"addr": "192.168.8.0", "len": 24}}), IN_MULTICAST, True),
        (payload("ip", "saddr", {"range": ["192.168.8.7", "192.168.8.9"]}), IN_MULTICAST, False),
        (payload("ip", "saddr", {"set": [{"prefix": {"addr": "10.0.0.0", "len": 8}}, str(B)]}), IN_MULTICAST, True),
        (payload("ip", "daddr", {"set": [{"elem": {"val": "224.0.0.18", "comment": "x"}}]}), IN_MULTICAST, True),
        (payload("ip", "daddr", "224.0.0.18"), IN_UNICAST, False),
        (meta("iif", "lo"), IN_MULTICAST, False),
        (meta("iifname", {"set": ["eth*"]}), IN_MULTICAST, True),
        (meta("oifname", "eth0"), IN_MULTICAST, False),
        (meta("nfproto", "ipv4"), IN_MULTICAST, True),
        (meta("protocol", "ip6"), IN_MULTICAST, False),
        (meta("pkttype", "multicast"), IN_MULTICAST, True),
        (meta("pkttype", "host"), IN_UNICAST, True),
        (meta("mark", 1), IN_MULTICAST, None),
        (match({"fib": {"result": "type", "flags": ["daddr"]}}, "multicast"), IN_MULTICAST, True),
        (match({"fib": {"result": "type", "flags": ["daddr"]}}, "local"), IN_UNICAST, True),
        (match(STATE, ["established", "related"], "in"), IN_MULTICAST, False),
        (match(STATE, ["established", "related"], "in"), IN_UNICAST, None),
        (match(STATE, "invalid", "in"), IN_UNICAST, False),
        (match(STATE, {"set": ["new", "established"]}), IN_MULTICAST, True),
        (match({"ct": {"key": "status"}}, "dnat", "in"), IN_MULTICAST, False),
        (match({"&": [{"meta": {"key": "mark"}}, 1]}, 1), IN_MULTICAST, None),
        (meta("l4proto", "tcp", "<"), IN_MULTICAST, None),
        ({"limit": {"rate": 5, "per": "second"}}, IN_MULTICAST, None),
        ({"xt": {"type": "match", "name": "conntrack"}}, IN_MULTICAST, None),
        (COUNTER, IN_MULTICAST, True),
        ({"log": {"prefix": "x"}}, IN_MULTICAST, True),
    ],
)  # fmt: skip
def test_a_condition_is_read(condition, packet, answer):
    sets = [("allowed", ["icmp", "vrrp"])]
    assert dropped(packet, (condition, DROP), sets=sets) == {
        True: [("handle 10", True)], False: [], None: [("handle 10", False)],
    }[answer]  # fmt: skip


def test_each_chain_of_the_way_counts():
    assert dropped(IN_MULTICAST, (VRRP, {"reject": {"type": "icmp"}}), hook="prerouting") == [("handle 10", True)]
    assert dropped(OUT_MULTICAST, (meta("oifname", "eth0"), VRRP, DROP), hook="output") == [("handle 10", True)]
    assert dropped(OUT_MULTICAST, (DROP,), hook="postrouting", family="ip") == [("handle 10", True)]
    assert dropped(IN_MULTICAST, (DROP,), hook="forward") == []
    assert dropped(IN_MULTICAST, (DROP,), hook="prerouting", kind="nat") == []
    assert dropped(IN_MULTICAST, (DROP,), family="ip6") == dropped(IN_SIX, (DROP,), family="ip") == []
    assert dropped(IN_MULTICAST, (DROP,), family="netdev") == []


def test_a_verdict_map_is_several_rules():
    data = {"set": [["invalid", {"drop": None}], ["established", {"accept": None}], ["new", {"jump": {"target": "x"}}]]}
    assert dropped(IN_MULTICAST, ({"vmap": {"key": STATE, "data": data}},), policy="drop") == [("policy drop", True)]
    data = {"set": [["vrrp", {"accept": None}], ["*", {"drop": None}]]}
    vmap = {"vmap": {"key": {"meta": {"key": "l4proto"}}, "data": data}}
    assert dropped(IN_MULTICAST, (vmap,), policy="drop") == []


def test_the_policy_drops_what_nothing_accepts():
    established = (match(STATE, ["established", "related"], "in"), ACCEPT)
    assert dropped(IN_MULTICAST, established, policy="drop") == [("policy drop", True)]
    assert dropped(IN_UNICAST, established, policy="drop") == [("policy drop", False)]
    assert dropped(IN_MULTICAST, established, (VRRP, COUNTER, ACCEPT), policy="drop") == []


def test_the_rules_of_firewalld_reject_vrrp_in_the_zone_of_the_interface():
    (drop,) = drops(chains(json.loads((RECORDED / "firewalld.nft.json").read_text())), IN_MULTICAST)
    assert (drop.chain.place, drop.sure) == ("chain filter_IN_public of table inet firewalld", True)
    assert (drop.base.name, drop.text[:7]) == ("inet firewalld filter_INPUT", "handle ")
    assert drops(chains(json.loads((RECORDED / "firewalld.nft.json").read_text())), OUT_MULTICAST) == []


@pytest.mark.parametrize("nothing", [{}, {"nftables": []}, {"nftables": [{"metainfo": {}}]}])
def test_an_empty_ruleset_drops_nothing(nothing):
    assert drops(chains(nothing), IN_MULTICAST) == []
