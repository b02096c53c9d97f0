# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each interface that an instance needs and that is down is told, with what happens."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface, ip_network

import pytest
from agent_fakes import Bench, eth, instance, table

from vrrp.agent.preflight.host import misfits
from vrrp.agent.preflight.interfaces import down_misfits, needed_by
from vrrp.config.model.configuration import Configuration, Tracking, VirtualAddress
from vrrp.config.model.routes import NextHop, Route, Rule
from vrrp.config.model.trackers import Tracked

DOWN, CARRIER = eth("eth1", 3, up=False), eth("eth1", 3, running=False)
FAULT = "interface eth1 is down: the instance is in FAULT until it is up"


def address(**fields):
    return (VirtualAddress(ip_interface("172.16.5.100/24"), **fields),)


def route(**fields):
    return (Route(ip_network("172.16.6.0/24"), hops=(NextHop(None, "eth1"),), **fields),)


def tracked(**fields):
    return Tracking(interfaces=(Tracked("eth1", **fields),))


def texts(config, *links):
    return [text for text, _hint in down_misfits(config, table(*links))]


NEEDS = {
    "own": {"interface": "eth1"},
    "addresses": {"excluded": address(device="eth1")},
    "routes": {"routes": route()},
    "rules": {"rules": (Rule(4, iif="eth1", table=100),)},
    "tracked": {"track": tracked()},
    "several": {"track": tracked(), "excluded": address(device="eth1"), "routes": route()},
}


@pytest.mark.parametrize("what", NEEDS)
def test_an_interface_that_is_needed_is_told_once(what):
    config = instance(**NEEDS[what])
    assert texts(config, eth(), DOWN) == [FAULT]
    assert texts(config, eth(), CARRIER) == [FAULT.replace("is down", "has no carrier")]
    assert texts(config, eth(), eth("eth1", 3)) == []
    assert texts(config, eth()) == [], "another warning says that it does not exist"
    if what not in ("tracked", "own"):
        assert "interface eth1 is down" in Bench(config, filled=table(eth(), DOWN)).instance.router.own_faults


@pytest.mark.parametrize(
    "fields",
    [
        {"excluded": address(device="eth1", no_track=True)},
        {"routes": route(no_track=True)},
        {"rules": (Rule(4, iif="eth1", table=100, no_track=True),)},
        {"track": tracked(reverse=True)},
        {"track": tracked(weight=20, reverse=True)},
        {"interface": "eth1", "dont_track_primary": True},
        {"interface": "eth1", "dont_track_primary": True, "excluded": address(device="eth1"), "routes": route()},
    ],
)
def test_an_interface_that_is_not_needed_is_not_told(fields):
    assert texts(instance(**fields), eth(), DOWN) == []


@pytest.mark.parametrize(("weight", "happens"), [(-20, "counts"), (20, "does not count")])
def test_the_weight_of_an_interface_is_told(weight, happens):
    expected = f"interface eth1 is down: its weight {weight} {happens} until it is up"
    assert texts(instance(track=tracked(weight=weight)), eth(), DOWN) == [expected]


@pytest.mark.parametrize(("link", "hint"), [(DOWN, "ip link set eth1 up"), (CARRIER, "see its cable or its other end")])
def test_a_fault_of_an_interface_says_what_ends_it(link, hint):
    config = replace(instance(line=7), excluded=address(device="eth1"))
    found = [str(each) for each in misfits(Configuration("f", instances=(config,)), table(eth(), link))]
    text = f"interface eth1 {'is down' if link is DOWN else 'has no carrier'}: the instance is in FAULT until it is up"
    assert f"f:7:1: warning: vrrp_instance VI_1: {text} ({hint})" in found


def test_each_interface_that_is_needed_is_looked_at():
    config = instance(excluded=address(device="eth1"), track=tracked())
    assert list(dict.fromkeys(needed_by(config))) == ["eth0", "eth1"]
    assert texts(config, eth(up=False), DOWN) == [FAULT.replace("eth1", "eth0"), FAULT]
