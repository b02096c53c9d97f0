# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test where the hosts of a pair tell each other how they do, when they get a key, and which warnings come of it."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.peer_status import (
    FIRST,
    ROTATION,
    closed,
    key_steps,
    line,
    rotates,
    warnings,
    ways,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect

HOSTS = ["web-a", "web-b"]
VI_1 = {"name": "VI_1", "interface": "eth0", "virtual_ipaddress": ["192.168.8.100/24"]}
SIX = {"name": "VI_6", "interface": "eth0", "virtual_ipaddress": ["fd00::100/64"]}


def node(*addresses, name="eth0"):
    there = [{"address": address, "secondary": False} for address in addresses]
    return {"interfaces": [{"name": name, "addresses": there, "virtual_addresses": []}]}


FOUND = {"web-a": node("192.168.8.4/24", "fe80::4/64"), "web-b": node("192.168.8.6/24", "fe80::6/64")}


def made(host="web-a", said=None, found=FOUND, plan=None):
    both = {"web-a": {}, "web-b": {}, **(said or {})}
    return line(HOSTS, host, both, found, plan or {each: [VI_1] for each in HOSTS})


def test_each_host_names_the_other_and_itself():
    assert made() == "@hotstandby peer_status 192.168.8.6 from 192.168.8.4"
    assert made("web-b") == "@hotstandby peer_status 192.168.8.4 from 192.168.8.6"


def test_the_virtual_address_of_the_master_is_not_taken():
    found = {**FOUND, "web-a": node("192.168.8.100/24", "192.168.8.4/24")}
    assert made("web-b", found=found) == "@hotstandby peer_status 192.168.8.4 from 192.168.8.6"


def test_the_addresses_of_unicast_are_taken():
    plan = {
        "web-a": [{**VI_1, "unicast_src_ip": "192.168.8.44", "unicast_peer": ["192.168.8.66"]}],
        "web-b": [{**VI_1, "unicast_src_ip": "192.168.8.66", "unicast_peer": ["192.168.8.44"]}],
    }
    assert made(plan=plan) == "@hotstandby peer_status 192.168.8.66 from 192.168.8.44"


def test_another_instance_has_better_addresses_than_link_local():
    plan = {each: [SIX] for each in HOSTS}
    assert made(plan=plan) == ""
    assert made(plan={each: [SIX, VI_1] for each in HOSTS}) == "@hotstandby peer_status 192.168.8.6 from 192.168.8.4"
    found = {"web-a": node("fe80::4/64", "fd00::4/64"), "web-b": node("fd00::6/64")}
    assert made(found=found, plan=plan) == "@hotstandby peer_status fd00::6 from fd00::4"


def test_a_link_local_source_of_unicast_is_no_address_for_the_line():
    """The agent would refuse the line, and the whole file with it."""
    sources = {"web-a": "fe80::4", "web-b": "fe80::6"}
    plan = {
        host: [{**SIX, "unicast_src_ip": source, "unicast_peer": [other]}]
        for (host, source), other in zip(sources.items(), reversed(sources.values()))
    }
    assert made(plan=plan) == made("web-b", plan=plan) == ""
    plan["web-a"][0]["unicast_src_ip"] = "fd00::4"
    assert made(plan=plan) == made("web-b", plan=plan) == ""


def test_every_line_is_one_that_the_agent_accepts():
    found = {"web-a": node("169.254.8.4/16"), "web-b": node("169.254.8.6/16")}
    told = made(found=found)
    assert told == "@hotstandby peer_status 169.254.8.6 from 169.254.8.4"
    assert inspect(f"global_defs {{\n{told}\n}}\n", "/etc/x.conf").problems == ()


def test_both_lines_are_of_one_instance_whatever_the_order_of_the_instances():
    inner = {**VI_1, "name": "VI_2", "interface": "eth1", "virtual_ipaddress": ["10.0.0.100/24"]}
    cards = {"web-a": "10.0.0.4/24", "web-b": "10.0.0.6/24"}
    found = {
        host: {"interfaces": [*seen["interfaces"], *node(cards[host], name="eth1")["interfaces"]]}
        for host, seen in FOUND.items()
    }
    plan = {"web-a": [inner, VI_1], "web-b": [VI_1, inner]}
    assert made(found=found, plan=plan) == "@hotstandby peer_status 192.168.8.6 from 192.168.8.4"
    assert made("web-b", found=found, plan=plan) == "@hotstandby peer_status 192.168.8.4 from 192.168.8.6"


@pytest.mark.parametrize("value", [False, "false", "no"])
@pytest.mark.parametrize("host", HOSTS)
def test_one_host_can_switch_it_off_for_both(host, value):
    assert made(said={host: {"ha_pair_peer_status": value}}) == ""


@pytest.mark.parametrize("host", HOSTS)
def test_a_pair_with_keepalived_on_a_host_tells_nothing(host):
    assert [made(each, said={host: {"ha_pair_engine": "keepalived"}}) for each in HOSTS] == ["", ""]


def test_blank_values_are_none():
    blank = {"ha_pair_peer_status": " ", "ha_pair_peer_port": "", "ha_pair_rotate_peer_key": " "}
    assert made(said={"web-a": blank}) == "@hotstandby peer_status 192.168.8.6 from 192.168.8.4"
    assert not rotates(HOSTS, {"web-a": blank, "web-b": {}})
    assert rotates(HOSTS, {"web-a": blank, "web-b": {"ha_pair_rotate_peer_key": "true"}})


