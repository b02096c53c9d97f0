# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a packet goes through the chains of a packet filter as in the kernel, and what is not sure."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import packet_filter
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.packet_filter import (
    ACCEPT,
    DROP,
    GOTO,
    IN,
    JUMP,
    OUT,
    RETURN,
    Chain,
    FilterRule,
    Packet,
)

MULTICAST = Packet(IN, "eth0", ip_address("192.168.8.6"), ip_address("224.0.0.18"))


def rule(verdict, matches=True, target="", text=""):
    return FilterRule(lambda packet: matches, verdict, text or verdict, target)


def through(*rules, drops_rest=False, version=0, direction=IN, **others):
    chains = {"base": Chain("base", "chain base", direction, drops_rest, version, list(rules))}
    chains.update({name: Chain(name, f"chain {name}", rules=list(added)) for name, added in others.items()})
    return [(drop.chain.name, drop.text, drop.sure) for drop in packet_filter.drops(chains, MULTICAST)]


def test_the_first_verdict_ends_a_chain():
    assert through(rule(ACCEPT), rule(DROP)) == []
    assert through(rule(DROP, False), rule(DROP, text="x"), rule(ACCEPT)) == [("base", "x", True)]


def test_the_policy_decides_in_the_end():
    assert through() == []
    assert through(rule(RETURN), rule(ACCEPT), drops_rest=True) == [("base", "policy drop", True)]
    assert through(rule("log"), rule(ACCEPT), drops_rest=True) == []


def test_a_drop_that_depends_on_an_unknown_match_is_not_sure():
    assert through(rule(ACCEPT, None), rule(DROP)) == [("base", "drop", False)]
    assert through(rule(DROP, None), rule(ACCEPT)) == [("base", "drop", False)]
    assert through(rule(RETURN, None), drops_rest=True) == [("base", "policy drop", False)]


def test_a_chain_of_another_direction_or_version_is_left_out():
    assert (
        through(rule(DROP), direction=OUT) == through(rule(DROP), direction="") == through(rule(DROP), version=6) == []
    )
    assert through(rule(DROP), version=4)


def test_a_jump_comes_back_and_a_goto_does_not():
    sub = [rule(RETURN), rule(DROP)]
    assert through(rule(JUMP, target="sub"), rule(DROP), sub=sub) == [("base", "drop", True)]
    assert through(rule(GOTO, target="sub"), rule(DROP), sub=sub) == []
    assert through(rule(GOTO, target="sub"), rule(DROP), sub=sub, drops_rest=True) == [("base", "policy drop", True)]
    assert through(rule(JUMP, target="sub"), rule(ACCEPT), sub=[rule(DROP)]) == [("sub", "drop", True)]
    assert through(rule(JUMP, target="sub"), rule(DROP), sub=[rule(ACCEPT)]) == []


def test_a_jump_that_may_happen_is_not_sure_where_it_decides():
    assert through(rule(JUMP, None, "sub"), rule(DROP), sub=[rule("log")]) == [("base", "drop", True)]
    assert through(rule(JUMP, None, "sub"), rule(DROP), sub=[rule(ACCEPT)]) == [("base", "drop", False)]
    assert through(rule(JUMP, None, "sub"), rule(ACCEPT), sub=[rule(DROP)]) == [("sub", "drop", False)]


def test_a_jump_to_no_chain_and_an_endless_one_do_nothing():
    assert through(rule(JUMP, target="LOG"), rule(DROP)) == [("base", "drop", True)]
    assert through(rule(JUMP, target="sub"), sub=[rule(JUMP, target="sub")], drops_rest=True)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("192.168.8.6", True),
        ("192.168.8.0/24", True),
        ("192.168.8.1/24", True),
        ("192.168.8.4-192.168.8.9", True),
        ("192.168.8.7-192.168.8.9", False),
        ("10.0.0.0/8", False),
        ("fd00::/8", False),
        ("fd00::1-fd00::9", False),
        ("@set", None),
        ("", None),
    ],
)
def test_an_address_is_compared_with_a_text(text, answer):
    assert packet_filter.within(ip_address("192.168.8.6"), text) is answer


def test_names_and_answers_are_combined():
    assert packet_filter.named("eth0", "eth*", "*") and packet_filter.named("eth0", "eth0", "+")
    assert not packet_filter.named("eth0", "eth", "*") and not packet_filter.named("wlan0", "eth+", "+")
    assert [packet_filter.every(each) for each in ([], [True, None], [None, False])] == [True, None, False]
    assert [packet_filter.some(each) for each in ([], [True, None], [None, False])] == [False, True, None]
    assert [packet_filter.opposite(each) for each in (True, False, None)] == [False, True, None]


def test_a_packet_tells_its_peer_its_name_and_its_protocol():
    status = Packet(OUT, "eth0", MULTICAST.source, ip_address("192.168.8.4"), 17, 61112)
    assert (MULTICAST.peer, status.peer) == (MULTICAST.source, status.destination)
    assert (MULTICAST.established, status.established) == (False, True)
    assert Packet(IN, "eth0", status.destination, status.source).established is None
    assert [packet.name for packet in (MULTICAST, status)] == ["vrrp", "udp"]
    assert [status.has_protocol(value) for value in (17, "17", "udp", "vrrp", 112)] == [True] * 3 + [False] * 2