def test_both_have_one_port():
    assert made(said={"web-b": {"ha_pair_peer_port": 61112}}) == "@hotstandby peer_status 192.168.8.6 from 192.168.8.4"
    for host in HOSTS:
        told = made(host, said={"web-a": {"ha_pair_peer_port": 61112}, "web-b": {"ha_pair_peer_port": "2000"}})
        assert told.endswith(" port 2000")


def test_without_an_instance_nothing_is_told():
    assert made(plan={"web-a": [VI_1], "web-b": []}) == ""
    assert made(plan={"web-a": [], "web-b": []}) == ""


@pytest.mark.parametrize(
    ("one", "two", "rotate", "steps"),
    [
        ([], [], False, FIRST),
        (["k"], [], False, FIRST),
        (["k"], ["l"], False, FIRST),
        (["k"], ["l"], True, FIRST),
        (["k"], ["k"], False, ()),
        (["k"], ["k"], True, ROTATION),
        (["k", "l"], ["l", "k"], False, FIRST),  # a rotation that ended half-way
        (None, None, False, FIRST),
    ],
)
def test_a_pair_gets_a_key_where_the_hosts_do_not_have_the_same(one, two, rotate, steps):
    assert key_steps(HOSTS, {"web-a": {"peer_keys": one}, "web-b": {"peer_keys": two}}, rotate) == steps


@pytest.mark.parametrize(
    ("in_force", "steps"),
    [(["k"], ()), (["old"], FIRST), ([], FIRST), (["k", "old"], FIRST), (None, ())],
    ids=["the same", "another", "none", "two", "an older release"],
)
def test_a_pair_gets_a_key_where_an_agent_has_not_read_that_of_its_file(in_force, steps):
    peer = {} if in_force is None else {"keys": in_force}
    found = {"web-a": {"peer_keys": ["k"]}, "web-b": {"peer_keys": ["k"], "agent": {"peer": peer}}}
    assert key_steps(HOSTS, found, False) == steps
    found["web-b"]["agent"]["peer"] = None
    assert key_steps(HOSTS, found, False) == (), "its file has no peer_status yet"


def test_a_warning_that_an_instance_gives_is_not_given_twice():
    why = "web-b, the standby of VI_1, is not ready: nothing was heard of it for 9 s"
    silent = "web-b: nothing was heard of it for 9 s (is that node up?)"
    late = "web-b: its clock is 9 s behind (look)"
    told = {"agent": {"peer": {"warnings": [silent, late]}}}
    seen = {**told, "instances": [{"standby": {"why": why}}, {"standby": None}]}
    assert warnings("web-a", seen) == [f"web-a: {late}"]
    assert warnings("web-a", {**seen, "instances": []}) == [f"web-a: {silent}", f"web-a: {late}"]
    assert warnings("web-a", {"agent": {"peer": None}}) == warnings("web-a", {}) == []


def heard(number, heard_s=0.5, port=61112):
    return {**node(f"192.168.8.{number}/24"), "agent": {"peer": {"port": port, "heard_s": heard_s}}}


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        (heard(4), heard(6), 0),
        (heard(4), heard(6, None), 1),
        (heard(4, 9.0), heard(6), 1),
        (heard(4), heard(6, port=61113), 1),
        (heard(4), node("192.168.8.6/24"), 1),
    ],
    ids=["both", "one does not", "no longer", "another port", "no agent"],
)
def test_the_way_of_the_status_is_checked_where_one_host_is_deaf(a, b, count):
    said, plan = {"web-a": {}, "web-b": {}}, {"web-a": [VI_1], "web-b": [VI_1]}
    found = {"web-a": a, "web-b": b}
    way = {"interface": "eth0", "protocol": "udp", "port": 61112, "unicast": True}
    expected = [{**way, "source": "192.168.8.4", "peer": "192.168.8.6"}]
    assert ways(HOSTS, "web-a", said, found, plan) == expected * count
    assert ways(HOSTS, "web-a", said, found, plan, proven_too=True) == expected
    off = {"web-a": {"ha_pair_peer_status": False}, "web-b": {}}
    assert ways(HOSTS, "web-a", off, found, plan, proven_too=True) == []


def test_a_rule_that_drops_the_status_is_a_warning():
    drop = {"protocol": "udp", "port": 61112, "peer": "192.168.8.6", "interface": "eth0", "direction": "in",
            "tool": "ufw", "place": "chain INPUT of iptables", "rule": "policy drop", "remedy": "ufw allow",
            "sure": False}  # fmt: skip
    other = {**drop, "protocol": "vrrp"}
    looks = {"web-a": {"preflight": {"drops": [other, drop, {**drop, "direction": "out", "sure": True}]}}, "web-b": {}}
    errors, warned = closed(HOSTS, looks)
    by = "ufw, chain INPUT of iptables: policy drop. Allow it: ufw allow; or say ha_pair_open_firewall: true"
    for_status = "beside VRRP, for the status (UDP port 61112), is dropped on eth0"
    assert errors == {"web-a": [], "web-b": []}
    assert warned == {
        "web-a": [
            f"web-a: what 192.168.8.6 tells web-a {for_status} probably by {by}",
            f"web-a: what web-a tells 192.168.8.6 {for_status} by {by}",
        ],
        "web-b": [],
    }
